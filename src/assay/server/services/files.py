"""Files of a run: drafted, uploaded by signed address, committed, listed, read. Content is named by digest; a path is data."""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, cast

from assay.server.compute import previews
from assay.server.domain.accounts import Actor
from assay.server.domain.events import Event
from assay.server.domain.homes import is_artifact_space, run_space
from assay.server.domain.runs import Run, RunFile
from assay.server.ports.bus import News
from assay.server.ports.metadata import Unit
from assay.server.services.apply import refuse
from assay.server.services.artifacts import ArtifactService, joined
from assay.server.services.contents import ContentService
from assay.server.services.runs import find
from assay.server.services.stores import Stores
from assay.server.services.tickets import Ticket, Tickets
from assay.server.services.zips import zipped
from assay.wire import limits
from assay.wire.errors import CodeForbidden, InvalidName, InvalidRequest, NotFound, TooLarge, Unavailable
from assay.wire.messages import runs as messages
from assay.wire.messages.files import FilePreview
from assay.wire.names import RunPath, is_file_path

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
CONSOLE_FILE = "output.log"
_LINES_AT_ONCE = 10_000
_IN_MEMORY_BYTES = 8 * limits.MIB


class FileService:
    def __init__(
        self,
        stores: Stores,
        tickets: Tickets,
        code_saving: messages.CodeSaving,
        contents: ContentService,
        artifacts: ArtifactService,
    ) -> None:
        self._code_saving = code_saving
        self._contents = contents
        self._artifacts = artifacts
        self._stores = stores
        self._tickets = tickets

    @property
    def can_sign(self) -> bool:
        """Whether the blob store itself hands out addresses; without it the server passes the bytes."""
        return self._stores.blobs.can_sign

    def draft(self, actor: Actor, path: RunPath, asked: messages.FilesDraft) -> messages.FilesTickets:
        """Where to put what is missing; with `commit`, make the files the run's. Raises InvalidRequest if content is missing."""
        _check(asked)
        if asked.refused:
            self._note_refused(actor, path, asked.refused)
        if self._code_saving == "forbid":
            _check_no_code(asked)
        with self._stores.metadata.read() as unit:
            run = find(unit, actor, path, "run:write")
            paths = {file.path for file in asked.files}
            fresh_count = len(paths) - len(unit.runs.files(run.key, sorted(paths)))
            count = unit.runs.file_count(run.key)
            buckets = _buckets(unit, run)
        if count + fresh_count > limits.FILE_COUNT:
            raise TooLarge(what="The run's list of files", actual="longer", limit=limits.FILE_COUNT, name="FILE_COUNT")
        space = run_space(run.key, buckets[0])
        missing = {file.digest for file in asked.files if not self._stores.blobs.has(space, file.digest)}
        if asked.commit:
            # Sent just before the team went to another place: then it stays where it was sent.
            places = {digest: self._place(run, digest, buckets[1:]) for digest in missing}
            lacking = [file.path for file in asked.files if file.digest in places and places[file.digest] is None]
            if lacking:
                raise InvalidRequest(
                    detail=f"The content of {len(lacking)} files has not arrived, first {lacking[0]!r}. Upload it"
                )
            found = {digest: bucket for digest, bucket in places.items() if bucket is not None}
            self._commit(actor, path, run, asked.files, {file.digest: found.get(file.digest, buckets[0]) for file in asked.files})
        return messages.FilesTickets(
            [
                messages.FileTicket(
                    file.path, self._tickets.sign("PUT", space, file.digest, file.size) if file.digest in missing else ""
                )
                for file in asked.files
            ]
        )

    def list(self, actor: Actor, path: RunPath, cursor: str, limit: int) -> messages.FilePage:
        if not 1 <= limit <= limits.PAGE_ROWS:
            raise InvalidRequest(detail=f"limit is {limit}; expected 1 to {limits.PAGE_ROWS}")
        with self._stores.metadata.read() as unit:
            run = find(unit, actor, path, with_deleted=True)
            files = sorted(unit.runs.files(run.key), key=lambda file: file.path)
        # Paths are unique and sorted, so a path is a cursor that new files do not disturb.
        rest = [file for file in files if file.path > cursor] if cursor else files
        page = rest[:limit]
        return messages.FilePage(
            [self._shown(run, file) for file in page], len(files), page[-1].path if len(rest) > limit else ""
        )

    def preview(self, actor: Actor, path: RunPath, name: str) -> FilePreview:
        """What is in the run's file `name`, as far as a page shows it. Raises NotFound."""
        with self._stores.metadata.read() as unit:
            run = find(unit, actor, path, with_deleted=True)
            file = next(iter(unit.runs.files(run.key, [name])), None)
        if file is None:
            raise NotFound(what="file", name=name[:300])
        space, blobs = run_space(run.key, file.bucket), self._stores.blobs

        def read(start: int, end: int) -> bytes:
            return b"".join(blobs.read(space, file.digest, start, end)) if end > start else b""

        found, shown = previews.preview(file.path, file.size, read), self._shown(run, file)
        return FilePreview(
            path=file.path, kind=found.kind, size=file.size, digest=file.digest, url=shown.url, updated_at=file.updated_at,
            media_type=found.media_type, text=found.text, is_cut=found.is_cut, note=found.note, table=found.table,
            tensors=found.tensors, notebook=found.notebook, facts=found.facts,
        )  # fmt: skip

    def archive(self, actor: Actor, path: RunPath, under: str = "") -> Iterator[bytes]:
        """The run's files, or those below the folder `under`, as a zip file in pieces; at no time more than one piece is held.
        Access is checked before the first piece is taken."""
        with self._stores.metadata.read() as unit:
            run = find(unit, actor, path, with_deleted=True)
            files = sorted(unit.runs.files(run.key), key=lambda file: file.path)
        below = under.strip("/") + "/" if under.strip("/") else ""
        chosen = [file for file in files if file.path.startswith(below)]
        for bucket in {file.bucket for file in chosen}:  # told before the answer has begun
            self._contents.require_open_space(run_space(run.key, bucket))
        read = self._stores.blobs.read
        return zipped((file, read(run_space(run.key, file.bucket), file.digest, 0, file.size)) for file in chosen)

    def open_ticket(self, method: str, text: str) -> Ticket:
        """Raises TicketRefused."""
        return self._tickets.open(method, text)

    def receive(self, ticket: Ticket, content: BinaryIO) -> None:
        """Keep what comes in under a write ticket. Raises DigestMismatch, and keeps nothing, if it is something else."""
        if is_artifact_space(ticket.space):
            self._contents.receive(ticket.space, ticket.digest, content, ticket.size)
        else:
            self._stores.blobs.put(ticket.space, ticket.digest, content, ticket.size)

    def read(self, ticket: Ticket, start: int, end: int) -> Iterator[bytes]:
        """Bytes start … end of a read ticket's content. Raises NotFound if it was deleted since."""
        if ticket.manifest:
            return joined(self._stores, ticket.space, self._artifacts.ticket_entry(ticket), start, end)
        return self._stores.blobs.read(ticket.space, ticket.digest, start, end)

    def keep_console(self, run_key: int, *, asking: bool = True) -> bool:
        """Write the run's console into its file `output.log`; a worker calls it after the run ended. Safe to repeat.
        Raises Unavailable if the place for it does not let us in; not `asking`: did not when it was asked last."""
        with self._stores.metadata.read() as unit:
            run = unit.runs.by_key(run_key)
            bucket = _buckets(unit, run)[0] if run is not None else 0
        if run is None or not self._stores.metrics.console_count(run.ref):
            return False
        space = run_space(run.key, bucket)
        self._contents.require_open_space(space, asking=asking)
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as spool:
            hashed, size, first = hashlib.sha256(), 0, 0
            while lines := self._stores.metrics.console(run.ref, first, _LINES_AT_ONCE):
                text = "".join(f"[{line.label}] {line.text}\n" if line.label else f"{line.text}\n" for line in lines)
                data = text.encode(errors="replace")
                hashed.update(data)
                size += len(data)
                spool.write(data)
                first = lines[-1].number + 1
            spool.seek(0)
            file = RunFile(CONSOLE_FILE, f"sha256:{hashed.hexdigest()}", size, self._stores.now(), bucket)
            self._stores.blobs.put(space, file.digest, cast(BinaryIO, spool), size)
        with self._stores.metadata.begin() as unit:
            after = unit.runs.by_key(run_key)
            if after is None:
                return False
            if after.ref == run.ref:
                unit.runs.save_file(run.key, file)
        if after.ref != run.ref:  # it was moved to another project meanwhile: what was read may not be all
            return self.keep_console(run_key)
        self._stores.bus.publish(News("run", run.project_key, run.entity, run.project, run.id))
        return True

    def _note_refused(self, actor: Actor, path: RunPath, refused: Sequence[messages.RefusedFile]) -> None:
        with self._stores.metadata.begin() as unit:
            run = before = find(unit, actor, path, "run:write")
            known = {value.key for value in before.refused}
            for file in refused:
                if file.path[: limits.LABEL_CHARS] not in known:
                    run = refuse(run, file.path, file.reason)
            if run != before:
                unit.runs.save(run, expected=before)
        if run != before:
            self._stores.bus.publish(News("run", run.project_key, run.entity, run.project, run.id))

    def _place(self, run: Run, digest: str, buckets: Sequence[int]) -> int | None:
        """The first of the buckets that has the content; None if none has, as far as they let us in."""
        for bucket in buckets:
            with contextlib.suppress(Unavailable):
                if self._stores.blobs.has(run_space(run.key, bucket), digest):
                    return bucket
        return None

    def _commit(
        self, actor: Actor, path: RunPath, run: Run, files: Sequence[messages.FileDraft], places: Mapping[str, int]
    ) -> None:
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            # Looked at again: while the contents were looked for it may have gone, or to a team that these are not for.
            if find(unit, actor, path, "run:write").key != run.key:
                raise NotFound(what="run", name=str(path))
            known = {file.path: file for file in unit.runs.files(run.key, [file.path for file in files])}
            found = [RunFile(file.path, file.digest, file.size, now, places[file.digest]) for file in files]
            fresh = [file for file in found if known.get(file.path) is None or known[file.path].digest != file.digest]
            for file in found:
                before = known.get(file.path)
                if file in fresh or (before is not None and before.bucket != file.bucket):
                    unit.runs.save_file(run.key, file)
            if fresh:
                paths = {"files": [file.path for file in fresh[:100]], "count": len(fresh)}
                subject = f"{run.entity}/{run.project}/{run.id}"
                unit.events.add(Event("RunFilesSaved", run.project_key, subject, now, actor.username, paths))
        if fresh:
            self._stores.bus.publish(News("run", run.project_key, run.entity, run.project, run.id))

    def _shown(self, run: Run, file: RunFile) -> messages.RunFile:
        space = run_space(run.key, file.bucket)
        url = self._tickets.sign("GET", space, file.digest, file.size, file.path.rsplit("/", 1)[-1])
        return messages.RunFile(file.path, file.size, file.digest, file.updated_at, url)


