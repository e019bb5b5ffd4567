"""Mentions: where a person was named as `@name`."""

from __future__ import annotations

import msgspec


class Person(msgspec.Struct):
    username: str
    display_name: str


class Mention(msgspec.Struct):
    """`user` named the reader in a comment on a `region`, else in the note of a `run`, or (neither is given) in the project's
    note. A region is seen on the workspace or on the charts of `run`; `link` is the id of a link to what that page showed, empty
    where nobody said. `text` is what stands around the name. `time`: seconds since the epoch."""

    id: int
    time: float
    user: str
    text: str
    entity: str
    project: str
    run: str
    run_name: str
    region: str
    link: str
    is_read: bool


class MentionPage(msgspec.Struct):
    """Newest first; where there are too many, unread ones before those that were read. `unread` counts those that are not shown
    too."""

    mentions: list[Mention]
    unread: int


class MentionsRead(msgspec.Struct, forbid_unknown_fields=True):
    ids: list[int]
