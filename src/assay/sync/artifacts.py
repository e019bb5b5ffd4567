"""Send the artifacts that a run logs, beside its rows: hashed, uploaded and committed by a thread of its own, one after the other
in the order they were logged.

Nothing is lost by an end in between: what a script logged is in the run's folder, and whoever sends the folder next goes on
there; contents that arrived are not sent again. As with files, a journal may come from a stranger: unless this run's own script
started us, only what lies below `root` is read."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assay.client import artifact_calls as calls
from assay.client import bases
from assay.client.digests import DigestCache
from assay.client.http import Connection
from assay.client.publish import LocalFile, Progress, Stopped, publish, staying_text
from assay.client.retry import Backoff, is_passing, retry_after_s
from assay.client.sizes import size_text
from assay.client.staging import Outcome, Staged, StagingFolder, failed
from assay.sync.checkpoints import tidy
from assay.wire.errors import Forbidden, InvalidRequest, NotSignedIn, PublicError
from assay.wire.messages.artifacts import ArtifactVersion, UseRequest
from assay.wire.names import ProjectPath, RunPath
from assay.wire.records import Artifact

log = logging.getLogger("assay.sync")


@dataclass(slots=True)
class _Waiting:
    record: Artifact
    folder: StagingFolder
    progress: Progress = field(default_factory=Progress)


class ArtifactUploads:
    """`add` names what was logged. `pending_count` is what is not settled, `moved` grows with every byte read or sent.
    `refused`: what will not become a version, and why; `told`: what a person should know of those that did; `trouble`: why the
    next one has to wait, as long as it has."""

    def __init__(self, folder: Path, connect: Callable[[], Connection | None], *, root: Path | None) -> None:
        """`root` None: files may lie anywhere."""
        self._folder = folder
        self._connect = connect
        self._root = root.resolve() if root is not None else None
        self._waiting: dict[str, _Waiting] = {}
        self._settled: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._is_closed = False
        self._run: RunPath | None = None
        self._server = ""
        self._moved = 0
        self._digests: DigestCache | None = None
        self._thread: threading.Thread | None = None
        self.refused: dict[str, str] = {}
        self._refused_ids: set[str] = set()
        self.told: list[str] = []
        self.trouble: PublicError | None = None

    @property
    def pending_count(self) -> int:
        with self._lock:
            return len(self._waiting)

    @property
    def moved(self) -> int:
        with self._lock:
            now = next(iter(self._waiting.values()), None)
            return self._moved + (now.progress.hashed + now.progress.sent if now is not None else 0)

    @property
    def line(self) -> str:
        """What happens now, for people; empty if nothing does."""
        with self._lock:
            now = next(iter(self._waiting.values()), None)
            more = len(self._waiting) - 1
        if now is None:
            return ""
        progress = now.progress
        trouble = self.trouble
        if trouble is not None:
            how_far = f"waiting. {str(trouble).rstrip('.')}"
        elif progress.to_send:
            how_far = f"{size_text(progress.sent)} of {size_text(progress.to_send)} sent"
        elif progress.bytes:
            how_far = f"{size_text(progress.hashed)} of {size_text(progress.bytes)} read"
        else:
            how_far = "waiting"
        return f"artifact {now.record.name}: {how_far}" + (f"; {more} more wait" if more > 0 else "")

    def add(self, record: Artifact) -> None:
        """Send it, unless that was done before. The same record again changes nothing."""
        try:
            folder = StagingFolder.of_run(self._folder, record.id)
        except PublicError as error:
            self._refuse(record, str(error))
            return
        with self._lock:
            if record.id not in self._settled:
                self._waiting.setdefault(record.id, _Waiting(record, folder))
        self._wake.set()

    def begin(self, server: str, run: RunPath) -> None:
        """The server knows the run: start sending."""
        self._run, self._server = run, f"{server} {run}"
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="assay-artifacts", daemon=True)
            self._thread.start()

    def close(self) -> None:
        self._is_closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _work(self) -> None:
        backoff = Backoff()
        while not self._is_closed:
            self._wake.clear()
            with self._lock:
                due = next(iter(self._waiting.values()), None)
            if due is None:
                self._wake.wait(1.0)
                continue
            try:
                self._settle(due, self._send(due))
                backoff.reset()
                self.trouble = None
            except Stopped:
                return
            except PublicError as error:
                self.trouble = error if not isinstance(error, _NotYet) else None
                self._again(due)
                self._sleep(backoff.next_s(retry_after_s(error)))

    def _send(self, due: _Waiting) -> Outcome:
        """What became of it. Raises only what passes."""
        earlier = due.folder.read_outcome()
        if earlier is not None and earlier.server == self._server and not earlier.error:
            return earlier
        connection, run = self._connect(), self._run
        if connection is None or run is None:
            raise _NotYet(detail="no connection yet")
        try:
            spec = due.folder.read_spec()
            version = self._carry_out(connection, run, spec, due)
        except OSError as error:
            return failed(self._server, InvalidRequest(detail=f"It cannot be read: {error}"))
        except PublicError as error:
            if is_passing(error) or isinstance(error, NotSignedIn | Forbidden | _NotYet):
                raise
            return failed(self._server, _gone(earlier) if earlier is not None and earlier.version is not None else error)
        except Stopped:
            raise
        except Exception as error:  # the others, and whoever waits for this one, must not wait for ever
            if self._is_closed:  # as of threads while the process ends
                raise Stopped from error
            log.exception("The artifact %s cannot be sent.", due.record.name)
            return failed(self._server, InvalidRequest(detail=f"It cannot be sent: {type(error).__name__}: {error}"))
        return Outcome(self._server, version)

    def _carry_out(self, connection: Connection, run: RunPath, spec: Staged, due: _Waiting) -> ArtifactVersion | None:
        project = ProjectPath.parse(spec.project) if spec.project else run.parent
        request = spec.request
        if project == run.parent and spec.action != "input":
            request.run_id = run.run_id
        if (version := self._commit_again(connection, project, spec, due)) is not None:
            return version
        files = due.folder.local_files(spec.files)
        self._check_places(files, spec)
        if self._digests is None:
            self._digests = DigestCache()
        start = _beginning(connection, project, spec)
        request.base = start.version
        version = publish(
            connection, project, request, files,
            references=start.references, removed=start.removed, base=start.manifest, digests=self._digests,
            progress=due.progress, commit=spec.action != "upsert", is_stopped=lambda: self._is_closed,
            before_commit=lambda draft_id: self._note_commit(spec, due, draft_id),
        )  # fmt: skip
        if spec.action == "input" and version is not None:
            calls.use(connection, run, UseRequest(version.path, spec.request.role))
        if spec.keep is not None and version is not None:
            try:
                tidy(connection, project, version, spec.keep, run.run_id)
            except PublicError as error:
                if is_passing(error):
                    raise
                log.warning("Older checkpoints of %s stay: %s", version.path, error)
        return version

    def _note_commit(self, spec: Staged, due: _Waiting, draft_id: str) -> None:
        if spec.action == "finish":
            due.folder.note_commit(self._server, draft_id)

    def _commit_again(self, connection: Connection, project: ProjectPath, spec: Staged, due: _Waiting) -> ArtifactVersion | None:
        """The version of a draft that several filled, if its commit was under way before. Begun anew it would be another draft,
        with the part of this run alone."""
        draft_id = due.folder.noted_commit(self._server) if spec.action == "finish" else ""
        if not draft_id:
            return None
        try:
            return calls.commit_draft(connection, project, draft_id, "")
        except PublicError as error:
            if is_passing(error) or isinstance(error, NotSignedIn | Forbidden):
                raise
            return None  # it was not committed: whoever opens it again adds to the same draft

    def _check_places(self, files: Sequence[LocalFile], spec: Staged) -> None:
        if self._root is None:
            return
        places = [Path(file.source) for file in files]
        own = self._folder.resolve()
        for place in places:
            resolved = place.resolve()
            if not (resolved.is_relative_to(self._root) or resolved.is_relative_to(own)):
                raise InvalidRequest(
                    detail=f"{place} lies outside {self._root}, and the journal of {spec.request.name} may come from somebody "
                    "else. To send it: assay sync --files-from FOLDER"
                )

    def _again(self, due: _Waiting) -> None:
        with self._lock:
            self._moved += due.progress.hashed + due.progress.sent
            due.progress = Progress()

    def _settle(self, due: _Waiting, outcome: Outcome) -> None:
        try:
            earlier = due.folder.read_outcome() if outcome.error else None
            if earlier is None or earlier.error:  # what one server took, another's refusal does not undo
                due.folder.write_outcome(outcome)
        except OSError:
            pass  # a later sync asks the server, which has it
        if outcome.error:
            self._refuse(due.record, outcome.error)
        else:
            due.folder.drop_copies()
            if outcome.version is not None and outcome.version.frozen_aliases:
                self.told.append(staying_text(outcome.version))
        with self._lock:
            self._moved += due.progress.hashed + due.progress.sent
            self._settled.add(due.record.id)
            self._waiting.pop(due.record.id, None)

    def _refuse(self, record: Artifact, reason: str) -> None:
        """Each by itself: a run may log many of one name."""
        if record.id in self._refused_ids:
            return
        self._refused_ids.add(record.id)
        name = f"artifact {record.name[:200]}"
        place = next(number for number in itertools.count(1) if _numbered(name, number) not in self.refused)
        self.refused[_numbered(name, place)] = reason

    def _sleep(self, seconds: float) -> None:
        """Until the time is over, or we are closed; what is added meanwhile waits its turn."""
        waiter = threading.Event()
        left = seconds
        while left > 0 and not self._is_closed:
            waiter.wait(min(left, 0.5))
            left -= 0.5


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} ({number})"


def _gone(earlier: Outcome) -> PublicError:
    """Why what another server or run has cannot be sent once more."""
    assert earlier.version is not None
    return InvalidRequest(
        detail=f"It cannot be read any more: copies of its files were kept here until {earlier.server} had them. It is there "
        f"as {earlier.version.path}"
    )


def _beginning(connection: Connection, project: ProjectPath, spec: Staged) -> bases.Beginning:
    """What the draft begins with on this server. Raises NotFound, InvalidRequest."""
    name, ref = spec.request.name, spec.request.base
    home = ProjectPath.parse(spec.base_project) if spec.base_project else project
    # The alias may have moved since: the draft begins with the version that is meant now, and so does the digest.
    meant = bases.find(connection, home, name, ref) if ref else None
    manifest = calls.get_manifest(connection, home, name, meant.version) if meant is not None else None
    if meant is not None and manifest is not None:
        bases.check_same(manifest, spec.base_digest, meant.path)
    return bases.begin(
        manifest, meant.version if meant is not None else "", is_elsewhere=home != project,
        added=[file.path for file in spec.files], removed=spec.removed, references=spec.references,
    )  # fmt: skip


class _NotYet(InvalidRequest):
    """The connection is not made yet."""

    status = 503
