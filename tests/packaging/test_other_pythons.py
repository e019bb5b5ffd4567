"""What a training script records is whole under every newer Python of this machine too: the SDK's own tests, in an environment
that holds the wheel and what they need."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Built

MINORS = range(sys.version_info.minor + 1, 20)
BESIDE = ("pytest", "pytest-xdist", "pytest-timeout", "hypothesis", "numpy")
TESTS = (
    "tests/unit/journal",
    "tests/unit/sdk/test_run.py",
    "tests/unit/sdk/test_values.py",
    "tests/unit/sync/test_upload.py",
    "tests/unit/sync/test_offline.py",
    "tests/faults/client/test_processes.py",
)


def pythons() -> Iterator[Path]:
    """The newest of each minor version: on the PATH, else where pyenv keeps them. This one where there is no other."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = False
    for minor in MINORS:
        kept = sorted(versions.glob(f"3.{minor}.*/bin/python3.{minor}"), key=lambda path: int(path.parts[-3].rpartition(".")[2]))
        named = shutil.which(f"python3.{minor}")
        for python in [*map(Path, [named] if named else []), *reversed(kept)]:
            if subprocess.run([python, "-c", "import venv"], capture_output=True, check=False).returncode == 0:
                yield python
                found = True
                break
    if not found:
        yield Path(sys.executable)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("python", list(pythons()), ids=lambda python: python.name)
def test_the_sdk_records_the_same_under(python: Path, built: Built, repository: Path, tmp_path: Path) -> None:
    subprocess.run([python, "-m", "venv", tmp_path / "venv"], check=True)
    ours = tmp_path / "venv/bin/python"
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", (repository / "requirements/dev.txt").read_text(), re.MULTILINE))
    wanted = [str(built.wheel), *(f"{name}=={pins[name]}" for name in BESIDE)]
    installed = subprocess.run(
        [ours, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", *wanted],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ASSAY_", "PYTEST_"))}
    ended = subprocess.run(
        [ours, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'base'}", *TESTS],
        cwd=repository, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-5_000:] + ended.stderr[-2_000:]
