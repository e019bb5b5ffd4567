"""Who goes away or falls silent while a body is on its way is no failure of the server: one line, no traceback."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from assay.server.api import raw
from assay.server.api.perimeter import _Body
from assay.testing.servers import RunningServer
from assay.wire import limits
from assay.wire.errors import SenderGone, SenderStalled

RUN = "/api/v1/projects/local/p/runs/r1"
GONE = "its sender went away"
CALM_S = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(
        Path(tmp_path_factory.mktemp("gone")) / "data", environment={"ASSAY_SERVER_LOG_LEVEL": "debug"}
    ).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {server.key}"}, timeout=60) as client:
        entity = client.get("/api/v1/me").raise_for_status().json()["default_entity"]
        client.put(RUN.replace("local", entity), json={"writer": "w"}).raise_for_status()
        client.headers["x-entity"] = entity
        yield client


def upload(client: httpx.Client, size: int) -> str:
    """An address that takes a content of so many bytes."""
    file = {"path": f"f{size}.bin", "digest": f"sha256:{hashlib.sha256(bytes(size)).hexdigest()}", "size": size}
    address = RUN.replace("local", client.headers["x-entity"]) + "/files"
    (ticket,) = client.post(address, json={"files": [file]}).raise_for_status().json()["tickets"]
    return urlsplit(str(ticket["upload_url"])).path


def send_half(server: RunningServer, path: str, method: str, media_type: str, size: int, *, is_chunked: bool) -> None:
    at = urlsplit(server.url)
    assert at.hostname
    length = "transfer-encoding: chunked" if is_chunked else f"content-length: {size}"
    head = f"{method} {path} HTTP/1.1\r\nhost: {at.netloc}\r\nauthorization: Bearer {server.key}\r\n{length}\r\n"
    half = b" " * (size // 2)
    with socket.create_connection((at.hostname, at.port or 80)) as line:
        line.sendall(f"{head}content-type: {media_type}\r\n\r\n".encode())
        line.sendall(b"%x\r\n" % len(half) + half + b"\r\n" if is_chunked else half)


def until_said(server: RunningServer, before: str) -> str:
    """What the server wrote since, once it noticed."""
    until = time.monotonic() + CALM_S
    while GONE not in server.output[len(before) :] and time.monotonic() < until:
        time.sleep(0.02)
    return server.output[len(before) :]


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("size", [1_000, 2 * limits.MIB])
@pytest.mark.parametrize("what", ["json", "batch", "upload"])
def test_a_sender_that_goes_away_leaves_one_line(
    server: RunningServer, client: httpx.Client, what: str, size: int, is_chunked: bool
) -> None:
    run = RUN.replace("local", client.headers["x-entity"])
    path, method, media_type = {
        "json": (f"{run.rpartition('/')[0]}/query", "POST", "application/json"),
        "batch": (f"{run}/batches", "POST", "application/vnd.assay.batch"),
        "upload": (upload(client, size) if what == "upload" else "", "PUT", "application/octet-stream"),
    }[what]
    before = server.output
    send_half(server, path, method, media_type, size, is_chunked=is_chunked)
    until_said(server, before)
    client.get("/api/v1/me").raise_for_status()
    said = server.output[len(before) :]
    assert said.count(GONE) == 1, said
    assert "Traceback" not in said and " ERROR " not in said and " WARNING " not in said, said


def test_a_long_upload_that_breaks_off_keeps_nothing(server: RunningServer, client: httpx.Client) -> None:
    size = limits.BLOCK_BYTES + limits.MIB
    before = server.output
    send_half(server, upload(client, size), "PUT", "application/octet-stream", size, is_chunked=False)
    said = until_said(server, before)
    client.get("/api/v1/me").raise_for_status()
    assert "Traceback" not in said and " ERROR " not in said, said
    until = time.monotonic() + CALM_S
    while (left := [path for path in (server.data / "blobs").rglob("*") if path.is_file() and path.stat().st_size > 1_000]) and (
        time.monotonic() < until
    ):
        time.sleep(0.02)
    assert not left


class _Asked:
    """A request whose sender says `messages` and then nothing more."""

    def __init__(self, *messages: dict[str, object], headers: list[tuple[bytes, bytes]] | None = None) -> None:
        self.scope = {"headers": headers or [], "body_limit": 100, "request_id": "r"}
        self._messages = list(messages)

    async def receive(self) -> dict[str, object]:
        if self._messages:
            return self._messages.pop(0)
        await asyncio.Event().wait()
        raise AssertionError


def test_a_sender_that_falls_silent_is_told_so() -> None:
    asked = _Asked({"type": "http.request", "body": b"a", "more_body": True})
    with pytest.raises(SenderStalled, match="Nothing came"):
        asyncio.run(raw.whole_body(asked, patience_s=0.01))  # type: ignore[arg-type]


def test_who_has_nothing_to_send_may_go_away_while_the_answer_is_streamed() -> None:
    gone = {"type": "http.disconnect"}
    asked = _Asked(gone)
    assert asyncio.run(_Body(asked.scope, asked.receive)()) == gone

    async def after_the_body() -> None:
        asked = _Asked({"type": "http.request", "body": b"a"}, gone, headers=[(b"content-length", b"1")])
        body = _Body(asked.scope, asked.receive)
        assert (await body())["body"] == b"a"
        assert await body() == gone

    asyncio.run(after_the_body())
    asked = _Asked(gone, headers=[(b"transfer-encoding", b"chunked")])
    with pytest.raises(SenderGone):
        asyncio.run(_Body(asked.scope, asked.receive)())
