"""Send a run's files beside its rows: at once, at the end, or whenever they change. A thread of its own, so that a large file
never holds up a number.

A `File` record names a path on this machine, and journals may come from strangers. So unless the script of this run started us
itself, only what lies below `root` (the folder that holds the run's `.assay`) is read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from assay.client.http import Connection
from assay.client.retry import Backoff, is_passing, retry_after_s
from assay.client.transfer import LocalFile, Sent, upload
from assay.wire.errors import Forbidden, NotSignedIn, PublicError
from assay.wire.names import RunPath, is_file_path
from assay.wire.records import File

LIVE_EVERY_S = 10.0  # seconds; a log that grows all the time is sent again at most this often
_TRIES_CHANGING = 5


class FilesSent(msgspec.Struct):
    """`files.sent`: what `run` (server and path) has, by path: digest, size, mtime; `refused`: what it will not get, and why."""

    run: str = ""
    sent: dict[str, tuple[str, int, int]] = {}
    refused: dict[str, str] = {}


@dataclass(slots=True)
class _Known:
    file: File
    source: Path
    not_before: float = 0.0
    failures: int = 0
    is_settled: bool = False


class FileUploads:
    """`add` names files, `finish` says that no more will change. `pending_count` is what is still to be sent."""

    def __init__(self, folder: Path, connect: Callable[[], Connection | None], *, root: Path | None) -> None:
        """`root` None: files may lie anywhere."""
        self._path = folder / "files.sent"
        self._folder = folder
        self._connect = connect
        self._root = root.resolve() if root is not None else None
        self._state = _read(self._path)
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._is_closed = False
        self._is_ended = False
        self._run: RunPath | None = None
        self._thread: threading.Thread | None = None

    @property
    def refused(self) -> dict[str, str]:
        return self._state.refused

    @property
    def pending_count(self) -> int:
        with self._lock:
            return sum(not known.is_settled for known in self._known.values() if self._is_ended or known.file.policy == "now")

    def add(self, file: File) -> None:
        """Keep `file` in view. The same path again replaces what was known of it."""
        source = Path(file.source) if file.source else self._folder / "files" / file.path
        if not source.is_absolute():
            source = (self._root or Path.cwd()) / source
        reason = self._reason_against(file, source)
        with self._lock:
            if reason:
                self._state.refused[file.path[:1024]] = reason
                return
            self._known[file.path] = _Known(file, source)
        self._wake.set()

    def begin(self, server: str, run: RunPath) -> None:
        """The server knows the run: start sending."""
        with self._lock:
            if self._state.run != f"{server} {run}":
                self._state = FilesSent(f"{server} {run}", {}, self._state.refused)
        self._run = run
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="assay-files", daemon=True)
            self._thread.start()

    def finish(self) -> None:
        """The run has ended: files of policy `end` are due, live ones for a last time."""
        if not self._is_ended:
            with self._lock:
                self._is_ended = True
                for known in self._known.values():
                    if known.file.policy != "now":
                        known.is_settled, known.not_before = False, 0.0
        self._wake.set()

    def close(self) -> None:
        self._is_closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _reason_against(self, file: File, source: Path) -> str:
        if not is_file_path(file.path):
            return "its name cannot be the name of a run's file"
        if self._root is not None:
            resolved = source.resolve()
            if not (resolved.is_relative_to(self._root) or resolved.is_relative_to(self._folder.resolve())):
                return (
                    f"it lies outside {self._root}; the journal may come from somebody else (--files-from allows another folder)"
                )
        return ""

    def _work(self) -> None:
        backoff = Backoff()
        while not self._is_closed:
            self._wake.clear()
            due = self._due()
            if due is None:
                self._wake.wait(0.5 if self._is_ended else 2.0)
                continue
            try:
                self._send(due)
                backoff.reset()
            except PublicError as error:
                self._wake.wait(backoff.next_s(retry_after_s(error)))

    def _due(self) -> _Known | None:
        now = time.monotonic()
        with self._lock:
            for known in self._known.values():
                if known.not_before <= now and self._is_due(known):
                    return known
        return None

    def _is_due(self, known: _Known) -> bool:
        if known.file.policy == "end" and not self._is_ended:
            return False
        if known.file.policy == "now" or self._is_ended:
            return not known.is_settled
        sent = self._state.sent.get(known.file.path)
        return sent is None or sent[2] != _mtime(known.source)

    def _send(self, known: _Known) -> None:
        """Raises only what passes; whatever else happens settles the file."""
        connection, run, path = self._connect(), self._run, known.file.path
        if connection is None or run is None:
            known.not_before = time.monotonic() + 1.0
            return
        earlier = self._state.sent.get(path)
        try:
            if earlier is not None and earlier[2] == _mtime(known.source) and earlier[1] == _size(known.source):
                sent = Sent(*earlier)
            else:
                sent = upload(connection, run, LocalFile(path, known.source))
        except OSError as error:
            self._settle(known, refused=f"it cannot be read: {error.strerror}")
        except PublicError as error:
            known.failures += 1
            if is_passing(error) or isinstance(error, NotSignedIn | Forbidden):
                raise
            is_changing = type(error).status == 422 and known.failures < _TRIES_CHANGING
            if is_changing or (not self._is_ended and known.file.policy == "live"):
                known.not_before = time.monotonic() + LIVE_EVERY_S / 10 * known.failures
            else:
                self._settle(known, refused=str(error))
        else:
            self._state.sent[path] = (sent.digest, sent.size, sent.mtime_ns)
            self._settle(known)

    def _settle(self, known: _Known, refused: str = "") -> None:
        with self._lock:
            known.is_settled, known.failures = True, 0
            known.not_before = time.monotonic() + LIVE_EVERY_S
            if refused:
                self._state.refused[known.file.path] = refused
            else:
                self._state.refused.pop(known.file.path, None)
            encoded = msgspec.json.encode(self._state)
        try:
            scratch = self._path.with_suffix(".sent-new")
            scratch.write_bytes(encoded)
            scratch.replace(self._path)
        except OSError:
            pass  # then a later sync asks the server which contents it has


def _mtime(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return -1


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _read(path: Path) -> FilesSent:
    try:
        return msgspec.json.decode(path.read_bytes(), type=FilesSent)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return FilesSent()
