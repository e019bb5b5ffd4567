"""What goes into the wheel and the source archive."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import webapp

if TYPE_CHECKING:
    from conftest import Built

STATIC = "assay/server/static"


def test_the_wheel_holds_the_package_and_the_built_web_application(built: Built) -> None:
    names = zipfile.ZipFile(built.wheel).namelist()
    assert f"{STATIC}/index.html" in names
    assert any(name.startswith(f"{STATIC}/assets/") and name.endswith(".js") for name in names)
    assert {"assay/wire/records.py", "assay/py.typed"} <= set(names)
    assert not [name for name in names if name.split("/")[0] not in {"assay"} and ".dist-info" not in name]


def test_every_python_file_of_the_package_is_in_the_wheel(built: Built, repository: Path) -> None:
    names = set(zipfile.ZipFile(built.wheel).namelist())
    listed = subprocess.run(
        ["git", "ls-files", "src/assay"], cwd=repository, capture_output=True, text=True, check=True
    ).stdout.split()
    missing = {name.removeprefix("src/") for name in listed if (repository / name).exists()} - names
    assert not missing


def test_the_source_archive_builds_alone_and_carries_no_leftovers(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = [name.split("/", 1)[-1] for name in archive.getnames()]
    for needed in (
        "pyproject.toml",
        "hatch_build.py",
        "tools/webapp.py",
        "web/package-lock.json",
        f"src/{STATIC}/index.html",
        "LICENSE",
    ):
        assert needed in names
    for folder in ("web/node_modules", "tests", "docs", ".venv", ".git/"):
        assert not [name for name in names if name.startswith(folder)], folder


def test_the_wheel_from_the_source_archive_built_no_web_application_again(built: Built) -> None:
    assert built.log.count("web application: building …") == 1
    assert "web application: unchanged" in built.log


def test_a_source_archive_with_the_built_application_installs_without_node(built: Built, tmp_path: Path) -> None:
    shutil.unpack_archive(built.sdist, tmp_path)
    (unpacked,) = tmp_path.iterdir()
    assert webapp.is_fresh(unpacked)
    (tmp_path / "bin").mkdir()
    for name in ("git", "sh"):
        (tmp_path / "bin" / name).symlink_to(
            shutil.which(name) or pytest.skip(f"No {name} found. Install it: apt-get install {name}")
        )
    script = (
        "from hatchling.build import *; import os, sys; print(get_requires_for_build_wheel()); print(build_wheel(sys.argv[1]))"
    )
    environ = {**os.environ, "PATH": str(tmp_path / "bin")}
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=unpacked, env=environ, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "nodejs" not in ended.stdout
    assert f"{STATIC}/index.html" in zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()


def test_without_the_built_application_the_hook_asks_for_node(built: Built, tmp_path: Path) -> None:
    shutil.unpack_archive(built.sdist, tmp_path)
    (unpacked,) = tmp_path.iterdir()
    (unpacked / "web" / "index.html").write_text("changed")
    script = "from hatchling.build import *; print(get_requires_for_build_wheel())"
    asked = subprocess.run([sys.executable, "-c", script], cwd=unpacked, capture_output=True, text=True, check=True).stdout
    assert f"{webapp.NODE_WHEEL}=={webapp.NODE_VERSION}" in asked
