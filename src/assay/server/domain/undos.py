"""What an edit of many runs changed, so that it can be taken back without touching what was changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from assay.server.domain.runs import Run
from assay.server.domain.tags import key_and_value, without_keys
from assay.wire import limits
from assay.wire.messages.runs import RunBulkEdit

Action = Literal["edit", "delete", "restore", "move", "copy"]
_FIELDS = ("group", "job_type", "notes")


@dataclass(frozen=True, slots=True)
class UndoPart:
    """What one unit of work changed. `token` names the whole edit, `number` the part. `changes`: run id → what is needed to take
    it back; see `noted`."""

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
        gone = [tag for tag in run.tags if tag not in after]
        # Other values of the same keys: what stands beside them later was set by somebody else.
        beside = [tag for tag in after if key_and_value(tag)[0] in _keys(gone)]
        change["tags"] = [[tag for tag in added if tag not in run.tags], gone, beside]
        run = replace(run, tags=after)
    for name in _FIELDS:
        wanted, had = getattr(edit, name), getattr(run, name)
        if wanted is not None and wanted != had:
            change[name] = [had, wanted]
            run = replace(run, **{name: wanted})
    return run, change


def noted(run: Run, undo: Any) -> list[Any]:
    """What a part keeps of a run: the key as well, for an id may be another run's by the time that the edit is taken back."""
    return [run.key, undo]


def read(change: Any) -> tuple[int | None, Any]:
    """(run key, what takes it back). Parts of earlier versions kept no key."""
    return (change[0], change[1]) if isinstance(change, list) else (None, change)


def undone(run: Run, change: dict[str, Any]) -> tuple[Run, str]:
    """The run without the edit, and what of it was changed again since and keeps its newer value, in a sentence; or nothing."""
    stays: list[str] = []
    if "tags" in change:
        added, removed, *more = change["tags"]
        left = [tag for tag in run.tags if tag not in added]
        since = [tag for tag in left if key_and_value(tag)[0] in _keys(removed)]
        newer = [tag for tag in since if more and tag not in more[0] and tag not in removed]
        back = [tag for tag in removed if key_and_value(tag)[0] not in _keys(newer)]
        if len({*left, *back}) > limits.TAG_COUNT:
            stays.append("tags")
        else:
            run = replace(run, tags=tuple(dict.fromkeys([*left, *back])))
        stays += [f"tag {tag}" for tag in newer]
    for name in _FIELDS:
        if name in change:
            had, wanted = change[name]
            if getattr(run, name) == wanted:
                run = replace(run, **{name: had})
            elif getattr(run, name) != had:
                stays.append(name.replace("_", " "))
    return run, f"Its {' and '.join(stays)} changed since." if stays else ""


def _keys(tags: Sequence[str]) -> set[str]:
    """Keys that the tags say a value of."""
    return {key for tag in tags if (key := key_and_value(tag)[0])}
