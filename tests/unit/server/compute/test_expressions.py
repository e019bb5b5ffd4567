"""What expressions evaluate to: arithmetic of doubles, and what runs along the points."""

from __future__ import annotations

import math

import numpy as np
import pytest

from assay.server.compute.expression_text import parse
from assay.server.compute.expressions import evaluate

NAN, INF = math.nan, math.inf
A = np.array([1.0, 4.0, NAN, -2.0, INF])
B = np.array([2.0, 0.0, 1.0, -0.5, 3.0])
VALUES = {"a": A, "b": B, "config.lr": 0.5}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${a} + ${b} * 2", [5, 4, NAN, -3, INF]),
        ("${a} / ${b}", [0.5, INF, NAN, 4, INF]),
        ("-${b} ** 2", [-4, 0, -1, -0.25, -9]),
        ("${b} % 0.75", [0.5, 0, 0.25, 0.25, 0]),
        ("7", [7, 7, 7, 7, 7]),
        ("${config.lr} * ${b}", [1, 0, 0.5, -0.25, 1.5]),
        ("${a} > 1", [0, 1, 0, 0, 1]),
        ("${a} = ${a}", [1, 1, 0, 1, 1]),
        ("${a} != ${a}", [0, 0, 1, 0, 0]),
        ("not ${a}", [0, 0, 1, 0, 0]),
        ("${a} and ${b}", [1, 0, 0, 1, 1]),
        ("${a} or ${b}", [1, 1, 1, 1, 1]),
        ("if(${a} > 1, ${b}, -1)", [-1, 0, -1, -1, 3]),
        ("where(isnan(${a}), 0, ${a})", [1, 4, 0, -2, INF]),
        ("min(${a}, ${b}, 1)", [1, 0, 1, -2, 1]),
        ("max(${a}, ${b})", [2, 4, 1, -0.5, INF]),
        ("clip(${a}, 0, 3)", [1, 3, NAN, 0, 3]),
        ("log(${b})", [math.log(2), -INF, 0, NAN, math.log(3)]),
        ("log10(100) + log2(8) + exp(0) + sqrt(4) + abs(-1) + sign(-3)", [8] * 5),
        ("round(2.567, 1) + floor(1.5) + ceil(1.5)", [5.6] * 5),
        ("diff(${a})", [NAN, 3, NAN, NAN, INF]),
        ("cumsum(${a})", [1, 5, NAN, 3, INF]),
        ("cummax(${a})", [1, 4, 4, 4, INF]),
        ("cummin(${b})", [2, 0, 0, -0.5, -0.5]),
        ("mean(${b}, 2)", [2, 1, 0.5, 0.25, 1.25]),
        ("ema(${b}, 0)", [2, 0, 1, -0.5, 3]),
        ("ema(4, 0.9)", [4, 4, 4, 4, 4]),
        ("diff(cumsum(${b}))", [NAN, 0, 1, -0.5, 3]),
        ("diff(3)", [NAN, 0, 0, 0, 0]),
    ],
)
def test_an_expression_has_the_value_its_parts_make(text: str, expected: list[float]) -> None:
    np.testing.assert_allclose(evaluate(parse(text), VALUES, 5), np.array(expected, dtype=np.float64), rtol=1e-12)


def test_nothing_has_no_values_and_changes_nothing() -> None:
    none = {"a": np.empty(0)}
    for text in ("diff(${a})", "cumsum(${a}) + 1", "ema(${a}, 0.5)", "mean(${a}, 3)", "cummax(${a})"):
        assert len(evaluate(parse(text), none, 0)) == 0
    before = A.copy()
    evaluate(parse("cumsum(${a}) + cummax(${a}) + min(${a}, ${b})"), VALUES, 5)
    np.testing.assert_array_equal(A, before)
