"""What people say about a thing of a project: a marked stretch of a chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assay.wire import limits
from assay.wire.errors import InvalidName, InvalidRequest, TooLarge
from assay.wire.names import LABEL_FORM, is_label, is_run_id

SubjectKind = Literal["region"]


@dataclass(frozen=True, slots=True)
class Comment:
    """`kind` and `subject`: what it is about; a region by its id in the panel's definition. `edited_at` 0: never.
    `run`, `link`: a page that shows the thing (see `messages.comments.Place`), both empty where nobody said. `id` is given by
    the store and orders a thread."""

    id: int
    project_key: int
    kind: SubjectKind
    subject: str
    at: float
    who: str
    text: str
    edited_at: float = 0.0
    run: str = ""
    link: str = ""


def check_subject(subject: str) -> None:
    """Raises InvalidName."""
    if not is_label(subject):
        raise InvalidName(text=subject[:300], what="subject of a comment", expected=LABEL_FORM)


def check_place(run: str, link: str) -> None:
    """Raises InvalidName. Whether the run and the link are there is found out by who follows them: both may go at any time."""
    if run and not is_run_id(run):
        raise InvalidName(text=run[:300], what="run of a place", expected="the id of a run, or nothing")
    if link and not is_label(link):
        raise InvalidName(text=link[:300], what="link of a place", expected="the id of a link to a view, or nothing")


def check_text(text: str) -> None:
    """Raises InvalidRequest for a comment that says nothing, TooLarge."""
    if not text.strip():
        raise InvalidRequest(detail="The comment is empty. Write something, or delete it")
    size = len(text.encode(errors="replace"))
    if size > limits.COMMENT_BYTES:
        raise TooLarge(what="The comment", actual=f"{size} bytes", limit=limits.COMMENT_BYTES, name="COMMENT_BYTES")
