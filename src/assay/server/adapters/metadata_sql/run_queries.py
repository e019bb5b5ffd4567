"""Which runs match, what they have in a column, which columns there are. Filters become one statement with bound values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from assay.server.adapters.metadata_sql.columns import COUNTS
from assay.server.adapters.metadata_sql.conditions import ColumnKey, compile_filter, run_field
from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.encoding import decode_list, decode_value
from assay.server.adapters.metadata_sql.tables import run_documents, run_search, run_values, runs, value_columns
from assay.server.compute.patterns import compile_pattern
from assay.server.domain.filters import RUN_FIELDS, Field, Filter, conditions, search_pattern, search_words
from assay.wire.messages.runs import MetricDefinition
from assay.wire.texts import clean

Int64 = NDArray[np.int64]

_definitions = msgspec.json.Decoder(tuple[MetricDefinition, ...]).decode
_CHUNK = 500  # paths or keys in one statement
_FEW = 2_000  # runs up to which asking for each costs less than reading the whole column


class SqlRunQueries:
    """The part of `Runs` that looks at many runs at once."""

    _connection: sa.Connection
    _dialect: SqliteDialect

    def keys_of(self, project_key: int, run_ids: Sequence[str]) -> Int64:
        found: list[int] = []
        wanted = list(dict.fromkeys(map(clean, run_ids)))
        for start in range(0, len(wanted), _CHUNK):
            mine = (runs.c.project_key == project_key, runs.c.id.in_(wanted[start : start + _CHUNK]))
            found += (key for (key,) in self._fetch(sa.select(runs.c.key).where(*mine)))
        return np.sort(np.array(found, np.int64))

    def matching(
        self,
        project_key: int,
        where: Filter,
        *,
        search: str = "",
        is_regex: bool = False,
        only_names: bool = False,
        trash: bool = False,
    ) -> Int64:
        fields = [condition.field for condition in conditions(where)]
        columns = self._column_ids(project_key, fields)
        wanted = [
            runs.c.project_key == project_key,
            runs.c.deleted_at > 0 if trash else runs.c.deleted_at == 0,
            compile_filter(where, columns, self._dialect),
        ]
        text = self._dialect.folded(runs.c.name) if only_names else run_search.c.words
        found: list[sa.ColumnElement[bool]] = []
        if not is_regex:
            found = [self._dialect.contains(text, word) for word in search_words(clean(search))]
        elif search.strip():
            compile_pattern(clean(search))  # as it was given, so that an error quotes what a person wrote
            found = [self._dialect.matches(text, clean(search_pattern(search)))]
        if found:
            wanted += found if only_names else [runs.c.key.in_(sa.select(run_search.c.run_key).where(*found))]
        with self._dialect.deadline(self._connection):
            keys = self._fetch(sa.select(runs.c.key).where(*wanted))
        # Sorting here costs less than an ORDER BY that leaves the index the database chose.
        return np.sort(np.fromiter((key for (key,) in keys), np.int64, len(keys)))

    def places(self, keys: Int64) -> Int64:
        query = sa.select(runs.c.key, runs.c.project_key)
        return self._dialect.rows_of_keys(self._connection, query, runs.c.key, keys)

    def in_environment(self, project_keys: Sequence[int], text: str) -> Int64:
        query = (
            sa.select(runs.c.key)
            .join(run_documents, run_documents.c.run_key == runs.c.key)
            .where(self._dialect.contains(run_documents.c.environment, clean(text)))
        )
        found = [
            int(row.key)
            for start in range(0, len(project_keys), _CHUNK)
            for row in self._connection.execute(query.where(runs.c.project_key.in_(list(project_keys[start : start + _CHUNK]))))
        ]
        return np.array(sorted(found), np.int64)

    def values(self, project_key: int, fields: Sequence[Field], runs: Int64) -> list[dict[int, Any]]:
        columns = self._column_ids(project_key, fields)
        keys: list[int] = np.asarray(runs).tolist()
        with self._dialect.deadline(self._connection):
            return [
                self._run_values(project_key, field.path, keys)
                if field.section == "run"
                else self._column_values(columns.get((field.section, field.path)), keys)
                for field in fields
            ]

    def _run_values(self, project_key: int, path: str, keys: list[int]) -> dict[int, Any]:
        if path not in RUN_FIELDS or path == "last_step":
            return {}
        value, is_present = run_field(path)
        found = self._of(sa.select(runs.c.key, value).where(runs.c.project_key == project_key, is_present), runs.c.key, keys)
        return {key: decode_list(text) for key, text in found.items()} if path == "tags" else found

    def _column_values(self, column_id: int | None, keys: list[int]) -> dict[int, Any]:
        if column_id is None:
            return {}
        kinds = self._kinds(column_id)
        mine = run_values.c.column_id == column_id
        # A column of one simple kind, as nearly all are, needs no look at each value.
        if kinds == {"s"}:
            return self._of(sa.select(run_values.c.run_key, run_values.c.text).where(mine), run_values.c.run_key, keys)
        query = sa.select(run_values.c.run_key, run_values.c.kind, run_values.c.number, run_values.c.text).where(mine)
        return {key: decode_value(*value) for key, value in self._of(query, run_values.c.run_key, keys).items()}

    def _kinds(self, column_id: int) -> set[str]:
        """The kinds in a column, those of runs in the trash among them."""
        query = sa.select(run_values.c.kind).where(run_values.c.column_id == column_id).distinct()
        return set(self._connection.execute(query).scalars())

    def _of(self, query: sa.Select[Any], key: sa.Column[int], keys: list[int]) -> dict[int, Any]:
        """Key → the rest of the query's row (bare if it is one column), for `keys` only."""
        rows: list[Any] = []
        if len(keys) <= _FEW:
            for start in range(0, len(keys), _CHUNK):
                rows += self._fetch(query.where(key.in_(keys[start : start + _CHUNK])))
            found = _by_first(rows)
        else:
            found = _by_first(self._fetch(query))
            if len(found) != len(keys) or not all(map(found.__contains__, keys)):
                found = {each: found[each] for each in keys if each in found}
        return found

    def _fetch(self, query: sa.Select[Any]) -> list[Any]:
        """The driver's own tuples: a row object each would cost more than the query."""
        cursor = self._connection.execute(query).cursor
        assert cursor is not None
        return list(cursor.fetchall())

    def _column_ids(self, project_key: int, fields: Sequence[Field]) -> dict[ColumnKey, int]:
        found: dict[ColumnKey, int] = {}
        for section in ("config", "summary"):
            paths = sorted({field.path for field in fields if field.section == section})
            for start in range(0, len(paths), _CHUNK):
                query = sa.select(value_columns.c.path, value_columns.c.id).where(
                    value_columns.c.project_key == project_key,
                    value_columns.c.section == section,
                    value_columns.c.path.in_(paths[start : start + _CHUNK]),
                )
                found |= {(section, path): number for path, number in self._connection.execute(query)}
        return found

    def definitions(self, project_key: int, keys: Sequence[int] | None = None) -> dict[int, tuple[MetricDefinition, ...]]:
        query = sa.select(runs.c.key, run_documents.c.definitions).join(run_documents, run_documents.c.run_key == runs.c.key)
        query = query.where(runs.c.project_key == project_key, run_documents.c.definitions != "")
        if keys is None:
            rows = self._fetch(query)
        else:
            chunks = [keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK)]
            rows = [row for chunk in chunks for row in self._fetch(query.where(runs.c.key.in_(chunk)))]
        # Runs of a project mostly define the same: each text is decoded once.
        decoded = {text: _definitions(text) for text in {text for _, text in rows}}
        return {key: decoded[text] for key, text in rows}

    def columns(
        self, project_key: int, section: str, prefix: str, limit: int, offset: int
    ) -> tuple[list[tuple[str, str, int, bool]], int]:
        wanted = [
            value_columns.c.project_key == project_key,
            value_columns.c.section == section,
            value_columns.c.run_count > 0,
        ]
        if prefix:
            wanted.append(self._dialect.contains_folded(value_columns.c.path, clean(prefix)))
        total = self._connection.execute(sa.select(sa.func.count()).select_from(value_columns).where(*wanted)).scalar_one()
        query = sa.select(value_columns).where(*wanted).order_by(value_columns.c.path).limit(limit).offset(offset)
        page = []
        for row in self._connection.execute(query).mappings().all():
            kinds = "".join(kind for kind, count in COUNTS.items() if row[count])
            differs = row["sample_count"] < row["run_count"] if row["sample_count"] else self._differs(row["id"])
            page.append((str(row["path"]), kinds, int(row["run_count"]), differs))
        return page, total

    def _differs(self, column_id: int) -> bool:
        """Whether a column's values differ, found out by looking: the value that was counted is gone from it."""
        counted = (
            sa.select(run_values.c.kind, run_values.c.number, run_values.c.text)
            .join(runs, runs.c.key == run_values.c.run_key)
            .where(run_values.c.column_id == column_id, runs.c.deleted_at == 0)
            .limit(1)
        )
        first = self._connection.execute(counted).one()
        other = sa.or_(
            run_values.c.kind != first.kind,
            run_values.c.number.is_distinct_from(first.number),
            run_values.c.text.is_distinct_from(first.text),
        )
        return self._connection.execute(counted.where(other)).first() is not None


def _by_first(rows: list[Any]) -> dict[int, Any]:
    if rows and len(rows[0]) == 2:
        return dict(rows)
    return {row[0]: row[1:] for row in rows}
