"""Expressions evaluated over arrays: the points of a series, or the values of a column with one place per run.

Arithmetic is that of doubles and never fails: 1 / 0 is inf, log(-1) is NaN. `%` has the sign of its divisor. Comparisons and
`and`, `or`, `not` give 1 or 0; a condition holds where it is a number other than 0, so NaN does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.server.compute import smoothing
from assay.server.domain.expressions import Call, Expression, Key, Number

Float64 = NDArray[np.float64]


def evaluate(tree: Expression, values: Mapping[str, Float64 | float], n: int) -> Float64:
    """The expression's value at each of `n` places; `values` has an array of length n or one number for every key in it."""
    with np.errstate(all="ignore"):
        found = _evaluate(tree, values, n)
    return np.full(n, found, dtype=np.float64) if np.ndim(found) == 0 else np.asarray(found, dtype=np.float64)


def _evaluate(tree: Expression, values: Mapping[str, Float64 | float], n: int) -> Any:
    match tree:
        case Number(value):
            return np.float64(value)
        case Key(name):
            return values[name] if isinstance(values[name], np.ndarray) else np.float64(values[name])
        case Call(name="if" | "where", arguments=(condition, then, otherwise)):
            chosen = _holds(_evaluate(condition, values, n))
            return np.where(chosen, _evaluate(then, values, n), _evaluate(otherwise, values, n))
    arguments = [_evaluate(argument, values, n) for argument in tree.arguments]
    if tree.name in _ALONG:
        series, *rest = arguments
        whole = np.full(n, series) if np.ndim(series) == 0 else series
        return _ALONG[tree.name](whole, *map(float, rest))
    if tree.name in ("min", "max"):
        fold: Any = np.fmin if tree.name == "min" else np.fmax
        # As for bounds everywhere here, NaN takes no part unless there is nothing else.
        for argument in arguments[1:]:
            arguments[0] = fold(arguments[0], argument)
        return arguments[0]
    return _PLAIN[tree.name](*arguments)


def _holds(value: Any) -> Any:
    return (value != 0) & ~np.isnan(value)


def _number(truth: Any) -> Any:
    return truth.astype(np.float64)


def _round(x: Any, digits: float = 0) -> Any:
    return np.round(x, int(digits))


_PLAIN: dict[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "%": np.mod, "**": np.power, "negate": np.negative,
    "<": lambda a, b: _number(a < b), "<=": lambda a, b: _number(a <= b), ">": lambda a, b: _number(a > b),
    ">=": lambda a, b: _number(a >= b), "=": lambda a, b: _number(a == b), "!=": lambda a, b: _number(a != b),
    "and": lambda a, b: _number(_holds(a) & _holds(b)), "or": lambda a, b: _number(_holds(a) | _holds(b)),
    "not": lambda a: _number(~_holds(a)), "isnan": lambda a: _number(np.isnan(a)),
    "abs": np.abs, "ceil": np.ceil, "exp": np.exp, "floor": np.floor, "log": np.log, "log10": np.log10, "log2": np.log2,
    "sign": np.sign, "sqrt": np.sqrt, "round": _round, "clip": np.clip,
}  # fmt: skip


def _diff(x: Float64) -> Float64:
    """What each point adds to the one before; NaN at the first."""
    return np.diff(x, prepend=np.nan)


def _cumsum(x: Float64) -> Float64:
    """The sum so far. A NaN is NaN itself and adds nothing."""
    total = np.nancumsum(x)
    total[np.isnan(x)] = np.nan
    return total


_ALONG: dict[str, Callable[..., Float64]] = {
    "diff": _diff,
    "cumsum": _cumsum,
    "cummax": np.fmax.accumulate,
    "cummin": np.fmin.accumulate,
    "ema": smoothing.ema,
    "mean": lambda x, points: smoothing.trailing_mean(x, int(points)),
}
