"""The process beside a training script: one per run folder, for all writers of the run in it.

It lives as long as somebody writes and until all is sent; a script that was killed leaves it to end the run. With the server
away it goes on trying, and for an hour after the script's end; what then is left waits in the journal for `assay sync`."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

import msgspec

from assay.client.target import resolve
from assay.journal.folder import RunFolder
from assay.journal.reader import is_written
from assay.journal.sealing import seal_ended
from assay.sync.liveness import is_alive
from assay.sync.readings import INTERVAL_S, Readings
from assay.sync.run import RunSync

log = logging.getLogger("assay.sync")

LOCK_WAIT_S = 10.0  # seconds; one that is about to end needs less, one that stays has seen our journal by then
LINGER_S = 3600.0  # seconds after the script's end for which an absent server is called
_READINGS_AFTER_S = 0.5  # seconds; a run that is over by then has no system metrics, and their journal would cost as much as it
_SETTLE_S = 10.0  # seconds without any journal before we conclude that there will be none


class Settings(msgspec.Struct, frozen=True):
    """`monitor_s` 0: no system metrics."""

    monitor_s: float = INTERVAL_S
    linger_s: float = LINGER_S

    @classmethod
    def from_environment(cls) -> Settings:
        return cls(_seconds("ASSAY_MONITOR_S", INTERVAL_S), _seconds("ASSAY_SYNC_LINGER_S", LINGER_S))


def main(arguments: list[str]) -> int:
    """`python -m assay.sync [--offline] RUN_FOLDER`, as `init()` calls it. 0: all is on the server. 7: something waits in the
    journal. With `--offline` nothing is sent, and only system metrics are recorded."""
    is_offline = arguments[:1] == ["--offline"]
    arguments = arguments[1:] if is_offline else arguments
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("usage: python -m assay.sync [--offline] RUN_FOLDER\n")
        return 2
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stop = threading.Event()
    # Ctrl-C in the terminal is meant for the script; a sender that died of it would keep its last rows from the server.
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        os.nice(5)  # training comes first
    except OSError:
        pass
    if is_offline:
        from assay.sync.offline import watch

        return watch(Path(arguments[0]), interval_s=Settings.from_environment().monitor_s, stop=stop)
    return serve(Path(arguments[0]), stop=stop)


def serve(folder: Path, *, stop: threading.Event | None = None, settings: Settings | None = None) -> int:
    """Serve the run folder until its writers have ended and all is sent. Another process that does so already is left alone.

    Where no process can be started, `sdk` runs this in a thread."""
    stop = stop or threading.Event()
    run_folder = RunFolder(folder.resolve())
    lock = _lock(run_folder, stop)
    if lock is None:
        log.info("Another process sends %s", folder)
        return 0
    try:
        code = _Service(run_folder, stop, settings or Settings.from_environment()).run()
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)
        os.close(lock)
    # Without the lock: a writer that begins meanwhile finds a sender at once.
    if not stop.is_set():
        seal_ended(run_folder)
    return code


class _Service:
    def __init__(self, folder: RunFolder, stop: threading.Event, settings: Settings) -> None:
        self._folder = folder
        self._stop = stop
        self._settings = settings
        # Started by the run's own script, it may read the files that the script names, wherever they lie.
        self._sync = RunSync(folder, resolve)
        self._readings = Readings(folder, settings.monitor_s)
        self._sync.on_ended = self._readings.close
        self._began = time.monotonic()
        self._alone_since: float | None = None

    def run(self) -> int:
        failures = 0
        while not self._stop.is_set():
            try:
                wait_s = self._sync.tick()
                self._watch()
                failures = 0
                if self._sync.is_refused:
                    log.error("%s", self._sync.status.message)
                    return self._end("refused", 5)
                if self._is_over():
                    return self._end("done", 0)
            except Exception:
                # A defect here must not cost the run its sender. What it was doing is in the journal and is done again.
                failures += 1
                log.exception("Sending failed unexpectedly; trying again")
                wait_s = min(60.0, 2.0**failures)
            if self._has_lingered():
                return self._end("offline", 7)
            self._stop.wait(wait_s)
        return self._end("offline", 7)

    def _watch(self) -> None:
        """Start the system metrics once the run is known; end them with it, whether or not there is a way to the server."""
        start = self._sync.primary
        if start is None or self._sync.has_ended or not self._is_somebody_writing():
            self._readings.close()
        elif not self._readings.is_open and time.monotonic() - self._began >= _READINGS_AFTER_S:
            self._readings.open(start, self._pids)
            self._sync.own_writer = self._readings.writer

    def _is_somebody_writing(self) -> bool:
        return any(is_written(each.tail.path) for each in self._sync.uploads.values() if each.writer != self._sync.own_writer)

    def _is_over(self) -> bool:
        """Nobody writes any more and the server has everything. Looked at once more while we hold the lock: a writer that
        came meanwhile has found the lock taken and relies on us."""
        sync = self._sync
        if not sync.uploads:
            return time.monotonic() - self._began > _SETTLE_S
        if not sync.has_ended or self._readings.is_open:
            return False
        sync.contents.finish()
        if not sync.is_complete:
            return False
        known = len(sync.uploads)
        sync.discover()
        return len(sync.uploads) == known

    def _has_lingered(self) -> bool:
        if self._sync.is_complete or self._is_somebody_alive():
            self._alone_since = None
            return False
        now = time.monotonic()
        self._alone_since = self._alone_since or now
        return now - self._alone_since > self._settings.linger_s

    def _is_somebody_alive(self) -> bool:
        return any(
            is_alive(upload.tail.start.info, upload.tail.host, upload.tail.path)
            for upload in self._sync.uploads.values()
            if upload.tail.start is not None and upload.writer != self._sync.own_writer
        )

    def _pids(self) -> list[int]:
        infos = [upload.tail.start.info for upload in list(self._sync.uploads.values()) if upload.tail.start is not None]
        pids = [pid for info in infos if isinstance(pid := info.get("pid"), int) and pid > 0]
        return pids or [os.getppid()]

    def _end(self, state: str, code: int) -> int:
        self._readings.close()
        if state == "done":
            self._sync.close("done")
        else:
            self._sync.close("refused" if state == "refused" else "offline")
        return code


def _lock(folder: RunFolder, stop: threading.Event) -> int | None:
    give_up_at = time.monotonic() + LOCK_WAIT_S
    while (lock := folder.lock_for_sync()) is None and time.monotonic() < give_up_at and not stop.is_set():
        stop.wait(0.2)
    return lock


def _seconds(name: str, otherwise: float) -> float:
    try:
        return max(0.0, float(os.environ.get(name, "")))
    except ValueError:
        return otherwise
