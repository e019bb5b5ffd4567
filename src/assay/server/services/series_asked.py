"""Chart requests, checked and read: which lines they ask for, and which of those need every point."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan
from typing import Literal

from assay.server.services.series_curves import Line, read_formula
from assay.wire import limits
from assay.wire.errors import InvalidExpression, InvalidName, InvalidRequest
from assay.wire.messages.panels import Smoothing
from assay.wire.messages.series import SeriesRequest, XAxis
from assay.wire.names import is_key

_PICKED = frozenset(["lttb", "every"])


def check_series(asked: SeriesRequest) -> None:
    """Raises InvalidRequest or InvalidName for what no server could answer."""
    count = len(asked.runs) * (len(asked.keys) + len(asked.expressions))
    if count > limits.SERIES_PER_QUERY:
        raise InvalidRequest(detail=f"{count} series in one query; at most {limits.SERIES_PER_QUERY}. Ask in parts")
    check_buckets(asked.buckets)
    check_axis(asked.x, asked.x_key, asked.x_expression)
    check_window(asked.window)
    check_smoothing(asked.smoothing)
    if len(asked.quantiles) > limits.QUANTILES or not all(0 <= quantile <= 1 for quantile in asked.quantiles):
        raise InvalidRequest(detail=f"quantiles must be at most {limits.QUANTILES} numbers from 0 to 1")
    check_keys(asked.keys, asked.x_key)


def check_keys(keys: Sequence[str], x_key: str) -> None:
    for key in (*keys, *([x_key] if x_key else [])):
        if not key.startswith("=") and not is_key(key):
            raise InvalidName(text=key[:300], what="metric key", expected="1 byte to 1 KiB of UTF-8")


def check_buckets(buckets: int) -> None:
    if not 1 <= buckets <= limits.BUCKETS:
        raise InvalidRequest(detail=f"buckets is {buckets}; expected 1 to {limits.BUCKETS}")


def check_axis(x: XAxis, x_key: str, x_expression: str) -> None:
    if x == "metric" and not x_key:
        raise InvalidRequest(detail="x is 'metric' but x_key is empty; give the metric to draw against")
    if x == "expression" and not x_expression:
        raise InvalidRequest(detail="x is 'expression' but x_expression is empty; give what to draw against")


def check_window(window: tuple[float, float] | None) -> None:
    if window is not None and (any(map(isnan, window)) or window[0] >= window[1]):
        raise InvalidRequest(detail="window must be [from, to) with from before to")


def check_smoothing(smoothing: Smoothing | None) -> None:
    """The strength is a weight for the two exponential averages, else a number of points."""
    if smoothing is None or smoothing.kind == "none":
        return
    kind, strength = smoothing.kind, smoothing.strength
    if kind in ("ema", "time_ema"):
        if not 0 <= strength < 1:
            raise InvalidRequest(detail=f"smoothing.strength of {kind} is {strength}; expected 0 or more and less than 1")
    elif not (isfinite(strength) and 0 <= strength <= limits.SMOOTHING_WINDOW):
        detail = f"smoothing.strength of {kind} is {strength}; expected 0 to {limits.SMOOTHING_WINDOW} points (SMOOTHING_WINDOW)"
        raise InvalidRequest(detail=detail)


def asked_smoothing(smoothing: Smoothing | None) -> Smoothing | None:
    return None if smoothing is None or smoothing.kind == "none" else smoothing


def lines_of(asked: SeriesRequest) -> list[Line]:
    """Each line once, in the order asked. Raises InvalidExpression."""
    keys = dict.fromkeys([*asked.keys, *(f"={text}" for text in asked.expressions)])
    return [
        line_of(key, asked.x, asked.x_key, asked.x_expression, asked.channel, asked.smoothing, is_log=asked.x_scale == "log")
        for key in keys
    ]


def line_of(
    key: str, x: XAxis, x_key: str, x_expression: str, channel: Literal["history", "system"], smoothing: Smoothing | None, *,
    is_log: bool = False,
) -> Line:  # fmt: skip
    """Raises InvalidExpression."""
    y = read_formula(key[1:]) if key.startswith("=") else key
    if not isinstance(y, str) and not y.metrics:
        detail = "it has no metric, and a line needs the steps of one"
        raise InvalidExpression(at=0, detail=detail, hint="Add a key such as ${train/loss}.", fix="")
    x_formula = read_formula(x_expression) if x == "expression" else None
    return Line(key, y, x, x_key, x_formula, channel, asked_smoothing(smoothing), is_log)


def needs_points(asked: SeriesRequest, line: Line) -> bool:
    """Whether the pyramid does not say enough: buckets of steps, time or another metric on a linear scale it does."""
    return (
        not isinstance(line.y, str)
        or line.smoothing is not None
        or asked.x == "expression"
        or asked.x_scale == "log"
        or asked.method in _PICKED
        or bool(asked.quantiles)
    )


def as_store_axis(x: XAxis) -> Literal["step", "time", "relative", "metric"]:
    return "step" if x == "expression" else x
