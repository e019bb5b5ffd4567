"""Filters and orders as the W&B public API spells them: Mongo documents with W&B's field names, `"-created_at"`.

There `name` is the run's id and `display_name` its name; an absent value is unequal to everything, and equal to null; equality
with tags means that the run has the tag."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from assay.server.domain.filters import (
    EVERYTHING,
    RUN_FIELDS,
    And,
    Condition,
    Field,
    Filter,
    Not,
    Or,
    Sort,
    check_size,
    field_of,
    kind_of,
    parse_time,
)
from assay.wire import limits
from assay.wire.errors import InvalidFilter

_FIELDS = {
    "name": "id",
    "display_name": "name",
    "displayName": "name",
    "username": "user",
    "user.username": "user",
    "groupName": "group",
    "jobType": "job_type",
    "createdAt": "created_at",
    "startedAt": "started_at",
    "heartbeatAt": "heartbeat_at",
    "updatedAt": "heartbeat_at",
    "updated_at": "heartbeat_at",
    "description": "notes",
    "duration": "duration_s",
    "exitcode": "exit_code",
}
_NAMES = {"id": "name", "name": "display_name", "user": "username", "job_type": "jobType"}
_COMPARISONS = {"$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}
_OPERATORS = (
    "$eq", "$ne", *_COMPARISONS, "$in", "$nin", "$regex", "$options", "$exists", "$not", "$contains", "$elemMatch",
)  # fmt: skip
_JOINS = ("$and", "$or", "$nor", "$not")
_SPECIAL = frozenset("\\^$.|?*+()[]{}")


def from_mongo(document: Mapping[str, Any]) -> Filter:
    """The filter that `document` spells; an empty one means every run. Raises InvalidFilter, naming key and operator.

    Regular expressions are not compiled here; whoever runs the filter refuses bad ones."""
    return check_size(_document(document, 1))


def parse_order(order: str) -> list[Sort]:
    """`"-created_at,+summary_metrics.loss"`: comma between keys, minus for the greatest first."""
    found = []
    for part in filter(None, map(str.strip, order.split(","))):
        key = part.lstrip("+-")
        if not key:
            raise InvalidFilter(
                at=order.index(part), detail=f"{part!r} names no key", hint='Write the key behind it: "-created_at".'
            )
        found.append(Sort(mongo_field(key), part.startswith("-")))
    return found


def mongo_field(key: str) -> Field:
    """The field that W&B's `key` means: `display_name`, `config.lr` or `config.lr.value`, `summary_metrics.loss`."""
    if key in _FIELDS:
        return Field("run", _FIELDS[key])
    for prefix in ("summary_metrics.", "summaryMetrics."):
        if key.startswith(prefix) and len(key) > len(prefix):
            return Field("summary", key.removeprefix(prefix))
    if key.startswith("config.") and key.endswith(".value") and key.count(".") > 1:
        return Field("config", key.removeprefix("config.").removesuffix(".value"))
    if key.startswith("keys_info.keys."):
        return Field("metrics", key.removeprefix("keys_info.keys."), "last")
    return field_of(key)


def to_mongo(where: Filter) -> dict[str, Any]:
    """A document that `from_mongo` reads as a filter with the same meaning."""
    match where:
        case And(parts):
            return {"$and": [to_mongo(part) for part in parts]} if parts else {}
        case Or(parts):
            return {"$or": [to_mongo(part) for part in parts]} if parts else {"$nor": [{}]}
        case Not(part):
            return {"$nor": [to_mongo(part)]}
    return _to_condition(where)


def _to_condition(condition: Condition) -> dict[str, Any]:
    key, value, field = _name(condition.field), condition.value, condition.field
    is_tags = field == Field("run", "tags")
    match condition.operator:
        case "exists":
            return {key: {"$exists": True}}
        case "has":
            return {key: {"$elemMatch": {"$eq": value}}}
        case "~":
            return {key: {"$regex": value}}
        case "=" if is_tags:  # a list is never equal to one value
            return {"$nor": [{}]}
        case "=" if value is None:
            return {"$and": [{key: {"$exists": True}}, {key: {"$eq": None}}]}
        case "=":
            return {key: {"$eq": value}}
        case "!=" if is_tags:
            return {}
        case "!=" if field.section == "run" and RUN_FIELDS.get(field.path) == "text":
            return {key: {"$ne": value}}
        case "!=":
            return {"$and": [{key: {"$exists": True}}, {key: {"$ne": value}}]}
        case "in":
            return {"$or": [_to_condition(Condition(field, "=", each)) for each in value]} if value else {"$nor": [{}]}
    names = {operator: name for name, operator in _COMPARISONS.items()}
    return {key: {names[condition.operator]: value}}


def _name(field: Field) -> str:
    match field.section:
        case "run":
            return _NAMES.get(field.path, field.path)
        case "summary":
            return f"summary_metrics.{field.path}"
        case "config":
            return f"config.{field.path}" + (".value" if field.path.endswith(".value") else "")
    return f"metrics.{field.path}.{field.aggregate}"


