"""A shelf: what a test logs, in one line."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

import msgspec
import pytest

from assay.server.domain.accounts import Actor
from assay.wire import limits
from assay.wire.manifest import Entry, Manifest
from assay.wire.messages import artifacts as messages
from assay.wire.messages.runs import RunStart
from assay.wire.names import ProjectPath, RunPath
from tests.unit.server.services.conftest import House

HOME = ProjectPath("ann", "digits")


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def blocks_of(data: bytes) -> list[bytes]:
    whole = limits.BLOCK_BYTES
    return [data[at : at + whole] for at in range(0, len(data), whole)] if len(data) > whole else []


def entry_of(data: bytes) -> Entry:
    return Entry(digest_of(data), len(data), [digest_of(block) for block in blocks_of(data)])


def packed(contents: list[bytes]) -> bytes:
    body = b""
    for data in contents:
        header = msgspec.msgpack.encode([digest_of(data), len(data)])
        body += struct.pack("<I", len(header)) + header + data
    return body


class Shelf:
    """Logs artifacts as a client does."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.catalog = house.catalog

    def run(self, run_id: str = "r1", actor: Actor | None = None, home: ProjectPath = HOME) -> RunPath:
        path = RunPath(home.entity, home.project, run_id)
        self.catalog.runs.start(actor or self.house.ann, path, RunStart(writer="w"), "http://localhost")
        return path

    def draft(self, files: dict[str, bytes | Entry], home: ProjectPath = HOME, actor: Actor | None = None, **asked: Any) -> str:
        """A draft with these files, all contents sent; its id."""
        who = actor or self.house.ann
        request = messages.DraftRequest(**{"name": "cats", "type": "dataset", **asked})
        draft = self.catalog.drafts.open(who, home, request)
        self.fill(draft.id, files, home, who)
        return draft.id

    def fill(self, draft_id: str, files: dict[str, bytes | Entry], home: ProjectPath = HOME, actor: Actor | None = None) -> int:
        """Add files to a draft; answers how many contents were sent."""
        who = actor or self.house.ann
        page = messages.EntriesPage({path: entry_of(d) if isinstance(d, bytes) else d for path, d in files.items()})
        missing = {each.digest for each in self.catalog.drafts.add(who, home, draft_id, page).missing}
        contents = {digest_of(d): d for data in files.values() if isinstance(data, bytes) for d in blocks_of(data) or [data]}
        assert missing <= set(contents), missing
        self.catalog.drafts.receive(who, home, draft_id, packed([contents[digest] for digest in sorted(missing)]))
        return len(missing)

    def log(
        self, files: dict[str, bytes | Entry], home: ProjectPath = HOME, actor: Actor | None = None, **asked: Any
    ) -> messages.ArtifactVersion:
        draft = self.draft(files, home, actor, **asked)
        return self.catalog.drafts.commit(actor or self.house.ann, home, draft, messages.CommitRequest())

    def manifest(self, name: str = "cats", ref: str = "latest", home: ProjectPath = HOME) -> Manifest:
        data = b"".join(self.catalog.artifacts.manifest(self.house.ann, home, name, ref))
        return msgspec.msgpack.decode(data, type=Manifest)

    def read(self, path: str, name: str = "cats", ref: str = "latest", start: int = 0, end: int | None = None) -> bytes:
        entity, entry = self.catalog.artifacts.file(self.house.ann, HOME, name, ref, path)
        return b"".join(self.catalog.artifacts.pieces(entity, entry, start, entry.size if end is None else end))

    def counts(self, entity: str = "ann") -> dict[str, tuple[int, int]]:
        with self.catalog.stores.metadata.read() as unit:
            found = unit.teams.entity(entity)
            assert found is not None
            return unit.contents.counts(found.id)


@pytest.fixture
def shelf(house: House) -> Shelf:
    return Shelf(house)
