"""A writer's records folded into columns, to be sent, merged and stored. Nothing here knows files or networks.

A batch holds the records `first_seq … last_seq` of one writer of one run, every one of them. Rows become blocks of columns;
all other records ride along as events with their numbers. Merging is concatenation: sending `a.merge(b)` means the same as
sending `a`, then `b`.

On the wire: `ASB1`, one byte (0 plain, 1 zlib), then (compressed from 4 KiB up) u32 head length, msgpack head, and the columns
of all blocks end to end, little-endian. `docs/architecture/formats/batch.md` has the layout."""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Iterable
from typing import Any, Self

import msgspec

from assay.wire import limits
from assay.wire.errors import InvalidRequest, TooLarge
from assay.wire.records import Channel, Event, Record, Row, Shape

MAGIC = b"ASB1"
FLOAT, INT, BOOL, OBJECT = "f", "i", "b", "o"
_INT64_MIN, _INT64_MAX = -(1 << 63), (1 << 63) - 1

if sys.byteorder != "little":  # pragma: no cover
    raise ImportError("Assay's formats are little-endian; this machine is big-endian and is not supported.")


class Block(msgspec.Struct):
    """Rows of one shape in sequence order, as columns of length n.

    `seqs` u64, `steps` i64, `times` f64; `columns[k]` by `kinds[k]`: `f` f64, `i` i64, `b` one byte each,
    `o` a msgpack list of n values, where nil is an absent value."""

    channel: Channel
    keys: list[str]
    kinds: str
    seqs: bytes
    steps: bytes
    times: bytes
    columns: list[bytes]

    def __len__(self) -> int:
        return len(self.steps) // 8

    @property
    def size_bytes(self) -> int:
        return 3 * len(self.steps) + sum(map(len, self.columns))


class Batch(msgspec.Struct):
    writer: str
    first_seq: int
    last_seq: int
    blocks: list[Block] = []
    events: list[tuple[int, Event]] = []

    def __bool__(self) -> bool:
        return self.last_seq >= self.first_seq

    @property
    def row_count(self) -> int:
        return sum(map(len, self.blocks))

    @property
    def size_bytes(self) -> int:
        """Bytes of columns; events are counted at encoding."""
        return sum(block.size_bytes for block in self.blocks)

    @classmethod
    def fold(cls, writer: str, records: Iterable[tuple[int, Record]], shapes: dict[int, Shape]) -> Self:
        """The batch of `records`, which are numbered without gaps. `shapes` is read and extended."""
        folder = _Folder(shapes)
        first = last = -1
        for seq, record in records:
            if first < 0:
                first = seq
            assert last < 0 or seq == last + 1, (last, seq)
            last = seq
            folder.add(seq, record)
        if first < 0:
            first, last = 0, -1
        return cls(writer, first, last, folder.blocks(), folder.events)

    def merge(self, after: Batch) -> Batch:
        """The batch that says what `self`, then `after`, say. `after` must be the same writer's next."""
        assert self.writer == after.writer, (self.writer, after.writer)
        assert after.first_seq == self.last_seq + 1, (self.last_seq, after.first_seq)
        joined: dict[tuple[str, tuple[str, ...], str], Block] = {}
        for block in (*self.blocks, *after.blocks):
            key = (block.channel, tuple(block.keys), block.kinds)
            earlier = joined.get(key)
            joined[key] = block if earlier is None else _concatenate(earlier, block)
        return Batch(self.writer, self.first_seq, after.last_seq, list(joined.values()), [*self.events, *after.events])

    def encode(self) -> bytes:
        head = {
            "writer": self.writer,
            "first_seq": self.first_seq,
            "last_seq": self.last_seq,
            "blocks": [[b.channel, b.keys, b.kinds, len(b), [len(c) for c in b.columns]] for b in self.blocks],
            "events": self.events,
        }
        packed = msgspec.msgpack.encode(head)
        parts = [struct.pack("<I", len(packed)), packed]
        for block in self.blocks:
            parts += [block.seqs, block.steps, block.times, *block.columns]
        body = b"".join(parts)
        if len(body) < limits.COMPRESS_BYTES:
            return MAGIC + b"\0" + body
        return MAGIC + b"\1" + zlib.compress(body, 1)

    @classmethod
    def decode(cls, data: bytes | memoryview) -> Self:
        """Raises InvalidRequest or TooLarge; never allocates more than the body limit, whatever the lengths inside say."""
        view = memoryview(data)
        if len(view) < 9 or view[:4] != MAGIC or view[4] > 1:
            raise InvalidRequest(detail="Not a batch: it does not begin with ASB1 and a known compression")
        body = view[5:] if view[4] == 0 else _inflate(view[5:])
        try:
            (head_bytes,) = struct.unpack_from("<I", body)
            head = _HEAD.decode(body[4 : 4 + head_bytes])
            blocks, at = [], 4 + head_bytes
            for channel, keys, kinds, n, lengths in head.blocks:
                block, at = _cut(body, at, channel, keys, kinds, n, lengths)
                blocks.append(block)
        except (struct.error, msgspec.MsgspecError, UnicodeDecodeError, _BadLayout) as error:
            raise InvalidRequest(detail=f"The batch's layout is broken: {error}") from error
        if at != len(body) or head.last_seq < head.first_seq - 1 or head.first_seq < 0:
            raise InvalidRequest(detail="The batch's layout is broken: lengths or sequence numbers do not add up")
        return cls(head.writer, head.first_seq, head.last_seq, blocks, head.events)


