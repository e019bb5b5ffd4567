"""Nested keys of config and summary: set, remove, merge, flatten. Plain dictionaries in, new ones out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from assay.wire.errors import InvalidRequest
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


def growth(tree: Mapping[str, Any], path: Iterable[str], value: Any) -> int:
    """How many bytes `tree` gains as msgpack with `value` at `path`; less than 0 where it loses some. `tree` is not encoded."""
    first, *rest = path
    known = tree.get(first, _ABSENT)
    if rest and isinstance(known, dict):
        return growth(known, rest, value)
    placed = _packed(with_value({}, rest, value) if rest else value)
    if known is not _ABSENT:
        return placed - _packed(known)
    return placed + _packed(first) + _header(len(tree) + 1) - _header(len(tree))


def _packed(value: Any) -> int:
    return len(msgspec.msgpack.encode(value))


def _header(count: int) -> int:
    """Bytes that msgpack puts before the entries of a dictionary."""
    return 1 if count < 16 else 3 if count < 1 << 16 else 5


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
    """Whether two values are equal at any depth, as they are written: 1, 1.0 and true are three values, NaN is one."""
    return _written(value) == _written(other)


def _written(value: Any) -> bytes:
    return msgspec.json.encode(worded(value), order="deterministic")


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


def packed_size(value: Any, what: str) -> int:
    """Bytes of `value` as msgpack. Raises InvalidRequest, which begins with `what`, for a whole number that it cannot hold."""
    try:
        return len(msgspec.msgpack.encode(value))
    except OverflowError as error:
        detail = f"{what} has a whole number that is too large: they go from -2^63 to 2^64 - 1. Send it as text, or as a float"
        raise InvalidRequest(detail=detail) from error


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
