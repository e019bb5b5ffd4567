"""What happened: the event log and the audit chain; and the installation's own small values."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.dialect import SqliteDialect
from assay.server.adapters.metadata_sql.encoding import decode_json, encode_json
from assay.server.adapters.metadata_sql.tables import audit, events, installation_values
from assay.server.domain.events import AuditEntry, Event, seal

_EVENTS = sa.select(
    events.c.kind, events.c.project_key, events.c.subject, events.c.at, events.c.actor, events.c.data, events.c.id
)
_AUDIT = sa.select(*(audit.c[name] for name in AuditEntry.__dataclass_fields__))
_ADD = sa.insert(events)


class SqlEvents:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, *events_: Event) -> None:
        if events_:
            rows = [
                {
                    "kind": event.kind,
                    "project_key": event.project_key,
                    "subject": event.subject,
                    "at": event.at,
                    "actor": event.actor,
                    "data": encode_json(event.data),
                }
                for event in events_
            ]
            self._connection.execute(_ADD, rows)

    def after(self, event_id: int, limit: int) -> list[Event]:
        query = _EVENTS.where(events.c.id > event_id).order_by(events.c.id).limit(limit)
        return [
            Event(kind, project_key, subject, at, actor, decode_json(data), number)
            for kind, project_key, subject, at, actor, data, number in self._connection.execute(query)
        ]


class SqlAudit:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, entry: AuditEntry) -> AuditEntry:
        # Units are serial and the sequence is the primary key, so two entries never follow the same one.
        last = self._connection.execute(
            sa.select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence.desc()).limit(1)
        ).one_or_none()
        sealed = seal(entry, 1, "") if last is None else seal(entry, last.sequence + 1, last.hash)
        row = {name: getattr(sealed, name) for name in AuditEntry.__dataclass_fields__}
        self._connection.execute(sa.insert(audit).values(**{**row, "data": encode_json(sealed.data)}))
        return sealed

    def list(self, after: int, limit: int) -> list[AuditEntry]:
        query = _AUDIT.where(audit.c.sequence > after).order_by(audit.c.sequence).limit(limit)
        return [
            replace(AuditEntry(**row), data=decode_json(str(row["data"]))) for row in self._connection.execute(query).mappings()
        ]


class SqlInstallationValues:
    def __init__(self, connection: sa.Connection, dialect: SqliteDialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def get(self, name: str) -> str | None:
        query = sa.select(installation_values.c.value).where(installation_values.c.name == name)
        return self._connection.execute(query).scalar_one_or_none()

    def set(self, name: str, value: str) -> None:
        upsert = self._dialect.upsert(installation_values, ["name"], ["value"])
        self._connection.execute(upsert.values(name=name, value=value))
