from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import assay
from assay.journal.folder import RunFolder
from assay.journal.reader import JournalReader
from assay.sdk import lifetime
from assay.wire.records import Record, Row, Shape


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder, a home and an environment without any setting of Assay or W&B; every run is ended afterwards."""
    import os

    for name in list(os.environ):
        if name.startswith(("ASSAY_", "WANDB_", "SLURM_", "RANK", "WORLD_SIZE")):
            monkeypatch.delenv(name)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / ".config"))
    monkeypatch.setenv("ASSAY_DATA", str(tmp_path / "no-server"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("ASSAY_CONSOLE", "off")
    monkeypatch.setenv("ASSAY_CAPTURE_ENVIRONMENT", "0")
    yield work
    for run in lifetime.live():
        run.finish(quiet=True)
    assay.teardown()


@pytest.fixture
def said() -> Callable[[Path], list[Record]]:
    """Every record of the journals that scripts wrote of a run, by writer in the order they were made. What reads the system
    beside a run without a server has one there too, once it has come up."""

    def read(folder: Path) -> list[Record]:
        found: list[Record] = []
        for path in RunFolder(folder).journals():
            if path.name.startswith("s"):
                continue
            with JournalReader(path) as reader:
                found += [record for _, record, _ in reader.records()]
        return found

    return read


@pytest.fixture
def rows(said: Callable[[Path], list[Record]]) -> Callable[[Path], list[tuple[int, dict[str, Any]]]]:
    """(step, values by key) of every row."""

    def read(folder: Path) -> list[tuple[int, dict[str, Any]]]:
        shapes: dict[int, list[str]] = {}
        found: list[tuple[int, dict[str, Any]]] = []
        for record in said(folder):
            if isinstance(record, Shape):
                shapes[record.id] = record.keys
            elif isinstance(record, Row):
                found.append((record.step, dict(zip(shapes[record.shape], record.values, strict=True))))
        return found

    return read
