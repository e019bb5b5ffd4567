"""Series and rows as Arrow streams, and as msgpack for readers without Arrow. Imported only when someone asks for data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from assay.server.compute.buckets import mean_of
from assay.server.compute.columns import NUMBER, Column
from assay.server.services.histograms import StepHistogram
from assay.server.services.run_query import ValueTable
from assay.server.services.series import DrawnSeries, GroupedSeries, History, Rows, ValueColumn
from assay.wire.errors import Conflict
from assay.wire.messages import series as messages
from assay.wire.odd_numbers import shown
from assay.wire.texts import clean

_PACKED = {b"assay": b"msgpack"}
_STATISTICS = ("min", "max", "mean", "first", "last")
_COUNTS = ("count", "nan", "posinf", "neginf")
_pack = msgspec.msgpack.Encoder().encode


def series_stream(found: list[DrawnSeries], asked: messages.SeriesRequest) -> bytes:
    """One record batch per series that has rows; the schema's metadata says which series the batches are."""
    # One array per column and cut: an array for each column of each series would take as long as to read them all.
    columns, at = _columns(found, asked), 0
    head = _head(found, asked, columns)
    real = pa.from_numpy_dtype(columns["last"].dtype)
    fields = [pa.field("x", pa.float64()), pa.field("count", pa.uint32())]
    fields += [pa.field(name, real) for name in _STATISTICS] + [pa.field(name, pa.uint32()) for name in _COUNTS[1:]]
    fields += [pa.field("smooth", real)] if head.is_smoothed else []
    schema = pa.schema(fields, metadata={b"assay": msgspec.json.encode(head)})
    whole = pa.record_batch([pa.array(columns[field.name]) for field in fields], schema=schema)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        for size in filter(None, (len(series.envelope) for series in found)):
            writer.write_batch(whole.slice(at, size))
            at += size
    return bytes(sink.getvalue())


def series_page(found: list[DrawnSeries], asked: messages.SeriesRequest) -> messages.SeriesPage:
    """The same as columns end to end: each series takes `rows` places, in the order of the head."""
    whole = _columns(found, asked)
    head = _head(found, asked, whole)
    names = ("x", "count", *_STATISTICS, *_COUNTS[1:], *(["smooth"] if head.is_smoothed else []))
    columns = [messages.HistoryColumn(name, "u" if name in _COUNTS else "f", b"", whole[name].tobytes()) for name in names]
    return messages.SeriesPage(head, columns)


def _head(found: list[DrawnSeries], asked: messages.SeriesRequest, columns: dict[str, NDArray[Any]]) -> messages.SeriesHead:
    infos = [
        messages.SeriesInfo(
            s.run_id, s.key, len(s.envelope), s.point_count, s.is_raw, s.bucket_width, s.last_step, asked.method, s.left_out,
            list(s.quantiles),
        )
        for s in found
    ]  # fmt: skip
    return messages.SeriesHead(infos, asked.x, asked.x_key, "smooth" in columns, _bits_of(columns["last"].dtype))


def _columns(found: list[DrawnSeries], asked: messages.SeriesRequest) -> dict[str, NDArray[Any]]:
    """The columns of all series end to end."""

    def whole(name: str) -> NDArray[Any]:
        return joined([getattr(series.envelope, name) for series in found])

    def joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate(parts) if parts else np.empty(0)

    counts = {name: whole(name) for name in _COUNTS}
    numbers = {name: whole(name) for name in _STATISTICS if name != "mean"}
    # Sums and bounds are over finite points alone; a bucket without one has no mean.
    finite = counts["count"] - counts["nan"] - counts["posinf"] - counts["neginf"]
    numbers["mean"] = mean_of(whole("sum"), finite, numbers["min"], numbers["max"])
    if asked.smoothing is not None and asked.smoothing.kind != "none":
        numbers["smooth"] = joined([series.smooth for series in found if series.smooth is not None])
    out: dict[str, NDArray[Any]] = dict(zip(numbers, _rounded(list(numbers.values()), asked.precision), strict=True))
    out |= {name: column.astype(np.uint32) for name, column in counts.items()}
    return {**out, "x": whole("x").astype(np.float64)}


