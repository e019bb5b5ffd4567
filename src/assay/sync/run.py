"""Bring one run's folder to the server: every writer's journal, the run's files, signs of life, and the word back to the script.

`tick` does what can be done now and says when it wants to be called again; it never sleeps and never raises for what a network
or a server may do. `process` calls it beside a training script, `cli.sync` later for runs that were offline."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import msgspec

from assay.client import credentials, run_calls
from assay.client.http import Connection
from assay.client.retry import Backoff, retry_after_s
from assay.client.target import Target, local_key
from assay.journal.folder import RunFolder, SyncState, SyncStatus
from assay.journal.reader import Damage, is_written
from assay.journal.writer import JournalWriter
from assay.sync.contents import Contents
from assay.sync.liveness import is_alive
from assay.sync.upload import Verdict, WriterUpload, judge
from assay.wire import limits
from assay.wire.errors import InvalidRequest, PublicError
from assay.wire.messages.runs import BatchAck, RunStarted
from assay.wire.names import RunPath
from assay.wire.records import Finish, Start

POLL_S = 0.25  # seconds between looks at the journals: what a person waits for a point on a live chart
_FIRST_POLL_S = 0.01  # the script has waited for the server's first word and logs now; from then on looks double up to POLL_S
_LOOK_AT_KEY_S = 5.0
_LOOK_AT_PROCESS_S = 1.0
_STATUS_S = 5.0
_TICK_S = 1.0


class Override(msgspec.Struct, frozen=True):
    """Where the run goes instead of where its journal says; empty: as it says."""

    entity: str = ""
    project: str = ""
    run_id: str = ""


class RunSync:
    """`problems`: journals that are none of ours to send, `unreadable`: those that the system does not let us read, as yet.
    `own_writer` is the journal this process writes itself; `on_ended` is called, maybe more than once, when nobody else
    writes any more. `only` leaves the folder's other journals alone."""

    def __init__(
        self,
        folder: RunFolder,
        target: Callable[[], Target | None],
        *,
        files_root: Path | None = None,
        override: Override | None = None,
        only: set[Path] | None = None,
        clock: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        self.folder = folder
        self.status = SyncStatus(pid=os.getpid())
        self.uploads: dict[Path, WriterUpload] = {}
        self.problems: dict[Path, PublicError] = {}
        self.unreadable: dict[Path, OSError] = {}
        self.own_writer = ""
        self.on_ended: Callable[[], None] = lambda: None
        self.contents = Contents(folder.path, self._file_connection, root=files_root)
        self._target_of = target
        self._target: Target | None = None
        self._next_target: Target | None = None
        self._connection: Connection | None = None
        self._files_connection: Connection | None = None
        self._override = override or Override()
        self._only = only
        self._clock = clock
        self._backoff = Backoff(random)
        self._run: RunPath | None = None
        self._not_before = 0.0
        self._poll_s = POLL_S
        self._pace_s = 0.0  # what the server asked for: a thousand runs at once gather for a few seconds each
        self._send_after = float("-inf")
        self._last_sent = clock()
        self._looked_at_process = self._looked_at_key = float("-inf")
        self._gone: set[str] = set()
        self._written: tuple[bytes, float] = (b"", float("-inf"))
        self._state("connecting")

    @property
    def run(self) -> RunPath | None:
        return self._run

    @property
    def primary(self) -> Start | None:
        """The Start of the newest primary writer: it says which run this is."""
        starts = [upload.tail.start for upload in self.uploads.values() if upload.tail.start is not None]
        primaries = [start for start in starts if start.is_primary] or starts
        return primaries[-1] if primaries else None

    @property
    def has_ended(self) -> bool:
        """Whether no writer but our own will write any more."""
        others = [upload for upload in self.uploads.values() if upload.writer != self.own_writer]
        return bool(others) and all(upload.tail.finish is not None or upload.writer in self._gone for upload in others)

    @property
    def has_script_ended(self) -> bool:
        """Whether the script has said its last word; others, who read the machine's metrics for it, may write a moment longer."""
        primaries = [upload for upload in self.uploads.values() if upload.is_primary]
        return bool(primaries) and all(upload.tail.finish is not None for upload in primaries)

    @property
    def is_complete(self) -> bool:
        """Whether everything there is now is on the server."""
        return (
            bool(self.uploads)
            and all(upload.is_open and upload.is_drained for upload in self.uploads.values() if upload.tail.start is not None)
            and self.contents.pending_count == 0
        )

    def is_somebody_dead(self) -> bool:
        """Whether a writer died without a word and its end is not written down yet."""
        return any(
            upload.tail.finish is None
            and upload.tail.start is not None
            and upload.writer not in self._gone
            and upload.writer != self.own_writer
            and not is_alive(upload.tail.start.info, upload.tail.host, upload.tail.path)
            for upload in self.uploads.values()
        )

    @property
    def is_refused(self) -> bool:
        return self.status.state == "refused"

    @property
    def damages(self) -> dict[Path, list[Damage]]:
        return {path: upload.tail.damages for path, upload in self.uploads.items() if upload.tail.damages}

    @property
    def refused_count(self) -> int:
        return sum(upload.sent.refused_count for upload in self.uploads.values()) + len(self.contents.refused)

    def tick(self) -> float:
        """Do what can be done now. Returns the seconds after which to call again."""
        self.discover()
        now = self._clock()
        if not self._has_new_key(now) and now < self._not_before:
            self._look_for_the_dead(now)
            self.write_status()
            return min(POLL_S * 4, self._not_before - now)
        try:
            self._advance()
            self._heed_contents()
            wait_s, self._poll_s = self._poll_s, min(POLL_S, 2 * self._poll_s)
        except PublicError as error:
            wait_s = self._failed(error)
        self._look_for_the_dead(now)
        self.write_status()
        return wait_s

    def close(self, state: SyncState | None = None) -> None:
        """Stop; `state` is the last word to the script."""
        if state is not None:
            self._state(state, self.status.message if state != "done" else "")
        self.write_status(force=True)
        self.contents.close()
        for upload in self.uploads.values():
            upload.save()
            upload.close()
        self._disconnect()

    def discover(self) -> None:
        """Take up journals that are new in the folder."""
        for path in self.folder.journals():
            if path in self.uploads or path in self.problems or (self._only is not None and path not in self._only):
                continue
            try:
                self.uploads[path] = WriterUpload(path, self.contents.add)
            except PublicError as error:
                self.problems[path] = error
            except FileNotFoundError:
                continue  # removed meanwhile
            except OSError as error:  # it is looked at again: its owner may let us read it
                self.unreadable[path] = error
                continue
            self.unreadable.pop(path, None)

    def write_status(self, *, force: bool = False) -> None:
        status, contents, now = self.status, self.contents, self._clock()
        status.acked = {upload.writer: upload.acked_seq for upload in self.uploads.values() if upload.acked_seq >= 0}
        status.waiting_rows = {upload.writer: upload.waiting_count() for upload in self.uploads.values()}
        status.refused_media, status.waiting_files = contents.refused_media, contents.pending_files
        status.artifacts_waiting, status.artifacts_moved = contents.pending_artifacts, contents.artifacts_moved
        status.artifacts_line = contents.artifacts_line
        status.artifacts_refused = [f"{name}: {reason}" for name, reason in list(contents.refused_artifacts.items())]
        status.artifacts_told = contents.artifacts_told
        told = (status.state, status.message, status.acked, status.waiting_rows, status.stop, status.name)
        files = (status.waiting_files, status.refused_media)
        artifacts = (status.artifacts_waiting, status.artifacts_moved, status.artifacts_line)
        settled = (status.artifacts_refused, status.artifacts_told)
        fingerprint = repr((*told, *files, *artifacts, *settled)).encode()
        if force or fingerprint != self._written[0] or now - self._written[1] > _STATUS_S:
            try:
                self.folder.write_status(status)
                self._written = (fingerprint, now)
            except OSError:
                pass  # a full or vanished disk: the script finds an old status, the server has the rows all the same

    def _advance(self) -> None:
        connection = self._connect()
        ready = [upload for upload in self.uploads.values() if upload.tail.is_ready]
        if not ready:
            return
        for upload in sorted(ready, key=lambda upload: not upload.is_primary):
            if not upload.is_open:
                self._opened(upload, upload.open(connection, self._path(connection)))
        if self._is_gathering():
            return
        for upload in ready:
            upload.look()
        run = self._path(connection)
        until = self._clock() + _TICK_S
        for upload in sorted(ready, key=lambda upload: upload.writer != self.own_writer):
            self._send(upload, connection, run, until)
        if self._clock() - self._last_sent >= limits.HEARTBEAT_S and not self.has_ended:
            self._acknowledged(ready[0].heartbeat(connection, run))
        self._send_after = self._clock() + self._pace_s
        self._backoff.reset()
        self._state("live")

    def _heed_contents(self) -> None:
        """Tell why files or artifacts wait. A run that has ended sends nothing else: a key that is refused shows with them alone,
        and another one is looked for as ever."""
        if (trouble := self.contents.trouble) is not None:
            self._state("paused" if judge(trouble) is Verdict.PAUSE else "live", str(trouble))

    def _is_gathering(self) -> bool:
        """Whether records wait for more of them. Those of a script that has ended wait for nothing."""
        return self._clock() < self._send_after and any(
            upload.writer != self.own_writer and is_written(upload.tail.path) for upload in self.uploads.values()
        )

    def _send(self, upload: WriterUpload, connection: Connection, run: RunPath, until: float) -> None:
        """Send what there is of one writer; at `until` the script, and whoever watches the progress, hear of it in between.

        A run ends on the server when its last writer does. So ours goes first, whenever it is found that the others have
        ended: the run has ended when the script hears that everything arrived."""
        ours = next((one for one in self.uploads.values() if one.is_open and one.writer == self.own_writer), None)
        while True:
            upload.look()
            if self.has_ended:
                self.on_ended()
                if ours is not None and upload is not ours and not ours.is_drained:
                    self._send(ours, connection, run, until)
                    if not ours.is_drained:
                        break
            ack = upload.send(connection, run)
            if ack is None:
                break
            self._acknowledged(ack)
            if self._clock() > until:
                break
        upload.save_if_new()

    def _connect(self) -> Connection:
        if self._connection is None:
            self._target, self._next_target = self._next_target or self._target_of(), None
            if self._target is None:
                raise InvalidRequest(detail="No server is set. Run `assay login`, or set ASSAY_BASE_URL and ASSAY_API_KEY.")
            safe = f"Your data is safe in {self.folder.path}; logging goes on. To send it later: assay sync {self.folder.path}"
            self._connection = Connection(self._target, safe=safe)
            self.status.server = self._target.url
        return self._connection

    def _file_connection(self) -> Connection | None:
        """Called by the thread that sends files."""
        if self._files_connection is None and self._target is not None:
            self._files_connection = Connection(self._target)
        return self._files_connection

    def _disconnect(self) -> None:
        for connection in (self._connection, self._files_connection):
            if connection is not None:
                connection.close()
        self._connection = self._files_connection = None

    def _path(self, connection: Connection) -> RunPath:
        if self._run is None:
            start = self.primary
            assert start is not None
            entity = self._override.entity or start.entity or run_calls.me(connection).default_entity
            project = self._override.project or start.project or "uncategorized"
            self._run = RunPath(entity, project, self._override.run_id or start.run_id)
        return self._run

    def _opened(self, upload: WriterUpload, started: RunStarted) -> None:
        assert self._run is not None
        server = self._connection.url if self._connection else ""
        self.contents.begin(server, self._run)
        if not upload.is_primary and self.status.url:
            return
        status = self.status
        status.url, status.name = started.url, started.run.name
        status.entity, status.project = started.run.entity, started.run.project
        status.is_new, status.is_resumed, status.last_step = started.is_new, started.is_resumed, started.last_step
        status.config, status.summary = started.run.config, started.run.summary
        status.code_saving = started.code_saving
        self._poll_s = _FIRST_POLL_S
        self._state("live")

    def _acknowledged(self, ack: BatchAck) -> None:
        self._last_sent = self._clock()
        self._pace_s = min(max(ack.pace_s, 0.0), limits.PACE_S_MAX)
        self.status.stop = self.status.stop or ack.stop
        self.status.name = ack.name or self.status.name

    def _failed(self, error: PublicError) -> float:
        verdict = judge(error) if self._connection is not None else Verdict.PAUSE
        now = self._clock()
        if verdict is Verdict.STOP:
            self._state("refused", f"{error} The journal is kept in {self.folder.path}.")
            return POLL_S
        wait_s = self._backoff.next_s(retry_after_s(error))
        if verdict is Verdict.PAUSE:
            wait_s = max(wait_s, _LOOK_AT_KEY_S)
            self._state("paused" if self._connection is not None else "offline", str(error))
        else:
            self._state("offline", str(error))
        self._not_before = now + wait_s
        self._looked_at_key = now
        return min(wait_s, POLL_S * 4)

    def _has_new_key(self, now: float) -> bool:
        """Whether somebody signed in again, or another server was set, since a refusal."""
        if self.status.state not in {"paused", "offline"} or now - self._looked_at_key < _LOOK_AT_KEY_S:
            return False
        self._looked_at_key = now
        try:
            target = self._target_of()
            if target is not None and target == self._target and self.status.state == "paused":
                # The script's environment still names the key that is refused; somebody may have signed in anew since, or the
                # server on this machine may have left another for its user's programs.
                kept = [credentials.load().key(target.url), local_key(target.url)]
                target = next((msgspec.structs.replace(target, key=key) for key in kept if key and key != target.key), target)
        except PublicError:
            return False
        if target is None or target == self._target:
            return False
        self._disconnect()
        self._next_target = target
        return True

    def _look_for_the_dead(self, now: float) -> None:
        """End the journals of writers that died without a word: a run ends when its last writer does."""
        if now - self._looked_at_process < _LOOK_AT_PROCESS_S:
            return
        self._looked_at_process = now
        for upload in self.uploads.values():
            tail = upload.tail
            is_open_ended = tail.finish is None and tail.start is not None and upload.writer not in self._gone
            if not is_open_ended or upload.writer == self.own_writer or not upload.is_drained:
                continue
            assert tail.start is not None
            if is_alive(tail.start.info, tail.host, tail.path):
                continue
            self._write_finish(upload)

    def _write_finish(self, upload: WriterUpload) -> None:
        """The dead writer's last record, in its own journal, under its next number."""
        path = upload.tail.path
        try:
            died_at = path.stat().st_mtime
            writer = JournalWriter.reopen(path)
        except BlockingIOError:
            return  # somebody holds it open: not dead after all
        except (OSError, PublicError):
            self._gone.add(upload.writer)  # a journal that cannot be written: the server notices the silence
            return
        try:
            writer.append(Finish("crashed", 1, died_at))
        except OSError:
            self._gone.add(upload.writer)
        finally:
            writer.close()
        upload.tail.reopen()

    def _state(self, state: SyncState, message: str = "") -> None:
        self.status.state, self.status.message = state, message
