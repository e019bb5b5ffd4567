"""Groups of runs as lines, and the first value of a series that is not finite."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from assay.server.compute import smoothing
from assay.server.services.series import GroupedSeries
from assay.testing.batches import BatchWriter
from assay.wire import records
from assay.wire.errors import InvalidRequest, NotFound
from assay.wire.messages.panels import Smoothing
from assay.wire.messages.runs import RunStart
from assay.wire.messages.series import GroupsRequest, NonFiniteRequest, SeriesGroup
from assay.wire.names import ProjectPath, RunPath

PROJECT = ProjectPath("ann", "digits")


def log(house: Any, run_id: str, *rows: tuple[int, dict[str, Any]], is_over: bool = True) -> None:
    path, writer = RunPath("ann", "digits", run_id), BatchWriter()
    house.catalog.runs.start(house.ann, path, RunStart(writer="w1", config={"lr": 0.5}), "http://h")
    house.catalog.ingest.append(house.ann, path, writer.log(*rows))
    if is_over:
        house.catalog.ingest.append(house.ann, path, writer.fold([records.Finish("finished", 0, 1_760_000_900.0)]))


def read(house: Any, groups: dict[str, list[str]], keys: list[str] | None = None, **asked: Any) -> list[GroupedSeries]:
    request = GroupsRequest([SeriesGroup(label, runs) for label, runs in groups.items()], keys or ["loss"], **asked)
    return house.catalog.series.groups(house.ann, PROJECT, request)  # type: ignore[no-any-return]


def three(house: Any, n: int = 600) -> list[np.ndarray[Any, Any]]:
    """Runs a, b, c of n, 2 n and n points; c logs every second step."""
    curves = [np.random.default_rng(seed).normal(size=size).cumsum() for seed, size in ((1, n), (2, 2 * n), (3, n))]
    for name, curve, every in zip("abc", curves, (1, 1, 2), strict=True):
        log(house, name, *((step * every, {"loss": float(value)}) for step, value in enumerate(curve)))
    return curves


@pytest.mark.parametrize("buckets", [50, 200, 5_000])
@pytest.mark.parametrize("smoothed", [False, True])
def test_a_line_is_the_mean_of_the_runs_bucket_means(house: Any, buckets: int, smoothed: bool) -> None:
    curves = three(house)
    asked: dict[str, Any] = {"smoothing": Smoothing("ema", 0.9)} if smoothed else {}
    one, other = read(house, {"abc": ["a", "b", "c"], "ab": ["b", "a", "gone"]}, buckets=buckets, band="minmax", **asked)
    assert (one.label, one.run_count, other.run_count) == ("abc", 3, 2)
    assert len(one.grouped.x) <= buckets
    width = one.bucket_width
    steps = [np.arange(600), np.arange(1_200), np.arange(600) * 2]
    for x, count, middle, low, high in zip(
        one.grouped.x, one.grouped.run_count, one.grouped.middle, one.grouped.low, one.grouped.high, strict=True
    ):
        inside = [curve[(step >= x) & (step < x + width)] for curve, step in zip(curves, steps, strict=True)]
        means = [part.mean() for part in inside if len(part)]
        assert count == len(means)
        np.testing.assert_allclose([middle, low, high], [np.mean(means), min(means), max(means)], rtol=1e-9)
    np.testing.assert_array_equal(other.grouped.x, one.grouped.x[np.isin(one.grouped.x, other.grouped.x)])
    if smoothed:
        assert one.grouped.smooth is not None
        smooth = [smoothing.ema(curve, 0.9) for curve in curves]
        first = [part[(step >= 0) & (step < width)] for part, step in zip(smooth, steps, strict=True)]
        assert one.grouped.smooth[0] == pytest.approx(np.mean([part.mean() for part in first]))


def test_a_run_that_ended_is_dropped_or_held_and_a_live_one_never_held(house: Any) -> None:
    log(house, "over", *((step, {"loss": 1.0 + step}) for step in range(3)))
    log(house, "live", *((step, {"loss": 10.0}) for step in range(2)), is_over=False)
    log(house, "long", *((step, {"loss": 0.0}) for step in range(6)))
    group = {"all": ["over", "live", "long"]}
    (dropped,) = read(house, group, band="none")
    assert dropped.grouped.run_count.tolist() == [3, 3, 2, 1, 1, 1]
    (held,) = read(house, group, band="none", ended="hold")
    assert held.grouped.run_count.tolist() == [3, 3, 2, 2, 2, 2]
    np.testing.assert_allclose(held.grouped.middle[3:], 1.5)
    for asked in ({}, {"smoothing": Smoothing("ema", 0.0)}):
        (zoomed,) = read(house, group, band="none", ended="hold", window=(4, 6), **asked)
        np.testing.assert_allclose(zoomed.grouped.middle, [1.5, 1.5])
        assert zoomed.grouped.run_count.tolist() == [2, 2]


@pytest.mark.parametrize("smoothed", [False, True])
@pytest.mark.parametrize("buckets", [4, 5_000])
def test_what_is_held_is_the_last_finite_value_and_only_behind_it(house: Any, smoothed: bool, buckets: int) -> None:
    asked: dict[str, Any] = {"ended": "hold", "buckets": buckets, "band": "none"}
    if smoothed:
        asked["smoothing"] = Smoothing("ema", 0.0)
    log(house, "long", *((step, {"loss": 0.0}) for step in range(3_000)))
    log(house, "nan", *((step, {"loss": 2.0 * step if step < 1_900 else math.nan}) for step in range(2_000)))
    for window, place in ((None, -1), ((1_950, 2_500), 0), ((2_100, 2_500), 0)):
        (one,) = read(house, {"g": ["long", "nan"]}, window=window, **asked)
        assert (one.grouped.run_count[place], one.grouped.middle[place]) == (2, 2.0 * 1_899 / 2)
    # A run that goes on beyond the window has not ended in it: whoever zooms into a gap of it sees what the whole shows.
    log(house, "rare", (0, {"loss": 8.0}), (2_000, {"loss": 8.0}))
    for window in ((0, 1_000), (500, 1_000)):
        (one,) = read(house, {"g": ["long", "rare"]}, window=window, **asked)
        assert (one.grouped.run_count[-1], one.grouped.middle[-1]) == (1, 0.0)
    (one,) = read(house, {"g": ["long", "rare"]}, window=(2_100, 3_000), **asked)
    assert (one.grouped.run_count[0], one.grouped.middle[0]) == (2, 4.0)


def test_lines_on_other_axes_and_of_expressions_are_grouped_from_their_points(house: Any) -> None:
    three(house, 100)
    plain, formula = read(house, {"g": ["a", "c"]}, ["loss", "=${loss} * ${config.lr}"], x="relative", buckets=20)
    assert len(plain.grouped.x) <= 50
    assert plain.grouped.run_count.max() == 2
    np.testing.assert_allclose(formula.grouped.middle, plain.grouped.middle * 0.5)
    (logged,) = read(house, {"g": ["a", "c"]}, x_scale="log", buckets=20)
    assert 1 <= logged.grouped.x[0] <= 2
    assert (np.diff(logged.grouped.x) > 0).all()


def test_few_points_on_both_sides_of_the_origin_are_grouped(house: Any) -> None:
    for name in "ab":
        log(house, name, *((step, {"loss": 1.0, "far": 2e21, "near": x}) for step, x in enumerate((-0.5, 0.5, 3.0))))
    (linear,) = read(house, {"g": ["a", "b"]}, x="metric", x_key="near")
    (logged,) = read(house, {"g": ["a", "b"]}, x="metric", x_key="near", x_scale="log")
    for one in (linear, logged):
        np.testing.assert_array_equal(one.grouped.middle, np.ones(len(one.grouped.x)))
        assert set(one.grouped.run_count.tolist()) == {2}
    assert (linear.grouped.x.min(), logged.grouped.x.min()) == (-linear.bucket_width, 2.0**-logged.bucket_width)
    (far,) = read(house, {"g": ["a", "b"]}, x="metric", x_key="far")
    assert far.grouped.x.tolist() == [2e21]


def test_nan_in_some_run_is_no_value_of_it(house: Any) -> None:
    log(house, "a", (0, {"loss": math.nan}), (1, {"loss": 1.0}))
    log(house, "b", (0, {"loss": 3.0}), (1, {"loss": math.inf}))
    (one,) = read(house, {"g": ["a", "b"]}, band="std")
    assert one.grouped.run_count.tolist() == [1, 1]
    assert one.grouped.middle.tolist() == [3, 1]
    assert one.grouped.low.tolist() == [3, 1]


def test_groups_without_runs_or_points_are_answered_empty_in_their_place(house: Any) -> None:
    log(house, "a", (0, {"loss": 1.0}))
    found = read(house, {"none": [], "gone": ["x"], "a": ["a"]}, ["loss", "acc"])
    assert [(one.label, one.key, len(one.grouped.x), one.run_count) for one in found] == [
        ("none", "loss", 0, 0), ("none", "acc", 0, 0), ("gone", "loss", 0, 0), ("gone", "acc", 0, 0), ("a", "loss", 1, 1),
        ("a", "acc", 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "said"), [({"quantiles": (0.9, 0.1)}, "quantiles"), ({"buckets": 0}, "buckets"), ({"x": "metric"}, "x_key")]
)
def test_what_cannot_be_grouped_is_refused_by_name(house: Any, asked: dict[str, Any], said: str) -> None:
    log(house, "a", (0, {"loss": 1.0}))
    with pytest.raises(InvalidRequest, match=said):
        read(house, {"g": ["a"]}, **asked)
    with pytest.raises(NotFound):
        house.catalog.series.groups(house.zoe, PROJECT, GroupsRequest([SeriesGroup("g", ["a"])], ["loss"]))


def test_the_first_value_that_is_not_finite_is_found_among_many(house: Any) -> None:
    n = 3_000
    values = np.arange(float(n))
    values[[1_234, 1_235, 2_000]] = [-math.inf, math.nan, math.nan]
    log(house, "a", *((step, {"loss": float(value), "acc": 1.0}) for step, value in enumerate(values)))
    log(house, "b", (0, {"loss": 1.0}), (7, {"loss": math.nan}))
    asked = NonFiniteRequest(["b", "a", "gone"])
    found = house.catalog.series.non_finite(house.ann, PROJECT, asked)
    assert [(one.run, one.key, one.first_step, one.first_kind, one.nan, one.posinf, one.neginf) for one in found] == [
        ("b", "loss", 7, "nan", 1, 0, 0),
        ("a", "loss", 1_234, "neginf", 2, 0, 1),
    ]
    assert house.catalog.series.non_finite(house.ann, PROJECT, NonFiniteRequest(["a"], ["acc", "none"])) == []
    with pytest.raises(NotFound):
        house.catalog.series.non_finite(house.zoe, PROJECT, asked)
