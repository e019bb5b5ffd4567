"""Reading back: chart buckets, history rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.response import Stream

from assay.server.api.rest.paths import PROJECT, RUN, project_path, run_path
from assay.server.api.routing import post
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.messages import series as messages

ARROW = "application/vnd.apache.arrow.stream"
MSGPACK = "application/x-msgpack"

_encode = msgspec.msgpack.Encoder().encode


@post(PROJECT + "/series/query", permission="run:read")
def query_series(
    entity: str, project: str, data: messages.SeriesRequest, request: Request[Any, Any, Any], actor: Actor, catalog: Catalog
) -> Response[bytes]:
    """Exact buckets of many series, as an Arrow stream with one record batch per series (or as msgpack, when asked for)."""
    # Arrow takes 50 MB and half a second to load: only a server that answers charts pays for it.
    from assay.server.api.rest import columnar

    found = catalog.series.read(actor, project_path(entity, project), data)
    if _wants_msgpack(request):
        return Response(_encode(columnar.series_page(found, data)), status_code=200, media_type=MSGPACK)
    return Response(columnar.series_stream(found, data), status_code=200, media_type=ARROW)


@post(PROJECT + "/series/groups", permission="run:read")
def query_groups(entity: str, project: str, data: messages.GroupsRequest, actor: Actor, catalog: Catalog) -> Response[bytes]:
    """Groups of runs as one line each: a middle, a band and the count of runs, as an Arrow stream, a batch per group and key."""
    from assay.server.api.rest import columnar

    found = catalog.series.groups(actor, project_path(entity, project), data)
    return Response(columnar.groups_stream(found, data), status_code=200, media_type=ARROW)


@post(PROJECT + "/series/nonfinite", permission="run:read")
def find_non_finite(
    entity: str, project: str, data: messages.NonFiniteRequest, actor: Actor, catalog: Catalog
) -> messages.NonFiniteFound:
    """Where each series first is NaN or infinite; series that never are do not come."""
    return messages.NonFiniteFound(catalog.series.non_finite(actor, project_path(entity, project), data))


@post(RUN + "/histograms", permission="run:read")
def read_run_histograms(
    entity: str, project: str, run_id: str, data: messages.RunHistogramsRequest, actor: Actor, catalog: Catalog
) -> Response[bytes]:
    """A run's histograms over its steps, as an Arrow stream."""
    from assay.server.api.rest import columnar

    found = catalog.histograms.of_run(actor, run_path(entity, project, run_id), data)
    return Response(columnar.histograms_stream(found), status_code=200, media_type=ARROW)


@post(PROJECT + "/histograms", permission="run:read")
def read_histograms(
    entity: str, project: str, data: messages.HistogramsRequest, actor: Actor, catalog: Catalog
) -> Response[bytes]:
    """Histograms of several runs over their steps, merged into one or run by run, as an Arrow stream."""
    from assay.server.api.rest import columnar

    found = catalog.histograms.of_runs(actor, project_path(entity, project), data)
    return Response(columnar.histograms_stream(found), status_code=200, media_type=ARROW)


@post(RUN + "/history", permission="run:read")
def read_history(
    entity: str, project: str, run_id: str, data: messages.HistoryRequest, request: Request[Any, Any, Any], actor: Actor,
    catalog: Catalog,
) -> Response[Any]:  # fmt: skip
    """A run's rows in order of step, as an Arrow stream (or one page as msgpack, when asked for)."""
    from assay.server.api.rest import columnar

    chunks = catalog.series.history(actor, run_path(entity, project, run_id), data)
    if _wants_msgpack(request):
        return Response(_encode(columnar.history_page(chunks)), status_code=200, media_type=MSGPACK)
    stream: Iterator[bytes] = columnar.history_stream(chunks)
    return Stream(stream, status_code=200, media_type=ARROW)


def _wants_msgpack(request: Request[Any, Any, Any]) -> bool:
    return MSGPACK in request.headers.get("accept", "")


HANDLERS = [query_series, query_groups, find_non_finite, read_run_histograms, read_histograms, read_history]
