"""The embedded metric store under kills, torn and damaged logs, lost power, a full disk and a failing sync."""

from __future__ import annotations

import errno
import itertools
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.adapters.metrics_segment.files import Files
from assay.server.domain.runs import RunRef
from assay.server.ports.metrics import RowsQuery
from assay.testing.batches import BatchWriter
from assay.testing.conformance.metrics import OTHER, RUN, read_points, read_rows, rows_of
from assay.wire import failpoints
from assay.wire.errors import DataFolderInUse, StorageFull, Unavailable
from tests.infra.storms import Storm

WRITER = r"""
import os, sys, threading
from pathlib import Path
from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.domain.runs import RunRef
from assay.testing.batches import BatchWriter

store = SegmentMetricStore(Path(sys.argv[1]), linger_s=0.001, seal_values=400, log_reserve_bytes=1 << 14)

def work(n):
    run = RunRef(1, n)
    step = int(store.last_steps([run])[0]) + 1
    writer = BatchWriter("w", first_seq=store.next_seq(run, "w"))
    while True:
        batch = writer.log(*((step + i, {"loss": float(step + i), "n": step + i}) for i in range(5)))
        step += 5
        store.append(run, batch)
        os.write(1, f"{n} {step - 1}\n".encode())  # one call: lines of threads stay whole

for n in range(1, 4):
    threading.Thread(target=work, args=(n,), daemon=True).start()
threading.Event().wait()
"""


def open_store(folder: Path, **options: Any) -> SegmentMetricStore:
    return SegmentMetricStore(folder, **({"linger_s": 0.0, "log_reserve_bytes": 1 << 14, "background": False} | options))


def filled(folder: Path, batches: int, **options: Any) -> SegmentMetricStore:
    store = open_store(folder, **options)
    writer = BatchWriter()
    for step in range(batches):
        store.append(RUN, writer.log((step, {"loss": float(step)})))
    return store


