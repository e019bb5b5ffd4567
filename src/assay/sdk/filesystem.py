"""`assay://entity/project/name:alias/path` for everything that reads through fsspec (pandas, polars, pyarrow, zarr, DuckDB …).

Reads ranges where they lie: nothing is downloaded first. Reading only."""

from __future__ import annotations

import threading
from typing import IO, Any

from fsspec.spec import AbstractBufferedFile, AbstractFileSystem

from assay.client import references
from assay.client.fetch import Reader
from assay.sdk.artifact_version import CommittedVersion, gathered, parse, read_part, resolve
from assay.sdk.query import Api
from assay.wire.errors import NotFound
from assay.wire.manifest import Entry
from assay.wire.names import one_form


class AssayFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """One server. A version is looked up once: an alias that moves meanwhile does not change what is being read."""

    protocol = "assay"
    root_marker = ""
    cachable = True

    def __init__(self, base_url: str | None = None, api_key: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._api = Api({"base_url": base_url} if base_url else None, api_key=api_key)
        self._versions: dict[str, CommittedVersion] = {}
        self._references: dict[tuple[str, str], Entry] = {}
        self._lock = threading.Lock()

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(path).removeprefix("assay://").rstrip("/")

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """One folder of a version."""
        version, head, below = self._split(path)
        entries = version.manifest().entries
        if below in entries:
            found = {below: self._described(head, below, self._entry(version, below, path))}
        else:
            prefix = f"{below}/" if below else ""
            found = {}
            for name, entry in entries.items():
                if not name.startswith(prefix):
                    continue
                first, is_deeper, _rest = name[len(prefix) :].partition("/")
                if is_deeper:
                    folder = prefix + first
                    found[folder] = {"name": f"{head}/{folder}", "size": 0, "type": "directory"}
                else:
                    found[name] = self._described(head, name, entry)
            if not found:
                raise FileNotFoundError(path)
        return [found[name] if detail else found[name]["name"] for name in sorted(found)]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        version, head, below = self._split(path)
        entries = version.manifest().entries
        if below in entries:
            return self._described(head, below, self._entry(version, below, path))
        if not below or any(name.startswith(f"{below}/") for name in entries):
            return {"name": f"{head}/{below}".rstrip("/"), "size": 0, "type": "directory"}
        raise FileNotFoundError(path)

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **_: Any) -> bytes:
        version, _head, below = self._split(path)
        version.require_usable()
        entry = self._entry(version, below, path)
        if entry.size < 0:
            with gathered(entry) as file:
                return file.read()[start:end]
        first = 0 if start is None else start if start >= 0 else max(0, entry.size + start)
        last = entry.size if end is None else end if end >= 0 else max(0, entry.size + end)
        reader = Reader(version.connection, version.path)
        try:
            return read_part(reader, entry, first, min(last, entry.size))
        finally:
            reader.close()

    def _open(self, path: str, mode: str = "rb", block_size: int | str | None = None, **options: Any) -> ArtifactFile | IO[bytes]:
        if mode != "rb":
            raise NotImplementedError(f"{path}: versions do not change. Log an artifact to make a new one.")
        version, _head, below = self._split(path)
        version.require_usable()
        entry = self._entry(version, below, path)
        if entry.size < 0:
            return gathered(entry)
        size = block_size if isinstance(block_size, int) else 1 << 20
        return ArtifactFile(self, path, version, entry, block_size=size, **options)

    def checksum(self, path: str) -> str:
        return str(self.info(path)["digest"])

    def ukey(self, path: str) -> str:
        return self.checksum(path)

    def _split(self, path: str) -> tuple[CommittedVersion, str, str]:
        """(version, the path that names it, the path in it)."""
        text = self._strip_protocol(path)
        parts = text.split("/")
        named = next((place for place, part in enumerate(parts[:3]) if ":" in part or "@" in part), min(2, len(parts) - 1))
        head, below = "/".join(parts[: named + 1]), one_form("/".join(parts[named + 1 :]))
        with self._lock:
            if head not in self._versions:
                is_complete = head.count("/") == 2
                default = "" if is_complete else self._api.default_entity
                project, name, ref = parse(head, default, "") if is_complete else self._api.artifact_path(head)
                try:
                    self._versions[head] = resolve(self._api.connection, project, name, ref)
                except NotFound as error:
                    raise FileNotFoundError(str(error)) from error
            return self._versions[head], head, below

    def _entry(self, version: CommittedVersion, below: str, path: str) -> Entry:
        """A reference is checked when it is first asked for. Raises ReferenceChanged."""
        try:
            entry = version.entry(below)
            if not entry.ref:
                return entry
            key = version.info.path, below
            if key not in self._references:
                self._references[key] = references.checked(entry, version.digests)
            return self._references[key]
        except NotFound as error:
            raise FileNotFoundError(path) from error

    @staticmethod
    def _described(head: str, name: str, entry: Entry) -> dict[str, Any]:
        size = None if entry.size < 0 else entry.size
        return {"name": f"{head}/{name}", "size": size, "type": "file", "digest": entry.digest, "ref": entry.ref}


class ArtifactFile(AbstractBufferedFile):  # type: ignore[misc]
    def __init__(self, fs: AssayFileSystem, path: str, version: CommittedVersion, entry: Entry, **options: Any) -> None:
        self._entry = entry
        self._reader = Reader(version.connection, version.path)
        super().__init__(fs, path, mode="rb", size=entry.size, **options)

    def _fetch_range(self, start: int, end: int) -> bytes:
        return read_part(self._reader, self._entry, start, end)

    def close(self) -> None:
        if not self.closed:
            self._reader.close()
        super().close()
