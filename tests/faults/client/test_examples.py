"""The example scripts run as they are, without a server."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.wire.records import Record

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
Script = Callable[..., "subprocess.Popen[str]"]
ROWS = {"first_run.py": 100, "resume.py": 10, "many_processes.py": 81}


@pytest.mark.parametrize("name", ROWS)
def test_an_example_runs_and_keeps_its_rows(
    script: Script,
    journals: Callable[[], dict[Path, list[Record]]],
    values: Callable[[list[Record]], list[dict[str, Any]]],
    tmp_path: Path,
    name: str,
) -> None:
    (tmp_path / "example.py").write_text((EXAMPLES / name).read_text())
    process = script("import subprocess, sys; sys.exit(subprocess.call([sys.executable, 'example.py']))")
    _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert sum(len(values(records)) for records in journals().values()) == ROWS[name]
