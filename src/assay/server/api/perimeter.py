"""What every request passes before it is routed: host, origin, body size, headers. Pure ASGI, on the raw scope.

A local server is a web server: any page a person opens may send it requests. So the Host must be one of ours (a rebound name is
not), a request that could act in a browser's name must come from our own pages, and nothing is read beyond its limit."""

from __future__ import annotations

import logging
import secrets
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from assay.server.api.auth import COOKIE, SECURE_COOKIE
from assay.server.api.errors import location_of, problem_of
from assay.server.api.raw import every, first
from assay.wire import limits
from assay.wire.errors import InvalidRequest, PublicError, SenderGone, TooLarge

log = logging.getLogger("assay.server.api")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_GET_ALONE = ("/api/", "/blobs/")  # a stream that never ends and a file of gigabytes would be made for nobody
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)
_API_POLICY = b"default-src 'none'; frame-ancestors 'none'"


class HostRefused(PublicError):
    code = "host_refused"
    status = 421
    text = "This server does not answer to the name {host!r}. If it should, start it with --allow-host {host}."


class MethodRefused(PublicError):
    code = "method_not_allowed"
    status = 405
    text = "The method {method} is not answered here."


class OriginRefused(PublicError):
    code = "origin_refused"
    status = 403
    exit_code = 4
    text = "This request came from another site's page ({origin}) and was not carried out."


class Perimeter:
    """`hosts`: names the server answers to, lower case, without port."""

    def __init__(self, app: App, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no WebSocket is spoken here
            await send({"type": "websocket.close", "code": 1008})
            return
        scope["request_id"] = request_id = secrets.token_hex(8)
        guarded = _with_headers(send, request_id.encode(), is_https=scope["scheme"] == "https")
        try:
            host = self._check_host(scope)
            if scope["method"] not in _METHODS:  # OPTIONS among them: no other site's page is allowed anything
                raise MethodRefused(method=scope["method"])
            _check_origin(scope, host)
            if scope["method"] == "HEAD" and not scope["path"].startswith(_GET_ALONE):
                # Who watches a server asks for its pages, files and health so. The same route answers as to a GET; uvicorn, whose
                # own scope still says HEAD, leaves the body out.
                scope = {**scope, "method": "GET"}
            scope["body_limit"] = limits.BODY_BYTES
            await self._app(scope, _Body(scope, receive), guarded)
        except (PublicError, RecursionError) as error:
            await _refuse(guarded, scope, error)
        except Exception as error:  # nothing an application raises may reach the server's own error page
            log.exception("request %s failed outside the application", request_id)
            await _refuse(guarded, scope, error)

    def _check_host(self, scope: Scope) -> str:
        values = every(scope, b"host")
        host = values[0].decode("latin-1") if len(values) == 1 else ""
        name = _host_name(host)
        if name is None or name not in self._hosts:
            raise HostRefused(host=(name or host)[:200])
        return host


def _host_name(host: str) -> str | None:
    """`host` without its port, lower case; None if it has no valid form."""
    if host.startswith("["):
        name, bracket, rest = host.partition("]")
        name += bracket
    else:
        name, colon, port = host.partition(":")
        rest = colon + port
    if not name or (rest and not (rest[0] == ":" and rest[1:].isdecimal() and rest.isascii())):
        return None
    return name.lower()


def _check_origin(scope: Scope, host: str) -> None:
    """A request that changes something must come from our own pages, or from a program that shows a key itself."""
    if scope["method"] in _SAFE_METHODS or first(scope, b"authorization") is not None:
        return
    site, origin = first(scope, b"sec-fetch-site"), first(scope, b"origin")
    if site is not None:
        if site not in (b"same-origin", b"none"):
            raise OriginRefused(origin=(origin or site).decode("latin-1")[:200])
    elif origin is not None:
        parts = urlsplit(origin.decode("latin-1"))
        if parts.scheme != scope["scheme"] or parts.netloc.lower() != host.lower():
            raise OriginRefused(origin=origin.decode("latin-1")[:200])
    elif any(name in cookie for cookie in every(scope, b"cookie") for name in (COOKIE.encode(), SECURE_COOKIE.encode())):
        # Browsers send one of the two with every request that changes something; a cookie without either is no page of ours.
        raise OriginRefused(origin="unknown")


class _Body:
    """`receive`, counted while it streams, before and after decompression. A route may raise `scope["body_limit"]`."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self._length = first(scope, b"content-length")
        self._seen = self._inflated = 0
        self._is_checked = False
        # Who has nothing to send may go away at any time: an answer that is streamed is told so by the same `receive`.
        self._is_due = self._length not in (None, b"0") or first(scope, b"transfer-encoding") is not None
        self._encoding = (first(scope, b"content-encoding") or b"identity").lower()
        self._inflater = zlib.decompressobj(wbits=47) if self._encoding in (b"gzip", b"deflate") else None

    async def __call__(self) -> Message:
        if not self._is_checked:
            self._check_head()
        message = await self._receive()
        if message["type"] != "http.request":
            if self._is_due:
                log.debug("request %s: its sender went away after %d bytes of the body", self._scope["request_id"], self._seen)
                raise SenderGone(detail=f"after {self._seen} bytes")
            return message
        self._is_due = self._is_due and message.get("more_body", False)
        data = message.get("body", b"")
        self._seen += len(data)
        self._check(self._seen)
        if self._inflater is None or not data:
            return message
        return {**message, "body": self._inflate(data)}

    def _check_head(self) -> None:
        self._is_checked = True
        if self._inflater is None and self._encoding != b"identity":
            raise InvalidRequest(detail="The body's content-encoding is not known. Send it plain, or with gzip or deflate")
        if self._length is not None and self._length.isdigit():
            self._check(int(self._length))

    def _inflate(self, data: bytes) -> bytes:
        assert self._inflater is not None
        room = self._scope["body_limit"] - self._inflated
        try:
            out = self._inflater.decompress(data, room + 1)
        except zlib.error as error:
            raise InvalidRequest(detail=f"The body cannot be decompressed: {error}") from error
        self._inflated += len(out)
        self._check(self._inflated)
        return out

    def _check(self, size: int) -> None:
        limit = self._scope["body_limit"]
        if size > limit:
            raise TooLarge(what="The request's body", actual=f"at least {size} bytes", limit=limit, name="BODY_BYTES")


def _with_headers(send: Send, request_id: bytes, *, is_https: bool) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            present = {name for name, _ in headers}
            headers += [(name, value) for name, value in _HEADERS if name not in present]
            headers.append((b"x-request-id", request_id))
            if b"content-security-policy" not in present:
                headers.append((b"content-security-policy", _API_POLICY))
            if b"cache-control" not in present:
                headers.append((b"cache-control", b"no-store"))
            if is_https:
                headers.append((b"strict-transport-security", b"max-age=31536000"))
            message["headers"] = headers
        await send(message)

    return guarded


async def _refuse(send: Send, scope: Scope, error: Exception) -> None:
    status, headers, body = problem_of(error, scope["request_id"])
    headers |= location_of(scope["path"], scope["query_string"].decode("latin-1"), error)
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    raw.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
