"""What stands in a command line, every user of the machine can read. No process that Assay starts has a secret there (S22).

Each Python process of the test writes down its own command line and every one it starts, so that those of a moment are seen too;
the living ones are read from the system as well."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest

from assay.testing.servers import RunningServer

SOURCE = Path(__file__).resolve().parents[2] / "src"
RECORDER = """
import json, os, sys
ARGUMENTS = {"subprocess.Popen": 1, "os.exec": 1, "os.posix_spawn": 1, "os.spawn": 2, "os.system": 0}
handle = os.open(os.environ["COMMANDS_SEEN"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def note(arguments):
    words = [arguments] if isinstance(arguments, (str, bytes, os.PathLike)) else list(arguments)
    os.write(handle, json.dumps([os.fsdecode(word) for word in words]).encode() + b"\\n")
def seen(event, arguments):
    if event in ARGUMENTS:
        note(arguments[ARGUMENTS[event]])
note(sys.orig_argv)
sys.addaudithook(seen)
"""
SCRIPT = """
import sys
import numpy as np, assay
run = assay.init(project="commands", id="r1", settings=assay.Settings(silent=True))
run.log({"loss": 1.0, "noise": assay.Image(np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8))})
print("ready", flush=True)
sys.stdin.readline()
run.finish()
"""
CANARIES = {
    "AWS_ACCESS_KEY_ID": "AKIACANARYCANARY0000",
    "AWS_SECRET_ACCESS_KEY": "canaryAWS/K7MDENG/bPxRfiCYEXAMPLEKEY0000",
    "WANDB_API_KEY": "0123456789abcdef0123456789abcdef01234567",
    "HF_TOKEN": "hf_canarycanarycanarycanarycanarycanary",
}
REMOTE = "https://me:canary-of-a-remote@git.example/ours.git"


@dataclass
class Machine:
    """A server, a home folder, and the file in which every command line is written down."""

    server: RunningServer
    home: Path
    seen: Path
    secrets: dict[str, str] = field(default_factory=dict)

    def assay(self, *arguments: str, stdin: str = "", code: int | None = 0) -> str:
        """Runs a command as a person does; answers what it prints."""
        environment = {name: value for name, value in self.environment.items() if name not in ("ASSAY_BASE_URL", "ASSAY_API_KEY")}
        done = subprocess.run(
            [sys.executable, "-m", "assay", *arguments],
            input=stdin, capture_output=True, text=True, env=environment, cwd=self.home, timeout=120,
        )  # fmt: skip
        assert code is None or done.returncode == code, done.stderr
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        return {**self.server.environment, **CANARIES, "HOME": str(self.home), "ASSAY_BASE_URL": self.server.url,
                "ASSAY_API_KEY": self.server.key, "ASSAY_MONITOR_S": "1"}  # fmt: skip

    def commands(self) -> list[list[str]]:
        return [json.loads(line) for line in self.seen.read_text().splitlines()]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    recorder, home, seen = tmp_path / "recorder", tmp_path / "home", tmp_path / "commands"
    recorder.mkdir()
    home.mkdir()
    (recorder / "sitecustomize.py").write_text(RECORDER)
    path = os.pathsep.join([str(recorder), str(SOURCE)])
    server = RunningServer(tmp_path / "data", environment={"PYTHONPATH": path, "COMMANDS_SEEN": str(seen), **CANARIES})
    server.start()
    try:
        yield Machine(server, home, seen, {**CANARIES, "the remote's password": "canary-of-a-remote"})
    finally:
        server.stop()


def test_no_process_that_assay_starts_has_a_secret_in_its_command_line(machine: Machine) -> None:
    server, data = machine.server, ("--data", str(machine.server.data))
    machine.secrets["the server's own key"] = server.key
    machine.secrets["a key"] = key = machine.assay("server", "key", *data).strip()
    machine.secrets["a link"] = machine.assay("server", "link", *data).strip().rpartition("#link=")[2]
    machine.assay("server", "user", "add", "ada", *data)
    machine.assay("server", "team", "add", "vision", *data)
    # Nothing answers there, so it is not taken; until then its keys have been everywhere they go.
    bucket = ("server", "team", "bucket", "set", "vision", "s3://bucket/prefix", "--endpoint", "http://127.0.0.1:9")
    machine.assay(*bucket, *data, code=None)
    machine.assay("login", server.url, "--key-stdin", stdin=key)
    machine.assay("status")
    _make_repository(machine.home)
    script = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=machine.home, env=machine.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with script:
        assert script.stdout is not None and script.stdout.readline() == b"ready\n"
        _look_at_a_picture(server)
        living = list(_living())
        script.communicate(b"\n", timeout=90)
    assert script.returncode == 0
    machine.assay("sync")
    machine.assay("run", "ls")
    commands = [*machine.commands(), *living]
    for expected in ("server start", "assay.sync", "assay login", "git -c", "assay.server.compute.thumbnailer", "bucket set"):
        assert [words for words in commands if expected in " ".join(words)], f"{expected} was not seen: the test looks at nothing"
    found = [(what, words) for words in commands for what, secret in machine.secrets.items() if secret in " ".join(words)]
    assert found == []


def _make_repository(folder: Path) -> None:
    for words in (["init", "-q"], ["remote", "add", "origin", "https://git.example/ours.git"]):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    config = folder / ".git" / "config"
    config.write_text(config.read_text().replace("https://git.example/ours.git", REMOTE))


def _look_at_a_picture(server: RunningServer) -> None:
    """The server shows a small picture of what the script has logged, for which it starts a process of its own."""
    headers = {"authorization": f"Bearer {server.key}"}
    with httpx.Client(base_url=server.url, headers=headers, verify=False, timeout=30) as client:
        me = client.get("/api/v1/me").json()["default_entity"]
        deadline = time.monotonic() + 60
        pictures: list[str] = []
        while not pictures:
            assert time.monotonic() < deadline, "the picture did not arrive"
            time.sleep(0.1)
            answer = client.get(f"/api/v1/projects/{me}/commands/runs/r1/files")
            listed = answer.json()["files"] if answer.is_success else []
            pictures = [file["url"] for file in listed if file["path"].endswith(".png")]
        client.get(f"{pictures[0]}?w=64").raise_for_status()


def _living() -> Iterator[list[str]]:
    for process in psutil.process_iter():
        try:
            yield process.cmdline()
        except psutil.Error:
            continue
