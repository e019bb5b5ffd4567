"""How values of runs become columns of a row, and back. JSON in text, because both databases hold it and a person can read it."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any, NamedTuple

from assay.server.domain.filters import as_double
from assay.wire.odd_numbers import EXACT_INT
from assay.wire.texts import clean

LIST_MARK = "\x1f"  # around the JSON items of a list; JSON escapes control characters, so no item holds it


class Encoded(NamedTuple):
    """One value of `run_values`. `kind`: f float, i integer, b boolean, s text, l list, z null.

    `number` is the value as a double (None for NaN, which no database compares as IEEE 754 does). `text` is the text, a list's
    items, or the digits of a number that the database would not keep exactly."""

    kind: str
    number: float | None
    text: str | None


def encode_value(value: Any) -> Encoded:
    """The row form of a leaf of config or summary. What JSON does not know is kept as its text."""
    match value:
        case None:
            return Encoded("z", None, None)
        case bool():
            return Encoded("b", float(value), None)
        case int():
            return Encoded("i", as_double(value), None if -EXACT_INT <= value <= EXACT_INT else str(value))
        case float():
            # SQLite keeps whole doubles as integers, which have no negative zero.
            is_negative_zero = value == 0 and math.copysign(1.0, value) < 0
            return Encoded("f", None if math.isnan(value) else value, "-0.0" if is_negative_zero else None)
        case str():
            return Encoded("s", None, clean(value))
        case list() | tuple():
            return Encoded("l", None, encode_list(value))
    return Encoded("s", None, clean(plain(value)))


def decode_value(kind: str, number: float | None, text: str | None) -> Any:
    match kind:
        case "f":
            return math.nan if number is None else number if text is None else float(text)
        case "i":
            return int(text) if text is not None else int(number or 0)
        case "b":
            return bool(number)
        case "l":
            return decode_list(text or "")
        case "z":
            return None
    return text


def encode_list(items: Any) -> str:
    """`items` as JSON between marks, so that one item can be found by searching for it with its marks; empty for none."""
    return LIST_MARK + "".join(encode_json(item) + LIST_MARK for item in items) if items else ""


def decode_list(text: str) -> list[Any]:
    return [json.loads(item) for item in text.split(LIST_MARK)[1:-1]]


def plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def encode_json(value: Any) -> str:
    """JSON with NaN and infinities, which Python reads back; every other character is escaped to ASCII."""
    return json.dumps(value, separators=(",", ":"), default=plain)


def decode_json(text: str) -> Any:
    return json.loads(text) if text else {}
