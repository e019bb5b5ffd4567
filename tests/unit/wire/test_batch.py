"""The batch's laws: folding keeps every record, merging means the same as sending one after the other, decoding is safe."""

from __future__ import annotations

import contextlib
import math
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.wire.batch import MAGIC, Batch, unpack_column
from assay.wire.errors import InvalidRequest, TooLarge
from assay.wire.records import Config, Console, Record, Refused, Row, Shape

INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
LEAF = st.none() | st.booleans() | INT64 | st.floats() | st.text(max_size=5)
VALUE = LEAF | st.lists(LEAF, max_size=3) | st.dictionaries(st.text(max_size=3), LEAF, max_size=3)


@st.composite
def writers(draw: st.DrawFn) -> list[tuple[int, Record]]:
    """What one writer says: shapes before their rows, other records between."""
    shapes = [
        Shape(i, [f"k{i}.{j}" for j in range(draw(st.integers(0, 3)))], draw(st.sampled_from(["history", "system"])))
        for i in range(2)
    ]
    said: list[Record] = list(shapes)
    others = st.sampled_from([Config([(["a"], 1)]), Console("stdout", [1.0], ["line"]), Refused("k", "why", 1)])
    for kind in draw(st.lists(st.sampled_from([0, 1, 2]), max_size=8)):
        if kind == 2:
            said.append(draw(others))
        else:
            values = [draw(VALUE) for _ in shapes[kind].keys]
            said.append(Row(kind, draw(INT64), draw(st.floats(allow_nan=False)), values))
    first = draw(st.integers(0, 1000))
    return list(enumerate(said, first))


def meaning(*batches: Batch) -> tuple[dict[int, Any], list[Any]]:
    """What a store keeps of these batches: rows by sequence number, and events in order."""
    rows: dict[int, Any] = {}
    events: list[Any] = []
    for batch in batches:
        for block in batch.blocks:
            columns = [unpack_column(kind, column) for kind, column in zip(block.kinds, block.columns, strict=True)]
            seqs = struct.unpack(f"<{len(block)}Q", block.seqs)
            steps = struct.unpack(f"<{len(block)}q", block.steps)
            times = struct.unpack(f"<{len(block)}d", block.times)
            for i, seq in enumerate(seqs):
                assert seq not in rows
                values = {key: exact(column[i]) for key, column in zip(block.keys, columns, strict=True)}
                rows[seq] = (block.channel, steps[i], times[i], values)
        events += batch.events
    return rows, events


def exact(value: Any) -> Any:
    """Something equal only to the same value of the same type: NaN to NaN, 1 not to True or 1.0."""
    if isinstance(value, list):
        return [exact(entry) for entry in value]
    if isinstance(value, dict):
        return {key: exact(entry) for key, entry in value.items()}
    if isinstance(value, float):
        return ("float", "nan" if math.isnan(value) else struct.pack("<d", value))
    return (type(value).__name__, value)


@given(writers())
def test_folding_keeps_every_record(records: list[tuple[int, Record]]) -> None:
    rows, events = meaning(Batch.fold("w", records, {}))
    shapes = {r.id: r for _, r in records if isinstance(r, Shape)}
    expected = {
        seq: (shape.channel, r.step, r.time, {key: exact(value) for key, value in zip(shape.keys, r.values, strict=True)})
        for seq, r in records
        if isinstance(r, Row) and (shape := shapes[r.shape])
    }
    assert rows == expected
    assert events == [(seq, r) for seq, r in records if not isinstance(r, Row | Shape)]


@given(writers(), st.data())
def test_sending_a_merge_means_the_same_as_sending_both(records: list[tuple[int, Record]], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(records) - 1))
    shapes: dict[int, Shape] = {}
    a, b = Batch.fold("w", records[:cut], shapes), Batch.fold("w", records[cut:], shapes)
    merged = a.merge(b)
    assert meaning(merged) == meaning(a, b)
    assert (merged.first_seq, merged.last_seq) == (a.first_seq, b.last_seq)
    assert merged.row_count == a.row_count + b.row_count


@given(writers(), st.data())
def test_merging_may_be_grouped_in_any_way(records: list[tuple[int, Record]], data: st.DataObject) -> None:
    records = [*records, (records[-1][0] + 1, Refused("k", "why", 1))]
    i = data.draw(st.integers(1, len(records) - 2))
    j = data.draw(st.integers(i + 1, len(records) - 1))
    shapes: dict[int, Shape] = {}
    a, b, c = (Batch.fold("w", part, shapes) for part in (records[:i], records[i:j], records[j:]))
    assert meaning(a.merge(b).merge(c)) == meaning(a.merge(b.merge(c)))


@given(writers())
def test_a_batch_survives_the_wire(records: list[tuple[int, Record]]) -> None:
    batch = Batch.fold("w", records, {})
    again = Batch.decode(batch.encode())
    assert meaning(again) == meaning(batch)
    assert (again.writer, again.first_seq, again.last_seq) == ("w", batch.first_seq, batch.last_seq)


@settings(max_examples=300)
@given(writers(), st.data())
def test_damaged_bytes_are_refused_or_read_and_nothing_else(records: list[tuple[int, Record]], data: st.DataObject) -> None:
    encoded = bytearray(Batch.fold("w", records, {}).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    encoded = encoded[: data.draw(st.integers(0, len(encoded)))]
    with contextlib.suppress(InvalidRequest, TooLarge):
        Batch.decode(bytes(encoded))


@given(st.binary(max_size=300))
def test_no_bytes_whatever_break_the_decoder(data: bytes) -> None:
    for prefix in (b"", MAGIC + b"\0", MAGIC + b"\1"):
        with contextlib.suppress(InvalidRequest, TooLarge):
            Batch.decode(prefix + data)


def test_a_compressed_bomb_is_refused_by_its_size() -> None:
    with pytest.raises(TooLarge, match="BODY_BYTES"):
        Batch.decode(MAGIC + b"\1" + zlib.compress(bytes(80 << 20), 9))


def test_wide_batches_are_compressed_and_small_ones_are_not() -> None:
    shape = Shape(0, [f"k{i}" for i in range(2000)])
    wide = Batch.fold("w", [(0, shape), (1, Row(0, 0, 0.0, [0.5] * 2000))], {})
    small = Batch.fold("w", [(0, Shape(0, ["a"])), (1, Row(0, 0, 0.0, [1]))], {})
    assert (wide.encode()[4], small.encode()[4]) == (1, 0)
