"""Changes to a run's fields: what a person or a script may set, checked once, here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from assay.server.domain import nested
from assay.server.domain.runs import Run
from assay.server.domain.tags import key_and_value
from assay.wire import limits
from assay.wire.errors import Conflict, InvalidName, InvalidRequest, TooLarge
from assay.wire.messages.runs import RunEdit, RunStart
from assay.wire.names import LABEL_FORM, is_key, is_label, without_turning
from assay.wire.odd_numbers import numbered
from assay.wire.values import is_same

_TEXTS = ("group", "job_type")


def check_start(start: RunStart) -> None:
    """Raises InvalidName, InvalidRequest or TooLarge."""
    if not (1 <= len(start.writer) <= limits.RUN_ID_CHARS and start.writer.isascii() and start.writer.isprintable()):
        raise InvalidName(text=start.writer[:200], what="writer", expected="1 to 128 printable ASCII characters")
    check_texts(
        {"name": start.name or "-", "notes": start.notes, "tags": start.tags, "group": start.group, "job_type": start.job_type}
    )
    check_config(start.config)
    for what in ("host", "program", "sdk_version", "label", "suggested_name"):
        if len(getattr(start, what)) > limits.KEY_BYTES:
            raise InvalidRequest(detail=f"{what} is longer than {limits.KEY_BYTES} characters")


def check_texts(fields: Mapping[str, Any]) -> None:
    """Check name, notes, tags, group and job_type, where given."""
    for what in ("name", *_TEXTS):
        text = fields.get(what)
        if text is None or (text == "" and what != "name"):
            continue
        if not isinstance(text, str) or not is_label(text):
            raise InvalidName(text=str(text)[:300], what=what.replace("_", " "), expected=LABEL_FORM)
    notes = fields.get("notes")
    if notes is not None and (not isinstance(notes, str) or len(notes.encode(errors="replace")) > limits.NOTE_BYTES):
        raise TooLarge(what="The note", actual="longer", limit=f"{limits.NOTE_BYTES} bytes", name="NOTE_BYTES")
    tags = fields.get("tags")
    if tags is not None:
        if not isinstance(tags, list | tuple) or len(tags) > limits.TAG_COUNT:
            raise InvalidRequest(detail=f"tags must be a list of at most {limits.TAG_COUNT}")
        for tag in tags:
            if not isinstance(tag, str) or not is_label(tag):
                raise InvalidName(text=str(tag)[:300], what="tag", expected=LABEL_FORM)


def check_keyed(tags: Sequence[str]) -> None:
    """Check tags that set a value of a key. Raises InvalidName, InvalidRequest."""
    keys = [key_and_value(tag)[0] for tag in tags]
    for tag, key in zip(tags, keys, strict=True):
        if not key:
            raise InvalidName(text=tag[:300], what="tag of a key and a value", expected="key:value, as in dataset:v2")
        if keys.count(key) > 1:
            raise InvalidRequest(detail=f"set_tags gives two values of {key!r}; a run has one value of a key")


def check_config(config: Mapping[str, Any]) -> None:
    size = nested.packed_size(config, "The config")
    if size > limits.CONFIG_BYTES:
        raise TooLarge(what="The config", actual=f"{size} bytes", limit=limits.CONFIG_BYTES, name="CONFIG_BYTES")
    if nested.depth(config, limits.NESTING) > limits.NESTING:
        raise InvalidRequest(detail=f"The config nests deeper than {limits.NESTING} levels")
    for path, _ in nested.leaves(config):
        if not all(map(is_key, path)):
            raise InvalidName(text=".".join(path)[:300], what="config key", expected="1 byte to 1 KiB of UTF-8")


def is_config(config: Mapping[str, Any]) -> bool:
    """Whether it is within the limits of one."""
    size = nested.packed_size(config, "The config")
    return size <= limits.CONFIG_BYTES and nested.depth(config, limits.NESTING) <= limits.NESTING


def _check_summary(dotted: str, value: Any) -> None:
    """As a script's own values of the summary are checked."""
    size = nested.packed_size(value, f"summary.{dotted[:300]}")
    if size > limits.VALUE_BYTES:
        raise TooLarge(what=f"summary.{dotted[:300]}", actual=f"{size} bytes", limit=limits.VALUE_BYTES, name="VALUE_BYTES")
    if nested.depth(value, limits.NESTING) + dotted.count(".") + 1 > limits.NESTING:
        raise InvalidRequest(detail=f"summary.{dotted[:300]} nests deeper than {limits.NESTING} levels")


