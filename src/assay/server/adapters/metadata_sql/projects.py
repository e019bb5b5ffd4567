"""Projects, with their counts of runs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.tables import entities, projects, run_values, value_columns
from assay.server.domain.projects import Project
from assay.wire.errors import InvalidRequest, NotFound

_PROJECTS = sa.select(
    projects.c.key,
    entities.c.name,
    projects.c.name.label("project"),
    projects.c.description,
    projects.c.created_at,
    projects.c.last_activity_at,
    projects.c.run_count,
    projects.c.running_count,
).join(entities, entities.c.id == projects.c.entity_id)
_PROJECT = _PROJECTS.where(entities.c.name == sa.bindparam("entity"), projects.c.name == sa.bindparam("name"))
_BY_KEY = _PROJECTS.where(projects.c.key == sa.bindparam("key"))
_SAVE = sa.update(projects).where(projects.c.key == sa.bindparam("b_key")).values(description=sa.bindparam("b_description"))
_TOUCH = sa.update(projects).where(projects.c.key == sa.bindparam("b_key")).values(last_activity_at=sa.bindparam("b_at"))


class SqlProjects:
    def __init__(self, connection: sa.Connection, dialect: SqliteDialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def get(self, entity: str, name: str) -> Project | None:
        return self._one(_PROJECT, entity=entity, name=name)

    def by_key(self, key: int) -> Project | None:
        return self._one(_BY_KEY, key=key)

    def _one(self, query: sa.Select[Any], **named: Any) -> Project | None:
        row = self._connection.execute(query, named).one_or_none()
        return None if row is None else Project(*row)

    def add(self, entity: str, name: str, at: float) -> Project:
        found = self.get(entity, name)
        if found is not None:
            return found
        entity_id = self._connection.execute(sa.select(entities.c.id).where(entities.c.name == entity)).scalar_one_or_none()
        if entity_id is None:
            raise NotFound(what="user or team", name=entity)
        row = {"entity_id": entity_id, "name": name, "created_at": at, "last_activity_at": at}
        self._connection.execute(self._dialect.insert_new(projects).values(**row))
        made = self.get(entity, name)
        assert made is not None, (entity, name)
        return made

    def save(self, project: Project) -> None:
        done = self._connection.execute(_SAVE, {"b_key": project.key, "b_description": project.description})
        if done.rowcount == 0:
            raise NotFound(what="project", name=f"{project.entity}/{project.name}")

    def touch(self, key: int, at: float) -> None:
        if self._connection.execute(_TOUCH, {"b_key": key, "b_at": at}).rowcount == 0:
            raise NotFound(what="project", name=str(key))

    def list(self, entities_: Sequence[str] | None, cursor: str, limit: int) -> tuple[list[Project], int, str]:
        owned = sa.true() if entities_ is None else entities.c.name.in_(entities_)
        counting = sa.select(sa.func.count()).select_from(projects).join(entities, entities.c.id == projects.c.entity_id)
        total = self._connection.execute(counting.where(owned)).scalar_one()
        # Activity and key together are one place in the order, which later arrivals do not move.
        query = _PROJECTS.where(owned).order_by(projects.c.last_activity_at.desc(), projects.c.key.desc()).limit(limit + 1)
        if cursor:
            at, key = decode_cursor(cursor)
            query = query.where(
                sa.or_(projects.c.last_activity_at < at, sa.and_(projects.c.last_activity_at == at, projects.c.key < key))
            )
        page = [Project(*row) for row in self._connection.execute(query)]
        more = len(page) > limit
        page = page[:limit]
        return page, total, encode_cursor(page[-1]) if more and page else ""

    def delete(self, key: int) -> None:
        # The values hang on their columns, by number and without a reference; everything else goes with the project's row.
        columns = sa.select(value_columns.c.id).where(value_columns.c.project_key == key)
        self._connection.execute(sa.delete(run_values).where(run_values.c.column_id.in_(columns)))
        self._connection.execute(sa.delete(projects).where(projects.c.key == key))


def encode_cursor(project: Project) -> str:
    return base64.urlsafe_b64encode(f"{project.last_activity_at!r} {project.key}".encode()).decode().rstrip("=")


def decode_cursor(text: str) -> tuple[float, int]:
    try:
        at, key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(" ")
        return float(at), int(key)
    except (ValueError, binascii.Error) as error:
        raise InvalidRequest(detail="The cursor is not one of this listing. Start again without one") from error
