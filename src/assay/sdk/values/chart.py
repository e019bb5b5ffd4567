"""Charts of logged tables by a Vega-Lite specification: `run.log({"pr": assay.plot_table("line", table, {"x": "recall"})})`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from assay.sdk.values.media import Media, Shelf, Unusable, shown
from assay.sdk.values.plain import usable
from assay.wire import limits, media
from assay.wire.names import is_label, is_name


class Chart(Media):
    """What `plot_table` answers."""

    folder = "charts"

    def __init__(self, spec: Any, table: Any, fields: Any, strings: Any) -> None:
        self._spec: dict[str, Any] | None = None
        self._preset: str | None = None
        self._table = b""
        self._fields: dict[str, str] = {}
        self._strings: dict[str, str] = {}
        super().__init__(spec, table, fields, strings)

    def _make(self, spec: Any, table: Any, fields: Any, strings: Any) -> None:
        if isinstance(spec, str) and spec:
            self._preset = _preset(spec)
        elif isinstance(spec, Mapping) and spec:
            self._spec = usable(dict(spec))
        else:
            raise Unusable("a chart is drawn by a preset's name or a Vega-Lite specification")
        columns, rows = _columns_and_rows(table)
        if len(rows) > limits.CHART_ROWS:
            raise Unusable(f"a table of {len(rows)} rows; a chart has at most {limits.CHART_ROWS} (CHART_ROWS)")
        self._fields = {shown(slot, limits.LABEL_CHARS): str(column) for slot, column in (fields or {}).items()}
        if max(len(self._fields), len(strings or {})) > limits.CHART_SLOTS:
            raise Unusable(f"a chart of more than {limits.CHART_SLOTS} fields, or strings (CHART_SLOTS)")
        if any(len(column) > limits.KEY_BYTES for column in self._fields.values()):
            raise Unusable(f"a field's column has a name of more than {limits.KEY_BYTES} characters (KEY_BYTES)")
        missing = [column for column in self._fields.values() if column not in columns]
        if missing:
            raise Unusable(f"the table has no column {missing[0]!r:.100}; it has {', '.join(columns)[:200]}")
        self._strings = {
            shown(slot, limits.LABEL_CHARS): shown(text, limits.CAPTION_CHARS) for slot, text in (strings or {}).items()
        }
        self._table = msgspec.json.encode({"columns": columns, "data": usable(rows)})

    def _stored(self, shelf: Shelf) -> media.Media:
        path = shelf.content(self.folder, "table.json", [self._table])
        return media.Chart(path=path, preset=self._preset, spec=self._spec, fields=self._fields, strings=self._strings)


def _preset(name: str) -> str:
    """What the chart says: a name of ours as `line`, a team's as `team/name` or, of one version of it, `team/name/v3`."""
    match name.split("/"):
        case ["wandb", ours, _]:  # W&B calls its own wandb/line/v0
            return ours
        case [ours] if is_label(ours):
            return ours
        case [entity, preset] if is_name(entity) and is_name(preset):
            return name
        case [entity, preset, version] if is_name(entity) and is_name(preset) and re.fullmatch(r"v[0-9]{1,9}", version):
            return name
    raise Unusable(f"{name!r:.200} names no preset; expected one like line, team/name, or team/name/v3")


def plot_table(
    vega_spec_name: str | Mapping[str, Any],
    data_table: Any,
    fields: Mapping[str, str],
    string_fields: Mapping[str, str] | None = None,
    split_table: bool | None = None,  # noqa: ARG001
) -> Chart:
    """A chart to be logged: of a preset's name or a Vega-Lite specification with `${field:NAME}` and `${string:NAME}` in it. A
    preset is one of ours (`line`), a team's (`team/name`), or a version of it (`team/name/v3`); it is looked up when the chart is
    drawn, so that a newer version of a team's changes what was logged by its name alone.

    `data_table`: {column: values}, a list of dictionaries, (columns, rows), a data frame, or anything with `columns` and `data`.
    `fields` says which column stands in which slot, `string_fields` which text. `split_table` is accepted for older scripts."""
    return Chart(vega_spec_name, data_table, fields, string_fields)


def _columns_and_rows(table: Any) -> tuple[list[str], list[list[Any]]]:
    if isinstance(table, Mapping):
        columns = [str(column) for column in table]
        values = [usable(column if isinstance(column, list | tuple) else _listed(column)) for column in table.values()]
        if len({len(column) for column in values}) > 1:
            raise Unusable(f"columns of different lengths: {', '.join(str(len(column)) for column in values)[:100]}")
        return columns, [list(row) for row in zip(*values, strict=True)]
    if isinstance(table, tuple) and len(table) == 2:
        columns, rows = [str(column) for column in table[0]], [list(row) for row in table[1]]
    elif isinstance(table, Sequence) and not isinstance(table, str) and all(isinstance(row, Mapping) for row in table):
        columns = list(dict.fromkeys(str(column) for row in table for column in row))
        return columns, [[row.get(column) for column in columns] for row in table]
    elif hasattr(table, "to_dict") and hasattr(table, "columns"):  # pandas and polars
        return _columns_and_rows({str(column): table[column].to_list() for column in table.columns})
    elif hasattr(table, "columns") and hasattr(table, "data"):
        columns, rows = [str(column) for column in table.columns], [list(row) for row in table.data]
    else:
        raise Unusable(f"a table was expected, not a {type(table).__name__}")
    if any(len(row) != len(columns) for row in rows):
        raise Unusable(f"a row that has not {len(columns)} values, as many as there are columns")
    return columns, rows


def _listed(column: Any) -> list[Any]:
    if not hasattr(column, "tolist"):
        return list(column)
    found = usable(column)
    return [found] if len(column) == 1 else found  # an array of one is read as its value
