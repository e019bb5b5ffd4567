"""Rows and Arrow streams as frames. The libraries are optional and are imported only when somebody asks for their frames."""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, Literal

import msgspec

from assay.wire.errors import InvalidRequest, PublicError

Format = Literal["rows", "pandas", "polars", "arrow"]
_INDEX_LAST = ("_step", "_timestamp", "_runtime")


class MissingExtra(PublicError):
    code = "missing_extra"
    exit_code = 2
    text = "{library} is not installed. Install it with: pip install 'assay[data]'{otherwise}"


def library(name: str, otherwise: str = "") -> Any:
    """The module `name`, or MissingExtra, which says how to get it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtra(library=name.partition(".")[0], otherwise=otherwise) from error


def frame_of(rows: Sequence[dict[str, Any]], wanted: Format, keys: Iterable[str] = ()) -> Any:
    """`rows` in the format wanted. `keys` are columns even where no row has them."""
    if wanted == "rows":
        return list(rows)
    names = list(dict.fromkeys([*keys, *(key for row in rows for key in row)]))
    names = [name for name in names if name not in _INDEX_LAST] + [name for name in _INDEX_LAST if name in names or not rows]
    columns = {name: [row.get(name) for row in rows] for name in names}
    if wanted == "pandas":
        pandas = library("pandas", ", or ask for rows: history(pandas=False)")
        return pandas.DataFrame({name: _plain_series(pandas, values) for name, values in columns.items()}, columns=names)
    arrow = library("pyarrow")
    table = arrow.table({name: arrow_column(arrow, values) for name, values in columns.items()})
    return table if wanted == "arrow" else library("polars").from_arrow(table)


def arrow_column(arrow: Any, values: list[Any]) -> Any:
    """Values of any kind as an Arrow array: of numbers, booleans or text where they agree, else JSON text. NaN is a value."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and len(kinds) == 2:
        values = [float(value) if isinstance(value, int) else value for value in values]
    if len(kinds) == 1 or kinds <= {int, float}:
        try:
            column = arrow.array(values, from_pandas=False)
        except (arrow.ArrowInvalid, arrow.ArrowTypeError, OverflowError):
            pass
        else:
            if not _has_empty_struct(arrow, column.type):
                return column
    return arrow.array([None if value is None else _text(value) for value in values], arrow.string())


def _has_empty_struct(arrow: Any, kind: Any) -> bool:
    """What dicts without a key become, which Parquet has no form for."""
    if arrow.types.is_struct(kind):
        return not kind.num_fields or any(_has_empty_struct(arrow, field.type) for field in kind)
    return bool(arrow.types.is_list(kind)) and _has_empty_struct(arrow, kind.value_type)


def read_arrow(stream: BinaryIO | bytes, *, started_at: float, columns: dict[str, str] | None = None) -> Any:
    """The table of a history stream, with `_runtime`; columns the server packed are unpacked, `columns` are constants to add."""
    arrow, ipc = library("pyarrow"), library("pyarrow.ipc")
    source = io.BytesIO(stream) if isinstance(stream, bytes) else stream
    with ipc.open_stream(source) as reader:
        table = reader.read_all()
    for place, field in enumerate(table.schema):
        if (field.metadata or {}).get(b"assay") == b"msgpack":
            values = [None if packed is None else msgspec.msgpack.decode(packed) for packed in table.column(place).to_pylist()]
            table = table.set_column(place, field.name, arrow_column(arrow, values))
    compute = library("pyarrow.compute")
    table = table.append_column("_runtime", compute.subtract(table.column("_timestamp"), started_at))
    for name, value in (columns or {}).items():
        if name in table.column_names:
            raise InvalidRequest(
                detail=f"Run {value} has a metric {name!r}, as the column is called that says of which run a row is. Say which "
                "metrics to read: keys=[…]"
            )
        text = arrow.DictionaryArray.from_arrays(arrow.array([0] * len(table), arrow.int32()), arrow.array([value]))
        table = table.add_column(0, name, text)
    return table.replace_schema_metadata(None)


def joined(tables: Sequence[Any]) -> Any:
    """The tables end to end. A column of another type in each is of floats where all are numbers, of JSON text where no type
    holds them all."""
    arrow = library("pyarrow")
    types: dict[str, dict[Any, None]] = {}
    for table in tables:
        for field in table.schema:
            types.setdefault(field.name, {})[field.type] = None
    mixed = {name: common for name, found in types.items() if (common := _common(arrow, list(found))) is not None}
    same = []
    for table in tables:
        for name, common in mixed.items():
            place = table.schema.get_field_index(name)
            if place >= 0:
                table = table.set_column(place, name, _as_type(arrow, table.column(name), common))
        same.append(table)
    return arrow.concat_tables(same, promote_options="permissive").unify_dictionaries()


def _common(arrow: Any, found: list[Any]) -> Any:
    """What columns of these types have to become before they are joined; None where Arrow joins them as they are."""
    found = [one for one in found if not arrow.types.is_null(one)]
    if len(found) < 2:
        return None
    if all(arrow.types.is_integer(one) or arrow.types.is_floating(one) for one in found):
        return arrow.float64()
    try:
        arrow.unify_schemas([arrow.schema([("value", one)]) for one in found], promote_options="permissive")
    except (arrow.ArrowTypeError, arrow.ArrowInvalid):
        return arrow.string()
    return None


def _as_type(arrow: Any, column: Any, wanted: Any) -> Any:
    if column.type == wanted or arrow.types.is_null(column.type):
        return column
    if arrow.types.is_floating(wanted):
        return column.cast(wanted, safe=False)
    return arrow.array([None if value is None else _text(value) for value in column.to_pylist()], wanted)


def chosen(table: Any, keys: Sequence[str], x_axis: str) -> Any:
    """The rows that have a value of `x_axis`, with a column for each of `keys`, also where no row has it."""
    arrow = library("pyarrow")
    if x_axis not in table.column_names:
        table = table.slice(0, 0)
    elif table.column(x_axis).null_count:
        table = table.filter(table.column(x_axis).is_valid())
    for key in keys:
        if key not in table.column_names:
            table = table.append_column(key, arrow.nulls(len(table)))
    return table


def table_as(table: Any, wanted: Format) -> Any:
    """An Arrow table in the format wanted."""
    match wanted:
        case "arrow":
            return table
        case "polars":
            return library("polars").from_arrow(table)
        case "pandas":
            library("pandas")
            return table.to_pandas()
    return table.to_pylist()


def _plain_series(pandas: Any, values: list[Any]) -> Any:
    kinds = {type(value) for value in values}
    if kinds == {int, type(None)} or kinds == {bool, type(None)}:
        # A missing number turns whole ones into floats, as in every frame people know; exact ones come as rows or Arrow.
        return pandas.Series([float("nan") if value is None else value for value in values], dtype=float)
    return pandas.Series(values) if values else pandas.Series([], dtype=float)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
