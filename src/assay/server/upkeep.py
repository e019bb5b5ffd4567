"""Looking after a data folder: backup, restore, check-up. Runs beside `bootstrap`, on the machine that holds the data."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from assay.server.bootstrap import STATIC, close_stores, open_catalog, open_metadata_catalog, open_stores
from assay.server.data_folder import DataFolder, no_data
from assay.server.domain.accounts import SYSTEM
from assay.server.services.backups import copy_into, read_manifest, require_empty
from assay.server.services.catalog import Catalog
from assay.wire.errors import InvalidRequest, PublicError, Unavailable
from assay.wire.limits import MIB
from assay.wire.version import __version__

_LOW_DISK_BYTES = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. Not `is_fine`: `text` says what to do."""

    what: str
    is_fine: bool
    text: str


def backup(data: Path, target: Path) -> int:
    """A backup of `data` in `target`, by the running server or, when none runs, here. Answers how many files it has."""
    require_empty(target)
    folder = DataFolder(data)
    folder.require_data()
    if folder.is_locked():
        made = _ask_server(folder)
    else:
        with open_catalog(folder) as catalog:
            assert catalog.backups is not None
            made = catalog.backups.create(SYSTEM)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _bring(made, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return len(read_manifest(target).files)


def _ask_server(folder: DataFolder) -> Path:
    # The server's metrics are partly in its memory; only it can copy them.
    import httpx

    note = folder.read_note()
    url, key = note.get("url"), note.get("key")
    if not url or not key:
        raise Unavailable(
            detail=f"{folder.path} is in use, and what uses it does not say where it listens: a server that is starting, or "
            "another command. Nothing was backed up; try again in a moment"
        )
    headers = {"authorization": f"Bearer {key}"}
    try:
        with httpx.Client(trust_env=False, timeout=None) as client:  # noqa: S113  large data takes as long as it takes
            answer = client.post(f"{url}/api/v1/backups", headers=headers)
    except httpx.HTTPError as error:
        raise Unavailable(
            detail=f"The server at {url} did not make a backup: it ended, or cannot be reached ({error}). Try again"
        ) from error
    if answer.status_code != 201:
        raise InvalidRequest(detail=f"The server at {url} could not make a backup: {answer.text[:500]}")
    made = Path(answer.json()["folder"])
    assert made.parent == folder.backups, made
    return made


@dataclass(frozen=True, slots=True)
class Restored:
    """`sealed`: (team, address) of the buckets whose keys the backup holds sealed, and which nothing in it opens."""

    files: int
    sealed: list[tuple[str, str]]


def restore(source: Path, data: Path) -> Restored:
    """Make the data folder `data` from a backup, all or nothing."""
    require_empty(data)
    manifest = read_manifest(source)
    data.parent.mkdir(parents=True, exist_ok=True)
    building = (data if data.exists() else data.parent) / f".{data.name}.restoring-{os.getpid()}"
    building.mkdir(mode=0o700)
    try:
        copy_into(source, manifest, building)
        DataFolder(building).make()
        # Opening shows that this version can read it, before it gets its name.
        sealed = _sealed(building)
        _bring(building, data)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Restored(len(manifest.files), sealed)


def _sealed(data: Path) -> list[tuple[str, str]]:
    stores = open_stores(DataFolder(data))
    try:
        with stores.metadata.read() as unit:
            names = {entity.id: entity.name for entity in unit.teams.entities()}
            return [(names[bucket.entity_id], bucket.address) for bucket in unit.buckets.all()]
    finally:
        close_stores(stores)


def _bring(made: Path, target: Path) -> None:
    """`made` becomes `target`, whole or not at all. An empty folder that is there stays the same one: a disk may be mounted on
    it, a link may lead to it, and the place beside it may be closed to us. Raises InvalidRequest."""
    is_new = not target.exists()
    if is_new:
        with contextlib.suppress(OSError):  # on another disk
            made.rename(target)
            return
    target.mkdir(mode=0o700, exist_ok=True)
    names: list[str] = []
    try:
        with contextlib.suppress(PermissionError):  # somebody else's folder that we may write
            target.chmod(0o700)
        # What tells that a folder is a backup, or holds data, are files in it; they come last.
        for entry in sorted(made.iterdir(), key=lambda each: each.is_file()):
            names.append(entry.name)
            shutil.move(entry, target / entry.name)
    except BaseException as error:
        for name in names:
            _remove(target / name)
        if is_new:
            target.rmdir()
        if isinstance(error, OSError):
            # Of a tree that is copied there is one reason for each file; the first will do.
            many = error.args[0] if isinstance(error, shutil.Error) else None
            reason = many[0][-1] if isinstance(many, list) and many else error.strerror or error
            raise InvalidRequest(detail=f"{target} cannot be written ({reason}). Nothing was left there") from error
        raise


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def doctor(data: Path) -> list[Finding]:
    """What is well and what is not with a data folder and this installation."""
    found = [Finding("versions", True, f"Assay {__version__}, Python {sys.version.split()[0]}")]
    has_web = (STATIC / "index.html").is_file()
    # Its absence is no fault of the installation: a server for programs alone has none.
    found.append(Finding("web application", True, "is built" if has_web else "is not built; to have it: `make web` in a clone"))
    folder = DataFolder(data)
    if not folder.has_data():
        return [*found, Finding("data", False, no_data(data))]
    found += [_permissions(data), _disk(data)]
    try:
        found += _inside(folder)
    except PublicError as error:  # it cannot even be opened
        found.append(Finding("data", False, str(error)))
    return found


def _inside(folder: DataFolder) -> list[Finding]:
    """What only who opens the folder can tell."""
    if folder.is_locked():
        note = folder.read_note()
        found = [Finding("server", True, f"is running at {note.get('url', 'an address it does not tell yet')}")]
        with open_metadata_catalog(folder.path) as catalog:
            found.append(_verdict("metadata", catalog.stores.metadata.verify()))
            found += _buckets(catalog)
        found.append(
            Finding("metrics, files and artifacts", True, "are not checked while the server runs; stop it to check them")
        )
        return found
    found = [Finding("server", True, "is not running")]
    with open_catalog(folder) as catalog:
        stores = catalog.stores
        found.append(_verdict("metadata", stores.metadata.verify()))
        found.append(_verdict("metrics", stores.metrics.verify()))
        found.append(_verdict("files", stores.blobs.verify()))
        found.append(_verdict("artifacts", catalog.artifact_check.verify(), "every version is whole"))
        found += _buckets(catalog)
    return found


def _buckets(catalog: Catalog) -> list[Finding]:
    """One for all buckets of teams if they let us in, else one for each that does not. None without any."""
    shown = catalog.buckets.all(SYSTEM).teams
    problems = catalog.buckets.problems()
    count = sum(len(team.buckets) for team in shown)
    if not problems:
        return [Finding("buckets of teams", True, f"let this server in ({count})")] if count else []
    return [Finding(f"bucket of {team}", False, text) for team, text in problems]


def _verdict(what: str, faults: list[str], good: str = "every checksum is right") -> Finding:
    if not faults:
        return Finding(what, True, good)
    more = f" (and {len(faults) - 5} more)" if len(faults) > 5 else ""
    return Finding(what, False, "; ".join(faults[:5]) + more + ". Keep the folder as it is and restore a backup into another")


def _permissions(data: Path) -> Finding:
    mode = data.stat().st_mode & 0o777
    if mode & 0o077:
        return Finding("permissions", False, f"{data} is open to others (mode {mode:o}). Run: chmod 700 {data}")
    if not os.access(data, os.W_OK):
        return Finding("permissions", False, f"{data} cannot be written by this user. Run as its owner")
    return Finding("permissions", True, "only the owner reads and writes")


def _disk(data: Path) -> Finding:
    free = shutil.disk_usage(data).free
    text = f"{free // MIB:,} MiB free"
    return Finding("disk", True, text) if free >= _LOW_DISK_BYTES else Finding("disk", False, f"only {text}. Free some space")
