"""Numbers that a form has no place for. Those that JSON cannot say travel as words, which JavaScript and Python read: `NaN`,
`Infinity`, `-Infinity`. A text that is such a word travels with a backslash in front, and so does one that has backslashes there
already: every value comes back as it was."""

from __future__ import annotations

import math
import re
from typing import Any

EXACT_INT = 1 << 53  # up to here a double holds every integer
_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_is_word_text = re.compile(r"\\*(?:NaN|-?Infinity)").fullmatch


def worded(value: Any) -> Any:
    """`value` as JSON can say it, at any depth; the same object where nothing is changed. `numbered` makes the value of it."""
    if isinstance(value, str):
        return f"\\{value}" if _is_word_text(value) else value
    return _word(value) if isinstance(value, float) else _mapped(value, worded)


def numbered(value: Any) -> Any:
    """The other way."""
    if isinstance(value, str):
        if value in _NUMBERS:
            return _NUMBERS[value]
        return value[1:] if value.startswith("\\") and _is_word_text(value) else value
    return _mapped(value, numbered)


def shown(value: Any) -> Any:
    """`value` with such numbers as words and texts as they are: for files and people, who need not make numbers of it again."""
    return _word(value) if isinstance(value, float) else _mapped(value, shown)


def _word(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        after = {key: change(one) for key, one in value.items()}
        return after if any(after[key] is not one for key, one in value.items()) else value
    if isinstance(value, list):
        items = [change(one) for one in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
