"""What follows when a run ends: its console becomes a file, its series are merged. Read from the event log, so that a crash
of the server only delays it."""

from __future__ import annotations

from assay.server.services.files import FileService
from assay.server.services.stores import Stores

_CURSOR = "endings_cursor"
_ENDINGS = frozenset({"RunFinished", "RunCrashed"})
_PAGE = 500


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
            for run_key in dict.fromkeys(e.data["run_key"] for e in page if e.kind in _ENDINGS and "run_key" in e.data):
                self._finish(int(run_key))
                ended += 1
            self._cursor = page[-1].id
            with self._stores.metadata.begin() as unit:
                unit.values.set(_CURSOR, str(self._cursor))

    def _finish(self, run_key: int) -> None:
        with self._stores.metadata.read() as unit:
            run = unit.runs.by_key(run_key)
        if run is None:
            return
        self._stores.metrics.finish(run.ref)
        self._files.keep_console(run_key)
