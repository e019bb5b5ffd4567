"""`pip install assay` alone is the light SDK: it imports fast, weighs little and brings nothing of the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Built

CLOSURE_BYTES_MAX = 15 * 1024 * 1024
# Each costs tens of milliseconds at import; the script that only logs must not pay for any of them.
HEAVY = [
    "httpx",
    "psutil",
    "numpy",
    "click",
    "pynvml",
    "asyncio",
    "ssl",
    "litestar",
    "sqlalchemy",
    "pyarrow",
    "assay.server",
    "assay.cli",
]

LOOK = """
import json, sys, time
before = set(sys.modules)
start = time.process_time()
import assay
cpu = time.process_time() - start
print(json.dumps({"cpu_ms": cpu * 1000, "modules": sorted(set(sys.modules) - before), "file": assay.__file__}))
"""


@pytest.fixture(scope="session")
def bare(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh virtual environment that holds Assay without extras."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    ended = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", str(built.wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return python


def run(python: Path, *arguments: str) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ASSAY_"))}
    ended = subprocess.run([python, *arguments], env=environ, cwd=python.parent, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_import_brings_in_nothing_heavy(bare: Path) -> None:
    run(bare, "-c", "import assay")  # compiles what pip did not
    looks = [json.loads(run(bare, "-c", LOOK)) for _ in range(3)]
    assert "venv" in looks[0]["file"]
    print(f"import assay: {min(look['cpu_ms'] for look in looks):.0f} ms CPU, {len(looks[0]['modules'])} modules")
    loaded = {name for name in looks[0]["modules"] for heavy in HEAVY if name == heavy or name.startswith(f"{heavy}.")}
    assert not loaded


def test_the_closure_is_small(bare: Path) -> None:
    packages = Path(run(bare, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))").strip())
    sizes = {
        entry.name: sum(file.stat().st_size for file in entry.rglob("*") if file.is_file() and file.suffix != ".pyc")
        for entry in packages.iterdir()
        if entry.is_dir() and not entry.name.startswith(("pip", "setuptools", "pkg_resources", "_distutils_hack"))
    }
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    print(f"closure: {sum(sizes.values()) / 2**20:.1f} MiB; largest: {largest}")
    assert sum(sizes.values()) <= CLOSURE_BYTES_MAX, largest


def test_no_server_library_is_installed(bare: Path) -> None:
    listed = {package["name"].lower() for package in json.loads(run(bare, "-m", "pip", "list", "--format", "json"))}
    assert listed & {"litestar", "sqlalchemy", "numpy", "pyarrow", "uvicorn", "pandas", "scikit-learn"} == set()
