"""Mentions: where a person was named as `@name`."""

from __future__ import annotations

import msgspec


class Person(msgspec.Struct):
    username: str
    display_name: str


class Mention(msgspec.Struct):
    """`user` named the reader in the note of a run, in a comment on a region, or (neither is given) in the project's note.
    `text` is what stands around the name. `time`: seconds since the epoch."""

    id: int
    time: float
    user: str
    text: str
    entity: str
    project: str
    run: str
    run_name: str
    region: str
    is_read: bool


class MentionPage(msgspec.Struct):
    """Newest first; `unread` counts those that are not shown too."""

    mentions: list[Mention]
    unread: int


class MentionsRead(msgspec.Struct, forbid_unknown_fields=True):
    ids: list[int]
