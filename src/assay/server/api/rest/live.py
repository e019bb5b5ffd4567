"""Live hints: one stream of server-sent events per browser. A slow reader's hints are merged, never piled up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Request
from litestar.response import Stream

from assay.server.api.auth import SIGNED_IN, actor_of
from assay.server.api.rest.paths import project_path
from assay.server.api.routing import get
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.errors import NotSignedIn, Unavailable
from assay.wire.messages.series import LiveHint

KEEP_ALIVE_S = 15
# An event, not a comment: a page sees no comments, and tells a dead connection from a quiet one by these.
_PING = b"event: ping\ndata: {}\n\n"
_GATHER_S = 0.1  # seconds hints are gathered before they are sent: ten a second is as live as an eye can tell
_KEYS = 200  # metric names in one merged hint; more say nothing that "ask again" does not
LISTENERS = 1_000  # streams of one server; each holds a socket

_Mark = tuple[str, str, str, str]


class Hub:
    """One subscription to the news, handed on to every stream. Merges what comes within a moment, on the event loop."""

    def __init__(self, catalog: Catalog) -> None:
        self._news = catalog.news
        self._lock = threading.Lock()
        self._pending: dict[_Mark, LiveHint] = {}
        self._is_due = False
        self._streams: set[_Stream] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: Any = None

    def open(self) -> None:
        """Begin listening; called on the event loop."""
        self._loop = asyncio.get_running_loop()
        self._end = self._news.subscribe(self._heard)

    def close(self) -> None:
        """End every stream, so that stopping does not wait for browsers."""
        if self._end is not None:
            self._end()
            self._end = None
        for stream in list(self._streams):
            stream.end()

    def join(self, actor: Actor, project: str) -> _Stream:
        if len(self._streams) >= LISTENERS:
            raise Unavailable(
                detail="Too many live streams are open. Close some tabs; pages go on without, by asking now and then"
            )
        stream = _Stream(actor, project, self._streams)
        self._streams.add(stream)
        return stream

    def _heard(self, hint: LiveHint) -> None:
        # Any thread, hot: without a stream there is nothing to do, and a flush in wait needs no second wake-up.
        if not self._streams or self._loop is None:
            return
        with self._lock:
            merge(self._pending, hint)
            if self._is_due:
                return
            self._is_due = True
        try:
            self._loop.call_soon_threadsafe(self._loop.call_later, _GATHER_S, self._hand_on)
        except RuntimeError:  # the loop has closed: the server is stopping
            pass

    def _hand_on(self) -> None:
        with self._lock:
            pending, self._pending, self._is_due = self._pending, {}, False
        for stream in self._streams:
            for hint in pending.values():
                if stream.project in ("", f"{hint.entity}/{hint.project}") and self._news.may_see(stream.actor, hint):
                    stream.offer(hint)


def merge(pending: dict[_Mark, LiveHint], hint: LiveHint) -> None:
    """Lay `hint` on what waits for the same run: the newest step, the keys of both."""
    mark = (hint.kind, hint.entity, hint.project, hint.run)
    before = pending.get(mark)
    if before is not None:
        keys = list(dict.fromkeys([*before.keys, *hint.keys]))[:_KEYS]
        hint = msgspec.structs.replace(hint, step=max(before.step, hint.step), keys=keys)
    pending[mark] = hint


class _Stream:
    """Hints for one reader. Holds at most one per run and kind."""

    def __init__(self, actor: Actor, project: str, siblings: set[_Stream]) -> None:
        self.actor = actor
        self.project = project
        self._siblings = siblings
        self._waiting: dict[_Mark, LiveHint] = {}
        self._wake = asyncio.Event()
        self._is_ended = False

    def offer(self, hint: LiveHint) -> None:
        merge(self._waiting, hint)
        self._wake.set()

    def end(self) -> None:
        self._is_ended = True
        self._wake.set()

    async def messages(self, request: Request[Any, Any, Any], catalog: Catalog) -> AsyncIterator[bytes]:
        """Events until the reader goes, the server stops or the sign-in ends."""
        try:
            yield b"retry: 2000\n\n" + _PING
            while not self._is_ended:
                try:
                    await asyncio.wait_for(self._wake.wait(), KEEP_ALIVE_S)
                except TimeoutError:
                    try:
                        self.actor = await actor_of(request, catalog)
                    except NotSignedIn:
                        return
                    yield _PING
                    continue
                self._wake.clear()
                try:
                    # Hints may come all the time: whoever was signed out meanwhile gets none of them.
                    self.actor = await actor_of(request, catalog)
                except NotSignedIn:
                    return
                waiting, self._waiting = self._waiting, {}
                # They were offered to whom this was before: what the reader may not see any more is not said.
                said = [hint for hint in waiting.values() if catalog.news.may_see(self.actor, hint)]
                if said:
                    yield b"".join(b"data: " + _encode(hint) + b"\n\n" for hint in said)
        finally:
            self._siblings.discard(self)


_encode = msgspec.json.Encoder().encode


@get("/api/v1/live", permission=SIGNED_IN)
async def live(request: Request[Any, Any, Any], actor: Actor, catalog: Catalog, project: str = "") -> Stream:
    """Hints that something changed in a project the caller sees (or in one: `project=entity/name`), as server-sent events."""
    if project:
        entity, _, name = project.partition("/")
        catalog.news.check(actor, project_path(entity, name))
    stream = request.app.state.hub.join(actor, project)
    return Stream(
        stream.messages(request, catalog), status_code=200, media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )  # fmt: skip


HANDLERS = [live]
