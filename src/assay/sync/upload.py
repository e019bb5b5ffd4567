"""Send one writer's records until the server has them all, whatever it answers on the way.

Every answer leads to one of five verdicts (`judge`, a pure function): acknowledged, try again later, send again from another
number, split until the offending record is found, or stop. Sending the same records twice is harmless: the server knows them by
(run, writer, sequence). So the rule for every doubt is: send again."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from enum import Enum
from pathlib import Path

import msgspec

from assay.client import run_calls
from assay.client.http import Connection
from assay.journal.reader import JournalReader
from assay.sync.tail import JournalTail, Numbered, refused
from assay.wire import limits
from assay.wire.batch import Batch
from assay.wire.errors import Conflict, Forbidden, Gone, NotFound, NotSignedIn, PublicError, SequenceGap, UnexpectedAnswer
from assay.wire.messages.runs import BatchAck, RunStart, RunStarted
from assay.wire.names import RunPath
from assay.wire.records import Artifact, File

_KEPT_REFUSALS = 1_000
_DESCRIBING = ("group", "job_type", "notes", "tags", "name", "config", "program", "host", "label")  # likeliest first
_NOTHING_SAID = RunStart(writer="")
_START_FIELDS = frozenset(field.name for field in msgspec.structs.fields(RunStart))


class Verdict(Enum):
    RETRY = "retry"  # the same again later
    PAUSE = "pause"  # the key is not good (any more): wait for another
    RESEND = "resend"  # the server misses earlier records
    SPLIT = "split"  # something in this batch cannot be taken
    STOP = "stop"  # the run is not wanted any more


def judge(error: PublicError) -> Verdict:
    """What an error in answer to a batch means."""
    if isinstance(error, SequenceGap):
        return Verdict.RESEND
    if isinstance(error, NotSignedIn | Forbidden):
        return Verdict.PAUSE
    if isinstance(error, NotFound | Gone | NotWanted):
        return Verdict.STOP
    if isinstance(error, UnexpectedAnswer):
        # A proxy on the way may have a smaller limit than we have; smaller batches get through it.
        return Verdict.SPLIT if error.fields.get("http_status") == 413 else Verdict.RETRY
    if type(error).status in {400, 413, 422}:
        return Verdict.SPLIT
    # What is left passes: no server, a busy one, two edits of one run at the same moment. An answer nobody has thought of is
    # better asked for again, rarely, than taken for the end of a run.
    return Verdict.RETRY


class NotWanted(PublicError):
    """The run exists and its script insists on a new one."""

    code = "run_exists"
    status = 409
    exit_code = 6
    text = "{detail}"


class Refusal(msgspec.Struct):
    seq: int
    key: str
    reason: str


class Sent(msgspec.Struct):
    """`<writer>.sent`: what the server had acknowledged when this was written, and what it would not take. A hint for people
    and for `status`; where sending goes on is always the server's word."""

    acked_seq: int = -1
    offset: int = 0
    server: str = ""
    run: str = ""
    refused_count: int = 0
    refused: list[Refusal] = []
    last_reason: str = ""
    is_marked: bool = False


class _Piece(msgspec.Struct):
    """Records to be sent in one batch. `level` 0: as they are; 1: the one record's refusal instead; 2: only its number."""

    records: list[Numbered]
    level: int = 0


