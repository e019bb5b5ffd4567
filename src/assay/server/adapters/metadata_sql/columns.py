"""Values of config and summary, one row each, and what is known of each of their columns: counts, kinds, whether values differ.

The counts are of runs that are not in the trash and are kept with every change, because counting a project of 100,000 runs takes
longer than a page may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.encoding import Encoded, encode_value
from assay.server.adapters.metadata_sql.tables import run_values, value_columns
from assay.server.domain.filters import flatten

COUNTS = {"f": "float_count", "i": "int_count", "b": "bool_count", "s": "text_count", "l": "list_count", "z": "null_count"}
_CHUNK = 500  # paths in one statement
_STATISTICS = ("run_count", *COUNTS.values(), "sample_kind", "sample_number", "sample_text", "sample_count")
_COLUMNS = sa.select(value_columns.c.id, value_columns.c.path, *(value_columns.c[name] for name in _STATISTICS))
_NAMED = _COLUMNS.where(
    value_columns.c.project_key == sa.bindparam("project_key"),
    value_columns.c.section == sa.bindparam("section"),
    value_columns.c.path.in_(sa.bindparam("paths", expanding=True)),
).with_for_update()
_UPDATE = (
    sa.update(value_columns)
    .where(value_columns.c.id == sa.bindparam("b_id"))
    .values({name: sa.bindparam(name) for name in _STATISTICS})
)
_DELETE = sa.delete(run_values).where(
    run_values.c.column_id == sa.bindparam("b_column"), run_values.c.run_key == sa.bindparam("b_run")
)

Values = Mapping[str, Encoded]


def encode_document(document: Mapping[str, Any]) -> dict[str, Encoded]:
    """Dotted path → value of every leaf."""
    return {path: encode_value(value) for path, value in flatten(document).items()}


class ColumnWriter:
    """Writes the values of runs of one project and keeps the columns' counts right."""

    def __init__(self, connection: sa.Connection, dialect: SqliteDialect, project_key: int) -> None:
        self._connection = connection
        self._dialect = dialect
        self._project_key = project_key

    def change(self, section: str, run_key: int, before: Values, after: Values, *, was_counted: bool, is_counted: bool) -> None:
        """Make the stored values of a run `after`, knowing they are `before`. A run is counted while it is not in the trash."""
        gone = [path for path in before if path not in after]
        new = [path for path, value in after.items() if before.get(path) != value]
        touched = {*gone, *new} if was_counted == is_counted else {*before, *after}
        if not touched:
            return
        columns = self._columns(section, touched)
        if gone:
            self._connection.execute(_DELETE, [{"b_column": columns[path]["id"], "b_run": run_key} for path in gone])
        if new:
            upsert = self._dialect.upsert(run_values, ["column_id", "run_key"], ["kind", "number", "text"])
            rows = [{"column_id": columns[path]["id"], "run_key": run_key, **after[path]._asdict()} for path in new]
            self._connection.execute(upsert, rows)
        if was_counted or is_counted:
            for path, column in columns.items():
                if was_counted and path in before:
                    _count(column, before[path], -1)
                if is_counted and path in after:
                    _count(column, after[path], +1)
            self._connection.execute(_UPDATE, [{"b_id": column["id"], **_counted(column)} for column in columns.values()])

    def _columns(self, section: str, paths: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The column of each path, made if it is new, and held against others until the unit ends."""
        found: dict[str, dict[str, Any]] = {}
        for chunk in _chunks(sorted(paths)):
            here = self._known(section, chunk)
            missing = [path for path in chunk if path not in here]
            if missing:
                rows = [{"project_key": self._project_key, "section": section, "path": path} for path in missing]
                self._connection.execute(self._dialect.insert_new(value_columns), rows)
                here |= self._known(section, missing)
            found |= here
        return found

    def _known(self, section: str, paths: list[str]) -> dict[str, dict[str, Any]]:
        named = {"project_key": self._project_key, "section": section, "paths": paths}
        return {row.path: dict(row._mapping) for row in self._connection.execute(_NAMED, named)}


def _count(column: dict[str, Any], value: Encoded, by: int) -> None:
    """Count a run in (`by` 1) or out (−1).

    The sample is any one value of the column: values differ where fewer runs have it than the column has. When its last run
    goes there may be others left, unknown until someone looks: `sample_count` is then 0 and the reader looks."""
    column["run_count"] += by
    column[COUNTS[value.kind]] += by
    if by > 0 and column["run_count"] == 1:
        column["sample_kind"], column["sample_number"], column["sample_text"] = value
        column["sample_count"] = 1
    elif column["sample_count"] and value == (column["sample_kind"], column["sample_number"], column["sample_text"]):
        column["sample_count"] += by


def _counted(column: dict[str, Any]) -> dict[str, Any]:
    return {name: column[name] for name in _STATISTICS}


def _chunks(items: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
