"""What was accepted and is not sealed yet: per stream, pieces of columns as they came off the wire.

A piece is a matrix per kind, one line per metric, so that taking in a row of 100,000 values costs a few copies and no loop.
Readers join pieces when there are many; pieces themselves never change."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment.rows import BOOL, FLOAT, INT, OBJECT, TIME_METRIC, Table, join, settle

I64 = NDArray[np.int64]
U32 = NDArray[np.uint32]
Array = NDArray[Any]
JOIN_PIECES = 8


class Shape:
    """Which metrics the lines of a piece's matrices belong to. One object per distinct shape: pieces compare by identity.

    `ids`: the metrics of the float, integer and boolean lines, u32."""

    __slots__ = ("_places", "_sorted", "bools", "floats", "ids", "ints")

    def __init__(self, ids: tuple[bytes, bytes, bytes]) -> None:
        self.ids = ids
        self.floats, self.ints, self.bools = (np.frombuffer(part, dtype=np.uint32) for part in ids)
        metrics = self.metrics
        self._places = np.argsort(metrics, kind="stable")
        self._sorted = metrics[self._places]

    @property
    def metrics(self) -> U32:
        return np.concatenate((self.floats, self.ints, self.bools))

    def place(self, metric: int) -> tuple[int, int] | None:
        """Kind and line of a metric."""
        at = int(np.searchsorted(self._sorted, metric))
        if at == len(self._sorted) or self._sorted[at] != metric:
            return None
        line = int(self._places[at])
        if line < len(self.floats):
            return FLOAT, line
        line -= len(self.floats)
        return (INT, line) if line < len(self.ints) else (BOOL, line - len(self.ints))


@dataclass(frozen=True, slots=True)
class Extra:
    """Values of one metric that do not fill a line: some rows of it only, or objects. `bits` as in `rows`."""

    metric: int
    kind: int
    rows: NDArray[np.int32]
    bits: I64
    objects: list[bytes]


@dataclass(slots=True, eq=False)
class Piece:
    """Not frozen, because making it is what a small batch costs most; nobody changes one."""

    shape: Shape
    orders: I64
    steps: I64
    times: NDArray[np.float64]
    floats: NDArray[np.float64]
    ints: I64
    bools: NDArray[np.bool_]
    extras: list[Extra]

    def __len__(self) -> int:
        return len(self.steps)

    def weigh(self) -> tuple[int, int]:
        """Values, and bytes of memory."""
        rows, lines = len(self.steps), len(self.floats) + len(self.ints) + len(self.bools) + 1
        values = rows * lines + sum(len(extra.rows) for extra in self.extras)
        objects = sum(sum(map(len, extra.objects)) for extra in self.extras)
        return values, 8 * (values + rows) + objects + 500


def join_pieces(pieces: list[Piece]) -> Piece:
    """Pieces of one shape, one after another."""
    if len(pieces) == 1:
        return pieces[0]
    extras, base = [], 0
    for piece in pieces:
        if base:
            extras += [Extra(e.metric, e.kind, e.rows + np.int32(base), e.bits, e.objects) for e in piece.extras]
        else:
            extras += piece.extras
        base += len(piece)
    return Piece(
        pieces[0].shape,
        np.concatenate([p.orders for p in pieces]),
        np.concatenate([p.steps for p in pieces]),
        np.concatenate([p.times for p in pieces]),
        np.concatenate([p.floats for p in pieces], axis=1),
        np.concatenate([p.ints for p in pieces], axis=1),
        np.concatenate([p.bools for p in pieces], axis=1),
        extras,
    )


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one kind of one series, in order of acceptance."""

    kind: int
    steps: I64
    orders: I64
    bits: I64
    objects: list[bytes] = field(default_factory=list)