class WriterUpload:
    """One journal on its way. `acked_seq`: everything up to it is on the server's disk."""

    def __init__(self, path: Path, on_content: Callable[[File | Artifact], None] = lambda _: None) -> None:
        """Raises what JournalTail raises."""
        self.tail = JournalTail(path)
        self.sent = read_sent(path)
        self.acked_seq = -1
        self.is_open = False
        self._on_content = on_content
        self._window_rows = limits.BATCH_ROWS
        self._pieces: deque[_Piece] = deque()
        self._scout: JournalReader | None = None
        self._end_size = -1  # the journal's size when nothing more could be read from it
        self._saved_seq = self.sent.acked_seq

    @property
    def writer(self) -> str:
        return self.tail.writer

    @property
    def is_finished(self) -> bool:
        """Whether the writer's last record is on the server."""
        return self.tail.finish is not None and not self._pieces

    @property
    def is_primary(self) -> bool:
        return self.tail.start is not None and self.tail.start.is_primary

    @property
    def is_drained(self) -> bool:
        """Whether every whole record there is now is on the server."""
        return self.is_open and not self._pieces and self._end_size == self.tail.size_bytes and not self.tail.is_put_back

    @property
    def has_waiting(self) -> bool:
        return bool(self._pieces) or self.tail.has_more

    def waiting_count(self) -> int:
        """Records in the journal that the server does not have. Reads what is new in the journal, without decoding rows."""
        if not self.has_waiting:
            return max(0, self.tail.next_seq - 1 - self.acked_seq)
        if self._scout is None:
            self._scout = JournalReader(self.tail.path, skip_damage=True)
        for _ in self._scout.records(after_seq=1 << 62):
            pass
        return max(0, self._scout.next_seq - 1 - self.acked_seq)

    def open(self, connection: Connection, run: RunPath) -> RunStarted:
        """Tell the server who writes, and learn where to go on. Safe to repeat."""
        assert self.tail.start is not None
        start = run_start(self.tail.start.info, self.writer)
        if not self.is_primary and start.rank <= 0:
            start.rank = 1  # until its Start record arrives, the server tells helpers by their rank
        try:
            started = run_calls.start_run(connection, run, start)
        except PublicError as error:
            if isinstance(error, Conflict) and start.resume == "never":
                raise NotWanted(detail=str(error)) from error
            if judge(error) is not Verdict.SPLIT:
                raise
            started = self._open_without(connection, run, start, error)
        self._go_on_from(started.writer_next_seq)
        self.is_open = True
        self.sent.server, self.sent.run = connection.url, str(run)
        return started

    def _open_without(self, connection: Connection, run: RunPath, start: RunStart, error: PublicError) -> RunStarted:
        """Something that describes the run cannot be taken, for the reason `error`. The rest can, and its rows: start it without
        the one field that is refused, or, if there are several of them, with what names it."""
        for field in _DESCRIBING:
            if not getattr(start, field):
                continue
            less = msgspec.structs.replace(start, **{field: getattr(_NOTHING_SAID, field)})
            try:
                started = run_calls.start_run(connection, run, less)
            except PublicError as again:
                if judge(again) is not Verdict.SPLIT:
                    raise
                continue
            self._note_refusal(0, field, str(error))
            return started
        started = run_calls.start_run(connection, run, RunStart(writer=self.writer, resume=start.resume, rank=start.rank))
        self._note_refusal(0, "start", str(error))
        return started

    def look(self) -> None:
        """Read what there is to send next; `tail.finish` knows then whether the writer has ended."""
        if not self._pieces:
            self._read()

    def send(self, connection: Connection, run: RunPath) -> BatchAck | None:
        """Send the next batch; None when there is nothing to send. Raises the errors whose verdict is not for one writer to
        settle (RETRY, PAUSE, STOP); the batch is kept and goes out again."""
        if not self._pieces and not self._read():
            return None
        while True:
            piece = self._pieces[0]
            batch = self._batch(piece)
            try:
                ack = run_calls.append(connection, run, batch.encode())
                if ack.acked_seq < batch.first_seq:
                    raise connection.unexpected("it acknowledges nothing of what it was sent", 200)
            except PublicError as error:
                verdict = judge(error)
                expected = error.fields.get("expected")
                # Asked for what was just sent, we would send it for ever.
                if verdict is Verdict.RESEND and isinstance(expected, int) and expected != batch.first_seq:
                    self._go_on_from(expected)
                    if not self._read():
                        return None
                elif verdict is Verdict.SPLIT:
                    self._split(connection, run, error)
                else:
                    raise
                continue
            self._acknowledged(piece, batch, ack)
            return ack

    def heartbeat(self, connection: Connection, run: RunPath) -> BatchAck:
        """The writer lives and has nothing to say."""
        return run_calls.heartbeat(connection, run, self.writer)

    def save_if_new(self) -> None:
        if self.sent.acked_seq != self._saved_seq:
            self.save()

    def save(self) -> None:
        """Write `<writer>.sent`. A folder that cannot be written only makes the next start ask the server."""
        if write_sent(self.tail.path, self.sent):
            self._saved_seq = self.sent.acked_seq

    def close(self) -> None:
        self.tail.close()
        if self._scout is not None:
            self._scout.close()

    def _read(self) -> bool:
        if self.tail.is_put_back:
            self.tail.reopen()
            if self._scout is not None:
                self._scout.close()
                self._scout = None
        size_bytes = self.tail.size_bytes
        window = self.tail.window(max_rows=self._window_rows)
        for _, record in window:
            if isinstance(record, File | Artifact):
                self._on_content(record)
        self._end_size = size_bytes if not window else -1
        if window:
            self._pieces.append(_Piece(window))
        return bool(window)

    def _batch(self, piece: _Piece) -> Batch:
        seq, record = piece.records[0]
        match piece.level:
            case 0:
                return self.tail.fold(piece.records)
            case 1:
                return self.tail.fold([(seq, refused(self.tail.keys_of(record), self.sent.last_reason, record))])
            case _:
                return Batch(self.writer, seq, seq)

    def _acknowledged(self, piece: _Piece, batch: Batch, ack: BatchAck) -> None:
        if ack.acked_seq < batch.last_seq:  # less was kept than was sent: go on from there
            self._go_on_from(ack.acked_seq + 1)
            return
        self.tail.passed(piece.records)
        self._pieces.popleft()
        self.acked_seq = self.sent.acked_seq = batch.last_seq
        self.sent.offset = self.tail.end
        if not self._pieces:
            self._window_rows = min(limits.BATCH_ROWS, self._window_rows * 2)

    def _go_on_from(self, next_seq: int) -> None:
        self._pieces.clear()
        self.acked_seq = self.sent.acked_seq = next_seq - 1
        self.tail.finish = None
        for file in self.tail.passed_over(next_seq):
            self._on_content(file)
        self.tail.seek(next_seq)

    def _split(self, connection: Connection, run: RunPath, error: PublicError) -> None:
        """Halve the piece that was refused; when it is one record, send its refusal instead, then only its number. Raises
        `error` when it is not the record's fault: then the server does not take an empty batch either."""
        piece = self._pieces[0]
        if len(piece.records) > 1:
            middle = len(piece.records) // 2
            self._pieces.popleft()
            self._pieces.extendleft([_Piece(piece.records[middle:]), _Piece(piece.records[:middle])])
            if type(error).status == 413 or isinstance(error, UnexpectedAnswer):
                self._window_rows = middle
            return
        if piece.level == 2:
            raise error
        if piece.level == 0:
            self.heartbeat(connection, run)
            seq, record = piece.records[0]
            self._note_refusal(seq, self.tail.keys_of(record), str(error))
        piece.level += 1

    def _note_refusal(self, seq: int, key: str, reason: str) -> None:
        self.sent.refused_count += 1
        self.sent.last_reason = reason
        if len(self.sent.refused) < _KEPT_REFUSALS:
            self.sent.refused.append(Refusal(seq, key, reason[:500]))


def run_start(info: dict[str, object], writer: str) -> RunStart:
    """`info` of a Start record as the request's body. Fields that are not what they should be are left out one by one."""
    known = {name: value for name, value in info.items() if name in _START_FIELDS}
    known["writer"] = writer
    for name in list(known):
        try:
            msgspec.convert({"writer": writer, name: known[name]}, RunStart)
        except msgspec.ValidationError:
            del known[name]
    known["writer"] = writer
    return msgspec.convert(known, RunStart)


def read_sent(journal: Path) -> Sent:
    """Of this journal; a new one if there is none that can be read."""
    try:
        return msgspec.json.decode(journal.with_suffix(".sent").read_bytes(), type=Sent)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Sent()


def write_sent(journal: Path, sent: Sent) -> bool:
    """Replace `<writer>.sent` in one step. False if the folder takes no files."""
    scratch = journal.with_suffix(f".sent-{os.getpid()}")
    try:
        scratch.write_bytes(msgspec.json.encode(sent))
        scratch.replace(journal.with_suffix(".sent"))
    except OSError:
        return False
    return True
