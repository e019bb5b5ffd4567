"""Segment files: what is written is found again by stream and metric, and a changed byte never reads as a value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assay.server.adapters.metrics_segment.codec import MetricsDamaged
from assay.server.adapters.metrics_segment.files import Files
from assay.server.adapters.metrics_segment.rows import BOOL, FLOAT, INT, OBJECT, Table, join, settle
from assay.server.adapters.metrics_segment.segment import LONG_ROWS, Segment
from assay.server.adapters.metrics_segment.segment_writer import SegmentWriter


def column(
    stream: int, metric: int, kind: int, steps: np.ndarray, values: np.ndarray, objects: list[bytes] | None = None
) -> Table:
    n = len(steps)
    key = np.full(n, (stream << 32) | metric, dtype=np.uint64)
    bits = values.view(np.int64) if values.dtype == np.float64 else values.astype(np.int64)
    return Table(key, np.full(n, kind, np.uint8), steps, np.arange(n) + 5, bits, objects or [])


def segment_of(folder: Path, *tables: Table) -> Segment:
    writer = SegmentWriter(Files(), folder / "1.seg")
    writer.add(settle(join(list(tables))))
    size = writer.finish()
    assert size == (folder / "1.seg").stat().st_size
    return Segment(folder / "1.seg", 1, 0)


steps = np.arange(100)
walk = np.cumsum(np.random.default_rng(2).standard_normal(150_000)).round(2)


def test_every_kind_comes_back_by_stream_and_metric(tmp_path: Path) -> None:
    segment = segment_of(
        tmp_path,
        column(4, 16, FLOAT, steps, walk[:100]),
        column(4, 17, INT, steps, steps - (1 << 60)),
        column(4, 18, BOOL, steps, steps % 2),
        column(8, 16, OBJECT, steps, steps, [b"%d" % n for n in range(100)]),
    )
    assert [4 in segment, 8 in segment, 5 in segment] == [True, True, False]
    assert [len(segment.find_stream(stream)) for stream in (4, 8, 5)] == [3, 1, 0]
    (i,) = segment.find(4, 17)
    table = segment.table(i, i + 1)
    np.testing.assert_array_equal(table.bits, steps - (1 << 60))
    np.testing.assert_array_equal(table.order, steps + 5)
    (i,) = segment.find(8, 16)
    table = segment.table(i, i + 1)
    assert [table.objects[bit] for bit in table.bits.tolist()] == [b"%d" % n for n in range(100)]
    assert len(segment.find(4, 19)) == 0
    assert segment.verify() == []


def test_a_long_series_is_cut_into_blocks_of_its_own(tmp_path: Path) -> None:
    segment = segment_of(tmp_path, column(4, 16, FLOAT, np.arange(150_000), walk), column(4, 17, FLOAT, steps, walk[:100]))
    (long,), (short,) = segment.find(4, 16), segment.find(4, 17)
    assert len(segment.block_range(long)) == 3
    assert len(segment.block_range(short)) == 1
    buffer = np.empty(LONG_ROWS)
    read = []
    for number in segment.block_range(long):
        own, values = segment.scan(number, FLOAT, buffer)
        assert len(own) == len(values)
        read.append(values.copy())
    np.testing.assert_array_equal(np.concatenate(read), walk)
    assert len(segment.steps(segment.block_range(long)[1])) == LONG_ROWS


def test_objects_are_cut_by_their_bytes(tmp_path: Path) -> None:
    n = 5_000
    objects = [bytes([i % 256]) * 1_000 for i in range(n)]
    segment = segment_of(tmp_path, column(4, 16, OBJECT, np.arange(n), np.arange(n), objects))
    (i,) = segment.find(4, 16)
    assert len(segment.block_range(i)) >= 4
    table = segment.table(i, i + 1)
    assert [table.objects[bit] for bit in table.bits.tolist()] == objects


def test_short_series_share_a_block_and_are_told_apart(tmp_path: Path) -> None:
    segment = segment_of(
        tmp_path, *(column(4, metric, FLOAT, steps[:10], walk[metric : metric + 10]) for metric in range(16, 400))
    )
    assert len(segment.blocks["rows"]) < 5
    for metric in (16, 200, 399):
        (i,) = segment.find(4, metric)
        np.testing.assert_array_equal(segment.table(i, i + 1).bits.view(np.float64), walk[metric : metric + 10])


def test_a_changed_byte_is_damage_wherever_it_is(tmp_path: Path) -> None:
    path = segment_of(tmp_path, column(4, 16, FLOAT, np.arange(6_000), walk[:6_000])).path
    whole = path.read_bytes()
    block = bytearray(whole)
    block[200] ^= 1
    path.write_bytes(block)
    changed = Segment(path, 1, 0)
    assert len(changed.verify()) == 1
    with pytest.raises(MetricsDamaged, match="block 0"):
        changed.table(0, 1)
    with pytest.raises(MetricsDamaged, match="block 0"):
        changed.scan(0, FLOAT, np.empty(LONG_ROWS))
    for at in (len(whole) - 60, len(whole) - 1):  # the index, the footer
        index = bytearray(whole)
        index[at] ^= 1
        path.write_bytes(index)
        with pytest.raises(MetricsDamaged):
            Segment(path, 1, 0)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MetricsDamaged):
        Segment(path, 1, 0)


def test_an_abandoned_segment_leaves_nothing(tmp_path: Path) -> None:
    writer = SegmentWriter(Files(), tmp_path / "1.seg")
    writer.add(settle(column(4, 16, FLOAT, steps, walk[:100])))
    writer.abandon()
    assert list(tmp_path.iterdir()) == []
