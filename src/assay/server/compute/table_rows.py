"""Rows of a table in a stored file (Parquet, CSV, TSV, JSON lines), some at a time, and their values as texts that are the same
whichever of these formats holds them. Nothing is unpickled or executed; what a batch takes in memory is bounded."""

from __future__ import annotations

import csv
import datetime
import io
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import msgspec

from assay.server.compute.blob_file import BlobFile, Read

KIB, MIB = 1024, 1024 * 1024
SUFFIXES = ("parquet", "csv", "tsv", "jsonl", "ndjson")
COLUMNS = 5_000  # columns of a table that is read
LINE_BYTES = 16 * MIB  # bytes of one line of JSON
_FLOAT_DIGITS = 15  # that a float keeps of any decimal number
_BATCH_ROWS = 50_000
_BATCH_BYTES = 8 * MIB  # bytes of a batch as its file counts them; Python's objects take some ten times as much
_HEAD_BYTES = 1 * MIB  # bytes in which the first line of a CSV file ends
_THRIFT = {"thrift_string_size_limit": 16 * MIB, "thrift_container_size_limit": 1_000_000}


class Unreadable(ValueError):
    """The file is not what its name says."""


def suffix_of(path: str) -> str:
    return path.rpartition("/")[2].lower().rpartition(".")[2]


