"""Chart queries beyond the pyramid: smoothing, expressions, methods, log grids, quantiles; each against the points themselves."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from assay.server.compute import smoothing
from assay.server.compute.curves import largest_triangles
from assay.server.services.series import DrawnSeries
from assay.testing.batches import EPOCH, BatchWriter
from assay.wire import limits
from assay.wire.errors import InvalidExpression, InvalidRequest, NotFound
from assay.wire.messages.panels import Smoothing
from assay.wire.messages.runs import RunStart
from assay.wire.messages.series import SeriesRequest
from assay.wire.names import ProjectPath, RunPath

PROJECT = ProjectPath("ann", "digits")
Float64 = NDArray[np.float64]


def start(house: Any, run_id: str, **config: Any) -> None:
    house.catalog.runs.start(house.ann, RunPath("ann", "digits", run_id), RunStart(writer="w1", config=config), "http://h")


def log(house: Any, run_id: str, *rows: tuple[int, dict[str, Any]]) -> None:
    house.catalog.ingest.append(house.ann, RunPath("ann", "digits", run_id), BatchWriter().log(*rows))


def log_curve(house: Any, run_id: str, n: int, *, every: int = 1, key: str = "loss", seed: int = 0) -> Float64:
    values = np.random.default_rng(seed).normal(size=n).cumsum()
    log(house, run_id, *((step * every, {key: float(value)}) for step, value in enumerate(values)))
    return values


def read(house: Any, *runs: str, keys: list[str] | None = None, **asked: Any) -> list[DrawnSeries]:
    request = SeriesRequest(list(runs), ["loss"] if keys is None else keys, **asked)
    return house.catalog.series.read(house.ann, PROJECT, request)  # type: ignore[no-any-return]


@pytest.mark.parametrize("window", [None, (100.0, 700.0)])
@pytest.mark.parametrize("buckets", [7, 64, 5_000])
@pytest.mark.parametrize(
    ("kind", "strength"), [("time_ema", 0.9), ("ema", 0.9), ("gaussian", 5), ("mean", 9), ("median", 9), ("savgol", 11)]
)
def test_the_smooth_column_is_the_smoothed_whole_series_in_buckets(
    house: Any, kind: Any, strength: float, buckets: int, window: tuple[float, float] | None
) -> None:
    start(house, "r1")
    y = log_curve(house, "r1", 1_000)
    (plain,) = read(house, "r1", buckets=buckets, window=window)
    (one,) = read(house, "r1", buckets=buckets, window=window, smoothing=Smoothing(kind, strength))
    x = np.arange(1_000.0)
    smooth = smoothing.smooth(kind, strength, x, y)
    np.testing.assert_array_equal(one.envelope.x, plain.envelope.x)
    np.testing.assert_array_equal(one.envelope.count, plain.envelope.count)
    low, high = window or (0.0, 1_000.0)
    ends = [*one.envelope.x[1:].tolist(), high]
    expected = [smooth[(x >= max(left, low)) & (x < right)].mean() for left, right in zip(one.envelope.x, ends, strict=True)]
    assert one.smooth is not None
    np.testing.assert_allclose(one.smooth, expected, rtol=1e-9)
    assert one.is_raw == plain.is_raw


def test_a_smoothed_answer_follows_what_was_logged_since(house: Any) -> None:
    start(house, "r1")
    writer = BatchWriter()
    path = RunPath("ann", "digits", "r1")
    asked = {"smoothing": Smoothing("mean", 3)}
    for step, value in enumerate([1.0, 5.0, 3.0, 9.0]):
        house.catalog.ingest.append(house.ann, path, writer.log((step, {"loss": value})))
        (one,) = read(house, "r1", **asked)
        assert one.smooth is not None and len(one.smooth) == step + 1
    house.catalog.ingest.append(house.ann, path, writer.log((1, {"loss": 0.0})))  # a step written again
    (one,) = read(house, "r1", **asked)
    np.testing.assert_allclose(one.smooth, [0.5, 4 / 3, 4, 6])
    (news,) = read(house, "r1", since=2, **asked)
    assert news.envelope.x.tolist() == [3.0]
    np.testing.assert_allclose(news.smooth, [6])
    assert news.last_step == 3


def test_an_answer_follows_values_that_change_places_and_times_that_change(house: Any) -> None:
    start(house, "r1")
    writer, path = BatchWriter(), RunPath("ann", "digits", "r1")
    values = [4.0, 1.0, 3.0, 2.0, 8.0, 0.5, 9.0, 4.0]
    house.catalog.ingest.append(house.ann, path, writer.log(*((step, {"loss": value}) for step, value in enumerate(values))))
    asked: dict[str, Any] = {"x": "relative", "smoothing": Smoothing("time_ema", 0.5)}
    read(house, "r1", **asked), read(house, "r1", buckets=4, **asked)
    # The summary of the metric is the same in all it says.
    values[2], values[3] = values[3], values[2]
    house.catalog.ingest.append(house.ann, path, writer.log((2, {"loss": values[2]}), (3, {"loss": values[3]})))
    times = np.arange(8.0)
    for _ in range(2):
        expected = smoothing.time_ema(times, np.array(values), 0.5)
        (one,) = read(house, "r1", **asked)
        (few,) = read(house, "r1", buckets=4, **asked)
        np.testing.assert_allclose(one.smooth, expected)
        assert one.envelope.x.tolist() == times.tolist()
        assert (int(few.envelope.count.sum()), few.envelope.x[-1]) == (8, 6.0 if times[-1] == 7 else 96.0)
        # The same values again, a while later: a run that is rewound and goes the same way.
        times[4:] += 93
        rows = [(step, EPOCH + times[step], {"loss": values[step]}) for step in range(4, 8)]
        house.catalog.ingest.append(house.ann, path, writer.log_at(*rows))


def test_a_hole_is_smoothed_over_and_stays_a_hole(house: Any) -> None:
    start(house, "r1")
    log(house, "r1", *enumerate([{"loss": 1.0}, {"loss": math.nan}, {"loss": 3.0}, {"loss": math.inf}]))
    (one,) = read(house, "r1", smoothing=Smoothing("mean", 3))
    np.testing.assert_allclose(one.smooth, [2, math.nan, 2, math.nan])
    assert (one.envelope.nan.sum(), one.envelope.posinf.sum()) == (1, 1)


class TestExpressions:
    def test_metrics_meet_on_the_steps_that_all_of_them_have(self, house: Any) -> None:
        start(house, "r1", lr=0.5)
        log(house, "r1", *((step, {"loss": float(step)}) for step in range(10)))
        rows = [(step, {"acc": 10.0 * step}) for step in range(0, 10, 3)]
        house.catalog.ingest.append(house.ann, RunPath("ann", "digits", "r1"), BatchWriter("w2").log(*rows))
        (one,) = read(house, "r1", keys=[], expressions=["${acc} - ${loss} * ${config.lr}"])
        assert one.key == "=${acc} - ${loss} * ${config.lr}"
        assert one.envelope.x.tolist() == [0, 3, 6, 9]
        np.testing.assert_allclose(one.envelope.last, [0, 28.5, 57, 85.5])

    def test_keys_and_expressions_come_in_the_order_asked(self, house: Any) -> None:
        for run in ("r1", "r2"):
            start(house, run)
            log(house, run, (0, {"loss": 1.0}), (1, {"loss": 2.0}))
        found = read(house, "r2", "r1", keys=["=-${loss}", "loss", "none"], expressions=["diff(${loss})", "-${loss}"])
        assert [(s.run_id, s.key) for s in found] == [
            (run, key) for run in ("r2", "r1") for key in ("=-${loss}", "loss", "none", "=diff(${loss})")
        ]
        assert found[0].envelope.last.tolist() == [-1, -2]
        assert found[1].envelope.last.tolist() == [1, 2]
        assert len(found[2].envelope) == 0

    def test_cumulative_functions_see_every_point_whatever_is_drawn(self, house: Any) -> None:
        start(house, "r1")
        y = log_curve(house, "r1", 1_000)
        (one,) = read(house, "r1", keys=["=cumsum(${loss})"], buckets=10, window=(500, 1_000))
        assert one.envelope.last[-1] == pytest.approx(y.sum())
        assert not one.is_raw

    def test_rows_and_runs_have_values_of_their_own(self, house: Any) -> None:
        start(house, "r1", lr=0.5, flag=True)
        log(house, "r1", (2, {"loss": 3.0}), (4, {"loss": 1.0}))
        texts = {
            "${loss} * 0 + ${_step}": [2, 4],
            "${loss} * 0 + ${_timestamp}": [EPOCH + 2, EPOCH + 4],
            "${loss} * 0 + ${_runtime}": [0, 2],
            "${loss} - ${metrics.loss.min}": [2, 0],
            "${loss} - ${summary.loss}": [2, 0],
            "${loss} * 0 + ${run.last_step}": [4, 4],
        }
        for text, expected in texts.items():
            (one,) = read(house, "r1", keys=[], expressions=[text])
            assert one.envelope.last.tolist() == expected, text

    def test_x_may_be_an_expression(self, house: Any) -> None:
        start(house, "r1", batch=32)
        log(house, "r1", *((step, {"loss": float(step)}) for step in range(5)))
        (one,) = read(house, "r1", x="expression", x_expression="-${_step} * ${config.batch}")
        assert one.envelope.x.tolist() == [-128, -96, -64, -32, 0]
        assert one.envelope.last.tolist() == [4, 3, 2, 1, 0]
        (one,) = read(house, "r1", x="expression", x_expression="log(${loss} - 1)", window=(0, 10))
        np.testing.assert_allclose(one.envelope.x, np.log([1, 2, 3]))
        assert one.left_out == 2

    def test_a_run_that_lacks_what_others_have_is_an_empty_line(self, house: Any) -> None:
        start(house, "r1", lr=0.5)
        start(house, "r2")
        log(house, "r1", (0, {"loss": 1.0, "acc": 1.0}))
        log(house, "r2", (0, {"loss": 1.0}))
        found = read(house, "r1", "r2", keys=["=${acc} + ${loss}", "=${loss} * ${config.lr}"])
        assert [len(one.envelope) for one in found] == [1, 1, 0, 1]
        assert found[3].envelope.nan.tolist() == [1]

    @pytest.mark.parametrize(
        ("text", "at", "hint", "fix"),
        [
            ("1 + ${los}", 4, "The nearest is loss.", "1 + ${loss}"),
            ("${loss} / ${config.rl}", 10, "The nearest is config.lr.", "${loss} / ${config.lr}"),
            ("${loss} / ${summary.lss}", 10, "The nearest is summary.loss.", "${loss} / ${summary.loss}"),
            ("${loss} - ${metrics.los.min}", 10, "The nearest is metrics.loss.min.", "${loss} - ${metrics.loss.min}"),
            ("${loss} + ${run.ordinl}", 10, "The nearest is run.ordinal.", "${loss} + ${run.ordinal}"),
            ("${loss} + ${nothing like it}", 10, "", ""),
        ],
    )
    def test_a_key_that_no_run_has_is_pointed_at(self, house: Any, text: str, at: int, hint: str, fix: str) -> None:
        start(house, "r1", lr=0.5)
        log(house, "r1", (0, {"loss": 1.0}))
        with pytest.raises(InvalidExpression) as caught:
            read(house, "r1", keys=[], expressions=[text])
        assert (caught.value.fields["at"], caught.value.fields["hint"], caught.value.fields["fix"]) == (at, hint, fix)

    def test_an_expression_without_a_metric_is_no_line(self, house: Any) -> None:
        start(house, "r1")
        with pytest.raises(InvalidExpression, match="no metric"):
            read(house, "r1", keys=["=1 + ${_step}"])


class TestMethods:
    def test_every_and_lttb_answer_points_whose_counts_add_up(self, house: Any) -> None:
        start(house, "r1")
        y = log_curve(house, "r1", 1_000)
        (every,) = read(house, "r1", method="every", buckets=64)
        assert every.envelope.x.tolist() == list(range(0, 1_000, 16))
        np.testing.assert_array_equal(every.envelope.last, y[::16])
        (triangles,) = read(house, "r1", method="lttb", buckets=64, smoothing=Smoothing("mean", 5))
        places = largest_triangles(np.arange(1_000.0), y, 64)
        np.testing.assert_array_equal(triangles.envelope.x, places)
        np.testing.assert_array_equal(triangles.envelope.min, y[places])
        np.testing.assert_allclose(triangles.smooth, smoothing.mean(y, 5)[places])
        for one in (every, triangles):
            assert one.envelope.count.sum() == one.point_count == 1_000
            assert not one.is_raw

    def test_mean_and_last_answer_the_exact_buckets(self, house: Any) -> None:
        start(house, "r1")
        log_curve(house, "r1", 1_000)
        (plain,) = read(house, "r1", buckets=50)
        for method in ("mean", "last"):
            (one,) = read(house, "r1", buckets=50, method=method)
            np.testing.assert_array_equal(one.envelope.last, plain.envelope.last)
            np.testing.assert_array_equal(one.envelope.sum, plain.envelope.sum)


def test_a_log_grid_has_equal_buckets_on_a_log_axis_and_counts_what_has_no_place(house: Any) -> None:
    start(house, "r1")
    y = log_curve(house, "r1", 5_000)
    (one,) = read(house, "r1", x_scale="log", buckets=40)
    assert 20 < len(one.envelope) <= 40
    assert (one.left_out, one.point_count) == (1, 4_999)
    edges = np.append(one.envelope.x, np.inf)
    for i, (left, right) in enumerate(itertools.pairwise(edges)):
        inside = y[[step for step in range(1, 5_000) if left <= step < right]]
        assert one.envelope.count[i] == len(inside)
        assert one.envelope.max[i] == inside.max()
    full = np.diff(np.log2(one.envelope.x[one.envelope.count > 30]))
    np.testing.assert_allclose(full, one.bucket_width, atol=0.05)


def test_quantiles_are_exact_over_the_window(house: Any) -> None:
    start(house, "r1")
    y = log_curve(house, "r1", 1_000)
    (one,) = read(house, "r1", buckets=10, window=(100, 900), quantiles=[0.05, 0.5, 1.0])
    np.testing.assert_allclose(one.quantiles, np.quantile(y[100:900], [0.05, 0.5, 1.0]))
    (none,) = read(house, "r1", keys=["nothing"], quantiles=[0.5])
    assert none.quantiles == ()


def test_time_and_other_metrics_are_smoothed_in_their_own_order(house: Any) -> None:
    start(house, "r1")
    log(house, "r1", *((step, {"loss": float(step), "acc": float(-step)}) for step in range(100)))
    (one,) = read(house, "r1", x="metric", x_key="acc", smoothing=Smoothing("ema", 0.5))
    assert one.envelope.x.tolist() == list(range(-99, 1))
    np.testing.assert_allclose(one.smooth, smoothing.ema(np.arange(99.0, -1, -1), 0.5))
    for x in ("time", "relative"):
        (one,) = read(house, "r1", x=x, smoothing=Smoothing("time_ema", 0.5))
        origin = EPOCH if x == "time" else 0
        assert one.envelope.x.tolist() == [origin + step for step in range(100)]
        np.testing.assert_allclose(one.smooth, smoothing.time_ema(np.arange(100.0), np.arange(100.0), 0.5))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"smoothing": Smoothing("ema", 1.0)}, "strength of ema"),
        ({"smoothing": Smoothing("time_ema", -0.1)}, "strength of time_ema"),
        ({"smoothing": Smoothing("median", math.nan)}, "strength of median"),
        ({"smoothing": Smoothing("gaussian", 1e9)}, "SMOOTHING_WINDOW"),
        ({"quantiles": [1.5]}, "quantiles"),
        ({"x": "expression"}, "x_expression"),
        ({"x": "metric"}, "x_key"),
        ({"buckets": 0}, "buckets"),
        ({"window": (2.0, 1.0)}, "window"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(house: Any, asked: dict[str, Any], said: str) -> None:
    start(house, "r1")
    with pytest.raises(InvalidRequest, match=said):
        read(house, "r1", **asked)


def test_more_points_than_one_query_may_work_on_are_refused(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    start(house, "r1")
    log_curve(house, "r1", 100)
    monkeypatch.setattr(limits, "FULL_POINTS", 99)
    with pytest.raises(InvalidRequest, match="FULL_POINTS"):
        read(house, "r1", smoothing=Smoothing("ema", 0.5))
    assert read(house, "r1")[0].point_count == 100


def test_a_stranger_reads_nothing(house: Any) -> None:
    start(house, "r1")
    with pytest.raises(NotFound):
        house.catalog.series.read(house.zoe, PROJECT, SeriesRequest(["r1"], ["=${loss}"]))


def test_booleans_of_the_config_are_1_and_0_in_a_line_as_in_a_column(house: Any) -> None:
    start(house, "r1", augment=True)
    start(house, "r2", augment=False)
    for run_id in ("r1", "r2"):
        log(house, run_id, (0, {"loss": 3.0}), (1, {"loss": 5.0}))
    on, off = read(house, "r1", "r2", keys=[], expressions=["${loss} + 10 * ${config.augment}"])
    assert (on.envelope.last.tolist(), off.envelope.last.tolist()) == ([13.0, 15.0], [3.0, 5.0])
