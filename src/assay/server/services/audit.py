"""The audit log: sign-ins, keys, deletions, edits. Written inside the unit of work that does them; read by admins."""

from __future__ import annotations

from typing import Any

from assay.server.domain.accounts import Actor
from assay.server.domain.events import AuditEntry, verify_chain
from assay.server.ports.metadata import Unit
from assay.server.services import access
from assay.server.services.stores import Stores
from assay.wire.errors import PublicError


def note(unit: Unit, actor: Actor, action: str, subject: str, at: float, **data: Any) -> None:
    """Add one line to the log, in `unit`. `action` is `object:verb`; `subject` is what it was done to."""
    unit.audit.add(AuditEntry(at, action, actor.username, actor.via, actor.address, subject, data, actor.request_id))


class AuditBroken(PublicError):
    code = "audit_broken"
    status = 409
    exit_code = 9
    text = "{detail} The lines before it are whole. Compare with a backup to see what was there."


class AuditService:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def list(self, actor: Actor, after: int, limit: int) -> list[AuditEntry]:
        """Lines with a sequence above `after`, oldest first. Admins of the installation only."""
        access.require_admin(actor, "audit:read")
        with self._stores.metadata.read() as unit:
            return unit.audit.list(after, limit)

    def verify(self, actor: Actor) -> tuple[int, str]:
        """(lines, the newest line's hash) of a chain that is whole. Raises AuditBroken, naming the first line that is not."""
        access.require_admin(actor, "audit:read")
        last: AuditEntry | None = None
        while True:
            with self._stores.metadata.read() as unit:
                page = unit.audit.list(last.sequence if last else 0, _PAGE)
            if not page:
                return (last.sequence, last.hash) if last else (0, "")
            broken = verify_chain(page, last)
            if broken:
                raise AuditBroken(detail=broken)
            last = page[-1]


_PAGE = 1_000
