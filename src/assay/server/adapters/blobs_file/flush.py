"""Making what was written survive a loss of power: a folder's names, or a whole file system at once."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path


def flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
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


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
