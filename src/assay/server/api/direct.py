"""The hottest addresses, answered without the framework's routing, which takes longer than a small batch is worth.

They are the same routes: their guards, the permissions they declare, their handlers. What fails is answered by the perimeter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from litestar import Litestar, Request

from assay.server.api import auth
from assay.server.api.rest.batches import append_batch
from assay.server.api.rest.files import put_blob
from assay.server.api.routing import send_message, send_nothing


class Direct:
    """`app`, but for batches and for contents that come by signed addresses."""

    def __init__(self, app: Litestar) -> None:
        self._app = app

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        run = _run_of(scope) if scope["type"] == "http" else None
        ticket = _ticket_of(scope) if scope["type"] == "http" else ""
        if run is None and not ticket:
            await self._app(scope, receive, send)  # type: ignore[arg-type]
            return
        scope["litestar_app"] = self._app
        request: Request[Any, Any, Any] = Request(scope, receive, send)  # type: ignore[arg-type]
        if run is not None:
            await auth.guard(request, append_batch)
            writer = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("writer", "")
            await send_message(send, append_batch.status_code, await append_batch.fn(*run, request, writer))
        else:
            await auth.guard(request, put_blob)
            await put_blob.fn(ticket, request, self._app.state.catalog)
            await send_nothing(send, put_blob.status_code)


def _ticket_of(scope: MutableMapping[str, Any]) -> str:
    """The signed address that a content is sent to; empty for every other request."""
    if scope["method"] != "PUT" or scope.get("root_path"):
        return ""
    root, _, ticket = scope["path"].removeprefix("/").partition("/")
    return ticket if root == "blobs" and "/" not in ticket else ""


def _run_of(scope: MutableMapping[str, Any]) -> tuple[str, str, str] | None:
    """Entity, project and id of the run that a batch is for; None for every other request, and for any unusual way to write
    that one: the framework knows what to make of it."""
    if scope["method"] != "POST" or scope.get("root_path"):
        return None
    parts = scope["path"].split("/")
    if len(parts) != 9 or not all(parts[1:]):
        return None
    root, api, version, projects, entity, project, runs, run_id, batches = parts
    if (root, api, version, projects, runs, batches) != ("", "api", "v1", "projects", "runs", "batches"):
        return None
    return entity, project, run_id
