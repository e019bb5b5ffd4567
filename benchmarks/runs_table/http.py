"""The same project behind a real server: what its page asks when it is opened, sorted, filtered, grouped and drawn."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from assay.testing.servers import RunningServer
from benchmarks.harness import Contender, Result, Target, compare, single

PAGE_MS, WORK_MS, OPEN_MS = 300, 1_000, 1_500
START_S = 5
MEMORY_MIB = 2_048
SORTED = [{"key": "config.lr", "descending": True}]
FILTER = 'config.lr > 0.01 and config.optimizer = "adam"'
COLUMNS = ["config.lr", "config.layers", "config.optimizer", "summary.loss"]


def over_http(folder: Path, count: int, rounds: int) -> list[Result]:
    """Wall milliseconds at a client, of a server on the metadata that `fill` left in `folder`. The floor of each is the answer to
    a question about one run. All but the last come after an edit, so that nothing kept from before answers them."""
    server = RunningServer(folder)
    began = time.perf_counter()
    server.start()
    try:
        headers = {"authorization": f"Bearer {server.key}"}
        with httpx.Client(base_url=f"{server.url}/api/v1", headers=headers, timeout=120) as http:
            http.get("/me").raise_for_status()
            started = time.perf_counter() - began
            (project,) = http.get("/projects").json()["projects"]
            asking = _Asking(http, f"/projects/{project['entity']}/{project['name']}")
            title = f"over HTTP: cold start with {count:,} runs, to the first answer"
            return [
                single(title, [started], unit="s", targets=[Target(START_S)]),
                asking.result(f"open a project of {count:,} runs: all that its page asks", asking.opened, OPEN_MS, rounds),
                asking.result("first page, nothing kept", asking.first_page, PAGE_MS, rounds),
                asking.result("filter, sort and group, nothing kept", asking.worked, WORK_MS, rounds),
                asking.result(f"10 columns of {count:,} runs as Arrow, kept", asking.values, PAGE_MS, rounds, is_changed=False),
                single(
                    f"over HTTP: memory of the server with {count:,} runs, at its most",
                    [_peak_mib(server.process.pid)],
                    unit="MiB",
                    targets=[Target(MEMORY_MIB)],
                ),
            ]
    finally:
        server.stop()


class _Asking:
    def __init__(self, http: httpx.Client, path: str) -> None:
        self._http = http
        self._path = path
        self._edits = 0
        self._run = self._post("/runs/query", limit=1)["runs"][0]["id"]

    def result(self, title: str, ask: Callable[[], None], budget_ms: float, rounds: int, *, is_changed: bool = True) -> Result:
        def timed(question: Callable[[], None]) -> float:
            if is_changed:
                self._edits += 1
                edit = self._http.patch(f"{self._path}/runs/{self._run}", json={"notes": f"edit {self._edits}"})
                edit.raise_for_status()
            start = time.perf_counter()
            question()
            return (time.perf_counter() - start) * 1000

        return compare(
            f"over HTTP: {title}",
            [Contender("assay", lambda: timed(ask)), Contender("one run", lambda: timed(self.one_run))],
            unit="ms",
            rounds=rounds,
            targets=[Target(budget_ms)],
        )

    def one_run(self) -> None:
        self._http.get(f"{self._path}/runs/{self._run}").raise_for_status()

    def opened(self) -> None:
        self._http.get(self._path).raise_for_status()
        self._http.get(f"{self._path}/views", params={"page": "workspace"}).raise_for_status()
        for section in ("metric", "system"):
            self._http.get(f"{self._path}/columns", params={"section": section, "limit": 1000}).raise_for_status()
        self.first_page()

    def first_page(self) -> None:
        newest = [{"key": "created_at", "descending": True}]
        assert len(self._post("/runs/query", limit=200, sort=newest, columns=COLUMNS)["runs"]) == 200

    def worked(self) -> None:
        group = [{"key": "config.layers"}, {"key": "config.option_1"}]
        assert self._post("/runs/query", limit=200, filter=FILTER, sort=SORTED, columns=COLUMNS)["total"] > 0
        assert self._post("/runs/query", filter=FILTER, sort=SORTED, columns=COLUMNS, group=group)["groups"]

    def values(self) -> None:
        keys = [*COLUMNS[:3], *(f"config.option_{index}" for index in range(7))]
        answer = self._http.post(f"{self._path}/runs/values", json={"keys": keys})
        answer.raise_for_status()
        assert answer.content

    def _post(self, path: str, **asked: Any) -> Any:
        answer = self._http.post(f"{self._path}{path}", json=asked)
        answer.raise_for_status()
        return answer.json()


def _peak_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
