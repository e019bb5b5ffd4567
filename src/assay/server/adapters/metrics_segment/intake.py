"""From a batch to what is logged and what is remembered, and from a log frame back to the same.

Columns stay columns: those of one kind are joined into one matrix by a single copy, which then is both the bytes of the frame
and the memory of the piece."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment.memtable import Extra, Piece, Shape
from assay.server.adapters.metrics_segment.rows import BOOL, FLOAT, INT, OBJECT
from assay.wire import limits
from assay.wire.batch import Batch, Block
from assay.wire.errors import InvalidRequest
from assay.wire.records import Channel, Console

CONSOLE_METRIC = 1
FIRST_METRIC = 16  # ids below are the store's own

_encode = msgspec.msgpack.Encoder().encode
_any_bits = np.bitwise_or.reduce
# Small batches are many: a type that is looked up by its name costs them as much as their numbers do.
_I64, _F64, _BOOL = np.dtype(np.int64), np.dtype(np.float64), np.dtype(np.bool_)
_decode_list: Callable[[bytes], list[Any]] = msgspec.msgpack.Decoder(list[Any]).decode


@dataclass(slots=True)
class RunHead:
    """Which run a frame is of: the store's number, and what the run is outside."""

    number: int
    project: int
    run_key: int


class _PieceHead(msgspec.Struct, array_like=True):
    """`channel`: history, system or console. `ids`: metrics of the float, integer and boolean lines, u32."""

    channel: str
    rows: int
    ids: tuple[bytes, bytes, bytes]
    extras: list[tuple[int, int, bytes, bytes | list[bytes]]]


class _Head(msgspec.Struct, array_like=True):
    number: int
    project: int
    run_key: int
    stream: int
    writer: str
    first_seq: int
    last_seq: int
    next_order: int
    pieces: list[_PieceHead]


_HEAD = msgspec.msgpack.Decoder(_Head)


@dataclass(slots=True)
class Logged:
    """One batch as its frame holds it. `stream`: the history stream it went to."""

    number: int
    project: int
    run_key: int
    stream: int
    writer: str
    first_seq: int
    last_seq: int
    next_order: int
    pieces: list[tuple[str, Piece]] = field(default_factory=list)


class Shapes:
    """One object per distinct shape, so that pieces of equal shape can be joined."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, bytes, bytes], Shape] = {}

    def get(self, ids: tuple[bytes, bytes, bytes]) -> Shape:
        found = self._known.get(ids)
        if found is None:
            if len(self._known) > 100_000:
                self._known.clear()  # equal shapes may then be two objects for a while, which only costs joins
            found = self._known[ids] = Shape(ids)
        return found


def check(batch: Batch) -> None:
    """Raises InvalidRequest for a batch whose rows contradict its own numbers."""
    for block in batch.blocks:
        n = len(block)
        if n == 0:
            continue
        lengths = {len(block.seqs), len(block.steps), len(block.times)}
        if lengths != {8 * n} or not len(block.keys) == len(block.columns) == len(block.kinds):
            raise InvalidRequest(detail="A block's columns differ in length")
        seqs = np.frombuffer(block.seqs, _I64)
        rises = np.count_nonzero(seqs[1:] > seqs[:-1])
        if seqs[0] < batch.first_seq or seqs[-1] > batch.last_seq or rises != n - 1:
            raise InvalidRequest(detail="A block's sequence numbers are not ascending within the batch's")
        # A bit that any step has set: those above the highest step's of none may be.
        if _any_bits(np.frombuffer(block.steps, _I64)) & ~limits.STEP_MAX:
            raise InvalidRequest(detail=f"A step is below 0 or above {limits.STEP_MAX} (STEP_MAX)")


def take_block(block: Block, mark: int, first_seq: int, order: int, ids: list[int], shapes: Shapes) -> Piece | None:
    """The rows of a block that come after `mark`. A write's order is `order` + its sequence − `first_seq`."""
    n = len(block)
    seqs = np.frombuffer(block.seqs, _I64)
    skip = int(seqs.searchsorted(mark, side="right"))
    if skip == n:
        return None
    by_kind: dict[str, tuple[list[int], list[bytes]]] = {"f": ([], []), "i": ([], []), "b": ([], [])}
    extras: list[Extra] = []
    if block.kinds.count("f") == len(ids) == len(set(ids)):
        by_kind["f"] = (ids, block.columns)
    else:
        # Of a key named twice in one row, the later column counts.
        last = {metric: place for place, metric in enumerate(ids)}
        for place, (metric, kind, column) in enumerate(zip(ids, block.kinds, block.columns, strict=True)):
            if last[metric] != place:
                continue
            if kind == "o":
                extras += _extras(metric, _values(column, n)[skip:])
            else:
                by_kind[kind][0].append(metric)
                by_kind[kind][1].append(column)
    (floats, float_columns), (ints, int_columns), (bools, bool_columns) = by_kind.values()
    return Piece(
        shapes.get((_packed(floats), _packed(ints), _packed(bools))),
        seqs[skip:] + (order - first_seq),
        np.frombuffer(block.steps, _I64)[skip:],
        np.frombuffer(block.times, _F64)[skip:],
        _matrix(float_columns, _F64, n, skip),
        _matrix(int_columns, _I64, n, skip),
        _matrix(bool_columns, _BOOL, n, skip),
        extras,
    )


