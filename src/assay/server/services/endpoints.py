"""Endpoints that users give for buckets. The server itself speaks to them, so they are a way into its network: only who may lead
it there gets through with one that is not out in the world."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from assay.server.domain.networks import is_public
from assay.wire.errors import InvalidRequest

_CHARS = 300


def check_endpoint(text: str, *, any_network: bool) -> str:
    """The endpoint without what means nothing; empty: the cloud's own. Not `any_network`: it must be https, whose certificate
    ties it to its name, and every address of it public. Raises InvalidRequest."""
    text = text.strip().rstrip("/")
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    odd = (
        parts.username
        or parts.password
        or parts.query
        or parts.fragment
        or not text.isascii()
        or not text.isprintable()
        or " " in text
    )
    if parts.scheme not in {"http", "https"} or not host or odd or len(text) > _CHARS:
        raise InvalidRequest(detail=f"The endpoint {text[:200]!r} is none. Expected: https://host or https://host:port")
    if any_network:
        return text
    if parts.scheme != "https":
        raise InvalidRequest(detail=f"The endpoint {text} must be https. {_WHO}")
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)}
    except OSError:
        found = set()  # answered alike: which names this network knows is nobody's business
    if not found or not all(map(is_public, found)):
        raise InvalidRequest(detail=f"The endpoint {text} has no address on a public network. {_WHO}")
    return text


_WHO = (
    "Only an admin of this server may give another one: assay server team bucket set on its machine, or the setting "
    "team_bucket_hosts = any for everyone"
)
