"""The address of batches is answered beside the framework's routing, and cannot be told from the others by what it answers."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from assay.testing.factories import a_batch
from assay.testing.servers import RunningServer

BATCH = {"content-type": "application/vnd.assay.batch"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    with_run = RunningServer(Path(tmp_path_factory.mktemp("direct")) / "data").start()
    yield with_run
    with_run.stop()


@pytest.fixture
def client(server: RunningServer):
    with httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {server.key}"}) as client:
        yield client


def batch(step: int) -> bytes:
    return a_batch([{"loss": 0.5}], first_seq=step, first_step=step).encode()


def test_a_batch_is_kept_and_every_way_to_write_its_address_is_the_same_route(client: httpx.Client) -> None:
    entity = client.get("/api/v1/me").json()["default_entity"]
    run = f"/api/v1/projects/{entity}/p/runs/r%201"
    client.put(run, json={"writer": "w1"}).raise_for_status()
    ways = [f"{run}/batches", f"{run}/batches/", f"{run}//batches", run.replace("runs", "%72uns") + "/batches"]
    for step, way in enumerate(ways):
        answer = client.post(way, content=batch(step), headers=BATCH)
        assert answer.status_code == 200, (way, answer.text)
        assert answer.json()["acked_seq"] == step
    assert client.get(run).json()["last_step"] == len(ways) - 1
    alive = client.post(f"{run}/batches?writer=w1").json()
    assert alive["acked_seq"] == len(ways) - 1
    assert client.post(f"{run}/batches?writer=other").json()["acked_seq"] == -1


def test_what_fails_is_told_as_everywhere(client: httpx.Client, server: RunningServer) -> None:
    entity = client.get("/api/v1/me").json()["default_entity"]
    run = f"/api/v1/projects/{entity}/p/runs/r2"
    client.put(run, json={"writer": "w1"}).raise_for_status()
    address = f"{run}/batches"
    refused = {
        401: httpx.post(server.url + address, content=batch(0), headers=BATCH),
        404: client.post(address.replace("r2", "unknown"), content=batch(0), headers=BATCH),
        405: client.get(address),
        409: client.post(address, content=batch(7), headers=BATCH),
        415: client.post(address, content=batch(0), headers={"content-type": "text/plain"}),
        422: client.post(address, content=b"[" * 100_000, headers={"content-type": "application/json"}),
    }
    assert {status: answer.status_code for status, answer in refused.items()} == {status: status for status in refused}
    for answer in refused.values():
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["id"] == answer.headers["x-request-id"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    assert refused[401].headers["www-authenticate"].startswith("Bearer")


def test_a_moved_run_says_where_it_is(client: httpx.Client) -> None:
    entity = client.get("/api/v1/me").json()["default_entity"]
    run = f"/api/v1/projects/{entity}/from/runs/r3"
    client.put(run, json={"writer": "w1"}).raise_for_status()
    client.put(f"/api/v1/projects/{entity}/to/runs/other", json={"writer": "w1"}).raise_for_status()
    client.post(f"{run}/batches", content=batch(0), headers=BATCH).raise_for_status()
    client.post(f"{run}/batches", json={"writer": "w1", "first_seq": 1, "finish": {}}).raise_for_status()
    moved = client.post(f"/api/v1/projects/{entity}/from/runs/move", json={"ids": ["r3"], "to": f"{entity}/to"})
    assert moved.status_code < 300, moved.text
    late = client.post(f"{run}/batches?writer=w1", content=batch(2), headers=BATCH)
    assert late.headers["location"] == f"/api/v1/projects/{entity}/to/runs/r3/batches?writer=w1"
    assert late.json()["code"] == "moved"