def console_piece(events: list[tuple[int, Console]], first_line: int, first_seq: int, order: int, shapes: Shapes) -> Piece:
    """Console lines as rows: the step is the line's number."""
    times: list[float] = []
    orders: list[int] = []
    objects: list[bytes] = []
    for seq, event in events:
        if len(event.times) != len(event.lines):
            raise InvalidRequest(detail="A console record has not as many times as lines")
        times += event.times
        orders += [order + seq - first_seq] * len(event.lines)
        objects += [_encode((event.stream, event.label, line)) for line in event.lines]
    n = len(times)
    places = np.arange(n, dtype=np.int64)
    return Piece(
        shapes.get((b"", b"", b"")),
        np.array(orders, dtype=np.int64),
        places + first_line,
        np.array(times, dtype=np.float64),
        np.empty((0, n), dtype=np.float64),
        np.empty((0, n), dtype=np.int64),
        np.empty((0, n), dtype=np.bool_),
        [Extra(CONSOLE_METRIC, OBJECT, places.astype(np.int32), places, objects)],
    )


def encode_logged(logged: Logged) -> bytes:
    """A batch frame's payload: u32 head length, msgpack head, the columns of all pieces."""
    heads, parts = [], []
    for channel, piece in logged.pieces:
        extras: list[tuple[int, int, bytes, bytes | list[bytes]]] = [
            (e.metric, e.kind, e.rows.tobytes(), e.objects if e.kind == OBJECT else e.bits.tobytes()) for e in piece.extras
        ]
        heads.append(_PieceHead(channel, len(piece), piece.shape.ids, extras))
        for column in (piece.orders, piece.steps, piece.times, piece.floats, piece.ints, piece.bools):
            parts.append(column.tobytes())
    head = _encode(
        _Head(
            logged.number,
            logged.project,
            logged.run_key,
            logged.stream,
            logged.writer,
            logged.first_seq,
            logged.last_seq,
            logged.next_order,
            heads,
        )
    )
    return b"".join([len(head).to_bytes(4, "little"), head, *parts])


def decode_logged(payload: bytes, shapes: Shapes) -> Logged:
    length = int.from_bytes(payload[:4], "little")
    head = _HEAD.decode(payload[4 : 4 + length])
    at = 4 + length

    def column(dtype: Any, lines: int | None, n: int) -> NDArray[Any]:
        nonlocal at
        count = n if lines is None else lines * n
        size = count * np.dtype(dtype).itemsize
        array = np.frombuffer(payload[at : at + size], dtype=dtype, count=count)
        at += size
        return array if lines is None else array.reshape(lines, n)

    logged = Logged(
        head.number, head.project, head.run_key, head.stream, head.writer, head.first_seq, head.last_seq, head.next_order
    )
    for one in head.pieces:
        n, shape = one.rows, shapes.get(one.ids)
        extras = []
        for metric, kind, rows, data in one.extras:
            places = np.frombuffer(rows, dtype=np.int32)
            if isinstance(data, list):
                extras.append(Extra(metric, kind, places, np.arange(len(places), dtype=np.int64), data))
            else:
                extras.append(Extra(metric, kind, places, np.frombuffer(data, dtype=np.int64), []))
        piece = Piece(
            shape,
            column(np.int64, None, n),
            column(np.int64, None, n),
            column(np.float64, None, n),
            column(np.float64, len(shape.floats), n),
            column(np.int64, len(shape.ints), n),
            column(np.bool_, len(shape.bools), n),
            extras,
        )
        logged.pieces.append((one.channel, piece))
    return logged


def _packed(ids: list[int]) -> bytes:
    return array("I", ids).tobytes()


def _matrix(columns: list[bytes], dtype: np.dtype[Any], n: int, skip: int) -> NDArray[Any]:
    """Columns of `n` values as lines, without the first `skip` of each."""
    if not columns:
        return np.empty((0, n - skip), dtype)
    lines = np.frombuffer(b"".join(columns), dtype).reshape(len(columns), n)
    return lines[:, skip:] if skip else lines


def _values(column: bytes, n: int) -> list[Any]:
    try:
        values = _decode_list(column)
    except msgspec.MsgspecError as error:
        raise InvalidRequest(detail=f"A column of objects cannot be read: {error}") from error
    if len(values) != n:
        raise InvalidRequest(detail=f"A column of objects holds {len(values)} values for {n} rows")
    return values


def _extras(metric: int, values: list[Any]) -> list[Extra]:
    """A column of mixed values, by kind. Absent values leave nothing."""
    rows: dict[int, list[int]] = {}
    kept: dict[int, list[Any]] = {}
    for row, value in enumerate(values):
        if value is None:
            continue
        kind = _kind(value)
        rows.setdefault(kind, []).append(row)
        kept.setdefault(kind, []).append(_encode(value) if kind == OBJECT else value)
    extras = []
    for kind, places in rows.items():
        at = np.array(places, dtype=np.int32)
        if kind == OBJECT:
            extras.append(Extra(metric, kind, at, np.arange(len(at), dtype=np.int64), kept[kind]))
        elif kind == FLOAT:
            extras.append(Extra(metric, kind, at, np.array(kept[kind], dtype=np.float64).view(np.int64), []))
        else:
            extras.append(Extra(metric, kind, at, np.array(kept[kind], dtype=np.int64), []))
    return extras


def _kind(value: Any) -> int:
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, float):
        return FLOAT
    return INT if isinstance(value, int) and -(1 << 63) <= value < 1 << 63 else OBJECT


def channel_of(name: str) -> Channel | None:
    """The channel a piece's values are summarised in; console lines are in none."""
    return "history" if name == "history" else "system" if name == "system" else None
