"""Presets of custom charts and their versions."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.encoding import decode_json, encode_json
from assay.server.adapters.metadata_sql.tables import preset_versions, presets
from assay.server.domain.errors import StaleWrite
from assay.server.domain.presets import Preset, PresetVersion
from assay.wire import limits
from assay.wire.errors import Conflict
from assay.wire.texts import clean

_LIGHT = tuple(name for name in Preset.__dataclass_fields__ if name != "spec")
_SAVED = ("updated_at", "updated_by", "deleted_at")


class SqlPresets:
    def __init__(self, connection: sa.Connection, dialect: SqliteDialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def get(self, entity_id: int, name: str, *, with_deleted: bool = False) -> Preset | None:
        query = sa.select(*(presets.c[column] for column in (*_LIGHT, "spec"))).where(
            presets.c.entity_id == entity_id, presets.c.name == clean(name)
        )
        if not with_deleted:
            query = query.where(presets.c.deleted_at == 0)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else Preset(**{**row, "spec": decode_json(row["spec"])})

    def add(self, preset: Preset) -> Preset:
        row = {name: getattr(preset, name) for name in _LIGHT if name not in ("key", "revision")}
        insert = self._dialect.insert_new(presets).values(
            **{**row, "label": clean(preset.label)}, revision=1, spec=encode_json(preset.spec)
        )
        key = self._connection.execute(insert.returning(presets.c.key)).scalar_one_or_none()
        if key is None:
            raise Conflict(detail=f"There is a preset {preset.name!r} already")
        added = replace(preset, key=int(key), revision=1)
        self._add_version(added)
        return added

    def save(self, preset: Preset, *, expected: Preset, is_version: bool = True) -> Preset:
        update = (
            sa.update(presets)
            .where(presets.c.key == preset.key, presets.c.revision == expected.revision)
            .values(
                **{name: getattr(preset, name) for name in _SAVED},
                label=clean(preset.label),
                revision=presets.c.revision + int(is_version),
                spec=encode_json(preset.spec),
            )
            .returning(presets.c.revision)
        )
        revision = self._connection.execute(update).scalar_one_or_none()
        if revision is None:
            raise StaleWrite(what="Preset", name=preset.name)
        saved = replace(preset, revision=int(revision))
        if is_version:
            self._add_version(saved)
        return saved

    def _add_version(self, preset: Preset) -> None:
        row = {"preset_key": preset.key, "revision": preset.revision, "at": preset.updated_at, "who": preset.updated_by}
        row |= {"label": clean(preset.label), "spec": encode_json(preset.spec)}
        self._connection.execute(sa.insert(preset_versions).values(**row))
        # Every version has the next number, so that those too many are below one.
        old = (preset_versions.c.preset_key == preset.key, preset_versions.c.revision <= preset.revision - limits.PRESET_VERSIONS)
        self._connection.execute(sa.delete(preset_versions).where(*old))

    def versions(self, preset_key: int) -> list[PresetVersion]:
        named = (preset_versions.c.revision, preset_versions.c.at, preset_versions.c.who, preset_versions.c.label)
        query = sa.select(*named).where(preset_versions.c.preset_key == preset_key).order_by(preset_versions.c.revision.desc())
        return [PresetVersion(*row) for row in self._connection.execute(query)]

    def version(self, preset_key: int, revision: int) -> PresetVersion | None:
        query = sa.select(preset_versions).where(
            preset_versions.c.preset_key == preset_key, preset_versions.c.revision == revision
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else PresetVersion(row.revision, row.at, row.who, row.label, decode_json(row.spec))

    def forget_before(self, before: float) -> int:
        return self._connection.execute(
            sa.delete(presets).where(presets.c.deleted_at > 0, presets.c.deleted_at < before)
        ).rowcount

    def list(self, entity_id: int) -> list[Preset]:
        query = sa.select(*(presets.c[name] for name in _LIGHT)).where(
            presets.c.entity_id == entity_id, presets.c.deleted_at == 0
        )
        return [Preset(**row) for row in self._connection.execute(query.order_by(presets.c.name)).mappings()]
