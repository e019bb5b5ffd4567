"""Services are synchronous; they run in the event loop's own thread pool, which `bootstrap` bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What `function` answers, from a thread of the pool; waits its turn when all are busy."""
    call = partial(function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(None, call)


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
