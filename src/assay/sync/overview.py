"""What a run folder holds and what of it was sent, told without a network: for lists, dry runs and cleaning up."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from assay.client.staging import SPEC, StagingFolder
from assay.journal.folder import RunFolder
from assay.sync.files import read_files_sent
from assay.sync.liveness import is_alive
from assay.sync.tail import JournalTail
from assay.sync.upload import Sent, read_sent, write_sent
from assay.wire.errors import PublicError
from assay.wire.records import File


@dataclass(slots=True)
class Overview:
    """Counts are of records; `file_count` and `artifact_count`: files that wait for a server, logged artifacts that none has.

    `problems` are journals that cannot be read, with the reason."""

    path: Path
    run_id: str
    entity: str = ""
    project: str = ""
    record_count: int = 0
    waiting_count: int = 0
    size_bytes: int = 0
    damage_count: int = 0
    file_count: int = 0
    artifact_count: int = 0
    is_finished: bool = True
    is_marked: bool = False
    is_alive: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def is_sent(self) -> bool:
        has_contents = bool(self.file_count or self.artifact_count)
        return not self.waiting_count and not self.problems and (self.is_marked or not has_contents)


def overview(folder: RunFolder, only: set[Path] | None = None) -> Overview:
    """Reads every journal to its end once."""
    found = Overview(folder.path, folder.run_id)
    files: set[str] = set()
    for path in folder.journals():
        if only is not None and path not in only:
            continue
        found.size_bytes += path.stat().st_size
        try:
            tail = JournalTail(path)
        except (PublicError, OSError) as error:
            found.problems.append(str(error))
            continue
        try:
            _add(found, files, tail)
        finally:
            tail.close()
    known = read_files_sent(folder.path)
    # What the server will not get, and why, is told by the sync that found it out.
    found.file_count = len(files - known.sent.keys() - known.refused.keys())
    found.artifact_count = sum(_is_unsent(StagingFolder(entry)) for entry in (folder.path / "artifacts").glob("*"))
    return found


def mark(folder: RunFolder) -> None:
    """Let the folder count as sent, whatever a server has."""
    for path in folder.journals():
        sent = read_sent(path)
        sent.is_marked = True
        write_sent(path, sent)


def _is_unsent(artifact: StagingFolder) -> bool:
    outcome = artifact.read_outcome()
    return (artifact.path / SPEC).exists() and (outcome is None or bool(outcome.error))


def _add(found: Overview, files: set[str], tail: JournalTail) -> None:
    sent: Sent = read_sent(tail.path)
    if tail.start is not None:
        found.run_id, found.entity, found.project = tail.start.run_id, tail.start.entity, tail.start.project
        found.is_alive = found.is_alive or (tail.start.is_primary and is_alive(tail.start.info, tail.host, tail.path))
    while window := tail.window():
        files.update(record.path for _, record in window if isinstance(record, File))
    found.record_count += tail.next_seq
    found.is_finished = found.is_finished and tail.finish is not None
    found.damage_count += len(tail.damages)
    found.is_marked = found.is_marked or sent.is_marked
    if not sent.is_marked:
        found.waiting_count += max(0, tail.next_seq - 1 - sent.acked_seq)
