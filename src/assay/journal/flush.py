"""Making what was written survive a loss of power: files and the names of a folder one by one, or a whole file system at once."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from collections.abc import Collection
from functools import cache
from pathlib import Path

_ONE_BY_ONE = 8  # files flushed each for itself: that takes a millisecond each, and a whole file system less than ten of them


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


def reserve(descriptor: int, size: int) -> None:
    """Let a new file have its space before it is written: an eighth less work, and a full disk says so at once. Where the file
    system knows no such thing, nothing happens. Raises OSError."""
    ask = getattr(_libc(), "fallocate", None)
    if ask is not None and ask(descriptor, 0, ctypes.c_long(0), ctypes.c_long(size)) != 0:
        number = ctypes.get_errno()
        if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise OSError(number, os.strerror(number))


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
