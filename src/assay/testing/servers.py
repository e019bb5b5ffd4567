"""A real server in a process of its own, for tests and benchmarks: on loopback, a free port, its own data folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

START_S = 60  # seconds a server may take on a busy machine before a test gives up on it
_SOURCE = Path(__file__).resolve().parents[2]


class RunningServer:
    """`url` and `key` as the server left them for the same user; `link` signs a browser in once. `output`: what it printed.
    `launcher`: words before its command, of a program that becomes it."""

    def __init__(
        self, data: Path, *flags: str, environment: Mapping[str, str] | None = None, launcher: Sequence[str] = ()
    ) -> None:
        self.data = data
        self._launcher = launcher
        self._flags = flags
        # Keys and servers of the machine's user must not leak into a test, nor a test's into theirs.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
        path = os.pathsep.join(filter(None, [str(_SOURCE), inherited.get("PYTHONPATH")]))
        self.environment = {
            **inherited,
            "PYTHONPATH": path,
            "PYTHONFAULTHANDLER": "1",
            "XDG_CONFIG_HOME": str(data.parent / "config"),
            **(environment or {}),
        }
        self._log = data.parent / f"{data.name}.server.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = self.key = ""

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def link(self) -> str:
        """The one-time sign-in address it printed last."""
        return [line.strip() for line in self.output.splitlines() if "#link=" in line][-1]

    def start(self) -> RunningServer:
        """Returns when it answers requests. Raises AssertionError with what it printed if it does not start."""
        assert self.process is None, "it runs already"
        (self.data / "server.json").unlink(missing_ok=True)
        command = [*self._launcher, sys.executable, "-m", "assay", "server", "start", "--data", str(self.data)]
        if "--port" not in self._flags:
            command += ["--port", "0"]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen([*command, *self._flags], stdout=log, stderr=log, env=self.environment)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                note = json.loads((self.data / "server.json").read_text())
            except (OSError, ValueError):
                time.sleep(0.02)
                continue
            self.url, self.key = note["url"], note["key"]
            return self
        code = self.process.poll()
        self._end(signal.SIGABRT)  # makes it print where its threads are
        raise AssertionError(f"The server did not start (exit code {code}). It said:\n{self.output}")

    def stop(self) -> int:
        """Ask it to stop, and wait; answers its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """Take it away without warning."""
        return self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(timeout=START_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.process = None
        return code
