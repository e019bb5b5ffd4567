"""Nested keys of config and summary: set, remove, merge, flatten. Plain dictionaries in, new ones out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from assay.wire.errors import InvalidRequest

_ABSENT = object()


class Draft:
    """A tree that many changes are made to; the one it was made of stays as it is. Each dictionary is copied once, when it first
    changes: a script may set ten thousand keys at once."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self.tree = dict(tree)
        self._own = {id(self.tree): self.tree}

    def put(self, path: Sequence[str], value: Any) -> None:
        """What stands in the way of the path is replaced."""
        here = self.tree
        for part in path[:-1]:
            here = self._inner(here, part)
        here[path[-1]] = value

    def remove(self, path: Sequence[str]) -> None:
        """Dictionaries that this leaves empty go too."""
        above = [self.tree]
        for part in path[:-1]:
            if not isinstance(above[-1].get(part), dict):
                return
            above.append(self._inner(above[-1], part))
        if path[-1] not in above[-1]:
            return
        del above[-1][path[-1]]
        for here, part in zip(above[-2::-1], path[-2::-1], strict=True):
            if here[part]:
                return
            del here[part]

    def _inner(self, here: dict[str, Any], part: str) -> dict[str, Any]:
        inner = here.get(part)
        if not isinstance(inner, dict) or id(inner) not in self._own:
            inner = dict(inner) if isinstance(inner, dict) else {}
            self._own[id(inner)] = inner
            here[part] = inner
        return inner


def with_value(tree: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    """`tree` with `value` at `path`; what stood in the way of the path is replaced."""
    draft = Draft(tree)
    draft.put(path, value)
    return draft.tree


def growth(tree: Mapping[str, Any], path: Sequence[str], value: Any) -> int:
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


def value_at(tree: Mapping[str, Any], path: Iterable[str], default: Any = None) -> Any:
    """What is at `path`, else `default`."""
    here: Any = tree
    for part in path:
        here = here.get(part, _ABSENT) if isinstance(here, dict) else _ABSENT
        if here is _ABSENT:
            return default
    return here


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
