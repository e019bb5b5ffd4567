"""The audit log: sign-ins, keys, deletions, edits. Written inside the unit of work that does them; read by admins."""

from __future__ import annotations

from typing import Any

from assay.server.domain.accounts import Actor
from assay.server.domain.events import AuditEntry
from assay.server.ports.metadata import Unit
from assay.server.services import access
from assay.server.services.stores import Stores


def note(unit: Unit, actor: Actor, action: str, subject: str, at: float, **data: Any) -> None:
    """Add one line to the log, in `unit`. `action` is `object:verb`; `subject` is what it was done to."""
    unit.audit.add(AuditEntry(at, action, actor.username, actor.via, actor.address, subject, data, actor.request_id))


class AuditService:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def list(self, actor: Actor, after: int, limit: int) -> list[AuditEntry]:
        """Lines with a sequence above `after`, oldest first. Admins of the installation only."""
        access.require_admin(actor, "audit:read")
        with self._stores.metadata.read() as unit:
            return unit.audit.list(after, limit)
