"""A number's way through the real server: start a run, send rows, read them back, see the hint, stop."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import httpx
import pyarrow as pa
import pytest

from assay.testing.servers import RunningServer


@pytest.fixture
def api(shared_server: RunningServer) -> httpx.Client:
    return httpx.Client(base_url=shared_server.url, headers={"authorization": f"Bearer {shared_server.key}"}, timeout=30)


def _project(api: httpx.Client, name: str) -> str:
    return f"/api/v1/projects/{api.get('/api/v1/me').json()['username']}/{name}"


def test_what_was_sent_comes_back_as_series_and_as_rows(api: httpx.Client) -> None:
    project = _project(api, "contact")
    started = api.put(f"{project}/runs/r1", json={"writer": "w", "config": {"lr": 0.1}}).json()
    assert started["is_new"]
    assert started["writer_next_seq"] == 0
    batch = {"writer": "w", "first_seq": 0, "rows": [{"step": n, "values": {"loss": 1 / (n + 1)}} for n in range(5)]}
    assert api.post(f"{project}/runs/r1/batches", json=batch).json()["acked_seq"] == 4
    assert api.post(f"{project}/runs/r1/batches", json=batch).json()["acked_seq"] == 4
    answer = api.post(f"{project}/series/query", json={"runs": ["r1"], "keys": ["loss"], "precision": 64})
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.column("x").to_pylist() == [0, 1, 2, 3, 4]
    assert table.column("last").to_pylist() == [1 / (n + 1) for n in range(5)]
    rows = pa.ipc.open_stream(api.post(f"{project}/runs/r1/history", json={}).content).read_all()
    assert rows.column("_step").to_pylist() == [0, 1, 2, 3, 4]
    assert rows.column("loss").to_pylist() == [1 / (n + 1) for n in range(5)]


@pytest.mark.parametrize("what", [{"config": {"seed": 2**64}}, {"summary": {"best": [10**40]}},
                                  {"rows": [{"step": 0, "values": {"deep": {"a": -(2**63) - 1}}}]}])  # fmt: skip
def test_a_batch_with_a_whole_number_that_cannot_be_kept_is_refused(api: httpx.Client, what: dict[str, object]) -> None:
    project = _project(api, "contact-numbers")
    api.put(f"{project}/runs/r1", json={"writer": "w"})
    answer = api.post(f"{project}/runs/r1/batches", json={"writer": "w", **what})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert "whole number" in answer.json()["detail"]


@pytest.mark.parametrize("headers", [{}, {"content-type": "application/json"}])
def test_a_request_without_its_body_is_told_what_is_missing(api: httpx.Client, headers: dict[str, str]) -> None:
    answer = api.put(f"{_project(api, 'contact')}/runs/r9", headers=headers)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("The request has no body. Send a JSON object")


def test_a_hint_comes_down_the_live_stream_when_rows_arrive(api: httpx.Client) -> None:
    project = _project(api, "live")
    api.put(f"{project}/runs/r1", json={"writer": "w"})
    with api.stream("GET", "/api/v1/live") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "retry: 2000"
        assert [next(lines) for _ in range(3)] == ["", "event: ping", "data: {}"]
        api.post(f"{project}/runs/r1/batches", json={"writer": "w", "rows": [{"step": 7, "values": {"loss": 1.0}}]})
        hint = next(line for line in lines if line.startswith('data: {"'))
    assert '"kind":"series"' in hint
    assert '"step":7' in hint


def test_a_server_that_is_asked_to_stop_does_so_although_a_live_stream_is_open(server: RunningServer) -> None:
    with httpx.stream("GET", f"{server.url}/api/v1/live", headers={"authorization": f"Bearer {server.key}"}) as stream:
        next(stream.iter_lines())
        assert server.stop() == 0
    assert not (server.data / "server.json").exists()


@pytest.mark.parametrize("path", ["/", "/ann/digits", "/healthz", "/readyz", "/favicon.svg", "/assets/gone.js"])
def test_head_answers_as_get_does_without_a_body(shared_server: RunningServer, path: str) -> None:
    with httpx.Client(base_url=shared_server.url) as browser:
        head, got = browser.head(path), browser.get(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    for name in ("content-type", "content-length", "cache-control", "etag", "x-content-type-options"):
        assert head.headers.get(name) == got.headers.get(name), name


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/live", "/blobs/anything"])
def test_head_is_refused_where_get_could_have_much_to_do(api: httpx.Client, path: str) -> None:
    assert api.head(path).status_code == 405


def test_head_is_refused_as_get_is(shared_server: RunningServer) -> None:
    assert httpx.head(shared_server.url, headers={"host": "elsewhere.example"}).status_code == 421


def test_a_refused_name_is_told_as_it_is_allowed(shared_server: RunningServer) -> None:
    answer = httpx.get(f"{shared_server.url}/healthz", headers={"host": "elsewhere.example:8443"})
    assert answer.json()["detail"].endswith("start it with --allow-host elsewhere.example.")


def test_closing_the_terminal_ends_the_server_as_a_stop_does(tmp_path: Path) -> None:
    # Whoever runs this under nohup hands its deafness down.
    listening = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])"
    server = RunningServer(tmp_path / "data", launcher=[sys.executable, "-c", listening]).start()
    assert server.process is not None
    server.process.send_signal(signal.SIGHUP)
    assert server.process.wait(timeout=60) == 0
    assert not (server.data / "server.json").exists()


def test_a_server_under_nohup_outlives_its_terminal(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "data", launcher=["nohup"]).start()
    try:
        assert server.process is not None
        server.process.send_signal(signal.SIGHUP)
        assert httpx.get(f"{server.url}/healthz").status_code == 200
    finally:
        assert server.stop() == 0
