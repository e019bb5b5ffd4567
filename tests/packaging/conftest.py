"""A wheel and a source archive of this checkout, built once for all tests here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Built:
    sdist: Path
    wheel: Path
    log: str


def copy_of_the_checkout(repository: Path, target: Path) -> Path:
    """What git would clone, plus edits not committed yet: the tests judge the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=repository, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (repository / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(repository / name, target / name)
    return target


@pytest.fixture(scope="session")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """`python -m build`: a source archive of a clean copy, then the wheel out of that archive alone."""
    checkout = copy_of_the_checkout(repository, tmp_path_factory.mktemp("checkout"))
    out = tmp_path_factory.mktemp("dist")
    environ = {name: value for name, value in os.environ.items() if name not in {"ASSAY_SKIP_WEB", "PYTHONPATH"}}
    # hatchling and Node are in this environment already, at the locked versions; nothing needs fetching but npm's packages.
    command = [sys.executable, "-m", "build", "--no-isolation", "--skip-dependency-check", "--outdir", str(out), str(checkout)]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return Built(next(out.glob("*.tar.gz")), next(out.glob("*.whl")), ended.stdout + ended.stderr)
