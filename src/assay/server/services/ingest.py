"""A batch arrives: rows and console lines to the metric store, everything else to one metadata unit, then the answer.

The metric store comes first: two stores cannot commit together, and in this order a crash in between can only repeat, never
lose. The writer sends the batch again, the metric store knows the rows, and `applied_seq` tells which events are in already."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec

from assay.server.domain.accounts import Actor
from assay.server.domain.events import Event as DomainEvent
from assay.server.domain.run_edits import differs
from assay.server.domain.runs import Run
from assay.server.ports.bus import News
from assay.server.ports.metrics import Appended
from assay.server.services import access, notes
from assay.server.services.apply import Applied, apply_events
from assay.server.services.gates import Gates
from assay.server.services.handles import Handle, Handles
from assay.server.services.pace import Pace
from assay.server.services.revisions import Revisions
from assay.server.services.runs import find
from assay.server.services.stores import Stores
from assay.server.services.tails import Tails
from assay.server.services.views import names
from assay.wire import failpoints, limits
from assay.wire.batch import OBJECT, Batch, Block
from assay.wire.errors import InvalidName, InvalidRequest, TooLarge
from assay.wire.messages.runs import BatchAck
from assay.wire.names import RunPath, is_key
from assay.wire.records import Console, Event

_TURNS = 64  # locks that writers without numbers of their own share; two rarely meet at one


class IngestService:
    def __init__(self, stores: Stores, handles: Handles, revisions: Revisions, gates: Gates, tails: Tails) -> None:
        self._gates = gates
        self._stores = stores
        self._tails = tails
        self._handles = handles
        self._revisions = revisions
        self._pace = Pace(stores.now)
        self._heard: dict[int, float] = {}
        self._lock = threading.Lock()
        self._turns = [threading.Lock() for _ in range(_TURNS)]

    def append(self, actor: Actor, path: RunPath, batch: Batch) -> BatchAck:
        """Keep the batch; on disk when this returns. Safe to repeat. Raises SequenceGap, StorageFull, NotFound, Moved, Gone."""
        handle = self._handle(actor, path)
        _check(batch)
        with self._gates.entered(handle.ref.run_key):
            # A move that ended just before the gate opened made the handle forgotten; then this says where the run is.
            handle = self._handle(actor, path)
            appended = self._stores.metrics.append(handle.ref, batch)
        failpoints.reach("batch.kept")
        self._hear(handle)
        # Console lines are the metric store's: a run that only prints costs no unit.
        events: list[tuple[int, Event]] = [(seq, event) for seq, event in batch.events if not isinstance(event, Console)]
        if events or handle.is_crashed:
            handle = self._apply(actor, path, batch.writer, events)
        if appended.is_new:
            self._tails.heard(handle.ref.run_key, batch.writer, batch.events, self._stores.now())
            self._announce(path, handle, batch, appended)
        return self._acknowledged(handle, appended.acked_seq, self._pace.heard(handle.ref.run_key, batch.writer))

    def append_next(self, actor: Actor, path: RunPath, writer: str, batch: Callable[[int], Batch]) -> BatchAck:
        """Keep the batch that `batch` makes of the number that the writer goes on with. Of two at once each gets its own: with
        one for both, the later would be taken for a repeat of the first. Not safe to repeat. Raises as `append` does."""
        turn = self._turns[hash((self._handle(actor, path).ref.run_key, writer)) % len(self._turns)]
        with turn:
            return self.append(actor, path, batch(self._stores.metrics.next_seq(self._handle(actor, path).ref, writer)))

    def heartbeat(self, actor: Actor, path: RunPath, writer: str) -> BatchAck:
        """A sign of life without data. The answer says what the server has of the writer."""
        handle = self._handle(actor, path)
        self._hear(handle)
        if handle.is_crashed:
            handle = self._apply(actor, path, writer, [])
        return self._acknowledged(handle, self._stores.metrics.next_seq(handle.ref, writer) - 1)

    def save_heartbeats(self) -> None:
        """Write down who was heard since the last call: one statement for all runs, not one per flush."""
        with self._lock:
            heard, self._heard = self._heard, {}
        if heard:
            try:
                with self._stores.metadata.begin() as unit:
                    unit.runs.touch(heard)
            except BaseException:
                with self._lock:
                    self._heard = heard | self._heard
                raise

    def mark_silent(self) -> list[Run]:
        """Runs that were live and have been silent for too long become crashed; answers them."""
        self.save_heartbeats()
        now = self._stores.now()
        with self._stores.metadata.read() as unit:
            suspects = [run for run in unit.runs.silent_since(now - limits.CRASHED_AFTER_S) if run.silent(now) != run]
        crashed: list[Run] = []
        for suspect in suspects:
            # A unit each: one run that changes meanwhile must not keep the others from being marked.
            with self._stores.metadata.begin() as unit:
                before = unit.runs.by_key(suspect.key)
                after = before.silent(now) if before is not None else None
                if before is None or after is None or after == before:
                    continue
                unit.runs.save(after, expected=before)
                unit.events.add(_event("RunCrashed", after, now, "assay"))
            crashed.append(after)
            self._changed(after)
        return crashed

    def _handle(self, actor: Actor, path: RunPath) -> Handle:
        access.require(actor, "run:write", path.entity, what="run", name=str(path))
        handle = self._handles.get(path)
        if handle is None:
            changes = self._handles.changes
            with self._stores.metadata.read() as unit:
                run = find(unit, actor, path, "run:write")
            handle = self._handles.put(path, run, changes)
        return handle

    def _hear(self, handle: Handle) -> None:
        if handle.is_live:
            with self._lock:
                self._heard[handle.ref.run_key] = self._stores.now()

    def _apply(self, actor: Actor, path: RunPath, writer: str, events: list[tuple[int, Event]]) -> Handle:
        """One unit with all that the events change. Nothing is written when they were applied before."""
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            before = find(unit, actor, path, "run:write")
            run = before.heard(now) if before.state == "crashed" else before
            applied = unit.runs.applied_seq(before.key, writer)
            fresh = [(seq, event) for seq, event in events if seq > applied]
            outcome = apply_events(unit, run, writer, fresh, now) if fresh else Applied(run, [])
            is_changed = differs(outcome.run, before)
            if is_changed:
                notes.keep(unit, before, outcome.run.notes, now, actor.username)
                unit.runs.save(outcome.run, expected=before)
            if fresh:
                unit.runs.set_applied_seq(before.key, writer, fresh[-1][0])
            if before.state == "crashed" and outcome.run.is_live:
                unit.events.add(_event("RunRevived", outcome.run, now, actor.username))
            for kind in outcome.happened:
                unit.events.add(_event(kind, outcome.run, now, actor.username))
        if is_changed or outcome.happened:
            self._changed(outcome.run)
        return Handle.of(outcome.run, now)

    def _changed(self, run: Run) -> None:
        self._handles.forget(run.key)
        self._revisions.bump(run.project_key, run.key)
        self._stores.bus.publish(News("run", run.project_key, run.entity, run.project, run.id))

    def _acknowledged(self, handle: Handle, acked_seq: int, pace_s: float = 0.0) -> BatchAck:
        stop = handle.is_stopped(self._stores.now())
        return BatchAck("assay", acked_seq, stop=stop, preempt=handle.preempt, name=handle.name, pace_s=pace_s)

    def _announce(self, path: RunPath, handle: Handle, batch: Batch, appended: Appended) -> None:
        keys = {key for block in batch.blocks for key in block.keys[:100]}
        new = appended.keys.get("history", ()) or appended.keys.get("system", ())
        if new:
            self._revisions.bump(handle.ref.project_key)
        self._stores.bus.publish(
            News(
                "series", handle.ref.project_key, path.entity, path.project, path.run_id, appended.last_step, names(sorted(keys))
            )
        )


def _event(kind: str, run: Run, at: float, who: str) -> DomainEvent:
    return DomainEvent(kind, run.project_key, f"{run.entity}/{run.project}/{run.id}", at, who,
                       {"run_key": run.key, "state": run.state})  # fmt: skip


def _check(batch: Batch) -> None:
    """Limits that the batch's own decoding does not know."""
    if not (1 <= len(batch.writer) <= limits.RUN_ID_CHARS and batch.writer.isascii() and batch.writer.isprintable()):
        raise InvalidName(text=batch.writer[:200], what="writer", expected="1 to 128 printable ASCII characters")
    if batch.row_count > limits.BATCH_ROWS:
        raise TooLarge(what="The batch", actual=f"{batch.row_count} rows", limit=limits.BATCH_ROWS, name="BATCH_ROWS")
    for block in batch.blocks:
        if len(block.keys) > limits.ROW_KEYS:
            raise TooLarge(what="A row", actual=f"{len(block.keys)} keys", limit=limits.ROW_KEYS, name="ROW_KEYS")
        if OBJECT in block.kinds:
            _check_values(block)
        # Most keys are short: their bytes are counted only when their characters leave a doubt.
        if block.keys and (len(max(block.keys, key=len)) * 4 > limits.KEY_BYTES or "" in block.keys):
            for key in block.keys:
                if not is_key(key):
                    raise InvalidName(text=key[:300], what="metric key", expected="1 byte to 1 KiB of UTF-8")
        if len(set(block.keys)) != len(block.keys):
            raise InvalidRequest(detail="A block of the batch names a key twice")


def _check_values(block: Block) -> None:
    """Raises TooLarge for a value beyond its limit. Only a column longer than one value may be can hold such a value."""
    for key, kind, column in zip(block.keys, block.kinds, block.columns, strict=True):
        if kind == OBJECT and len(column) > limits.VALUE_BYTES:
            try:
                size = max(len(value) for value in _RAW.decode(column))
            except (msgspec.MsgspecError, ValueError) as error:
                raise InvalidRequest(detail=f"A column of the batch cannot be read: {error}") from error
            if size > limits.VALUE_BYTES:
                what = f"A value of {key[:100]!r}"
                raise TooLarge(what=what, actual=f"{size} bytes", limit=limits.VALUE_BYTES, name="VALUE_BYTES")


_RAW = msgspec.msgpack.Decoder(list[msgspec.Raw])
