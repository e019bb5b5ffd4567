"""Runs that change their project: the move itself, the addresses they had before, and transfers that are under way."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.runs import SqlRuns
from assay.server.adapters.metadata_sql.tables import (
    alerts,
    applied_seqs,
    artifact_edges,
    config_changes,
    mentions,
    note_changes,
    run_addresses,
    run_files,
    run_transfers,
    run_turns,
    run_writers,
    runs,
)
from assay.server.domain.runs import Run
from assay.server.domain.transfers import Transfer

_CHUNK = 500  # ids of one statement
_PARTS = (run_files, config_changes, note_changes, run_writers, run_turns, applied_seqs, alerts)  # what hangs on a run
_MOVED = sa.select(run_addresses.c.run_key).where(
    run_addresses.c.project_key == sa.bindparam("project_key"), run_addresses.c.id == sa.bindparam("id")
)


class SqlMoves:
    def __init__(self, connection: sa.Connection, dialect: SqliteDialect) -> None:
        self._connection = connection
        self._dialect = dialect
        self._runs = SqlRuns(connection, dialect)

    def reserve(self, project_key: int) -> int:
        # A row that goes at once: the database never gives its key again.
        row = {"project_key": project_key, "id": "", "state": "finished"}
        key = self._connection.execute(sa.insert(runs).values(**row).returning(runs.c.key)).scalar_one()
        self._connection.execute(sa.delete(runs).where(runs.c.key == key))
        return int(key)

    def begin(self, transfers: Sequence[Transfer]) -> None:
        upsert = self._dialect.upsert(run_transfers, ["run_key"], ["source_key", "target_key"])
        for one in transfers:
            row = {"run_key": one.run_key, "source_key": one.source_key, "target_key": one.target_key}
            self._connection.execute(upsert.values(**row))

    def under_way(self) -> list[Transfer]:
        query = sa.select(run_transfers.c.run_key, run_transfers.c.source_key, run_transfers.c.target_key)
        return [Transfer(*row) for row in self._connection.execute(query.order_by(run_transfers.c.run_key))]

    def end(self, run_keys: Sequence[int]) -> None:
        for key in run_keys:
            self._connection.execute(sa.delete(run_transfers).where(run_transfers.c.run_key == key))

    def move(self, before: Run, project_key: int, run_id: str, ordinal: int = 0) -> Run:
        after = self._runs.rehome(before, project_key, run_id, ordinal)
        for table in (alerts, note_changes, mentions):
            self._connection.execute(sa.update(table).where(table.c.run_key == before.key).values(project_key=project_key))
        names = {"project_key": project_key, "run_id": run_id}
        self._connection.execute(sa.update(artifact_edges).where(artifact_edges.c.run_key == before.key).values(**names))
        new = (run_addresses.c.project_key == project_key, run_addresses.c.id == run_id)
        self._connection.execute(sa.delete(run_addresses).where(*new))
        upsert = self._dialect.upsert(run_addresses, ["project_key", "id"], ["run_key"])
        self._connection.execute(upsert.values(project_key=before.project_key, id=before.id, run_key=before.key))
        return after

    def copy_parts(self, source_key: int, run: Run) -> None:
        for table in _PARTS:
            given: dict[str, int] = {"run_key": run.key, "project_key": run.project_key}
            names = [column.name for column in table.columns if column.name != "id"]
            values = [sa.literal(given[name]) if name in given else table.c[name] for name in names]
            rows = sa.select(*values).where(table.c.run_key == source_key)
            if "id" in table.c:
                rows = rows.order_by(table.c.id)
            self._connection.execute(sa.insert(table).from_select(names, rows))

    def moved(self, project_key: int, run_id: str) -> int | None:
        return self._connection.execute(_MOVED, {"project_key": project_key, "id": run_id}).scalar_one_or_none()

    def holders(self, project_key: int, run_ids: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        wanted = list(dict.fromkeys(run_ids))
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            for table, key in ((run_addresses, run_addresses.c.run_key), (runs, runs.c.key)):
                rows = self._connection.execute(
                    sa.select(table.c.id, key).where(table.c.project_key == project_key, table.c.id.in_(part))
                )
                found |= {run_id: int(run_key) for run_id, run_key in rows}
        return found