class Killed:
    """A store that a process writes until it is killed, again and again on the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.acked = {1: -1, 2: -1, 3: -1}

    def write(self, lines_max: int = 1_000_000, failpoint: str = "") -> None:
        """Until so many batches were acknowledged, or the process ends itself; then look at what is there."""
        command = [sys.executable, "-c", WRITER, str(self._folder)]
        environment = os.environ | {failpoints.VARIABLE: failpoint}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            lines = list(itertools.islice(process.stdout, lines_max))
            process.kill()
            lines += process.stdout.readlines()
        for line in lines:
            if line.endswith("\n") and len(parts := line.split()) == 2:
                self.acked[int(parts[0])] = max(self.acked[int(parts[0])], int(parts[1]))
        store = open_store(self._folder)
        try:
            assert store.verify() == []
            for n, last in self.acked.items():
                rows = read_rows(store, RunRef(1, n), all_rows=True)
                assert [step for step, _ in rows] == list(range(len(rows)))
                assert len(rows) > last
                assert all(values == {"loss": float(step), "n": step} for step, values in rows)
        finally:
            store.close()


def test_a_killed_store_has_every_acknowledged_batch_once(tmp_path: Path, storm: Storm) -> None:
    """At random moments of appending, sealing and merging."""
    kills = storm.times(15, 500)
    killed = Killed(tmp_path / "store")
    for _ in range(kills):
        killed.write(storm.dice.randrange(3, 150))
    acked = killed.acked
    assert min(acked.values()) > 0, "the writers were killed before they had written anything"
    storm.tell(
        injected="kill -9 of a metric store that appends, seals and merges", times=kills, acked=sum(acked.values()), lost=0
    )


def test_a_store_that_dies_between_two_of_its_steps_has_every_acknowledged_batch_once(tmp_path: Path, storm: Storm) -> None:
    points = [name for name in failpoints.NAMES if name.startswith(("log.", "seal.", "merge."))]
    kills = storm.times(2 * len(points), 300)
    killed = Killed(tmp_path / "store")
    for kill in range(kills):
        point = points[kill % len(points)]
        killed.write(failpoint=f"{point}:{storm.dice.randrange(1, 60 if point.startswith('log') else 3)}:kill")
    acked = sum(killed.acked.values())
    storm.tell(injected=f"death of a metric store at {', '.join(points)}", times=kills, acked=acked, lost=0)


def test_a_log_torn_at_any_byte_of_its_last_frames_loses_only_those(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = filled(folder, 6)
    ends = []
    writer = BatchWriter(first_seq=store.next_seq(RUN, "w1"))
    for step in range(6, 9):
        store.append(RUN, writer.log((step, {"loss": float(step)})))
        assert store._held.log is not None
        ends.append(store._held.log.offset)
    store.close()
    (path,) = (folder / "wal").glob("*.wal")
    whole = path.read_bytes()
    for cut in range(ends[0], len(whole) + 1):
        torn = tmp_path / "torn"
        shutil.copytree(folder, torn)
        (torn / "wal" / path.name).write_bytes(whole[:cut])
        store = open_store(torn)
        expected = 7 + sum(cut >= end for end in ends[1:])
        assert len(read_points(store)) == expected
        assert store.verify() == []
        # It goes on where the log ends.
        store.append(RUN, BatchWriter(first_seq=store.next_seq(RUN, "w1")).log((100, {"loss": 1.0})))
        store.close()
        store = open_store(torn)
        assert len(read_points(store)) == expected + 1
        store.close()
        shutil.rmtree(torn)


def test_damage_in_the_middle_of_a_log_is_reported_and_the_rest_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = filled(folder, 30)
    store.append(OTHER, BatchWriter().log((0, {"loss": 5.0})))
    store.close()
    (path,) = (folder / "wal").glob("*.wal")
    whole = path.read_bytes()
    last_frame = whole.rindex(b"\xa5Fr1")
    dice = random.Random(7)
    for at in sorted(dice.sample(range(64, last_frame), 60)):
        damaged = tmp_path / "damaged"
        shutil.copytree(folder, damaged)
        (damaged / "wal" / path.name).write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
        store = open_store(damaged)
        assert len(store.verify()) >= 1
        assert any("damaged" in sentence for sentence in store.verify())
        assert list((damaged / "quarantine").iterdir())
        assert len(read_rows(store)) in {29, 30}
        assert len(read_rows(store, OTHER)) == 1
        store.close()
        shutil.rmtree(damaged)


def test_a_damaged_block_of_a_segment_is_found_and_other_runs_are_served(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = open_store(folder)
    for run in (RUN, OTHER):
        store.append(run, BatchWriter().log(*((step, {"loss": float(step)}) for step in range(5_000))))
    store.seal()
    store.close()
    (path,) = (folder / "seg").glob("*.seg")
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF
    path.write_bytes(data)
    store = open_store(folder)
    assert any("checksum" in sentence for sentence in store.verify())
    answers = []
    for run in (RUN, OTHER):
        try:
            answers.append(len(read_points(store, run)))
        except Exception as error:
            assert "damaged" in str(error)  # noqa: PT017
            answers.append(-1)
    assert 5_000 in answers
    store.close()


def test_a_second_store_on_the_folder_refuses(tmp_path: Path) -> None:
    store = filled(tmp_path, 1)
    with pytest.raises(DataFolderInUse, match=f"process {os.getpid()}"):
        open_store(tmp_path)
    store.close()
    open_store(tmp_path).close()


class Faulty(Files):
    """Fails on request."""

    error: int | None = None
    on: str = ""

    def reserve(self, fd: int, offset: int, size: int) -> None:
        self._maybe("reserve")
        super().reserve(fd, offset, size)

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        self._maybe("write")
        super().write(fd, data, offset)

    def sync(self, fd: int) -> None:
        self._maybe("sync")
        super().sync(fd)

    def _maybe(self, name: str) -> None:
        if self.error is not None and self.on in {name, "any"}:
            raise OSError(self.error, os.strerror(self.error))


def test_nothing_is_acknowledged_after_a_failed_sync_and_reading_goes_on(tmp_path: Path) -> None:
    files = Faulty()
    store = filled(tmp_path / "store", 3, files=files)
    writer = BatchWriter(first_seq=store.next_seq(RUN, "w1"))
    batch = writer.log((3, {"loss": 3.0}))
    files.error, files.on = errno.EIO, "sync"
    for _ in range(2):
        with pytest.raises(Unavailable, match="read-only"):
            store.append(RUN, batch)
        files.error = None  # a sync that succeeds later proves nothing about what the failed one lost
    assert [x for x, _ in read_points(store)] == [0.0, 1.0, 2.0]
    store.close()
    store = open_store(tmp_path / "store")
    store.append(RUN, batch)
    assert [x for x, _ in read_points(store)] == [0.0, 1.0, 2.0, 3.0]
    assert len(read_rows(store, all_rows=True)) == 4
    store.close()


@pytest.mark.parametrize("on", ["write", "reserve"])
def test_a_full_disk_refuses_writers_and_recovers_without_a_restart(tmp_path: Path, on: str) -> None:
    files = Faulty()
    store = filled(tmp_path / "store", 3, files=files)
    store.seal()  # the next append needs a new log
    batch = BatchWriter(first_seq=store.next_seq(RUN, "w1")).log((3, {"loss": 3.0}))
    files.error, files.on = errno.ENOSPC, on
    with pytest.raises(StorageFull):
        store.append(RUN, batch)
    assert len(read_points(store)) == 3
    files.error = None
    assert store.append(RUN, batch).is_new
    assert len(read_points(store)) == 4
    store.close()
    store = open_store(tmp_path / "store")
    assert len(read_rows(store, all_rows=True)) == 4
    store.close()


class Volatile(Files):
    """A disk that keeps only what was synced: `lose_power` leaves the folder as a power cut would at its worst."""

    def __init__(self, kept: Path, live: Path) -> None:
        self.kept, self.live = kept, live
        self.calls = 0
        self.die_at = -1
        self._synced: dict[int, bytes] = {}
        kept.mkdir()

    def create(self, path: Path, size: int = 0) -> int:
        self._count()
        return super().create(path, size)

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        self._count()
        super().write(fd, data, offset)

    def sync(self, fd: int) -> None:
        self._count()
        super().sync(fd)
        status = os.fstat(fd)
        self._synced[status.st_ino] = os.pread(fd, status.st_size, 0)
        for path in self.kept.rglob("*"):
            if path.is_file() and path.suffix in {".wal", ".seg"}:
                live = self.live / path.relative_to(self.kept)
                if live.exists() and live.stat().st_ino == status.st_ino:
                    path.write_bytes(self._synced[status.st_ino])

    def rename(self, source: Path, target: Path) -> None:
        self._count()
        super().rename(source, target)

    def remove(self, path: Path) -> None:
        self._count()
        super().remove(path)

    def sync_folder(self, path: Path) -> None:
        self._count()
        super().sync_folder(path)
        folder = self.kept / path.relative_to(self.live)
        folder.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in path.iterdir()}
        for entry in path.iterdir():
            (folder / entry.name).write_bytes(self._synced.get(entry.stat().st_ino, b""))
        for entry in folder.iterdir():
            if entry.name not in names:
                entry.unlink()

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self.die_at:
            raise PowerCut

    def lose_power(self) -> Path:
        """The folder as it is found afterwards. The catalogue syncs by itself: all it committed is there."""
        for name in ("catalogue.sqlite", "catalogue.sqlite-wal"):
            if (self.live / name).exists():
                shutil.copyfile(self.live / name, self.kept / name)
        return self.kept


class PowerCut(Exception):
    pass


def test_what_was_acknowledged_survives_a_power_cut_at_every_call(tmp_path: Path) -> None:
    total = _until_power_is_cut(tmp_path / "whole", -1)[1]
    assert total > 60
    for die_at in range(1, total + 1):
        acked, _ = _until_power_is_cut(tmp_path / str(die_at), die_at)
        store = open_store(tmp_path / str(die_at) / "kept")
        try:
            rows = read_rows(store, all_rows=True)
            assert [step for step, _ in rows] == list(range(len(rows)))
            assert len(rows) >= acked, f"power cut at call {die_at}"
            assert store.verify() == []
        finally:
            store.close()
        shutil.rmtree(tmp_path / str(die_at))


def _until_power_is_cut(folder: Path, die_at: int) -> tuple[int, int]:
    """Append, seal and merge until the given call. Returns rows acknowledged and calls made."""
    folder.mkdir()
    files = Volatile(folder / "kept", folder / "live")
    files.die_at = die_at
    store = open_store(folder / "live", files=files)
    acked = 0
    try:
        writer = BatchWriter()
        for step in range(18):
            store.append(RUN, writer.log((step, {"loss": float(step)})))
            acked += 1
            if step % 2:
                store.seal()
    except (PowerCut, Unavailable):
        pass
    files.lose_power()
    calls = files.calls
    files.die_at = -1
    store.close()
    return acked, calls


def test_a_snapshot_taken_while_writing_holds_a_moment_of_the_store(tmp_path: Path) -> None:
    store = filled(tmp_path / "store", 10)
    store.seal()
    writer = BatchWriter(first_seq=store.next_seq(RUN, "w1"))
    for step in range(10, 15):
        store.append(RUN, writer.log((step, {"loss": float(step)})))
    store.snapshot(str(tmp_path / "copy"))
    store.append(RUN, writer.log((15, {"loss": 15.0})))
    store.close()
    copy = open_store(tmp_path / "copy")
    assert [x for x, _ in read_points(copy)] == [float(step) for step in range(15)]
    assert copy.verify() == []
    copy.close()


def test_sealing_in_the_background_hides_nothing_from_readers(tmp_path: Path) -> None:
    store = SegmentMetricStore(tmp_path, linger_s=0.0, seal_values=300, log_reserve_bytes=1 << 14)
    writer = BatchWriter()
    deadline = time.monotonic() + 60
    step = 0
    while step < 1_500 or (not list((tmp_path / "seg").glob("*.seg")) and time.monotonic() < deadline):
        store.append(RUN, writer.log(*((step + i, {"loss": float(step + i)}) for i in range(10))))
        step += 10
        if step % 100 == 0:
            assert len(read_points(store)) == step
    assert list((tmp_path / "seg").glob("*.seg"))
    (chunk,) = store.rows(RowsQuery(RUN))
    assert len(rows_of(chunk)) == step
    assert store.summaries(1, np.array([RUN.run_key]), "loss").count.tolist() == [step]
    store.close()


def test_what_is_appended_while_sealing_is_never_sealed_away(tmp_path: Path) -> None:
    """Seals at every moment between the log and the memtable; what a kill leaves holds every acknowledged row."""
    folder = tmp_path / "store"
    store = open_store(folder)
    stop = threading.Event()
    acked = dict.fromkeys(range(4), 0)

    def work(n: int) -> None:
        writer = BatchWriter()
        while not stop.is_set():
            store.append(RunRef(1, n), writer.log((acked[n], {"loss": 1.0})))
            acked[n] += 1

    threads = [threading.Thread(target=work, args=(n,)) for n in acked]
    for thread in threads:
        thread.start()
    for turn in range(15):
        store.seal()
        if turn % 5 == 4:
            known = dict(acked)
            store.snapshot(str(tmp_path / f"copy{turn}"))
            copy = open_store(tmp_path / f"copy{turn}")
            assert all(len(read_rows(copy, RunRef(1, n), all_rows=True)) >= rows for n, rows in known.items())
            copy.close()
    stop.set()
    for thread in threads:
        thread.join()
    shutil.copytree(folder, tmp_path / "killed")
    store.close()
    killed = open_store(tmp_path / "killed")
    for n, rows in acked.items():
        assert [step for step, _ in read_rows(killed, RunRef(1, n), all_rows=True)] == list(range(rows))
        assert killed.summaries(1, np.array([n]), "loss").count.tolist() == [rows]
    killed.close()


def test_a_rewind_between_setting_aside_and_sealing_stays(tmp_path: Path) -> None:
    store = filled(tmp_path / "store", 10)
    store._sealer.freeze()
    store.truncate(RUN, 4)
    store.seal()
    store.close()
    store = open_store(tmp_path / "store")
    assert store.last_steps([RUN]).tolist() == [4]
    assert store.summaries(1, np.array([RUN.run_key]), "loss").count.tolist() == [5]
    assert len(read_points(store)) == 5
    store.close()
