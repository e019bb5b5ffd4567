"""The one syntax tree of filters: conditions on keys, joined by and, or, not.

A key is a run field (`name`, `state`, `tags`, `created_at` …), `config.PATH`, `summary.PATH` or `metrics.KEY.AGGREGATE`
(last, min, max, mean, first, count), `tags.KEY` for what tags like `KEY:value` say, `derived.NAME` for a column that the query
makes, or `=EXPRESSION`. A bare key that is no run field means `summary.KEY`. The text form is parsed in
`compute.filter_text`, the Mongo form in `domain.mongo`; stores compile the tree. `evaluate` says what it means, and every
store answers as it does."""

from __future__ import annotations

import enum
import math
import operator as operators
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from assay.server.domain.folding import folded, unaccented
from assay.server.domain.runs import Run
from assay.server.domain.tags import value_of
from assay.wire import limits
from assay.wire.errors import InvalidFilter

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "has", "~", "exists"]
Section = Literal["run", "config", "summary", "metrics", "derived", "tags"]

RUN_FIELDS: dict[str, str] = {
    # name → kind; the sentence behind each is in docs/reference/expressions.md
    "id": "text", "name": "text", "state": "text", "user": "text", "group": "text", "job_type": "text", "notes": "text",
    "host": "text", "program": "text", "tags": "list", "created_at": "time", "started_at": "time", "heartbeat_at": "time",
    "finished_at": "time", "duration_s": "number", "exit_code": "number", "ordinal": "number", "last_step": "number",
}  # fmt: skip
AGGREGATES = ("last", "min", "max", "mean", "first", "count")
LOGGED_AGGREGATES = ("last", "first")  # a value as it was logged; the others are computed


@dataclass(frozen=True, slots=True)
class Field:
    """`path` is a run field's name, a dotted config or summary path, a metric's name, or a derived column's name or `=` and its
    expression; `aggregate` only with metrics."""

    section: Section
    path: str
    aggregate: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """`value` is None for exists, a tuple for in. `~` searches a linear-time regular expression. `has` is membership in a
    list. A comparison with an absent value is false, `!=` included; `not` turns it round.

    Values of different kinds (number, text, boolean, null, list) are never equal and have no order. Numbers are compared exactly,
    whatever their size: no integer is rounded to a double. A run's own text is never absent, but `exists` asks whether it, or its
    list of tags, has something in it."""

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


class Absent(enum.Enum):
    """What a getter answers for a field that a run does not have; a class of its own because None is a value."""

    ABSENT = enum.auto()


ABSENT = Absent.ABSENT
Getter = Callable[[Field], Any]
Search = Callable[[str, str], bool]
"""(pattern, text) → whether the pattern is found in the text."""


def evaluate(where: Filter, get: Getter, search: Search) -> bool:
    """Whether the run that `get` reads matches."""
    match where:
        case And(parts):
            return all(evaluate(part, get, search) for part in parts)
        case Or(parts):
            return any(evaluate(part, get, search) for part in parts)
        case Not(part):
            return not evaluate(part, get, search)
    value = get(where.field)
    if value is ABSENT:
        return False
    match where.operator:
        case "exists":
            return where.field.section != "run" or value not in ("", ())
        case "=":
            return is_same(value, where.value)
        case "!=":
            return not is_same(value, where.value)
        case "in":
            return any(is_same(value, each) for each in where.value)
        case "has":
            return isinstance(value, list | tuple) and any(is_same(each, where.value) for each in value)
        case "~":
            texts = value if isinstance(value, list | tuple) else [value]
            return any(isinstance(text, str) and search(where.value, text) for text in texts)
    return _is_ordered(where.operator, value, where.value)


def kind_of(value: Any) -> str:
    """number, text, boolean, null or list."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case list() | tuple():
            return "list"
    return "text"


def as_double(value: float) -> float:
    """The nearest double; an integer too large for one is an infinity."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def is_same(value: Any, other: Any) -> bool:
    kind = kind_of(value)
    # Python compares an integer with a float exactly.
    return kind == kind_of(other) and kind != "list" and bool(value == other)


