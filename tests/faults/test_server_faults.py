"""What a server that dies, or meets another, may not do (V1, V8): lose what it acknowledged, keep it twice, share its data."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from assay.testing.checker import Findings, History, rows_of
from assay.testing.factories import a_batch
from assay.testing.servers import RunningServer
from tests.infra.storms import Storm

BATCH = {"content-type": "application/vnd.assay.batch"}
ROWS = 5


class Sender(threading.Thread):
    """Sends the rows of a history, one batch after another, again until acknowledged."""

    def __init__(self, server: RunningServer, address: str, writer: str, history: History) -> None:
        super().__init__(daemon=True)
        self.writer = writer
        self._server = server
        self._address = address
        self._history = history
        self.stopping = threading.Event()

    @property
    def acked(self) -> int:
        return self._history.acked.get(self.writer, 0)

    def run(self) -> None:
        with httpx.Client(timeout=10, headers=BATCH | {"authorization": f"Bearer {self._server.key}"}) as client:
            while not self.stopping.is_set():
                first = self.acked
                batch = a_batch(self._history.rows(self.writer, ROWS), writer=self.writer, first_seq=first, first_step=first)
                try:
                    answer = client.post(f"{self._server.url}{self._address}/batches", content=batch.encode())
                except httpx.HTTPError:
                    time.sleep(0.01)
                    continue
                if answer.status_code == 200 and answer.json()["ack"] == "assay":
                    self._history.ok(self.writer, answer.json()["acked_seq"] + 1)


class Writers:
    """Three senders of one run of a server of its own. `until_more` waits until so many more rows were acknowledged."""

    def __init__(self, server: RunningServer, seed: int) -> None:
        self.server, self.history = server, History(seed)
        api = httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {server.key}"}, timeout=30)
        self.run = f"{api.get('/api/v1/me').json()['username']}/faults/r1"
        entity, project, run_id = self.run.split("/")
        address = f"/api/v1/projects/{entity}/{project}/runs/{run_id}"
        self._senders = [Sender(server, address, f"w{n}", self.history) for n in range(3)]
        for sender in self._senders:
            assert api.put(address, json={"writer": sender.writer}).status_code == 200

    def __enter__(self) -> Writers:
        for sender in self._senders:
            sender.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def acked(self) -> int:
        return sum(sender.acked for sender in self._senders)

    def until_more(self, rows: int, deadline_s: float = 60) -> None:
        before, deadline = self.acked, time.monotonic() + deadline_s
        while self.acked < before + rows:
            assert time.monotonic() < deadline, f"{self.acked - before} rows in {deadline_s} s; {self.server.output[-2000:]}"
            time.sleep(0.005)

    def stop(self) -> None:
        for sender in self._senders:
            sender.stopping.set()
        for sender in self._senders:
            sender.join(30)

    def judge(self, *context: object) -> Findings:
        """Stop, read everything back, and insist that it is what was acknowledged."""
        self.stop()
        return self.history.require_clean(rows_of(self.server.url, self.server.key, self.run), *context)


def test_killing_the_server_loses_no_acknowledged_batch_and_doubles_none(tmp_path: Path, storm: Storm) -> None:
    kills = storm.times(10, 500)
    server = RunningServer(tmp_path / "data").start()
    try:
        with Writers(server, storm.seed) as writers:
            for _ in range(kills):
                writers.until_more(30)
                time.sleep(storm.dice.random() * 0.05)
                server.kill()
                server.start()
            findings = writers.judge()
    finally:
        server.stop()
    storm.tell(injected="kill -9 of the server while batches arrive", times=kills, acked=findings.acked, lost=0)


def test_a_second_server_on_one_data_folder_refuses(server: RunningServer) -> None:
    command = [sys.executable, "-m", "assay", "server", "start", "--data", str(server.data), "--port", "0"]
    second = subprocess.run(command, env=server.environment, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 10
    assert "in use by another server" in second.stderr
    assert "Traceback" not in second.stderr
    assert httpx.get(f"{server.url}/readyz").status_code == 200


def test_an_explicit_port_that_is_taken_is_an_error_with_the_next_step(server: RunningServer, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    with pytest.raises(AssertionError, match=rf"Cannot listen on 127\.0\.0\.1 port {port}.*--port") as error:
        RunningServer(tmp_path / "other", "--port", port).start()
    assert "Traceback" not in str(error.value)


def test_other_machines_are_let_in_only_when_an_admin_has_a_password(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no admin has a password yet"):
        RunningServer(tmp_path / "open", "--host", "0.0.0.0").start()


def test_a_folder_that_cannot_be_made_is_one_clear_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AssertionError, match=r"cannot be used .*--data") as error:
        RunningServer(tmp_path / "unused", "--data", str(tmp_path / "file" / "data")).start()
    assert "Traceback" not in str(error.value)
