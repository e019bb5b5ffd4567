"""S26: a journal made or damaged by somebody else is read to its end: no exception escapes, nothing hangs, sound rows arrive."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.journal import frames
from assay.journal.folder import RunFolder
from assay.journal.frames import Head
from assay.sync.tail import JournalTail
from assay.wire import limits
from assay.wire.batch import Batch
from assay.wire.errors import PublicError
from assay.wire.records import Start, encode

SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

integers = st.integers(-(1 << 63), (1 << 64) - 1)
values = st.recursive(
    st.none() | st.booleans() | integers | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
payloads = st.one_of(
    st.tuples(st.just(1), st.integers(0, 2), integers, st.floats(), st.lists(values, max_size=3)),  # rows, mostly wrong ones
    st.tuples(st.just(2), st.integers(0, 2), st.lists(st.text(max_size=3), max_size=3), st.sampled_from(["history", "system"])),
    st.tuples(st.just(4), st.lists(st.tuples(st.lists(st.text(max_size=3)), values), max_size=2)),
    st.tuples(st.just(8), st.text(max_size=20), st.sampled_from(["now", "live", "end"]), st.text(max_size=20)),
    st.tuples(st.integers(0, 40), values, values),
    st.binary(min_size=1, max_size=30),
)


def read_through(path: Path) -> int:
    """Every window folded, encoded, decoded again; answers how many records that covered."""
    try:
        tail = JournalTail(path)
    except PublicError:
        return 0
    covered = 0
    try:
        while window := tail.window(max_rows=7):
            batch = Batch.decode(tail.fold(window).encode())
            assert (batch.first_seq, batch.last_seq) == (window[0][0], window[-1][0])
            assert batch.first_seq == covered
            covered = batch.last_seq + 1
            tail.passed(window)
    finally:
        tail.close()
    return covered


def journal_of(folder: str, records: list[Any]) -> Path:
    path = RunFolder(Path(folder)).journal_path("w0000001")
    content = frames.pack_header(Head("w0000001", "r1"))
    content += frames.pack_frame(0, encode(Start("", "p", "r1", "w0000001", {})))
    for seq, record in enumerate(records, 1):
        content += frames.pack_frame(seq, record if isinstance(record, bytes) else msgspec.msgpack.encode(record))
    path.write_bytes(content)
    return path


@SETTINGS
@given(st.lists(payloads, max_size=30))
def test_sound_frames_with_any_content_become_batches_that_decode(records: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert read_through(journal_of(folder, records)) == len(records) + 1


@SETTINGS
@given(st.lists(payloads, min_size=1, max_size=10), st.data())
def test_any_bytes_may_be_damaged(records: list[Any], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = journal_of(folder, records)
        content = bytearray(path.read_bytes())
        for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
            content[at] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        read_through(path)


@SETTINGS
@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w0000001.journal"
        path.write_bytes(frames.pack_header(Head("w0000001", "r1")) + content)
        read_through(path)
        path.write_bytes(content)
        read_through(path)


def test_a_length_that_lies_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "w0000001.journal"
    for length in (limits.FRAME_BYTES, limits.FRAME_BYTES + 1, (1 << 32) - 1):
        path.write_bytes(frames.pack_header(Head("w0000001", "r1")) + length.to_bytes(4, "little") + bytes(12) + b"x" * 50)
        assert read_through(path) == 0
