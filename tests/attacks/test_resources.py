"""Who wants too much is told so, and everybody else is served (S19). Of many at once, each thing is made once (S20)."""

from __future__ import annotations

import gzip
import random
import socket
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.testing.batches import BatchWriter
from assay.testing.servers import RunningServer
from assay.wire import limits

RUN = "/api/v1/projects/blue/heavy/runs/r1"
GROWTH_BYTES = 256 * limits.MIB
VICTIM_S = 20.0  # when an answer that costs nothing counts as one that does not come
SETTINGS = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
BATCH = "application/vnd.assay.batch"


@pytest.fixture(scope="module")
def blue(world: Any) -> Iterator[httpx.Client]:
    with world.client("blue_admin") as client:
        client.put(RUN, json={"writer": "w"}).raise_for_status()
        yield client


def _memory(server: RunningServer) -> int:
    assert server.process is not None
    root = psutil.Process(server.process.pid)
    return sum(process.memory_info().rss for process in [root, *root.children(recursive=True)])


BODIES: dict[str, Callable[[], bytes]] = {
    "300,000 keys in a row": lambda: (
        b'{"writer":"w","rows":[{"step":1,"values":{' + b",".join(b'"k%d":1' % n for n in range(300_000)) + b"}}]}"
    ),
    "a value of 60 MB": lambda: b'{"writer":"w","rows":[{"step":1,"values":{"a":"' + b"x" * 60_000_000 + b'"}}]}',
    "a number of a million digits": lambda: b'{"writer":"w","rows":[{"step":' + b"9" * 1_000_000 + b',"values":{}}]}',
    "a million lists in lists": lambda: (
        b'{"writer":"w","rows":[{"step":1,"values":{"a":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}}]}"
    ),
    "a million empty rows": lambda: b'{"writer":"w","rows":[' + b",".join([b"{}"] * 1_000_000) + b"]}",
    "an unfinished object": lambda: b'{"writer":' * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_is_too_much_is_refused_and_costs_no_lasting_memory(world: Any, blue: httpx.Client, what: str) -> None:
    before = _memory(world.server)
    body = BODIES[what]()
    for headers, content in (
        ({"content-type": "application/json"}, body),
        ({"content-type": "application/json", "content-encoding": "gzip"}, gzip.compress(body, 1)),
    ):
        answer = blue.post(f"{RUN}/batches", content=content, headers=headers, timeout=120)
        assert 400 <= answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:300]}"
    assert _memory(world.server) - before < GROWTH_BYTES
    assert blue.get("/api/v1/me").elapsed.total_seconds() < VICTIM_S


def test_many_of_anything_have_a_limit(blue: httpx.Client) -> None:
    project = "/api/v1/projects/blue/heavy"
    asked: list[tuple[str, str, Any]] = [
        ("tags", f"PATCH {RUN}", {"tags": [f"t{n}" for n in range(100_000)]}),
        (
            "series",
            f"POST {project}/series/query",
            {"runs": [f"r{n}" for n in range(1_000)], "keys": [f"k{n}" for n in range(100)]},
        ),
        ("buckets", f"POST {project}/series/query", {"runs": ["r1"], "keys": ["a"], "buckets": 10**9}),
        ("page", f"POST {project}/runs/query", {"limit": 10**9}),
        ("filter", f"POST {project}/runs/query", {"filter": " or ".join(["name = 'x'"] * 50_000)}),
        ("nested filter", f"POST {project}/runs/query", {"filter": "not (" * 9_000 + "name = 'x'" + ")" * 9_000}),
        ("nested mongo", f"POST {project}/runs/query", {"filter": _nested(400)}),
        ("expression", f"POST {project}/series/query", {"runs": ["r1"], "keys": ["=" + "+".join(["${a}"] * 50_000)]}),
        ("nested expression", f"POST {project}/series/query", {"runs": ["r1"], "keys": ["=" + "(" * 3_000 + "1" + ")" * 3_000]}),
        ("view", f"POST {project}/views", {"name": "v", "spec": {"x": "y" * 5_000_000}}),
        ("comment", f"POST {project}/comments", {"kind": "region", "subject": "a", "text": "y" * 5_000_000}),
        ("notes", f"PATCH {RUN}", {"notes": "y" * 5_000_000}),
        ("config", f"PATCH {RUN}", {"config": {"a": "y" * 10_000_000}}),
        ("name", f"PATCH {RUN}", {"name": "y" * 100_000}),
        ("files", f"POST {RUN}/files", {"files": [{"path": "a", "digest": "sha256:" + "0" * 64, "size": 10**18}]}),
    ]
    for what, route, body in asked:
        method, _, path = route.partition(" ")
        answer = blue.request(method, path, json=body, timeout=60)
        assert 400 <= answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:300]}"
        assert answer.elapsed.total_seconds() < 15, what


