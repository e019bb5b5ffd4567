"""The way in: any Python may read it, an old one hears one sentence, and a prepared folder is not prepared again."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import environment

ROOT = Path(__file__).resolve().parents[3]
START = ROOT / "tools" / "start.py"

PRETEND = "import sys, runpy; sys.version_info = (3, 8, 10, 'final', 0); sys.argv = ['start.py', 'nonsense']; "
PRETEND += f"runpy.run_path({str(START)!r}, run_name='__main__')"


def run_on_an_old_python(path: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PATH": path}
    environ.pop("ASSAY_START_AGAIN", None)
    return subprocess.run([sys.executable, "-c", PRETEND], env=environ, capture_output=True, text=True, check=False)


def test_it_is_read_by_python_3_4() -> None:
    ast.parse(START.read_text(), feature_version=(3, 4))


def test_an_old_python_gets_one_sentence_with_the_next_step(tmp_path: Path) -> None:
    ended = run_on_an_old_python(str(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "needs Python 3.11 or newer and this is 3.8" in ended.stderr
    assert "make PYTHON=" in ended.stderr


def test_a_newer_python_on_the_path_is_used_instead(tmp_path: Path) -> None:
    (tmp_path / "python3.12").symlink_to(sys.executable)
    ended = run_on_an_old_python(str(tmp_path))
    assert "Unknown command 'nonsense'" in ended.stderr


def test_a_broken_newer_python_is_passed_over(tmp_path: Path) -> None:
    broken = tmp_path / "python3.12"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    assert "needs Python 3.11" in run_on_an_old_python(str(tmp_path)).stderr


def test_a_python_without_venv_names_the_package_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python3"
    python.write_text(
        "#!/bin/sh\necho 'The virtual environment was not created successfully because ensurepip is not available.'\nexit 1\n"
    )
    python.chmod(0o755)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment.sys, "executable", str(python))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(environment.CannotPrepare, match=r"apt-get install python3\.\d+-venv"):
        environment.make_venv(environment.Steps())
    assert not (tmp_path / ".venv").exists()


def test_what_is_installed_already_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    environment.make_venv(environment.Steps())
    environment.write_stamp("dev", environment.stamp("dev"))
    capsys.readouterr()
    environment.prepare(environment.Profile("server", (), web=""))  # dev contains server
    assert capsys.readouterr().out == ""


def test_another_lock_file_means_another_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = environment.stamp("server")
    copy = tmp_path / "checkout"
    for name in ("requirements/server.txt", "pyproject.toml", "src/assay/wire/version.py"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((ROOT / name).read_bytes())
    monkeypatch.setattr(environment, "ROOT", copy)
    moved = environment.stamp("server")
    assert moved != before  # an editable install of another folder is not ours
    (copy / "requirements/server.txt").write_text("")
    assert environment.stamp("server") != moved


def test_an_unreadable_stamp_is_no_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "VENV", tmp_path)
    (tmp_path / ".assay-installed.json").write_text("{")
    assert environment.read_stamps() == {}


def test_make_alone_lists_every_target() -> None:
    shown = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "test", "faults", "check", "serve", "web", "docs", "bench"):
        assert f"make {target} " in shown
        assert target in environment.PROFILES
