"""What follows when a run ends: its console becomes a file, its series are merged. Read from the event log, so that a crash
of the server only delays it. A run whose data cannot be read waits by itself: those that end after it do not."""

from __future__ import annotations

import json
import logging
from typing import Literal

from assay.server.domain.runs import Run
from assay.server.ports.metadata import Unit
from assay.server.services.files import FileService
from assay.server.services.stores import Stores
from assay.wire.errors import PublicError, Unavailable

log = logging.getLogger("assay.server.endings")
_CURSOR, _WAITING = "endings_cursor", "endings_waiting"
_ENDINGS = frozenset({"RunFinished", "RunCrashed"})
_PAGE = 500

Outcome = Literal["kept", "shut", "failed"]
"""`shut`: the place of the team's contents does not let us in."""


class EndingService:
    def __init__(self, stores: Stores, files: FileService) -> None:
        self._stores = stores
        self._files = files
        self._cursor = -1

    def work(self) -> int:
        """Go on in the event log from where the last call came to; answers how many runs it saw end."""
        ended = 0
        while True:
            with self._stores.metadata.read() as unit:
                if self._cursor < 0:
                    self._cursor = int(unit.values.get(_CURSOR) or 0)
                page = unit.events.after(self._cursor, _PAGE)
            if not page:
                return ended
            # Several ends of one run in a page need the work once.
            waiting = []
            for run_key in dict.fromkeys(e.data["run_key"] for e in page if e.kind in _ENDINGS and "run_key" in e.data):
                if not self._finish(int(run_key)):
                    waiting.append(int(run_key))
                ended += 1
            self._cursor = page[-1].id
            with self._stores.metadata.begin() as unit:
                unit.values.set(_CURSOR, str(self._cursor))
                if waiting:
                    unit.values.set(_WAITING, json.dumps([*_waiting(unit), *waiting]))

    def retry(self) -> int:
        """Keep the consoles that could not be kept when their runs ended; answers how many wait on. A worker calls it."""
        with self._stores.metadata.read() as unit:
            waiting = _waiting(unit)
            runs = unit.runs.by_keys(waiting, whole=False, with_deleted=True) if waiting else []
        done = set(waiting) - {run.key for run in runs}
        closed: set[str] = set()  # one refusal tells for all runs of its team
        for run in runs:
            outcome: Outcome = "shut" if run.entity in closed else self._keep_console(run, asking=True)
            if outcome == "kept":
                done.add(run.key)
            elif outcome == "shut":
                closed.add(run.entity)
        if done:
            with self._stores.metadata.begin() as unit:
                unit.values.set(_WAITING, json.dumps([run_key for run_key in _waiting(unit) if run_key not in done]))
        return len(waiting) - len(done)

    def _finish(self, run_key: int) -> bool:
        """False: the console could not be kept for now; it is whole in the metric store."""
        with self._stores.metadata.read() as unit:
            run = unit.runs.by_key(run_key)
        if run is None:
            return True
        try:
            self._stores.metrics.finish(run.ref)
        except Exception:  # a hint; the store merges at other times too
            log.exception("the series of %s were not merged at its end", _path(run))
        return self._keep_console(run, asking=False) == "kept"

    def _keep_console(self, run: Run, *, asking: bool) -> Outcome:
        try:
            self._files.keep_console(run.key, asking=asking)
        except Unavailable as error:
            log.warning("the console of %s waits: %s", _path(run), error)
            return "shut"
        except PublicError as error:  # a damaged segment, a full disk
            log.error("the console of %s could not be kept and is tried again: %s", _path(run), error)
            return "failed"
        except Exception:
            log.exception("the console of %s could not be kept and is tried again", _path(run))
            return "failed"
        return "kept"


def _path(run: Run) -> str:
    return f"{run.entity}/{run.project}/{run.id}"


def _waiting(unit: Unit) -> list[int]:
    return list(dict.fromkeys(json.loads(unit.values.get(_WAITING) or "[]")))
