"""Making what was written survive a loss of power: files and the names of a folder one by one, or a whole file system at once."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

_ONE_BY_ONE = 8  # files flushed each for itself: that takes a millisecond each, and a whole file system less than ten of them

_FAILURES_KEPT = 100  # flushes that failed: by then whoever waited for the first of them has heard of it


def flush_files(files: Collection[Path], root: Path) -> None:
    """Contents and names of `files`, which lie below `root`, and the names of the folders between. Files that are gone are passed
    over. Of many one call flushes the whole file system: with them goes what others wrote there."""
    if len(files) > _ONE_BY_ONE:
        flush_file_system(root)
        return
    folders: set[Path] = set()
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            _flush(file)
            folders.update(parent for parent in file.parents if parent.is_relative_to(root))
    for folder in folders:
        with contextlib.suppress(FileNotFoundError):
            flush_folder(folder)


def flush_folder(folder: Path) -> None:
    """The names in it."""
    _flush(folder)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_file_system(folder: Path) -> None:
    """Everything written to the file system that holds `folder`. Where that cannot be asked for, every file system."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        flush = getattr(_libc(), "syncfs", None)
        if flush is None:
            os.sync()
        elif flush(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)


class FlushTogether:
    """`flush`, once for all who ask at the same time: whoever comes while it runs may have written too late for it, and shares
    the next one. Safe to share between threads."""

    def __init__(self, flush: Callable[[], None]) -> None:
        self._flush = flush
        self._changed = threading.Condition()
        self._is_running = False
        self._begun = self._ended = 0
        self._failures: dict[int, OSError] = {}

    def __call__(self) -> None:
        """Raises the OSError of the flush that was ours: the system may tell it only once."""
        with self._changed:
            ours = self._begun + 1
            while self._ended < ours:
                if self._is_running:
                    self._changed.wait()
                else:
                    self._lead()
            if ours in self._failures:
                raise self._failures[ours]

    def _lead(self) -> None:
        self._begun += 1
        self._is_running = True
        failure: OSError | None = None
        self._changed.release()
        try:
            self._flush()
        except OSError as error:
            failure = error
        finally:
            self._changed.acquire()
            self._is_running = False
            self._ended = self._begun
            if failure is not None:
                self._failures[self._ended] = failure
                if len(self._failures) > _FAILURES_KEPT:
                    del self._failures[next(iter(self._failures))]
            self._changed.notify_all()


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
