"""Versions are committed, deleted and freed at the same time (O5): what a version names is there, whatever the order."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from assay.server.bootstrap import open_catalog
from assay.server.data_folder import DataFolder
from assay.server.domain.accounts import SYSTEM
from assay.wire import limits
from assay.wire.errors import Conflict, Gone, InvalidRequest, NotFound, Unavailable
from assay.wire.messages import artifacts as messages
from tests.infra.storms import Storm
from tests.unit.server.services.artifacts.conftest import HOME, Shelf, digest_of, entry_of, packed

_MAY_HAPPEN = (InvalidRequest, Unavailable, Gone, NotFound, Conflict)


def test_nothing_that_a_version_names_is_freed_under_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, storm: Storm) -> None:
    seed, rounds = storm.seed, storm.times(8, 400)
    monkeypatch.setattr(limits, "GRACE_DAYS", 0)
    pool = [f"content {n}".encode() * 10 for n in range(6)]
    crashes: list[BaseException] = []
    committed: list[str] = []
    stopping = threading.Event()

    with open_catalog(DataFolder(tmp_path / "data")) as catalog:
        catalog.accounts.add_user(SYSTEM, "ann")
        shelf = Shelf(SimpleNamespace(catalog=catalog, ann=SYSTEM))  # type: ignore[arg-type]
        shelf.log({"first": b"first"})

        def commit(number: int) -> None:
            chance = random.Random(seed + number)
            for _ in range(rounds):
                files = {f"f{n}": chance.choice(pool) for n in range(chance.randint(1, 4))}
                draft = catalog.drafts.open(SYSTEM, HOME, messages.DraftRequest("cats", "dataset"))
                page = messages.EntriesPage({path: entry_of(data) for path, data in files.items()})
                for _ in range(50):
                    try:
                        missing = {each.digest for each in catalog.drafts.add(SYSTEM, HOME, draft.id, page).missing}
                        sent = [data for data in set(files.values()) if digest_of(data) in missing]
                        catalog.drafts.receive(SYSTEM, HOME, draft.id, packed(sent))
                        version = catalog.drafts.commit(SYSTEM, HOME, draft.id, messages.CommitRequest())
                        committed.append(version.version)
                        break
                    except _MAY_HAPPEN:
                        continue

        def delete() -> None:
            chance = random.Random(seed - 1)
            while not stopping.wait(0.005):
                versions = catalog.artifacts.versions(SYSTEM, HOME, "cats", "", 50).versions
                if len(versions) > 2:
                    chosen = chance.choice(versions).version
                    try:
                        catalog.artifact_edits.delete_version(SYSTEM, HOME, "cats", chosen, with_aliases=True, is_dry=False)
                    except _MAY_HAPPEN:
                        continue

        def free() -> None:
            while not stopping.is_set():
                catalog.retention.purge()
                catalog.retention.release()
                catalog.contents.free(0)
                stopping.wait(0.005)  # lets the writers have the database too

        def guarded(work: object, *arguments: int) -> None:
            try:
                work(*arguments)  # type: ignore[operator]
            except BaseException as error:
                crashes.append(error)

        others = [threading.Thread(target=guarded, args=(work,)) for work in (delete, free)]
        writers = [threading.Thread(target=guarded, args=(commit, number)) for number in range(3)]
        for thread in [*others, *writers]:
            thread.start()
        for thread in writers:
            thread.join()
        stopping.set()
        for thread in others:
            thread.join()
        assert crashes == []
        assert len(committed) > rounds
        assert catalog.artifact_check.verify() == []
        assert catalog.stores.metadata.verify() == []
        for version in catalog.artifacts.versions(SYSTEM, HOME, "cats", "", 1_000).versions:
            for path, entry in shelf.manifest(ref=version.version).entries.items():
                assert digest_of(shelf.read(path, ref=version.version)) == entry.digest
    storm.tell(injected="versions committed, deleted and freed at once", times=rounds * 3, acked=len(committed), lost=0)
