"""MLflow's server as a peer: one worker, SQLite, loopback."""

from __future__ import annotations

import subprocess
import time
import urllib.request
from pathlib import Path

import psutil

from benchmarks.peers import free_port, python_of

_START_S = 120


class MlFlowServer:
    """`store`: what it keeps its runs in; empty: a new one below `folder`. Raises OSError or SubprocessError where it cannot be
    had."""

    def __init__(self, folder: Path, store: str = "") -> None:
        port = free_port()
        store = store or f"sqlite:///{folder / 'mlflow.db'}"
        command = [python_of("mlflow"), "-m", "mlflow", "server", "--backend-store-uri", store]
        command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        command += ["--default-artifact-root", str(folder / "artifacts")]
        with (folder / "mlflow.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self.process = psutil.Process(self._process.pid)
        self.url = f"http://127.0.0.1:{port}"
        self._wait(folder / "mlflow.log")

    def _wait(self, log: Path) -> None:
        end = time.monotonic() + _START_S
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.2)
        self.close()
        raise OSError(f"it did not start: {log.read_text(errors='replace')[-300:]}")

    def close(self) -> None:
        for each in self.process.children(recursive=True):
            each.terminate()
        self._process.terminate()
        self._process.wait()
