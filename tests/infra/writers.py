"""Clients that write one run of a real server at once, and the judge of what it kept."""

from __future__ import annotations

import itertools
import threading
import time

import httpx

from assay.testing.checker import Findings, History, rows_of
from assay.testing.factories import a_batch
from assay.testing.servers import RunningServer

_numbers = itertools.count()
BATCH = {"content-type": "application/vnd.assay.batch"}
ROWS = 5


class _Sender(threading.Thread):
    """Sends the rows of a history, one batch after another, again until acknowledged."""

    def __init__(self, server: RunningServer, address: str, writer: str, history: History) -> None:
        super().__init__(daemon=True)
        self.writer = writer
        self._server = server
        self._address = address
        self._history = history
        self.stopping = threading.Event()
        self.refusals: list[httpx.Response] = []

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
                else:
                    self.refusals.append(answer)
                    time.sleep(0.01)


class Writers:
    """Three senders of one run of a server of its own. `until_more` waits until so many more rows were acknowledged."""

    def __init__(self, server: RunningServer, seed: int) -> None:
        self.server, self.history = server, History(seed)
        api = httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {server.key}"}, timeout=30)
        self.run = f"{api.get('/api/v1/me').json()['username']}/faults/r{next(_numbers)}"
        entity, project, run_id = self.run.split("/")
        address = f"/api/v1/projects/{entity}/{project}/runs/{run_id}"
        self._senders = [_Sender(server, address, f"w{n}", self.history) for n in range(3)]
        self.refusals = []  # of all senders, in order of arrival
        for sender in self._senders:
            sender.refusals = self.refusals
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
