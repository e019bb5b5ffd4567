"""The text form of filters: `config.lr >= 0.1 and (state = "finished" or tags has "best")`.

`parse` and `format_filter` are inverse. The grammar is in `filters.lark`; what an error says is in `filter_errors`."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import lark

from assay.server.compute.filter_errors import explain
from assay.server.compute.patterns import compile_pattern
from assay.server.domain.filters import (
    EVERYTHING,
    RUN_FIELDS,
    And,
    Condition,
    Field,
    Filter,
    Not,
    Or,
    check_size,
    field_of,
    key_of,
    parse_time,
)
from assay.wire import limits
from assay.wire.errors import InvalidFilter

KEYWORDS = frozenset(["and", "or", "not", "in", "has", "exists", "true", "false", "AND", "OR", "NOT", "IN", "HAS", "EXISTS"])
_NAME = re.compile(r"[^\W\d][\w/.\-]*\Z")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


def parse(text: str, *, now: float | None = None) -> Filter:
    """The filter that `text` spells; no text means every run. `now-7d` counts from `now` (seconds since the epoch).

    Raises InvalidFilter with the place of the fault, what was expected there and, where one is found, a text that reads."""
    try:
        return _read(text, now)
    except _Fault as fault:
        raise fault.error(text) from fault


def format_filter(where: Filter) -> str:
    """The text that `parse` reads as `where`. Empty for every run."""
    return "" if where == EVERYTHING else _format(where, 0)


class _Fault(Exception):
    """Something that reads but means nothing, at a place, perhaps with a better text for the part from `at` to `end`."""

    def __init__(self, at: int, detail: str, hint: str, *, better: tuple[int, int, str] | None = None) -> None:
        self.at, self.detail, self.hint, self.better = at, detail, hint, better

    def error(self, text: str) -> InvalidFilter:
        hint = self.hint
        if self.better is not None:
            start, end, replacement = self.better
            hint = f"Did you mean `{text[:start]}{replacement}{text[end:]}`?"
        return InvalidFilter(at=self.at, detail=self.detail, hint=hint)


def _read(text: str, now: float | None) -> Filter:
    if len(text) > limits.FILTER_CHARS:
        detail = f"the text has {len(text)} characters; the limit is {limits.FILTER_CHARS} (FILTER_CHARS)"
        raise InvalidFilter(at=limits.FILTER_CHARS, detail=detail, hint="Shorten it.")
    try:
        tree = _parser().parse(text)
    except lark.exceptions.UnexpectedInput as error:
        raise explain(text, error, reads=_reads) from error
    try:
        where: Filter = _Builder(time.time() if now is None else now).transform(tree)
    except lark.exceptions.VisitError as error:
        raise error.orig_exc from error
    return check_size(where)


def _reads(text: str) -> bool:
    try:
        _parser().parse(text)
    except lark.exceptions.UnexpectedInput:
        return False
    return True


@lru_cache(maxsize=1)
def _parser() -> lark.Lark:
    # Made when the first filter comes: the tables take 30 ms that a starting server does not have.
    grammar = Path(__file__).with_name("filters.lark").read_text()
    return lark.Lark(grammar, parser="lalr", maybe_placeholders=False, propagate_positions=True)


class _Builder(lark.visitors.Transformer_NonRecursive[lark.Token, Any]):
    """Makes the tree, from the leaves up and without recursion: a text of parentheses alone may be very deep."""

    def __init__(self, now: float) -> None:
        super().__init__()
        self._now = now

    def start(self, children: list[Filter]) -> Filter:
        return children[0] if children else EVERYTHING

    def any_of(self, children: list[Filter]) -> Filter:
        return Or(tuple(children))

    def all_of(self, children: list[Filter]) -> Filter:
        return And(tuple(children))

    def negated(self, children: list[Filter]) -> Filter:
        return Not(children[0])

    def always(self, _children: list[Any]) -> Filter:
        return And(())

    def never(self, _children: list[Any]) -> Filter:
        return Or(())

    def key(self, children: list[lark.Token]) -> _Key:
        return _Key(children[0])

    def scalar(self, children: list[lark.Token]) -> _Value:
        token = children[0]
        try:
            return _Value(token, self._value(token))
        except ValueError as error:
            hint = "Dates look like 2026-01-31 or 2026-01-31T12:00Z."
            raise _Fault(token.start_pos or 0, f"{token} is not a date ({error})", hint) from error

    def _value(self, token: lark.Token) -> Any:
        match token.type:
            case "NUMBER":
                return float(token) if any(character in token for character in ".eE") else int(token)
            case "INFINITE":
                return float(token)
            case "DATE":
                return parse_time(str(token))
            case "RELATIVE":
                return self._now + (float(token[3:-1]) * _UNIT_S[token[-1]] if len(token) > 3 else 0.0)
            case "TEXT":
                return _unescape(token[1:-1])
        return {"TRUE": True, "FALSE": False, "NULL": None}[token.type]

    def values(self, children: list[_Value]) -> list[_Value]:
        return children

    def compare(self, children: list[Any]) -> Filter:
        key, operator, value = children
        return Condition(key.field, str(operator), _fitting(key, str(operator), value))  # type: ignore[arg-type]

    def among(self, children: list[Any]) -> Filter:
        key, values = children
        return Condition(key.field, "in", tuple(_fitting(key, "in", value) for value in values))

    def not_among(self, children: list[Any]) -> Filter:
        return Not(self.among(children))

    def has(self, children: list[Any]) -> Filter:
        key, value = children
        return Condition(key.field, "has", value.value)

    def finds(self, children: list[Any]) -> Filter:
        key, token = children
        pattern = _unescape(token[1:-1])
        try:
            compile_pattern(pattern)
        except InvalidFilter as error:
            raise _Fault(token.start_pos or 0, error.fields["detail"], error.fields["hint"]) from error
        return Condition(key.field, "~", pattern)

    def exists(self, children: list[Any]) -> Filter:
        return Condition(children[0].field, "exists")


class _Key:
    def __init__(self, token: lark.Token) -> None:
        self.start, self.end = token.start_pos or 0, token.end_pos or 0
        self.text = str(token)
        match token.type:
            case "QUOTED":
                name = token[1:-1].replace("``", "`")
            case "TEXT":
                name = _unescape(token[1:-1])
            case _:
                name = str(token)
        if not name:
            raise _Fault(self.start, "a key cannot be empty", "Put the key's name there, as in `lr > 0.1`.")
        self.field = field_of(name)


class _Value:
    def __init__(self, token: lark.Token, value: Any) -> None:
        self.start, self.end = token.start_pos or 0, token.end_pos or 0
        self.text = str(token)
        self.value = value


def _fitting(key: _Key, operator: str, value: _Value) -> Any:
    """The value as the field's kind has it. Raises _Fault for a comparison with a run field that can never be true."""
    if key.field.section == "tags" and not isinstance(value.value, str):
        # What a tag says is text, and people write `tags.fold = 3`.
        return value.text if value.value is not None else None
    if key.field.section != "run":
        return value.value
    kind, given = RUN_FIELDS[key.field.path], value.value
    if kind == "list":
        better = (key.start, value.end, f"{key.text} has {value.text}") if operator == "=" else None
        detail = f"{key.text} is a list, which {operator} cannot compare"
        raise _Fault(key.end, detail, f"Use `{key.text} has ...`.", better=better)
    if kind == "text" and not isinstance(given, str):
        detail = f"{key.text} is text and {value.text} is not"
        raise _Fault(value.start, detail, "", better=(value.start, value.end, f'"{value.text}"'))
    if kind == "time" and isinstance(given, str):
        try:
            return parse_time(given)
        except ValueError as error:
            hint = "Write a date, 2026-01-31 or 2026-01-31T12:00Z, or an age, now-7d."
            raise _Fault(value.start, f"{value.text} is not a time", hint) from error
    if kind in {"time", "number"} and (isinstance(given, bool) or not isinstance(given, int | float)):
        hint = "Write a date or an age such as now-7d." if kind == "time" else "Write a number."
        raise _Fault(value.start, f"{key.text} is a number and {value.text} is not", hint)
    return given


