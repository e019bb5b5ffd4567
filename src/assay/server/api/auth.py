"""Who is calling: a session's cookie from a browser, a key from a program. One guard for every route; a route says at
import what it needs, or the import fails."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from assay.server.api.raw import first
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.errors import NotSignedIn, PublicError

PUBLIC = "public"
SIGNED_IN = "signed_in"

PUBLIC_ROUTES = frozenset(
    {
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/"),
        ("GET", "/{path:path}"),
        ("POST", "/api/v1/session"),
        ("POST", "/api/v1/session/link"),
        ("GET", "/blobs/{ticket:str}"),
        ("PUT", "/blobs/{ticket:str}"),
    }
)
"""What needs no sign-in: health, readiness, the application's own files (a browser asks for them before anybody signed in),
signing in, signed addresses of blobs (the signature is the permission). There may be eight at most, and nothing may be added
without a review of this file."""

COOKIE = "assay_session"
SECURE_COOKIE = "__Host-assay"


def session_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The cookie's value. Over https only the host-bound cookie counts: a plain one could have been planted."""
    name = SECURE_COOKIE if connection.scope["scheme"] == "https" else COOKIE
    return connection.cookies.get(name)


def key_of(header: str) -> str | None:
    """The key in an Authorization header: `Bearer KEY`, or Basic with any user name and the key as password."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return ""
    return None


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Puts the actor into the scope, or raises NotSignedIn. Public routes have no actor. A body must be of a declared type:
    a form of another site's page can send text/plain, but not JSON, without asking first."""
    _check_content_type(connection, handler)
    if handler.opt["permission"] == PUBLIC:
        return
    catalog: Catalog = connection.app.state.catalog
    connection.scope["user"] = await actor_of(connection, catalog)


def _check_content_type(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    if connection.scope["method"] in ("GET", "HEAD"):  # type: ignore[typeddict-item]
        return
    scope = connection.scope
    sent = (first(scope, b"content-type") or b"").decode("latin-1").partition(";")[0].strip().lower()
    if not sent and first(scope, b"content-length") in (None, b"0") and first(scope, b"transfer-encoding") is None:
        return
    accepts: frozenset[str] = handler.opt["accepts"]
    if sent not in accepts:
        raise UnsupportedMediaType(sent=sent[:100], expected=" or ".join(sorted(accepts)))


class UnsupportedMediaType(PublicError):
    code = "unsupported_media_type"
    status = 415
    exit_code = 2
    text = "The body's content-type is {sent!r}. Send {expected}."


async def actor_of(connection: ASGIConnection[Any, Any, Any, Any], catalog: Catalog) -> Actor:
    """Raises NotSignedIn."""
    accounts = catalog.accounts
    header = first(connection.scope, b"authorization")
    if header is not None:
        key = key_of(header.decode("latin-1"))
        if not key:
            raise NotSignedIn(detail="the Authorization header holds no key")
        # An answer from memory costs no thread; a store is asked off the event loop, once for all the runs with one key.
        actor = accounts.peek_key(key)
        if actor is None:
            actor = await connection.app.state.lookups.call(f"key {key}", accounts.by_key, key)
    else:
        token = session_token(connection)
        if not token:
            raise NotSignedIn(detail="the request carries neither a session nor a key")
        actor = accounts.peek_session(token)
        if actor is None:
            actor = await connection.app.state.lookups.call(f"session {token}", accounts.by_session, token)
    client = connection.scope.get("client")
    return replace(actor, address=client[0] if client else "", request_id=str(connection.scope.get("request_id", "")))


def check_routes(handlers: list[BaseRouteHandler]) -> None:
    """Raises AssertionError for a route that does not declare its permission, or is public without being on the list."""
    for handler in handlers:
        permission = handler.opt.get("permission")
        assert permission, f"{handler} declares no permission"
        routes = {(method, path) for method in getattr(handler, "http_methods", ()) for path in handler.paths}
        assert permission != PUBLIC or routes - {("HEAD", path) for _, path in routes} <= PUBLIC_ROUTES, (
            f"{routes} is not on the list"
        )
