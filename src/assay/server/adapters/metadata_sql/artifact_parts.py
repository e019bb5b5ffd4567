"""What hangs on artifacts: aliases and their history, edges to runs, drafts, rules of retention; and faults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from assay.server.adapters.metadata_sql.contents import AT_ONCE, in_parts
from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.encoding import decode_list, encode_list
from assay.server.adapters.metadata_sql.tables import (
    alias_changes,
    artifact_acceptances,
    artifact_aliases,
    artifact_draft_pages,
    artifact_drafts,
    artifact_edges,
    artifact_faults,
    artifact_rules,
    entities,
)
from assay.server.domain.artifacts import Acceptance, AliasChange, Draft, Edge, EdgeKind, Fault, Rule
from assay.wire.texts import clean

Int64 = NDArray[np.int64]
_MANY = 5_000
_CHANGES = sa.select(*(alias_changes.c[name] for name in AliasChange.__dataclass_fields__))
_EDGES = sa.select(*(artifact_edges.c[name] for name in Edge.__dataclass_fields__))
_DRAFTS = sa.select(*(artifact_drafts.c[name] for name in Draft.__dataclass_fields__))


class SqlArtifactParts:
    def __init__(self, connection: sa.Connection, dialect: SqliteDialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def aliases(self, version_keys: Iterable[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        query = sa.select(artifact_aliases.c.version_key, artifact_aliases.c.alias)
        keys = set(map(int, version_keys))
        if len(keys) > _MANY:  # few versions have aliases: reading those of a stretch is quicker than asking for each
            pointed = artifact_aliases.c.version_key.between(min(keys), max(keys))
            rows = [row for row in self._connection.execute(query.where(pointed)) if row.version_key in keys]
        else:
            parts = in_parts(sorted(keys), AT_ONCE)
            rows = [r for part in parts for r in self._connection.execute(query.where(artifact_aliases.c.version_key.in_(part)))]
        for key, alias in rows:
            found.setdefault(key, []).append(alias)
        return {key: sorted(names) for key, names in found.items()}

    def alias(self, collection_key: int, alias: str) -> int:
        query = sa.select(artifact_aliases.c.version_key).where(*_of_alias(collection_key, alias))
        return int(self._connection.execute(query).scalar_one_or_none() or 0)

    def move_alias(self, collection_key: int, alias: str, version_key: int, at: float, by: str) -> bool:
        before = self.alias(collection_key, alias)
        if before == version_key:
            return False
        if version_key:
            upsert = self._dialect.upsert(artifact_aliases, ["collection_key", "alias"], ["version_key"])
            self._connection.execute(upsert.values(collection_key=collection_key, alias=clean(alias), version_key=version_key))
        else:
            self._connection.execute(sa.delete(artifact_aliases).where(*_of_alias(collection_key, alias)))
        row = {"collection_key": collection_key, "alias": clean(alias), "from_version": before, "to_version": version_key}
        self._connection.execute(sa.insert(alias_changes).values(**row, at=at, by=by))
        return True

    def alias_changes(self, collection_key: int, limit: int) -> list[AliasChange]:
        query = _CHANGES.where(alias_changes.c.collection_key == collection_key)
        return [AliasChange(*row) for row in self._connection.execute(query.order_by(alias_changes.c.id.desc()).limit(limit))]

    def add_edge(self, edge: Edge) -> bool:
        row = {name: getattr(edge, name) for name in Edge.__dataclass_fields__ if name != "id"}
        row |= {"role": clean(edge.role), "run_name": clean(edge.run_name)}
        if self._connection.execute(self._dialect.insert_new(artifact_edges).values(**row)).rowcount:
            return True
        if edge.role:
            same = (artifact_edges.c.version_key == edge.version_key, artifact_edges.c.run_key == edge.run_key)
            update = sa.update(artifact_edges).where(*same, artifact_edges.c.kind == edge.kind)
            self._connection.execute(update.values(role=row["role"]))
        return False

    def edges_of_runs(self, run_keys: Iterable[int]) -> list[Edge]:
        return self._edges(_EDGES, artifact_edges.c.run_key, run_keys)

    def edges_of_versions(self, version_keys: Iterable[int], kind: EdgeKind | None = None) -> list[Edge]:
        query = _EDGES if kind is None else _EDGES.where(artifact_edges.c.kind == kind)
        return self._edges(query, artifact_edges.c.version_key, version_keys)

    def _edges(self, query: sa.Select[Any], column: sa.Column[Any], keys: Iterable[int]) -> list[Edge]:
        found = [
            Edge(*row)
            for part in in_parts(sorted(set(map(int, keys))), AT_ONCE)
            for row in self._connection.execute(query.where(column.in_(part)))
        ]
        return sorted(found, key=lambda edge: edge.id)

    def edge_columns(self, after_id: int) -> tuple[Int64, Int64, Int64, Int64]:
        is_out = sa.case((artifact_edges.c.kind == "out", 1), else_=0)
        query = sa.select(artifact_edges.c.id, artifact_edges.c.version_key, artifact_edges.c.run_key, is_out)
        rows = self._connection.execute(query.where(artifact_edges.c.id > after_id).order_by(artifact_edges.c.id)).fetchall()
        table = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 4)
        return table[:, 0], table[:, 1], table[:, 2], table[:, 3]

    def edge_count(self) -> int:
        return int(self._connection.execute(sa.select(sa.func.count()).select_from(artifact_edges)).scalar_one())

    def use_counts(self, version_keys: Iterable[int]) -> dict[int, int]:
        query = sa.select(artifact_edges.c.version_key, sa.func.count()).where(artifact_edges.c.kind == "in")
        return {
            key: int(count)
            for part in in_parts(sorted(set(map(int, version_keys))), AT_ONCE)
            for key, count in self._connection.execute(
                query.where(artifact_edges.c.version_key.in_(part)).group_by(artifact_edges.c.version_key)
            )
        }

    def add_draft(self, draft: Draft) -> Draft:
        if draft.shared_id:
            query = _DRAFTS.where(
                artifact_drafts.c.project_key == draft.project_key,
                artifact_drafts.c.shared_id == clean(draft.shared_id),
                artifact_drafts.c.name == draft.name,
                artifact_drafts.c.version_key == 0,
            )
            row = self._connection.execute(query.limit(1)).one_or_none()
            if row is not None:
                return Draft(*row)
        fields = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
        self._connection.execute(sa.insert(artifact_drafts).values(**{**fields, "shared_id": clean(draft.shared_id)}))
        return replace(draft, shared_id=clean(draft.shared_id))

    def draft(self, draft_id: str) -> Draft | None:
        row = self._connection.execute(_DRAFTS.where(artifact_drafts.c.id == clean(draft_id))).one_or_none()
        return None if row is None else Draft(*row)

    def save_draft(self, draft: Draft) -> None:
        row = {name: getattr(draft, name) for name in ("request", "touched_at", "page_count", "entry_count", "version_key")}
        self._connection.execute(sa.update(artifact_drafts).where(artifact_drafts.c.id == draft.id).values(**row))
        if draft.version_key:
            self._connection.execute(sa.delete(artifact_draft_pages).where(artifact_draft_pages.c.draft_id == draft.id))

    def add_page(self, draft_id: str, number: int, data: bytes) -> None:
        self._connection.execute(sa.insert(artifact_draft_pages).values(draft_id=draft_id, number=number, data=data))

    def pages(self, draft_id: str) -> list[bytes]:
        query = sa.select(artifact_draft_pages.c.data).where(artifact_draft_pages.c.draft_id == draft_id)
        return list(self._connection.execute(query.order_by(artifact_draft_pages.c.number)).scalars())

    def remove_draft(self, draft_id: str) -> None:
        self._connection.execute(sa.delete(artifact_drafts).where(artifact_drafts.c.id == clean(draft_id)))

    def remove_drafts(self, untouched_since: float) -> int:
        return self._connection.execute(sa.delete(artifact_drafts).where(artifact_drafts.c.touched_at < untouched_since)).rowcount

    def rules(self, entity_id: int) -> list[Rule]:
        query = sa.select(artifact_rules.c.project_key, artifact_rules.c.type, artifact_rules.c.ttl_s)
        rows = self._connection.execute(
            query.where(artifact_rules.c.entity_id == entity_id).order_by(artifact_rules.c.project_key, artifact_rules.c.type)
        )
        return [Rule(*row) for row in rows]

    def set_rules(self, entity_id: int, rules: Sequence[Rule]) -> None:
        self._connection.execute(sa.delete(artifact_rules).where(artifact_rules.c.entity_id == entity_id))
        rows = [
            {"entity_id": entity_id, "project_key": rule.project_key, "type": clean(rule.type), "ttl_s": rule.ttl_s}
            for rule in rules
        ]
        if rows:
            self._connection.execute(sa.insert(artifact_rules), rows)


def _of_alias(collection_key: int, alias: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return artifact_aliases.c.collection_key == collection_key, artifact_aliases.c.alias == clean(alias)


class SqlFaults:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, fault: Fault) -> None:
        owner = sa.select(entities.c.id).where(entities.c.name == fault.entity).scalar_subquery()
        row = {name: getattr(fault, name) for name in Fault.__dataclass_fields__ if name != "entity"}
        row |= {name: encode_list(getattr(fault, name)) for name in _LISTS}
        row |= {"target": clean(fault.target), "reason": clean(fault.reason)}
        self._connection.execute(sa.insert(artifact_faults).values(entity_id=owner, **row))

    def save(self, fault: Fault) -> None:
        update = sa.update(artifact_faults).where(artifact_faults.c.id == fault.id)
        self._connection.execute(update.values(taken_back_at=fault.taken_back_at, freeze=encode_list(fault.freeze)))

    def get(self, fault_id: str) -> Fault | None:
        row = self._connection.execute(_FAULTS.where(artifact_faults.c.id == clean(fault_id))).one_or_none()
        return None if row is None else _fault(row)

    def list(self, entity: str | None) -> list[Fault]:
        query = _FAULTS if entity is None else _FAULTS.where(entities.c.name == entity)
        ordered = query.order_by(artifact_faults.c.at.desc(), artifact_faults.c.id.desc())
        return [_fault(row) for row in self._connection.execute(ordered)]

    def accept(self, acceptance: Acceptance) -> None:
        row = {name: getattr(acceptance, name) for name in Acceptance.__dataclass_fields__}
        row |= {"fault_id": clean(acceptance.fault_id), "reason": clean(acceptance.reason)}
        keys = artifact_acceptances.c.fault_id == row["fault_id"], artifact_acceptances.c.version_key == acceptance.version_key
        if self._connection.execute(sa.select(artifact_acceptances.c.at).where(*keys)).one_or_none() is None:
            self._connection.execute(sa.insert(artifact_acceptances).values(**row))

    def accepted(self, version_key: int) -> Sequence[Acceptance]:
        columns = [artifact_acceptances.c[name] for name in Acceptance.__dataclass_fields__]
        query = sa.select(*columns).where(artifact_acceptances.c.version_key == version_key)
        return [Acceptance(*row) for row in self._connection.execute(query.order_by(artifact_acceptances.c.fault_id))]

    def withdraw(self, version_key: int) -> None:
        self._connection.execute(sa.delete(artifact_acceptances).where(artifact_acceptances.c.version_key == version_key))


_LISTS = ("versions", "runs", "freeze")
_FAULTS = sa.select(
    entities.c.name.label("entity"), *(artifact_faults.c[name] for name in Fault.__dataclass_fields__ if name != "entity")
).join(entities, entities.c.id == artifact_faults.c.entity_id)


def _fault(row: sa.Row[Any]) -> Fault:
    fields = row._asdict()
    return Fault(**{**fields, **{name: tuple(decode_list(fields[name])) for name in _LISTS}})
