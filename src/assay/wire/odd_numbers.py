"""Numbers that a form has no place for. Those that JSON cannot say travel as words, which JavaScript and Python read: `NaN`,
`Infinity`, `-Infinity`."""

from __future__ import annotations

import math
from typing import Any

EXACT_INT = 1 << 53  # up to here a double holds every integer
_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def worded(value: Any) -> Any:
    """`value` with such numbers as words, at any depth; the same object where there is none."""
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return _mapped(value, worded)


def numbered(value: Any) -> Any:
    """The other way: words of such numbers as numbers."""
    if isinstance(value, str):
        return _NUMBERS.get(value, value)
    return _mapped(value, numbered)


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        after = {key: change(one) for key, one in value.items()}
        return after if any(after[key] is not one for key, one in value.items()) else value
    if isinstance(value, list):
        items = [change(one) for one in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
