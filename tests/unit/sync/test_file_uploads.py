"""Files beside a run's rows: what keeps one from being sent, and what is said of it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, cast

import pytest

from assay.client import credentials
from assay.client.http import Connection
from assay.client.target import resolve
from assay.client.transfer import LocalFile, Sent
from assay.journal.folder import RunFolder
from assay.journal.writer import JournalWriter
from assay.sync import files as module
from assay.sync.files import FileUploads
from assay.sync.run import RunSync
from assay.wire.errors import StorageFull
from assay.wire.names import RunPath
from assay.wire.records import File, Finish
from tests.infra.recording_server import RecordingServer, problem
from tests.unit.sync.conftest import Clock

RUN = RunPath("ann", "p", "r1")


def add(uploads: FileUploads, folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text(name)
        uploads.add(File(name, "now", str(folder / name)))


def test_what_nobody_foresaw_stops_neither_the_others_nor_who_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def upload(_: Connection, __: RunPath, file: LocalFile) -> Sent:
        if file.path == "odd":
            raise ValueError("embedded null byte")
        done.set()
        return Sent("sha256:0", 4, 1)

    def upload_many(*_: object) -> dict[str, Any]:
        raise RuntimeError("a defect")

    monkeypatch.setattr(module, "upload", upload)
    monkeypatch.setattr(module.bundles, "upload_many", upload_many)
    uploads = FileUploads(tmp_path, lambda: cast(Connection, object()), root=None)
    add(uploads, tmp_path, "odd", "even")
    uploads.begin("http://here", RUN)
    assert done.wait(60)
    uploads.close()
    assert uploads.refused == {"odd": "it cannot be sent: ValueError: embedded null byte"}
    kept = module.read_files_sent(tmp_path)
    assert (list(kept.sent), kept.refused) == (["even"], {})  # so that it counts as waiting, and the next sync tries it again


def test_what_is_added_meanwhile_does_not_hurry_a_server_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    count = 0

    def upload(*_: object) -> Sent:
        nonlocal count
        count += 1
        asked.set()
        raise StorageFull(detail="no room", where="there", retry_after_s=3_600)

    monkeypatch.setattr(module, "upload", upload)
    monkeypatch.setattr(module.bundles, "upload_many", upload)
    uploads = FileUploads(tmp_path, lambda: cast(Connection, object()), root=None)
    add(uploads, tmp_path, "a")
    uploads.begin("http://here", RUN)
    assert asked.wait(60)
    for number in range(100):
        add(uploads, tmp_path, f"b{number}")
    uploads.close()
    assert count == 1
    assert "no room" in str(uploads.trouble)


@pytest.mark.parametrize("is_refused", [False, True])
def test_why_the_files_of_an_ended_run_wait_is_told_and_another_key_is_looked_for(
    journal: JournalWriter, folder: RunFolder, server: RecordingServer, clock: Clock, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, is_refused: bool,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("ASSAY_BASE_URL", server.url)
    monkeypatch.setenv("ASSAY_API_KEY", server.key)
    status, code = (401, "not_signed_in") if is_refused else (507, "storage_full")
    is_mended = threading.Event()

    def refuse(_: str, path: str, __: bytes, ___: dict[str, str]) -> Any:
        return problem(status, code, "Not now.") if "/files" in path and not is_mended.is_set() else None

    server.before = refuse
    sync = RunSync(folder, resolve, clock=clock)
    (tmp_path / "model.pt").write_text("x")
    journal.append(File("model.pt", "now", str(tmp_path / "model.pt")))
    journal.append(Finish("finished", 0, 1.0))
    journal.close()
    while not sync.status.message:
        clock.now += sync.tick()
    assert sync.status.message.startswith("Not now")
    assert sync.status.state == ("paused" if is_refused else "live")
    assert sync.has_ended and not sync.is_complete
    if is_refused:
        server.key = "another"
        credentials.save(credentials.Credentials().with_key(server.url, server.key))
        clock.now += 6
        sync.tick()
        assert sync._next_target is None and sync._target is not None and sync._target.key == "another"
    sync.close()