def _rounded(columns: list[NDArray[Any]], precision: messages.Precision) -> list[NDArray[Any]]:
    """The columns as precise as asked for. They stay doubles, all of them, where one has a number that 32 bits would make an
    infinity or a zero."""
    doubles = [column.astype(np.float64, copy=False) for column in columns]
    if precision == 64:
        return doubles
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        singles = [column.astype(np.float32) for column in doubles]
    fits = all(
        np.array_equal(np.isfinite(single), np.isfinite(double)) and np.array_equal(single != 0, double != 0)
        for single, double in zip(singles, doubles, strict=True)
    )
    return list(singles) if fits else doubles


def _bits_of(kind: np.dtype[Any]) -> messages.Precision:
    return 32 if kind == np.float32 else 64


def values_stream(table: ValueTable) -> bytes:
    """One record batch: id, name, ordinal and state of each run, then a column per key."""
    names = ["run", "name", "ordinal", "state", *table.keys]
    head = {"total": table.total, "limit": table.limit, "keys": table.keys, "baseline": table.baseline}
    ordinals = pa.array(table.ordinals.numbers, pa.float64()).cast(pa.int64())
    arrays = [_texts(table.ids).cast(pa.utf8()), _texts(table.names).cast(pa.utf8()), ordinals, _texts(table.states)]
    kinds: list[Any] = [None] * 4
    for column in table.columns:
        array, metadata = _values(column)
        arrays.append(array)
        kinds.append(metadata)
    fields = [pa.field(name, array.type, metadata=kind) for name, array, kind in zip(names, arrays, kinds, strict=True)]
    schema = pa.schema(fields, metadata={b"assay": msgspec.json.encode(head)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    return bytes(sink.getvalue())


def _values(column: Column) -> tuple[Any, dict[bytes, bytes] | None]:
    """The column as Arrow has it: numbers; texts and booleans as a dictionary; anything else, or a mixture, as JSON. Integers
    that a double cannot hold stand beside the numbers, in the field's metadata as `exact`: row → digits."""
    is_number = column.state == NUMBER
    if not column.others:
        exact = {str(place): str(value) for place, value in column.exact.items()}
        return pa.array(column.numbers, mask=~is_number, from_pandas=False), {
            b"exact": msgspec.json.encode(exact)
        } if exact else None
    if not is_number.any() and all(isinstance(value, str | bool) for value in column.coded.values):
        return _texts(column), None
    # Numbers first, then the others: one text per place, none where there is nothing.
    texts: list[str | None] = [None] * len(column)
    for place in np.flatnonzero(column.state != 0).tolist():
        texts[place] = json_text(column.value(place))
    return pa.array(texts, pa.utf8()), {b"assay": b"json"}


def _texts(column: Column) -> Any:
    codes = column.coded.codes
    spelled = [value if isinstance(value, str) else "true" if value else "false" for value in column.coded.values]
    values = [clean(text) for text in spelled]
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(values, pa.utf8()))


def json_text(value: Any) -> str:
    """JSON of a value; NaN and infinities, at any depth, as the texts that the rest of the API uses for them."""
    return json.dumps(shown(value), default=str)


def groups_stream(found: list[GroupedSeries], asked: messages.GroupsRequest) -> bytes:
    """One record batch per group and key that has rows; the schema's metadata says which."""
    is_smoothed = asked.smoothing is not None and asked.smoothing.kind != "none"
    infos = [messages.GroupInfo(g.label, g.key, len(g.grouped.x), g.run_count, g.bucket_width) for g in found]
    names = ["middle", "low", "high", *(["smooth"] if is_smoothed else [])]
    columns = _rounded([getattr(one.grouped, name) for one in found for name in names], asked.precision)
    real = columns[0].dtype if columns else np.dtype(np.float64 if asked.precision == 64 else np.float32)
    head = messages.GroupsHead(infos, asked.x, asked.x_key, is_smoothed, _bits_of(real))
    fields = [
        pa.field("x", pa.float64()),
        pa.field("run_count", pa.uint32()),
        *(pa.field(name, pa.from_numpy_dtype(real)) for name in names),
    ]
    schema = pa.schema(fields, metadata={b"assay": msgspec.json.encode(head)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        for n, one in enumerate(found):
            if len(one.grouped.x):
                arrays = [pa.array(one.grouped.x), pa.array(one.grouped.run_count.astype(np.uint32))]
                arrays += map(pa.array, columns[n * len(names) : (n + 1) * len(names)])
                writer.write_batch(pa.record_batch(arrays, schema=schema))
    return bytes(sink.getvalue())


def histograms_stream(found: list[StepHistogram]) -> bytes:
    numbers = [each.histogram for each in found]
    columns: dict[str, Any] = {
        "run": pa.array([each.run_id for each in found], pa.utf8()),
        "step": pa.array([each.step for each in found], pa.int64()),
        "time": pa.array([each.time for each in found], pa.float64()),
        "merged": pa.array([each.merged for each in found], pa.uint32()),
        "edges": _lists([each.edges for each in numbers]),
        "counts": _lists([each.counts for each in numbers]),
    }
    columns |= {name: pa.array([getattr(each, name) for each in numbers], pa.int64()) for name in _COUNTS[1:]}
    batch = pa.record_batch(list(columns.values()), names=list(columns))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema.with_metadata({b"assay": b'{"format":1}'})) as writer:
        writer.write_batch(batch.replace_schema_metadata({b"assay": b'{"format":1}'}))
    return bytes(sink.getvalue())


def _lists(parts: list[Any]) -> Any:
    offsets = np.concatenate(([0], np.cumsum([len(part) for part in parts]))).astype(np.int32)
    values = np.concatenate(parts) if parts else np.empty(0)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values, pa.float64()))


