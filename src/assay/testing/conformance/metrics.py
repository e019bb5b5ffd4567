"""Every promise of `MetricStore`, as tests. Subclass `MetricStoreSuite` and give a `store` fixture.

Buckets are checked against their own edges: whatever bounds a store chose, each bucket must hold exactly the points between
its lower edge and the next one's. A store is so free to choose bounds that are cheap for it."""

from __future__ import annotations

import math
import threading
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay.server.domain.runs import RunRef
from assay.server.ports.metrics import AlignedQuery, MetricColumns, MetricStore, Rows, RowsQuery, Series, SeriesQuery
from assay.testing.batches import EPOCH, BatchWriter, curve
from assay.wire.batch import Batch
from assay.wire.errors import Conflict, SequenceGap
from assay.wire.records import Channel, Config, Console

RUN = RunRef(project_key=1, run_key=10)
OTHER = RunRef(project_key=1, run_key=11)
STRANGER = RunRef(project_key=2, run_key=20)
NAN, INF = math.nan, math.inf

Point = tuple[float, float]


def read_one(store: MetricStore, run: RunRef = RUN, key: str = "loss", **options: Any) -> Series:
    (series,) = store.read(SeriesQuery((run,), (key,), **options))
    return series


def read_points(store: MetricStore, run: RunRef = RUN, key: str = "loss", **options: Any) -> list[Point]:
    """The (x, value) pairs of a series small enough to be answered point by point."""
    series = read_one(store, run, key, buckets=1_000_000, **options)
    assert series.is_raw
    return list(zip(series.envelope.x.tolist(), series.envelope.last.tolist(), strict=True))


def read_rows(store: MetricStore, run: RunRef = RUN, **options: Any) -> list[tuple[int, dict[str, Any]]]:
    """A run's history as (step, values)."""
    return [row for chunk in store.rows(RowsQuery(run, **options)) for row in rows_of(chunk)]


def rows_of(chunk: Rows) -> list[tuple[int, dict[str, Any]]]:
    found: list[tuple[int, dict[str, Any]]] = [(step, {}) for step in chunk.steps.tolist()]
    for key, column in chunk.columns.items():
        for row, value in zip(column.rows.tolist(), column.values.tolist(), strict=True):
            found[row][1][key] = value
    return found