class Memtable:
    def __init__(self) -> None:
        self.value_count = 0
        self.size_bytes = 0
        self._lock = threading.Lock()
        self._streams: dict[int, dict[Shape, list[Piece]]] = {}

    def add(self, stream: int, piece: Piece) -> None:
        values, size = piece.weigh()
        with self._lock:
            self._streams.setdefault(stream, {}).setdefault(piece.shape, []).append(piece)
            self.value_count += values
            self.size_bytes += size

    def __contains__(self, stream: int) -> bool:
        return stream in self._streams

    @property
    def streams(self) -> list[int]:
        return sorted(self._streams)

    def columns(self, stream: int, metric: int) -> list[Column]:
        """Everything of one series, a column per piece and kind."""
        found: list[Column] = []
        for shape, pieces in self._pieces(stream):
            place = (FLOAT, -1) if metric == TIME_METRIC else shape.place(metric)
            for piece in pieces:
                if place is not None:
                    found.append(Column(place[0], piece.steps, piece.orders, _line(piece, *place)))
                for extra in piece.extras:
                    if extra.metric == metric:
                        steps, orders = piece.steps[extra.rows], piece.orders[extra.rows]
                        found.append(Column(extra.kind, steps, orders, extra.bits, extra.objects))
        return found

    def metrics(self, stream: int) -> set[int]:
        found: set[int] = set()
        for shape, pieces in self._pieces(stream):
            found.update(shape.metrics.tolist())
            found.update(extra.metric for piece in pieces for extra in piece.extras)
        return found

    def table(self, stream: int) -> Table:
        """The whole stream, settled: what is written into a segment."""
        parts = []
        for shape, pieces in self._pieces(stream, every=True):
            piece = join_pieces(pieces)
            parts.append(_flatten(stream, shape, piece))
            parts += [_flatten_extra(stream, piece, extra) for extra in piece.extras]
        return settle(join(parts))

    def _pieces(self, stream: int, *, every: bool = False) -> list[tuple[Shape, list[Piece]]]:
        with self._lock:
            shapes = self._streams.get(stream)
            if shapes is None:
                return []
            answer = []
            for shape, pieces in shapes.items():
                if len(pieces) > (1 if every else JOIN_PIECES):
                    # Join the tail for as long as it weighs at least half of what stands before it: each value is copied
                    # a logarithmic number of times, however often somebody looks.
                    cut, weight = len(pieces) - 1, len(pieces[-1])
                    while cut > 0 and (every or len(pieces[cut - 1]) <= 2 * weight):
                        cut -= 1
                        weight += len(pieces[cut])
                    pieces[cut:] = [join_pieces(pieces[cut:])]
                answer.append((shape, list(pieces)))
            return answer


def _line(piece: Piece, kind: int, line: int) -> I64:
    if line < 0:
        return piece.times.view(np.int64)
    if kind == FLOAT:
        bits: I64 = piece.floats[line].view(np.int64)
    else:
        bits = piece.ints[line] if kind == INT else piece.bools[line].astype(np.int64)
    return bits


def _flatten(stream: int, shape: Shape, piece: Piece) -> Table:
    """A piece's matrices and its times as rows in order of metric."""
    n = len(piece)
    metrics = np.concatenate((np.zeros(1, dtype=np.uint32), shape.metrics)).astype(np.uint64)
    kinds = np.repeat(
        np.array([FLOAT, FLOAT, INT, BOOL], dtype=np.uint8), [1, len(shape.floats), len(shape.ints), len(shape.bools)]
    )
    lines = np.concatenate(
        (
            piece.times.view(np.int64).reshape(1, n),
            piece.floats.view(np.int64),
            piece.ints,
            piece.bools.astype(np.int64),
        )
    )
    by_metric = np.argsort(metrics, kind="stable")
    k = len(metrics)
    return Table(
        np.repeat((np.uint64(stream) << np.uint64(32)) | metrics[by_metric], n),
        np.repeat(kinds[by_metric], n),
        np.tile(piece.steps, k),
        np.tile(piece.orders, k),
        lines[by_metric].reshape(-1),
    )


def _flatten_extra(stream: int, piece: Piece, extra: Extra) -> Table:
    n = len(extra.rows)
    return Table(
        np.full(n, (stream << 32) | extra.metric, dtype=np.uint64),
        np.full(n, extra.kind, dtype=np.uint8),
        piece.steps[extra.rows],
        piece.orders[extra.rows],
        extra.bits,
        extra.objects if extra.kind == OBJECT else [],
    )