def _document(document: Any, depth: int) -> Filter:
    if depth > limits.FILTER_DEPTH:
        raise _error(f"it is nested too deep; the limit is {limits.FILTER_DEPTH} (FILTER_DEPTH)", "Use fewer levels.")
    if not isinstance(document, Mapping):
        raise _error(f"{document!r} stands where a condition belongs", 'A condition is an object: {"config.lr": {"$gt": 0.1}}.')
    return _joined([_entry(key, value, depth) for key, value in document.items()])


def _entry(key: str, value: Any, depth: int) -> Filter:
    if not key.startswith("$"):
        return _on_field(mongo_field(key), key, value, depth)
    if key not in _JOINS:
        raise _error(f"{key!r} does not join conditions", _near(key, _JOINS))
    if key == "$not":
        return Not(_document(value, depth + 1))
    if not isinstance(value, list | tuple):
        raise _error(f"{key} takes a list and got {value!r}", f'Write {{"{key}": [{{...}}, {{...}}]}}.')
    parts = [_document(part, depth + 1) for part in value]
    if key == "$and":
        return _joined(parts)
    found: Filter = parts[0] if len(parts) == 1 else Or(tuple(parts))
    return Not(found) if key == "$nor" else found


def _on_field(field: Field, key: str, value: Any, depth: int) -> Filter:
    if depth > limits.FILTER_DEPTH:
        raise _error(f"it is nested too deep; the limit is {limits.FILTER_DEPTH} (FILTER_DEPTH)", "Use fewer levels.")
    if not isinstance(value, Mapping):
        return _equal(field, key, value)
    unknown = next((operator for operator in value if operator not in _OPERATORS), None)
    if unknown is not None:
        raise _error(f"{unknown!r} of {key!r} is not an operator", _near(str(unknown), _OPERATORS))
    options = value.get("$options", "")
    parts = [
        _operation(field, key, operator, operand, str(options), depth)
        for operator, operand in value.items()
        if operator != "$options"
    ]
    return _joined(parts)


def _operation(field: Field, key: str, operator: str, operand: Any, options: str, depth: int) -> Filter:
    match operator:
        case "$eq":
            return _equal(field, key, operand)
        case "$ne":
            return Not(_equal(field, key, operand))
        case "$gt" | "$gte" | "$lt" | "$lte":
            return Condition(field, _COMPARISONS[operator], _scalar(field, key, operand))  # type: ignore[arg-type]
        case "$in" | "$nin":
            if not isinstance(operand, list | tuple):
                raise _error(f"{operator} of {key!r} takes a list and got {operand!r}", f'Write {{"{operator}": [...]}}.')
            among = _among(field, key, operand)
            return Not(among) if operator == "$nin" else among
        case "$regex":
            if not isinstance(operand, str):
                raise _error(f"$regex of {key!r} takes text and got {operand!r}", 'Write {"$regex": "^res.*50$"}.')
            if set(options) - set("ims"):
                raise _error(f"$options of {key!r} are {options!r}", "Known ones: i, m, s.")
            return Condition(field, "~", f"(?{options}){operand}" if options else operand)
        case "$exists":
            there = Condition(field, "exists")
            return there if operand else Not(there)
        case "$not":
            return Not(_on_field(field, key, operand, depth + 1))
        case "$contains":
            return _contains(field, key, operand)
    # $elemMatch
    inner = operand.get("$eq") if isinstance(operand, Mapping) and set(operand) == {"$eq"} else operand
    return Condition(field, "has", _scalar(field, key, inner))


def _equal(field: Field, key: str, value: Any) -> Filter:
    scalar = _scalar(field, key, value)
    if field == Field("run", "tags"):
        return Condition(field, "has", scalar)
    if scalar is None:
        absent = Not(Condition(field, "exists"))
        return absent if field.section == "run" else Or((Condition(field, "=", None), absent))
    return Condition(field, "=", scalar)


def _among(field: Field, key: str, values: Any) -> Filter:
    if field == Field("run", "tags") or None in values:
        parts = tuple(_equal(field, key, value) for value in values)
        return parts[0] if len(parts) == 1 else Or(parts)
    return Condition(field, "in", tuple(_scalar(field, key, value) for value in values))


def _contains(field: Field, key: str, value: Any) -> Filter:
    """A part of a text, or an item of a list."""
    has = Condition(field, "has", _scalar(field, key, value))
    if field == Field("run", "tags") or not isinstance(value, str):
        return has
    part = Condition(field, "~", "".join(f"\\{each}" if each in _SPECIAL else each for each in value))
    return part if field.section == "run" else Or((has, part))


def _scalar(field: Field, key: str, value: Any) -> Any:
    if isinstance(value, Mapping) or kind_of(value) == "list":
        raise _error(f"{key!r} is compared with {value!r}, which is no single value", "Use $in for one of many.")
    if field.section == "run" and RUN_FIELDS.get(field.path) == "time" and isinstance(value, str):
        try:
            return parse_time(value)
        except ValueError as error:
            raise _error(f"{value!r} is not a time for {key!r}", "Write 2026-01-31 or 2026-01-31T12:00:00Z.") from error
    return value


def _joined(parts: list[Filter]) -> Filter:
    if not parts:
        return EVERYTHING
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _error(detail: str, hint: str) -> InvalidFilter:
    return InvalidFilter(at=0, detail=detail, hint=hint)


def _near(operator: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(operator, known, 1)
    return f"Did you mean `{near[0]}`?" if near else f"Known ones: {', '.join(known)}."
