"""Under ASSAY_TEST_NO_SKIP=1 a skipped test fails, in whichever way it skips."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest
def test_skips(): pytest.skip('No browser found. Install it: apt-get install chromium')
@pytest.mark.skip(reason='marked')
def test_marked(): pass
@pytest.mark.xfail(reason='known')
def test_known(): assert False
def test_passes(): pass
"""
MODULE = "import pytest\npytest.importorskip('a_module_that_is_not_there')\ndef test_x(): pass\n"


@pytest.mark.parametrize(("flag", "code"), [("0", 0), ("1", 1)])
def test_a_skip_fails_only_when_told(tmp_path: Path, repository: Path, flag: str, code: int) -> None:
    shutil.copy(repository / "tests/conftest.py", tmp_path)
    (tmp_path / "test_a.py").write_text(TESTS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-q",
        "--rootdir",
        str(tmp_path),
        "-c",
        os.devnull,
        str(tmp_path),
    ]
    ended = subprocess.run(
        command,
        env={**os.environ, "ASSAY_TEST_NO_SKIP": flag, "PYTHONPATH": f"{repository / 'src'}{os.pathsep}{repository}"},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    if flag == "1":
        assert "1 failed, 1 passed, 1 xfailed, 1 error" in ended.stdout
        assert "apt-get install chromium" in ended.stdout
    else:
        assert "1 passed, 2 skipped, 1 xfailed" in ended.stdout
    assert ended.returncode == code


def test_a_skipped_module_fails_too(tmp_path: Path, repository: Path) -> None:
    shutil.copy(repository / "tests/conftest.py", tmp_path)
    (tmp_path / "test_b.py").write_text(MODULE)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-q",
        "--rootdir",
        str(tmp_path),
        "-c",
        os.devnull,
        str(tmp_path),
    ]
    ended = subprocess.run(
        command,
        env={**os.environ, "ASSAY_TEST_NO_SKIP": "1", "PYTHONPATH": f"{repository / 'src'}{os.pathsep}{repository}"},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert ended.returncode != 0
    assert "a_module_that_is_not_there" in ended.stdout
