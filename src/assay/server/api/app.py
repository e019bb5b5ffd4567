"""The application: every route, its guard, its errors, behind the perimeter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig

from assay.server.api import auth, static
from assay.server.api.direct import Direct
from assay.server.api.errors import answer
from assay.server.api.perimeter import Perimeter
from assay.server.api.pool import Few, Shared
from assay.server.api.rest import (
    accounts,
    artifacts,
    batches,
    buckets,
    comments,
    console,
    faults,
    files,
    importance,
    live,
    media,
    mentions,
    presets,
    projects,
    run_sets,
    runs,
    series,
    system,
    views,
)
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.errors import PublicError

MODULES = (
    accounts, projects, runs, run_sets, views, presets, comments, mentions, importance, batches, series, console, files,
    artifacts, faults, media, buckets, live, system, static,
)  # fmt: skip


def handlers() -> list[BaseRouteHandler]:
    """Every route of the server."""
    return [handler for module in MODULES for handler in module.HANDLERS]


def actor_dependency(request: Request[Any, Any, Any]) -> Any:
    return request.scope["user"]


class Application(Perimeter):
    """The ASGI application. `close_streams` ends the live streams, so that the server can stop."""

    def __init__(self, catalog: Catalog, hosts: frozenset[str], static_files: static.StaticFiles) -> None:
        routes = router(catalog, static_files)
        super().__init__(Direct(routes), hosts)
        self.close_streams: Callable[[], None] = routes.state.hub.close


def build(catalog: Catalog, hosts: frozenset[str], static_files: static.StaticFiles) -> Application:
    """The ASGI application that answers to `hosts`."""
    return Application(catalog, hosts, static_files)


def router(catalog: Catalog | None, static_files: static.StaticFiles | None, openapi: OpenAPIConfig | None = None) -> Litestar:
    """The routes without the perimeter: what the API's description is made from."""
    routes = handlers()
    auth.check_routes(routes)

    def catalog_dependency() -> Any:
        return catalog

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.hub.open()
        try:
            yield
        finally:
            app.state.hub.close()

    hub = live.Hub(catalog) if catalog is not None else None
    few = {what: Few(what, 2) for what in ("thumbnails", "importances", "comparisons of tables")}
    state = State({"catalog": catalog, "static": static_files, "hub": hub, "lookups": Shared(), "few": few})
    return Litestar(
        routes,
        guards=[auth.guard],
        dependencies={
            "actor": Provide(actor_dependency, sync_to_thread=False),
            "catalog": Provide(catalog_dependency, sync_to_thread=False),
        },
        exception_handlers={PublicError: answer, HTTPException: answer, RecursionError: answer, Exception: answer},
        lifespan=[lifespan] if catalog is not None else [],
        signature_types=[Actor, Catalog],
        openapi_config=openapi,
        state=state,
        request_max_body_size=None,
        logging_config=None,
    )
