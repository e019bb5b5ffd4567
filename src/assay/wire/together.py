"""Work that costs about the same for many as for one: done once for all who ask at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Asked(Generic[T]):
    item: T
    is_done: bool = False
    error: BaseException | None = None


class Together(Generic[T]):
    """`work` with the items of all who came while it ran for others. Nobody's item is in a call that began before they came.

    One of those who wait does it, so there is no thread to end. Safe to share between threads."""

    def __init__(self, work: Callable[[list[T]], object]) -> None:
        self._work = work
        self._changed = threading.Condition()
        self._is_running = False
        self._waiting: list[_Asked[T]] = []

    def __call__(self, item: T) -> None:
        """Raises what `work` raised for the items that ours was among."""
        ours = _Asked(item)
        with self._changed:
            self._waiting.append(ours)
            while not ours.is_done:
                if self._is_running:
                    self._changed.wait()
                else:
                    self._lead()
        if ours.error is not None:
            raise ours.error

    def _lead(self) -> None:
        asked, self._waiting = self._waiting, []
        self._is_running = True
        error: BaseException | None = None
        self._changed.release()
        try:
            self._work([one.item for one in asked])
        except BaseException as raised:
            error = raised
        finally:
            self._changed.acquire()
            self._is_running = False
            for one in asked:
                one.error, one.is_done = error, True
            self._changed.notify_all()
