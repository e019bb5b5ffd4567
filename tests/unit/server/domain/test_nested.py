"""Nested keys: what they weigh."""

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
