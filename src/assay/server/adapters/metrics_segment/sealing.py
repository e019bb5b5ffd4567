"""Memory becomes segments, and many segments become few: when that is due, and how a crash in between is harmless.

A segment is durable under its name first; then one transaction of the catalogue names it instead of what it replaces; then
that goes. The files themselves are written by `maintenance`."""

from __future__ import annotations

import threading

from assay.server.adapters.metrics_segment import maintenance
from assay.server.adapters.metrics_segment.catalogue import add_segment, first_stream, save_runs, set_number
from assay.server.adapters.metrics_segment.contents import Contents, Frozen
from assay.server.adapters.metrics_segment.memtable import Memtable
from assay.server.adapters.metrics_segment.segment import Segment
from assay.wire import failpoints
from assay.wire.errors import StorageFull, TooManyRequests

FINISHED_SEGMENTS = 4  # small segments of a finished run from which merging them pays
WAKE_S = 30.0


class Sealer:
    """`seal_values`, `seal_bytes`, `seal_s`: what of them the active memtable reaches first, it is sealed for."""

    def __init__(self, contents: Contents, *, seal_values: int, seal_bytes: int, seal_s: float) -> None:
        self._contents = contents
        self._seal_values, self._seal_bytes, self._seal_s = seal_values, seal_bytes, seal_s
        self._error = ""
        self._finished: set[int] = set()
        self._is_open = True
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self.maintaining = threading.Lock()  # one sealing or merging at a time; taken before the locks of the contents

    def start(self) -> None:
        """Work in a thread of its own until `close`."""
        self._thread = threading.Thread(target=self._work, name="metrics-maintain", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._is_open = False
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def require_room(self) -> None:
        """Raises when as much waits to be sealed as memory is meant for. Holds the lock."""
        if len(self._contents.frozen) >= 2 and self._is_full():
            if self._error:
                detail = f"segments cannot be written ({self._error})"
                raise StorageFull(detail=detail, where=str(self._contents.folder))
            raise TooManyRequests(detail="The metric store is busy: sealing is behind.", retry_after_s=1)

    def finish(self, number: int) -> None:
        """A run ended: a good moment to merge what it wrote."""
        self._finished.add(number)
        self._wake.set()

    def freeze_if_due(self) -> None:
        try:
            if self._is_full() or self._is_old():
                self.freeze()
        except Exception as error:  # the log goes on; freezing is tried again after the next group
            self._error = str(error)

    def freeze(self) -> None:
        """Close the log and set the memtable aside for sealing, with what the catalogue will say once it is sealed."""
        held = self._contents
        with held.writing, held.lock:
            if not held.active.streams and not held.touched:
                return
            for project in {state.project for state in held.touched.values()}:
                held.project(project).cells.fold()
            rows = [held.stored_run(state) for state in held.touched.values()]
            names, held.unsealed_names = held.unsealed_names, []
            held.frozen.append(Frozen(held.active, held.next_segment, held.next_log - 1, rows, names))
            held.next_segment += 1
            held.active, held.active_since = Memtable(), held.clock()
            held.touched = {}
            if held.log is not None:
                held.log.close()
                held.log = None
        self._wake.set()

    def seal(self) -> None:
        """Seal what is frozen."""
        with self.maintaining:
            while self._contents.frozen:
                self._seal_one()

    def level_of(self, rows: int) -> int:
        return maintenance.level_of(rows, self._seal_values)

    def maintain(self) -> None:
        """Seal what is frozen and merge what is due; one caller at a time."""
        with self.maintaining:
            while self._contents.frozen:
                self._seal_one()
            while self._merge_one():
                pass

    def _is_full(self) -> bool:
        active = self._contents.active
        return active.value_count >= self._seal_values or active.size_bytes >= self._seal_bytes

    def _is_old(self) -> bool:
        return self._contents.clock() - self._contents.active_since > self._seal_s

    def _work(self) -> None:
        while True:
            self._wake.wait(timeout=min(WAKE_S, self._seal_s))
            self._wake.clear()
            if not self._is_open:
                return
            try:
                if self._is_old():
                    self.freeze()
                self.maintain()
            except Exception as error:  # kept in memory and in the log; tried again at the next turn
                self._error = str(error)

    def _seal_one(self) -> None:
        """Write the oldest frozen memtable as a segment; then, in one transaction, name it; then drop its logs."""
        held = self._contents
        frozen = held.frozen[0]
        path = maintenance.segment_path(held.segment_folder, frozen.segment_id)
        size = maintenance.write_memtable(held.files, path, frozen.memtable, held.catalogue.tombstones())
        segment = Segment(path, frozen.segment_id, 0, held.node_cache) if size else None
        failpoints.reach("seal.written")
        with held.catalogue.change() as db:
            save_runs(db.execute, frozen.rows)
            db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", frozen.names)
            held.save_counters(db.execute)
            set_number(db.execute, "sealed_log", frozen.log_number)
            if segment is not None:
                add_segment(db.execute, segment.id, segment.level, segment.rows, segment.size_bytes)
        failpoints.reach("seal.named")
        with held.lock:
            if segment is not None:
                held.segments.append(segment)
            held.frozen.pop(0)
        self._error = ""
        for old in sorted(held.log_folder.glob("*.wal")):
            if int(old.stem) <= frozen.log_number:
                held.files.remove(old)

    def _merge_one(self) -> bool:
        """One merge, if one is due."""
        held = self._contents
        with held.lock:
            segments = list(held.segments)
            finished, self._finished = self._finished, set()
        dead = held.catalogue.tombstones()
        chosen = maintenance.choose_merge(segments, dead) or _of_finished(segments, finished)
        if not chosen:
            return False
        with held.lock:
            segment_id = held.next_segment
            held.next_segment += 1
        path = maintenance.segment_path(held.segment_folder, segment_id)
        size = maintenance.write_merged(held.files, path, chosen, dead)
        merged = None
        if size:
            level = self.level_of(sum(segment.rows for segment in chosen))
            merged = Segment(path, segment_id, level, held.node_cache)
        failpoints.reach("merge.written")
        with held.catalogue.change() as db:
            db.executemany("DELETE FROM segments WHERE id = ?", [(segment.id,) for segment in chosen])
            if merged is not None:
                add_segment(db.execute, merged.id, merged.level, merged.rows, merged.size_bytes)
        failpoints.reach("merge.named")
        with held.lock:
            gone = {segment.id for segment in chosen}
            kept = [segment for segment in held.segments if segment.id not in gone]
            held.segments = [*kept, merged] if merged is not None else kept
        for segment in chosen:
            held.files.remove(segment.path)
        return True


def _of_finished(segments: list[Segment], numbers: set[int]) -> list[Segment]:
    """Segments of the lowest tier that share a finished run: merging them makes its charts one read."""
    streams = {first_stream(number) for number in numbers}
    own = [segment for segment in segments if segment.level == 0 and any(stream in segment for stream in streams)]
    return own if len(own) >= FINISHED_SEGMENTS else []
