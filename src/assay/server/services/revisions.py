"""A number that moves whenever this process changes a run, and which runs of which project those were: cached answers hang on it.

A unit of work reads as of the moment it began, so the number that goes with what it reads is the one from before."""

from __future__ import annotations

import threading
from collections import deque

_REMEMBERED = 4_096  # changes of one project; who lags behind further looks at every run again


class Revisions:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._number = 0
        self._changes: dict[int, deque[tuple[int, tuple[int, ...]]]] = {}
        self._lock = threading.Lock()

    def now(self) -> int:
        """The revision of what a unit of work reads that begins from now on."""
        return self._number

    def bump(self, project_key: int, *run_keys: int) -> None:
        """Runs `run_keys` changed, and the unit has ended; none: something of the project that is not a run's own."""
        with self._lock:
            self._number += 1
            self._changes.setdefault(project_key, deque(maxlen=_REMEMBERED)).append((self._number, run_keys))

    def is_current(self, project_key: int, revision: int) -> bool:
        """Whether nothing of the project changed after `revision`."""
        changes = self._changes.get(project_key)
        return not changes or changes[-1][0] <= revision

    def changed_since(self, project_key: int, revision: int) -> set[int] | None:
        """Keys of the runs that changed after `revision`; None if that was too long ago to tell."""
        with self._lock:
            changes = self._changes.get(project_key)
            if not changes:
                return set()
            if len(changes) == _REMEMBERED and changes[0][0] > revision:
                return None
            found: set[int] = set()
            for at, run_keys in reversed(changes):
                if at <= revision:
                    break
                found.update(run_keys)
            return found