class _Head(msgspec.Struct):
    writer: str
    first_seq: int
    last_seq: int
    blocks: list[tuple[Channel, list[str], str, int, list[int]]]
    events: list[tuple[int, Event]]


_HEAD = msgspec.msgpack.Decoder(_Head)


class _BadLayout(Exception):
    pass


def _inflate(data: memoryview) -> memoryview:
    inflater = zlib.decompressobj()
    try:
        body = inflater.decompress(data, limits.BODY_BYTES)
    except zlib.error as error:
        raise InvalidRequest(detail=f"The batch cannot be decompressed: {error}") from error
    if inflater.unconsumed_tail:
        raise TooLarge(what="A decompressed batch", actual="more", limit=limits.BODY_BYTES, name="BODY_BYTES")
    return memoryview(body)


def _cut(
    body: memoryview, at: int, channel: Channel, keys: list[str], kinds: str, n: int, lengths: list[int]
) -> tuple[Block, int]:
    if len(keys) != len(kinds) or len(keys) != len(lengths) or n < 0 or len(keys) > limits.ROW_KEYS:
        raise _BadLayout("a block's keys, kinds and lengths differ in number")
    widths = {FLOAT: 8 * n, INT: 8 * n, BOOL: n}
    pieces = []
    for length, kind in zip([8 * n, 8 * n, 8 * n, *lengths], "iif" + kinds, strict=True):
        if kind not in "fibo" or length < 0 or length != widths.get(kind, length) or at + length > len(body):
            raise _BadLayout("a column's length does not fit its kind or the body")
        pieces.append(bytes(body[at : at + length]))
        at += length
    return Block(channel, keys, kinds, pieces[0], pieces[1], pieces[2], pieces[3:]), at


def _concatenate(a: Block, b: Block) -> Block:
    columns = [
        _OBJECTS_ENCODE(_OBJECTS_DECODE(x) + _OBJECTS_DECODE(y)) if kind == OBJECT else x + y
        for kind, x, y in zip(a.kinds, a.columns, b.columns, strict=True)
    ]
    return Block(a.channel, a.keys, a.kinds, a.seqs + b.seqs, a.steps + b.steps, a.times + b.times, columns)


_OBJECTS_ENCODE = msgspec.msgpack.Encoder().encode
_OBJECTS_DECODE = msgspec.msgpack.Decoder(list[Any]).decode


def kind_of(values: Iterable[Any]) -> str:
    """The narrowest column kind that keeps every one of `values` exactly. Integers beyond 64 bits never get here."""
    types = set(map(type, values))
    if types == {float}:
        return FLOAT
    if types == {int}:
        return INT
    if types == {bool}:
        return BOOL
    return OBJECT


def pack_column(kind: str, values: list[Any]) -> bytes:
    """`values` as a column of `kind`, little-endian."""
    if kind == FLOAT:
        return array("d", values).tobytes()
    if kind == INT:
        return array("q", values).tobytes()
    if kind == BOOL:
        return bytes(values)
    return _OBJECTS_ENCODE(values)


def unpack_column(kind: str, data: bytes) -> list[Any]:
    """The values of a column, as plain Python. The server reads columns as arrays instead."""
    if kind == OBJECT:
        return _OBJECTS_DECODE(data)
    if kind == BOOL:
        return [bool(b) for b in data]
    column: array[Any] = array("d" if kind == FLOAT else "q")
    column.frombytes(data)
    return column.tolist()


class _Folder:
    """Gathers rows by shape. A value's column kind is settled when the block is closed."""

    def __init__(self, shapes: dict[int, Shape]) -> None:
        self._shapes = shapes
        self._rows: dict[int, tuple[list[int], list[int], list[float], list[list[Any]]]] = {}
        self.events: list[tuple[int, Event]] = []

    def add(self, seq: int, record: Record) -> None:
        if isinstance(record, Row):
            seqs, steps, times, rows = self._rows.setdefault(record.shape, ([], [], [], []))
            seqs.append(seq)
            steps.append(record.step)
            times.append(record.time)
            rows.append(record.values)
        elif isinstance(record, Shape):
            self._shapes[record.id] = record
        else:
            self.events.append((seq, record))

    def blocks(self) -> list[Block]:
        return [self._block(self._shapes[shape], *columns) for shape, columns in self._rows.items()]

    def _block(self, shape: Shape, seqs: list[int], steps: list[int], times: list[float], rows: list[list[Any]]) -> Block:
        # A batch of 100,000 keys is one row; zip(*rows) is the transpose that costs least for both extremes.
        columns = [list(column) for column in zip(*rows, strict=True)]
        kinds = "".join(map(kind_of, columns))
        return Block(
            shape.channel,
            shape.keys,
            kinds,
            array("Q", seqs).tobytes(),
            array("q", steps).tobytes(),
            array("d", times).tobytes(),
            [pack_column(kind, column) for kind, column in zip(kinds, columns, strict=True)],
        )
