"""Send a run's files beside its rows: at once, at the end, or whenever they change. A thread of its own, so that a large file
never holds up a number.

A `File` record names a path on this machine, and journals may come from strangers. So unless the script of this run started us
itself, only what lies below `root` (the folder that holds the run's `.assay`) is read."""

from __future__ import annotations

import contextlib
import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from assay.client import bundles, calls
from assay.client.http import Connection
from assay.client.retry import Backoff, is_passing, retry_after_s
from assay.client.transfer import LocalFile, Sent, upload
from assay.journal import staging
from assay.sync.contents import FILES_SENT
from assay.sync.encoding import Encodings
from assay.wire.errors import Forbidden, NotFound, NotSignedIn, PublicError, TicketRefused
from assay.wire.messages.runs import FilesDraft, RefusedFile
from assay.wire.names import RunPath, is_file_path
from assay.wire.records import File

log = logging.getLogger("assay.sync")

LIVE_EVERY_S = 10.0  # seconds; a log that grows all the time is sent again at most this often
_AGAIN = (NotSignedIn, Forbidden, TicketRefused)  # another key, another role, another address: then it is taken
_TRIES_CHANGING = 5
_TOLD_HERE = 20
_SAVE_EVERY_S = 2.0  # seconds; of a hundred thousand files it is ten megabytes


class FilesSent(msgspec.Struct):
    """`files.sent`: what `run` (server and path) has, by path: digest, size, mtime; `refused`: what it will not get, and why;
    `told`: the refused media that the server knows of."""

    run: str = ""
    sent: dict[str, tuple[str, int, int]] = {}
    refused: dict[str, str] = {}
    told: list[str] = []


@dataclass(slots=True)
class _Known:
    file: File
    source: Path
    not_before: float = 0.0
    failures: int = 0
    is_settled: bool = False
    is_encoded: bool = True


