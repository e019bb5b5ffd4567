"""The blobs that entities have in each place, and how many versions name each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
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


class _AsIs(sa.types.UserDefinedType[Any]):
    """As the driver gives and takes it: a conversion per value would double the time of asking for ten thousand."""

    cache_ok = True


_DIGEST = sa.type_coerce(contents.c.digest, _AsIs())
_MINE = contents.c.home == sa.bindparam("home_")
_THIS = sa.and_(_MINE, contents.c.digest == sa.bindparam("digest_"))
_STAYS = contents.c.is_leaving == sa.literal_column("0")
_ZERO: sa.ColumnElement[int] = sa.literal_column("0")
_ONE: sa.ColumnElement[int] = sa.literal_column("1")
_AMONG = sa.select(_DIGEST, contents.c.size, contents.c.name_count, sa.type_coerce(contents.c.is_leaving, _AsIs())).where(
    contents.c.home == sa.bindparam("home_"), _DIGEST.in_(sa.bindparam("digests", expanding=True))
)
_RENEW = (
    sa.update(contents)
    .where(
        contents.c.home == sa.bindparam("home_"),
        contents.c.name_count == 0,
        _STAYS,
        _DIGEST.in_(sa.bindparam("digests", expanding=True)),
    )
    .values(idle_since=sa.bindparam("at"))
)
_NAME = sa.update(contents).where(_THIS).values(name_count=contents.c.name_count + _ONE, idle_since=_ZERO)
_RELEASE = (
    sa.update(contents)
    .where(_THIS, contents.c.name_count > _ZERO)
    .values(
        name_count=contents.c.name_count - _ONE,
        idle_since=sa.case((contents.c.name_count <= _ONE, sa.bindparam("at")), else_=_ZERO),
    )
)
_EPOCH_NOW = sa.select(installation_values.c.value).where(installation_values.c.name == _EPOCH)
_LEAVE = sa.update(contents).where(_THIS).values(is_leaving=_ONE)


@cache
def _arriving(insert: Any) -> Any:
    return insert.values(
        home=sa.bindparam("home_"), digest=sa.bindparam("digest_"), size=sa.bindparam("bytes"), name_count=_ZERO,
        idle_since=sa.bindparam("at"), is_leaving=_ZERO,
    )  # fmt: skip


class SqlContents:
    def __init__(self, connection: sa.Connection, dialect: SqliteDialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def known(self, home: int, digests: Iterable[str]) -> dict[str, tuple[int, int]]:
        return {text: (size, count) for text, size, count, is_leaving in self._among(home, digests) if not is_leaving}

    def being_freed(self, home: int, digests: Iterable[str]) -> set[str]:
        return {text for text, _, _, is_leaving in self._among(home, digests) if is_leaving}

    def _among(self, home: int, digests: Iterable[str]) -> Iterator[tuple[str, int, int, int]]:
        for part in in_parts(digests, AT_ONCE):
            texts = {pack_digest(text): text for text in part}
            for digest, size, count, leaving in self._connection.execute(_AMONG, {"home_": home, "digests": list(texts)}):
                yield texts[digest], size, count, leaving

    def arrived(self, home: int, contents_: Mapping[str, int], at: float) -> None:
        insert = _arriving(self._dialect.insert_new(contents))
        for part in in_parts(contents_.items(), ROWS):
            rows = [(home, pack_digest(text), size, at) for text, size in part]
            self._dialect.execute_rows(self._connection, insert, ("home_", "digest_", "bytes", "at"), rows)
        # Those that were here and that nobody names yet stay for another while.
        self.renew(home, contents_, at)

    def renew(self, home: int, digests: Iterable[str], at: float) -> None:
        for part in in_parts(map(pack_digest, digests), AT_ONCE):
            self._connection.execute(_RENEW, {"home_": home, "digests": part, "at": at})

    def name(self, home: int, contents_: Iterable[str]) -> None:
        for part in in_parts(map(pack_digest, contents_), ROWS):
            rows = [(home, digest) for digest in part]
            self._dialect.execute_rows(self._connection, _NAME, ("home_", "digest_"), rows)

    def release(self, home: int, contents_: Iterable[str], at: float) -> None:
        for part in in_parts(map(pack_digest, contents_), ROWS):
            rows = [(home, digest, at) for digest in part]
            self._dialect.execute_rows(self._connection, _RELEASE, ("home_", "digest_", "at"), rows)

    def counts(self, home: int) -> dict[str, tuple[int, int]]:
        query = sa.select(contents.c.digest, contents.c.size, contents.c.name_count).where(
            contents.c.home == home, sa.not_(contents.c.is_leaving)
        )
        return {unpack_digest(digest): (size, count) for digest, size, count in self._connection.execute(query)}

    def totals(self, home: int) -> tuple[int, int, int]:
        waiting = sa.func.coalesce(sa.func.sum(sa.case((contents.c.name_count == 0, contents.c.size), else_=0)), 0)
        query = sa.select(sa.func.coalesce(sa.func.sum(contents.c.size), 0), waiting, sa.func.count()).where(
            contents.c.home == home
        )
        stored, idle, count = self._connection.execute(query).one()
        return int(stored), int(idle), int(count)

    def take_idle(self, before: float, limit: int, without: Collection[int] = ()) -> list[tuple[int, str, int]]:
        columns = (contents.c.home, contents.c.digest, contents.c.size)
        idle = sa.and_(contents.c.idle_since > 0, sa.or_(contents.c.is_leaving, contents.c.idle_since < before))
        if without:
            idle = sa.and_(idle, contents.c.home.not_in(list(without)))
        query = sa.select(*columns).where(idle).order_by(contents.c.is_leaving.desc(), contents.c.idle_since).limit(limit)
        found = list(self._connection.execute(query))
        if found:
            rows = [(row.home, row.digest) for row in found]
            self._dialect.execute_rows(self._connection, _LEAVE, ("home_", "digest_"), rows)
        return [(row.home, unpack_digest(row.digest), row.size) for row in found]

    def forget(self, home: int, digests: Iterable[str]) -> None:
        for part in in_parts(map(pack_digest, digests), AT_ONCE):
            gone = (contents.c.home == home, contents.c.digest.in_(part), contents.c.is_leaving)
            self._connection.execute(sa.delete(contents).where(*gone))
        upsert = self._dialect.upsert(installation_values, ["name"], ["value"])
        self._connection.execute(upsert.values(name=_EPOCH, value=str(self.epoch() + 1)))

    def epoch(self) -> int:
        return int(self._connection.execute(_EPOCH_NOW).scalar_one_or_none() or 0)

    def queue_release(self, home: int, manifests: Iterable[str]) -> None:
        rows = [{"home": home, "manifest": manifest} for manifest in manifests if manifest]
        if rows:
            self._connection.execute(sa.insert(content_releases), rows)

    def queue_release_of_project(self, project_key: int) -> None:
        in_bucket = artifact_versions.c.bucket > 0
        home = sa.case((in_bucket, -artifact_versions.c.bucket), else_=projects.c.entity_id)
        named = (
            sa.select(home, artifact_versions.c.manifest)
            .select_from(artifact_versions)
            .join(artifact_collections, artifact_collections.c.key == artifact_versions.c.collection_key)
            .join(projects, projects.c.key == artifact_collections.c.project_key)
            .where(projects.c.key == project_key, artifact_versions.c.manifest != "")
        )
        self._connection.execute(sa.insert(content_releases).from_select(["home", "manifest"], named))

    def queued_releases(self, limit: int, after: int = 0) -> list[tuple[int, int, str]]:
        query = sa.select(content_releases.c.id, content_releases.c.home, content_releases.c.manifest)
        rows = self._connection.execute(query.where(content_releases.c.id > after).order_by(content_releases.c.id).limit(limit))
        return [(row.id, row.home, row.manifest) for row in rows]

    def release_done(self, release_id: int) -> bool:
        return self._connection.execute(sa.delete(content_releases).where(content_releases.c.id == release_id)).rowcount > 0
