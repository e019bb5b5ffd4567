"""Summaries are right after any change of a run, and reading stale ones again never makes a writer wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assay.server.adapters.metrics_segment import SegmentMetricStore, tables
from assay.server.adapters.metrics_segment.zones import SeriesReader
from assay.testing.batches import BatchWriter
from assay.testing.conformance.metrics import OTHER, RUN, check_summary


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SegmentMetricStore]:
    found = SegmentMetricStore(tmp_path, linger_s=0.0, log_reserve_bytes=1 << 14, background=False)
    yield found
    found.close()


def summary(store: SegmentMetricStore, values: dict[int, float]) -> None:
    check_summary(store.summaries(1, np.array([RUN.run_key]), "a"), 0, values)


def test_a_summary_follows_rows_that_go_back_and_a_rewind(store: SegmentMetricStore) -> None:
    writer = BatchWriter()
    store.append(RUN, writer.log((0, {"a": 5.0}), (4, {"a": 1.0})))
    summary(store, {0: 5.0, 4: 1.0})
    store.append(RUN, writer.log((2, {"a": -1.0}), (4, {"a": 3.0})))
    summary(store, {0: 5.0, 2: -1.0, 4: 3.0})
    store.truncate(RUN, 2)
    summary(store, {0: 5.0, 2: -1.0})
    store.append(RUN, writer.log((3, {"a": 8.0})))
    summary(store, {0: 5.0, 2: -1.0, 3: 8.0})


class Gate:
    """Holds the reading of a stale summary until a test lets it go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_reading, self.go_on = threading.Event(), threading.Event()
        plain = tables.summarize

        def held(reader: SeriesReader) -> object:
            self.is_reading.set()
            assert self.go_on.wait(30)
            return plain(reader)

        monkeypatch.setattr(tables, "summarize", held)


def test_writers_go_on_while_a_stale_summary_is_read(store: SegmentMetricStore, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = BatchWriter()
    store.append(RUN, writer.log((5, {"a": 5.0}), (1, {"a": 1.0})))
    gate = Gate(monkeypatch)
    answers: list[object] = []
    asking = threading.Thread(target=lambda: answers.append(store.summaries(1, np.array([RUN.run_key]), "a")))
    asking.start()
    assert gate.is_reading.wait(30)
    store.append(RUN, writer.log((9, {"a": 0.5})))  # would wait for ever if the lock were held
    store.append(OTHER, BatchWriter().log((0, {"a": 2.0})))
    gate.go_on.set()
    asking.join(30)
    (answer,) = answers
    check_summary(answer, 0, {1: 1.0, 5: 5.0})  # type: ignore[arg-type]  # the store as it was when asked
    summary(store, {1: 1.0, 5: 5.0, 9: 0.5})


def test_a_run_deleted_while_its_summary_is_read_stays_deleted(
    store: SegmentMetricStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(RUN, BatchWriter().log((5, {"a": 5.0}), (1, {"a": 1.0})))
    gate = Gate(monkeypatch)
    asking = threading.Thread(target=lambda: store.keys(1))
    asking.start()
    assert gate.is_reading.wait(30)
    store.delete([RUN])
    gate.go_on.set()
    asking.join(30)
    assert store.keys(1) == []
    summary(store, {})


def test_what_was_read_again_is_kept(store: SegmentMetricStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.append(RUN, BatchWriter().log((5, {"a": 5.0}), (1, {"a": 1.0})))
    summary(store, {1: 1.0, 5: 5.0})

    def never(reader: SeriesReader) -> object:
        raise AssertionError(f"read again: {reader}")

    monkeypatch.setattr(tables, "summarize", never)
    summary(store, {1: 1.0, 5: 5.0})
    assert store.keys(1)[0].run_count == 1
    assert store.run_summaries(RUN)["a"].count.tolist() == [2]


def test_the_newest_value_that_is_no_number_is_given_by_run(store: SegmentMetricStore) -> None:
    store.append(RUN, BatchWriter().log((0, {"a": 1.0}), (1, {"a": "done"})))
    store.append(OTHER, BatchWriter().log((0, {"a": 2.0})))
    columns = store.summaries(1, np.array([99, OTHER.run_key, RUN.run_key]), "a")
    assert columns.last_other == {2: "done"}
    assert columns.count.tolist() == [0, 1, 1]