def history_stream(history: History) -> Iterator[bytes]:
    """Rows as record batches. A key whose values are not all numbers, or all booleans, is a binary column of msgpack values."""
    types = {key: _type_of(kinds) for key, kinds in history.kinds.items()}
    fields = [pa.field("_step", pa.int64()), pa.field("_timestamp", pa.float64())]
    fields += [pa.field(key, kind, metadata=_PACKED if kind == pa.binary() else None) for key, kind in types.items()]
    schema = pa.schema(fields, metadata={b"assay": b'{"format":1}'})
    sink = Pieces()
    with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), schema) as writer:
        for chunk in history.chunks:
            arrays = [pa.array(chunk.steps), pa.array(chunk.times)]
            arrays += [_arrow(chunk.columns.get(key), kind, len(chunk.steps), key) for key, kind in types.items()]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            yield sink.take()
    yield sink.take()


def history_page(history: History) -> messages.HistoryPage:
    """The first chunk; `next_step` says where the next page begins."""
    chunk = next(iter(history.chunks), None)
    if chunk is None:
        return messages.HistoryPage(b"", b"", [], None)
    return messages.HistoryPage(
        chunk.steps.astype("<i8").tobytes(), chunk.times.astype("<f8").tobytes(), list(_page_columns(chunk)), chunk.next_step
    )


def _page_columns(chunk: Rows) -> Iterator[messages.HistoryColumn]:
    for key, column in chunk.columns.items():
        rows = b"" if len(column.rows) == len(chunk.steps) else column.rows.astype("<u4").tobytes()
        data = _pack(column.values.tolist()) if column.kind == "o" else column.values.tobytes()
        yield messages.HistoryColumn(key, column.kind, rows, data)


def _type_of(kinds: str) -> Any:
    match "".join(sorted(set(kinds))):
        case "i":
            return pa.int64()
        case "b":
            return pa.bool_()
        case "f" | "fi":
            return pa.float64()
    return pa.binary()


def _arrow(column: ValueColumn | None, kind: Any, n: int, key: str) -> Any:
    if column is None:
        return pa.nulls(n, kind)
    if kind == pa.binary():
        packed: list[bytes | None] = [None] * n
        for row, value in zip(column.rows.tolist(), column.values.tolist(), strict=True):
            packed[row] = _pack(value)
        return pa.array(packed, kind)
    fits = {"i": "i", "b": "b", "f": "fi"}[{pa.int64(): "i", pa.bool_(): "b", pa.float64(): "f"}[kind]]
    values = _floats(column) if fits == "fi" and column.kind == "o" else column.values if column.kind in fits else None
    if values is None:
        raise Conflict(detail=f"{key!r} got values of another kind while it was being read. Read again")
    dense = np.zeros(n, dtype=values.dtype)
    dense[column.rows] = values
    absent = np.ones(n, dtype=bool)
    absent[column.rows] = False
    # from numpy, NaN is a value here and absence is the mask: the two must not become one
    return pa.array(dense, mask=absent, from_pandas=False).cast(kind, safe=False)


def _floats(column: ValueColumn) -> NDArray[np.float64] | None:
    """Whole numbers that no double holds, beside fractions, as doubles all the same: a column has one type. None if there is
    anything but numbers."""
    values = column.values.tolist()
    return np.array(values, np.float64) if {type(value) for value in values} <= {int, float} else None


class Pieces:
    """A file that hands out what was written since the last look."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def take(self) -> bytes:
        out = b"".join(self._pieces)
        self._pieces.clear()
        return out