class Table:
    """`columns`: name → type as the file says it, empty where its format knows no types. `stated_cells`: how many values a
    Parquet file says it holds, those inside of lists counted too; 0 for the others. Raises Unreadable, also while rows are
    read."""

    def __init__(self, path: str, size: int, read: Read) -> None:
        self._suffix, self._size, self._read = suffix_of(path), size, read
        self._batch_rows, self._dictionaries, self.stated_cells = _BATCH_ROWS, list[str](), 0
        self.columns: dict[str, str]
        with _told():
            if self._suffix == "parquet":
                self.columns = self._parquet_head()
            elif self._suffix in ("csv", "tsv"):
                self._separator, names, self._has_rows = _head(size, read, "\t" if self._suffix == "tsv" else "")
                self.columns = dict.fromkeys(names, "")
            else:
                self.columns = dict.fromkeys((name for row in self._objects() for name in row), "")
        self._require_columns(len(self.columns))

    def batches(self, names: Sequence[str]) -> Iterator[list[Any]]:
        """The columns `names`, some rows at a time, as Arrow arrays. Texts of a Parquet file may come as dictionary arrays."""
        with _told():
            if self._suffix == "parquet":
                import pyarrow.parquet

                file = self._parquet(pyarrow.parquet)
                for batch in file.iter_batches(batch_size=self._batch_rows, columns=list(names), use_threads=False):
                    yield [batch.column(batch.schema.names.index(name)) for name in names]
            elif self._suffix in ("csv", "tsv"):
                yield from self._csv(names)
            else:
                yield from self._json(names)

    def _file(self) -> Any:
        # Arrow takes 50 MB and half a second to load: only a server that reads tables pays for it.
        import pyarrow as pa

        return pa.PythonFile(BlobFile(self._size, self._read), mode="r")

    def _parquet(self, parquet: Any) -> Any:
        # A text that many rows share stays one: unpacked, a small file could fill the memory.
        return parquet.ParquetFile(self._file(), read_dictionary=self._dictionaries, **_THRIFT)

    def _parquet_head(self) -> dict[str, str]:
        import pyarrow as pa
        import pyarrow.parquet

        file = self._parquet(pa.parquet)
        about = file.metadata
        self._require_columns(about.num_columns)
        packed = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
        self._dictionaries = [field.name for field in file.schema_arrow if any(is_kind(field.type) for is_kind in packed)]
        groups = [about.row_group(at) for at in range(about.num_row_groups)]
        self.stated_cells = sum(group.column(at).num_values for group in groups for at in range(group.num_columns))
        row_bytes = sum(group.total_byte_size for group in groups) // max(1, about.num_rows)
        self._batch_rows = max(1, min(_BATCH_ROWS, _BATCH_BYTES // max(1, row_bytes)))
        return {field.name: str(field.type) for field in file.schema_arrow}

    def _csv(self, names: Sequence[str]) -> Iterator[list[Any]]:
        import pyarrow as pa
        import pyarrow.csv

        if not self._has_rows:
            return
        # Every column as text: a type guessed from the first block must not fail on the last one. No word stands for nothing.
        reader = pa.csv.open_csv(
            self._file(),
            parse_options=pa.csv.ParseOptions(delimiter=self._separator, newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(self.columns, pa.string()), null_values=[""], strings_can_be_null=True
            ),
        )
        for batch in reader:
            yield [batch.column(batch.schema.names.index(name)) for name in names]

    def _json(self, names: Sequence[str]) -> Iterator[list[Any]]:
        import pyarrow as pa

        texts: list[list[str | None]] = [[] for _ in names]
        count = held = 0
        for row in self._objects():
            for name, column in zip(names, texts, strict=True):
                text = plain(row.get(name))
                column.append(text)
                held += len(text or "")
            count += 1
            if count == _BATCH_ROWS or held > _BATCH_BYTES:
                yield [pa.array(column, pa.string()) for column in texts]
                texts, count, held = [[] for _ in names], 0, 0
        if count:
            yield [pa.array(column, pa.string()) for column in texts]

    def _objects(self) -> Iterator[dict[str, Any]]:
        decode = msgspec.json.Decoder(dict[str, Any]).decode
        file = io.BufferedReader(BlobFile(self._size, self._read), MIB)
        while line := file.readline(LINE_BYTES + 1):
            if len(line) > LINE_BYTES:
                raise Unreadable(f"one of its lines is longer than {LINE_BYTES // MIB} MiB")
            if line.strip():
                row = decode(line)
                self._require_columns(len(row))
                yield row

    def _require_columns(self, count: int) -> None:
        if count > COLUMNS:
            raise Unreadable(f"it has more than {COLUMNS} columns")


def texts_of(column: Any) -> list[str | None]:
    """A batch's column as texts; None where there is nothing. Raises Unreadable."""
    with _told():
        return [plain(value) for value in values_of(column)]


def values_of(column: Any) -> list[Any]:
    """A column's values; those that Python's types cannot hold, such as a time of nanoseconds, as texts. How one is written does
    not depend on the others. Raises what Arrow does for texts that are none."""
    import pyarrow as pa

    try:
        found: list[Any] = column.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        found = [_value(scalar) for scalar in column]
    return found


def _value(scalar: Any) -> Any:
    import pyarrow as pa

    try:
        return scalar.as_py()
    except (ValueError, OverflowError, pa.ArrowException):
        if isinstance(scalar, pa.StructScalar):
            return {name: _value(each) for name, each in scalar.items()}
        if isinstance(scalar, pa.ListScalar | pa.LargeListScalar | pa.FixedSizeListScalar):
            return [_value(each) for each in scalar.values]
        if isinstance(scalar, pa.DictionaryScalar):
            return _value(scalar.value)
        if isinstance(scalar, pa.DurationScalar):
            return f"{scalar.value} {scalar.type.unit}"
        text: str = scalar.cast(pa.string()).as_py()
        # As the times are written that Python has; what Arrow cannot write either, it tells in <…>.
        return text if text.startswith("<") or not isinstance(scalar, pa.TimestampScalar) else text.replace(" ", "T", 1)


def plain(value: Any) -> str | None:
    """A value as text, however its file wrote it: 1, 1.0 and "1" are one; nothing and an empty text are one."""
    if type(value) is str:  # most values are, of every text file
        return _number(value) if value else None
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case int():
            return str(value)
        case bytes():
            return value.hex()
        case datetime.date() | datetime.time():
            return value.isoformat()
        case datetime.timedelta() | uuid.UUID():
            return str(value)
        case Decimal():
            return _decimal(value)
    return msgspec.json.encode(value, order="sorted", enc_hook=str).decode()


def _decimal(value: Decimal) -> str:
    """As other files write that number, as far as those keep its digits."""
    if len(value.as_tuple().digits) <= _FLOAT_DIGITS:
        return plain(float(value)) or ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(text: str) -> str:
    """A text that is a plainly written number, as that number is written elsewhere."""
    if text[0] in "tTfF":
        return text.lower() if text.lower() in ("true", "false") else text
    if text.count(".") == 1 and len(text) < 25 and text[-1].isdigit() and text.lstrip("-")[:1].isdigit():
        try:
            return plain(float(text)) or text
        except ValueError:
            return text
    return text


def _head(size: int, read: Read, separator: str) -> tuple[str, list[str], bool]:
    """What separates the columns of a CSV file, guessed from its first line where it is not given; their names; whether anything
    follows, without which Arrow does not open it."""
    head = read(0, min(size, _HEAD_BYTES)).decode("utf-8-sig", errors="replace")
    separator = separator or max(",;\t|", key=head.partition("\n")[0].count)
    names = next(csv.reader(io.StringIO(head, newline=""), delimiter=separator), [])
    return separator, names, "\n" in head or "\r" in head or size > _HEAD_BYTES


@contextmanager
def _told() -> Iterator[None]:
    import pyarrow as pa

    # Only the first line of what Arrow says is for readers.
    try:
        yield
    except (
        pa.ArrowException, OSError, UnicodeError, msgspec.MsgspecError, KeyError, TypeError, OverflowError, RecursionError,
        csv.Error,
    ) as error:  # fmt: skip
        raise Unreadable(str(error).partition("\n")[0][:200] or type(error).__name__) from error
