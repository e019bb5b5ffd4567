"""Cells of CSV that people open in a spreadsheet."""

from __future__ import annotations

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_text(text: str) -> str:
    """`text` as a cell that stays text: what spreadsheets would run as a formula has an apostrophe before it (OWASP, CSV
    injection). Numbers are no texts: a negative one stays what it is."""
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text
