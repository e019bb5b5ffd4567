"""Services are synchronous; they run in the event loop's own thread pool, which `bootstrap` bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What `function` answers, from a thread of the pool; waits its turn when all are busy."""
    call = partial(function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(None, call)