def apply_edit(run: Run, edit: RunEdit) -> tuple[Run, list[tuple[str, Any]]]:
    """The run with the edit made, and the config changes as (dotted path, value)."""
    given = {name: value for name in ("name", "notes", "tags", *_TEXTS) if (value := getattr(edit, name)) is not None}
    check_texts(given)
    if "tags" in given:
        given["tags"] = tuple(dict.fromkeys(given["tags"]))
    config, changes = _with_dotted(run.config, numbered(edit.config))
    summary, said = _with_dotted(run.summary, numbered(edit.summary))
    if changes:
        check_config(config)
    for dotted, value in said:
        _check_summary(dotted, value)
    return replace(run, **given, config=config, summary=summary), changes


def require_known_name(run: Run, edit: RunEdit) -> None:
    """Raises Conflict if the run was renamed since the edit's writer read its name."""
    if edit.name is not None and edit.known_name is not None and run.name not in (edit.name, edit.known_name):
        raise Conflict(detail=f"It was renamed to {run.name!r} since you read its name. Read it again and repeat the change")


def differs(run: Run, before: Run) -> bool:
    """Whether anything has to be saved. To Python 1 and true are equal; in a config or a summary they are not."""
    if run != before:
        return True
    documents = ((run.config, before.config), (run.summary, before.summary))
    return any(new is not old and not is_same(new, old) for new, old in documents)


def apply_script_edit(run: Run, fields: Mapping[str, Any]) -> tuple[Run, list[str]]:
    """As a script's Edit record: what cannot be set is left out and named, for a stream must not stop at it."""
    refused: list[str] = []
    for what, value in fields.items():
        try:
            if what not in ("name", "notes", "tags", *_TEXTS) or value is None:
                raise InvalidRequest(detail=f"{what} cannot be set")
            value = _shown(what, value)
            check_texts({what: value})
        except (InvalidName, InvalidRequest, TooLarge):
            refused.append(what)
            continue
        run = replace(run, **{what: tuple(dict.fromkeys(value)) if what == "tags" else value})  # type: ignore[arg-type]
    return run, refused


def shown(start: RunStart) -> RunStart:
    """`start` with texts as they can be shown: a script that runs, or a journal that is sent late, is not refused for a name."""
    fields = {what: _shown(what, getattr(start, what)) for what in ("name", "tags", *_TEXTS)}
    return msgspec.structs.replace(start, **fields)


def _shown(what: str, value: Any) -> Any:
    """A text of a script without marks that turn its direction, empty if nothing is to be seen; of tags those that are left."""
    if what == "tags" and isinstance(value, list | tuple):
        tags = [without_turning(tag) if isinstance(tag, str) else tag for tag in value]
        return [tag for tag in tags if tag != ""]
    return without_turning(value) if what in ("name", *_TEXTS) and isinstance(value, str) else value


def _with_dotted(tree: dict[str, Any], changes: Mapping[str, Any] | None) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    made: list[tuple[str, Any]] = []
    draft = nested.Draft(tree)
    for dotted, value in (changes or {}).items():
        # A key that contains dots is met whole before it is taken for a path.
        path = [dotted] if dotted in draft.tree else dotted.split(".")
        if not all(map(is_key, path)):
            raise InvalidName(text=dotted[:300], what="key", expected="1 byte to 1 KiB of UTF-8, parts joined by dots")
        before = nested.value_at(draft.tree, path)
        if is_same(value, before):
            continue
        if value is None:
            draft.remove(path)
        else:
            draft.put(path, value)
        made.append((dotted, value))
    return draft.tree, made
