"""What the tables promise beyond their constraints, counted again."""

from __future__ import annotations

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.logs import SqlAudit
from assay.server.adapters.metadata_sql.tables import (
    artifact_collections,
    artifact_versions,
    projects,
    run_values,
    runs,
    value_columns,
)
from assay.server.domain.events import verify_chain
from assay.server.domain.runs import LIVE

_PAGE = 1_000


def verify(connection: sa.Connection) -> list[str]:
    return [
        *_audit(connection),
        *_project_counts(connection),
        *_column_counts(connection),
        *_collection_counts(connection),
    ]


def _audit(connection: sa.Connection) -> list[str]:
    log, last = SqlAudit(connection), None
    while page := log.list(0 if last is None else last.sequence, _PAGE):
        broken = verify_chain(page, last)
        if broken is not None:
            return [broken]
        last = page[-1]
    return []


def _project_counts(connection: sa.Connection) -> list[str]:
    live = sa.func.coalesce(sa.func.sum(sa.case((runs.c.state.in_(sorted(LIVE)), 1), else_=0)), 0)
    query = (
        sa.select(projects.c.key, projects.c.run_count, projects.c.running_count, sa.func.count(runs.c.key), live)
        .select_from(projects)
        .outerjoin(runs, sa.and_(runs.c.project_key == projects.c.key, runs.c.deleted_at == 0))
        .group_by(projects.c.key, projects.c.run_count, projects.c.running_count)
    )
    return [
        f"Project {key} counts {count} runs, {running} of them running; there are {real} and {really}."
        for key, count, running, real, really in connection.execute(query)
        if (count, running) != (real, really)
    ]


def _column_counts(connection: sa.Connection) -> list[str]:
    counted = (
        sa.select(run_values.c.column_id, sa.func.count().label("count"))
        .join(runs, runs.c.key == run_values.c.run_key)
        .where(runs.c.deleted_at == 0)
        .group_by(run_values.c.column_id)
        .subquery()
    )
    real = sa.func.coalesce(counted.c.count, 0)
    query = (
        sa.select(value_columns.c.project_key, value_columns.c.section, value_columns.c.path, value_columns.c.run_count, real)
        .outerjoin(counted, counted.c.column_id == value_columns.c.id)
        .where(value_columns.c.run_count != real)
    )
    return [
        f"Column {section}.{path} of project {project} counts {count} runs; there are {number}."
        for project, section, path, count, number in connection.execute(query)
    ]


def _collection_counts(connection: sa.Connection) -> list[str]:
    collections, versions = artifact_collections, artifact_versions
    size = sa.func.coalesce(sa.func.sum(versions.c.size), 0)
    query = (
        sa.select(collections.c.key, collections.c.version_count, collections.c.size, sa.func.count(versions.c.key), size)
        .select_from(collections)
        .outerjoin(versions, sa.and_(versions.c.collection_key == collections.c.key, versions.c.deleted_at == 0))
        .group_by(collections.c.key, collections.c.version_count, collections.c.size)
    )
    return [
        f"Artifact {key} counts {count} versions of {size} bytes; there are {real} of {really}."
        for key, count, size, real, really in connection.execute(query)
        if (count, size) != (real, really)
    ]
