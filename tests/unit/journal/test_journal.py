from __future__ import annotations

import errno
import itertools
import os
import random
import stat
import struct
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.journal import frames
from assay.journal import writer as writer_module
from assay.journal.folder import RunFolder, SyncStatus, find_folders
from assay.journal.frames import Head
from assay.journal.reader import JournalReader, Tail, is_written
from assay.journal.writer import JournalWriter
from assay.wire.errors import JournalDamaged, JournalNewer
from assay.wire.records import Alert, Finish, Record, Refused, Row, Shape

Make = Callable[[int], Path]


def read(path: Path, **options: bool) -> list[tuple[int, Record]]:
    with JournalReader(path, **options) as reader:
        return [(seq, record) for seq, record, _ in reader.records()]


def frame_bounds(path: Path) -> list[tuple[int, int]]:
    with JournalReader(path) as reader:
        ends = [reader.offset, *(end for _, _, end in reader.records())]
    return list(itertools.pairwise(ends))


def test_records_come_back_in_order_with_their_numbers(journal: Make) -> None:
    found = read(journal(3))
    assert [seq for seq, _ in found] == [0, 1, 2, 3]
    assert found[0][1] == Shape(0, ["loss", "n"])
    assert found[3][1] == Row(0, 2, 1.7e9 + 2, [1.0, 2])


def test_a_reader_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "w0.journal"
    writer = JournalWriter.create(path, Head("w0", "r"))
    with JournalReader(path) as reader:
        assert list(reader.records()) == []
        assert reader.tail() is Tail.CLEAN
        writer.append_row(("a",), 0, 0.0, [1])
        assert [seq for seq, _, _ in reader.records()] == [0, 1]
        writer.append_row(("a",), 1, 0.0, [2])
        assert [seq for seq, _, _ in reader.records()] == [2]
        assert reader.offset == path.stat().st_size == writer.end
    writer.close()


def test_what_was_acknowledged_is_passed_over_but_its_shapes_are_kept(journal: Make) -> None:
    with JournalReader(journal(5)) as reader:
        assert [seq for seq, _, _ in reader.records(after_seq=3)] == [4, 5]
        assert reader.shapes == {0: Shape(0, ["loss", "n"])}


def test_a_torn_tail_at_every_byte_keeps_every_whole_frame(journal: Make) -> None:
    path = journal(6)
    whole = path.read_bytes()
    bounds = frame_bounds(path)
    start = bounds[-3][0]
    for cut in range(start, len(whole)):
        path.write_bytes(whole[:cut])
        complete = sum(end <= cut for _, end in bounds)
        with JournalReader(path) as reader:
            assert len(list(reader.records())) == complete, cut
            is_boundary = cut in {end for _, end in bounds} or cut == bounds[0][0]
            assert reader.tail() is (Tail.CLEAN if is_boundary else Tail.TORN), cut
        writer = JournalWriter.reopen(path)
        assert writer.append(Finish("finished", 0, 1.0)) == complete
        writer.close()
        assert [seq for seq, _ in read(path)] == list(range(complete + 1))


def test_zeros_left_by_a_power_cut_are_a_torn_tail(journal: Make) -> None:
    path = journal(2)
    with path.open("ab") as file:
        file.write(bytes(4096))
    with JournalReader(path) as reader:
        assert len(list(reader.records())) == 3
        assert reader.tail() is Tail.TORN


