"""Saved views, their versions and links; and what edits of many runs changed."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any

import msgspec
import sqlalchemy as sa

from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.encoding import decode_json, encode_json
from assay.server.adapters.metadata_sql.tables import undos, view_links, view_versions, views
from assay.server.domain.errors import StaleWrite
from assay.server.domain.saved_views import View, ViewVersion
from assay.server.domain.undos import UndoPart
from assay.wire import limits
from assay.wire.errors import Conflict
from assay.wire.texts import clean

_LIGHT = tuple(name for name in View.__dataclass_fields__ if name != "spec")
_VIEWS = sa.select(*(views.c[name] for name in _LIGHT))
_SAVED = ("name", "sharing", "is_locked", "is_default", "updated_at", "updated_by", "deleted_at")


class SqlViews:
    def __init__(self, connection: sa.Connection, dialect: SqliteDialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def get(self, project_key: int, view_id: str, *, with_deleted: bool = False) -> View | None:
        query = sa.select(*(views.c[name] for name in (*_LIGHT, "spec"))).where(
            views.c.project_key == project_key, views.c.id == clean(view_id)
        )
        row = self._connection.execute(query if with_deleted else query.where(views.c.deleted_at == 0)).mappings().one_or_none()
        return None if row is None else View(**{**row, "spec": decode_json(row["spec"])})

    def add(self, view: View) -> View:
        row = {name: getattr(view, name) for name in _LIGHT if name not in ("key", "revision")}
        insert = self._dialect.insert_new(views).values(
            **{**row, "name": clean(view.name)}, revision=1, spec=encode_json(view.spec)
        )
        key = self._connection.execute(insert.returning(views.c.key)).scalar_one_or_none()
        if key is None:
            raise Conflict(detail=f"There is a view {view.id!r} in this project already")
        added = replace(view, key=int(key), revision=1)
        self._only_default(added)
        self._add_version(added)
        return added

    def save(self, view: View, *, expected: View, is_version: bool = True) -> View:
        update = (
            sa.update(views)
            .where(views.c.key == view.key, views.c.revision == expected.revision)
            .values(
                **{**{name: getattr(view, name) for name in _SAVED}, "name": clean(view.name)},
                revision=views.c.revision + int(is_version),
                spec=encode_json(view.spec),
            )
            .returning(views.c.revision)
        )
        revision = self._connection.execute(update).scalar_one_or_none()
        if revision is None:
            raise StaleWrite(what="View", name=view.name)
        saved = replace(view, revision=int(revision))
        self._only_default(saved)
        if is_version:
            self._add_version(saved)
            kept = (
                sa.select(view_versions.c.revision)
                .where(view_versions.c.view_key == view.key)
                .order_by(view_versions.c.revision.desc())
                .limit(1)
                .offset(limits.VIEW_VERSIONS)
            )
            oldest = self._connection.execute(kept).scalar_one_or_none()
            if oldest is not None:
                old = (view_versions.c.view_key == view.key, view_versions.c.revision <= oldest)
                self._connection.execute(sa.delete(view_versions).where(*old))
        elif saved.sharing == "shared":
            newest = (view_versions.c.view_key == saved.key, view_versions.c.revision == saved.revision)
            self._connection.execute(sa.update(view_versions).where(*newest).values(sharing="shared"))
        return saved

    def _only_default(self, view: View) -> None:
        if view.is_default:
            others = (views.c.project_key == view.project_key, views.c.page == view.page, views.c.key != view.key)
            self._connection.execute(sa.update(views).where(*others, views.c.is_default).values(is_default=False))

    def _add_version(self, view: View) -> None:
        row = {"view_key": view.key, "revision": view.revision, "at": view.updated_at, "who": view.updated_by}
        row |= {"name": clean(view.name), "spec": encode_json(view.spec), "sharing": view.sharing}
        self._connection.execute(sa.insert(view_versions).values(**row))

    def versions(self, view_key: int) -> list[ViewVersion]:
        named = [view_versions.c[name] for name in ("revision", "at", "who", "name", "sharing")]
        query = sa.select(*named).where(view_versions.c.view_key == view_key).order_by(view_versions.c.revision.desc())
        return [ViewVersion(*row) for row in self._connection.execute(query)]

    def version(self, view_key: int, revision: int) -> ViewVersion | None:
        query = sa.select(view_versions).where(view_versions.c.view_key == view_key, view_versions.c.revision == revision)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else ViewVersion(row.revision, row.at, row.who, row.name, row.sharing, decode_json(row.spec))

    def forget_before(self, before: float) -> int:
        return self._connection.execute(sa.delete(views).where(views.c.deleted_at > 0, views.c.deleted_at < before)).rowcount

    def link(self, project_key: int, link_id: str) -> dict[str, Any] | None:
        query = sa.select(view_links.c.spec).where(view_links.c.project_key == project_key, view_links.c.id == clean(link_id))
        text = self._connection.execute(query).scalar_one_or_none()
        return None if text is None else decode_json(text)

    def add_link(self, project_key: int, link_id: str, spec: dict[str, Any], at: float, who: str) -> None:
        row = {"project_key": project_key, "id": link_id, "at": at, "who": who, "spec": encode_json(spec)}
        self._connection.execute(self._dialect.insert_new(view_links).values(**row))

    def link_count(self, project_key: int) -> int:
        query = sa.select(sa.func.count()).select_from(view_links).where(view_links.c.project_key == project_key)
        return int(self._connection.execute(query).scalar_one())

    def list(self, project_key: int, page: str, owner: str) -> list[View]:
        mine = sa.or_(views.c.sharing == "shared", views.c.owner == owner)
        query = _VIEWS.where(views.c.project_key == project_key, views.c.deleted_at == 0, mine).order_by(views.c.key)
        if page:
            query = query.where(views.c.page == page)
        return [View(**row) for row in self._connection.execute(query).mappings()]


class SqlUndos:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, part: UndoPart) -> None:
        row = {"token": part.token, "part": part.number, "project_key": part.project_key, "at": part.at, "who": part.who}
        data = zlib.compress(msgspec.msgpack.encode(part.changes), 1)
        self._connection.execute(sa.insert(undos).values(**row, action=part.action, data=data))

    def parts(self, project_key: int, token: str) -> list[UndoPart]:
        query = sa.select(undos).where(undos.c.project_key == project_key, undos.c.token == clean(token))
        return [
            UndoPart(row.token, row.part, row.project_key, row.at, row.who, row.action, _changes(row.data))
            for row in self._connection.execute(query.order_by(undos.c.part))
        ]

    def remove(self, token: str, number: int) -> None:
        self._connection.execute(sa.delete(undos).where(undos.c.token == token, undos.c.part == number))

    def forget_before(self, before: float) -> int:
        return self._connection.execute(sa.delete(undos).where(undos.c.at < before)).rowcount


def _changes(data: bytes) -> dict[str, Any]:
    changes: dict[str, Any] = msgspec.msgpack.decode(zlib.decompress(data))
    return changes
