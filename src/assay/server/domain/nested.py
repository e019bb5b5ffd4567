"""Nested keys of config and summary: set, remove, merge, flatten. Plain dictionaries in, new ones out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assay.wire.odd_numbers import worded

_ABSENT = object()


def with_value(tree: Mapping[str, Any], path: Iterable[str], value: Any) -> dict[str, Any]:
    """`tree` with `value` at `path`; what stood in the way of the path is replaced."""
    first, *rest = path
    out = dict(tree)
    if rest:
        inner = out.get(first)
        out[first] = with_value(inner if isinstance(inner, dict) else {}, rest, value)
    else:
        out[first] = value
    return out


def without(tree: Mapping[str, Any], path: Iterable[str]) -> dict[str, Any]:
    """`tree` without what is at `path`, and without dictionaries that this leaves empty."""
    first, *rest = path
    out = dict(tree)
    if not rest:
        out.pop(first, None)
    elif isinstance(out.get(first), dict):
        out[first] = without(out[first], rest)
        if not out[first]:
            del out[first]
    return out


def value_at(tree: Mapping[str, Any], path: Iterable[str], default: Any = None) -> Any:
    """What is at `path`, else `default`."""
    here: Any = tree
    for part in path:
        here = here.get(part, _ABSENT) if isinstance(here, dict) else _ABSENT
        if here is _ABSENT:
            return default
    return here


def is_same(value: Any, other: Any) -> bool:
    """Whether two values are equal, at any depth: numbers that are none (NaN) are, True and 1 are not."""
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(is_same(inner, other[key]) for key, inner in value.items())
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(is_same, value, other))
    return isinstance(value, bool) is isinstance(other, bool) and bool(worded(value) == worded(other))


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `over` laid on top, dictionary by dictionary."""
    out = dict(base)
    for key, value in over.items():
        below = out.get(key)
        out[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return out


def leaves(tree: Mapping[str, Any], prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """(path, value) of everything that is not a dictionary with content."""
    for key, value in tree.items():
        path = (*prefix, key)
        if isinstance(value, dict) and value:
            yield from leaves(value, path)
        else:
            yield path, value


def depth(value: Any, limit: int) -> int:
    """How deep `value` nests, at most `limit + 1`."""
    level, here = 0, [value]
    while here and level <= limit:
        here = [
            inner
            for item in here
            if isinstance(item, dict | list | tuple)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        level += 1 if here else 0
    return level