def _is_ordered(operator: str, value: Any, other: Any) -> bool:
    if kind_of(value) != kind_of(other) or kind_of(value) not in {"number", "text"}:
        return False
    return bool(ORDER[operator](value, other))


ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def run_value(run: Run, field: Field) -> Any:
    """The run's value of a run, config or summary field as filters see it, ABSENT where it has none.

    `last_step` and metrics are the metric store's; `summary` sees values set by hand."""
    if field.section in ("config", "summary"):
        document = run.config if field.section == "config" else run.summary
        return flatten(document).get(field.path, ABSENT)
    if field.section == "tags":
        value = value_of(run.tags, field.path)
        return ABSENT if value is None else value
    if field.section != "run":
        return ABSENT
    match field.path:
        case "duration_s":
            # A live run has lasted until its last sign of life; a clock would give every store another answer.
            return (run.finished_at or run.heartbeat_at) - run.started_at if run.started_at else ABSENT
        case "exit_code":
            return ABSENT if run.exit_code is None else run.exit_code
        case path if RUN_FIELDS.get(path) == "time":
            return getattr(run, path) or ABSENT
        case "last_step":
            return ABSENT
        case path if path in RUN_FIELDS:
            return getattr(run, path)
    return ABSENT


def conditions(where: Filter) -> Iterator[Condition]:
    """Every condition of the tree, left to right."""
    todo: list[Filter] = [where]
    while todo:
        match todo.pop():
            case And(parts) | Or(parts):
                todo.extend(reversed(parts))
            case Not(part):
                todo.append(part)
            case Condition() as condition:
                yield condition


def check_size(where: Filter) -> Filter:
    """The filter itself. Raises InvalidFilter if it is larger or deeper than a store should be asked to answer."""
    level: list[Filter] = [where]
    depth = nodes = 0
    while level:
        depth, nodes = depth + 1, nodes + len(level)
        if depth > limits.FILTER_DEPTH or nodes > limits.FILTER_NODES:
            what, limit, name = ("nested", limits.FILTER_DEPTH, "FILTER_DEPTH")
            if nodes > limits.FILTER_NODES:
                what, limit, name = ("long", limits.FILTER_NODES, "FILTER_NODES")
            raise InvalidFilter(
                at=0, detail=f"it is too {what}; the limit is {limit} ({name})", hint="Use `in [...]` for many values of one key."
            )
        below: list[Filter] = []
        for node in level:
            match node:
                case And(parts) | Or(parts):
                    below.extend(parts)
                case Not(part):
                    below.append(part)
                case Condition(operator="in", value=values) if len(values) > limits.FILTER_LIST:
                    detail = f"a list has {len(values)} values; the limit is {limits.FILTER_LIST} (FILTER_LIST)"
                    raise InvalidFilter(at=0, detail=detail, hint="Use a condition that describes them.")
        level = below
    return where


def field_of(key: str) -> Field:
    """The field that a key means: `name`, `config.lr`, `metrics.loss.min` (without an aggregate: last), else `summary.KEY`."""
    if key.startswith("=") and len(key) > 1:
        return Field("derived", key)
    section, dot, path = key.partition(".")
    if not dot or not path or section not in {"run", "config", "summary", "metrics", "derived", "tags"}:
        return Field("run", key) if key in RUN_FIELDS else Field("summary", key)
    if section == "metrics":
        name, _, aggregate = path.rpartition(".")
        return Field("metrics", name, aggregate) if name and aggregate in AGGREGATES else Field("metrics", path, "last")
    if section == "run":
        return Field("run", path) if path in RUN_FIELDS else Field("summary", key)
    return Field(section, path)  # type: ignore[arg-type]


def parse_time(text: str) -> float:
    """Seconds since the epoch of an ISO date or time, UTC unless it says otherwise. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def key_of(field: Field) -> str:
    """The key that `field_of` reads as `field`."""
    if field.section == "run" or (field.path.startswith("=") and field.section == "derived"):
        return field.path
    return f"{field.section}.{field.path}" + (f".{field.aggregate}" if field.section == "metrics" else "")


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
    """What text search looks through, folded: name, id, tags, group, job type, notes, then config values."""
    words = [run.name, run.id, *run.tags, run.group, run.job_type, run.notes]
    words += [str(value) for value in flatten(run.config).values() if isinstance(value, str | int | float)]
    return folded("\n".join(word for word in words if word))[:SEARCHED_CHARS]


def search_pattern(search: str) -> str:
    """The regular expression that such a search looks for in `search_text`: in each line of it, whatever case and accents."""
    return f"(?im){unaccented(search)}"


def search_words(search: str) -> list[str]:
    """The words of a search, each of which must be in a run's `search_text`."""
    return folded(search).split()
