"""The memtable: what was published is found by stream and metric, and sealing it loses and doubles nothing."""

from __future__ import annotations

import numpy as np

from assay.server.adapters.metrics_segment.intake import Shapes, take_block
from assay.server.adapters.metrics_segment.memtable import JOIN_PIECES, Memtable, Piece
from assay.server.adapters.metrics_segment.rows import FLOAT, INT, OBJECT, REPLACED, TIME_METRIC
from assay.testing.batches import BatchWriter

IDS = {"a": 16, "b": 17, "c": 18}


class Source:
    """Pieces as one run's batches bring them."""

    def __init__(self) -> None:
        self._writer, self._shapes, self._order = BatchWriter(), Shapes(), 0

    def piece(self, *rows: tuple[int, dict[str, object]]) -> Piece:
        batch = self._writer.log(*rows)
        (block,) = batch.blocks
        found = take_block(block, -1, batch.first_seq, self._order, [IDS[key] for key in block.keys], self._shapes)
        assert found is not None
        self._order += len(rows)
        return found


def test_a_metric_is_found_by_stream_in_order_of_acceptance() -> None:
    source, table = Source(), Memtable()
    for step in (3, 1, 2):
        table.add(4, source.piece((step, {"a": float(step), "b": step})))
    assert [4 in table, 8 in table] == [True, False]
    assert table.metrics(4) == {16, 17}
    columns = table.columns(4, 16)
    assert [column.kind for column in columns] == [FLOAT] * 3
    assert [step for column in columns for step in column.steps.tolist()] == [3, 1, 2]
    assert {column.kind for column in table.columns(4, 17)} == {INT}
    assert len(table.columns(4, TIME_METRIC)) == 3
    assert table.columns(4, 99) == table.columns(8, 16) == []


def test_pieces_are_joined_without_changing_what_is_read() -> None:
    source, table = Source(), Memtable()
    for step in range(10 * JOIN_PIECES):
        table.add(4, source.piece((step, {"a": float(step)})))
        if step % 3 == 0:
            table.columns(4, 16)
    columns = table.columns(4, 16)
    assert len(columns) < 2 * JOIN_PIECES
    steps = np.concatenate([column.steps for column in columns])
    np.testing.assert_array_equal(steps, np.arange(10 * JOIN_PIECES))
    np.testing.assert_array_equal(np.concatenate([column.bits.view(np.float64) for column in columns]), steps)


def test_sealing_marks_replaced_rows_and_keeps_all_of_them() -> None:
    source, table = Source(), Memtable()
    table.add(4, source.piece((0, {"a": 1.0}), (1, {"a": 2.0})))
    table.add(4, source.piece((0, {"a": 9.0})))
    table.add(4, source.piece((2, {"c": "text"})))
    sealed = table.table(4)
    own = (sealed.key & np.uint64(0xFFFFFFFF)) == 16
    rows = sorted(
        zip(sealed.step[own].tolist(), sealed.kind[own].tolist(), sealed.bits[own].view(np.float64).tolist(), strict=True)
    )
    assert rows == [(0, FLOAT, 9.0), (0, FLOAT + REPLACED, 1.0), (1, FLOAT, 2.0)]
    text = (sealed.key & np.uint64(0xFFFFFFFF)) == 18
    assert sealed.kind[text].tolist() == [OBJECT]
    assert int(((sealed.key & np.uint64(0xFFFFFFFF)) == TIME_METRIC).sum()) == 4


def test_size_and_count_rise_with_what_is_added() -> None:
    source, table = Source(), Memtable()
    table.add(4, source.piece(*((step, {"a": 1.0, "b": step}) for step in range(50))))
    assert table.value_count == 150  # two metrics and the time
    assert table.size_bytes > 8 * 150
