"""A store written by format 1 is read by every later version.

The files were written once by `write_store` and are never written again; a change of format adds another folder beside them."""

from __future__ import annotations

import math
import shutil
from datetime import UTC, datetime
from pathlib import Path

from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.domain.runs import RunRef
from assay.server.ports.metrics import SeriesQuery
from assay.testing.batches import BatchWriter
from assay.testing.conformance.metrics import check_buckets, read_rows

FOLDER = Path(__file__).parent / "metric_store_v1"
RUN, CHILD = RunRef(1, 10), RunRef(1, 11)


def write_store(folder: Path) -> None:
    """Sealed rows, rows in the log only, a rewind, a fork, every kind of value."""
    store = SegmentMetricStore(folder, background=False, log_reserve_bytes=1 << 12)
    writer = BatchWriter()
    store.append(RUN, writer.log(*((step, {"loss": 1 / (1 + step), "n": step, "even": step % 2 == 0}) for step in range(600))))
    store.append(RUN, writer.log((600, {"note": "text", "when": datetime(2026, 1, 2, tzinfo=UTC), "loss": math.nan})))
    store.append(RUN, writer.log((1_000, {"cpu": 12.5}), channel="system"))
    store.append(RUN, writer.print("one", "two"))
    store.fork(RUN, 99, CHILD)
    store.seal()
    store.truncate(RUN, 600)
    store.append(RUN, writer.log((601, {"loss": 0.5}), (5, {"loss": 7.0})))
    store.append(CHILD, BatchWriter("c").log((100, {"loss": -1.0, "big": (1 << 62) + 1})))
    store.close()
    (folder / "lock").unlink()


def test_a_store_of_format_1_is_read(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "store", ignore=shutil.ignore_patterns(".git*"))
    store = SegmentMetricStore(tmp_path / "store", background=False)
    try:
        assert store.verify() == []
        expected = {step: 1 / (1 + step) for step in range(600)} | {600: math.nan, 601: 0.5, 5: 7.0}
        points = [(float(step), expected[step]) for step in sorted(expected)]
        for buckets in (3, 8, 1_000):
            (series,) = store.read(SeriesQuery((RUN,), ("loss",), buckets=buckets))
            check_buckets(series, points, buckets)
        rows = dict(read_rows(store))
        assert rows[7] == {"loss": 0.125, "n": 7, "even": False}
        assert rows[600]["note"] == "text"
        assert rows[600]["when"] == datetime(2026, 1, 2, tzinfo=UTC)
        assert read_rows(store, channel="system") == [(1_000, {"cpu": 12.5})]
        assert [line.text for line in store.console(RUN, 0, 9)] == ["one", "two"]
        child = read_rows(store, CHILD)
        assert len(child) == 101
        assert child[-1] == (100, {"loss": -1.0, "big": (1 << 62) + 1})
        assert store.next_seq(RUN, "w1") == 609
    finally:
        store.close()
