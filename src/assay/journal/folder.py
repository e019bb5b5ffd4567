"""A run's folder: `./.assay/<run_id>/` with one journal per writer, and what `sync` tells the script in `status.json`."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import Any, Literal

import msgspec

from assay.journal import frames
from assay.wire.errors import PublicError

SyncState = Literal["connecting", "live", "offline", "paused", "refused", "done"]


class SyncStatus(msgspec.Struct, omit_defaults=True):
    """Written by `sync`, read by the SDK. `acked` is by writer the last sequence on the server's disk (absent: none);
    `waiting_rows` by writer, and `waiting_files` in all, what is not there yet. `message` is for people. `stop`: somebody asked
    the run to stop. `code_saving`: what the server says of keeping code: allow, force or forbid. `refused_media`: files that
    could not be encoded or sent, and why; the first of them. `artifacts_waiting`: how many logged artifacts are not settled;
    `artifacts_moved` grows while bytes of them are read or sent, and `artifacts_line` says so to people; `artifacts_refused` are
    those that will not become versions, each with the reason, and `artifacts_told` what else is to be known of versions."""

    pid: int = 0
    state: SyncState = "connecting"
    message: str = ""
    server: str = ""
    url: str = ""
    entity: str = ""
    project: str = ""
    name: str = ""
    is_new: bool = True
    is_resumed: bool = False
    last_step: int = -1
    config: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    acked: dict[str, int] = {}
    waiting_rows: dict[str, int] = {}
    waiting_files: int = 0
    stop: bool = False
    code_saving: str = ""
    artifacts_waiting: int = 0
    artifacts_moved: int = 0
    artifacts_line: str = ""
    artifacts_refused: list[str] = []
    artifacts_told: list[str] = []
    refused_media: dict[str, str] = {}
    updated_at: float = 0.0


_decode_status = msgspec.json.Decoder(SyncStatus).decode


class RunFolder:
    """Every path inside a run's folder. Files are for their owner alone: 0600 in a 0700 folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def run_id(self) -> str:
        return self.path.name

    @property
    def status_path(self) -> Path:
        return self.path / "status.json"

    @property
    def log_path(self) -> Path:
        """Where the sync process writes its own output."""
        return self.path / "sync.log"

    @property
    def files_path(self) -> Path:
        """Where the SDK keeps content it was given: patches, large values, files saved with policy `now`."""
        return self.path / "files"

    def journal_path(self, writer: str) -> Path:
        return self.path / f"{writer}.journal"

    def create(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.mkdir(exist_ok=True, mode=0o700)

    def journals(self) -> list[Path]:
        """The journals of all writers, oldest first. Symbolic links are not ours and are left out."""
        found = [Path(entry.path) for entry in _entries(self.path) if _is_journal(entry)]
        return sorted(found, key=lambda entry: (_created_at(entry), entry.name))

    def read_status(self) -> SyncStatus | None:
        """None while there is none, or none that can be read."""
        try:
            return _decode_status(self.status_path.read_bytes())
        except (OSError, msgspec.MsgspecError):
            return None

    def write_status(self, status: SyncStatus) -> None:
        """Replace `status.json` whole: a reader sees the old one or the new one."""
        status.updated_at = time.time()
        scratch = self.path / f".status-{os.getpid()}.tmp"
        fd = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.write(fd, msgspec.json.encode(status))
        finally:
            os.close(fd)
        scratch.replace(self.status_path)

    def lock_for_sync(self) -> int | None:
        """A lock that one sync process holds while it lives, as an open file descriptor; None if another has it."""
        fd = os.open(self.path / "sync.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(fd)
            return None
        return fd


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing in one that is not there or that we may not look into. Raises OSError for what a disk does."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []


def _is_journal(entry: os.DirEntry[str]) -> bool:
    return entry.name.endswith(".journal") and entry.is_file(follow_symlinks=False)


def _created_at(path: Path) -> float:
    """When a journal was begun, by its own head; a file without one yet is the newest."""
    try:
        with path.open("rb") as file:
            head = frames.unpack_header(file.read(frames.HEAD_BYTES), path)
    except (OSError, PublicError):
        return 0.0
    return head[0].created_at if head is not None else float("inf")


def find_folders(root: Path) -> list[RunFolder]:
    """The run folders below `root` (a `.assay` folder, its parent, or a run folder itself), oldest first. Those of another user,
    which we may not look into, are none."""
    if any(map(_is_journal, _entries(root))):
        return [RunFolder(root)]
    base = root if root.name == ".assay" else root / ".assay"
    if not os.path.isdir(base):  # noqa: PTH112
        base = root
    folders = [entry.path for entry in _entries(base) if entry.is_dir(follow_symlinks=False)]
    found = [RunFolder(Path(folder)) for folder in folders if any(map(_is_journal, _entries(folder)))]
    return sorted(found, key=lambda folder: max(map(_created_at, folder.journals()), default=0.0))
