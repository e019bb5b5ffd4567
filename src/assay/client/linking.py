"""The same content at another path, as cheaply as the file system can: a shared extent, a hard link, or a copy."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import sys
from pathlib import Path
from typing import Literal

from assay.wire import disks

if sys.platform == "linux":
    import fcntl

    _FICLONE = 0x40049409  # linux/fs.h: the target shares the source's extents until either is written

_cannot_clone: set[int] = set()  # devices of file systems that share no extents
Links = Literal["auto", "copy"]


def place(source: Path, target: Path, *, links: Links = "auto") -> None:
    """Make `target` hold what `source` holds; it appears whole, and replaces what was there. Raises OSError.

    `auto`: share extents where the file system can; else a hard link, which is for reading alone: a write through it would
    change the source. `copy`: a file of its own that may be written."""
    if links == "auto" and source.parent.stat().st_dev in _cannot_clone and _link(source, target):
        return
    scratch = beside(target)
    try:
        if not (links == "auto" and (_clone(source, scratch) or _link(source, scratch))):
            copy(source, scratch)
        scratch.replace(target)
        scratch.unlink(missing_ok=True)  # renaming one name of a file to another name of it removes neither
    except BaseException:
        with contextlib.suppress(OSError):
            scratch.unlink()
        raise


def copy(source: Path, target: Path) -> None:
    """A file of its own with the same content and time of change. The kernel moves the bytes. Raises OSError."""
    if not _clone(source, target):
        shutil.copyfile(source, target)
    info = source.stat()
    os.utime(target, ns=(info.st_atime_ns, info.st_mtime_ns))


def beside(target: Path) -> Path:
    """A path in the same folder that nobody else uses, for what becomes `target` by a rename."""
    return target.parent / scratch_name(target, secrets.token_hex(4))


def scratch_name(target: Path, mark: str) -> str:
    """A hidden name like the target's. File systems count its bytes, of which a letter may have four, and take 255."""
    stem = os.fsencode(target.name)[:80].decode(errors="ignore")
    return f".{stem}.{mark}.part"


def _clone(source: Path, target: Path) -> bool:
    if sys.platform != "linux":
        return False
    device = target.parent.stat().st_dev
    if device in _cannot_clone:
        return False
    with source.open("rb") as read, target.open("wb") as written:
        try:
            fcntl.ioctl(written.fileno(), _FICLONE, read.fileno())
        except OSError as error:
            if disks.is_full(error):
                raise
            if error.errno != errno.EXDEV:
                _cannot_clone.add(device)
        else:
            return True
    target.unlink()
    return False


def _link(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except FileExistsError:
        return False  # replaced by a rename, so that nobody sees it absent
    except OSError as error:
        # Another file system, one without links, or a file with as many links as it can have.
        if error.errno in {errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.EACCES, errno.ENOSYS}:
            return False
        raise
    return True
