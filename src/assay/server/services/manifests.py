"""Manifests: written once as a content like any other, read back and remembered, because a page of one is read many times."""

from __future__ import annotations

import bisect
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from assay.server.domain.homes import space_of
from assay.server.services.contents import ContentService
from assay.server.services.stores import Stores
from assay.wire import manifest as wire
from assay.wire.errors import NotFound, Unavailable
from assay.wire.manifest import Entry, Manifest


class ManifestDamaged(Unavailable):
    """It is there and cannot be read: this one alone, whatever else is in its place."""

    code = "manifest_damaged"
    status = 500
    exit_code = 9
    text = "The manifest {manifest} is damaged. Restore it from a backup; `assay server doctor` names the versions that need it."


_REMEMBERED_ENTRIES = 500_000  # entries of all remembered manifests; about 250 MB


@dataclass(frozen=True)
class Listing:
    """A manifest with its paths in order. `digest` names the blob it is in, and `home` where that and its contents are; empty and
    0 for one put together from several."""

    manifest: Manifest
    digest: str = ""
    home: int = 0
    paths: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, manifest: Manifest, digest: str = "", home: int = 0) -> Listing:
        return cls(manifest, digest, home, sorted(manifest.entries))

    def entry(self, path: str) -> Entry:
        """Raises NotFound."""
        entry = self.manifest.entries.get(path)
        if entry is None:
            raise NotFound(what="file", name=path[:300])
        return entry

    def place(self, path: str) -> int:
        return bisect.bisect_left(self.paths, path)

    def below(self, folder: str) -> Iterator[str]:
        """Paths below the folder, in order; all of them for the empty one."""
        prefix = folder.strip("/") + "/" if folder.strip("/") else ""
        for place in range(bisect.bisect_left(self.paths, prefix), len(self.paths)):
            if not self.paths[place].startswith(prefix):
                return
            yield self.paths[place]


class ManifestService:
    """Safe to share between threads."""

    def __init__(self, stores: Stores, contents: ContentService) -> None:
        self._stores = stores
        self._contents = contents
        self._lock = threading.Lock()
        self._remembered: OrderedDict[tuple[int, str], Listing] = OrderedDict()
        self._entry_count = 0

    def keep(self, home: int, manifest: Manifest) -> str:
        """The digest of the blob that holds it, durable on return."""
        data = wire.encode(manifest)
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self._contents.keep(home, digest, data)
        return digest

    def raw(self, home: int, digest: str) -> Iterator[bytes]:
        """The manifest as msgpack, in pieces. Raises NotFound."""
        return self._stores.blobs.read(space_of(home), digest)

    def read(self, home: int, digest: str) -> Listing:
        """Raises NotFound if the blob is gone, ManifestDamaged."""
        key = home, digest
        with self._lock:
            found = self._remembered.get(key)
            if found is not None:
                self._remembered.move_to_end(key)
                return found
        data = b"".join(self.raw(home, digest))
        try:
            listing = Listing.of(wire.decode(data), digest, home)
        except msgspec.MsgspecError as error:
            raise ManifestDamaged(manifest=digest) from error
        self._remember(key, listing)
        return listing

    def _remember(self, key: tuple[int, str], listing: Listing) -> None:
        if len(listing.paths) > _REMEMBERED_ENTRIES:
            return
        with self._lock:
            if key not in self._remembered:
                self._remembered[key] = listing
                self._entry_count += len(listing.paths)
            while self._entry_count > _REMEMBERED_ENTRIES:
                _, old = self._remembered.popitem(last=False)
                self._entry_count -= len(old.paths)

    def contents(self, home: int, digest: str) -> list[str]:
        """Every content that a version with this manifest names, the manifest itself among them."""
        return [digest, *(content for content, _ in self.read(home, digest).manifest.contents())]
