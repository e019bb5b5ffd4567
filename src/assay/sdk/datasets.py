"""A dataset as a run's input, known by its digest: what it is, not its bytes. Of the data nothing is uploaded.

Tables (pandas, polars, Arrow) and arrays (numpy) are digested by value: column names, types and values in order, whatever the
frame's own layout is, so the same rows give the same digest in every library; what is known of them is the artifact's one file,
`dataset.json`. Files and addresses become references."""

from __future__ import annotations

import hashlib
import importlib
import os
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from assay.client import references
from assay.wire.errors import InvalidRequest
from assay.wire.manifest import Entry

_SCHEMA_COLUMNS = 1_000


@dataclass(frozen=True, slots=True)
class Described:
    """References to where the dataset lies, if it lies anywhere, and what is known of it as metadata."""

    metadata: dict[str, Any]
    references: dict[str, Entry] = field(default_factory=dict)


def describe(data: Any) -> Described:
    """Raises InvalidRequest for what is no dataset, and what `references.look_up` raises for a path or an address."""
    if isinstance(data, str | os.PathLike):
        return _located(os.fspath(data))
    kind = type(data).__module__.partition(".")[0]
    if kind in {"pandas", "polars", "pyarrow"}:
        return _table(data, kind)
    if kind == "numpy" or hasattr(data, "__array__"):
        return _array(data)
    raise InvalidRequest(
        detail=f"log_dataset: a {type(data).__name__} is not a dataset that can be digested. "
        "Expected a pandas, polars or Arrow table, an array, a path or an address."
    )


def _located(place: str) -> Described:
    uri = place if "://" in place else Path(place).expanduser().absolute().as_uri()
    entries = references.look_up(uri)
    size = sum(max(0, entry.size) for entry in entries.values())
    metadata: dict[str, Any] = {"source": uri, "files": len(entries), "bytes": size}
    if uri.startswith("file:") and uri.endswith(".parquet") and len(entries) == 1:
        metadata.update(_parquet(Path(unquote(urlsplit(uri).path))))
    return Described(metadata, entries)


def _parquet(path: Path) -> dict[str, Any]:
    """Rows and columns by the file's footer, where pyarrow is installed."""
    try:
        footer = importlib.import_module("pyarrow.parquet").read_metadata(path)
    except Exception:
        return {}
    schema = footer.schema.to_arrow_schema()
    return {"rows": footer.num_rows, "schema": _schema(schema)}


def _table(data: Any, kind: str) -> Described:
    try:
        arrow = importlib.import_module("pyarrow")
    except ModuleNotFoundError as error:
        raise InvalidRequest(detail="log_dataset of a table needs pyarrow. Run: pip install 'assay[data]'") from error
    try:
        table = _as_arrow(arrow, data, kind)
    except (ValueError, TypeError, AttributeError) as error:  # Arrow's own are these
        reason = (str(error.args[0] if error.args else error).splitlines() or [type(error).__name__])[0][:300]
        raise InvalidRequest(
            detail=f"log_dataset: this {type(data).__name__} cannot be digested ({reason}). Expected columns that each have a "
            "name of their own and values of one kind: leave out or convert the others."
        ) from error
    hasher = hashlib.sha256(b"assay-table-1\n")
    for column_name, column in zip(table.column_names, table.columns, strict=True):
        _feed(hasher, str(column_name).encode())
        _feed_column(hasher, arrow, column.combine_chunks())
    digest = f"sha256:{hasher.hexdigest()}"
    metadata = {"rows": table.num_rows, "columns": table.num_columns, "schema": _schema(table.schema), "digest": digest}
    return Described(metadata)


def _as_arrow(arrow: Any, data: Any, kind: str) -> Any:
    if hasattr(data, "to_frame") and not hasattr(data, "columns"):  # a series is a table of one column
        data = data.to_frame()
    if kind == "pandas":
        return arrow.Table.from_pandas(data, preserve_index=False)
    if kind == "polars":
        return (data.collect() if hasattr(data, "collect") else data).to_arrow()
    if isinstance(data, arrow.RecordBatch):
        return arrow.Table.from_batches([data])
    if not isinstance(data, arrow.Table):
        raise TypeError("it is not a table")
    return data


def _feed_column(hasher: Any, arrow: Any, column: Any) -> None:
    compute = importlib.import_module("pyarrow.compute")
    if isinstance(column, arrow.ChunkedArray):
        column = arrow.concat_arrays(column.chunks) if column.num_chunks else arrow.array([], column.type)
    types = arrow.types
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if types.is_large_string(column.type) or types.is_string_view(column.type):
        column = column.cast(arrow.large_string())
        _feed(hasher, b"string")
    else:
        # Whether offsets have 32 bits or 64 is a matter of the library, not of the data.
        _feed(hasher, str(column.type).replace("large_", "").encode())
    _feed(hasher, column.is_valid().to_numpy(zero_copy_only=False).tobytes())
    if types.is_string(column.type) or types.is_large_string(column.type):
        for value in column.to_pylist():
            _feed(hasher, (value or "").encode(errors="surrogatepass"))
    elif types.is_integer(column.type) or types.is_floating(column.type):
        _feed(hasher, compute.fill_null(column, 0).to_numpy(zero_copy_only=False).tobytes())
    elif types.is_boolean(column.type):
        _feed(hasher, compute.fill_null(column, False).to_numpy(zero_copy_only=False).tobytes())
    else:
        for value in column.to_pylist():
            _feed(hasher, repr(value).encode(errors="surrogatepass"))


def _array(data: Any) -> Described:
    numpy = importlib.import_module("numpy")
    array = numpy.ascontiguousarray(numpy.asarray(data))
    if array.dtype.hasobject:
        raise InvalidRequest(detail="log_dataset: an array of Python objects cannot be digested. Expected numbers or text.")
    hasher = hashlib.sha256(b"assay-array-1\n")
    _feed(hasher, f"{array.dtype.newbyteorder('<').str} {array.shape}".encode())
    hasher.update(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    digest = f"sha256:{hasher.hexdigest()}"
    shape = [int(length) for length in array.shape]
    metadata = {"rows": shape[0] if shape else 1, "shape": shape, "dtype": str(array.dtype), "digest": digest}
    return Described(metadata)


def _schema(schema: Any) -> dict[str, str]:
    return {str(field.name): str(field.type) for field in list(schema)[:_SCHEMA_COLUMNS]}


def _feed(hasher: Any, part: bytes) -> None:
    """With its length in front, so that no two lists of parts look alike."""
    hasher.update(struct.pack("<q", len(part)))
    hasher.update(part)
