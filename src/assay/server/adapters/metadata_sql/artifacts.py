"""Collections and versions of artifacts. Their aliases, lineage and drafts are in `artifact_parts`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.artifact_parts import Int64, SqlArtifactParts
from assay.server.adapters.metadata_sql.contents import AT_ONCE, in_parts
from assay.server.adapters.metadata_sql.encoding import decode_json, decode_list, encode_json, encode_list
from assay.server.adapters.metadata_sql.tables import artifact_collections as collections
from assay.server.adapters.metadata_sql.tables import artifact_versions as versions
from assay.server.domain.artifacts import Collection, Version
from assay.wire.errors import Conflict
from assay.wire.texts import clean

_COLLECTION_FIELDS = tuple(Collection.__dataclass_fields__)
_VERSION_FIELDS = tuple(Version.__dataclass_fields__)
_COLLECTIONS = sa.select(*(collections.c[name] for name in _COLLECTION_FIELDS))
_VERSIONS = sa.select(*(versions.c[name] for name in _VERSION_FIELDS))
_LIGHT = sa.select(*(versions.c[name] for name in _VERSION_FIELDS if name != "metadata"))
_KEPT = (
    "description",
    "metadata",
    "tags",
    "ttl_s",
    "span_start",
    "span_end",
    "updated_at",
    "deleted_at",
    "deleted_as",
    "manifest",
    "bucket",
)


class SqlArtifacts(SqlArtifactParts):
    def collection(self, project_key: int, name: str, *, with_deleted: bool = False) -> Collection | None:
        query = _COLLECTIONS.where(collections.c.project_key == project_key, collections.c.name == clean(name))
        row = self._connection.execute(query if with_deleted else query.where(collections.c.deleted_at == 0)).one_or_none()
        return None if row is None else _collection(row)

    def collections_by_key(self, keys: Iterable[int]) -> dict[int, Collection]:
        return {
            row.key: _collection(row)
            for part in in_parts(sorted(set(map(int, keys))), AT_ONCE)
            for row in self._connection.execute(_COLLECTIONS.where(collections.c.key.in_(part)))
        }

    def add_collection(self, collection: Collection) -> Collection:
        row = {name: getattr(collection, name) for name in _COLLECTION_FIELDS if name != "key"}
        row |= {"description": clean(collection.description), "tags": encode_list(collection.tags)}
        insert = self._dialect.insert_new(collections).values(**row).returning(collections.c.key)
        key = self._connection.execute(insert).scalar_one_or_none()
        if key is None:
            raise Conflict(detail=f"There is an artifact {collection.name!r} in this project already")
        return replace(collection, key=int(key))

    def save_collection(self, collection: Collection) -> None:
        query = sa.select(collections.c.key).where(
            collections.c.project_key == collection.project_key, collections.c.name == clean(collection.name)
        )
        other = self._connection.execute(query).scalar_one_or_none()
        if other not in (None, collection.key):
            raise Conflict(detail=f"There is an artifact {collection.name!r} in this project already")
        row = {name: getattr(collection, name) for name in ("name", "type", "ttl_s", "updated_at", "deleted_at")}
        row |= {"description": clean(collection.description), "tags": encode_list(collection.tags)}
        self._connection.execute(sa.update(collections).where(collections.c.key == collection.key).values(**row))

    def collections(
        self, project_key: int, *, type_: str = "", search: str = "", after: str = "", limit: int = 100
    ) -> tuple[list[Collection], int]:
        chosen = [collections.c.project_key == project_key, collections.c.deleted_at == 0]
        if type_:
            chosen.append(collections.c.type == clean(type_))
        if search:
            words = clean(search)
            chosen.append(
                sa.or_(
                    self._dialect.contains_folded(collections.c.name, words),
                    self._dialect.contains_folded(collections.c.description, words),
                )
            )
        total = self._connection.execute(sa.select(sa.func.count()).select_from(collections).where(*chosen)).scalar_one()
        query = _COLLECTIONS.where(*chosen, collections.c.name > clean(after)).order_by(collections.c.name).limit(limit)
        return [_collection(row) for row in self._connection.execute(query)], int(total)

    def types(self, project_key: int) -> list[tuple[str, int, int, int]]:
        columns = (sa.func.count(), sa.func.sum(collections.c.version_count), sa.func.sum(collections.c.size))
        query = (
            sa.select(collections.c.type, *columns)
            .where(collections.c.project_key == project_key, collections.c.deleted_at == 0)
            .group_by(collections.c.type)
            .order_by(collections.c.type)
        )
        return [(type_, int(n), int(count), int(size)) for type_, n, count, size in self._connection.execute(query)]

    def add_version(self, version: Version) -> Version:
        counted = (
            sa.update(collections)
            .where(collections.c.key == version.collection_key)
            .values(next_number=collections.c.next_number + 1, updated_at=version.created_at)
            .returning(collections.c.next_number)
        )
        number = int(self._connection.execute(counted).scalar_one()) - 1
        row = {name: getattr(version, name) for name in _VERSION_FIELDS if name != "key"} | _written(version)
        insert = sa.insert(versions).values(**{**row, "number": number}).returning(versions.c.key)
        key = int(self._connection.execute(insert).scalar_one())
        self._count(version.collection_key)
        return replace(version, key=key, number=number)

    def save_version(self, version: Version) -> None:
        row = {name: getattr(version, name) for name in _KEPT} | _written(version)
        self._connection.execute(sa.update(versions).where(versions.c.key == version.key).values(**row))
        self._count(version.collection_key)

    def end_told(self, ends: Mapping[int, float]) -> None:
        update = sa.update(versions).where(versions.c.key == sa.bindparam("key_")).values(end_told=sa.bindparam("end"))
        if ends:
            self._connection.execute(update, [{"key_": key, "end": end} for key, end in ends.items()])

    def _count(self, collection_key: int) -> None:
        live = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(versions.c.size), 0)).where(
            versions.c.collection_key == collection_key, versions.c.deleted_at == 0
        )
        count, size = self._connection.execute(live).one()
        update = sa.update(collections).where(collections.c.key == collection_key)
        self._connection.execute(update.values(version_count=count, size=size))

    def versions_by_key(self, keys: Iterable[int]) -> dict[int, Version]:
        return {
            row["key"]: _version(row)
            for part in in_parts(sorted(set(map(int, keys))), AT_ONCE)
            for row in self._connection.execute(_VERSIONS.where(versions.c.key.in_(part))).mappings()
        }

    def version_places(self, keys: Int64) -> Int64:
        columns = (versions.c.key, versions.c.collection_key, versions.c.number, collections.c.project_key)
        query = sa.select(*columns).join(collections, collections.c.key == versions.c.collection_key)
        return self._dialect.rows_of_keys(self._connection, query, versions.c.key, keys)

    def version(self, collection_key: int, number: int, *, with_deleted: bool = False) -> Version | None:
        query = _VERSIONS.where(versions.c.collection_key == collection_key, versions.c.number == number)
        return self._one(query if with_deleted else query.where(versions.c.deleted_at == 0))

    def version_of_digest(self, collection_key: int, digest: str) -> Version | None:
        query = _VERSIONS.where(
            versions.c.collection_key == collection_key, versions.c.digest == clean(digest), versions.c.deleted_at == 0
        )
        return self._one(query.order_by(versions.c.number.desc()).limit(1))

    def _one(self, query: sa.Select[Any]) -> Version | None:
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _version(row)

    def versions(
        self, collection_key: int, *, below: int | None = None, limit: int = 100, with_deleted: bool = False
    ) -> tuple[list[Version], int]:
        chosen = [versions.c.collection_key == collection_key]
        if not with_deleted:
            chosen.append(versions.c.deleted_at == 0)
        total = self._connection.execute(sa.select(sa.func.count()).select_from(versions).where(*chosen)).scalar_one()
        query = _VERSIONS.where(*chosen).order_by(versions.c.number.desc()).limit(limit)
        if below is not None:
            query = query.where(versions.c.number < below)
        return [_version(row) for row in self._connection.execute(query).mappings()], int(total)

    def newest_numbers(self, collection_keys: Iterable[int]) -> dict[int, int]:
        newest = sa.select(versions.c.collection_key, sa.func.max(versions.c.number)).where(versions.c.deleted_at == 0)
        return {
            key: int(number)
            for part in in_parts(sorted(set(map(int, collection_keys))), AT_ONCE)
            for key, number in self._connection.execute(
                newest.where(versions.c.collection_key.in_(part)).group_by(versions.c.collection_key)
            )
        }

    def all_versions(self, project_keys: Sequence[int], *, with_deleted: bool = False) -> list[Version]:
        query = _LIGHT.join(collections, collections.c.key == versions.c.collection_key).where(versions.c.manifest != "")
        if not with_deleted:
            query = query.where(versions.c.deleted_at == 0)
        found = [
            _version({**row, "metadata": ""})
            for part in in_parts(sorted(set(map(int, project_keys))), AT_ONCE)
            for row in self._connection.execute(query.where(collections.c.project_key.in_(part))).mappings()
        ]
        return sorted(found, key=lambda version: version.key)

    def deleted_versions(self, before: float, limit: int) -> list[Version]:
        query = _VERSIONS.where(versions.c.deleted_at > 0, versions.c.deleted_at < before, versions.c.manifest != "")
        rows = self._connection.execute(query.order_by(versions.c.deleted_at, versions.c.key).limit(limit)).mappings()
        return [_version(row) for row in rows]


def _collection(row: sa.Row[Any]) -> Collection:
    fields = row._asdict()
    return Collection(**{**fields, "tags": tuple(decode_list(fields["tags"]))})


def _version(row: Any) -> Version:
    return Version(**{**row, "metadata": decode_json(row["metadata"]), "tags": tuple(decode_list(row["tags"]))})


def _written(version: Version) -> dict[str, str]:
    return {
        "description": clean(version.description),
        "metadata": encode_json(version.metadata) if version.metadata else "",
        "tags": encode_list(version.tags),
    }
