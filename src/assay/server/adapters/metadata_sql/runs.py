"""Runs: their rows and documents. Filters, columns and values are in `run_queries`, what hangs on a run in `run_parts`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import sqlalchemy as sa

from assay.server.adapters.metadata_sql.columns import ColumnWriter, encode_document
from assay.server.adapters.metadata_sql.encoding import decode_json, decode_list, encode_json, encode_list
from assay.server.adapters.metadata_sql.run_parts import SqlRunParts
from assay.server.adapters.metadata_sql.run_queries import SqlRunQueries
from assay.server.adapters.metadata_sql.tables import entities, projects, run_documents, run_search, runs
from assay.server.domain.errors import StaleWrite
from assay.server.domain.filters import search_text
from assay.server.domain.runs import LIVE, Run
from assay.wire.errors import Conflict, NotFound
from assay.wire.messages.runs import MetricDefinition, RefusedValue
from assay.wire.texts import clean

_PLAIN = (
    "key", "project_key", "id", "name", "ordinal", "state", "user", "created_at", "started_at", "heartbeat_at", "finished_at",
    "deleted_at", "exit_code", "notes", "group", "job_type", "host", "program", "sdk_version", "progress_step", "progress_total",
    "stop_requested_at", "revision",
)  # fmt: skip
_WRITTEN = tuple(name for name in _PLAIN if name not in {"key", "project_key", "id", "ordinal", "heartbeat_at", "revision"})
_DOCUMENTS = ("config", "summary", "environment")
_CHUNK = 500  # keys in one statement

_LIGHT = (
    sa.select(
        *(runs.c[name] for name in _PLAIN),
        runs.c.tags,
        entities.c.name.label("entity"),
        projects.c.name.label("project"),
        run_documents.c.definitions,
        run_documents.c.refused,
    )
    .select_from(runs)
    .join(projects, projects.c.key == runs.c.project_key)
    .join(entities, entities.c.id == projects.c.entity_id)
    .join(run_documents, run_documents.c.run_key == runs.c.key)
)
_WHOLE = _LIGHT.add_columns(*(run_documents.c[name] for name in _DOCUMENTS))
# What every start of a run and every batch asks is put together once: that takes longer than to execute it.
_NAMED = _WHOLE.where(runs.c.project_key == sa.bindparam("project_key"), runs.c.id == sa.bindparam("id"))
_NAMED_LIVE = _NAMED.where(runs.c.deleted_at == 0)
_BY_KEY = _WHOLE.where(runs.c.key == sa.bindparam("key"), runs.c.deleted_at == 0)
_TAKEN = sa.select(runs.c.key).where(runs.c.project_key == sa.bindparam("project_key"), runs.c.id == sa.bindparam("id"))
_SAVE = (
    sa.update(runs)
    .where(runs.c.key == sa.bindparam("b_key"))
    .values(
        {name: sa.bindparam(name) for name in (*_WRITTEN, "tags")}
        | {
            "revision": runs.c.revision + 1,
            "heartbeat_at": sa.case(
                (runs.c.heartbeat_at < sa.bindparam("b_heartbeat_at"), sa.bindparam("b_heartbeat_at")), else_=runs.c.heartbeat_at
            ),
        }
    )
    .returning(runs.c.revision, runs.c.heartbeat_at)
)
_SAVE_EXPECTED = _SAVE.where(runs.c.revision == sa.bindparam("b_revision"))
_ADD_DOCUMENTS = sa.insert(run_documents)
_ADD_WORDS = sa.insert(run_search)
_NEXT = {
    counter: sa.update(projects)
    .where(projects.c.key == sa.bindparam("b_key"))
    .values({counter: projects.c[counter] + 1})
    .returning(projects.c[counter])
    for counter in ("last_name_number", "last_ordinal")
}
_TOUCH = (
    sa.update(runs)
    .where(runs.c.key == sa.bindparam("b_key"), runs.c.heartbeat_at < sa.bindparam("b_at"))
    .values(heartbeat_at=sa.bindparam("b_at"))
)
_COUNT = (
    sa.update(projects)
    .where(projects.c.key == sa.bindparam("b_key"))
    .values(
        run_count=projects.c.run_count + sa.bindparam("b_runs", type_=sa.Integer),
        running_count=projects.c.running_count + sa.bindparam("b_running", type_=sa.Integer),
    )
)
_definitions = msgspec.json.Decoder(tuple[MetricDefinition, ...]).decode
_refused = msgspec.json.Decoder(tuple[RefusedValue, ...]).decode


class SqlRuns(SqlRunQueries, SqlRunParts):
    def get(self, project_key: int, run_id: str, with_deleted: bool = False) -> Run | None:
        return self._one(_NAMED if with_deleted else _NAMED_LIVE, project_key=project_key, id=run_id)

    def by_key(self, key: int) -> Run | None:
        return self._one(_BY_KEY, key=key)

    def _one(self, query: sa.Select[Any], **named: Any) -> Run | None:
        row = self._connection.execute(query, named).mappings().one_or_none()
        return None if row is None else _run(row)

    def by_keys(self, keys: Sequence[int], *, whole: bool = True, with_deleted: bool = False) -> list[Run]:
        query = _WHOLE if whole else _LIGHT
        query = query if with_deleted else query.where(runs.c.deleted_at == 0)
        found = {run.key: run for run in self._many(query, runs.c.key, map(int, keys))}
        return [found[key] for key in map(int, keys) if key in found]

    def by_ids(self, project_key: int, run_ids: Sequence[str]) -> list[Run]:
        query = _LIGHT.where(runs.c.project_key == project_key, runs.c.deleted_at == 0)
        found = {run.id: run for run in self._many(query, runs.c.id, run_ids)}
        return [found[run_id] for run_id in run_ids if run_id in found]

    def _many(self, query: sa.Select[Any], column: sa.Column[Any], values: Iterable[Any]) -> list[Run]:
        wanted = list(dict.fromkeys(values))
        found: list[Run] = []
        for start in range(0, len(wanted), _CHUNK):
            rows = self._connection.execute(query.where(column.in_(wanted[start : start + _CHUNK]))).mappings().all()
            found += map(_run, rows)
        return found

    def add(self, run: Run) -> Run:
        if self._connection.execute(_TAKEN, {"project_key": run.project_key, "id": run.id}).first():
            raise _taken(run)
        ordinal = self._number(run.project_key, "last_ordinal")
        row = {**_row(run), "heartbeat_at": run.heartbeat_at, "project_key": run.project_key, "id": run.id, "ordinal": ordinal}
        if run.key:
            row["key"] = run.key
        insert = self._dialect.insert_new(runs, runs.c.key)
        key = self._connection.execute(insert, {**row, "revision": 1}).scalar_one_or_none()
        if key is None:  # another server added it since we looked
            raise _taken(run)
        added = replace(run, key=int(key), ordinal=ordinal, revision=1)
        documents = {name: encode_json(getattr(run, name)) for name in _DOCUMENTS}
        self._connection.execute(_ADD_DOCUMENTS, {"run_key": key, **_lists(run), **documents})
        self._connection.execute(_ADD_WORDS, {"run_key": key, "words": clean(search_text(run))})
        self._count(run.project_key, int(not run.deleted_at), int(_is_running(run)))
        for section in ("config", "summary"):
            self._change(added, section, {}, getattr(run, section), was_counted=False)
        return added

    def save(self, run: Run, *, expected: Run | None = None) -> Run:
        # A whole `expected` of the stored revision is what is stored; otherwise it is read.
        before = expected if expected is not None and expected.is_whole else self._one(_WHOLE.where(runs.c.key == run.key))
        if before is None:
            raise NotFound(what="run", name=run.id)
        update, fields = _SAVE, {**_row(run), "b_key": run.key, "b_heartbeat_at": run.heartbeat_at}
        if expected is not None:
            update, fields["b_revision"] = _SAVE_EXPECTED, expected.revision
        stored = self._connection.execute(update, fields).one_or_none()
        if stored is None:
            if self._connection.execute(sa.select(runs.c.key).where(runs.c.key == run.key)).first():
                raise StaleWrite(what="Run", name=run.id)
            raise NotFound(what="run", name=run.id)
        after = run if run.is_whole else replace(run, **{name: getattr(before, name) for name in _DOCUMENTS})
        self._save_documents(before, after)
        self._count(
            run.project_key,
            int(not run.deleted_at) - int(not before.deleted_at),
            int(_is_running(run)) - int(_is_running(before)),
        )
        return replace(run, revision=stored.revision, heartbeat_at=stored.heartbeat_at)

    def _save_documents(self, before: Run, after: Run) -> None:
        written = {name: value for name, value in _lists(after).items() if _lists(before)[name] != value}
        for name in _DOCUMENTS:
            old, new = getattr(before, name), getattr(after, name)
            # As text, because to Python 1, 1.0 and True are equal.
            if old is not new and encode_json(old) != (text := encode_json(new)):
                written[name] = text
        if written:
            self._connection.execute(sa.update(run_documents).where(run_documents.c.run_key == after.key).values(**written))
        words = clean(search_text(after))
        if words != clean(search_text(before)):
            self._connection.execute(sa.update(run_search).where(run_search.c.run_key == after.key).values(words=words))
        for section in ("config", "summary"):
            if section in written or bool(before.deleted_at) != bool(after.deleted_at):
                self._change(after, section, getattr(before, section), getattr(after, section), was_counted=not before.deleted_at)

    def _change(self, run: Run, section: str, old: Mapping[str, Any], new: Mapping[str, Any], *, was_counted: bool) -> None:
        writer = ColumnWriter(self._connection, self._dialect, run.project_key)
        before, after = encode_document(old), encode_document(new)
        writer.change(section, run.key, before, after, was_counted=was_counted, is_counted=not run.deleted_at)

    def _count(self, project_key: int, runs_by: int, running_by: int) -> None:
        if runs_by or running_by:
            self._connection.execute(_COUNT, {"b_key": project_key, "b_runs": runs_by, "b_running": running_by})

    def rehome(self, before: Run, project_key: int, run_id: str, ordinal: int = 0) -> Run:
        """The run's row, documents and values in another project; see `Moves.move`."""
        if self._connection.execute(_TAKEN, {"project_key": project_key, "id": run_id}).first():
            raise _taken(replace(before, id=run_id))
        for section in ("config", "summary"):
            self._change(before, section, getattr(before, section), {}, was_counted=not before.deleted_at)
        self._count(before.project_key, -int(not before.deleted_at), -int(_is_running(before)))
        number = ordinal or self._number(project_key, "last_ordinal")
        update = (
            sa.update(runs)
            .where(runs.c.key == before.key, runs.c.revision == before.revision)
            .values(project_key=project_key, id=run_id, ordinal=number, revision=runs.c.revision + 1)
        )
        if not self._connection.execute(update).rowcount:
            raise StaleWrite(what="Run", name=before.id)
        after = self._one(_WHOLE.where(runs.c.key == before.key))
        assert after is not None, before.key
        words = clean(search_text(after))
        self._connection.execute(sa.update(run_search).where(run_search.c.run_key == after.key).values(words=words))
        for section in ("config", "summary"):
            self._change(after, section, {}, getattr(after, section), was_counted=False)
        self._count(project_key, int(not after.deleted_at), int(_is_running(after)))
        return after

    def next_name_number(self, project_key: int) -> int:
        return self._number(project_key, "last_name_number")

    def _number(self, project_key: int, counter: str) -> int:
        """The counter's next number: counted and read in one statement, so that nobody else gets it."""
        number = self._connection.execute(_NEXT[counter], {"b_key": project_key}).scalar_one_or_none()
        if number is None:
            raise NotFound(what="project", name=str(project_key))
        return int(number)

    def touch(self, heartbeats: dict[int, float]) -> None:
        if heartbeats:
            self._connection.execute(_TOUCH, [{"b_key": int(key), "b_at": at} for key, at in heartbeats.items()])

    def silent_since(self, before: float) -> list[Run]:
        query = _WHOLE.where(runs.c.state.in_(sorted(LIVE)), runs.c.heartbeat_at < before, runs.c.deleted_at == 0)
        return [_run(row) for row in self._connection.execute(query.order_by(runs.c.key)).mappings()]

    def deleted_before(self, before: float) -> list[Run]:
        query = _WHOLE.where(runs.c.deleted_at > 0, runs.c.deleted_at < before).order_by(runs.c.key)
        return [_run(row) for row in self._connection.execute(query).mappings()]

    def forget(self, keys: Sequence[int]) -> None:
        for key in map(int, keys):
            run = self._one(_WHOLE.where(runs.c.key == key))
            if run is None:
                continue
            counted = not run.deleted_at
            writer = ColumnWriter(self._connection, self._dialect, run.project_key)
            for section in ("config", "summary"):
                values = encode_document(getattr(run, section))
                writer.change(section, key, values, {}, was_counted=counted, is_counted=counted)
            self._count(run.project_key, -int(counted), -int(_is_running(run)))
            self._connection.execute(sa.delete(runs).where(runs.c.key == key))


def _taken(run: Run) -> Conflict:
    return Conflict(detail=f"Run {run.id!r} exists in this project, perhaps in the trash. Choose another id, or resume it")


def _is_running(run: Run) -> bool:
    return run.is_live and not run.deleted_at


def _row(run: Run) -> dict[str, Any]:
    row = {name: getattr(run, name) for name in _WRITTEN}
    row |= {name: clean(value) for name, value in row.items() if isinstance(value, str)}
    return {**row, "tags": encode_list(run.tags)}


def _lists(run: Run) -> dict[str, str]:
    return {
        "definitions": msgspec.json.encode(run.definitions).decode() if run.definitions else "",
        "refused": msgspec.json.encode(run.refused).decode() if run.refused else "",
    }


def _run(row: sa.RowMapping) -> Run:
    is_whole = "config" in row
    return Run(
        **{name: row[name] for name in _PLAIN},
        entity=row["entity"],
        project=row["project"],
        tags=tuple(decode_list(row["tags"])),
        definitions=_definitions(row["definitions"]) if row["definitions"] else (),
        refused=_refused(row["refused"]) if row["refused"] else (),
        is_whole=is_whole,
        **({name: decode_json(row[name]) for name in _DOCUMENTS} if is_whole else {}),
    )
