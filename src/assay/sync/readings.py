"""The journal that this process writes itself: system metrics, as one more writer of the run, with the same guarantees."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from assay.journal.folder import RunFolder
from assay.journal.frames import Head
from assay.journal.writer import JournalWriter
from assay.wire.errors import PublicError
from assay.wire.records import Finish, Start
from assay.wire.version import __version__

if TYPE_CHECKING:
    from assay.sync.monitor import Monitor

INTERVAL_S = 10.0
log = logging.getLogger("assay.sync")


class Readings:
    """`writer` is the journal's name while it is open, else empty. `interval_s` 0: none are taken."""

    def __init__(self, folder: RunFolder, interval_s: float) -> None:
        self.writer = ""
        self._folder = folder
        self._interval_s = interval_s
        self._journal: JournalWriter | None = None
        self._monitor: Monitor | None = None

    @property
    def is_open(self) -> bool:
        return self._journal is not None

    def open(self, start: Start, pids: Callable[[], list[int]]) -> None:
        """Begin, beside the run that `start` began; `pids` are the processes whose use is told apart from the machine's."""
        if not self._interval_s or self._journal is not None:
            return
        # These take as long as to send a short run, which has no readings.
        import secrets

        import psutil

        from assay.sync.monitor import Monitor, Watched

        name = "s" + secrets.token_hex(4)
        head = Head(name, start.run_id, start.entity, start.project, os.getpid(), socket.gethostname(), time.time())
        label = start.label or ("" if start.is_primary else socket.gethostname())
        info = {
            "writer": name,
            "resume": "allow",
            "sdk_version": __version__,
            "host": socket.gethostname(),
            "label": label,
            "pid": os.getpid(),
            "pid_started_at": psutil.Process().create_time(),
        }
        try:
            journal = JournalWriter.create(self._folder.journal_path(name), head)
            journal.append(Start(start.entity, start.project, start.run_id, name, info, label, False))
        except (OSError, PublicError) as error:
            log.warning("No system metrics: their journal cannot be written (%s)", error)
            self._interval_s = 0
            return
        self.writer, self._journal = name, journal
        watched = Watched(pids, str(self._folder.path))
        self._monitor = Monitor(journal, watched, interval_s=self._interval_s, label=label)
        self._monitor.start()

    def close(self) -> None:
        """End the journal. Safe to call more than once."""
        if self._monitor is not None:
            self._monitor.close()
            self._monitor = None
        if self._journal is not None:
            try:
                self._journal.append(Finish("finished", 0, time.time()))
                self._journal.close()
            except (OSError, PublicError) as error:
                log.warning("The journal of system metrics could not be ended: %s", error)
            self._journal = None
