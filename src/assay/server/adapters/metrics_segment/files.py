"""The few things the store does to files, in one place, so that tests can lose power, fill the disk or fail a sync here."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class Files:
    """Plain files. Nothing is durable before `sync` of the file and `sync_folder` of the folder that names it."""

    def create(self, path: Path, size: int = 0) -> int:
        """A new file open for reading and writing; `size` bytes are reserved, so that a full disk shows here."""
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            self.reserve(fd, 0, size)
        except OSError:
            os.close(fd)
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        return fd

    def reserve(self, fd: int, offset: int, size: int) -> None:
        if size and hasattr(os, "posix_fallocate"):
            os.posix_fallocate(fd, offset, size)

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        view = memoryview(data)
        while view:
            done = os.pwrite(fd, view, offset)
            view, offset = view[done:], offset + done

    def sync(self, fd: int) -> None:
        getattr(os, "fdatasync", os.fsync)(fd)

    def truncate(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    def close(self, fd: int) -> None:
        os.close(fd)

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def sync_folder(self, path: Path) -> None:
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
