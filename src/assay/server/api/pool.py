"""Services are synchronous; they run in the event loop's own thread pool, which `bootstrap` bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

from assay.wire.errors import TooManyRequests

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What `function` answers, from a thread of the pool; waits its turn when all are busy."""
    call = partial(function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(None, call)


class Few:
    """Calls in a thread that take long, `at_once` of them; the others wait without a thread, so that everything else goes on. Of
    one event loop. `what` they are, in the words of who waits."""

    def __init__(self, what: str, at_once: int, waiting: int = 200) -> None:
        self._what = what
        self._room = asyncio.Semaphore(at_once)
        self._waiting, self._most = 0, waiting

    async def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises TooManyRequests where very many wait."""
        if self._waiting >= self._most:
            raise TooManyRequests(detail=f"Many {self._what} are being made.", retry_after_s=5)
        self._waiting += 1
        try:
            await self._room.acquire()
        finally:
            self._waiting -= 1
        # A thread does not end when who asked goes away, so its place is free only when it has.
        under_way = asyncio.ensure_future(in_thread(function, *args, **kwargs))
        under_way.add_done_callback(self._over)
        return await asyncio.shield(under_way)

    def _over(self, done: asyncio.Future[Any]) -> None:
        self._room.release()
        if not done.cancelled():
            done.exception()  # it was heard, even if everybody has left


class Shared:
    """Calls in a thread, one for all who ask the same at the same time. Of one event loop."""

    def __init__(self) -> None:
        self._under_way: dict[str, asyncio.Future[Any]] = {}

    async def call(self, what: str, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`what` names function and arguments. Who gives up waiting does not end it for the others."""
        under_way = self._under_way.get(what)
        if under_way is None:
            under_way = self._under_way[what] = asyncio.ensure_future(in_thread(function, *args, **kwargs))
            under_way.add_done_callback(lambda done: self._over(what, done))
        answer: T = await asyncio.shield(under_way)
        return answer

    def _over(self, what: str, done: asyncio.Future[Any]) -> None:
        del self._under_way[what]
        if not done.cancelled():
            done.exception()  # it was heard, even if everybody has left
