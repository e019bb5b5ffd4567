"""A committed version: its contents listed, opened, brought to this machine and checked there. Who logs one is `artifact`."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from assay.client import artifact_calls as calls
from assay.client import fetch, references
from assay.client.contents import ContentCache
from assay.client.digests import DigestCache
from assay.client.fetch import Reader, VersionPath, chosen
from assay.client.hashing import each, hash_file
from assay.client.http import Connection
from assay.client.linking import Links
from assay.client.own_disk import writing
from assay.client.publish import Progress, check_path
from assay.wire.errors import Conflict, ContentDamaged, InvalidRequest, NotFound, PublicError
from assay.wire.manifest import Entry, Manifest
from assay.wire.messages.artifacts import ArtifactVersion, VersionEdit
from assay.wire.names import ProjectPath, one_form

_SHOWN = 5


class CommittedVersion:
    """One version on a server. `info` is as of the last answer. One that was asked for by an alias that a fault freezes can be
    looked at, and its contents are refused."""

    def __init__(self, connection: Connection, info: ArtifactVersion) -> None:
        self.connection = connection
        self.info = info
        self._frozen = info.frozen  # later answers are about the version's number
        self.digests = DigestCache()
        self._manifest: Manifest | None = None

    @property
    def project(self) -> ProjectPath:
        return ProjectPath(self.info.entity, self.info.project)

    @property
    def path(self) -> VersionPath:
        return VersionPath(self.project, self.info.name, self.info.version)

    def manifest(self) -> Manifest:
        """Raises ContentDamaged if it is not the one that the version's digest names."""
        if self._manifest is None:
            found = calls.get_manifest(self.connection, self.project, self.info.name, self.info.version)
            if found.digest != self.info.digest:
                raise ContentDamaged(
                    what=f"The manifest of {self.path}",
                    detail=f"it hashes to {found.digest[:19]}… and should to {self.info.digest[:19]}…",
                    safe="Nothing was downloaded. Ask the server's admin to run `assay server verify`.",
                )
            self._manifest = found
        return self._manifest

    def require_usable(self) -> None:
        """Raises Conflict if it was asked for by an alias that a fault freezes."""
        if self._frozen:
            raise Conflict(detail=self._frozen)

    def entry(self, path: str) -> Entry:
        """The file at `path`, whose accents may be letters of their own: they are stored as one. Raises NotFound."""
        found = self.manifest().entries.get(one_form(path.strip("/")))
        if found is None:
            raise NotFound(what=f"path in {self.path}", name=path)
        return found

    def reload(self) -> None:
        info = self.info
        self.info = calls.get_version(self.connection, self.project, info.name, info.version)

    def edit(self, edit: VersionEdit) -> None:
        self.info = calls.edit_version(self.connection, self.project, self.info.name, self.info.version, edit)

    def download(
        self,
        root: Path,
        *,
        prefix: str = "",
        pattern: str = "",
        links: Links = "auto",
        use_cache: bool = True,
        allow_missing_references: bool = False,
        progress: Progress | None = None,
    ) -> Path:
        """Put what is chosen below `root`, verified. What is there and right stays; a file appears whole or not at all."""
        self.require_usable()
        entries = self.manifest().entries
        wanted = chosen(list(entries), pattern, prefix)
        if (prefix or pattern) and not wanted:
            raise NotFound(what=f"path in {self.path} that matches", name=prefix or pattern)
        with writing(root, "Nothing was fetched."):
            root.mkdir(parents=True, exist_ok=True)
        cache = ContentCache(self.digests) if use_cache else None
        if cache is not None and not cache.cap_bytes:
            cache = None
        fetch.fetch(
            self.connection, self.path, {path: entries[path] for path in wanted}, root,
            digests=self.digests, cache=cache, links=links, progress=progress,
        )  # fmt: skip
        self._fetch_references(root, {path: entries[path] for path in wanted if entries[path].ref}, allow_missing_references)
        return root

    def checkout(self, root: Path) -> None:
        """Make `root` what the version is, with files that may be written. Only what stands where one of its folders or files
        has to be goes before all files are there."""
        self.require_usable()
        paths = list(self.manifest().entries)
        with writing(root, "Nothing was fetched."):
            _clear_way(root, paths)
        self.download(root, links="copy")
        with writing(root, fetch.KEPT):
            _remove_others(root, set(paths))

    def check_references(self, prefix: str = "") -> None:
        """Raises ReferenceChanged or NotFound for the first reference that is not what it was when it was added."""
        entries = self.manifest().entries
        found = [entries[path] for path in chosen(list(entries), prefix=prefix) if entries[path].ref]
        for _ in each(references.check, found, threads=8):
            pass

    def differences(self, root: Path) -> tuple[list[str], list[str], list[str]]:
        """Paths below `root` that are missing, that hold something else, and that the version does not have. Reads every file."""
        # Of what is referred to, only files' digests are of their content; and it need not have been brought along.
        entries = {
            path: entry
            for path, entry in self.manifest().entries.items()
            if not entry.ref or (entry.ref.startswith("file:") and entry.digest.startswith("sha256:"))
        }

        def state(path: str) -> str:
            try:
                hashed = hash_file(root / check_path(path))
            except NotFound:
                return "" if entries[path].ref else "missing"
            return "" if hashed.digest == entries[path].digest else "changed"

        states = dict(zip(entries, each(state, entries), strict=True))
        here = {
            (Path(folder) / name).relative_to(root).as_posix() for folder, _, files in os.walk(root) for name in files
        }  # fmt: skip
        extra = sorted(here - set(self.manifest().entries))
        return (
            sorted(path for path, word in states.items() if word == "missing"),
            sorted(path for path, word in states.items() if word == "changed"),
            extra,
        )

    def verify(self, root: Path) -> None:
        """Raises ContentDamaged, naming what is missing, changed or too much below `root`."""
        missing, changed, extra = self.differences(root)
        found = [f"{len(paths)} {word} ({_some(paths)})" for word, paths in
                 (("missing", missing), ("changed", changed), ("not part of it", extra)) if paths]  # fmt: skip
        if found:
            raise ContentDamaged(
                what=f"The copy of {self.path} in {root}",
                detail="; ".join(found),
                safe="To put it right: download it again; checkout() also removes what is not part of it.",
            )

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """The file for reading, without downloading it whole; a reference is checked first. Raises ReferenceChanged."""
        self.require_usable()
        entry = self.entry(path)
        if entry.ref:
            entry = references.checked(entry, self.digests)
        if entry.size < 0:
            with gathered(entry) as file:
                yield file
            return
        reader = Reader(self.connection, self.path)
        try:
            yield io.BufferedReader(RemoteFile(reader, entry), 1 << 20)
        finally:
            reader.close()

    def _fetch_references(self, root: Path, entries: dict[str, Entry], allow_missing: bool) -> None:
        def bring(path: str) -> None:
            target = root / check_path(path)
            with writing(target, fetch.KEPT):
                try:
                    references.fetch(entries[path], target)
                except PublicError:
                    if not allow_missing:
                        raise

        for _ in each(bring, entries, threads=4):
            pass


