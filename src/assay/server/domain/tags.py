"""Tags that say a value of a key, `dataset:v2`, beside those that are words. A run has one value of a key: the last counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_KEYED = re.compile(r"([^\W\d][\w./-]*):(?!//)\s*(\S.*)", re.DOTALL)


def key_and_value(tag: str) -> tuple[str, str]:
    """Of `dataset:v2` the key and the value; empty for a tag that is just a word, an address or a time."""
    found = _KEYED.fullmatch(tag)
    return (found[1], found[2]) if found else ("", "")


def value_of(tags: Sequence[str], key: str) -> str | None:
    for tag in reversed(tags):
        known, value = key_and_value(tag)
        if known == key:
            return value
    return None


def without_keys(tags: Iterable[str], keys: Iterable[str]) -> list[str]:
    """The tags that say no value of these keys."""
    gone = set(keys)
    return [tag for tag in tags if key_and_value(tag)[0] not in gone or not key_and_value(tag)[0]]
