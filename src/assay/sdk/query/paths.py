"""How people write where a run is: `entity/project/run`, parts of it, or the address of its page; and W&B's names for fields."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from assay.wire.errors import InvalidName, InvalidRequest
from assay.wire.messages.runs import SortKey
from assay.wire.names import ProjectPath, RunPath

_FIELDS = {
    "createdAt": "created_at",
    "heartbeatAt": "heartbeat_at",
    "startedAt": "started_at",
    "updatedAt": "heartbeat_at",
    "updated_at": "heartbeat_at",
    "description": "notes",
    "exitcode": "exit_code",
    "groupName": "group",
    "user.username": "user",
    "displayName": "name",
    "display_name": "name",
    "username": "user",
    "jobType": "job_type",
    "duration": "duration_s",
    "name": "id",  # there, `name` is the id and `display_name` what people read
}
_PREFIXES = {"summary_metrics.": "summary.", "summaryMetrics.": "summary."}


def project_path(text: str | None, entity: str, project: str) -> ProjectPath:
    """`entity/project`, `project`, or nothing: what is missing comes from the defaults."""
    parts = _parts(text)
    match parts:
        case [owner, name]:
            return ProjectPath.parse(f"{owner}/{name}")
        case [name]:
            return ProjectPath.parse(f"{entity}/{name}")
        case [] if project:
            return ProjectPath.parse(f"{entity}/{project}")
    raise InvalidName(text=text or "", what="project path", expected="entity/project, or project")


def run_path(text: str, entity: str, project: str) -> RunPath:
    """`entity/project/run`, `project/run`, `run`, with `runs` before the id as in the address of its page, or that address."""
    parts = _parts(text)
    if len(parts) >= 2 and parts[-2] == "runs":
        parts = [*parts[:-2], parts[-1]]
    match parts:
        case [owner, name, run_id]:
            return RunPath.parse(f"{owner}/{name}/{run_id}")
        case [name, run_id]:
            return RunPath.parse(f"{entity}/{name}/{run_id}")
        case [run_id] if project:
            return RunPath.parse(f"{entity}/{project}/{run_id}")
    raise InvalidName(text=text, what="run path", expected="entity/project/run_id")


def sort_keys(order: str | None) -> list[SortKey]:
    """`-created_at` is newest first; `+` or nothing ascends; several are separated by commas. Raises InvalidRequest."""
    keys = []
    if order is not None and not isinstance(cast(object, order), str):
        raise InvalidRequest(detail=f"order is text, as '-created_at' or 'config.lr,-created_at', not a {type(order).__name__}")
    for part in (order or "").split(","):
        name = part.strip().lstrip("+-")
        if name:
            keys.append(SortKey(field_name(name), descending=part.strip().startswith("-")))
    return keys


_MOMENTS = frozenset({f"{what}{ending}" for what in ("created", "started", "heartbeat", "updated", "finished")
                      for ending in ("_at", "At")})  # fmt: skip


def filter_of(filters: Mapping[str, Any] | str | None) -> dict[str, Any] | str:
    """The filter as the server reads it, which knows W&B's names for fields in a document: to rename one here too would make
    `display_name` the id. Raises InvalidRequest for a document with something in it that it cannot say."""
    if filters is None or isinstance(filters, str):
        return filters or ""
    if not isinstance(cast(object, filters), Mapping):
        raise InvalidRequest(detail=f"filters is text or a dict, not a {type(filters).__name__}")
    return cast(dict[str, Any], _said(filters))


def _said(value: Any, key: str = "") -> Any:
    """A part of a document as JSON has it: arrays and numbers of numpy are lists and numbers. Of a field that is a moment, a time
    that says no zone is one of this machine, as everywhere in Python, and a day begins here at midnight."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {name: _said(one, key if str(name).startswith("$") else str(name)) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_said(one, key) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        text = f"A filter in this form cannot say {value}: JSON has no such number. The text form can, as 'summary.loss = inf'"
        raise InvalidRequest(detail=text)
    if isinstance(value, date) and key.removeprefix("run.") in _MOMENTS:
        moment = value if isinstance(value, datetime) else datetime.combine(value, time.min)
        return (moment if moment.tzinfo else moment.astimezone()).isoformat()
    if value is None or isinstance(value, str | int | float | date):
        return value
    raise InvalidRequest(detail=f"A filter cannot hold a {type(value).__name__}: it is made of numbers, text, dates and lists")


def field_name(name: str) -> str:
    for prefix, ours in _PREFIXES.items():
        if name.startswith(prefix):
            return ours + name.removeprefix(prefix)
    if name.startswith("config.") and name.endswith(".value"):
        return name.removesuffix(".value")
    return _FIELDS.get(name, name)


def _parts(text: str | None) -> list[str]:
    text = text or ""
    if "://" in text:
        text = unquote(urlsplit(text).path)
    return [part for part in text.strip("/").split("/") if part]
