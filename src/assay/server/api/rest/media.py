"""Media of many runs, and pages that scripts have logged, in a sandbox."""

from __future__ import annotations

from typing import Any

from litestar import Response
from litestar.response import Stream

from assay.server.api.rest.paths import PROJECT, project_path
from assay.server.api.routing import post
from assay.server.compute import media_types
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.server.services.tickets import Ticket
from assay.wire.errors import NotFound
from assay.wire.messages import media as messages

# A page that a script has logged is a stranger's program. `sandbox` without allow-same-origin gives it an origin of its own, so
# it reaches no cookie, no storage and no answer of this server; without allow-top-navigation, allow-forms and allow-popups it
# cannot lead away or open anything. It may load what plotting libraries load: scripts, styles, fonts and pictures by https.
_SANDBOX = "; ".join(
    (
        "sandbox allow-scripts", "default-src 'none'", "script-src 'unsafe-inline' 'unsafe-eval' https: data: blob:",
        "style-src 'unsafe-inline' https: data:", "img-src https: data: blob:", "font-src https: data:",
        "media-src https: data: blob:", "worker-src blob:", "connect-src data: blob:", "form-action 'none'", "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)  # fmt: skip


@post(PROJECT + "/media/query", permission="run:read")
def query_media(entity: str, project: str, data: messages.MediaQuery, actor: Actor, catalog: Catalog) -> messages.MediaPage:
    """What runs have logged as images, video, audio, text, scenes and charts, step by step, with addresses of the contents."""
    return catalog.media.query(actor, project_path(entity, project), data)


def page_answer(opened: Ticket, catalog: Catalog) -> Response[Any]:
    """A logged HTML page for a frame. Its origin is its own, never this server's. Raises NotFound for what is no page."""
    if media_types.expected(opened.file_name) != "text/html":
        raise NotFound(what="page", name=opened.file_name or opened.digest)
    headers = {
        "content-security-policy": _SANDBOX,
        "x-frame-options": "SAMEORIGIN",
        "cache-control": "private, no-store",
        "content-length": str(opened.size),
    }
    return Stream(catalog.files.read(opened, 0, opened.size), headers=headers, media_type="text/html")


HANDLERS = [query_media]
