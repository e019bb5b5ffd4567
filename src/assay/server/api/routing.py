"""How a route is declared: what it needs first. Handlers are plain functions, run in the bounded thread pool."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ASGIApp, Method, Receive, Scope, Send

from assay.server.api.pool import in_thread

JSON = frozenset({"application/json"})

_encode = msgspec.json.Encoder().encode

_MARKS: dict[str, Any] = {"actor": NamedDependency, "catalog": NamedDependency, "data": JSONBody}
_AS_THEY_ARE = frozenset({"request", "return"})

Handler = Callable[[Callable[..., Any]], Any]


def get(path: str | list[str], *, permission: str, **options: Any) -> Handler:
    return _declare("GET", path, permission, JSON, options)


def post(path: str, *, permission: str, accepts: frozenset[str] = JSON, **options: Any) -> Handler:
    return _declare("POST", path, permission, accepts, {"status_code": 200, **options})


def put(path: str, *, permission: str, accepts: frozenset[str] = JSON, **options: Any) -> Handler:
    return _declare("PUT", path, permission, accepts, options)


def patch(path: str, *, permission: str, accepts: frozenset[str] = JSON, **options: Any) -> Handler:
    return _declare("PATCH", path, permission, accepts, options)


def delete(path: str, *, permission: str, accepts: frozenset[str] = JSON, **options: Any) -> Handler:
    return _declare("DELETE", path, permission, accepts, options)


def _declare(method: Method, path: str | list[str], permission: str, accepts: frozenset[str], options: dict[str, Any]) -> Handler:
    """`permission` is `public`, `signed_in`, or the action of `services.access` that the service will ask for."""
    assert permission, f"{path} declares no permission"

    def declared(function: Callable[..., Any]) -> Any:
        _mark(function, path)
        handler = function if iscoroutinefunction(function) else _threaded(function)
        return Route(path, http_method=method, opt={"permission": permission, "accepts": accepts}, **options)(handler)

    return declared


def _mark(function: Callable[..., Any], path: str | list[str]) -> None:
    """Say of each parameter where it comes from, which its name tells here and which the framework wants to read in its type."""
    paths = [path] if isinstance(path, str) else path
    for name, kind in function.__annotations__.items():
        if name not in _AS_THEY_ARE:
            is_in_path = any(f"{{{name}:" in each for each in paths)
            function.__annotations__[name] = _MARKS.get(name, FromPath if is_in_path else FromQuery)[kind]


class Route(HTTPRouteHandler):
    """The framework's route without what half of a small request went into: a copy of the route for each guard, and a response
    object where the answer is a message of ours."""

    async def authorize_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        for guard in self.resolve_guards():
            await guard(connection, self)  # type: ignore[misc]

    async def to_response(self, app: Litestar, data: Any, request: Request[Any, Any, Any]) -> ASGIApp:
        if isinstance(data, msgspec.Struct):
            return _Message(self.status_code, _encode(data))
        return await super().to_response(app, data, request)


class _Message:
    """An answer of JSON, sent as it is."""

    __slots__ = ("_body", "_status")

    def __init__(self, status: int, body: bytes) -> None:
        self._status, self._body = status, body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await _send_json(send, self._status, self._body)


async def send_message(send: Any, status: int, message: msgspec.Struct) -> None:
    """Answer with a message of ours."""
    await _send_json(send, status, _encode(message))


async def send_nothing(send: Any, status: int) -> None:
    """Answer that it is done, and no more."""
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_json(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _threaded(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    async def handler(**arguments: Any) -> Any:
        return await in_thread(function, **arguments)

    return handler
