"""A proxy on loopback between a client and a real server that spoils some of the exchanges, by a plan or by dice.

Each request travels on connections of its own, so a fault hits one exchange and nothing else. Used as

    with FaultyProxy(server.url, dice=Random(7), odds=0.3) as proxy:
        ... talk to proxy.url ...

`faults` counts what was done, so that a test can insist that something was."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable
from random import Random
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal[
    "refuse",  # the connection ends before the request is read
    "tear_request",  # half the request reaches the server, then both sides lose the line
    "lose_reply",  # the server does what it was asked and nobody hears of it
    "tear_reply",  # half of the answer arrives
    "drip",  # the answer arrives a few bytes at a time
    "delay",  # everything arrives, later
    "captive",  # a login page instead of the server: 200 and HTML
    "403",
    "408",
    "413",
    "429",
    "500",
    "502",
    "503",
]
ALL: tuple[Fault, ...] = (
    "refuse", "tear_request", "lose_reply", "tear_reply", "drip", "delay", "captive", "408", "429", "500", "502", "503"
)  # fmt: skip


class FaultyProxy:
    """`plan` holds faults for the next requests (None lets one through); when it is empty, `dice` decides with `odds`."""

    def __init__(
        self,
        upstream: str,
        *,
        dice: Random | None = None,
        odds: float = 0.0,
        kinds: tuple[Fault, ...] = ALL,
        slow_s: float = 0.02,
    ) -> None:
        parts = urlsplit(upstream)
        assert parts.hostname is not None
        self._upstream = (parts.hostname, parts.port or 80)
        self._dice = dice or Random(0)
        self._kinds = kinds
        self._slow_s = slow_s
        self.odds = odds
        self.plan: deque[Fault | None] = deque()
        self.matches: Callable[[str], bool] = lambda line: True
        self.faults: Counter[str] = Counter()
        self.requests: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def point_at(self, upstream: str) -> None:
        """Go on with another server, or the same one behind another port."""
        parts = urlsplit(upstream)
        assert parts.hostname is not None
        self._upstream = (parts.hostname, parts.port or 80)

    def __enter__(self) -> FaultyProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            server.close()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._exchange(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.transport.abort()
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line = head.split(b"\r\n", 1)[0].decode(errors="replace")
        body = await reader.readexactly(_length(head))
        self.requests.append(line)
        fault = self._next(line)
        if fault is not None:
            self.faults[fault] += 1
        if fault == "refuse":
            writer.transport.abort()
            return
        if fault == "captive":
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<p>Welcome.</p>"
            )
            await writer.drain()
            return
        if fault is not None and fault.isdigit():
            wait = b"Retry-After: 0\r\n" if fault in {"429", "503"} else b""
            writer.write(f"HTTP/1.1 {fault} No\r\n".encode() + wait + b"Content-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        if fault == "delay":
            await asyncio.sleep(self._slow_s * 10)
        reply = await self._ask(head, body, torn=fault == "tear_request")
        if fault in {"tear_request", "lose_reply"}:
            writer.transport.abort()
        elif fault == "tear_reply":
            writer.write(reply[: len(reply) // 2])
            await writer.drain()
            writer.transport.abort()
        elif fault == "drip":
            for at in range(0, len(reply), 64):
                writer.write(reply[at : at + 64])
                await writer.drain()
                await asyncio.sleep(self._slow_s / 4)
        else:
            writer.write(reply)
            await writer.drain()

    async def _ask(self, head: bytes, body: bytes, *, torn: bool) -> bytes:
        upstream_reader, upstream = await asyncio.open_connection(*self._upstream)
        try:
            lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            lines[-2:-2] = [b"Connection: close"]
            message = b"\r\n".join(lines) + body
            upstream.write(message[: len(message) // 2] if torn else message)
            await upstream.drain()
            if torn:
                upstream.transport.abort()
                return b""
            return await upstream_reader.read(-1)
        finally:
            upstream.close()

    def _next(self, line: str) -> Fault | None:
        if not self.matches(line):
            return None
        if self.plan:
            return self.plan.popleft()
        return self._dice.choice(self._kinds) if self._dice.random() < self.odds else None


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
