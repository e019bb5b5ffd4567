"""Rows that a training and an evaluation set share. Rows are compared as texts of their columns, so that a number in a CSV file
and the same number in a Parquet file are one; each row is kept as eight bytes of a hash, of which two alike by chance are one in
a million for five million rows on either side."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from assay.server.compute.blob_file import BlobFile, Read

UInt64 = NDArray[np.uint64]
SUFFIXES = ("parquet", "csv", "tsv", "jsonl", "ndjson")
_BATCH_ROWS = 50_000
_SEPARATOR, _NOTHING = "\x1f", "\x00"


class Unreadable(ValueError):
    """The file is not what its name says."""


def suffix_of(path: str) -> str:
    return path.rpartition("/")[2].lower().rpartition(".")[2]


def columns_of(path: str, size: int, read: Read) -> list[str]:
    """The names of a file's columns. Raises Unreadable."""
    for batch in _batches(path, size, read):
        return [str(name) for name in batch.schema.names]
    return []


def row_hashes(path: str, size: int, read: Read, columns: Sequence[str]) -> Iterator[UInt64]:
    """A hash for each row of the file, over `columns` in the order given, in parts. Raises Unreadable."""
    for batch in _batches(path, size, read):
        missing = [name for name in columns if name not in batch.schema.names]
        if missing:
            raise Unreadable(f"it has no column {missing[0]!r}")
        texts = [_texts(batch.column(batch.schema.names.index(name))) for name in columns]
        lines = (_SEPARATOR.join(parts).encode("utf-8", "surrogatepass") for parts in zip(*texts, strict=True))
        yield np.array([int.from_bytes(hashlib.blake2b(line, digest_size=8).digest(), "little") for line in lines], np.uint64)


def overlap(training: UInt64, evaluation: UInt64) -> NDArray[np.int64]:
    """Places of the rows of the evaluation set that are in the training set too. O(n log n)."""
    return np.flatnonzero(np.isin(evaluation, training))


def first_place(training: UInt64, row: np.uint64) -> int:
    """Where the training set has the row first."""
    return int(np.flatnonzero(training == row)[0])


def _batches(path: str, size: int, read: Read) -> Iterator[Any]:
    # Arrow takes 50 MB and half a second to load: only a server that compares rows pays for it.
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    suffix = suffix_of(path)
    file = pa.PythonFile(BlobFile(size, read), mode="r")
    try:
        if suffix == "parquet":
            limits = {"thrift_string_size_limit": 16 << 20, "thrift_container_size_limit": 1_000_000}
            yield from pa.parquet.ParquetFile(file, **limits).iter_batches(batch_size=_BATCH_ROWS, use_threads=False)
        elif suffix in ("csv", "tsv"):
            # Every column as text: a type guessed from the first block must not fail on the last one.
            separator = "\t" if suffix == "tsv" else ","
            header = _header(size, read, separator)
            types = dict.fromkeys(header, pa.string())
            yield from pa.csv.open_csv(
                file,
                parse_options=pa.csv.ParseOptions(delimiter=separator, newlines_in_values=True),
                convert_options=pa.csv.ConvertOptions(column_types=types, strings_can_be_null=True),
            )
        else:
            yield from _lines(size, read)
    except (pa.ArrowException, OSError, UnicodeError, msgspec.MsgspecError, KeyError, TypeError) as error:
        raise Unreadable(str(error)[:200]) from error


def _header(size: int, read: Read, separator: str) -> list[str]:
    import csv

    head = read(0, min(size, 1 << 20)).decode("utf-8-sig", errors="replace")
    return next(csv.reader(io.StringIO(head), delimiter=separator), [])


def _lines(size: int, read: Read) -> Iterator[Any]:
    import pyarrow as pa

    rows: list[dict[str, Any]] = []
    names: list[str] = []
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    for line in io.BufferedReader(BlobFile(size, read), 1 << 20):
        if not line.strip():
            continue
        rows.append(decode(line))
        names = names or list(rows[0])
        if len(rows) == _BATCH_ROWS:
            yield pa.RecordBatch.from_pydict({name: [_plain(row.get(name)) for row in rows] for name in names})
            rows = []
    if rows:
        yield pa.RecordBatch.from_pydict({name: [_plain(row.get(name)) for row in rows] for name in names})


def _texts(column: Any) -> list[str]:
    return [_plain(value) or _NOTHING for value in column.to_pylist()]


def _plain(value: Any) -> str | None:
    """A value as text, however its file wrote it: 1, 1.0 and "1" are one; nothing and an empty text are one."""
    match value:
        case None | "":
            return None
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case int():
            return str(value)
        case bytes():
            return value.hex()
        case str():
            return _number(value)
    return msgspec.json.encode(value, order="sorted", enc_hook=str).decode()


def _number(text: str) -> str:
    """A text that is a plainly written number, as that number is written elsewhere."""
    if text.lower() in ("true", "false"):
        return text.lower()
    if len(text) < 25 and text[-1:].isdigit() and text.lstrip("-")[:1].isdigit() and text.count(".") == 1:
        try:
            return _plain(float(text)) or text
        except ValueError:
            return text
    return text
