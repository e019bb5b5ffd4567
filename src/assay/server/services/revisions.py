"""A number per project that moves whenever this process changes a run of it: what cached answers hang on."""

from __future__ import annotations

import threading


class Revisions:
    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._lock = threading.Lock()

    def of(self, project_key: int) -> int:
        return self._numbers.get(project_key, 0)

    def bump(self, project_key: int) -> None:
        with self._lock:
            self._numbers[project_key] = self._numbers.get(project_key, 0) + 1
