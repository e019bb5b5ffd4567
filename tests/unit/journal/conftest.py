from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assay.journal.frames import Head
from assay.journal.writer import JournalWriter


@pytest.fixture
def journal(tmp_path: Path) -> Callable[[int], Path]:
    """Makes a closed journal with a shape and `rows` rows of two scalars, and gives its path."""

    def make(rows: int) -> Path:
        path = tmp_path / "wabcdef01.journal"
        writer = JournalWriter.create(path, Head("wabcdef01", "r1"))
        for step in range(rows):
            writer.append_row(("loss", "n"), step, 1.7e9 + step, [0.5 * step, step])
        writer.close()
        return path

    return make
