"""`assay artifact …` as a person uses it, against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.testing.servers import RunningServer

SOURCE = Path(__file__).resolve().parents[2] / "src"


class Shell:
    """Runs `assay` in a folder, with a home of its own."""

    def __init__(self, server: RunningServer, home: Path) -> None:
        self.work = home / "work"
        self.work.mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
        self.environment = {
            **kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_CACHE_HOME": str(home / "cache"),
            "PYTHONPATH": str(SOURCE), "ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key, "ASSAY_PROJECT": "shelf",
        }  # fmt: skip

    def __call__(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "assay", "artifact", *arguments],
            cwd=self.work, env=self.environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", code=code))

    def fill(self, folder: str, **files: str) -> None:
        (self.work / folder).mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (self.work / folder / f"{name}.txt").write_text(text)


@pytest.fixture
def shell(shared_server: RunningServer, tmp_path: Path) -> Shell:
    return Shell(shared_server, tmp_path / "home")


@pytest.fixture
def second_server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path / "second" / "data")
    running.data.parent.mkdir(parents=True)
    running.start()
    yield running
    running.stop()


def test_a_folder_is_put_and_comes_back(shell: Shell) -> None:
    shell.fill("set", a="one", b="two")
    said = shell("put", "set", "--type", "dataset", "--alias", "gold", "--tag", "x", "-m", "rows=2", "-m", "note=fine")
    assert "shelf/set:v0  2 files, 6 bytes, 6 bytes sent" in said
    assert "nothing to send" in shell("put", "set")
    got = shell("get", "set:gold", "--root", "out")
    assert "set:v0 → out  2 files, 6 bytes, 6 bytes received" in got
    assert (shell.work / "out" / "a.txt").read_text() == "one"
    assert "nothing to fetch" in shell("get", "set:gold", "--root", "out")
    assert shell.json("get", "set", "--root", "part", "--pattern", "b*")["files"] == 1
    assert "out is" in shell("verify", "set", "out")
    (shell.work / "out" / "a.txt").unlink()
    (shell.work / "out" / "c.txt").write_text("more")
    assert "1 missing (a.txt); 1 not part of it (c.txt)" in shell("verify", "set", "out", code=9)
    assert shell.json("verify", "set", "out", code=9)["missing"] == ["a.txt"]


def test_artifacts_versions_and_files_are_listed(shell: Shell) -> None:
    shell.fill("listed", a="1")
    path = shell.json("put", "listed", "--name", "inventory/things", "--type", "model")["path"].partition(":")[0]
    shell.fill("listed", a="22")
    shell("put", "listed", "--name", "inventory/things", "--type", "model", "--alias", "best")
    table = shell("ls", "inventory").splitlines()
    assert table[0].split() == ["NAME", "TYPE", "VERSIONS", "LATEST", "SIZE", "CHANGED"]
    assert table[1].split()[:4] == ["things", "model", "2", "v1"]
    assert "has no artifacts that match" in shell("ls", "inventory", "--type", "dataset")
    versions = shell.json("ls", path)
    assert [one["version"] for one in versions] == ["v1", "v0"]
    assert set(versions[0]["aliases"]) == {"best", "latest"}
    assert "best" in shell("ls", path).splitlines()[1]
    assert [one["path"] for one in shell.json("ls", f"{path}:v0")] == ["a.txt"]
    assert "2 bytes  sha256:" in shell("ls", f"{path}:best")


def test_a_version_begins_with_another(shell: Shell) -> None:
    shell.fill("first", a="1", b="2")
    shell.fill("second", b="other", c="3")
    shell("put", "first", "--name", "grown")
    assert shell.json("put", "second", "--name", "grown", "--base", "latest")["file_count"] == 3
    assert {one["path"] for one in shell.json("ls", "grown:latest")} == {"a.txt", "b.txt", "c.txt"}


def test_a_copy_to_another_server_is_the_same_version(shell: Shell, second_server: RunningServer) -> None:
    (shell.work / "big").mkdir()
    (shell.work / "big" / "long.bin").write_bytes(os.urandom(9_000_000))
    shell.fill("big", small="s")
    made = shell.json("put", "big", "--type", "dataset")
    login = [sys.executable, "-m", "assay", "login", second_server.url, "--key", second_server.key]
    assert "assay login" in shell("cp", "big", "elsewhere/big", "--to", second_server.url, code=3)
    environment = {name: value for name, value in shell.environment.items() if not name.startswith("ASSAY_")}
    done = subprocess.run(login, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    copied = shell.json("cp", "big", "elsewhere/big", "--to", second_server.url, "--alias", "moved")
    assert (copied["digest"], copied["sent"]) == (made["digest"], 9_000_001)
    assert copied["metadata"]["copied_from"] == made["path"]
    assert shell.json("cp", "big", "elsewhere/big", "--to", second_server.url)["sent"] == 0


def test_the_cache_is_told_of_cut_and_emptied(shell: Shell) -> None:
    shell.fill("kept", a="x" * 5000, b="y" * 5000)
    shell("put", "kept")
    shell("get", "kept", "--root", "out")
    told = shell.json("cache", "info")
    assert (told["file_count"], told["size"]) == (2, 10_000)
    assert shell.json("cache", "cleanup", "6kB")["freed"] == 5000
    assert "5.0 kB are free again." in shell("cache", "purge")
    assert (shell.work / "out" / "a.txt").read_text() == "x" * 5000
    assert "20GB" in shell("cache", "cleanup", "much", code=2)


def test_mistakes_are_one_line_that_says_what_to_do(shell: Shell) -> None:
    assert "There is no file" in shell("put", "nothing", code=5)
    assert "expected KEY=VALUE" in shell("put", ".", "-m", "odd", code=2)
    assert "30d, 12h, 2w" in shell("put", ".", "--ttl", "soon", code=2)
    assert "There is no" in shell("get", "nowhere/nothing:v7", code=5)
    shell.environment.pop("ASSAY_PROJECT")
    assert "set ASSAY_PROJECT" in shell("get", "nothing", code=2)
