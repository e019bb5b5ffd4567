"""Long bodies come whole and in order, however they are cut on their way, and leave the connection as it was."""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from assay.server.api import long_bodies
from assay.server.api.long_bodies import LONG_BYTES, PIECE_BYTES, HttpProtocol
from assay.wire import limits

NEAR = [n + more for n in (LONG_BYTES, PIECE_BYTES, 2 * PIECE_BYTES, 5 * PIECE_BYTES) for more in (-1, 0, 1)]


class Echo:
    """Answers with what it was sent: its bytes, their digest, the longest piece. `/no` is answered before the body is asked for,
    `/some` after one piece of it. Takes a moment for each piece of `/slowly`. Wants `/whole` in one piece."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        path, hashed, size, longest, is_over = scope["path"], hashlib.sha256(), 0, 0, scope["path"] == "/no"
        scope["wants_whole_body"] = path == "/whole"
        while not is_over:
            message = await receive()
            if message["type"] != "http.request":
                self.ended.append(message["type"])
                return
            body = message["body"]
            hashed.update(body)
            size, longest = size + len(body), max(longest, len(body))
            is_over = not message.get("more_body") or path == "/some"
            if path == "/slowly":
                await asyncio.sleep(0.005)
        answer = f"{size} {hashed.hexdigest()} {longest}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(answer))]})
        await send({"type": "http.response.body", "body": answer})
        self.ended.append((await receive())["type"])


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Echo, int]]:
    listener = socket.create_server(("127.0.0.1", 0))
    echo = Echo()
    server = uvicorn.Server(uvicorn.Config(echo, http=HttpProtocol, loop=request.param, log_config=None, ws="none"))
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
    thread.start()
    try:
        yield echo, listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture
def line(served: tuple[Echo, int]) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", served[1]), timeout=30) as sock:
        yield sock


def head(size: int, path: str = "/", *more: str) -> bytes:
    return "\r\n".join([f"PUT {path} HTTP/1.1", "Host: x", f"Content-Length: {size}", *more, "", ""]).encode()


def answer(sock: socket.socket) -> list[str]:
    came = b""
    while b"\r\n\r\n" not in came:
        part = sock.recv(65_536)
        assert part, came
        came += part
    top, _, body = came.partition(b"\r\n\r\n")
    size = int(top.lower().partition(b"content-length: ")[2].split()[0])
    while len(body) < size:
        body += sock.recv(65_536)
    assert len(body) == size, "one answer was read, and no more than that came"
    return body.decode().split()


def said_of(body: bytes) -> list[str]:
    return [str(len(body)), hashlib.sha256(body).hexdigest()]


@pytest.mark.parametrize("size", NEAR)
@pytest.mark.parametrize("path", ["/", "/slowly"])
def test_a_body_comes_whole(line: socket.socket, size: int, path: str) -> None:
    body = random.Random(size).randbytes(size)
    line.sendall(head(size, path) + body)
    *said, longest = answer(line)
    assert said == said_of(body)
    assert size <= LONG_BYTES or int(longest) > 65_536  # it did come in pieces of our own


@pytest.mark.parametrize("size", [*NEAR, limits.BODY_BYTES + 1])
def test_a_body_that_is_wanted_in_one_piece_comes_in_one(line: socket.socket, size: int) -> None:
    body = random.Random(size).randbytes(size)
    line.sendall(head(size, "/whole") + body)
    *said, longest = answer(line)
    assert said == said_of(body)
    if LONG_BYTES + 65_536 < size <= limits.BODY_BYTES:  # what came with the head does not count towards a long body
        assert int(longest) == size
    elif size > limits.BODY_BYTES:
        assert int(longest) <= PIECE_BYTES  # nobody is given memory for as much as somebody says


@pytest.mark.parametrize("seed", range(8))
def test_a_body_comes_whole_however_it_is_cut(line: socket.socket, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(3):  # one after the other over the same connection
        body = chance.randbytes(chance.randrange(LONG_BYTES, 3 * PIECE_BYTES))
        request, at = head(len(body)) + body, 0
        while at < len(request):
            end = at + chance.choice([1, 100, 65_536, 300_000, PIECE_BYTES])
            line.sendall(request[at:end])
            at = end
            if chance.random() < 0.3:
                time.sleep(0.002)
        assert answer(line)[:2] == said_of(body)


def test_requests_that_are_sent_at_once_are_answered_in_order(line: socket.socket) -> None:
    bodies = [random.Random(n).randbytes(size) for n, size in enumerate([2_000_000, 3, LONG_BYTES, 0, 1_500_000])]
    sending = threading.Thread(target=lambda: line.sendall(b"".join(head(len(body)) + body for body in bodies)))
    sending.start()
    came = b""
    while len(digests := re.findall(rb"\r\n\r\n\d+ (\w{64}) \d", came)) < len(bodies):
        part = line.recv(65_536)
        assert part, came
        came += part
    sending.join()
    assert digests == [said_of(body)[1].encode() for body in bodies]


@pytest.mark.parametrize("path", ["/no", "/some"])
def test_a_connection_goes_on_when_the_body_was_not_wanted(line: socket.socket, path: str) -> None:
    body = random.Random(1).randbytes(4_000_000)
    line.sendall(head(len(body), path))
    if path == "/some":
        line.sendall(body[:PIECE_BYTES])
        answer(line)
        line.sendall(body[PIECE_BYTES:])
    else:
        answer(line)
        line.sendall(body)
    small = b"what comes next"
    line.sendall(head(len(small)) + small)
    assert answer(line)[:2] == said_of(small)


def test_a_sender_that_goes_away_is_noticed(served: tuple[Echo, int], line: socket.socket) -> None:
    echo = served[0]
    echo.ended.clear()
    line.sendall(head(5_000_000) + bytes(2_000_000))
    time.sleep(0.2)
    line.close()
    until = time.monotonic() + 20
    while not echo.ended and time.monotonic() < until:
        time.sleep(0.01)
    assert echo.ended == ["http.disconnect"]


@pytest.mark.parametrize("size", [600_000, 1_500_000])
def test_what_comes_slowly_is_given_as_it_comes(line: socket.socket, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(long_bodies, "_PATIENCE_S", 0.05)
    body = random.Random(2).randbytes(size)
    line.sendall(head(len(body)))
    for at in range(0, len(body), 60_000):
        line.sendall(body[at : at + 60_000])
        time.sleep(0.1)
    *said, longest = answer(line)
    assert said == said_of(body)
    assert int(longest) < len(body)


def test_the_end_of_a_body_does_not_wait_for_more(line: socket.socket) -> None:
    body = random.Random(5).randbytes(limits.BODY_BYTES)
    until = time.monotonic() + long_bodies._PATIENCE_S / 2
    line.sendall(head(len(body), "/whole"))
    line.sendall(body[:-1000])
    time.sleep(0.1)
    line.sendall(body[-1000:])
    assert answer(line)[:2] == said_of(body)
    assert time.monotonic() < until  # nobody's patience had to end for it


def test_a_sender_that_waits_to_be_asked_is_asked(line: socket.socket) -> None:
    body = random.Random(3).randbytes(2_000_000)
    line.sendall(head(len(body), "/", "Expect: 100-continue"))
    assert line.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.sendall(body)
    assert answer(line)[:2] == said_of(body)


def test_a_body_of_unknown_length_takes_the_usual_way(line: socket.socket) -> None:
    body = random.Random(4).randbytes(1_000_000)
    parts = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:400_000], body[400_000:]))
    line.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + parts + b"0\r\n\r\n")
    assert answer(line)[:2] == said_of(body)
