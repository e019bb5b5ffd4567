"""The data folder: made private, locked by one server, with a note for the same user's programs about where it listens."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

from assay.wire import disks
from assay.wire.errors import DataFolderInUse, InvalidRequest, StorageFull

NOTE = "server.json"
LOCK = "lock"
KEY = "local.key"
_LOOKS, _LOOK_S = 10, 0.02  # who asks whether the folder is locked holds it for less than a millisecond


def no_data(path: Path) -> str:
    return f"{path} holds no data of a server. Give its folder with --data"


class DataFolder:
    """Open it to hold its lock; the lock goes with the process, whatever ends it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = -1

    @property
    def metadata(self) -> Path:
        return self.path / "metadata.db"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics"

    @property
    def blobs(self) -> Path:
        return self.path / "blobs"

    @property
    def cache(self) -> Path:
        """What can be made again: it may be deleted at any time, and no backup has it."""
        return self.path / "cache"

    @property
    def bucket_key(self) -> Path:
        """What the keys of teams' buckets are sealed with. No backup has it."""
        return self.path / "bucket.key"

    @property
    def backups(self) -> Path:
        return self.path / "backups"

    def has_data(self) -> bool:
        """Whether a server, or a command beside it, has kept something here."""
        return self.metadata.exists()

    def require_data(self) -> None:
        """Raises InvalidRequest, naming the folder, where there is none: what is asked about it would be answered wrongly."""
        if not self.has_data():
            raise InvalidRequest(detail=no_data(self.path))

    def make(self) -> None:
        """Raises InvalidRequest if the folder cannot be made or written."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
            self.metrics.mkdir(mode=0o700, exist_ok=True)
            self.blobs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise InvalidRequest(
                detail=f"The data folder {self.path} cannot be used ({error.strerror}). Give another with --data, or $ASSAY_DATA"
            ) from error

    def lock(self) -> None:
        """Raises DataFolderInUse, naming the process that holds it and, once it answers, its address; StorageFull; and
        InvalidRequest where it cannot be written."""
        try:
            self._lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise InvalidRequest(detail=f"The data folder {self.path} cannot be written ({error.strerror})") from error
        try:
            _take(self._lock)
        except OSError as error:
            owner = os.pread(self._lock, 32, 0).decode(errors="replace").strip()
            os.close(self._lock)
            self._lock = -1
            note = self.read_note()
            place = f", {note['url']}" if "url" in note and str(note.get("pid")) == owner else ""
            raise DataFolderInUse(path=str(self.path), owner=f"process {owner or 'unknown'}{place}") from error
        try:
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            self.release()
            if disks.is_full(error):
                raise StorageFull(detail="the data folder cannot be locked", where=str(self.path)) from error
            raise InvalidRequest(detail=f"The data folder {self.path} cannot be written ({error.strerror})") from error
        # What a server that was killed left leads nowhere by now, or to whoever has its port.
        with contextlib.suppress(OSError):
            (self.path / NOTE).unlink()

    def release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def is_locked(self) -> bool:
        """Whether a server holds the folder now."""
        try:
            handle = os.open(self.path / LOCK, os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who ask at once must not take each other for one
        except OSError:
            return True
        finally:
            os.close(handle)
        return False

    def write_note(self, url: str, key: str) -> None:
        """Where this server listens and a key for it, for programs of the same user alone."""
        self._write_private(NOTE, json.dumps({"url": url, "pid": os.getpid(), "key": key}))

    def renew_note(self, key: str) -> None:
        """Another key for those whom the running server's note tells where it is; nothing without a server."""
        note = self.read_note()
        if note and self.is_locked():
            self._write_private(NOTE, json.dumps({**note, "key": key}))

    def write_own_key(self, key: str) -> None:
        """Keep the key of the same user's programs from one start to the next."""
        self._write_private(KEY, key)

    def read_own_key(self) -> str:
        """Empty if there is none."""
        try:
            return (self.path / KEY).read_text().strip()
        except (OSError, ValueError):
            return ""

    def _write_private(self, name: str, text: str) -> None:
        temporary = self.path / f"{name}.{os.getpid()}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
        temporary.replace(self.path / name)

    def read_note(self) -> dict[str, Any]:
        """What a server left here; empty without one."""
        try:
            note = json.loads((self.path / NOTE).read_text())
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def remove_note(self) -> None:
        with contextlib.suppress(OSError):
            if self.read_note().get("pid") == os.getpid():
                (self.path / NOTE).unlink()


def _take(lock: int) -> None:
    """Raises OSError while a server has it."""
    for look in range(_LOOKS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError:
            if look + 1 == _LOOKS:
                raise
            time.sleep(_LOOK_S)
