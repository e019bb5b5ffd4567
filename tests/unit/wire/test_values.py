from __future__ import annotations

import datetime
import math
from typing import Any

import pytest

from assay.wire.values import is_same

WHEN = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("a", "b", "answer"),
    [
        (1, 1, True), (1, 1.0, False), (1, True, False), (0.0, False, False), ("NaN", math.nan, False),
        (math.nan, math.nan, True), (None, None, True), (None, 0, False), (WHEN, WHEN, True), ("1", 1, False),
        (math.inf, -math.inf, False),
        ({"a": [1, {"b": math.nan}]}, {"a": [1, {"b": math.nan}]}, True), ({"a": [1]}, {"a": [1.0]}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True), ({"a": 1}, {"a": 1, "b": None}, False), ([1, 2], [1], False), ([], {}, False),
    ],
)  # fmt: skip
def test_values_are_the_same_if_they_are_of_one_kind_at_any_depth(a: Any, b: Any, answer: bool) -> None:
    assert is_same(a, b) is answer
    assert is_same(b, a) is answer
