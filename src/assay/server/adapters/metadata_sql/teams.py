"""Entities, and who is in which team."""

from __future__ import annotations

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.accounts import add_entity
from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.tables import entities, members, users
from assay.server.domain.accounts import Role
from assay.server.domain.teams import Entity, Member
from assay.wire.errors import NotFound

_ENTITIES = sa.select(entities.c.id, entities.c.name, entities.c.kind, entities.c.created_at)
_ENTITY = _ENTITIES.where(entities.c.name == sa.bindparam("name"))


class SqlTeams:
    def __init__(self, connection: sa.Connection, dialect: SqliteDialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def add_team(self, name: str, at: float) -> Entity:
        return Entity(add_entity(self._connection, self._dialect, name, "team", at), name, "team", at)

    def entity(self, name: str) -> Entity | None:
        row = self._connection.execute(_ENTITY, {"name": name}).one_or_none()
        return None if row is None else Entity(*row)

    def entities(self) -> list[Entity]:
        return [Entity(*row) for row in self._connection.execute(_ENTITIES.order_by(entities.c.name))]

    def set_member(self, entity: str, username: str, role: Role) -> None:
        entity_id, user_id = self._ids(entity, username)
        upsert = self._dialect.upsert(members, ["entity_id", "user_id"], ["role"])
        self._connection.execute(upsert.values(entity_id=entity_id, user_id=user_id, role=role))

    def remove_member(self, entity: str, username: str) -> None:
        entity_id, user_id = self._ids(entity, username)
        self._connection.execute(sa.delete(members).where(members.c.entity_id == entity_id, members.c.user_id == user_id))

    def _ids(self, entity: str, username: str) -> tuple[int, int]:
        ids = []
        for what, name, kind in (("team", entity, "team"), ("user", username, "user")):
            query = sa.select(entities.c.id).where(entities.c.name == name, entities.c.kind == kind)
            found = self._connection.execute(query).scalar_one_or_none()
            if found is None:
                raise NotFound(what=what, name=name)
            ids.append(int(found))
        return ids[0], ids[1]

    def members(self, entity: str) -> list[Member]:
        team, person = entities.alias("team"), entities.alias("person")
        query = (
            sa.select(team.c.name, person.c.name, members.c.role)
            .select_from(members)
            .join(team, team.c.id == members.c.entity_id)
            .join(person, person.c.id == members.c.user_id)
            .where(team.c.name == entity)
            .order_by(person.c.name)
        )
        return [Member(*row) for row in self._connection.execute(query)]

    def roles(self, user_id: int) -> dict[str, Role]:
        own = (
            sa.select(entities.c.name, sa.literal("admin")).join(users, users.c.id == entities.c.id).where(users.c.id == user_id)
        )
        teams = (
            sa.select(entities.c.name, members.c.role)
            .join(members, members.c.entity_id == entities.c.id)
            .where(members.c.user_id == user_id)
        )
        return {str(name): role for name, role in self._connection.execute(sa.union_all(own, teams))}
