"""Comments: what people say about a thing of a project."""

from __future__ import annotations

from typing import Literal

import msgspec

SubjectKind = Literal["region"]


class Comment(msgspec.Struct):
    """`text` is Markdown. Times are seconds since the epoch; `edited_at` 0: never. `can_edit`, `can_delete`: the reader may."""

    id: int
    user: str
    created_at: float
    edited_at: float
    text: str
    can_edit: bool
    can_delete: bool


class CommentPage(msgspec.Struct):
    """A thread, oldest first. `can_write`: the reader may add to it."""

    comments: list[Comment]
    can_write: bool


class Place(msgspec.Struct, forbid_unknown_fields=True):
    """A page of the project on which the thing is to be seen: the workspace, or the charts of a `run`; `link` is the id of a link
    to what the page showed (`view-links`), empty for the page as it opens."""

    run: str = ""
    link: str = ""


class CommentDraft(msgspec.Struct, forbid_unknown_fields=True):
    """`subject`: a region's id in the panel's definition. `place`: where it is said; who is named there is led to it."""

    kind: SubjectKind
    subject: str
    text: str
    place: Place | None = None


class CommentEdit(msgspec.Struct, forbid_unknown_fields=True):
    """`place` null: as it was."""

    text: str
    place: Place | None = None


class CommentCountQuery(msgspec.Struct, forbid_unknown_fields=True):
    kind: SubjectKind
    subjects: list[str]


class CommentCounts(msgspec.Struct):
    """Subject → how many comments it has; those without any are left out."""

    counts: dict[str, int]
