"""Runs as files: CSV that no spreadsheet takes for formulas, JSON, Parquet. Written in pieces, while the reader takes them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from assay.server.compute.columns import NUMBER, Column
from assay.server.domain.filters import ABSENT
from assay.server.services.exports import Export
from assay.wire.cells import as_text
from assay.wire.odd_numbers import shown
from assay.wire.texts import clean


def csv_file(export: Export) -> Iterator[bytes]:
    """RFC 4180 with a head. Lists are JSON; what is absent is empty."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(map(as_text, export.keys))
    for columns in export.pieces():
        cells = [list(map(_cell, _values(column))) for column in columns]
        table.writerows(zip(*cells, strict=True))
        yield out.getvalue().encode("utf-8", "replace")
        out.seek(0)
        out.truncate()


def json_file(export: Export) -> Iterator[bytes]:
    """A list of objects; a key that a run does not have is left out. NaN and infinities are texts, for JSON has none."""
    start = "[\n"
    for columns in export.pieces():
        values = [list(_values(column)) for column in columns]
        rows = []
        for row in zip(*values, strict=True):
            there = {key: shown(value) for key, value in zip(export.keys, row, strict=True) if value is not ABSENT}
            rows.append(json.dumps(there, ensure_ascii=False, default=str))
        yield (start + ",\n".join(rows)).encode("utf-8", "replace")
        start = ",\n" if rows else start
    yield b"\n]\n"


def parquet_file(export: Export) -> Iterator[bytes]:
    """A row group per piece. A column of several kinds of values is JSON text."""
    import pyarrow as pa
    import pyarrow.parquet

    from assay.server.api.rest.columnar import Pieces

    kinds = [_kind(column, export) for column in export.columns]
    types = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "text": pa.string(), "json": pa.string()}
    schema = pa.schema([pa.field(key, types[kind]) for key, kind in zip(export.keys, kinds, strict=True)])
    sink = Pieces()
    with pyarrow.parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        for columns in export.pieces():
            arrays = [
                pa.array([_typed(value, kind) for value in _values(column)], types[kind], from_pandas=False)
                for column, kind in zip(columns, kinds, strict=True)
            ]
            writer.write_table(pa.table(arrays, schema=schema))
            yield sink.take()
    yield sink.take()


WRITERS: dict[str, tuple[Callable[[Export], Iterator[bytes]], str]] = {
    "csv": (csv_file, "text/csv; charset=utf-8"),
    "json": (json_file, "application/json"),
    "parquet": (parquet_file, "application/vnd.apache.parquet"),
}
"""Format → how it is written, and its media type."""


def _values(column: Column) -> Iterator[Any]:
    """Value after value; ABSENT where there is none."""
    return map(column.value, range(len(column)))


def _cell(value: Any) -> Any:
    if value is ABSENT:
        return ""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int | float):
        return shown(value)
    return as_text(value if isinstance(value, str) else json.dumps(shown(value), ensure_ascii=False, default=str))


def _kind(column: Column, export: Export) -> str:
    """What the values of the runs in the file have in common."""
    mine = column.taken(export.order)
    is_number = mine.state == NUMBER
    if not mine.others:
        is_whole = mine.whole is not None and bool(mine.whole[is_number].all()) and bool(is_number.any())
        return "int" if is_whole and not any(abs(value) >= 1 << 63 for value in mine.exact.values()) else "float"
    kinds = {type(value) for value in mine.coded.values}
    if not is_number.any() and kinds == {str}:
        return "text"
    return "bool" if not is_number.any() and kinds == {bool} else "json"


def _typed(value: Any, kind: str) -> Any:
    if value is ABSENT:
        return None
    if kind == "json":
        return json.dumps(shown(value), ensure_ascii=False, default=str)
    if kind == "text":
        return clean(value)
    return float(value) if kind == "float" else value
