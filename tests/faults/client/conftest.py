from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.journal.folder import find_folders
from assay.journal.reader import JournalReader
from assay.wire.records import Record, Row, Shape
from tests.infra.senders import kill_senders

SOURCE = Path(__file__).resolve().parents[3] / "src"
Script = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Script]:
    """Starts Python code in a process of its own, without settings, server or home; ends what is left at the end, senders too."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, **variables: str) -> subprocess.Popen[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_", "SLURM_"))}
        own = {
            "PYTHONPATH": str(SOURCE),
            "HOME": str(tmp_path / "home"),
            "XDG_CONFIG_HOME": str(tmp_path / "home" / ".config"),
            "ASSAY_DATA": str(tmp_path / "no-server"),
            "ASSAY_CAPTURE_ENVIRONMENT": "0",
            "ASSAY_DISABLE_GIT": "1",
            "ASSAY_MONITOR_S": "0",  # system metrics are a journal of their own, which a slow machine would live to see
        }
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env={**clean, **own, **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
    kill_senders(tmp_path)


@pytest.fixture
def journals(tmp_path: Path) -> Callable[[], dict[Path, list[Record]]]:
    """Every record of every journal below the test's folder, by journal."""

    def read() -> dict[Path, list[Record]]:
        found: dict[Path, list[Record]] = {}
        for folder in find_folders(tmp_path):
            for path in folder.journals():
                with JournalReader(path) as reader:
                    found[path] = [record for _, record, _ in reader.records()]
        return found

    return read


@pytest.fixture
def values() -> Callable[[list[Record]], list[dict[str, Any]]]:
    """The rows of one journal's records, by key."""

    def read(records: list[Record]) -> list[dict[str, Any]]:
        shapes = {record.id: record.keys for record in records if isinstance(record, Shape)}
        return [dict(zip(shapes[r.shape], r.values, strict=True)) for r in records if isinstance(r, Row)]

    return read


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Waits until something holds, at most half a minute."""

    def wait(holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    return wait


@pytest.fixture
def kill() -> Callable[[subprocess.Popen[str]], None]:
    def send(process: subprocess.Popen[str]) -> None:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    return send
