"""One thread that does small regular work. A failure is logged and tried again next time; it never stops the others."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger("assay.server.workers")


@dataclass(frozen=True, slots=True)
class Task:
    """`first_after_s`: seconds after the start; then every `every_s` seconds."""

    name: str
    every_s: float
    do: Callable[[], object]
    first_after_s: float = 0.0


class Clockwork:
    """Time is monotonic: a jump of the wall clock starts nothing and skips nothing."""

    def __init__(self, tasks: list[Task]) -> None:
        self._tasks = tasks
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="assay-clockwork", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the work at hand is done."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        due = {task.name: time.monotonic() + (task.first_after_s or task.every_s) for task in self._tasks}
        while not self._stop.wait(max(0.05, min(due.values()) - time.monotonic())):
            for task in self._tasks:
                if due[task.name] <= time.monotonic() and not self._stop.is_set():
                    try:
                        task.do()
                    except Exception:
                        log.exception("%s failed; it will be tried again", task.name)
                    due[task.name] = time.monotonic() + task.every_s
