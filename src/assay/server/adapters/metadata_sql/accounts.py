"""Users, their keys, sessions and one-time links."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.tables import api_keys, entities, sessions, sign_in_links, users
from assay.server.domain.accounts import ApiKey, Ended, Session, User
from assay.wire.errors import Conflict, NotFound

_USERS = sa.select(
    users.c.id,
    entities.c.name,
    users.c.display_name,
    users.c.password_hash,
    users.c.is_admin,
    users.c.created_at,
    users.c.is_active,
    users.c.email,
).join(entities, entities.c.id == users.c.id)
_KEYS = sa.select(*(api_keys.c[name] for name in ApiKey.__dataclass_fields__))
_SESSIONS = sa.select(*(sessions.c[name] for name in Session.__dataclass_fields__))
_USER = _USERS.where(entities.c.name == sa.bindparam("name"))
_USER_BY_ID = _USERS.where(users.c.id == sa.bindparam("id"))
_KEY = _KEYS.where(api_keys.c.id == sa.bindparam("id"))
_SESSION = _SESSIONS.where(sessions.c.token_hash == sa.bindparam("token_hash"))


class SqlAccounts:
    def __init__(self, connection: sa.Connection, dialect: SqliteDialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def add_user(self, username: str, display_name: str, password_hash: str, is_admin: bool, at: float) -> User:
        user_id = add_entity(self._connection, self._dialect, username, "user", at)
        user = User(user_id, username, display_name, password_hash, is_admin, at)
        self._connection.execute(sa.insert(users).values(id=user_id, created_at=at, **_user_columns(user)))
        return user

    def user(self, username: str) -> User | None:
        return self._user(_USER, name=username)

    def user_by_id(self, user_id: int) -> User | None:
        return self._user(_USER_BY_ID, id=user_id)

    def _user(self, query: sa.Select[Any], **named: Any) -> User | None:
        row = self._connection.execute(query, named).one_or_none()
        return None if row is None else User(*row)

    def users(self) -> list[User]:
        return [User(*row) for row in self._connection.execute(_USERS.order_by(entities.c.name))]

    def save_user(self, user: User) -> None:
        done = self._connection.execute(sa.update(users).where(users.c.id == user.id).values(**_user_columns(user)))
        if done.rowcount == 0:
            raise NotFound(what="user", name=user.username)

    def add_key(self, key: ApiKey) -> None:
        values = {name: getattr(key, name) for name in ApiKey.__dataclass_fields__}
        if self._connection.execute(self._dialect.insert_new(api_keys).values(**values)).rowcount == 0:
            raise Conflict(detail=f"There is a key {key.id!r} already")

    def key(self, key_id: str) -> ApiKey | None:
        row = self._connection.execute(_KEY, {"id": key_id}).one_or_none()
        return None if row is None else ApiKey(*row)

    def keys(self, user_id: int) -> list[ApiKey]:
        query = _KEYS.where(api_keys.c.user_id == user_id).order_by(api_keys.c.created_at, api_keys.c.id)
        return [ApiKey(*row) for row in self._connection.execute(query)]

    def save_key(self, key: ApiKey) -> None:
        done = self._connection.execute(
            sa.update(api_keys)
            .where(api_keys.c.id == key.id)
            .values(name=key.name, last_used_at=key.last_used_at, revoked_at=key.revoked_at)
        )
        if done.rowcount == 0:
            raise NotFound(what="key", name=key.id)

    def add_session(self, session: Session) -> None:
        # Sessions that ran out go when a new one comes, so the table does not grow with every sign-in.
        self._connection.execute(sa.delete(sessions).where(sessions.c.expires_at < session.created_at))
        values = {name: getattr(session, name) for name in Session.__dataclass_fields__}
        self._connection.execute(sa.insert(sessions).values(**values))

    def session(self, token_hash: str) -> Session | None:
        row = self._connection.execute(_SESSION, {"token_hash": token_hash}).one_or_none()
        return None if row is None else Session(*row)

    def end_session(self, token_hash: str) -> None:
        self._connection.execute(sa.delete(sessions).where(sessions.c.token_hash == token_hash))

    def end_sessions(self, user_id: int) -> None:
        for table in (sessions, sign_in_links):
            self._connection.execute(sa.delete(table).where(table.c.user_id == user_id))

    def end_all(self, user_id: int | None, at: float) -> Ended:
        def gone(table: sa.Table, *more: sa.ColumnElement[bool]) -> int:
            whose = () if user_id is None else (table.c.user_id == user_id,)
            return int(self._connection.execute(sa.delete(table).where(*whose, *more)).rowcount)

        whose = () if user_id is None else (api_keys.c.user_id == user_id,)
        revoking = sa.update(api_keys).where(*whose, api_keys.c.revoked_at == 0).values(revoked_at=at)
        for table in (sessions, sign_in_links):
            gone(table, table.c.expires_at <= at)
        return Ended(gone(sessions), int(self._connection.execute(revoking).rowcount), gone(sign_in_links))

    def add_link(self, token_hash: str, user_id: int, expires_at: float) -> None:
        row = {"token_hash": token_hash, "user_id": user_id, "expires_at": expires_at}
        self._connection.execute(sa.insert(sign_in_links).values(**row))

    def take_link(self, token_hash: str, now: float) -> int | None:
        # One statement finds and removes it, so that two requests at once cannot both have it.
        row = self._connection.execute(
            sa.delete(sign_in_links)
            .where(sign_in_links.c.token_hash == token_hash)
            .returning(sign_in_links.c.user_id, sign_in_links.c.expires_at)
        ).one_or_none()
        self._connection.execute(sa.delete(sign_in_links).where(sign_in_links.c.expires_at <= now))
        return row.user_id if row is not None and row.expires_at > now else None


def add_entity(connection: sa.Connection, dialect: SqliteDialect, name: str, kind: str, at: float) -> int:
    """The id of a new entity. Raises Conflict if the name is taken."""
    insert = dialect.insert_new(entities).values(name=name, kind=kind, created_at=at).returning(entities.c.id)
    entity_id = connection.execute(insert).scalar_one_or_none()
    if entity_id is None:
        raise Conflict(detail=f"There is a user or team {name!r} already. Choose another name")
    return int(entity_id)


def _user_columns(user: User) -> dict[str, Any]:
    return {
        "display_name": user.display_name,
        "password_hash": user.password_hash,
        "is_admin": user.is_admin,
        "is_active": user.is_active,
        "email": user.email,
    }
