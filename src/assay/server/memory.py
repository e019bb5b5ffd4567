"""Memory that was freed: kept for the next request while the server works, given back to the system while it rests.

Only glibc is told; other C libraries decide for themselves."""

from __future__ import annotations

import contextlib
import ctypes
import time
from collections.abc import Callable

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_KEPT_BYTES = 64 << 20  # free memory that is not given back to the system
_ALLOCATED_APART = 32 << 20  # what is as long as this always is
_IDLE_SHARE = 0.05  # of one core; below it nobody waits for an answer that needs memory


def keep_freed() -> None:
    """Let what was freed be used again, up to a bound, instead of going back to the system at once: new pages for every piece of
    an upload cost more than to hash and write it."""
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _ALLOCATED_APART)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)


def give_back() -> None:
    """All of it, also what lies between what is in use."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class GiveBackWhenIdle:
    """Work for a clock: gives memory back when the process has done next to nothing since the call before. `cpu` and `running`:
    seconds."""

    def __init__(
        self,
        give: Callable[[], None] = give_back,
        cpu: Callable[[], float] = time.process_time,
        running: Callable[[], float] = time.monotonic,
    ) -> None:
        self._give, self._cpu, self._running = give, cpu, running
        self._last = (cpu(), running())

    def __call__(self) -> None:
        cpu, running = self._cpu(), self._running()
        if cpu - self._last[0] <= _IDLE_SHARE * (running - self._last[1]):
            self._give()
        self._last = (cpu, running)
