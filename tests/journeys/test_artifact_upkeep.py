"""A data folder with artifacts: copied, brought back, looked over."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from assay.server import upkeep
from assay.server.bootstrap import open_catalog
from assay.server.data_folder import DataFolder
from assay.server.domain.accounts import SYSTEM
from assay.wire import limits
from assay.wire.names import ProjectPath
from tests.unit.server.services.artifacts.conftest import HOME, Shelf, digest_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    with open_catalog(DataFolder(folder)) as catalog:
        catalog.accounts.add_user(SYSTEM, "ann")
        shelf = Shelf(SimpleNamespace(catalog=catalog, ann=SYSTEM))  # type: ignore[arg-type]
        shelf.log({"a": b"one", "b/c": b"two"}, aliases=["best"])
        shelf.log({"a": b"three", "b/c": b"two"})
        shelf.log({"a": b"gone"}, ProjectPath("ann", "gone"))
        catalog.artifact_edits.delete_version(SYSTEM, HOME, "cats", "v1", with_aliases=False, is_dry=False)
        catalog.projects.delete(SYSTEM, ProjectPath("ann", "gone"))
    return folder


def test_a_restored_backup_has_every_version_whole(data: Path, tmp_path: Path) -> None:
    upkeep.backup(data, tmp_path / "copy")
    upkeep.restore(tmp_path / "copy", tmp_path / "restored")
    findings = {finding.what: finding for finding in upkeep.doctor(tmp_path / "restored")}
    assert (findings["artifacts"].is_fine, findings["artifacts"].text) == (True, "every version is whole")
    with open_catalog(DataFolder(tmp_path / "restored")) as catalog:
        shelf = Shelf(SimpleNamespace(catalog=catalog, ann=SYSTEM))  # type: ignore[arg-type]
        assert shelf.read("b/c", ref="best") == b"two"
        assert catalog.artifact_edits.restore(SYSTEM, HOME, "cats", "v1").version == "v1"
        assert shelf.read("a", ref="v1") == b"three"
        catalog.retention.work()
        assert catalog.artifact_check.verify() == []


def test_a_lost_blob_is_named_by_the_check_up(data: Path) -> None:
    (blob,) = data.glob(f"blobs/entity-*/sha256/*/*/{digest_of(b'two').removeprefix('sha256:')}")
    blob.unlink()
    finding = next(finding for finding in upkeep.doctor(data) if finding.what == "artifacts")
    assert not finding.is_fine
    assert digest_of(b"two") in finding.text


def test_nothing_is_freed_while_a_backup_is_made(data: Path) -> None:
    with open_catalog(DataFolder(data)) as catalog:
        seen: list[bool] = []
        snapshot = catalog.stores.metadata.snapshot

        def watched(folder: str) -> None:
            seen.append(catalog.contents.freeing.locked())
            snapshot(folder)

        catalog.stores.metadata.snapshot = watched  # type: ignore[method-assign]
        assert catalog.backups is not None
        catalog.backups.create(SYSTEM)
        assert seen == [True]
        done = threading.Event()
        threading.Thread(target=lambda: (catalog.contents.free(limits.GRACE_DAYS), done.set()), daemon=True).start()
        assert done.wait(30)
