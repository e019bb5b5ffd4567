"""A file that one process at a time gathers something in."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def lock(fd: int, path: Path) -> bool:
    """Lock the file that is open as `fd`. False while another process has it, or if it is not the one at `path` any more: then
    it was whole, and renamed, just before. Raises OSError on a file system without locks."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.fstat(fd).st_ino == path.stat().st_ino
    except (BlockingIOError, FileNotFoundError):
        return False