def _buckets(unit: Unit, run: Run) -> list[int]:
    """Places in which the run's files may be, that for new ones first; 0: the server's own."""
    entity = unit.teams.entity(run.entity)
    if entity is None:
        return [0]
    current = unit.buckets.current(entity.id)
    return [current, *({0, *(bucket.key for bucket in unit.buckets.all(entity.id))} - {current})]


def _check_no_code(asked: messages.FilesDraft) -> None:
    """Whoever sends it: what this server must not hold does not depend on how clients behave."""
    for file in asked.files:
        if file.path.startswith("code/") or file.path == "diff.patch":
            raise CodeForbidden(path=file.path)


def _check(asked: messages.FilesDraft) -> None:
    if max(len(asked.files), len(asked.refused)) > limits.PAGE_ROWS:
        raise InvalidRequest(detail=f"{len(asked.files)} files in one request; at most {limits.PAGE_ROWS}. Send them in parts")
    for refused in asked.refused:
        if not is_file_path(refused.path):
            raise InvalidName(text=refused.path[:300], what="file path", expected="a relative path of plain names, joined by /")
    for file in asked.files:
        if not is_file_path(file.path):
            raise InvalidName(text=file.path[:300], what="file path", expected="a relative path of plain names, joined by /")
        if not _DIGEST.match(file.digest):
            raise InvalidName(text=file.digest[:100], what="digest", expected="sha256: and 64 hex digits")
        if not 0 <= file.size <= limits.FILE_BYTES:
            raise TooLarge(what=file.path, actual=f"{file.size} bytes", limit=limits.FILE_BYTES, name="FILE_BYTES")
