"""The one thread beside a run: once a second it brings rows to the disk, reads what `sync` says, and sees that there is a `sync`.

`log()` never waits for it, and it never waits for a network."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from assay.journal.folder import SyncStatus
from assay.sdk import terminal

if TYPE_CHECKING:
    from assay.sdk.process import Sender
    from assay.sdk.run import Run

_SENDER_EVERY_S = 5.0
_FILES_EVERY_S = 5.0
_PROGRESS_EVERY_S = 5.0
_HOPELESS_S = 2.0  # seconds finish() still waits where the server is known to be away
_POLL_S = 0.02


class Keeper:
    """`status` is the last word of the sender in this session; None before the first."""

    def __init__(self, run: Run, *, interval_s: float, sender: Sender | None) -> None:
        self.status: SyncStatus | None = None
        self._run = run
        self._interval_s = interval_s
        self._sender = sender
        self._stop = threading.Event()
        self._tick_lock = threading.Lock()
        self._due: dict[str, float] = {}
        self._has_resumed = False
        self._told_url = ""
        self._told_state = ""
        self._told_refused = 0
        self._told_of_versions = 0
        self._looked_at = Path()
        self._stamp = (0, 0)
        self._on_tick: list[Callable[[], None]] = []
        self._on_first_word: list[Callable[[SyncStatus], None]] = []
        self._thread = threading.Thread(target=self._loop, name="assay-keeper", daemon=True)
        self.look()

    def start(self) -> None:
        if self._sender is not None:
            self._sender.ensure()
        self._thread.start()

    def use_soon(self, sender: Sender) -> None:
        """The run went on in another folder: from the next tick on that one is sent; the sender of the first goes on alone."""
        if self._sender is not None:
            self._sender.release()
        self._sender = sender
        self._due["sender"] = 0.0

    def on_tick(self, step: Callable[[], None]) -> None:
        """Call `step` by the clock as long as the run goes on."""
        self._on_tick.append(step)

    def on_first_word(self, step: Callable[[SyncStatus], None]) -> None:
        """Call `step` once the server has said which run this is; at once if it has."""
        if self._has_resumed and self.status is not None:
            step(self.status)
        else:
            self._on_first_word.append(step)

    def tick(self) -> None:
        """What is due now. Safe to call from any thread."""
        with self._tick_lock:
            run = self._run
            for step in self._on_tick:
                step()
            run.recorder.tick()
            status = self.look()
            if status is not None and status.stop:
                run.hear_stop()
            if status is not None and status.refused_media:
                run.hear_refused(status.refused_media)
            if self._is_due("files", _FILES_EVERY_S):
                run.look_for_files()
            if self._is_due("progress", _PROGRESS_EVERY_S):
                run.report_progress()
            if self._sender is not None and self._is_due("sender", _SENDER_EVERY_S):
                self._sender.ensure()

    def look(self) -> SyncStatus | None:
        """Read the sender's status if it changed; what another session left behind does not count."""
        folder = self._run.folder
        try:
            info = folder.status_path.stat()
            stamp = (info.st_ino, info.st_mtime_ns)
        except OSError:
            stamp = (0, 0)
        if folder.status_path != self._looked_at:
            # What is there already is another session's. Times do not tell: the clock may be set meanwhile.
            self._looked_at, self._stamp = folder.status_path, stamp
        elif stamp not in {self._stamp, (0, 0)} and (found := folder.read_status()) is not None:
            self._stamp = stamp
            self.status = found
            if found.url and not self._has_resumed:
                self._has_resumed = True
                self._run.resume_from(found)
                for step in self._on_first_word:
                    step(found)
        return self.status

    def wait_for_first_word(self, timeout_s: float) -> SyncStatus | None:
        """What the sender says first about the run: its page, or that there is no way to it. None after `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            status = self.look()
            if status is not None and (status.url or status.state not in {"connecting", "live"}):
                return status
            time.sleep(_POLL_S)
        return self.look()

    def announce(self) -> None:
        """Print what a person wants to know now and has not been told."""
        status = self.status
        if self._sender is None or status is None:
            return
        if status.url and status.url != self._told_url:
            self._told_url = status.url
            terminal.say(f"run {self._run.name}: {status.url}")
        for refused in status.artifacts_refused[self._told_refused :]:
            terminal.warn(f"{refused.rstrip('.')}. Its content is kept in {self._run.folder.path}.")
        self._told_refused = max(self._told_refused, len(status.artifacts_refused))
        for text in status.artifacts_told[self._told_of_versions :]:
            terminal.warn(text)
        self._told_of_versions = max(self._told_of_versions, len(status.artifacts_told))
        if status.state in {"paused", "refused"} and status.state != self._told_state:
            terminal.warn(status.message)
        self._told_state = status.state

    def finish(self, timeout_s: float, *, is_quiet: bool) -> None:
        """Wait until the server has what this writer wrote, at most `timeout_s`, and say where things stand."""
        self._stop.set()
        if self._sender is None:
            if not is_quiet:
                terminal.say(f"run {self._run.name} ended. To send it: assay sync {self._run.folder.path}")
            return
        self._sender.ensure()
        try:
            self._wait_until_sent(timeout_s, is_quiet=is_quiet)
        finally:
            # Also for who does not want to wait: Ctrl-C ends the waiting alone.
            self.announce()
            self._say_result(is_quiet)
            self._sender.release()

    def _wait_until_sent(self, timeout_s: float, *, is_quiet: bool) -> None:
        deadline = time.monotonic() + timeout_s
        hopeless_at = min(deadline, time.monotonic() + _HOPELESS_S)
        told, moved, told_line_at = False, 0, time.monotonic()
        while not self._is_sent() and time.monotonic() < deadline:
            status = self.look()
            state = status.state if status is not None else "connecting"
            if status is not None and status.artifacts_moved > moved:
                # Contents may take hours; as long as bytes of them move there is something to wait for.
                moved, deadline = status.artifacts_moved, time.monotonic() + timeout_s
            if status is not None and status.artifacts_line and time.monotonic() - told_line_at > _PROGRESS_EVERY_S:
                told, told_line_at = True, time.monotonic()
                if not is_quiet:
                    terminal.say(status.artifacts_line)
            if state == "refused" or (state in {"offline", "paused"} and time.monotonic() >= hopeless_at):
                break
            if not told and not is_quiet and deadline - time.monotonic() < timeout_s - 2:
                told = True
                terminal.say(f"sending the last rows of {self._run.name}; at most {timeout_s:.0f} s")
            time.sleep(_POLL_S)

    def discard(self) -> None:
        """The run is withdrawn: stop, and let nobody send it."""
        self._stop.set()
        if self._sender is not None:
            self._sender.stop()

    def abandon(self) -> None:
        """In a forked child, where this thread does not exist."""
        self._stop = threading.Event()
        self._stop.set()
        if self._sender is not None:
            self._sender.release()
        self._sender = None

    def _is_sent(self) -> bool:
        return self._are_rows_sent() and self.status is not None and not self.status.waiting_files

    def _are_rows_sent(self) -> bool:
        status = self.look()
        identity = self._run.identity
        if status is None or status.artifacts_waiting:
            return False
        return status.acked.get(identity.writer, -1) >= self._run.recorder.last_seq

    def _say_result(self, is_quiet: bool) -> None:
        name, path = self._run.name, self._run.folder.path
        if self._is_sent():
            if not is_quiet:
                but = ", but what is told above" if self._told_refused else ""
                terminal.say(f"run {name} ended; everything is on the server{but}")
            return
        status = self.status
        reason = f" ({status.message})" if status is not None and status.message and "assay sync" not in status.message else ""
        if self._are_rows_sent() and status is not None:
            terminal.warn(
                f"run {name} ended; its rows are on the server, and {status.waiting_files} files wait in {path}{reason}. They "
                f"are sent in the background as long as this machine is up; to send them yourself: assay sync {path}"
            )
            return
        acked = status.acked.get(self._run.identity.writer, -1) if status is not None else -1
        waiting = self._run.recorder.last_seq - acked
        contents = f" and {status.artifacts_waiting} artifacts" if status is not None and status.artifacts_waiting else ""
        if status is not None and status.state == "refused":
            terminal.warn(
                f"run {name} ended; the server does not take it and {waiting} records{contents} stay in {path}. {status.message}"
            )
            return
        terminal.warn(
            f"run {name} ended; {waiting} records{contents} wait in {path} and are safe{reason}. "
            f"They are sent in the background as long as this machine is up; to send them yourself: assay sync {path}"
        )

    def _is_due(self, what: str, every_s: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every_s
        return True

    def _loop(self) -> None:
        while not self._stop.wait(self._interval_s):
            try:
                self.tick()
                self.announce()
            except Exception as error:
                # The keeper outlives its own mistakes: without it nothing reaches the disk by the clock.
                terminal.warn(f"In the background: {type(error).__name__}: {error}")
                self._stop.wait(5.0)
