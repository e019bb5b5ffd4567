"""Records on a disk that refuses for a while: each is kept, or said not to be, and nothing of it reaches the script."""

from __future__ import annotations

import errno
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from assay.journal import writer as journal_writer
from assay.journal.frames import Head
from assay.journal.reader import JournalReader
from assay.journal.writer import JournalWriter
from assay.sdk.recorder import Recorder
from assay.wire import limits
from assay.wire.records import Alert, Refused, Row

ALERT = Alert("one", "", "info", 1.0)


class Disk:
    is_full = False


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()

    def write(fd: int, data: bytes) -> int:
        if disk.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return os.write(fd, data)

    monkeypatch.setattr(journal_writer, "_write", write)
    return disk


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(JournalWriter.create(tmp_path / "w1.journal", Head("w1", "r1")))


def written(recorder: Recorder) -> list[Any]:
    with JournalReader(recorder.writer.path) as reader:
        return [record for _, record, _ in reader.records()]


def test_a_row_that_was_held_and_is_too_long_does_not_keep_what_follows_from_the_disk(
    recorder: Recorder, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ROW_BYTES", 1_000)
    disk.is_full = True
    recorder.append_row(("a",), 0, 1.0, (1.0,))
    recorder.append_row(("text",), 1, 1.0, ("x" * 2_000,))
    recorder.append_row(("a",), 2, 1.0, (3.0,))
    disk.is_full = False
    recorder.tick()
    recorder.append_row(("a",), 3, 1.0, (4.0,))
    assert [record.step for record in written(recorder) if isinstance(record, Row)] == [0, 2, 3]
    (refused,) = [record for record in written(recorder) if isinstance(record, Refused)]
    assert "ROW_BYTES" in refused.reason
    assert recorder.held_count == 0


def test_a_disk_that_is_full_again_at_once_raises_nothing_into_the_script(recorder: Recorder, disk: Disk) -> None:
    disk.is_full = True
    recorder.append(ALERT)
    failures: list[Exception] = []

    def log() -> None:
        try:
            recorder.append(ALERT)
        except Exception as error:
            failures.append(error)

    # A thread has seen the trouble and waits for its turn while the disk is found to write again, and then is full.
    with recorder._lock:
        thread = threading.Thread(target=log)
        thread.start()
        while not _is_waiting(thread):
            thread.join(0.01)
        disk.is_full = False
        recorder.tick()
        disk.is_full = True
    thread.join()
    assert not failures
    disk.is_full = False
    recorder.tick()
    assert [record for record in written(recorder) if isinstance(record, Alert)] == [ALERT, ALERT]


def _is_waiting(thread: threading.Thread) -> bool:
    frame = sys._current_frames().get(thread.ident or 0)
    return frame is not None and frame.f_code.co_name == "_hold"
