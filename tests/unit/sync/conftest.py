from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.client.target import Target
from assay.journal.folder import RunFolder
from assay.journal.frames import Head
from assay.journal.writer import JournalWriter
from assay.sync.run import RunSync
from assay.wire.records import Start
from tests.infra.recording_server import RecordingServer


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    server = RecordingServer()
    yield server
    server.close()


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / ".assay" / "run1")
    folder.create()
    return folder


@pytest.fixture
def journal(folder: RunFolder) -> Iterator[JournalWriter]:
    writer = open_journal(folder, "w0000001")
    yield writer
    writer.close()


def open_journal(folder: RunFolder, name: str, /, **info: object) -> JournalWriter:
    writer = JournalWriter.create(folder.journal_path(name), Head(name, folder.run_id, "", "digits"))
    writer.append(Start("", "digits", folder.run_id, name, {"writer": name, **info}))
    return writer


class Clock:
    """Time that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sync(folder: RunFolder, server: RecordingServer, clock: Clock) -> Iterator[RunSync]:
    sync = RunSync(folder, lambda: Target(server.url, server.key, "test"), clock=clock, files_root=folder.path.parent.parent)
    yield sync
    sync.close()


@pytest.fixture
def settle(sync: RunSync, clock: Clock):
    """Tick until everything there is now is on the server, moving time as far as each wait asks."""

    def run(ticks: int = 200) -> int:
        for tick in range(ticks):
            clock.now += sync.tick()
            if sync.is_complete or sync.is_refused:
                return tick + 1
        raise AssertionError(f"not settled after {ticks} ticks: {sync.status}")

    return run
