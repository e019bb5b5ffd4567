"""Making what was written survive a loss of power: files and the names of a folder one by one, or a whole file system at once."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from pathlib import Path

_ONE_BY_ONE = 8  # files flushed each for itself: that takes a millisecond each, and a whole file system less than ten of them


def flush_files(files: Collection[Path], root: Path) -> None:
    """Contents and names of `files`, which lie below `root`, and the names of the folders between. Files that are gone are passed
    over. Of many one call flushes the whole file system: with them goes what others wrote there."""
    if len(files) > _ONE_BY_ONE:
        from assay.journal.file_systems import flush_file_system

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
