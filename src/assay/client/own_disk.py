"""What this machine's own disk refuses, told as that: which file, why, what is kept, what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assay.wire.errors import DiskRefused

_TODO = {
    errno.ENOSPC: "Free space there, or choose another folder, and try again.",
    errno.EDQUOT: "Your quota there is used up. Delete something, or choose another folder, and try again.",
    errno.EROFS: "That file system can only be read. Choose another folder, or have it mounted for writing.",
    errno.EACCES: "You may not write there. Choose another folder, or ask whose it is.",
    errno.EPERM: "You may not write there. Choose another folder, or ask whose it is.",
    errno.ENOTDIR: "A file lies where a folder should be. Move it away, or choose another folder.",
    errno.EISDIR: "A folder lies where the file should be. Move it away, or choose another folder.",
    errno.ELOOP: "A link lies where the file should be, and links are not followed. Remove it, or choose another folder.",
    errno.ENAMETOOLONG: "The file system takes no such long name. Choose another folder, on another file system.",
}
_OTHER = "Look at that disk, or choose another folder, and try again."


@contextmanager
def writing(path: Path, safe: str) -> Iterator[None]:
    """Raises DiskRefused about `path`, or the file that the system names, for an OSError within. `safe` says what is kept.

    FileNotFoundError passes: who made the folders knows better what it means that one is gone."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise refused(error, path, safe) from error


def refused(error: OSError, path: Path, safe: str) -> DiskRefused:
    # Of two, as of a copy, the second is the one that is written.
    names = [Path(name) for name in (error.filename2, error.filename) if isinstance(name, str)]
    named = names[0] if names else path
    if named.parent == path.parent and named.suffix == ".part":
        named = path  # its first name means nothing to a person
    reason = os.strerror(error.errno) if error.errno else str(error)
    return DiskRefused(path=str(named), reason=reason, safe=safe, todo=_TODO.get(error.errno or 0, _OTHER))