class FileUploads:
    """`add` names files, `finish` says that no more will change. `pending_count` is what is still to be sent, `trouble` why it
    has to wait, as long as it has."""

    def __init__(self, folder: Path, connect: Callable[[], Connection | None], *, root: Path | None) -> None:
        """`root` None: files may lie anywhere."""
        self._path = folder / FILES_SENT
        self._folder = folder
        self._connect = connect
        self._root = root.resolve() if root is not None else None
        self._state = read_files_sent(folder)
        self._failed: dict[str, str] = {}  # of no fault of theirs: the next sync tries them again
        self._known: dict[str, _Known] = {}
        self._untold = {path: self._state.refused[path] for path in self._state.refused if self._is_to_be_told(path)}
        self._encodings = Encodings(folder, self._encoded)
        self._lock = threading.Lock()
        self._saved_at = float("-inf")
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._is_ended = False
        self.trouble: PublicError | None = None
        self._run: RunPath | None = None
        self._thread: threading.Thread | None = None

    @property
    def refused(self) -> dict[str, str]:
        return {**self._state.refused, **self._failed}

    @property
    def refused_media(self) -> dict[str, str]:
        """The first few of them, for the script to tell."""
        with self._lock:
            found = ((path, reason) for path, reason in self.refused.items() if staging.is_media_path(path))
            return dict(itertools.islice(found, _TOLD_HERE))

    @property
    def pending_count(self) -> int:
        with self._lock:
            due = sum(not known.is_settled for known in self._known.values() if self._is_ended or known.file.policy == "now")
            return due + bool(self._untold)

    def add(self, file: File) -> None:
        """Keep `file` in view. The same path again replaces what was known of it."""
        is_media = not file.source and staging.is_media_path(file.path)
        own = self._folder if is_media else self._folder / "files"
        source = Path(file.source) if file.source else own / file.path
        if not source.is_absolute():
            source = (self._root or Path.cwd()) / source
        reason = self._reason_against(file, source)
        if (reason or not _is_file(source)) and _is_file(copy := own / file.path):
            # A folder that was moved or copied since: what it holds itself is read where it is now.
            source, reason = copy, self._reason_against(file, copy)
        with self._lock:
            if reason:
                self._state.refused[file.path[:1024]] = reason
                return
            known = self._known[file.path] = _Known(file, source)
            if is_media and _is_file(source):
                with contextlib.suppress(OSError):  # of a process that ended between naming the file and removing this
                    staging.staged_path(self._folder, file.path).unlink(missing_ok=True)
            elif is_media and file.path not in self._state.sent:
                known.is_encoded = False
                self._encodings.add(file.path)
        self._wake.set()

    def begin(self, server: str, run: RunPath) -> None:
        """The server knows the run: start sending."""
        with self._lock:
            if self._state.run != f"{server} {run}":
                self._state = FilesSent(f"{server} {run}", {}, self._state.refused)
                self._untold = {path: reason for path, reason in self._state.refused.items() if self._is_to_be_told(path)}
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
        self._closing.set()
        self._encodings.close()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
            self._save()

    def _reason_against(self, file: File, source: Path) -> str:
        if not is_file_path(file.path):
            return "its name cannot be the name of a run's file"
        try:
            resolved = source.resolve()
        except (OSError, RuntimeError, ValueError):  # a loop of links, a name that none can have
            return "where it is said to lie is no place"
        homes = () if self._root is None else (self._root, self._folder.resolve())
        if homes and not any(map(resolved.is_relative_to, homes)):
            return f"it lies outside {self._root}; the journal may come from somebody else (--files-from allows another folder)"
        return ""

    def _work(self) -> None:
        backoff = Backoff()
        while not self._closing.is_set():
            self._wake.clear()
            due = self._due()
            if not due and not self._untold:
                self.trouble = None
                self._wake.wait(0.5 if self._is_ended else 2.0)
                continue
            try:
                if not due:
                    self._tell()
                elif len(due) == 1:
                    self._send(due[0])
                else:
                    self._send_many(due)
                backoff.reset()
                self.trouble = None
            except PublicError as error:
                self.trouble = error
                # What is added meanwhile waits its turn: a script that logs pictures would ask a server that is away with each.
                self._closing.wait(backoff.next_s(retry_after_s(error)))

    def _due(self) -> list[_Known]:
        """What to send next: one file, or as many small ones as make a bundle."""
        now, found, size = time.monotonic(), list[_Known](), 0
        with self._lock:
            for known in self._known.values():
                if known.not_before > now or not self._is_due(known):
                    continue
                length = _size(known.source)
                size += length
                if known.failures or not 0 <= length <= bundles.FILE_BYTES:
                    return found or [known]
                if size > bundles.BYTES or len(found) == bundles.FILES:
                    break
                found.append(known)
        return found

    def _is_due(self, known: _Known) -> bool:
        if not known.is_encoded:
            return False
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
            if earlier is not None and self._is_sent(known):
                sent = Sent(*earlier)
            else:
                sent = upload(connection, run, LocalFile(path, known.source))
        except OSError as error:
            self._settle(known, refused=f"it cannot be read: {error.strerror}")
        except PublicError as error:
            known.failures += 1
            if is_passing(error) or isinstance(error, _AGAIN):
                raise
            is_changing = type(error).status == 422 and known.failures < _TRIES_CHANGING
            if is_changing or (not self._is_ended and known.file.policy == "live"):
                known.not_before = time.monotonic() + LIVE_EVERY_S / 10 * known.failures
            else:
                self._settle(known, refused=str(error))
        except Exception as error:  # the others, and whoever waits for this one, must not wait for ever
            if self._closing.is_set():  # as of threads while the process ends
                return
            log.exception("The file %s cannot be sent.", path)
            self._settle(known)
            self._failed[path] = f"it cannot be sent: {type(error).__name__}: {error}"
        else:
            self._state.sent[path] = (sent.digest, sent.size, sent.mtime_ns)
            self._settle(known)

    def _send_many(self, due: list[_Known]) -> None:
        """Send small files as one bundle; what keeps it from arriving whole is found by sending each by itself."""
        connection, run = self._connect(), self._run
        if connection is None or run is None:
            for known in due:
                known.not_before = time.monotonic() + 1.0
            return
        fresh = [known for known in due if not self._is_sent(known)]
        try:
            files = [LocalFile(known.file.path, known.source) for known in fresh]
            outcome = bundles.upload_many(connection, run, files)
        except Exception as error:
            if isinstance(error, PublicError) and (is_passing(error) or isinstance(error, _AGAIN)):
                raise
            for known in due:
                self._send(known)
            return
        for known in fresh:
            sent = outcome[known.file.path]
            if not isinstance(sent, NotFound):
                self._state.sent[known.file.path] = (sent.digest, sent.size, sent.mtime_ns)
                self._settle(known, is_saved=False)
        for known in due:
            if not known.is_settled:
                self._settle(known, refused=str(outcome[known.file.path]) if known in fresh else "", is_saved=False)
        self._save(is_due=False)

    def _is_sent(self, known: _Known) -> bool:
        earlier = self._state.sent.get(known.file.path)
        return earlier is not None and earlier[2] == _mtime(known.source) and earlier[1] == _size(known.source)

    def _encoded(self, path: str, fault: str) -> None:
        """Called by the threads that encode."""
        with self._lock:
            known = self._known.get(path)
        if known is None:
            return
        if fault:
            log.warning("%s is not kept: %s", path, fault)
            self._settle(known, refused=fault)
        known.is_encoded = True
        self._wake.set()

    def _is_to_be_told(self, path: str) -> bool:
        # Reasons against other files may name folders of this machine.
        return staging.is_media_path(path) and path not in self._state.told

    def _tell(self) -> None:
        """Tell the server which media will not come."""
        connection, run = self._connect(), self._run
        if connection is None or run is None:
            self._wake.wait(1.0)
            return
        with self._lock:
            told = dict(list(self._untold.items())[: bundles.FILES])
        try:
            calls.draft_files(connection, run, FilesDraft([], refused=[RefusedFile(*item) for item in told.items()]))
        except PublicError as error:
            if is_passing(error) or isinstance(error, _AGAIN):
                raise
            log.warning("The server does not take note of %d refused media: %s", len(told), error)
        with self._lock:
            self._state.told += told
            for path in told:
                self._untold.pop(path, None)
        self._save()

    def _settle(self, known: _Known, refused: str = "", *, is_saved: bool = True) -> None:
        with self._lock:
            known.is_settled, known.failures = True, 0
            known.not_before = time.monotonic() + LIVE_EVERY_S
            path = known.file.path
            if refused:
                self._state.refused[path] = refused
                if self._is_to_be_told(path):
                    self._untold[path] = refused
            else:
                self._state.refused.pop(path, None)
                self._failed.pop(path, None)
            if known.file.policy == "now" and self._known.get(path) is known:
                del self._known[path]  # a run may have a hundred thousand of them
        if is_saved:
            self._save()

    def _save(self, *, is_due: bool = True) -> None:
        """Write `files.sent`; what is not due is written with the next. What is not written is asked of the server again."""
        now = time.monotonic()
        if not is_due and now - self._saved_at < _SAVE_EVERY_S:
            return
        self._saved_at = now
        with self._lock:
            encoded = msgspec.json.encode(self._state)
        try:
            scratch = self._path.with_suffix(".sent-new")
            scratch.write_bytes(encoded)
            scratch.replace(self._path)
        except OSError:
            pass  # then a later sync asks the server which contents it has


def _is_file(path: Path) -> bool:
    """Whether it is one that can be reached. Some versions of Python raise where it cannot."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


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


def read_files_sent(folder: Path) -> FilesSent:
    """Of this run's folder; a new one if there is none that can be read."""
    try:
        return msgspec.json.decode((folder / FILES_SENT).read_bytes(), type=FilesSent)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return FilesSent()
