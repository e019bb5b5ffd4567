"""Follow one writer's journal: windows of records that are not acknowledged yet, bounded in bytes and rows.

A journal may come from anywhere, so nothing in it is trusted: what cannot be put into a batch becomes `Refused` with its reason
and keeps its number, and no field of it is used as a path or a name before it has passed the grammar."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assay.journal.reader import Damage, JournalReader, first_record
from assay.wire import limits
from assay.wire.batch import Batch
from assay.wire.names import is_name, is_run_id
from assay.wire.records import Artifact, File, Finish, Record, Refused, Row, Shape, Start

Numbered = tuple[int, Record]

_UNFOLDABLE = (OverflowError, ValueError, TypeError, KeyError, RecursionError, AssertionError)
_REASON_CHARS = 300


class JournalTail:
    """The records of one journal from `next_seq` on. `end` is the byte offset after the last record read."""

    def __init__(self, path: Path) -> None:
        """Raises JournalNewer, JournalDamaged (no journal at all), OSError."""
        self.path = path
        self.writer = path.name.removesuffix(".journal")
        self.start: Start | None = None
        self.finish: Finish | None = None
        self.host = ""
        self.next_seq = 0
        self._reader = JournalReader(path, skip_damage=True)
        self._records: Iterator[tuple[int, Record, int]] | None = None
        self._shapes: dict[int, Shape] = {}
        self._held: tuple[int, Record, int] | None = None
        self._read_start()

    @property
    def damages(self) -> list[Damage]:
        return self._reader.damages

    @property
    def end(self) -> int:
        return self._reader.offset

    @property
    def size_bytes(self) -> int:
        return self._reader.size_bytes

    @property
    def is_ready(self) -> bool:
        """Whether the journal has said which run it is of."""
        if self.start is None:
            self._read_start()
        return self.start is not None

    @property
    def has_more(self) -> bool:
        """Whether bytes lie behind the last record read: records, or the beginning of one."""
        return self._held is not None or self._reader.size_bytes > self._reader.offset

    @property
    def is_put_back(self) -> bool:
        """Whether the file was deleted and its writer wrote it again: another one, with the same records, has its name now."""
        return self._reader.is_deleted and self.path.exists()

    def close(self) -> None:
        self._reader.close()

    def seek(self, next_seq: int) -> None:
        """Go on with record `next_seq`, wherever that lies. Earlier records are passed over; their shapes are kept."""
        if next_seq != self.next_seq or self._held is not None:
            self.next_seq = next_seq
            self.reopen()

    def reopen(self) -> None:
        """Read the file anew from `next_seq` on: somebody cut its torn tail, or it was put back."""
        self._reader.close()
        self._reader = JournalReader(self.path, skip_damage=True)
        self._records, self._held, self._shapes = None, None, {}

    def passed_over(self, next_seq: int) -> list[File | Artifact]:
        """The files and artifacts named before record `next_seq`. A finish among those records counts as read."""
        files: list[File | Artifact] = []
        if next_seq > 0:
            with JournalReader(self.path, skip_damage=True) as reader:
                for seq, record, _ in reader.records():
                    if seq >= next_seq:
                        break
                    if isinstance(record, File | Artifact):
                        files.append(record)
                    elif isinstance(record, Finish):
                        self.finish = record
        return files

    def window(self, *, max_bytes: int = limits.BATCH_BYTES, max_rows: int = limits.BATCH_ROWS) -> list[Numbered]:
        """The next records there are now, at least one if any; they count as read. Shapes of the window are folded later."""
        if self.start is None:
            self._read_start()
        window: list[Numbered] = []
        first_end = 0
        known = set(self._shapes)
        while len(window) < max_rows and (found := self._next()) is not None:
            seq, record, end = found
            first_end = first_end or end
            # A shape declared twice with other keys would take the rows between with it; it begins a window of its own.
            if window and (end - first_end > max_bytes or (isinstance(record, Shape) and record.id in known)):
                self._held = found
                break
            if isinstance(record, Shape):
                known.add(record.id)
            elif isinstance(record, Finish):
                self.finish = record
            window.append((seq, record))
            self.next_seq = seq + 1
        return window

    def fold(self, window: list[Numbered]) -> Batch:
        """The batch of a window. Records that no batch can hold are in it as Refused."""
        outgoing = [(seq, _outgoing(record)) for seq, record in window]
        try:
            shapes = dict(self._shapes)
            batch = Batch.fold(self.writer, outgoing, shapes)
        except _UNFOLDABLE:
            outgoing = self._foldable(outgoing)
            shapes = dict(self._shapes)
            batch = Batch.fold(self.writer, outgoing, shapes)
        return batch

    def passed(self, window: list[Numbered]) -> None:
        """The window is acknowledged: its shapes hold for what follows."""
        for _, record in window:
            if isinstance(record, Shape):
                self._shapes[record.id] = record

    def keys_of(self, record: Record) -> str:
        """What a refused record was about, for the account."""
        if isinstance(record, Row):
            shape = self._shapes.get(record.shape)
            keys = shape.keys if shape else []
            more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
            return (keys[0][:200] + more) if keys else "*"
        if isinstance(record, File):
            return record.path[:200] or "*"
        return type(record).__name__.lower()

    def _foldable(self, window: list[Numbered]) -> list[Numbered]:
        kept: list[Numbered] = []
        shapes = dict(self._shapes)
        for seq, record in window:
            try:
                Batch.fold(self.writer, [(seq, record)], shapes).encode()
                kept.append((seq, record))
            except _UNFOLDABLE as error:
                kept.append((seq, refused(self.keys_of(record), f"it cannot be sent: {error}", record)))
        return kept

    def _next(self) -> tuple[int, Record, int] | None:
        if self._held is not None:
            held, self._held = self._held, None
            return held
        if self._records is None:
            self._records = self._reader.records(after_seq=self.next_seq - 1)
            fresh = True
        else:
            fresh = False
        found = next(self._records, None)
        if found is None:
            self._records = None  # a new call sees what is written from now on
        elif fresh and not self._shapes:
            # Everything before this record has been passed over; its shapes are what the reader has met.
            self._shapes = dict(self._reader.shapes)
        return found

    def _read_start(self) -> None:
        with JournalReader(self.path, skip_damage=True) as reader:
            head, record = reader.head, first_record(reader)
        if record is None or head is None:
            return
        if not isinstance(record, Start):  # lost to damage; the file's head names the run too
            record = Start(head.entity, head.project, head.run_id, head.writer, {}, "", not head.writer.startswith("s"))
        if _is_sound(record):
            self.start, self.writer = record, record.writer
            self.host = head.host


def refused(key: str, reason: str, record: Record) -> Refused:
    step = record.step if isinstance(record, Row) and 0 <= record.step <= limits.STEP_MAX else -1
    return Refused(key, reason[:_REASON_CHARS], 1, step)


def _is_sound(start: Start) -> bool:
    return (
        is_run_id(start.run_id)
        and is_name(start.writer)
        and (not start.entity or is_name(start.entity))
        and (not start.project or is_name(start.project))
    )


def _outgoing(record: Record) -> Record:
    """The record as it may leave this machine: where a file lies is nobody else's business."""
    if isinstance(record, File) and record.source:
        return File(record.path, record.policy, "", record.digest, record.size)
    return record
