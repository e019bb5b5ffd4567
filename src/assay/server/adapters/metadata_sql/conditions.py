"""A filter as one SQL expression over `runs`, true for exactly the runs for which `domain.filters.evaluate` is.

SQL's third truth value is kept out: every comparison says first that its value is there, so that NOT turns it round."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.encoding import LIST_MARK, encode_json
from assay.server.adapters.metadata_sql.tables import run_values, runs
from assay.server.compute.patterns import compile_pattern, literal_in
from assay.server.domain.filters import ORDER, RUN_FIELDS, And, Condition, Filter, Not, Or, as_double, kind_of
from assay.wire.odd_numbers import EXACT_INT
from assay.wire.texts import clean

ColumnKey = tuple[str, str]  # section, path
Expression = sa.ColumnElement[Any]
_NUMBERS = ("f", "i")


def compile_filter(where: Filter, columns: Mapping[ColumnKey, int], dialect: SqliteDialect) -> Expression:
    """`columns` has the id of every config and summary path in the filter that the project has. Raises InvalidFilter for a
    regular expression that is none."""
    match where:
        case And(parts):
            return sa.and_(sa.true(), *(compile_filter(part, columns, dialect) for part in parts))
        case Or(parts):
            return sa.or_(sa.false(), *(compile_filter(part, columns, dialect) for part in parts))
        case Not(part):
            return sa.not_(compile_filter(part, columns, dialect))
    if where.operator == "~":
        compile_pattern(where.value)
    if where.field.section == "run":
        return _on_run(where, dialect)
    column_id = columns.get((where.field.section, where.field.path))
    if column_id is None:
        return sa.false()
    return runs.c.key.in_(sa.select(run_values.c.run_key).where(run_values.c.column_id == column_id, _on_value(where, dialect)))


def run_field(path: str) -> tuple[Expression, Expression]:
    """A run field's value, and whether the run has one."""
    if path == "duration_s":
        end = sa.case((runs.c.finished_at != 0, runs.c.finished_at), else_=runs.c.heartbeat_at)
        return end - runs.c.started_at, runs.c.started_at != 0
    column = runs.c[path]
    if RUN_FIELDS[path] == "time":
        return column, column != 0
    return column, column.is_not(None) if column.nullable else sa.true()


def _on_run(condition: Condition, dialect: SqliteDialect) -> Expression:
    path, operator, expected = condition.field.path, condition.operator, condition.value
    if path not in RUN_FIELDS or path == "last_step":
        return sa.false()
    value, is_present = run_field(path)
    kind = {"text": "text", "list": "list"}.get(RUN_FIELDS[path], "number")
    match operator:
        case "exists":
            return is_present if kind == "number" else value != ""
        case "has":
            return _has(value, expected, dialect) if kind == "list" else sa.false()
        case "~":
            return _finds(value, expected, dialect, kind)
        case "in":
            return sa.and_(is_present, _among(value, [each for each in expected if kind_of(each) == kind], kind))
        case "!=":
            return sa.and_(is_present, sa.not_(_compare("=", value, expected, kind)))
    return sa.and_(is_present, _compare(operator, value, expected, kind))


def _on_value(condition: Condition, dialect: SqliteDialect) -> Expression:
    kind, number, text = run_values.c.kind, run_values.c.number, run_values.c.text
    expected = condition.value
    match condition.operator:
        case "exists":
            return sa.true()
        case "has":
            return sa.and_(kind == "l", _has(text, expected, dialect))
        case "~":
            return sa.or_(
                sa.and_(kind == "s", _finds(text, expected, dialect, "text")),
                sa.and_(kind == "l", _finds(text, expected, dialect, "list")),
            )
        case "in":
            of: dict[str, list[Any]] = {}
            for each in expected:
                of.setdefault(kind_of(each), []).append(each)
            return sa.or_(
                sa.false(),
                sa.and_(kind.in_(_NUMBERS), number.is_not(None), _is_number_among(of.get("number", []))),
                sa.and_(kind == "s", _among(text, of.get("text", []), "text")),
                sa.and_(kind == "b", number.in_([float(each) for each in of.get("boolean", [])])),
                sa.and_(kind == "z", sa.true() if "null" in of else sa.false()),
            )
        case "!=":
            return sa.not_(_equals(expected))
        case "=":
            return _equals(expected)
    if kind_of(expected) == "number":
        return sa.and_(kind.in_(_NUMBERS), number.is_not(None), _is_number_ordered(condition.operator, expected))
    return sa.and_(kind == "s", _compare(condition.operator, text, expected, "text"))


