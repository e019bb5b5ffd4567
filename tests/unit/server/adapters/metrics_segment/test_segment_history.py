"""Reading rows and points across what a run is stored in: segments, memory, and streams of a lineage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.ports.metrics import RowsQuery
from assay.testing.batches import EPOCH, BatchWriter
from assay.testing.conformance.metrics import OTHER, RUN, rows_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SegmentMetricStore]:
    found = SegmentMetricStore(tmp_path, linger_s=0.0, log_reserve_bytes=1 << 14, background=False)
    yield found
    found.close()


def test_points_join_segments_and_memory_in_order_of_step(store: SegmentMetricStore) -> None:
    writer = BatchWriter()
    for first in (0, 300, 600):
        store.append(RUN, writer.log_at(*((s, EPOCH + s, {"a": float(s)}) for s in range(first, first + 300))))
        if first < 600:
            store.seal()
    points = store.points(RUN, "a", first_step=250, last_step=650)
    np.testing.assert_array_equal(points.steps, np.arange(250, 650))
    np.testing.assert_array_equal(points.values, points.steps)
    np.testing.assert_array_equal(points.times, EPOCH + points.steps)


def test_points_of_a_fork_are_the_parent_s_up_to_it_and_its_own_after(store: SegmentMetricStore) -> None:
    writer = BatchWriter()
    store.append(RUN, writer.log(*((s, {"a": float(s)}) for s in range(300))))
    store.seal()
    store.fork(RUN, 99, OTHER)
    store.append(OTHER, BatchWriter().log(*((s, {"a": -float(s)}) for s in range(100, 150))))
    store.append(RUN, writer.log((300, {"a": 300.0})))
    np.testing.assert_array_equal(store.points(OTHER, "a").values, [*range(100), *range(-100, -150, -1)])
    assert store.points(RUN, "a").steps.tolist() == list(range(301))


def test_rows_are_the_same_sealed_and_unsealed(store: SegmentMetricStore) -> None:
    writer = BatchWriter()
    store.append(RUN, writer.log(*((s % 40, {"a": float(s), "b": s} if s % 3 else {"c": f"text {s}"}) for s in range(100))))
    queries = [RowsQuery(RUN), RowsQuery(RUN, all_rows=True), RowsQuery(RUN, keys=("c",)), RowsQuery(RUN, limit=7, first_step=5)]

    def read(query: RowsQuery) -> tuple[list[object], list[int | None]]:
        chunks = list(store.rows(query))
        return [row for chunk in chunks for row in rows_of(chunk)], [chunk.next_step for chunk in chunks]

    before = [read(query) for query in queries]
    store.seal()
    assert [read(query) for query in queries] == before
    assert before[3][1] == [12]
