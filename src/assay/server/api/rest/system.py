"""The server itself: health, the audit log, what browsers report."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from litestar import Request, Response

from assay.server.api.auth import PUBLIC, SIGNED_IN
from assay.server.api.pool import in_thread
from assay.server.api.routing import get, post
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire import limits
from assay.wire.errors import InvalidRequest, Unavailable
from assay.wire.version import __version__

log = logging.getLogger("assay.server.csp")
_REPORT_BYTES = 16 * limits.KIB


class Health(msgspec.Struct):
    status: str
    version: str


class AuditLine(msgspec.Struct):
    """One line of the audit log; each hash covers the one before."""

    sequence: int
    timestamp: float
    action: str
    actor: str
    via: str
    address: str
    subject: str
    data: dict[str, Any]
    request_id: str
    previous_hash: str
    hash: str


class AuditPage(msgspec.Struct):
    """`next` is what to ask for with `after`; 0 at the end."""

    lines: list[AuditLine]
    next: int


@get("/healthz", permission=PUBLIC)
async def healthz() -> Health:
    """The process answers."""
    return Health("ok", __version__)


@get("/readyz", permission=PUBLIC)
async def readyz(catalog: Catalog) -> Response[Health]:
    """The stores answer: requests can be served."""
    try:
        await in_thread(catalog.projects.is_ready)
    except Exception:
        log.exception("not ready")
        return Response(Health("the stores do not answer", __version__), status_code=503)
    return Response(Health("ok", __version__), status_code=200)


@get("/api/v1/audit", permission="audit:read")
def read_audit(actor: Actor, catalog: Catalog, after: int = 0, limit: int = 1_000) -> AuditPage:
    """The audit log from a line on, oldest first. Admins of the server only."""
    if not 1 <= limit <= limits.PAGE_ROWS:
        raise InvalidRequest(detail=f"limit is {limit}; expected 1 to {limits.PAGE_ROWS}")
    lines = [
        AuditLine(e.sequence, e.at, e.action, e.actor, e.via, e.address, e.subject, e.data, e.request_id, e.previous_hash, e.hash)
        for e in catalog.audit.list(actor, after, limit)
    ]
    return AuditPage(lines, lines[-1].sequence if len(lines) == limit else 0)


class BackupMade(msgspec.Struct):
    """`folder` is on the server's machine."""

    folder: str


@post("/api/v1/backups", permission="backup:create", status_code=201)
def create_backup(actor: Actor, catalog: Catalog) -> BackupMade:
    """Make a backup on the server's machine, while it works. Admins of the server only; `assay server backup` uses it."""
    if catalog.backups is None:
        raise Unavailable(detail="This server keeps its data elsewhere; back up its stores with their own tools")
    return BackupMade(str(catalog.backups.create(actor)))


@post(
    "/api/v1/csp-report", permission=SIGNED_IN, status_code=204,
    accepts=frozenset({"application/csp-report", "application/reports+json", "application/json"}),
)  # fmt: skip
async def csp_report(request: Request[Any, Any, Any]) -> None:
    """A browser says that a page tried something the policy forbids. It sends the session's cookie along; without one nobody may
    write to the log."""
    request.scope["body_limit"] = _REPORT_BYTES  # type: ignore[typeddict-unknown-key]
    log.warning("content security policy: %s", (await request.body()).decode(errors="replace").encode("unicode_escape").decode())


HANDLERS = [healthz, readyz, read_audit, create_backup, csp_report]
