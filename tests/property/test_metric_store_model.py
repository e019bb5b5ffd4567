"""Random histories of a store, told to the embedded store and to the plain model: every answer must agree.

Batches arrive in any order of steps, from several writers, repeated and overlapping, between rewinds, forks, deletions, seals,
merges, and restarts with and without closing."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.domain.runs import RunRef
from assay.server.ports.metrics import AlignedQuery, RowsQuery, SeriesQuery
from assay.testing.batches import EPOCH, BatchWriter
from assay.testing.conformance.metrics import check_buckets, rows_of
from assay.testing.memory.metrics import MemoryMetricStore
from assay.wire.batch import Batch
from assay.wire.errors import Conflict, SequenceGap

RUNS = tuple(RunRef(1, key) for key in (1, 2, 3))
KEYS = ("a", "b", "c")
AXES = ("step", "time", "relative", "metric")

values = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True, width=32),
    st.integers(-(1 << 62), 1 << 62),
    st.booleans(),
    st.sampled_from(["x", [1, 2], {"k": None}]),
    st.none(),
)
rows = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.floats(0, 40).map(lambda t: EPOCH + t),
        st.dictionaries(st.sampled_from(KEYS), values, max_size=3),
    ),
    min_size=1,
    max_size=12,
)
tidy_rows = st.tuples(st.integers(0, 500), st.integers(1, 300)).map(
    lambda at: [(at[0] + i, EPOCH + at[0] + i, {"a": math.sin(i), "b": float(i)}) for i in range(at[1])]
)
commands = st.one_of(
    st.tuples(st.just("log"), st.sampled_from(RUNS), st.integers(0, 1), st.one_of(rows, tidy_rows)),
    st.tuples(st.just("log"), st.sampled_from(RUNS), st.integers(0, 1), st.one_of(rows, tidy_rows)),
    st.tuples(st.just("system"), st.sampled_from(RUNS), st.integers(0, 1), rows),
    st.tuples(st.just("print"), st.sampled_from(RUNS), st.integers(0, 1), st.lists(st.text(max_size=5), min_size=1, max_size=4)),
    st.tuples(st.just("again"), st.integers(0, 5), st.booleans()),
    st.tuples(st.just("truncate"), st.sampled_from(RUNS), st.integers(-1, 60)),
    st.tuples(st.just("fork"), st.sampled_from(RUNS), st.integers(-1, 60), st.sampled_from(RUNS)),
    st.tuples(st.just("delete"), st.sampled_from(RUNS)),
    st.tuples(st.just("seal")),
    st.tuples(st.just("merge")),
    st.tuples(st.just("finish"), st.sampled_from(RUNS)),
    st.tuples(st.just("reopen")),
    st.tuples(st.just("crash")),
)


class Pair:
    """The store under test beside its model, and the writers that talk to both."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.model = folder, MemoryMetricStore()
        self.copies = 0
        self.store = self.open(folder)
        self.writers: dict[tuple[int, int], BatchWriter] = {}
        self.sent: list[tuple[RunRef, Batch]] = []

    def open(self, folder: Path) -> SegmentMetricStore:
        return SegmentMetricStore(folder, linger_s=0.0, log_reserve_bytes=1 << 14, background=False)

    def both(self, call: Callable[[Any], Any]) -> None:
        answers = []
        for store in (self.store, self.model):
            try:
                answers.append(call(store))
            except (Conflict, SequenceGap) as error:
                answers.append(type(error))
        if answers[1] is not None and not isinstance(answers[1], type):
            mine, model = answers
            assert (mine.acked_seq, mine.is_new, mine.last_step) == (model.acked_seq, model.is_new, model.last_step)
        else:
            assert answers[0] == answers[1]

    def send(self, run: RunRef, batch: Batch) -> None:
        self.sent.append((run, batch))
        self.both(lambda store: store.append(run, batch))

    def do(self, command: tuple[Any, ...]) -> None:
        match command:
            case ("log" | "system" as what, run, n, told):
                channel = "history" if what == "log" else "system"
                self.send(run, self.writer(run, n).log_at(*told, channel=channel))
            case ("print", run, n, lines):
                self.send(run, self.writer(run, n).print(*lines))
            case ("again", back, merged) if self.sent:
                run, batch = self.sent[-1 - back % len(self.sent)]
                following = [
                    b for r, b in self.sent if r == run and b.writer == batch.writer and b.first_seq == batch.last_seq + 1
                ]
                self.both(lambda store: store.append(run, batch.merge(following[0]) if merged and following else batch))
            case ("truncate", run, step):
                self.both(lambda store: store.truncate(run, step))
            case ("fork", parent, step, child) if parent != child:
                self.both(lambda store: store.fork(parent, step, child))
            case ("delete", run):
                self.both(lambda store: store.delete([run]))
                self.writers = {key: w for key, w in self.writers.items() if key[0] != run.run_key}
                self.sent = [(r, b) for r, b in self.sent if r != run]
            case ("seal",):
                self.store.seal()
            case ("merge",):
                for _ in range(8):
                    self.send(RUNS[0], self.writer(RUNS[0], 0).log((0, {"a": 1.0})))
                    self.store.seal()
            case ("finish", run):
                self.store.finish(run)
                self.store.maintain()
            case ("reopen",):
                self.store.close()
                self.store = self.open(self.folder)
            case ("crash",):
                # What a killed process leaves: the files as they are, nothing closed.
                self.copies += 1
                copy = self.folder.with_name(f"copy{self.copies}")
                shutil.copytree(self.folder, copy)
                self.store.close()
                self.folder, self.store = copy, self.open(copy)

    def writer(self, run: RunRef, n: int) -> BatchWriter:
        found = self.writers.get((run.run_key, n))
        if found is None:
            first = self.model.next_seq(run, f"w{n}")
            found = self.writers[run.run_key, n] = BatchWriter(f"w{n}", first_seq=first)
        return found

    def compare(self) -> None:
        for run in RUNS:
            for query in (
                RowsQuery(run),
                RowsQuery(run, all_rows=True),
                RowsQuery(run, channel="system"),
                RowsQuery(run, keys=("b",)),
            ):
                mine, model = list(self.store.rows(query)), list(self.model.rows(query))
                assert [same(r) for c in mine for r in rows_of(c)] == [same(r) for c in model for r in rows_of(c)], query
                assert [t for c in mine for t in c.times.tolist()] == [t for c in model for t in c.times.tolist()]
                kinds = [{k: v.kind for k, v in c.columns.items()} for c in mine]
                assert kinds == [{k: v.kind for k, v in c.columns.items()} for c in model]
            for key in KEYS:
                for first, last in ((0, None), (7, 30)):
                    mine_p, model_p = (s.points(run, key, "history", first, last) for s in (self.store, self.model))
                    for mine_c, model_c in zip(mine_p, model_p, strict=True):
                        np.testing.assert_array_equal(mine_c, model_c)
            assert self.store.console(run, 0, 1_000) == self.model.console(run, 0, 1_000)
            assert self.store.console(run, -3, 2) == self.model.console(run, -3, 2)
            for writer in ("w0", "w1"):
                assert self.store.next_seq(run, writer) == self.model.next_seq(run, writer)
            for channel in ("history", "system"):
                mine_s, model_s = self.store.run_summaries(run, channel), self.model.run_summaries(run, channel)
                assert set(mine_s) == set(model_s)
                for key in mine_s:
                    compare_columns(mine_s[key], model_s[key])
        assert self.store.last_steps(RUNS).tolist() == self.model.last_steps(RUNS).tolist()
        assert self.store.keys(1) == self.model.keys(1)
        runs = np.array([3, 1, 99, 2])
        for key in KEYS:
            compare_columns(self.store.summaries(1, runs, key), self.model.summaries(1, runs, key))
        for axis in AXES:
            for options in (
                {"buckets": 7},
                {"buckets": 60},
                {"buckets": 9, "since": 11},
                {"buckets": 5, "window": WINDOWS[axis]},
            ):
                query = SeriesQuery(RUNS, ("a", "b"), x=axis, x_key="b", **options)  # type: ignore[arg-type]
                whole = SeriesQuery(**{**{s: getattr(query, s) for s in query.__slots__}, "buckets": 1_000_000})
                for mine, model in zip(self.store.read(query), self.model.read(whole), strict=True):
                    points = list(zip(model.envelope.x.tolist(), model.envelope.last.tolist(), strict=True))
                    check_buckets(mine, points, query.buckets)
                    assert mine.last_step == model.last_step
        whole_axis = self.store.aligned(AlignedQuery(RUNS, "a", buckets=100_000))
        model_axis = self.model.aligned(AlignedQuery(RUNS, "a", buckets=100_000))
        assert whole_axis.x.tolist() == model_axis.x.tolist()
        np.testing.assert_allclose(whole_axis.mean, model_axis.mean, rtol=1e-9)
        assert self.store.verify() == []


