"""Nested keys: what they weigh, and how many changes are made to them."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec

from assay.server.domain import nested


def test_what_a_tree_gains_by_a_value_is_told_without_encoding_it() -> None:
    random, tree = Random(7), dict[str, Any]()
    for _ in range(3_000):
        path = [random.choice("abcdefghijklmnopqrstuvwxyz") * random.choice((1, 40)) for _ in range(random.randint(1, 3))]
        value = random.choice([None, True, 1, 70_000, 0.5, "x" * random.randint(0, 300), {}, {"p": 1}, [1, 2]])
        after = nested.with_value(tree, path, value)
        gained = len(msgspec.msgpack.encode(after)) - len(msgspec.msgpack.encode(tree))
        assert nested.growth(tree, path, value) == gained, (path, value)
        tree = after


def test_a_draft_changes_nothing_but_itself() -> None:
    random = Random(3)
    tree: dict[str, Any] = {"a": {"b": {"c": 1}, "d": 2}, "e": {}}
    before, given = msgspec.json.encode(tree), {"x": {"y": 1}}
    draft, expected = nested.Draft(tree), msgspec.json.decode(before)
    for _ in range(3_000):
        path = [random.choice("abcde") for _ in range(random.randint(1, 3))]
        if random.random() < 0.4:
            draft.remove(path)
            _remove(expected, path)
        else:
            value = random.choice([1, {}, given, {"b": 3}])
            draft.put(path, value)
            _put(expected, path, msgspec.json.decode(msgspec.json.encode(value)))
        assert draft.tree == expected, path
    assert msgspec.json.encode(tree) == before
    assert given == {"x": {"y": 1}}


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        if not isinstance(tree.get(part), dict):
            tree[part] = {}
        tree = tree[part]
    tree[path[-1]] = value


def _remove(tree: dict[str, Any], path: list[str]) -> None:
    absent = object()
    if nested.value_at(tree, path, absent) is absent:
        return
    for end in range(len(path), 0, -1):
        above = nested.value_at(tree, path[: end - 1]) if end > 1 else tree
        del above[path[end - 1]]
        if above:
            return
