"""A copy of everything, taken while the server works, whose parts fit together.

Metrics first, then metadata, then files: so the metadata never lacks a run whose rows are in the copy, and every file it names is
there. Rows that came in between are missing from the copy, and their writers send them again from where it ends."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from assay.server.domain.accounts import Actor
from assay.server.services import access, audit
from assay.server.services.stores import Stores
from assay.wire.errors import InvalidRequest, PublicError
from assay.wire.version import __version__

MANIFEST = "manifest.json"
FORMAT = 1
PARTS = ("metrics", "metadata", "blobs")
_PIECE = 1 << 20


class BackupDamaged(PublicError):
    code = "backup_damaged"
    status = 422
    exit_code = 9
    text = "The backup {path} cannot be restored: {detail}. Nothing was written. Use another copy of it."


class BackupFile(msgspec.Struct):
    size: int
    sha256: str


class Manifest(msgspec.Struct):
    """`files`: path inside the backup → what it must be."""

    format: int
    version: str
    created_at: float
    files: dict[str, BackupFile]


class BackupService:
    """`home`: the folder in which copies are made, ours alone. `copy_blobs` copies the blob store into an empty folder."""

    def __init__(self, stores: Stores, home: Path, copy_blobs: Callable[[Path], None]) -> None:
        self._stores = stores
        self._home = home
        self._copy_blobs = copy_blobs
        self._still: list[threading.Lock] = []

    def keep_still(self, lock: threading.Lock) -> None:
        """Hold `lock` while a backup is made: what the copied metadata names must still be there when the files are copied."""
        self._still.append(lock)

    def create(self, actor: Actor) -> Path:
        """The folder of a fresh backup. Admins of the installation only; whoever asked moves it to where it shall stay."""
        access.require_admin(actor, "backup:create")
        with contextlib.ExitStack() as stack:
            for lock in self._still:
                stack.enter_context(lock)
            folder, files = self._create()
        with self._stores.metadata.begin() as unit:
            audit.note(unit, actor, "backup:create", folder.name, self._stores.now(), files=files)
        return folder

    def _create(self) -> tuple[Path, int]:
        self._home.mkdir(mode=0o700, exist_ok=True)
        folder = self._home / secrets.token_hex(8)
        folder.mkdir(mode=0o700)
        try:
            for part in PARTS:
                (folder / part).mkdir(mode=0o700)
            self._stores.metrics.snapshot(str(folder / "metrics"))
            self._stores.metadata.snapshot(str(folder / "metadata"))
            self._copy_blobs(folder / "blobs")
            manifest = Manifest(FORMAT, __version__, self._stores.now(), dict(_hashed(folder)))
            (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return folder, len(manifest.files)


def read_manifest(source: Path) -> Manifest:
    """The manifest of a backup whose every file is there and unchanged. Raises BackupDamaged, naming the first that is not."""
    try:
        manifest = msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise BackupDamaged(path=str(source), detail=f"{MANIFEST} cannot be read ({error})") from error
    if manifest.format != FORMAT:
        raise BackupDamaged(path=str(source), detail=f"it has format {manifest.format}, and this Assay reads {FORMAT}")
    found: dict[str, Any] = dict(_hashed(source))
    for name, expected in manifest.files.items():
        if name not in found:
            raise BackupDamaged(path=str(source), detail=f"{name} is missing")
        if found[name] != expected:
            raise BackupDamaged(path=str(source), detail=f"{name} has changed since it was written")
    unknown = sorted(set(found) - set(manifest.files))
    if unknown:
        raise BackupDamaged(path=str(source), detail=f"{unknown[0]} does not belong to it")
    return manifest


def copy_into(source: Path, manifest: Manifest, folder: Path) -> None:
    """Copy a checked backup's files into an empty data folder's shape. Names come from the checked tree, never from elsewhere."""
    for name in manifest.files:
        part, _, rest = name.partition("/")
        if part not in PARTS or not rest:
            raise BackupDamaged(path=str(source), detail=f"{name} is in no known part of it")
        target = folder / rest if part == "metadata" else folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(source / name, target)
        target.chmod(0o600)
        with target.open("rb") as file:
            os.fsync(file.fileno())


def require_empty(folder: Path) -> None:
    """Raises InvalidRequest if there is anything in `folder`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidRequest(detail=f"{folder} is not empty, and nothing is ever written over. Give a folder that does not exist")


def _hashed(folder: Path) -> list[tuple[str, BackupFile]]:
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise BackupDamaged(path=str(folder), detail=f"{name} is a link")
        if path.is_file() and name != MANIFEST:
            hashed = hashlib.sha256()
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    hashed.update(piece)
            found.append((name, BackupFile(path.stat().st_size, hashed.hexdigest())))
    return found
