"""What a server that dies, or meets another, may not do (V1, V8): lose what it acknowledged, keep it twice, share its data."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from assay.testing.factories import a_batch
from assay.testing.servers import RunningServer

KILLS = int(os.environ.get("ASSAY_TEST_KILLS", "10"))
BATCH = {"content-type": "application/vnd.assay.batch"}


class Sender(threading.Thread):
    """Sends numbered rows, one batch after another, again until acknowledged; remembers what was acknowledged."""

    def __init__(self, server: RunningServer, address: str, writer: str) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._address = address
        self._writer = writer
        self.acked = -1
        self.stopping = threading.Event()

    def run(self) -> None:
        with httpx.Client(timeout=10, headers=BATCH | {"authorization": f"Bearer {self._server.key}"}) as client:
            self._send(client)

    def _send(self, client: httpx.Client) -> None:
        while not self.stopping.is_set():
            first = self.acked + 1
            rows = [{self._writer: float(n)} for n in range(first, first + 5)]
            batch = a_batch(rows, writer=self._writer, first_seq=first, first_step=first)
            try:
                answer = client.post(f"{self._server.url}{self._address}/batches", content=batch.encode())
            except httpx.HTTPError:
                time.sleep(0.01)
                continue
            if answer.status_code == 200 and answer.json()["ack"] == "assay":
                self.acked = max(self.acked, answer.json()["acked_seq"])


@pytest.mark.timeout(120 + 30 * KILLS)
def test_killing_the_server_loses_no_acknowledged_batch_and_doubles_none(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}, {KILLS} kills")
    chance = random.Random(seed)
    server = RunningServer(tmp_path / "data").start()
    api = httpx.Client(headers={"authorization": f"Bearer {server.key}"}, timeout=30)
    address = f"/api/v1/projects/{api.get(f'{server.url}/api/v1/me').json()['username']}/faults/runs/r1"
    senders = [Sender(server, address, f"w{n}") for n in range(3)]
    for sender in senders:
        start = {"writer": sender._writer}
        assert api.put(f"{server.url}{address}", json=start).status_code == 200
        sender.start()
    try:
        for _ in range(KILLS):
            before = sum(sender.acked for sender in senders)
            deadline = time.monotonic() + 30
            while sum(sender.acked for sender in senders) < before + 30 and time.monotonic() < deadline:
                time.sleep(chance.random() * 0.05)
            assert sum(sender.acked for sender in senders) > before, server.output[-2000:]
            server.kill()
            server.start()
        for sender in senders:
            sender.stopping.set()
        for sender in senders:
            sender.join(30)
        asked = {"keys": [], "all_rows": True}
        answer = api.post(f"{server.url}{address}/history", json=asked)
        import pyarrow as pa

        rows = pa.ipc.open_stream(answer.content).read_all().to_pylist()
        for sender in senders:
            kept = [row[sender._writer] for row in rows if row[sender._writer] is not None]
            assert len(kept) == len(set(kept)), f"{sender._writer}: rows are kept twice"
            assert set(range(sender.acked + 1)) <= set(map(int, kept)), f"{sender._writer}: acknowledged rows are lost"
    finally:
        for sender in senders:
            sender.stopping.set()
        server.stop()


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
