"""The one syntax tree of filters: conditions on keys, joined by and, or, not.

A key is a run field (`name`, `state`, `tags`, `created_at` …), `config.PATH`, `summary.PATH` or `metrics.KEY.AGGREGATE`
(last, min, max, mean, first, count). A bare key that is no run field means `summary.KEY`. The text form is parsed in
`compute.expressions`; the Mongo form here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from assay.server.domain.runs import Run

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "has", "~", "exists"]
Section = Literal["run", "config", "summary", "metrics"]

RUN_FIELDS: dict[str, str] = {
    # name → kind; the sentence behind each is in docs/reference/expressions.md
    "id": "text", "name": "text", "state": "text", "user": "text", "group": "text", "job_type": "text", "notes": "text",
    "host": "text", "program": "text", "tags": "list", "created_at": "time", "started_at": "time", "heartbeat_at": "time",
    "finished_at": "time", "duration_s": "number", "exit_code": "number", "ordinal": "number", "last_step": "number",
}  # fmt: skip
AGGREGATES = ("last", "min", "max", "mean", "first", "count")


@dataclass(frozen=True, slots=True)
class Field:
    """`path` is a run field's name, a dotted config or summary path, or a metric's name; `aggregate` only with metrics."""

    section: Section
    path: str
    aggregate: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """`value` is None for exists, a tuple for in. `~` searches a linear-time regular expression. `has` is membership in a
    list. A comparison with an absent value is false, `!=` included; `not` turns it round."""

    field: Field
    operator: Operator
    value: Any = None


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Filter


Filter = Condition | And | Or | Not
EVERYTHING = And(())


@dataclass(frozen=True, slots=True)
class Sort:
    """Absent values come last in either direction."""

    field: Field
    descending: bool = False


def flatten(document: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted path → leaf of a nested config or summary. A leaf is anything but a mapping; an empty mapping has none."""
    found: dict[str, Any] = {}
    todo: list[tuple[str, Mapping[str, Any]]] = [("", document)]
    while todo:
        prefix, level = todo.pop()
        for key, value in level.items():
            if isinstance(value, Mapping):
                todo.append((f"{prefix}{key}.", value))
            else:
                found[f"{prefix}{key}"] = value
    return found


SEARCHED_CHARS = 4_096  # characters of a run that text search looks through; a search reads those of every run


def search_text(run: Run) -> str:
    """What text search looks through, casefolded: name, id, tags, group, job type, notes, then config values."""
    words = [run.name, run.id, *run.tags, run.group, run.job_type, run.notes]
    words += [str(value) for value in flatten(run.config).values() if isinstance(value, str | int | float)]
    return "\n".join(word for word in words if word).casefold()[:SEARCHED_CHARS]


def search_words(search: str) -> list[str]:
    """The words of a search, each of which must be in a run's `search_text`."""
    return search.casefold().split()