def _nested(depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {"name": "x"}
    for _ in range(depth):
        found = {"$and": [found]}
    return found


def _batch() -> bytes:
    rows = [(step, {"loss": 1.0 / (step + 1), "count": step, "ok": True, "text": f"t{step}"}) for step in range(20)]
    return BatchWriter("fuzz").log(*rows).encode()


@SETTINGS
@given(data=st.data())
def test_a_damaged_or_forged_batch_is_refused_or_read(blue: httpx.Client, data: st.DataObject) -> None:
    content = bytearray(_batch())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    body = bytes(content[: data.draw(st.integers(1, len(content)))])
    answer = blue.post(f"{RUN}/batches", content=body, headers={"content-type": BATCH})
    assert answer.status_code < 500, answer.text


def test_what_unfolds_without_end_is_refused_while_it_unfolds(world: Any, blue: httpx.Client) -> None:
    before = _memory(world.server)
    zeros = zlib.compressobj(9)
    bomb = b"".join(zeros.compress(bytes(1 << 20)) for _ in range(256)) + zeros.flush()
    packed = _batch()
    at = max(packed.find(b"\x78\x01"), packed.find(b"\x78\x9c"), packed.find(b"\x78\x5e"), 8)
    for headers, content in (
        ({"content-type": BATCH}, packed[:at] + bomb),
        ({"content-type": BATCH, "content-encoding": "deflate"}, bomb),
        ({"content-type": "application/json", "content-encoding": "gzip"}, gzip.compress(bytes(1 << 27), 9)),
    ):
        answer = blue.post(f"{RUN}/batches", content=content, headers=headers, timeout=60)
        assert 400 <= answer.status_code < 500, answer.text
    assert _memory(world.server) - before < GROWTH_BYTES


def test_slow_and_silent_connections_take_nobodys_turn(world: Any, blue: httpx.Client) -> None:
    parts = urlsplit(world.server.url)
    key = world.keys["blue_admin"]
    signed = f"Host: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
    body = "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"
    openings = [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",  # a head that never ends
        f"POST {RUN}/batches HTTP/1.1\r\n{signed}{body}".encode(),  # a body that never comes
        f"GET /api/v1/live HTTP/1.1\r\n{signed}\r\n".encode(),  # a reader that never reads
        b"",
    ]
    held = []
    try:
        for number in range(240):
            connection = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)
            held.append(connection)
            connection.sendall(openings[number % len(openings)])
        waits = []
        for _ in range(30):
            began = time.monotonic()
            assert blue.get("/api/v1/me").status_code == 200
            waits.append(time.monotonic() - began)
        assert sorted(waits)[-2] < VICTIM_S
    finally:
        for connection in held:
            connection.close()


def _at_once(count: int, ask: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    barrier = threading.Barrier(count)

    def one(number: int) -> httpx.Response:
        barrier.wait()
        return ask(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.parametrize("round_number", range(3))
def test_of_many_who_make_the_same_thing_one_does(world: Any, blue: httpx.Client, round_number: int) -> None:
    project = f"/api/v1/projects/blue/race{round_number}"
    clients = [world.client("blue_admin") for _ in range(12)]
    started = _at_once(12, lambda n: clients[n].put(f"{project}/runs/r", json={"writer": f"w{n}"}))
    assert Counter(answer.status_code for answer in started) == {200: 12}, started[0].text
    assert sum(answer.json()["is_new"] for answer in started) == 1
    assert [found["name"] for found in blue.get("/api/v1/projects").json()["projects"]].count(f"race{round_number}") == 1

    def version(number: int) -> httpx.Response:
        asked = {"name": "a", "type": "t", "aliases": ["best"], "metadata": {"n": number}}
        draft = clients[number].post(f"{project}/artifacts/drafts", json=asked).json()["id"]
        return clients[number].post(f"{project}/artifacts/drafts/{draft}/commit", json={})

    assert all(answer.status_code < 500 for answer in _at_once(12, version))
    listed = blue.get(f"{project}/artifacts/a/versions").json()["versions"]
    numbers = [each["version"] for each in listed]
    assert len(numbers) == len(set(numbers))
    assert sum("best" in each["aliases"] for each in listed) == 1

    view = blue.post(f"{project}/views", json={"name": "v", "spec": {}, "sharing": "shared"}).json()
    saves = _at_once(
        12, lambda n: clients[n].put(f"{project}/views/{view['id']}", json={"revision": view["revision"], "spec": {"by": n}})
    )
    assert sorted(answer.status_code for answer in saves) == [200] + [409] * 11
    won = next(answer for answer in saves if answer.status_code == 200)
    assert blue.get(f"{project}/views/{view['id']}").json()["spec"] == won.json()["spec"]
    order = random.Random(round_number).sample(range(12), 12)
    ended = _at_once(
        12, lambda n: clients[n].delete(f"{project}/runs/r") if order[n] % 2 else clients[n].get(f"{project}/runs/r")
    )
    assert all(answer.status_code in (200, 204, 404, 409) for answer in ended)
    for client in clients:
        client.close()
