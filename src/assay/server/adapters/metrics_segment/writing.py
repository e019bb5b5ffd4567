"""Taking batches in: numbered under the lock, written and synced in groups, then shown to readers."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from assay.server.adapters.metrics_segment import intake, log
from assay.server.adapters.metrics_segment.catalogue import console_stream, system_stream
from assay.server.adapters.metrics_segment.committer import QUEUE_BYTES, Committer, Ticket
from assay.server.adapters.metrics_segment.contents import Contents
from assay.server.adapters.metrics_segment.intake import Logged
from assay.server.adapters.metrics_segment.log import LogWriter
from assay.server.adapters.metrics_segment.projects import ProjectState, RunState
from assay.server.domain.runs import RunRef
from assay.server.ports.metrics import Appended
from assay.wire import disks
from assay.wire.batch import Batch
from assay.wire.errors import SequenceGap, StorageFull, TooManyRequests, Unavailable
from assay.wire.records import Channel, Console

_encode = msgspec.msgpack.Encoder().encode
_max, _min = np.maximum.reduce, np.minimum.reduce


class Writer:
    """`require_writable` raises when nothing may be written now; `after_group` runs between groups."""

    def __init__(
        self,
        contents: Contents,
        *,
        linger_s: float,
        reserve_bytes: int,
        require_writable: Callable[[], None],
        after_group: Callable[[], None],
    ) -> None:
        self._contents = contents
        self._reserve_bytes = reserve_bytes
        self._require_writable, self._after_group = require_writable, after_group
        self.refused: Exception | None = None  # why nothing is written any more
        self._committer = Committer(self._commit, linger_s)

    def append(self, run: RunRef, batch: Batch) -> Appended:
        intake.check(batch)
        held = self._contents
        with held.lock:
            self._require_writable()
            project = held.project(run.project_key)
            state = project.runs.get(run.run_key)
            mark = -1 if state is None else self._queued_mark(state, batch.writer)
            if batch and batch.first_seq > mark + 1:
                raise SequenceGap(first_seq=batch.first_seq, expected=mark + 1, writer=batch.writer)
            if not batch or batch.last_seq <= mark:
                return self._repeat(state, batch.writer, mark)
            if self._committer.queued_bytes > QUEUE_BYTES:
                raise TooManyRequests(detail="The metric store's disk is behind.", retry_after_s=1)
            if state is None:
                state = held.add_run(project, run.run_key)
            ticket = self._enqueue(project, state, batch, mark)
        self._committer.wait(ticket)
        keys: dict[Channel, list[str]] = ticket.result
        return Appended(batch.last_seq, True, {channel: tuple(names) for channel, names in keys.items()}, state.last_step)

    def close(self) -> None:
        """Commit what waits, then stop."""
        self._committer.close()

    def _repeat(self, state: RunState | None, writer: str, mark: int) -> Appended:
        """Acknowledge what is known already, once it is durable."""
        held = self._contents
        if state is None:
            return Appended(mark, False, {}, -1)
        while state.waiting and held.marks(state).get(writer, -1) < mark:
            held.settled.wait()
        if held.marks(state).get(writer, -1) < mark:
            raise Unavailable(detail="The batch this one repeats could not be made durable. Send it again.")
        return Appended(mark, False, {}, state.last_step)

    def _queued_mark(self, state: RunState, writer: str) -> int:
        return max(state.queued.get(writer, -1), self._contents.marks(state).get(writer, -1))

    def _enqueue(self, project: ProjectState, state: RunState, batch: Batch, mark: int) -> Ticket:
        """Number what the batch brings and hand it to the committer. Holds the lock, so that order is settled here."""
        held, order = self._contents, state.next_order
        logged = Logged(
            state.number,
            state.project,
            state.run_key,
            state.stream,
            batch.writer,
            batch.first_seq,
            batch.last_seq,
            order + batch.last_seq - batch.first_seq + 1,
        )
        for block in batch.blocks:
            ids = [project.ids.get(key) or held.intern(project, key) for key in block.keys]
            piece = intake.take_block(block, mark, batch.first_seq, order, ids, held.shapes)
            if piece is not None:
                logged.pieces.append((block.channel, piece))
        events = [(seq, event) for seq, event in batch.events if seq > mark and isinstance(event, Console) and event.lines]
        if events:
            piece = intake.console_piece(events, state.queued_lines, batch.first_seq, order, held.shapes)
            logged.pieces.append(("console", piece))
            state.queued_lines += len(piece)
        state.next_order = logged.next_order
        state.queued[batch.writer] = batch.last_seq
        state.waiting += 1
        ticket = Ticket((state.number, batch.writer), intake.encode_logged(logged), (state, logged))
        self._committer.put(ticket)
        return ticket

    def _commit(self, tickets: list[Ticket]) -> None:
        """Write a group, sync it, show it to readers, let its writers go. One thread at a time: the one that leads."""
        try:
            with self._contents.writing:
                self._write_group(tickets)
        except BaseException as error:
            self._fail(tickets, error)
            if not isinstance(error, Exception):
                raise
            return
        for ticket in tickets:
            ticket.settle()
        self._after_group()

    def _write_group(self, tickets: list[Ticket]) -> None:
        if self.refused is not None:
            raise self.refused
        held = self._contents
        with held.lock:
            names = list(held.new_names)
        if held.log is None:
            held.log = LogWriter(held.files, held.log_folder, held.next_log, held.catalogue.store_id, self._reserve_bytes)
            held.next_log += 1
        parts = [(log.NAMES, _encode(names))] if names else []
        parts += [(log.BATCH, ticket.payload) for ticket in tickets]
        held.log.append(parts)
        with held.lock:
            del held.new_names[: len(names)]
            held.unsealed_names += names
            if not held.active.streams:
                held.active_since = held.clock()
            for ticket in tickets:
                state, logged = ticket.item
                ticket.result = publish(held, state, logged)
            for ticket in tickets:
                ticket.item[0].waiting -= 1
            held.settled.notify_all()

    def _fail(self, tickets: list[Ticket], error: BaseException) -> None:
        """Nothing of the group is acknowledged, nor anything queued behind it: sequence numbers must stay without holes."""
        held = self._contents
        with held.lock:
            reason = self._explain(error)
            everything = tickets + self._committer.drain()
            for ticket in everything:
                state, _ = ticket.item
                state.queued.clear()
                state.queued_lines = state.line_count
                state.waiting -= 1
            held.settled.notify_all()
        for ticket in everything:
            ticket.settle(reason)

    def _explain(self, error: BaseException) -> Exception:
        folder = self._contents.folder
        if isinstance(error, OSError) and disks.is_full(error):
            return StorageFull(detail=error.strerror or str(error), where=str(folder))
        if self.refused is None:
            # What the disk kept of a failed sync is unknown, and asking again may wrongly succeed: stop writing here.
            self.refused = Unavailable(
                detail=f"The metric store is read-only since writing to {folder} failed ({error}). Everything "
                "acknowledged is safe and readable; unacknowledged data is still with its writers. Check the disk, restart."
            )
        return self.refused


def publish(held: Contents, state: RunState, logged: Logged) -> dict[Channel, list[str]]:
    """Make a durable batch visible; holds the lock. Returns the metric names the run had not seen, by channel."""
    new: dict[Channel, list[str]] = {}
    project = held.project(logged.project)
    marks = held.marks(state)
    marks[logged.writer] = max(marks.get(logged.writer, -1), logged.last_seq)
    state.next_order = max(state.next_order, logged.next_order)
    state.version += 1
    held.touched[state.number] = state
    for name, piece in logged.pieces:
        channel = intake.channel_of(name)
        if channel is None:
            held.active.add(console_stream(state.number), piece)
            state.line_count = max(state.line_count, int(piece.steps[-1]) + 1)
            state.queued_lines = max(state.queued_lines, state.line_count)
            continue
        stream, newest = logged.stream, int(_max(piece.steps))
        known = state.last_step if channel == "history" else state.system_step
        if known < 0 or _min(piece.steps) <= known:
            state.rewritten = next(held.rewrites)
        if channel == "system":
            stream = system_stream(state.number)
            state.system_step = max(known, newest)
        else:
            state.last_step = max(known, newest)
        held.active.add(stream, piece)
        codes = project.cells.add(state.cells, state.place, channel, piece)
        if len(codes):
            names = [project.names[code & 0xFFFFFFFF] for code in codes.tolist()]
            new.setdefault(channel, []).extend(names)
    return new
