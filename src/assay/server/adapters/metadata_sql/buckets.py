"""Buckets that teams named, and what is still to be deleted in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.tables import bucket_clearings, team_buckets
from assay.server.domain.buckets import TeamBucket

_FIELDS = tuple(TeamBucket.__dataclass_fields__)
_BUCKETS = sa.select(*(team_buckets.c[name] for name in _FIELDS)).order_by(team_buckets.c.key)
_FIXED = {"key", "entity_id", "folder", "created_at", "created_by"}


class SqlBuckets:
    def __init__(self, connection: sa.Connection, dialect: SqliteDialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def add(self, bucket: TeamBucket) -> TeamBucket:
        row = {name: getattr(bucket, name) for name in _FIELDS if name != "key"}
        insert = sa.insert(team_buckets).values(**row).returning(team_buckets.c.key)
        return replace(bucket, key=int(self._connection.execute(insert).scalar_one()))

    def save(self, bucket: TeamBucket) -> None:
        row = {name: getattr(bucket, name) for name in _FIELDS if name not in _FIXED}
        self._connection.execute(sa.update(team_buckets).where(team_buckets.c.key == bucket.key).values(**row))

    def get(self, key: int) -> TeamBucket | None:
        row = self._connection.execute(_BUCKETS.where(team_buckets.c.key == key)).one_or_none()
        return None if row is None else TeamBucket(*row)

    def all(self, entity_id: int | None = None) -> list[TeamBucket]:
        query = _BUCKETS if entity_id is None else _BUCKETS.where(team_buckets.c.entity_id == entity_id)
        return [TeamBucket(*row) for row in self._connection.execute(query)]

    def current(self, entity_id: int) -> int:
        chosen = (team_buckets.c.entity_id == entity_id, team_buckets.c.ended_at == 0)
        return int(self._connection.execute(sa.select(team_buckets.c.key).where(*chosen)).scalar_one_or_none() or 0)

    def queue_clearings(self, entity_id: int, run_keys: Iterable[int]) -> None:
        rows = [{"bucket": bucket.key, "run_key": key} for key in run_keys for bucket in self.all(entity_id)]
        if rows:
            self._connection.execute(self._dialect.insert_new(bucket_clearings), rows)

    def clearings(self, bucket: int, limit: int) -> list[int]:
        query = sa.select(bucket_clearings.c.run_key).where(bucket_clearings.c.bucket == bucket)
        return [int(key) for key in self._connection.scalars(query.order_by(bucket_clearings.c.run_key).limit(limit))]

    def cleared(self, bucket: int, run_key: int) -> None:
        gone = (bucket_clearings.c.bucket == bucket, bucket_clearings.c.run_key == run_key)
        self._connection.execute(sa.delete(bucket_clearings).where(*gone))
