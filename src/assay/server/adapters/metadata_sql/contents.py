"""The blobs that entities have, and how many versions name each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.tables import (
    artifact_collections,
    artifact_versions,
    content_releases,
    contents,
    installation_values,
    projects,
)

AT_ONCE = 500  # values in one list of a query; more make the statement slower than the round trip it saves
ROWS = 10_000  # rows given to the driver at a time; bounds memory for the largest manifests
_EPOCH = "contents_epoch"


def pack_digest(digest: str) -> bytes:
    """The digest's bytes: 32 of SHA-256, 16 of MD5. Half as long as its text, and there are many."""
    return bytes.fromhex(digest.partition(":")[2])


def unpack_digest(data: bytes) -> str:
    return f"{'sha256' if len(data) == 32 else 'md5'}:{data.hex()}"


def in_parts(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


class SqlContents:
    def __init__(self, connection: sa.Connection, dialect: SqliteDialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def known(self, entity_id: int, digests: Iterable[str]) -> dict[str, int]:
        return {digest: size for digest, size, is_leaving in self._among(entity_id, digests) if not is_leaving}

    def being_freed(self, entity_id: int, digests: Iterable[str]) -> set[str]:
        return {digest for digest, _, is_leaving in self._among(entity_id, digests) if is_leaving}

    def _among(self, entity_id: int, digests: Iterable[str]) -> Iterator[tuple[str, int, bool]]:
        query = sa.select(contents.c.digest, contents.c.size, contents.c.is_leaving).where(contents.c.entity_id == entity_id)
        for part in in_parts(map(pack_digest, digests), AT_ONCE):
            for digest, size, is_leaving in self._connection.execute(query.where(contents.c.digest.in_(part))):
                yield unpack_digest(digest), size, is_leaving

    def arrived(self, entity_id: int, contents_: Mapping[str, int], at: float) -> None:
        # A content that nobody names yet stays for another while; one that is named has no such time.
        idle = sa.case((contents.c.name_count > 0, 0.0), else_=sa.bindparam("idle_since"))
        insert = self._dialect.insert_new(contents).values(
            entity_id=sa.bindparam("entity"), digest=sa.bindparam("name"), size=sa.bindparam("bytes"), name_count=0,
            idle_since=sa.bindparam("at"), is_leaving=False,
        )  # fmt: skip
        renew = (
            sa.update(contents)
            .where(
                contents.c.entity_id == sa.bindparam("entity"),
                contents.c.digest == sa.bindparam("name"),
                sa.not_(contents.c.is_leaving),
            )
            .values(idle_since=idle)
        )
        for part in in_parts(contents_.items(), ROWS):
            names = [(pack_digest(digest), size) for digest, size in part]
            self._connection.execute(insert, [{"entity": entity_id, "name": n, "bytes": s, "at": at} for n, s in names])
            self._connection.execute(renew, [{"entity": entity_id, "name": n, "idle_since": at} for n, _ in names])

    def renew(self, entity_id: int, digests: Iterable[str], at: float) -> None:
        idle = (contents.c.entity_id == entity_id, contents.c.name_count == 0, sa.not_(contents.c.is_leaving))
        for part in in_parts(map(pack_digest, digests), AT_ONCE):
            self._connection.execute(sa.update(contents).where(*idle, contents.c.digest.in_(part)).values(idle_since=at))

    def name(self, entity_id: int, contents_: Iterable[str]) -> int:
        fresh = 0
        unnamed = sa.select(sa.func.coalesce(sa.func.sum(contents.c.size), 0)).where(
            contents.c.entity_id == entity_id, contents.c.name_count == 0
        )
        count = (
            sa.update(contents)
            .where(contents.c.entity_id == sa.bindparam("entity"), contents.c.digest == sa.bindparam("name"))
            .values(name_count=contents.c.name_count + 1, idle_since=0.0)
        )
        for part in in_parts(map(pack_digest, contents_), ROWS):
            for few in in_parts(part, AT_ONCE):
                fresh += int(self._connection.execute(unnamed.where(contents.c.digest.in_(few))).scalar_one())
            self._connection.execute(count, [{"entity": entity_id, "name": name} for name in part])
        return fresh

    def release(self, entity_id: int, contents_: Iterable[str], at: float) -> None:
        idle = sa.case((contents.c.name_count <= 1, sa.bindparam("at")), else_=0.0)
        count = (
            sa.update(contents)
            .where(
                contents.c.entity_id == sa.bindparam("entity"),
                contents.c.digest == sa.bindparam("name"),
                contents.c.name_count > 0,
            )
            .values(name_count=contents.c.name_count - 1, idle_since=idle)
        )
        for part in in_parts(map(pack_digest, contents_), ROWS):
            self._connection.execute(count, [{"entity": entity_id, "name": name, "at": at} for name in part])

    def counts(self, entity_id: int) -> dict[str, tuple[int, int]]:
        query = sa.select(contents.c.digest, contents.c.size, contents.c.name_count).where(
            contents.c.entity_id == entity_id, sa.not_(contents.c.is_leaving)
        )
        return {unpack_digest(digest): (size, count) for digest, size, count in self._connection.execute(query)}

    def totals(self, entity_id: int) -> tuple[int, int, int]:
        waiting = sa.func.coalesce(sa.func.sum(sa.case((contents.c.name_count == 0, contents.c.size), else_=0)), 0)
        query = sa.select(sa.func.coalesce(sa.func.sum(contents.c.size), 0), waiting, sa.func.count()).where(
            contents.c.entity_id == entity_id
        )
        stored, idle, count = self._connection.execute(query).one()
        return int(stored), int(idle), int(count)

    def take_idle(self, before: float, limit: int) -> list[tuple[int, str, int]]:
        columns = (contents.c.entity_id, contents.c.digest, contents.c.size)
        idle = sa.and_(contents.c.idle_since > 0, sa.or_(contents.c.is_leaving, contents.c.idle_since < before))
        query = sa.select(*columns).where(idle).order_by(contents.c.is_leaving.desc(), contents.c.idle_since).limit(limit)
        found = list(self._connection.execute(query))
        leave = (
            sa.update(contents)
            .where(contents.c.entity_id == sa.bindparam("entity"), contents.c.digest == sa.bindparam("name"))
            .values(is_leaving=True)
        )
        if found:
            self._connection.execute(leave, [{"entity": row.entity_id, "name": row.digest} for row in found])
        return [(row.entity_id, unpack_digest(row.digest), row.size) for row in found]

    def forget(self, entity_id: int, digests: Iterable[str]) -> None:
        for part in in_parts(map(pack_digest, digests), AT_ONCE):
            gone = (contents.c.entity_id == entity_id, contents.c.digest.in_(part), contents.c.is_leaving)
            self._connection.execute(sa.delete(contents).where(*gone))
        upsert = self._dialect.upsert(installation_values, ["name"], ["value"])
        self._connection.execute(upsert.values(name=_EPOCH, value=str(self.epoch() + 1)))

    def epoch(self) -> int:
        query = sa.select(installation_values.c.value).where(installation_values.c.name == _EPOCH)
        return int(self._connection.execute(query).scalar_one_or_none() or 0)

    def queue_release(self, entity_id: int, manifests: Iterable[str]) -> None:
        rows = [{"entity_id": entity_id, "manifest": manifest} for manifest in manifests if manifest]
        if rows:
            self._connection.execute(sa.insert(content_releases), rows)

    def queue_release_of_project(self, project_key: int) -> None:
        named = (
            sa.select(projects.c.entity_id, artifact_versions.c.manifest)
            .select_from(artifact_versions)
            .join(artifact_collections, artifact_collections.c.key == artifact_versions.c.collection_key)
            .join(projects, projects.c.key == artifact_collections.c.project_key)
            .where(projects.c.key == project_key, artifact_versions.c.manifest != "")
        )
        self._connection.execute(sa.insert(content_releases).from_select(["entity_id", "manifest"], named))

    def queued_releases(self, limit: int) -> list[tuple[int, int, str]]:
        query = sa.select(content_releases.c.id, content_releases.c.entity_id, content_releases.c.manifest)
        rows = self._connection.execute(query.order_by(content_releases.c.id).limit(limit))
        return [(row.id, row.entity_id, row.manifest) for row in rows]

    def release_done(self, release_id: int) -> None:
        self._connection.execute(sa.delete(content_releases).where(content_releases.c.id == release_id))