class RemoteFile(io.RawIOBase):
    """A file of a version: parts are asked for as they are read."""

    def __init__(self, reader: Reader, entry: Entry) -> None:
        self._reader = reader
        self._entry = entry
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._entry.size}[whence]
        if base + offset < 0:
            raise ValueError(f"cannot seek to {base + offset}")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        end = min(self._entry.size, self._at + len(buffer))
        content = read_part(self._reader, self._entry, self._at, end) if end > self._at else b""
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)


def read_part(reader: Reader, entry: Entry, start: int, end: int) -> bytes:
    """Bytes of an entry, wherever they lie."""
    if entry.ref:
        return b"".join(references.read(entry, start, end))
    return reader.read(entry, start, end)


def gathered(entry: Entry) -> IO[bytes]:
    """A reference whose length nobody knows before it is read, as a temporary file that is gone once it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        for chunk in references.read(entry):
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def resolve(connection: Connection, project: ProjectPath, name: str, ref: str) -> CommittedVersion:
    """Raises NotFound."""
    return CommittedVersion(connection, calls.get_version(connection, project, name, ref))


def parse(text: str, entity: str, project: str) -> tuple[ProjectPath, str, str]:
    """`[[entity/]project/]name[:ref]` or `name@from..to`, with what is missing in front from the defaults.

    The ref is a version, an alias or a digest; without one it is `latest`. Raises InvalidRequest."""
    text = text.removeprefix("assay://")
    head, _, last = text.rpartition("/")
    if "@" in last and ":" not in last.partition("@")[0]:
        name, _, ref = last.partition("@")
    else:
        name, _, ref = last.partition(":")
    owners = [part for part in head.split("/") if part]
    match owners:
        case [owner, within]:
            found = ProjectPath.parse(f"{owner}/{within}")
        case [within]:
            found = ProjectPath.parse(f"{entity}/{within}")
        case [] if project:
            found = ProjectPath.parse(f"{entity}/{project}")
        case _:
            found = None  # type: ignore[assignment]
    if found is None or not name:
        raise InvalidRequest(
            detail=f"{text!r} does not name an artifact. Expected: [[entity/]project/]name[:version or alias]; without a project "
            "in it, set ASSAY_PROJECT."
        )
    return found, name, ref or "latest"


def _clear_way(root: Path, paths: list[str]) -> None:
    folders = {parent for path in paths for parent in Path(path).parents if parent.parts}
    for folder in sorted(folders):
        found = root / folder
        if found.is_symlink() or (found.exists() and not found.is_dir()):
            found.unlink()
    for path in paths:
        found = root / path
        if found.is_dir() and not found.is_symlink():
            shutil.rmtree(found)


def _remove_others(root: Path, paths: set[str]) -> None:
    for folder, folders, files in os.walk(root, topdown=False):
        for file in files:
            path = Path(folder) / file
            if path.relative_to(root).as_posix() not in paths:
                path.unlink()
        for inner in folders:
            path = Path(folder) / inner
            if path.is_symlink():
                path.unlink()
            elif not any(path.iterdir()):
                path.rmdir()


def _some(paths: list[str]) -> str:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(paths[:_SHOWN]) + more
