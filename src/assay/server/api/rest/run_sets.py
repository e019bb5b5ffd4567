"""What works on many runs at once: tables of their values."""

from __future__ import annotations

from litestar import Response

from assay.server.api.rest.paths import PROJECT, project_path
from assay.server.api.rest.series import ARROW
from assay.server.api.routing import post
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.messages import runs as messages


@post(PROJECT + "/runs/values", permission="run:read")
def read_values(entity: str, project: str, data: messages.RunValuesRequest, actor: Actor, catalog: Catalog) -> Response[bytes]:
    """Values of many runs as one Arrow table: id, name, ordinal, state, then a column per key."""
    # Arrow takes 50 MB and half a second to load: only a server that answers charts pays for it.
    from assay.server.api.rest import columnar

    table = catalog.run_query.values(actor, project_path(entity, project), data)
    return Response(columnar.values_stream(table), status_code=200, media_type=ARROW)


HANDLERS = [read_values]
