"""What an edit of many runs changed, so that it can be taken back without touching what was changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from assay.server.domain.runs import Run
from assay.server.domain.tags import key_and_value, without_keys
from assay.wire.messages.runs import RunBulkEdit

Action = Literal["edit", "delete", "restore", "move", "copy"]
_FIELDS = ("group", "job_type", "notes")


@dataclass(frozen=True, slots=True)
class UndoPart:
    """What one unit of work changed. `token` names the whole edit, `number` the part. `changes`: run id → what is needed to take
    it back."""

    token: str
    number: int
    project_key: int
    at: float
    who: str
    action: Action
    changes: dict[str, Any]


def edited(run: Run, edit: RunBulkEdit) -> tuple[Run, dict[str, Any]]:
    """The run after the edit, and what takes it back; nothing where nothing changed."""
    change: dict[str, Any] = {}
    keys = [*edit.remove_tag_keys, *(key_and_value(tag)[0] for tag in edit.set_tags)]
    kept = {*without_keys(run.tags, keys), *edit.set_tags}
    tags = [tag for tag in run.tags if tag not in edit.remove_tags and tag in kept]
    added = [tag for tag in dict.fromkeys([*edit.add_tags, *edit.set_tags]) if tag not in tags]
    after = (*tags, *added)
    if after != run.tags:
        change["tags"] = [[tag for tag in added if tag not in run.tags], [tag for tag in run.tags if tag not in after]]
        run = replace(run, tags=after)
    for name in _FIELDS:
        wanted, had = getattr(edit, name), getattr(run, name)
        if wanted is not None and wanted != had:
            change[name] = [had, wanted]
            run = replace(run, **{name: wanted})
    return run, change


def undone(run: Run, change: dict[str, Any]) -> Run:
    """The run without the edit. A field that was changed again since keeps its newer value."""
    if "tags" in change:
        added, removed = change["tags"]
        run = replace(run, tags=_with([tag for tag in run.tags if tag not in added], removed))
    for name in _FIELDS:
        if name in change:
            had, wanted = change[name]
            if getattr(run, name) == wanted:
                run = replace(run, **{name: had})
    return run


def _with(tags: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*tags, *more]))
