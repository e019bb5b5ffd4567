"""Lines that are not finished: the last state of each writer's progress bars, in memory alone. A redraw replaces the one before;
nothing of it is stored, and a restart of the server forgets it until the next one."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assay.wire import records
from assay.wire.records import Console, Event

RUNS_MAX = 5_000  # runs whose unfinished lines are remembered
_LINES_MAX = 16
_CHARS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Tail:
    stream: records.Stream
    label: str
    time: float
    lines: tuple[str, ...]


class Tails:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._by_run: OrderedDict[int, dict[tuple[str, str], Tail]] = OrderedDict()
        self._lock = threading.Lock()

    def heard(self, run_key: int, writer: str, events: Iterable[tuple[int, Event]], now: float | None = None) -> None:
        """Note what the console records of a batch leave unfinished; the last of a stream holds."""
        latest: dict[tuple[str, str], Console] = {}
        for _, event in events:
            if isinstance(event, Console):
                latest[writer, event.stream] = event
        if not latest:
            return
        at = time.time() if now is None else now
        with self._lock:
            known = self._by_run.pop(run_key, {})
            for place, event in latest.items():
                lines = tuple(line[:_CHARS_MAX] for line in event.tail[-_LINES_MAX:])
                if lines:
                    known[place] = Tail(event.stream, event.label, at, lines)
                else:
                    known.pop(place, None)
            if known:
                self._by_run[run_key] = known
                while len(self._by_run) > RUNS_MAX:
                    self._by_run.popitem(last=False)

    def of(self, run_key: int) -> list[Tail]:
        with self._lock:
            known: Mapping[tuple[str, str], Tail] = self._by_run.get(run_key, {})
            return sorted(known.values(), key=lambda tail: (tail.label, tail.stream))
