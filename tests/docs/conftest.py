"""A server in a folder of its own, and a home folder nobody else uses, for what the pages run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

START_S = 60


@pytest.fixture(scope="session")
def page_environment(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment in which every block runs: a real server's data folder, an empty home, nothing of the person's own."""
    home, data = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("data")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
    # The command of this checkout, whether or not it is installed.
    command_file = home / "bin" / "assay"
    command_file.parent.mkdir()
    command_file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m assay "$@"\n')
    command_file.chmod(0o755)
    programs = os.pathsep.join([str(command_file.parent), str(Path(sys.executable).parent), environ["PATH"]])
    environ |= {"HOME": str(home), "ASSAY_DATA": str(data), "PYTHONPATH": str(repository / "src"), "PATH": programs}
    log = (home / "server.log").open("w")
    command = [sys.executable, "-m", "assay", "server", "start", "--data", str(data), "--port", "0"]
    server = subprocess.Popen(command, env=environ, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        deadline = time.monotonic() + START_S
        while not is_up(data, server.pid):
            assert server.poll() is None and time.monotonic() < deadline, (home / "server.log").read_text()
            time.sleep(0.05)
        yield environ
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def is_up(data: Path, pid: int) -> bool:
    """The server leaves its address in the folder once it answers."""
    try:
        return bool(json.loads((data / "server.json").read_text())["pid"] == pid)
    except (OSError, ValueError, KeyError):
        return False