def _unescape(text: str) -> str:
    """Escapes that are not known stay as they are, so that `\\d` in a regular expression need not be doubled."""

    def one(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) == 5 else _ESCAPED.get(code, match[0])

    return _ESCAPE.sub(one, text)


def _format(where: Filter, binding: int) -> str:
    """`binding`: 0 where `or` may stand bare, 1 where `and` may, 2 where neither."""
    match where:
        case And(()):
            return "true"
        case Or(()):
            return "false"
        case And((part,)) | Or((part,)):
            return _format(part, binding)
        case And(parts):
            text = " and ".join(_format(part, 2) for part in parts)
            return f"({text})" if binding > 1 else text
        case Or(parts):
            text = " or ".join(_format(part, 1) for part in parts)
            return f"({text})" if binding > 0 else text
        case Not(part):
            return f"not {_format(part, 2)}"
    key, operator = format_key(where.field), where.operator
    if operator == "exists":
        return f"{key} exists"
    if operator == "in":
        return f"{key} in [{', '.join(_format_value(each, where.field) for each in where.value)}]"
    return f"{key} {operator} {_format_value(where.value, where.field)}"


def format_key(field: Field) -> str:
    key = key_of(field)
    return key if _NAME.match(key) and key not in KEYWORDS else f"`{key.replace('`', '``')}`"


def _format_value(value: Any, field: Field) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + "".join(_escaped(character) for character in value) + '"'
        case float() if field.section == "run" and RUN_FIELDS.get(field.path) == "time":
            return _format_time(value)
    return repr(value)


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character < " " or "\ud800" <= character <= "\udfff":
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character, f"\\u{ord(character):04x}")
    return character


def _format_time(seconds: float) -> str:
    """A date where one says exactly the same, else the number."""
    try:
        text = datetime.fromtimestamp(seconds, UTC).isoformat().removesuffix("+00:00") + "Z"
        text = text.removesuffix("T00:00:00Z")
        return text if parse_time(text) == seconds and text[0] != "-" else repr(seconds)
    except (ValueError, OverflowError, OSError):
        return repr(seconds)
