"""How a route is declared: what it needs first. Handlers are plain functions, run in the bounded thread pool."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from litestar import delete as _delete
from litestar import get as _get
from litestar import patch as _patch
from litestar import post as _post
from litestar import put as _put

from assay.server.api.pool import in_thread

JSON = frozenset({"application/json"})

Handler = Callable[[Callable[..., Any]], Any]


def get(path: str | list[str], *, permission: str, **options: Any) -> Handler:
    return _declare(_get, path, permission, JSON, options)


def post(path: str, *, permission: str, accepts: frozenset[str] = JSON, **options: Any) -> Handler:
    return _declare(_post, path, permission, accepts, {"status_code": 200, **options})


def put(path: str, *, permission: str, accepts: frozenset[str] = JSON, **options: Any) -> Handler:
    return _declare(_put, path, permission, accepts, options)


def patch(path: str, *, permission: str, accepts: frozenset[str] = JSON, **options: Any) -> Handler:
    return _declare(_patch, path, permission, accepts, options)


def delete(path: str, *, permission: str, accepts: frozenset[str] = JSON, **options: Any) -> Handler:
    return _declare(_delete, path, permission, accepts, options)


def _declare(kind: Any, path: str | list[str], permission: str, accepts: frozenset[str], options: dict[str, Any]) -> Handler:
    """`permission` is `public`, `signed_in`, or the action of `services.access` that the service will ask for."""
    assert permission, f"{path} declares no permission"

    def declared(function: Callable[..., Any]) -> Any:
        handler = function if iscoroutinefunction(function) else _threaded(function)
        return kind(path, opt={"permission": permission, "accepts": accepts}, **options)(handler)

    return declared


def _threaded(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    async def handler(**arguments: Any) -> Any:
        return await in_thread(function, **arguments)

    return handler
