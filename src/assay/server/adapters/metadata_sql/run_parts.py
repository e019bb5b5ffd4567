"""What hangs on a run: files, alerts, the history of its config, its writers, its turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.contents import AT_ONCE, in_parts
from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.encoding import decode_json, encode_json
from assay.server.adapters.metadata_sql.tables import (
    alerts,
    applied_seqs,
    config_changes,
    note_changes,
    run_files,
    run_turns,
    run_writers,
    runs,
)
from assay.server.domain.runs import Alert, RunFile, Writer
from assay.server.domain.turns import Turn
from assay.wire.texts import clean

_ALERTS = sa.select(*(alerts.c[name] for name in Alert.__dataclass_fields__))
_FILES = sa.select(*(run_files.c[name] for name in RunFile.__dataclass_fields__))
_WRITERS = sa.select(
    run_writers.c.writer,
    run_writers.c.is_primary,
    run_writers.c.finish_state,
    run_writers.c.exit_code,
    run_writers.c.finished_at,
)
_TURNS = sa.select(*(run_turns.c[name] for name in Turn.__dataclass_fields__))
_CHANGES = sa.select(config_changes.c.at, config_changes.c.path, config_changes.c.value, config_changes.c.who)


class SqlRunParts:
    def __init__(self, connection: sa.Connection, dialect: SqliteDialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def files(self, run_key: int, paths: Sequence[str] | None = None) -> list[RunFile]:
        query = _FILES.where(run_files.c.run_key == run_key)
        if paths is None:
            return [RunFile(*row) for row in self._connection.execute(query.order_by(run_files.c.path))]
        parts = in_parts(sorted(set(paths)), AT_ONCE)
        found = (self._connection.execute(query.where(run_files.c.path.in_(part))) for part in parts)
        return sorted((RunFile(*row) for rows in found for row in rows), key=lambda file: file.path)

    def file_sizes(self, project_keys: Sequence[int]) -> dict[int, int]:
        total = sa.func.sum(run_files.c.size)
        query = sa.select(runs.c.project_key, total).join(run_files, run_files.c.run_key == runs.c.key)
        rows = self._connection.execute(query.where(runs.c.project_key.in_(list(project_keys))).group_by(runs.c.project_key))
        return {int(key): int(size) for key, size in rows if size}

    def file_count(self, run_key: int) -> int:
        query = sa.select(sa.func.count()).select_from(run_files).where(run_files.c.run_key == run_key)
        return int(self._connection.execute(query).scalar_one())

    def save_file(self, run_key: int, file: RunFile) -> None:
        upsert = self._dialect.upsert(run_files, ["run_key", "path"], ["digest", "size", "updated_at", "bucket"])
        row = {name: getattr(file, name) for name in RunFile.__dataclass_fields__}
        self._connection.execute(upsert.values(run_key=run_key, **row))

    def alerts(self, project_key: int, run_key: int | None = None, *, limit: int) -> list[Alert]:
        query = _ALERTS.join(runs, runs.c.key == alerts.c.run_key).where(
            alerts.c.project_key == project_key, runs.c.deleted_at == 0
        )
        if run_key is not None:
            query = query.where(alerts.c.run_key == run_key)
        newest = query.order_by(alerts.c.time.desc(), alerts.c.id.desc()).limit(limit)
        return [Alert(*row) for row in self._connection.execute(newest)]

    def add_alert(self, project_key: int, alert: Alert) -> Alert | None:
        row = {name: getattr(alert, name) for name in Alert.__dataclass_fields__ if name != "id"}
        insert = self._dialect.insert_new(alerts).values(project_key=project_key, **row).returning(alerts.c.id)
        number = self._connection.execute(insert).scalar_one_or_none()
        return None if number is None else Alert(number, **row)

    def config_history(self, run_key: int) -> list[tuple[float, str, Any, str]]:
        query = _CHANGES.where(config_changes.c.run_key == run_key).order_by(config_changes.c.id)
        return [(at, path, decode_json(value), who) for at, path, value, who in self._connection.execute(query)]

    def add_config_change(self, run_key: int, at: float, path: str, value: Any, who: str) -> None:
        row = {"run_key": run_key, "at": at, "path": path, "value": encode_json(value), "who": who}
        self._connection.execute(sa.insert(config_changes).values(**row))

    def applied_seq(self, run_key: int, writer: str) -> int:
        query = sa.select(applied_seqs.c.seq).where(applied_seqs.c.run_key == run_key, applied_seqs.c.writer == writer)
        seq = self._connection.execute(query).scalar_one_or_none()
        return -1 if seq is None else int(seq)

    def set_applied_seq(self, run_key: int, writer: str, seq: int) -> None:
        upsert = self._dialect.upsert(applied_seqs, ["run_key", "writer"], ["seq"])
        self._connection.execute(upsert, {"run_key": run_key, "writer": writer, "seq": seq})

    def writers(self, run_key: int) -> list[Writer]:
        query = _WRITERS.where(run_writers.c.run_key == run_key).order_by(run_writers.c.id)
        return [Writer(*row) for row in self._connection.execute(query)]

    def save_writer(self, run_key: int, writer: Writer) -> None:
        fields = {
            "is_primary": writer.is_primary,
            "finish_state": writer.finish_state,
            "exit_code": writer.exit_code,
            "finished_at": writer.finished_at,
        }
        upsert = self._dialect.upsert(run_writers, ["run_key", "writer"], list(fields))
        self._connection.execute(upsert, {"run_key": run_key, "writer": writer.id, **fields})

    def turns(self, run_keys: Sequence[int]) -> list[Turn]:
        parts = in_parts(sorted(set(run_keys)), AT_ONCE)
        query = _TURNS.order_by(run_turns.c.run_key, run_turns.c.id)
        found = (self._connection.execute(query.where(run_turns.c.run_key.in_(part))) for part in parts)
        return [Turn(*row) for rows in found for row in rows]

    def add_turn(self, turn: Turn) -> None:
        row = {name: getattr(turn, name) for name in Turn.__dataclass_fields__}
        self._connection.execute(sa.insert(run_turns).values(**row))

    def add_note(self, project_key: int, run_key: int | None, at: float, who: str, text: str) -> None:
        row = {"project_key": project_key, "run_key": run_key, "at": at, "who": who, "text": clean(text)}
        self._connection.execute(sa.insert(note_changes).values(**row))

    def notes(self, project_key: int, run_key: int | None, limit: int) -> list[tuple[float, str, str]]:
        run = note_changes.c.run_key.is_(None) if run_key is None else note_changes.c.run_key == run_key
        query = sa.select(note_changes.c.at, note_changes.c.who, note_changes.c.text).where(
            note_changes.c.project_key == project_key, run
        )
        return [tuple(row) for row in self._connection.execute(query.order_by(note_changes.c.id.desc()).limit(limit))]