@pytest.mark.parametrize("seed", range(3))
def test_every_flipped_bit_is_noticed_and_costs_at_most_its_own_frame(journal: Make, seed: int) -> None:
    path = journal(20)
    whole = path.read_bytes()
    intact = dict(read(path))
    bounds = frame_bounds(path)
    chance = random.Random(seed)
    for _ in range(300):
        bit = chance.randrange(bounds[0][0] * 8, len(whole) * 8)
        hurt = bytearray(whole)
        hurt[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(hurt)
        hit = next(i for i, (_, end) in enumerate(bounds) if bit // 8 < end)
        with JournalReader(path, skip_damage=True) as reader:
            found = {seq: record for seq, record, _ in reader.records()}
            assert reader.damages or reader.tail() is Tail.DAMAGED, bit
        if hit == 0:  # the shape was hit: no row can be named, every one is accounted for
            assert all(isinstance(record, Refused) for record in found.values())
            assert len(found) == len(intact)
            continue
        for seq, record in intact.items():
            if seq != hit:
                assert found[seq] == record, (bit, seq)
        if hit != len(bounds) - 1:
            assert isinstance(found[hit], Refused)
            with pytest.raises(JournalDamaged, match="later frames exist"):
                read(path)


def test_a_damaged_last_frame_is_never_cut(journal: Make) -> None:
    path = journal(3)
    hurt = bytearray(path.read_bytes())
    hurt[-1] ^= 0xFF
    path.write_bytes(hurt)
    writer = JournalWriter.reopen(path)
    assert writer.append(Finish("finished", 0, 1.0)) == 4
    writer.close()
    assert path.read_bytes().startswith(bytes(hurt))
    assert [type(record) for _, record in read(path, skip_damage=True)] == [Shape, Row, Row, Refused, Finish]


def test_a_newer_format_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "w0.journal"
    path.write_bytes(struct.pack("<8sIII", frames.MAGIC, frames.FORMAT_SEALED + 1, 0, 0))
    with pytest.raises(JournalNewer, match="Upgrade"):
        JournalReader(path)


def test_a_file_that_is_no_journal_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "w0.journal"
    path.write_bytes(b"\x89PNG and so on, long enough for a header")
    with pytest.raises(JournalDamaged, match="does not begin as a journal"):
        JournalReader(path)


def test_a_header_still_being_written_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "w0.journal"
    header = frames.pack_header(Head("w0", "r"))
    path.write_bytes(header[:11])
    with JournalReader(path) as reader:
        assert list(reader.records()) == []
        assert reader.head is None
        path.write_bytes(header + frames.pack_frame(0, b"\x94\x0e\xa8finished\x00\x00"))
        assert [seq for seq, _, _ in reader.records()] == [0]
        assert reader.head == Head("w0", "r")


def test_a_flush_returns_when_what_another_one_has_begun_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads of a script that asks for every row to be on the disk, or one and the timer."""
    writer = JournalWriter.create(tmp_path / "w.journal", Head("w", "r"))
    begun, go_on = threading.Semaphore(0), threading.Semaphore(0)

    def flush_files(files: Collection[Path], _: Path) -> None:
        assert files == [tmp_path / "a"]
        begun.release()
        assert go_on.acquire(timeout=30)

    monkeypatch.setattr(writer_module, "flush_files", flush_files)
    writer.with_file(tmp_path / "a")
    with ThreadPoolExecutor(2) as pool:
        timer = pool.submit(writer.flush)
        assert begun.acquire(timeout=30)
        writer.append(Row(0, 0, 0.0, []))
        script = pool.submit(writer.flush)
        with pytest.raises(TimeoutError):
            script.result(0.2)  # the file that the row names is not there yet
        go_on.release()
        timer.result(30)
        script.result(30)
    assert not writer.is_dirty
    writer.close()


def test_files_are_for_their_owner_alone_and_links_are_not_followed(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / ".assay" / "r1")
    folder.create()
    writer = JournalWriter.create(folder.journal_path("w1"), Head("w1", "r1"))
    assert stat.S_IMODE(writer.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    writer.close()
    folder.journal_path("w2").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        JournalWriter.create(folder.journal_path("w2"), Head("w2", "r1"))
    assert not (tmp_path / "elsewhere").exists()
    folder.journal_path("w3").symlink_to(writer.path)
    assert folder.journals() == [writer.path]
    with pytest.raises(OSError) as caught:
        JournalReader(folder.journal_path("w3"))
    assert caught.value.errno == errno.ELOOP


def test_a_journal_in_use_is_seen_and_not_opened_twice(tmp_path: Path) -> None:
    path = tmp_path / "w0.journal"
    writer = JournalWriter.create(path, Head("w0", "r"))
    assert is_written(path)
    with pytest.raises(BlockingIOError):
        JournalWriter.reopen(path)
    writer.close()
    assert not is_written(path)


def test_a_write_cut_short_by_a_full_disk_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = JournalWriter.create(tmp_path / "w0.journal", Head("w0", "r"))
    writer.append_row(("a",), 0, 0.0, [1])
    size = writer.path.stat().st_size
    calls = iter([7, OSError(errno.ENOSPC, "No space left on device")])

    def nearly_full(fd: int, data: bytes) -> int:
        outcome = next(calls)
        if isinstance(outcome, OSError):
            raise outcome
        return os.write(fd, data[:outcome])

    monkeypatch.setattr("assay.journal.writer._write", nearly_full)
    with pytest.raises(OSError, match="No space"):
        writer.append_row(("a",), 1, 0.0, [2])
    monkeypatch.undo()
    assert writer.path.stat().st_size == size
    writer.append_row(("a",), 1, 0.0, [2])
    assert writer.next_seq == 3
    writer.close()
    assert [seq for seq, _ in read(writer.path)] == [0, 1, 2]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_whatever_make_the_reader_fail_in_another_way(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, with_header: bool
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "w0.journal"
    path.write_bytes((frames.pack_header(Head("w0", "r")) if with_header else b"") + data)
    try:
        reader = JournalReader(path, skip_damage=True)
    except (JournalDamaged, JournalNewer):
        return
    with reader:
        for _ in reader.records():
            pass
        assert reader.tail() in Tail


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=60))
def test_a_frame_of_unknown_content_keeps_its_number(tmp_path_factory: pytest.TempPathFactory, payload: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "w0.journal"
    path.write_bytes(frames.pack_header(Head("w0", "r")) + frames.pack_frame(0, payload))
    assert [seq for seq, _ in read(path)] == [0]


def test_the_status_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / ".assay" / "r1")
    folder.create()
    assert folder.read_status() is None
    folder.write_status(SyncStatus(pid=7, state="live", acked={"w1": 4}))
    status = folder.read_status()
    assert status is not None
    assert (status.pid, status.acked) == (7, {"w1": 4})
    assert status.updated_at > 0
    folder.status_path.write_text("{")
    assert folder.read_status() is None


def test_one_sync_process_holds_the_lock(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / ".assay" / "r1")
    folder.create()
    held = folder.lock_for_sync()
    assert held is not None
    assert folder.lock_for_sync() is None
    os.close(held)
    again = folder.lock_for_sync()
    assert again is not None
    os.close(again)


def test_run_folders_are_found_from_the_project_the_assay_folder_or_the_run(tmp_path: Path, journal: Make) -> None:
    folder = RunFolder(tmp_path / "p" / ".assay" / "r1")
    folder.create()
    journal(1).rename(folder.journal_path("w1"))
    for root in (tmp_path / "p", tmp_path / "p" / ".assay", folder.path):
        assert [found.path for found in find_folders(root)] == [folder.path]
    assert find_folders(tmp_path / "nowhere") == []


def test_a_frame_that_is_being_written_is_not_passed_over_for_those_after_it(tmp_path: Path) -> None:
    """The reader sees the first half of a frame; before it looks for what lies behind, that frame and another are whole."""
    path = tmp_path / "w1.journal"
    writer = JournalWriter.create(path, Head("w1", "r1"))
    sizes = []
    for number in range(3):
        writer.append(Alert(f"alert {number}", "x" * 100, "info", 1.0))
        sizes.append(path.stat().st_size)
    writer.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: (sizes[0] + sizes[1]) // 2])

    class Late(JournalReader):
        def _read_rest(self) -> bytes:
            path.write_bytes(whole)
            return super()._read_rest()

    with Late(path, skip_damage=True) as reader:
        titles = [record.title for _, record, _ in reader.records() if isinstance(record, Alert)]
        assert titles == ["alert 0", "alert 1", "alert 2"]
        assert reader.damages == []
