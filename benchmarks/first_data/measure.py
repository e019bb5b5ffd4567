"""See README.md for the method."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psutil

from assay.testing.servers import RunningServer
from benchmarks.harness import Contender, Length, Measured, Result, Target, compare
from benchmarks.peers import free_port, python_of

_HERE = Path(__file__).parent
_START_S, _ROUND_S = 60, 120
_SHOW = "import sys, trackio; trackio.show(open_browser=False, block_thread=True, host='127.0.0.1', server_port=int(sys.argv[1]))"


class _Server(Protocol):
    """What a contender's server is to the measurement."""

    name: str
    python: str
    process: psutil.Process
    said: dict[str, str]

    def close(self) -> None: ...


def main(length: Length) -> list[Result]:
    steps = length.pick(1_000, 50_000, 100_000)
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as scratch:
        folder = Path(scratch)
        servers: list[_Server] = [_Ours(folder)]
        missing = ""
        try:
            servers.append(_Trackio(folder))
        except (OSError, subprocess.SubprocessError) as error:
            missing = f"trackio is not available here: {error}"[:200]
        try:
            time.sleep(2)
            rest = [_memory(server) for server in servers]
            peers = {server.name for server in servers[1:]}
            first = compare(
                "From init() to the first row in the server's answer",
                [Contender(server.name, _round(server, folder)) for server in servers],
                unit="s",
                rounds=length.pick(2, 3, 7),
                targets=[Target(0.5, name) for name in peers],
                note=missing,
            )
            first_row = [_memory(server) for server in servers]
            for server in servers:
                _live(server, folder, f"{server.name}-long", steps)
            most = [_peak(server) for server in servers]
            targets = tuple(Target(1.0, name) for name in peers)
            return [
                first,
                Result("Memory of the server at rest", "MiB", tuple(rest), targets, missing),
                Result("Memory of the server after that", "MiB", tuple(first_row), targets, missing),
                Result(f"Most memory of the server, after {steps:,} steps of 10 metrics", "MiB", tuple(most), targets, missing),
            ]
        finally:
            for server in servers:
                server.close()


def _memory(server: _Server) -> Measured:
    processes = [server.process, *server.process.children(recursive=True)]
    return Measured(server.name, (sum(process.memory_info().rss for process in processes) / 2**20,))


def _peak(server: _Server) -> Measured:
    kib = 0
    for process in [server.process, *server.process.children(recursive=True)]:
        found = re.search(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{process.pid}/status").read_text(), re.MULTILINE)
        kib += int(found[1]) if found else 0
    return Measured(server.name, (kib / 1024,))


def _round(server: _Server, folder: Path) -> Callable[[], float]:
    rounds = iter(range(1_000_000))
    return lambda: _live(server, folder, f"{server.name}{next(rounds)}", 0)


def _live(server: _Server, folder: Path, name: str, steps: int) -> float:
    """A run; the seconds to its first row's answer."""
    here = folder / name
    here.mkdir()
    environment = {**os.environ, "HOME": str(here), "TRACKIO_DIR": str(here / "trackio")}
    if server.name == "assay":
        environment |= {"ASSAY_BASE_URL": server.said["url"], "ASSAY_API_KEY": server.said["key"]}
        environment["PYTHONPATH"] = str(_HERE.parents[1] / "src")
    command = [server.python, str(_HERE / "worker.py"), server.name, name, str(steps)]
    ended = subprocess.run(
        command, cwd=here, env=environment, input=json.dumps(server.said), capture_output=True, text=True, timeout=_ROUND_S,
        check=False,
    )  # fmt: skip
    told = [line for line in ended.stdout.splitlines() if line.startswith('{"seconds"')]
    assert ended.returncode == 0 and told, f"{name}: {ended.stderr[-1500:]}"
    return float(json.loads(told[0])["seconds"])


class _Ours:
    name, python = "assay", sys.executable

    def __init__(self, folder: Path) -> None:
        self._server = RunningServer(folder / "data").start()
        assert self._server.process is not None
        self.process = psutil.Process(self._server.process.pid)
        request = urllib.request.Request(f"{self._server.url}/api/v1/me", headers={"Authorization": f"Bearer {self._server.key}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            entity = json.load(answer)["default_entity"]
        self.said = {"url": self._server.url, "key": self._server.key, "entity": entity}

    def close(self) -> None:
        self._server.stop()


class _Trackio:
    """Raises OSError or SubprocessError where it cannot be had."""

    name = "trackio"

    def __init__(self, folder: Path) -> None:
        self.python = python_of("trackio")
        port = free_port()
        log = folder / "trackio.log"
        environment = {**os.environ, "HOME": str(folder), "TRACKIO_DIR": str(folder / "trackio")}
        with log.open("wb") as out:
            self._process = subprocess.Popen([self.python, "-u", "-c", _SHOW, str(port)], stdout=out, stderr=out, env=environment)
        self.process = psutil.Process(self._process.pid)
        end = time.monotonic() + _START_S
        while not (found := re.search(r"http://\S+write_token=[\w-]+", log.read_text(errors="replace"))):
            if time.monotonic() > end or self._process.poll() is not None:
                self.close()
                raise OSError(f"its server did not start: {log.read_text(errors='replace')[-300:]}")
            time.sleep(0.2)
        self.said = {"url": found[0]}

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
