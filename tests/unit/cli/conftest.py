from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assay.journal.folder import RunFolder
from assay.journal.frames import Head
from assay.journal.writer import JournalWriter
from assay.wire.records import Finish, Start
from tests.infra.recording_server import RecordingServer

SOURCE = Path(__file__).resolve().parents[3] / "src"


@pytest.fixture
def recording() -> Iterator[RecordingServer]:
    server = RecordingServer()
    yield server
    server.close()


class Shell:
    """Runs `assay` as a person does: a process, a home folder, a working folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.work = home / "work"
        self.work.mkdir(parents=True)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_", "XDG_"))},
            "HOME": str(home),
            "PYTHONPATH": str(SOURCE),
        }

    def __call__(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "assay", *arguments],
            input=stdin, capture_output=True, text=True, env=self.environment, cwd=self.work, timeout=120,
        )  # fmt: skip

    def json(self, *arguments: str) -> object:
        return json.loads(self(*arguments, "--json").stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


@pytest.fixture
def record(shell: Shell) -> Callable[..., Path]:
    """Record a run of `rows` rows offline; answers its journal."""

    def make(run_id: str, rows: int = 5, finish: bool = True) -> Path:
        folder = RunFolder(shell.work / ".assay" / run_id)
        folder.create()
        name = "w0000001"
        journal = JournalWriter.create(folder.journal_path(name), Head(name, run_id, "", "digits"))
        journal.append(Start("", "digits", run_id, name, {"writer": name}))
        for step in range(rows):
            journal.append_row(("loss",), step, float(step), [float(step)])
        if finish:
            journal.append(Finish("finished", 0, 1.0))
        journal.close()
        return journal.path

    return make
