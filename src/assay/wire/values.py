"""Plain values, as rows, configs, summaries and metadata hold them."""

from __future__ import annotations

from typing import Any


def is_same(a: Any, b: Any) -> bool:
    """Whether two plain values are equal at any depth. 1, 1.0 and true are three values, and NaN is one."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(is_same(value, b[key]) for key, value in a.items())
    if isinstance(a, list):
        return len(a) == len(b) and all(map(is_same, a, b))
    return bool(a == b or (a != a and b != b))
