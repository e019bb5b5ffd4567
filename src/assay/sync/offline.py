"""Beside a run without a server: system metrics go to a journal in its folder, media are encoded, and nothing is sent.

The folder's lock for sending stays free, so that `assay sync --live` can send the run while it goes on."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

from assay.journal.folder import RunFolder
from assay.journal.reader import is_written
from assay.journal.sealing import seal_ended
from assay.sync.encoding import encode_all
from assay.sync.readings import Readings
from assay.sync.tail import JournalTail
from assay.wire.errors import PublicError
from assay.wire.records import Start

_LOOK_S = 0.5


def watch(folder: Path, *, interval_s: float, stop: threading.Event) -> int:
    """Take readings until no writer of the folder is left. One process a folder: another one returns at once."""
    run_folder = RunFolder(folder.resolve())
    lock = os.open(run_folder.path / "monitor.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return 0
    readings = Readings(run_folder, interval_s)
    starts: dict[Path, Start] = {}
    failed: set[str] = set()
    try:
        while not stop.is_set():
            written = [path for path in run_folder.journals() if path.stem != readings.writer and is_written(path)]
            if not written:
                return 0
            for path in written:
                if path not in starts and (start := _start_of(path)) is not None:
                    starts[path] = start
            if starts and not readings.is_open:
                readings.open(next(iter(starts.values())), lambda: _pids(starts))
            encode_all(run_folder.path, failed)
            stop.wait(_LOOK_S)
        return 0
    finally:
        readings.close()
        encode_all(run_folder.path, failed)
        os.close(lock)
        if not stop.is_set():
            seal_ended(run_folder)


def _start_of(path: Path) -> Start | None:
    try:
        tail = JournalTail(path)
    except (OSError, PublicError):
        return None
    try:
        return tail.start
    finally:
        tail.close()


def _pids(starts: dict[Path, Start]) -> list[int]:
    pids = [pid for start in list(starts.values()) if isinstance(pid := start.info.get("pid"), int) and pid > 0]
    return pids or [os.getppid()]