WINDOWS = {"step": (3.0, 222.0), "time": (EPOCH + 2.5, EPOCH + 100.0), "relative": (1.0, 50.0), "metric": (-3.0, 77.0)}


def same(row: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    """A row to be compared with another: NaN equals itself, and 1, 1.0 and True differ."""
    return row[0], repr(sorted(row[1].items()))


def compare_columns(mine: Any, model: Any) -> None:
    for name in ("count", "last", "first", "min", "max", "last_step", "min_step", "max_step"):
        np.testing.assert_array_equal(getattr(mine, name), getattr(model, name), err_msg=name)
    np.testing.assert_allclose(mine.mean, model.mean, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(mine.is_whole, model.is_whole)
    np.testing.assert_array_equal(mine.is_boolean, model.is_boolean)
    assert (mine.last_other, mine.last_exact) == (model.last_other, model.last_exact)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(commands, min_size=1, max_size=20))
def test_the_store_agrees_with_the_model_after_any_history(history: list[tuple[Any, ...]]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="assay-model-"))
    pair = Pair(folder / "store")
    try:
        for command in history:
            pair.do(command)
        pair.compare()
        pair.do(("crash",))
        pair.compare()
    finally:
        pair.store.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("buckets", [1, 100, 4_000])
def test_a_spike_of_one_step_in_ten_million_points_is_seen_at_every_zoom(tmp_path: Path, buckets: int) -> None:
    run, n, spike = RunRef(1, 1), 10_000_000 if buckets == 100 else 1_000_000, 777_777
    store = SegmentMetricStore(tmp_path, background=False, seal_values=1 << 60, seal_bytes=1 << 60)
    try:
        for batch in huge_batches(n, spike):
            store.append(run, batch)
        store.seal()
        for width in (n, n // 3, 50_000, 3_000, 64, 1):
            first = max(0, spike - width // 2)
            for x, offset in (("step", 0.0), ("time", EPOCH)):
                window = (first + offset, first + max(width, 1) + offset)
                (series,) = store.read(SeriesQuery((run,), ("loss",), x=x, window=window, buckets=buckets))  # type: ignore[arg-type]
                assert np.nanmax(series.envelope.max) == 1e6
                assert len(series.envelope) <= buckets
                assert series.point_count == min(n, first + max(width, 1)) - first
    finally:
        store.close()


def huge_batches(n: int, spike: int) -> list[Batch]:
    """One metric over `n` steps, a second apart, with one step that stands out."""
    from assay.wire.batch import Block

    batches = []
    for first in range(0, n, 1_000_000):
        seqs = np.arange(first, min(n, first + 1_000_000), dtype=np.int64)
        loss = np.float32(1.0) + (seqs % 97) / 128
        loss[seqs == spike] = 1e6
        block = Block("history", ["loss"], "f", seqs.tobytes(), seqs.tobytes(), (EPOCH + seqs).tobytes(), [loss.tobytes()])
        batches.append(Batch("w", first, int(seqs[-1]), [block]))
    return batches