def _equals(expected: Any) -> Expression:
    kind, number, text = run_values.c.kind, run_values.c.number, run_values.c.text
    match kind_of(expected):
        case "null":
            return kind == "z"
        case "boolean":
            return sa.and_(kind == "b", number == float(expected))
        case "number":
            return sa.and_(kind.in_(_NUMBERS), number.is_not(None), _is_number_among([expected]))
        case "text":
            return sa.and_(kind == "s", text == clean(expected))
    return sa.false()


# An integer that a double cannot hold has its digits beside the double nearest to it, so that only numbers of that size need a
# second look. Rounding keeps the order but makes equals.


def _is_number_among(expected: list[Any]) -> Expression:
    number, text = run_values.c.number, run_values.c.text
    small = [each for each in expected if abs(as_double(each)) < EXACT_INT]
    large = [each for each in expected if abs(as_double(each)) >= EXACT_INT]
    same = _among(number, small, "number")
    if not large:
        return same
    doubles = [each for each in large if as_double(each) == each]
    digits = [str(int(each)) for each in large if not _is_infinite(each)]
    return sa.or_(
        same,
        sa.and_(text.is_(None), _among(number, doubles, "number")),
        sa.and_(text.is_not(None), text.in_(digits)),
    )


def _is_number_ordered(operator: str, expected: Any) -> Expression:
    number, text, nearest = run_values.c.number, run_values.c.text, as_double(expected)
    if not abs(nearest) >= EXACT_INT:  # NaN among them
        return _compare(operator, number, expected, "number")
    is_less = operator.startswith("<")
    double_holds, infinite_holds = (ORDER[operator](value, expected) for value in (nearest, 0))
    if _is_infinite(expected):
        exact_holds: Expression = sa.true() if infinite_holds else sa.false()
    else:
        # Of numbers with one sign the longer is the further from zero; of one length they are in the order of their texts.
        digits = str(int(expected))
        is_nearer = is_less == (expected > 0)
        length = sa.func.length(text)
        further = text < digits if is_nearer else text > digits
        parts = [length < len(digits) if is_nearer else length > len(digits), sa.and_(length == len(digits), further)]
        exact_holds = sa.or_(*parts, *([text == digits] if operator.endswith("=") else []))
    tied = sa.or_(sa.and_(text.is_(None), sa.true() if double_holds else sa.false()), sa.and_(text.is_not(None), exact_holds))
    return sa.or_(number < nearest if is_less else number > nearest, sa.and_(number == nearest, tied))


def _is_infinite(value: Any) -> bool:
    return isinstance(value, float) and math.isinf(value)


def _compare(operator: str, value: Expression, expected: Any, kind: str) -> Expression:
    """`value`, of `kind` and there, against `expected`; false where the kinds differ or nothing compares (NaN)."""
    if kind == "list" or kind_of(expected) != kind:
        return sa.false()
    bound = clean(expected) if kind == "text" else as_double(expected)
    if isinstance(bound, float) and math.isnan(bound):
        return sa.false()
    match operator:
        case "=":
            return value == bound
        case "<":
            return value < bound
        case "<=":
            return value <= bound
        case ">":
            return value > bound
    return value >= bound


def _among(value: Expression, expected: list[Any], kind: str) -> Expression:
    if kind == "text":
        return value.in_([clean(each) for each in expected])
    return value.in_([bound for each in expected if not math.isnan(bound := as_double(each))])


def _has(items: Expression, expected: Any, dialect: SqliteDialect) -> Expression:
    """`expected` is one of `items`: its JSON stands between two marks."""
    if kind_of(expected) == "list":
        return sa.false()
    spellings = {encode_json(expected)}
    if kind_of(expected) == "number":
        number = as_double(expected)
        if math.isnan(number):
            return sa.false()
        if number == 0:
            spellings |= {"0", "0.0", "-0.0"}
        elif number == expected:
            spellings.add(encode_json(number))
            if number.is_integer():
                spellings.add(encode_json(int(number)))
    return sa.or_(*(dialect.contains(items, f"{LIST_MARK}{text}{LIST_MARK}") for text in sorted(spellings)))


def _finds(value: Expression, pattern: str, dialect: SqliteDialect, kind: str) -> Expression:
    if kind == "list":
        return dialect.matches_item(value, pattern)
    if kind != "text":
        return sa.false()
    literal, is_all = literal_in(pattern)
    if is_all:
        return dialect.contains(value, literal)
    matches = dialect.matches(value, pattern)
    return sa.and_(dialect.contains(value, literal), matches) if literal else matches