def check_buckets(series: Series, points: list[Point], buckets: int) -> None:
    """Assert that `series` is an exact envelope of `points`, (x, value) in order of x, then step."""
    envelope = series.envelope
    assert series.point_count == len(points)
    assert series.is_raw == (len(points) <= buckets)
    if series.is_raw:
        assert series.bucket_width == 0
        np.testing.assert_allclose(envelope.x, [x for x, _ in points], rtol=1e-15, atol=1e-6)
        groups = [[value] for _, value in points]
    else:
        assert 0 < len(envelope) <= buckets
        edges = envelope.x.tolist()
        assert edges == sorted(set(edges))
        groups = [[] for _ in edges]
        for x, value in points:
            groups[bisect_right(edges, x) - 1].append(value)
        assert points[0][0] >= edges[0]
    assert len(envelope) == len(groups)
    assert envelope.count.tolist() == [len(group) for group in groups]
    finite = [[value for value in group if math.isfinite(value)] for group in groups]
    np.testing.assert_array_equal(envelope.min, [min(group, default=NAN) for group in finite])
    np.testing.assert_array_equal(envelope.max, [max(group, default=NAN) for group in finite])
    np.testing.assert_allclose(envelope.sum, [math.fsum(group) if group else NAN for group in finite], rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(envelope.first, [group[0] for group in groups])
    np.testing.assert_array_equal(envelope.last, [group[-1] for group in groups])
    assert envelope.nan.tolist() == [sum(map(math.isnan, group)) for group in groups]
    assert envelope.posinf.tolist() == [group.count(INF) for group in groups]
    assert envelope.neginf.tolist() == [group.count(-INF) for group in groups]


def check_summary(columns: MetricColumns, place: int, values: dict[int, float]) -> None:
    """Assert one run's place of a summary of `values`, step → number."""
    finite = {step: value for step, value in values.items() if math.isfinite(value)}
    assert columns.count[place] == len(values)
    lowest, highest = min(finite.values(), default=NAN), max(finite.values(), default=NAN)
    np.testing.assert_array_equal(
        [columns.last[place], columns.first[place], columns.min[place], columns.max[place]],
        [values[max(values)], values[min(values)], lowest, highest] if values else [NAN] * 4,
    )
    mean = math.fsum(finite.values()) / len(finite) if finite else NAN
    np.testing.assert_allclose(columns.mean[place], mean, rtol=1e-9)
    assert columns.last_step[place] == max(values, default=-1)
    assert columns.min_step[place] == min((step for step, value in finite.items() if value == lowest), default=-1)
    assert columns.max_step[place] == min((step for step, value in finite.items() if value == highest), default=-1)


class MetricStoreSuite:
    """Subclass it and give a `store` fixture: every promise of MetricStore is then tested."""

    # append

    def test_what_append_returned_is_read_back(self, store: MetricStore) -> None:
        answer = store.append(RUN, BatchWriter().log((0, {"loss": 2.0, "acc": 0.1}), (1, {"loss": 1.5, "acc": 0.2})))
        assert answer.is_new
        assert answer.last_step == 1
        assert {channel: set(keys) for channel, keys in answer.keys.items()} == {"history": {"loss", "acc"}}
        assert read_points(store) == [(0.0, 2.0), (1.0, 1.5)]

    def test_the_acknowledged_sequence_is_the_batch_s_last(self, store: MetricStore) -> None:
        batch = BatchWriter().log((0, {"loss": 2.0}))
        assert store.append(RUN, batch).acked_seq == batch.last_seq
        assert store.next_seq(RUN, "w1") == batch.last_seq + 1

    def test_the_same_batch_twice_leaves_one_copy(self, store: MetricStore) -> None:
        batch = BatchWriter().log((0, {"loss": 2.0}), (1, {"loss": 1.0}))
        first = store.append(RUN, batch)
        second = store.append(RUN, batch)
        assert not second.is_new
        assert second.acked_seq == first.acked_seq
        assert second.keys == {}
        assert read_rows(store, all_rows=True) == [(0, {"loss": 2.0}), (1, {"loss": 1.0})]

    def test_an_overlapping_batch_adds_only_its_new_records(self, store: MetricStore) -> None:
        writer = BatchWriter()
        first, second = writer.log((0, {"loss": 2.0}), (1, {"loss": 1.0})), writer.log((2, {"loss": 0.5}))
        store.append(RUN, first)
        answer = store.append(RUN, first.merge(second))
        assert answer.is_new
        assert answer.acked_seq == second.last_seq
        assert read_rows(store, all_rows=True) == [(0, {"loss": 2.0}), (1, {"loss": 1.0}), (2, {"loss": 0.5})]

    def test_a_gap_is_refused_with_the_sequence_expected(self, store: MetricStore) -> None:
        writer = BatchWriter()
        first = writer.log((0, {"loss": 2.0}))
        writer.log((1, {"loss": 1.0}))
        third = writer.log((2, {"loss": 0.5}))
        store.append(RUN, first)
        with pytest.raises(SequenceGap) as caught:
            store.append(RUN, third)
        assert caught.value.fields["expected"] == first.last_seq + 1
        assert read_points(store) == [(0.0, 2.0)]

    def test_writers_are_numbered_apart(self, store: MetricStore) -> None:
        store.append(RUN, BatchWriter("w1").log((0, {"loss": 1.0})))
        store.append(RUN, BatchWriter("w2").log((1, {"loss": 2.0})))
        assert store.next_seq(RUN, "w1") == store.next_seq(RUN, "w2") == 2
        assert store.next_seq(RUN, "w3") == store.next_seq(OTHER, "w1") == 0
        assert read_points(store) == [(0.0, 1.0), (1.0, 2.0)]

    def test_a_batch_of_events_alone_moves_the_mark(self, store: MetricStore) -> None:
        batch = BatchWriter().fold([Config([(["lr"], 0.1)])])
        assert store.append(RUN, batch).acked_seq == 0
        assert store.next_seq(RUN, "w1") == 1
        assert store.last_steps([RUN]).tolist() == [-1]

    def test_an_empty_batch_changes_nothing(self, store: MetricStore) -> None:
        store.append(RUN, BatchWriter().log((3, {"loss": 1.0})))
        answer = store.append(RUN, Batch("w1", 2, 1))
        assert (answer.acked_seq, answer.is_new, answer.last_step) == (1, False, 3)

    def test_merging_batches_means_the_same_as_sending_them_in_turn(self, store: MetricStore) -> None:
        for run, merged in ((RUN, False), (OTHER, True)):
            writer = BatchWriter()
            batches = [
                writer.log((0, {"a": 1, "b": 2.0}), (2, {"a": 2, "b": 1.0})),
                writer.log((1, {"a": 3, "b": None}), (0, {"a": 9, "b": 0.5})),
                writer.print("one", "two"),
                writer.log((5, {"c": "text"})),
            ]
            if merged:
                joined = batches[0]
                for batch in batches[1:]:
                    joined = joined.merge(batch)
                batches = [joined]
            for batch in batches:
                store.append(run, batch)
        assert read_rows(store, RUN) == read_rows(store, OTHER)
        assert read_rows(store, RUN, all_rows=True) == read_rows(store, OTHER, all_rows=True)
        assert store.console(RUN, 0, 10) == store.console(OTHER, 0, 10)

    def test_keys_are_announced_once_per_run_and_channel(self, store: MetricStore) -> None:
        writer = BatchWriter()
        assert store.append(RUN, writer.log((0, {"loss": 1.0}))).keys == {"history": ("loss",)}
        assert store.append(RUN, writer.log((1, {"loss": 1.0}))).keys == {}
        assert store.append(RUN, writer.log((2, {"loss": 1.0, "acc": 1.0}))).keys == {"history": ("acc",)}
        assert store.append(RUN, writer.log((3, {"loss": 1.0}), channel="system")).keys == {"system": ("loss",)}
        assert store.append(OTHER, BatchWriter().log((0, {"loss": 1.0}))).keys == {"history": ("loss",)}

    def test_threads_may_append_at_once(self, store: MetricStore) -> None:
        def work(name: str) -> None:
            writer = BatchWriter(name)
            for step in range(20):
                store.append(RUN, writer.log((step, {f"{name}/loss": float(step)})))

        threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for i in range(6):
            assert read_points(store, key=f"w{i}/loss") == [(float(step), float(step)) for step in range(20)]

    def test_the_same_batch_from_many_threads_leaves_one_copy(self, store: MetricStore) -> None:
        batch = BatchWriter().log(*((step, {"loss": float(step)}) for step in range(50)))
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(store.append(RUN, batch))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [answer.acked_seq for answer in answers] == [batch.last_seq] * 8
        assert sum(answer.is_new for answer in answers) == 1
        assert len(read_rows(store, all_rows=True)) == 50

    # What is kept

    def test_integers_floats_booleans_and_objects_come_back_exactly(self, store: MetricStore) -> None:
        at = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
        values = {
            "big": (1 << 62) + 1,
            "low": -(1 << 63),
            "float": 0.1 + 0.2,
            "yes": True,
            "text": "größer",
            "list": [1, 2.5, None, "x"],
            "nested": {"a": {"b": [True]}},
            "when": at,
        }
        store.append(RUN, BatchWriter().log((0, values)))
        ((step, read),) = read_rows(store)
        assert step == 0
        assert read == values
        assert {key: type(value) for key, value in read.items()} == {key: type(value) for key, value in values.items()}

    def test_nan_and_infinities_are_kept(self, store: MetricStore) -> None:
        store.append(RUN, curve("loss", [1.0, NAN, INF, -INF, 2.0]))
        assert [str(v) for _, v in read_points(store)] == ["1.0", "nan", "inf", "-inf", "2.0"]
        series = read_one(store, buckets=1)
        assert series.envelope.count.tolist() == [5]
        assert [series.envelope.nan[0], series.envelope.posinf[0], series.envelope.neginf[0]] == [1, 1, 1]
        assert [series.envelope.min[0], series.envelope.max[0], series.envelope.sum[0]] == [1.0, 2.0, 3.0]

    @pytest.mark.parametrize("sign", [1.0, -1.0])
    def test_finite_numbers_have_a_finite_mean(self, store: MetricStore, sign: float) -> None:
        """Also where their sum is beyond what a double holds."""
        large = sign * 1.7e308
        for run in (RUN, OTHER):
            store.append(run, curve("loss", [large] * 5))
        series = read_one(store, buckets=1)
        assert series.envelope.mean.tolist() == [large]
        assert store.summaries(1, np.array([RUN.run_key]), "loss").mean.tolist() == [pytest.approx(large)]
        answer = store.aligned(AlignedQuery((RUN, OTHER), "loss", None, 1))
        np.testing.assert_allclose(answer.mean, large)
        assert np.isfinite(answer.std).all()

    def test_a_bucket_without_a_finite_point_has_no_bounds(self, store: MetricStore) -> None:
        store.append(RUN, curve("loss", [NAN, NAN, INF]))
        series = read_one(store, buckets=1)
        assert np.isnan([series.envelope.min[0], series.envelope.max[0], series.envelope.sum[0]]).all()
        check_buckets(series, [(0.0, NAN), (1.0, NAN), (2.0, INF)], 1)

    def test_booleans_and_integers_are_points_and_texts_are_not(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log((0, {"x": 1}), (1, {"x": "warm"}), (2, {"x": True}), (3, {"x": 2.5}), (4, {"x": [1]})))
        assert read_points(store, key="x") == [(0.0, 1.0), (2.0, 1.0), (3.0, 2.5)]

    def test_absent_values_leave_no_point(self, store: MetricStore) -> None:
        store.append(RUN, BatchWriter().log((0, {"a": 1.0, "b": None}), (1, {"a": None, "b": 2.0}), (2, {"a": 3.0, "b": None})))
        assert read_points(store, key="a") == [(0.0, 1.0), (2.0, 3.0)]
        assert read_rows(store) == [(0, {"a": 1.0}), (1, {"b": 2.0}), (2, {"a": 3.0})]

    def test_whole_numbers_among_floats_read_as_floats_and_others_mix_as_objects(self, store: MetricStore) -> None:
        store.append(RUN, BatchWriter().log((0, {"a": 1, "b": 1}), (1, {"a": 0.5, "b": "x"})))
        (chunk,) = store.rows(RowsQuery(RUN))
        assert chunk.columns["a"].kind == "f"
        assert chunk.columns["a"].values.tolist() == [1.0, 0.5]
        assert chunk.columns["b"].kind == "o"
        assert chunk.columns["b"].values.tolist() == [1, "x"]

    def test_an_integer_too_large_for_a_float_is_never_rounded(self, store: MetricStore) -> None:
        store.append(RUN, BatchWriter().log((0, {"a": (1 << 53) + 1}), (1, {"a": 0.5})))
        assert [row[1]["a"] for row in read_rows(store)] == [(1 << 53) + 1, 0.5]

    def test_a_row_without_values_is_still_a_row(self, store: MetricStore) -> None:
        store.append(RUN, BatchWriter().log((7, {})))
        assert read_rows(store) == [(7, {})]
        assert store.last_steps([RUN]).tolist() == [7]

    def test_keys_may_be_any_text(self, store: MetricStore) -> None:
        key = 'eval/"größe" \n\t:{}🦊' + "k" * 200
        store.append(RUN, curve(key, [1.0, 2.0]))
        assert read_points(store, key=key) == [(0.0, 1.0), (1.0, 2.0)]

    def test_a_wide_row_is_kept_whole(self, store: MetricStore) -> None:
        values = {f"layer{i}/norm": float(i) for i in range(3_000)}
        store.append(RUN, BatchWriter().log((0, values), (1, values)))
        assert read_rows(store) == [(0, values), (1, values)]
        assert read_points(store, key="layer2999/norm") == [(0.0, 2999.0), (1.0, 2999.0)]

    # Order and repeats

    def test_rows_may_come_in_any_order(self, store: MetricStore) -> None:
        writer = BatchWriter()
        for step in (5, 1, 9, 3, 0):
            store.append(RUN, writer.log((step, {"loss": float(step)})))
        assert [x for x, _ in read_points(store)] == [0.0, 1.0, 3.0, 5.0, 9.0]
        assert store.last_steps([RUN]).tolist() == [9]

    def test_the_value_accepted_last_is_the_one_shown(self, store: MetricStore) -> None:
        one, two = BatchWriter("w1"), BatchWriter("w2")
        store.append(RUN, one.log((0, {"loss": 1.0, "acc": 0.1}), (1, {"loss": 2.0}), (1, {"loss": 3.0})))
        store.append(RUN, two.log((0, {"loss": 9.0})))
        assert read_points(store) == [(0.0, 9.0), (1.0, 3.0)]
        assert read_rows(store) == [(0, {"loss": 9.0, "acc": 0.1}), (1, {"loss": 3.0})]

    def test_every_write_stays_readable_with_all_rows(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log((0, {"loss": 1.0, "acc": 0.1}), (1, {"loss": 2.0})))
        store.append(RUN, writer.log((0, {"loss": 9.0})))
        assert read_rows(store, all_rows=True) == [(0, {"loss": 1.0, "acc": 0.1}), (0, {"loss": 9.0}), (1, {"loss": 2.0})]

    def test_a_text_written_over_a_number_hides_the_point(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log((0, {"x": 1.0}), (1, {"x": 2.0})))
        store.append(RUN, writer.log((1, {"x": "gone"})))
        assert read_points(store, key="x") == [(0.0, 1.0)]
        assert read_rows(store) == [(0, {"x": 1.0}), (1, {"x": "gone"})]

    def test_repeats_are_counted_once_in_buckets(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log(*((step, {"loss": 1.0}) for step in range(300))))
        store.append(RUN, writer.log(*((step, {"loss": 2.0}) for step in range(100, 200))))
        points = [(float(step), 2.0 if 100 <= step < 200 else 1.0) for step in range(300)]
        check_buckets(read_one(store, buckets=20), points, 20)

    # Buckets

    @pytest.mark.parametrize("buckets", [1, 2, 7, 100, 999, 1_000, 1_001])
    def test_buckets_are_exact(self, store: MetricStore, buckets: int) -> None:
        values = [math.sin(i / 9) * i for i in range(1_000)]
        store.append(RUN, curve("loss", values))
        check_buckets(read_one(store, buckets=buckets), [(float(i), v) for i, v in enumerate(values)], buckets)

    @pytest.mark.parametrize("x", ["step", "time", "relative", "metric"])
    @pytest.mark.parametrize("window", [None, (100.0, 700.0), (150.5, 151.5), (-5.0, 1e18)])
    def test_buckets_are_exact_on_every_axis(self, store: MetricStore, x: Any, window: tuple[float, float] | None) -> None:
        writer = BatchWriter()
        rows = [(i, EPOCH + i * 1.25, {"loss": math.cos(i) if i % 50 else NAN, "epoch": i / 10}) for i in range(800)]
        for start in range(0, 800, 100):
            store.append(RUN, writer.log_at(*rows[start : start + 100]))
        place: dict[str, Callable[[tuple[int, float, dict[str, float]]], float]] = {
            "step": lambda row: float(row[0]),
            "time": lambda row: row[1],
            "relative": lambda row: row[1] - EPOCH,
            "metric": lambda row: row[2]["epoch"],
        }
        if window is not None and x == "time":
            window = (window[0] + EPOCH, window[1] + EPOCH)
        points = [(place[x](row), row[2]["loss"]) for row in rows]
        if window is not None:
            points = [point for point in points if window[0] <= point[0] < window[1]]
        for buckets in (10, 64, 5_000):
            series = read_one(store, x=x, x_key="epoch", window=window, buckets=buckets)
            check_buckets(series, points, buckets)

    def test_buckets_are_exact_when_time_goes_back(self, store: MetricStore) -> None:
        times = [EPOCH + (i * 37) % 400 for i in range(400)]
        store.append(RUN, BatchWriter().log_at(*((i, times[i], {"loss": float(i)}) for i in range(400))))
        for x, origin in (("time", 0.0), ("relative", EPOCH)):
            points = sorted((times[i] - origin, i) for i in range(400))
            series = read_one(store, x=x, buckets=30)
            check_buckets(series, [(at, float(i)) for at, i in points], 30)

    def test_points_without_an_x_value_are_left_out(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log((0, {"loss": 1.0}), (1, {"loss": 2.0, "epoch": 0.5}), (2, {"epoch": 1.0})))
        store.append(RUN, writer.log((3, {"loss": 4.0, "epoch": NAN}), (4, {"loss": 5.0, "epoch": 0.25})))
        assert read_points(store, x="metric", x_key="epoch") == [(0.25, 5.0), (0.5, 2.0)]

    def test_relative_time_counts_from_the_first_history_row(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log_at((5, EPOCH + 50, {"a": 1.0}), (2, EPOCH + 20, {"b": 2.0})))
        store.append(RUN, writer.log_at((1, EPOCH + 25, {"cpu": 3.0}), channel="system"))
        assert read_points(store, key="a", x="relative") == [(30.0, 1.0)]
        assert read_points(store, key="cpu", x="relative", channel="system") == [(5.0, 3.0)]

    @pytest.mark.parametrize("buckets", [3, 50, 1_000])
    def test_a_spike_of_one_step_is_seen_at_every_zoom(self, store: MetricStore, buckets: int) -> None:
        values = [1.0] * 5_000
        values[3_333] = 1e9
        store.append(RUN, curve("loss", values))
        for window in (None, (0.0, 5_000.0), (3_000.0, 4_000.0), (3_333.0, 3_334.0)):
            assert np.nanmax(read_one(store, window=window, buckets=buckets).envelope.max) == 1e9

    def test_since_gives_only_later_steps(self, store: MetricStore) -> None:
        store.append(RUN, curve("loss", [float(i) for i in range(100)]))
        assert read_points(store, since=97) == [(98.0, 98.0), (99.0, 99.0)]
        series = read_one(store, since=99)
        assert (len(series.envelope), series.point_count, series.last_step) == (0, 0, 99)

    def test_steps_may_be_far_apart(self, store: MetricStore) -> None:
        steps = [0, 7, 1 << 20, (1 << 40) + 1, (1 << 52) + 3]
        store.append(RUN, BatchWriter().log(*((step, {"loss": float(i)}) for i, step in enumerate(steps))))
        check_buckets(read_one(store, buckets=3), [(float(step), float(i)) for i, step in enumerate(steps)], 3)
        assert [x for x, _ in read_points(store)] == list(map(float, steps))

    def test_series_come_runs_outer_and_missing_ones_are_empty(self, store: MetricStore) -> None:
        store.append(RUN, curve("a", [1.0]))
        store.append(OTHER, curve("b", [2.0]))
        answer = list(store.read(SeriesQuery((OTHER, RUN, STRANGER), ("a", "b"))))
        assert [(series.run, series.key, len(series.envelope)) for series in answer] == [
            (OTHER, "a", 0),
            (OTHER, "b", 1),
            (RUN, "a", 1),
            (RUN, "b", 0),
            (STRANGER, "a", 0),
            (STRANGER, "b", 0),
        ]
        assert [series.last_step for series in answer] == [-1, 0, 0, -1, -1, -1]

    def test_a_short_window_of_a_long_series_is_answered_point_by_point(self, store: MetricStore) -> None:
        store.append(RUN, curve("loss", [float(i) for i in range(3_000)]))
        series = read_one(store, window=(1_000.0, 1_010.0), buckets=100)
        check_buckets(series, [(float(i), float(i)) for i in range(1_000, 1_010)], 100)
        assert series.last_step == 2_999

    # R5

    def test_aligned_combines_the_bucket_means_of_runs(self, store: MetricStore) -> None:
        one = {step: float(step) for step in range(0, 400)}
        two = {step: 2.0 * step for step in range(100, 300)}
        store.append(RUN, BatchWriter().log(*((step, {"loss": value}) for step, value in one.items())))
        store.append(OTHER, BatchWriter().log(*((step, {"loss": value}) for step, value in two.items())))
        for window, buckets in ((None, 16), (None, 1_000), ((50.0, 250.0), 10)):
            answer = store.aligned(AlignedQuery((RUN, OTHER, STRANGER), "loss", window, buckets))
            low, high = window or (-INF, INF)
            edges = answer.x.tolist()
            assert 0 < len(edges) <= buckets
            means: list[list[float]] = [[] for _ in edges]
            for values in (one, two):
                groups: list[list[float]] = [[] for _ in edges]
                for step, value in values.items():
                    if low <= step < high:
                        groups[bisect_right(edges, step) - 1].append(value)
                for bucket, group in enumerate(groups):
                    if group:
                        means[bucket].append(sum(group) / len(group))
            assert answer.run_count.tolist() == [len(bucket) for bucket in means]
            np.testing.assert_allclose(answer.mean, [np.mean(bucket) for bucket in means])
            np.testing.assert_allclose(answer.std, [np.std(bucket) for bucket in means], atol=1e-9)
            np.testing.assert_allclose(answer.min, [min(bucket) for bucket in means])
            np.testing.assert_allclose(answer.max, [max(bucket) for bucket in means])

    def test_aligned_of_nothing_is_empty(self, store: MetricStore) -> None:
        assert len(store.aligned(AlignedQuery((RUN,), "loss")).x) == 0

    # R4

    def test_rows_have_their_times(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log_at((0, 10.5, {"a": 1.0}), (1, 11.5, {"b": 2.0})))
        store.append(RUN, writer.log_at((0, 20.5, {"b": 3.0})))
        (chunk,) = store.rows(RowsQuery(RUN))
        assert chunk.times.tolist() == [20.5, 11.5]
        (every,) = store.rows(RowsQuery(RUN, all_rows=True))
        assert every.times.tolist() == [10.5, 20.5, 11.5]

    def test_rows_can_be_limited_to_steps_and_keys(self, store: MetricStore) -> None:
        rows = [(step, {"a": float(step)} if step % 2 else {"b": step}) for step in range(20)]
        store.append(RUN, BatchWriter().log(*rows))
        assert read_rows(store, first_step=5, last_step=8) == rows[5:8]
        assert read_rows(store, keys=("b",), last_step=5) == [(0, {"b": 0}), (2, {"b": 2}), (4, {"b": 4})]
        assert read_rows(store, keys=("none",)) == []

    def test_points_are_the_numbers_of_a_key_with_their_times(self, store: MetricStore) -> None:
        writer = BatchWriter()
        rows: list[tuple[int, float, dict[str, Any]]] = [
            (3, 10.5, {"a": 1.0, "b": "x"}),
            (1, 11.5, {"a": 2}),
            (4, 12.5, {"b": 2.0}),
            (2, 13.5, {"a": True}),
            (5, 14.5, {"a": 7.0}),
            (6, 15.5, {"a": NAN}),
        ]
        store.append(RUN, writer.log_at(*rows))
        store.append(RUN, writer.log_at((1, 20.5, {"b": 3.0}), (3, 21.5, {"a": 9.0}), (5, 22.5, {"a": "gone"})))
        points = store.points(RUN, "a")
        assert [column.dtype for column in points] == [np.int64, np.float64, np.float64]
        assert points.steps.tolist() == [1, 2, 3, 6]
        assert points.times.tolist() == [20.5, 13.5, 21.5, 15.5]
        np.testing.assert_array_equal(points.values, [2.0, 1.0, 9.0, NAN])

    def test_points_can_be_limited_to_steps_and_are_those_of_the_channel_asked_for(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log(*((step, {"a": float(step)}) for step in range(20))))
        store.append(RUN, writer.log((3, {"a": 0.5}), channel="system"))
        assert store.points(RUN, "a", first_step=5, last_step=8).values.tolist() == [5.0, 6.0, 7.0]
        assert store.points(RUN, "a", first_step=18).steps.tolist() == [18, 19]
        assert store.points(RUN, "a", "system").values.tolist() == [0.5]
        for none in (store.points(RUN, "a", first_step=20), store.points(RUN, "b"), store.points(STRANGER, "a")):
            assert [len(column) for column in none] == [0, 0, 0]

    def test_points_follow_a_rewind_and_a_fork(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log(*((step, {"a": float(step)}) for step in range(10))))
        store.fork(RUN, 6, OTHER)
        store.truncate(RUN, 3)
        store.append(RUN, writer.log((4, {"a": 40.0})))
        assert store.points(RUN, "a").values.tolist() == [0.0, 1.0, 2.0, 3.0, 40.0]
        assert store.points(OTHER, "a", first_step=2).values.tolist() == [2.0, 3.0, 4.0, 5.0, 6.0]

    def test_a_page_says_where_the_next_begins(self, store: MetricStore) -> None:
        rows = [(step * 3, {"a": float(step)}) for step in range(25)]
        store.append(RUN, BatchWriter().log(*rows))
        found, first_step = [], 0
        for _ in range(3):
            (chunk,) = store.rows(RowsQuery(RUN, first_step=first_step, limit=10))
            found += rows_of(chunk)
            first_step = chunk.next_step if chunk.next_step is not None else -1
        assert found == rows
        assert first_step == -1

    def test_a_page_of_all_rows_never_splits_a_step(self, store: MetricStore) -> None:
        store.append(RUN, BatchWriter().log(*((step, {"a": i}) for step in range(6) for i in range(3))))
        (chunk,) = store.rows(RowsQuery(RUN, all_rows=True, limit=4))
        assert chunk.steps.tolist() == [0, 0, 0]
        assert chunk.next_step == 1

    # R3

    def test_summaries_are_those_of_the_visible_values(self, store: MetricStore) -> None:
        writer = BatchWriter()
        one = {step: float((step * 7) % 13) for step in range(40)} | {40: NAN, 41: INF}
        store.append(RUN, writer.log(*((step, {"loss": value}) for step, value in one.items())))
        store.append(OTHER, curve("loss", [3.0]))
        columns = store.summaries(1, np.array([RUN.run_key, 999, OTHER.run_key, STRANGER.run_key]), "loss")
        check_summary(columns, 0, one)
        check_summary(columns, 1, {})
        check_summary(columns, 2, {0: 3.0})
        check_summary(columns, 3, {})
        store.append(RUN, writer.log((3, {"loss": -5.0}), (50, {"loss": 4.0})))
        check_summary(store.summaries(1, np.array([RUN.run_key]), "loss"), 0, one | {3: -5.0, 50: 4.0})

    def test_of_no_runs_there_are_no_summaries(self, store: MetricStore) -> None:
        store.append(RUN, curve("loss", [1.0]))
        for key in ("loss", "unknown"):
            columns = store.summaries(1, np.array([], np.int64), key)
            assert (len(columns.count), len(columns.last), columns.last_other) == (0, 0, {})

    def test_summaries_tell_values_that_are_no_numbers(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log((0, {"x": 1.0, "note": "a"}), (1, {"x": "text", "note": {"b": 1}})))
        columns = store.summaries(1, np.array([OTHER.run_key, RUN.run_key]), "x")
        assert columns.last_other == {1: "text"}
        assert math.isnan(columns.last[1])
        assert (columns.count[1], columns.first[1], columns.last_step[1]) == (1, 1.0, 1)
        assert store.run_summaries(RUN)["note"].last_other == {0: {"b": 1}}
        store.append(RUN, writer.log((2, {"x": 5.0})))
        columns = store.summaries(1, np.array([RUN.run_key]), "x")
        assert (columns.last_other, columns.last[0], columns.count[0]) == ({}, 5.0, 2)

    def test_summaries_tell_whole_numbers_from_others_and_keep_the_newest_exactly(self, store: MetricStore) -> None:
        writer, large = BatchWriter(), (1 << 53) + 1
        store.append(RUN, writer.log((0, {"n": 3, "mixed": 1, "large": 5, "b": True}), (1, {"mixed": 0.5, "large": large})))
        found = store.run_summaries(RUN)
        assert {key: bool(columns.is_whole[0]) for key, columns in found.items()} == {
            "n": True, "mixed": False, "large": True, "b": False,
        }  # fmt: skip
        assert [key for key, columns in found.items() if columns.is_boolean[0]] == ["b"]
        assert found["large"].last_exact == {0: large}
        assert (found["n"].last_exact, found["large"].last_other) == ({}, {})
        store.append(RUN, writer.log((2, {"n": -large, "mixed": 0.25, "large": 7, "b": "text"})))
        assert store.run_summaries(RUN)["b"].is_boolean[0]  # the newest value, which is no number, is told apart
        both = np.array([OTHER.run_key, RUN.run_key])
        for key, exact in {"n": {1: -large}, "mixed": {}, "large": {}, "b": {}}.items():
            assert store.summaries(1, both, key).last_exact == exact, key
        store.append(RUN, writer.log((1, {"n": 1}), (2, {"large": -(1 << 63), "mixed": large})))
        for key, exact in {"n": {1: -large}, "mixed": {1: large}, "large": {1: -(1 << 63)}}.items():
            assert store.summaries(1, both, key).last_exact == exact, key
        store.truncate(RUN, 0)
        assert store.run_summaries(RUN)["n"].last_exact == {}

    def test_run_summaries_name_every_metric_of_the_channel(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log((0, {"a": 1.0}), (4, {"b": 2})))
        store.append(RUN, writer.log((1000, {"cpu": 50.0}), channel="system"))
        history, system = store.run_summaries(RUN), store.run_summaries(RUN, "system")
        assert (set(history), set(system)) == ({"a", "b"}, {"cpu"})
        check_summary(history["b"], 0, {4: 2.0})
        check_summary(system["cpu"], 0, {1000: 50.0})
        assert store.run_summaries(OTHER) == {}

    def test_keys_are_listed_by_channel_and_name_with_kinds_and_counts(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log((0, {"b": 1.0, "a": 1}), (1, {"a": "x"})))
        store.append(RUN, writer.log((0, {"cpu": 1.0}), channel="system"))
        store.append(OTHER, curve("b", [1.0]))
        store.append(STRANGER, curve("z", [1.0]))
        listed = [(key.channel, key.name, key.kinds, key.run_count) for key in store.keys(1)]
        assert listed == [("history", "a", "io", 1), ("history", "b", "f", 2), ("system", "cpu", "f", 1)]
        listed = [(key.channel, key.name, key.kinds, key.run_count) for key in store.keys(1, np.array([OTHER.run_key]))]
        assert listed == [("history", "b", "f", 1)]
        assert store.keys(3) == []

    def test_last_steps_follow_the_history_channel(self, store: MetricStore) -> None:
        store.append(RUN, BatchWriter().log((8, {"a": 1.0}), (3, {"a": 1.0})))
        store.append(OTHER, BatchWriter().log((123, {"cpu": 1.0}), channel="system"))
        assert store.last_steps([OTHER, RUN, STRANGER]).tolist() == [-1, 8, -1]
        assert store.last_steps([]).tolist() == []

    # Channels and console

    def test_channels_are_apart(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log((1, {"x": 1.0})))
        store.append(RUN, writer.log((1_760_000_000_000, {"x": 2.0}), channel="system"))
        assert read_points(store, key="x") == [(1.0, 1.0)]
        assert read_points(store, key="x", channel="system") == [(1_760_000_000_000.0, 2.0)]
        assert read_rows(store, channel="system") == [(1_760_000_000_000, {"x": 2.0})]

    def test_console_lines_are_numbered_in_order_of_arrival(self, store: MetricStore) -> None:
        one, two = BatchWriter("w1"), BatchWriter("w2")
        store.append(RUN, one.print("a", "b", time=1.0))
        store.append(RUN, two.print("c", stream="stderr", time=0.5, label="rank1"))
        store.append(RUN, one.fold([Console("stdout", [2.0], ["d"]), Console("stderr", [3.0], ["e"])]))
        lines = store.console(RUN, 0, 100)
        assert [(line.number, line.text) for line in lines] == list(enumerate("abcde"))
        assert (lines[2].stream, lines[2].label, lines[2].time) == ("stderr", "rank1", 0.5)
        assert store.console_count(RUN) == 5
        assert [line.text for line in store.console(RUN, 1, 2)] == ["b", "c"]
        assert [line.text for line in store.console(RUN, -2, 10)] == ["d", "e"]
        assert [line.text for line in store.console(RUN, -99, 1)] == ["a"]
        assert store.console(RUN, 5, 10) == []
        assert (store.console(OTHER, 0, 10), store.console_count(OTHER)) == ([], 0)

    def test_console_blocks_hold_the_same_lines_as_columns(self, store: MetricStore) -> None:
        one, two = BatchWriter("w1"), BatchWriter("w2")
        long = "x" * 300
        store.append(RUN, one.print("a", "", "naïve 😀", time=1.0))
        store.append(RUN, two.print(long, "two\nlines", stream="stderr", time=0.5, label="rank1"))
        store.append(RUN, one.print("y" * 70_000, time=2.0, label="l" * 40))
        blocks = list(store.console_blocks(RUN, 1, 99))
        found = [
            (block.first + row, time, "stderr" if stream else "stdout", block.label_names[label], block.text[a:b].decode())
            for block in blocks
            for row, (time, stream, label, a, b) in enumerate(
                zip(block.times, block.streams, block.labels, block.starts, block.ends, strict=True)
            )
        ]
        assert found == [
            (1, 1.0, "stdout", "", ""),
            (2, 1.0, "stdout", "", "naïve 😀"),
            (3, 0.5, "stderr", "rank1", long),
            (4, 0.5, "stderr", "rank1", "two lines"),
            (5, 2.0, "stdout", "l" * 40, "y" * 70_000),
        ]
        for block in blocks:
            between = [block.text[a:b] for a, b in zip(block.ends[:-1].tolist(), block.starts[1:].tolist(), strict=True)]
            assert all(gap and set(gap) == {10} for gap in between)
        assert list(store.console_blocks(OTHER, 0, 10)) == []

    def test_console_lines_are_kept_once(self, store: MetricStore) -> None:
        writer = BatchWriter()
        first, second = writer.print("a"), writer.print("b")
        for batch in (first, first, first.merge(second), second):
            store.append(RUN, batch)
        assert [line.text for line in store.console(RUN, 0, 10)] == ["a", "b"]

    # Lineage

    def test_the_highest_steps_are_steps_like_others(self, store: MetricStore) -> None:
        top = (1 << 62) - 1
        steps = [0, 4 * 10**18, top - (1 << 53), top]
        writer = BatchWriter()
        for step in steps:
            store.append(RUN, writer.log((step, {"loss": float(step % 7), "note": "x"}), at=EPOCH))
        assert [step for step, _ in read_rows(store)] == steps
        assert [step for step, _ in read_rows(store, first_step=1, keys=("note",))] == steps[1:]
        assert [step for step, _ in read_rows(store, all_rows=True, first_step=1)] == steps[1:]
        assert store.points(RUN, "loss", first_step=1).steps.tolist() == steps[1:]
        assert store.last_steps([RUN]).tolist() == [top]
        summary = store.summaries(1, np.array([10]), "loss")
        assert (summary.count[0], summary.last_step[0], summary.last[0]) == (4, top, top % 7)
        for options, count in (({}, 4), ({"since": 1}, 3), ({"window": (1.0, math.inf)}, 3), ({"window": (4.4e18, 1e30)}, 2)):
            for buckets in (1, 2, 1_000):
                series = read_one(store, buckets=buckets, **options)
                assert (series.point_count, int(series.envelope.count.sum()), series.last_step) == (count, count, top)
        assert read_one(store, x="time", since=1).point_count == 3
        store.truncate(RUN, top - 1)
        assert store.last_steps([RUN]).tolist() == [steps[2]]

    def test_what_was_readable_and_reads_otherwise_now_is_told(self, store: MetricStore) -> None:
        assert store.rewritten([RUN]).tolist() == [-1]
        known, writer = {-1}, BatchWriter()
        changes: list[Callable[[], object]] = [
            lambda: store.append(RUN, writer.log((1, {"loss": 1.0}), channel="system")),
            lambda: store.append(RUN, writer.log((1, {"loss": 2.0}), channel="system")),
            lambda: store.append(RUN, writer.log((5, {"loss": 1.0}), (6, {"loss": 2.0}))),  # the run's time begins here
            lambda: store.append(RUN, writer.log((6, {"loss": 2.0}), at=9.0)),
            lambda: store.append(RUN, writer.log((7, {"loss": 2.0}), (2, {"acc": 2.0}))),
            lambda: store.truncate(RUN, 5),
            lambda: store.append(RUN, writer.log((5, {"acc": 2.0}))),
            lambda: store.delete([RUN]),
            lambda: store.append(RUN, BatchWriter().log((5, {"loss": 1.0}))),
        ]
        for place, change in enumerate(changes):
            change()
            now = int(store.rewritten([RUN])[0])
            assert (now not in known) or place == 7
            known.add(now)
        before = store.rewritten([OTHER, RUN]).tolist()
        store.fork(RUN, 5, OTHER)
        assert store.rewritten([OTHER])[0] != before[0]

    def test_truncate_hides_what_follows_the_step(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log(*((step, {"loss": float(step), "acc": 1.0}) for step in range(100))))
        store.append(RUN, writer.log((101, {"late": 1.0})))
        store.truncate(RUN, 49)
        assert store.last_steps([RUN]).tolist() == [49]
        check_buckets(read_one(store, buckets=10), [(float(i), float(i)) for i in range(50)], 10)
        assert len(read_rows(store, all_rows=True)) == 50
        check_summary(store.summaries(1, np.array([RUN.run_key]), "loss"), 0, {i: float(i) for i in range(50)})
        assert [key.name for key in store.keys(1)] == ["acc", "loss"]
        assert "late" not in store.run_summaries(RUN)

    def test_appending_goes_on_after_a_rewind(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log(*((step, {"loss": 1.0}) for step in range(10))))
        store.truncate(RUN, 4)
        answer = store.append(RUN, writer.log((5, {"loss": 7.0}), (3, {"loss": 8.0})))
        assert answer.last_step == 5
        assert [value for _, value in read_points(store)] == [1.0, 1.0, 1.0, 8.0, 1.0, 7.0]
        store.truncate(RUN, 3)
        store.truncate(RUN, 100)
        assert [value for _, value in read_points(store)] == [1.0, 1.0, 1.0, 8.0]
        assert store.next_seq(RUN, "w1") == writer.next_seq

    def test_a_rewind_leaves_system_metrics_and_console(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log((100, {"cpu": 1.0}), channel="system"))
        store.append(RUN, writer.print("a"))
        store.truncate(RUN, 5)
        assert read_points(store, key="cpu", channel="system") == [(100.0, 1.0)]
        assert store.console_count(RUN) == 1

    def test_a_fork_begins_with_the_parent_s_history(self, store: MetricStore) -> None:
        store.append(RUN, BatchWriter().log(*((step, {"loss": float(step)}) for step in range(20))))
        store.fork(RUN, 9, OTHER)
        assert store.last_steps([OTHER]).tolist() == [9]
        answer = store.append(OTHER, BatchWriter().log((10, {"loss": -1.0, "acc": 1.0}), (4, {"loss": -2.0})))
        assert answer.keys == {"history": ("acc",)}
        expected = [-2.0 if i == 4 else float(i) for i in range(10)] + [-1.0]
        assert [value for _, value in read_points(store, OTHER)] == expected
        assert [value for _, value in read_points(store, RUN)] == [float(i) for i in range(20)]
        check_summary(store.summaries(1, np.array([OTHER.run_key]), "loss"), 0, dict(enumerate(expected)))
        assert store.next_seq(OTHER, "w1") > 0
        assert store.console_count(OTHER) == 0

    def test_what_the_parent_does_later_does_not_reach_the_fork(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log(*((step, {"loss": 1.0}) for step in range(10))))
        store.fork(RUN, 100, OTHER)
        store.append(RUN, writer.log((3, {"loss": 9.0}), (5, {"new": 9.0}), (50, {"loss": 9.0})))
        store.truncate(RUN, 2)
        assert read_points(store, OTHER) == [(float(i), 1.0) for i in range(10)]
        assert read_points(store, OTHER, "new") == []

    def test_a_fork_of_a_fork_keeps_both_cuts(self, store: MetricStore) -> None:
        third = RunRef(1, 12)
        store.append(RUN, BatchWriter().log(*((step, {"loss": 1.0}) for step in range(10))))
        store.fork(RUN, 5, OTHER)
        store.append(OTHER, BatchWriter().log(*((step, {"loss": 2.0}) for step in range(6, 12))))
        store.fork(OTHER, 8, third)
        store.append(third, BatchWriter().log((9, {"loss": 3.0})))
        assert [value for _, value in read_points(store, third)] == [1.0] * 6 + [2.0] * 3 + [3.0]

    def test_a_fork_may_be_asked_for_again_but_not_over_rows(self, store: MetricStore) -> None:
        store.append(RUN, curve("loss", [1.0, 2.0]))
        store.fork(RUN, 1, OTHER)
        store.fork(RUN, 0, OTHER)
        assert read_points(store, OTHER) == [(0.0, 1.0)]
        store.append(OTHER, curve("loss", [5.0]))
        with pytest.raises(Conflict):
            store.fork(RUN, 1, OTHER)

    def test_delete_forgets_everything_of_a_run(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log((0, {"loss": 1.0})))
        store.append(RUN, writer.print("a"))
        store.append(OTHER, curve("loss", [2.0]))
        store.delete([RUN, STRANGER])
        assert read_points(store) == []
        assert read_rows(store) == []
        assert (store.console_count(RUN), store.next_seq(RUN, "w1"), store.last_steps([RUN]).tolist()) == (0, 0, [-1])
        assert [key.run_count for key in store.keys(1)] == [1]
        assert store.summaries(1, np.array([RUN.run_key]), "loss").count.tolist() == [0]
        assert read_points(store, OTHER) == [(0.0, 2.0)]

    def test_a_deleted_run_may_begin_again(self, store: MetricStore) -> None:
        store.append(RUN, curve("loss", [1.0, 2.0]))
        store.delete([RUN])
        answer = store.append(RUN, curve("loss", [7.0]))
        assert answer.keys == {"history": ("loss",)}
        assert read_points(store) == [(0.0, 7.0)]

    def test_forks_of_a_deleted_run_keep_what_they_inherited(self, store: MetricStore) -> None:
        store.append(RUN, curve("loss", [1.0, 2.0, 3.0]))
        store.fork(RUN, 1, OTHER)
        store.delete([RUN])
        assert read_points(store, OTHER) == [(0.0, 1.0), (1.0, 2.0)]
        assert [key.run_count for key in store.keys(1)] == [1]

    @pytest.mark.parametrize("target", [OTHER, STRANGER])
    def test_a_copy_has_everything_of_the_run(self, store: MetricStore, target: RunRef) -> None:
        writer, rank = BatchWriter(), BatchWriter("w2")
        big = (1 << 62) + 1
        store.append(RunRef(2, 99), curve("acc", [1.0]))
        store.append(RUN, writer.log((0, {"loss": NAN, "n": big, "ok": True}), (1, {"loss": -INF, "n": 2}), (5, {"loss": 0.5})))
        store.append(RUN, rank.log((1, {"loss": 7.0, "picture": {"_type": "image", "path": "a.png"}, "text": "é"})))
        store.append(RUN, writer.log((2, {"n": 1.5, "acc": 1.0}), (1, {"n": 3})))
        store.append(RUN, writer.log((1000, {"gpu.0": 40.0}), channel="system"))
        store.append(RUN, writer.print("one", "two", stream="stderr", label="0"))
        store.copy([(RUN, target)])
        every: tuple[dict[str, Any], ...] = ({}, {"all_rows": True}, {"channel": "system"})
        for options in every:
            assert repr(read_rows(store, target, **options)) == repr(read_rows(store, **options))
        assert repr(read_rows(store, target)[0]) == repr((0, {"loss": NAN, "n": big, "ok": True}))
        assert store.console(target, 0, 10) == store.console(RUN, 0, 10)
        assert [store.next_seq(target, name) for name in ("w1", "w2", "w3")] == [writer.next_seq, rank.next_seq, 0]
        assert store.last_steps([target]).tolist() == [5]
        channels: tuple[Channel, ...] = ("history", "system")
        for channel in channels:
            mine, theirs = (store.run_summaries(run, channel) for run in (target, RUN))
            assert repr(mine) == repr(theirs)
        column = store.summaries(target.project_key, np.array([target.run_key]), "n")
        assert column.last.tolist() == [1.5]
        assert repr(read_points(store, target)) == repr(read_points(store))

    def test_a_copy_and_its_original_go_on_apart(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log(*((step, {"loss": 1.0}) for step in range(4))))
        store.copy([(RUN, STRANGER)])
        store.append(STRANGER, BatchWriter("w9").log((2, {"loss": 5.0}), (4, {"loss": 5.0, "new": 1.0})))
        store.append(RUN, writer.log((4, {"loss": 2.0})))
        assert [value for _, value in read_points(store, STRANGER)] == [1.0, 1.0, 5.0, 1.0, 5.0]
        assert [value for _, value in read_points(store)] == [1.0, 1.0, 1.0, 1.0, 2.0]
        check_summary(store.summaries(2, np.array([20]), "loss"), 0, dict(enumerate([1.0, 1.0, 5.0, 1.0, 5.0])))
        store.delete([RUN])
        assert [value for _, value in read_points(store, STRANGER)] == [1.0, 1.0, 5.0, 1.0, 5.0]
        assert read_points(store) == []

    def test_what_a_rewind_has_hidden_is_not_copied(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log(*((step, {"loss": float(step)}) for step in range(10))))
        store.truncate(RUN, 4)
        store.append(RUN, writer.log((5, {"loss": -5.0})))
        store.fork(RUN, 5, OTHER)
        store.append(OTHER, BatchWriter("w2").log((3, {"loss": -3.0}), (6, {"loss": -6.0})))
        store.copy([(RUN, STRANGER), (OTHER, RunRef(2, 21))])
        assert [value for _, value in read_points(store, STRANGER)] == [0.0, 1.0, 2.0, 3.0, 4.0, -5.0]
        assert [value for _, value in read_points(store, RunRef(2, 21))] == [0.0, 1.0, 2.0, -3.0, 4.0, -5.0, -6.0]
        store.delete([RUN, OTHER])
        assert store.last_steps([STRANGER, RunRef(2, 21)]).tolist() == [5, 6]
        check_summary(store.summaries(2, np.array([20]), "loss"), 0, dict(enumerate([0.0, 1.0, 2.0, 3.0, 4.0, -5.0])))

    def test_a_run_goes_to_another_project_and_back(self, store: MetricStore) -> None:
        there = RunRef(STRANGER.project_key, RUN.run_key)
        store.append(RUN, curve("loss", [1.0, 2.0]))
        store.append(OTHER, curve("loss", [9.0]))
        for source, target in ((RUN, there), (there, RUN), (RUN, there)):
            store.copy([(source, target)])
            store.delete([source])
            assert read_points(store, source) == []
            assert read_points(store, target) == [(0.0, 1.0), (1.0, 2.0)]
        assert [(key.name, key.run_count) for key in store.keys(1)] == [("loss", 1)]
        assert [(key.name, key.run_count) for key in store.keys(2)] == [("loss", 1)]

    def test_a_copy_never_mixes_with_rows_that_are_there(self, store: MetricStore) -> None:
        store.append(RUN, curve("loss", [1.0]))
        store.append(STRANGER, curve("loss", [2.0]))
        with pytest.raises(Conflict):
            store.copy([(RUN, OTHER), (RUN, STRANGER)])
        assert read_points(store, STRANGER) == [(0.0, 2.0)]
        assert read_points(store, OTHER) == []
        store.copy([(RunRef(1, 77), OTHER)])
        assert store.last_steps([OTHER]).tolist() == [-1]

    def test_truncating_or_finishing_an_unknown_run_does_nothing(self, store: MetricStore) -> None:
        store.truncate(RUN, 4)
        store.finish(RUN)
        assert store.last_steps([RUN]).tolist() == [-1]

    def test_finishing_changes_no_answer(self, store: MetricStore) -> None:
        writer = BatchWriter()
        store.append(RUN, writer.log(*((step, {"loss": float(step)}) for step in range(50))))
        store.finish(RUN)
        store.append(RUN, writer.log((50, {"loss": 50.0})))
        store.finish(RUN)
        assert read_points(store) == [(float(i), float(i)) for i in range(51)]

    # Care

    def test_a_sound_store_has_nothing_to_report(self, store: MetricStore) -> None:
        store.append(RUN, curve("loss", [1.0]))
        assert store.verify() == []

    def test_a_snapshot_is_taken_into_a_folder(self, store: MetricStore, tmp_path: Path) -> None:
        store.append(RUN, curve("loss", [1.0]))
        store.snapshot(str(tmp_path / "copy"))
        assert any((tmp_path / "copy").iterdir())
