"""Long bodies of requests: from the socket straight into the pieces that the application is given.

uvicorn hands every packet through its parser, which copies it twice, and stops and starts reading for each 64 KiB. That costs
more than to hash and to write what came. The application asks for a body once it knows who sends it; from then to the body's
end a long one passes the parser by, because its length is known. Whoever wants it in one piece says so before
(`scope["wants_whole_body"]`) and is given the memory that it came into."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from typing import Any

import httptools
import numpy as np
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from assay.wire import limits

LONG_BYTES = 256 * limits.KIB  # a body with less to come is not worth the change
PIECE_BYTES = limits.MIB
_AT_ONCE = limits.MIB  # bytes of a body that are read together while so many are still to come
_PIECES_WAITING = 2  # that the application has not asked for yet; the sender waits then
_PATIENCE_S = 10.0  # after which the application is given what there is of a piece


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's, with long bodies read apart."""

    def on_headers_complete(self) -> None:
        before = self.cycle
        super().on_headers_complete()
        size = _announced(self.headers)
        is_plain = self.cycle is not before and not self.expect_100_continue and not self.parser.should_upgrade()
        if size >= LONG_BYTES and is_plain:
            self.cycle.receive = _LongBody(self, self.cycle, size).receive  # type: ignore[method-assign]


class _LongBody(asyncio.BufferedProtocol):
    """Stands in for `http` from the application's first `receive` to the last byte of the body."""

    def __init__(self, http: HttpProtocol, cycle: RequestResponseCycle, size: int) -> None:
        self._http = http
        self._cycle = cycle
        self._ask = cycle.receive
        self._left = size  # bytes that are not in a piece that was filled
        self._pieces: deque[memoryview] = deque()
        self._piece, self._filled = _room(0), 0
        self._is_ours: bool | None = None  # until the application has asked for the first time
        self._waits_for = 1  # bytes that have to be there before we are told of any

    async def receive(self) -> Any:
        """The next piece, as ASGI has it."""
        cycle = self._cycle
        if self._is_ours is None:
            is_wanted = cycle.more_body and not cycle.disconnected and not cycle.response_complete
            self._is_ours = is_wanted and self._left - len(cycle.body) >= LONG_BYTES
            if self._is_ours:
                self._take_over()
        if not self._is_ours:
            return await self._ask()
        while not self._pieces and not cycle.disconnected and not cycle.response_complete:
            self._http.flow.resume_reading()
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await cycle.message_event.wait()
            except TimeoutError:
                self._wait_for(1)  # this one is slow: whatever comes
                self._give()
            cycle.message_event.clear()
        if cycle.disconnected or cycle.response_complete:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": self._pieces.popleft(), "more_body": bool(self._left or self._pieces)}

    def _take_over(self) -> None:
        cycle, http = self._cycle, self._http
        is_whole = cycle.scope.get("wants_whole_body", False) and self._left <= limits.BODY_BYTES
        self._filled = len(cycle.body)  # what came with the head
        self._piece = _room(self._left if is_whole else max(min(PIECE_BYTES, self._left), self._filled + 1))
        self._piece[: self._filled] = cycle.body
        cycle.body.clear()
        cycle.message_event.clear()
        http.flow.pause_reading()
        http.transport.set_protocol(self)
        if self._left - self._filled >= _AT_ONCE:
            self._wait_for(_AT_ONCE)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - there is room for as much as may come
        return self._piece[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        if self._left - self._filled < self._waits_for:
            self._wait_for(1)
        if self._filled == len(self._piece):
            self._give()

    def _wait_for(self, size: int) -> None:
        """Be told of what came when it is so many bytes: to be told of each few packets costs more than to read them."""
        sock = self._http.transport.get_extra_info("socket")
        if sock is not None and self._http.transport.get_extra_info("sslcontext") is None and size != self._waits_for:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)
                self._waits_for = size

    def _give(self) -> None:
        """What came, if anything did, is a piece, and the next begins."""
        if not self._filled:
            return
        if not self._cycle.response_complete:  # else nobody wants it any more
            self._pieces.append(self._piece[: self._filled])
            self._cycle.message_event.set()
            if len(self._pieces) >= _PIECES_WAITING:
                self._http.flow.pause_reading()
        self._left -= self._filled
        self._filled = 0
        if self._left:
            self._piece = _room(min(PIECE_BYTES, self._left))
        else:
            self._give_back()

    def _give_back(self) -> None:
        """What comes next on the connection is another request."""
        http = self._http
        is_paused = http.flow.read_paused
        http.flow.pause_reading()
        http.parser = httptools.HttpRequestParser(http)
        http.transport.set_protocol(http)
        self._cycle.more_body = False
        if not is_paused:
            http.flow.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._http.connection_lost(exc)

    def eof_received(self) -> None:
        self._http.eof_received()

    def pause_writing(self) -> None:
        self._http.pause_writing()

    def resume_writing(self) -> None:
        self._http.resume_writing()


def _room(size: int) -> memoryview:
    """Memory as it comes; all of it is written over before anybody reads it."""
    return np.empty(size, np.uint8).data


def _announced(headers: list[tuple[bytes, bytes]]) -> int:
    """How many bytes the body has; 0 where that is not said, or said in more than one way."""
    sizes = [value for name, value in headers if name == b"content-length"]
    is_chunked = any(name == b"transfer-encoding" for name, _ in headers)
    return int(sizes[0]) if len(sizes) == 1 and sizes[0].isdigit() and not is_chunked else 0
