"""Signed addresses of blobs: who holds one may do that one thing until it expires, and nothing else.

A ticket is `PAYLOAD.SIGNATURE`, both base64url. The signature is HMAC-SHA256 over the payload, which names the method, the
space, the digest, the size, the expiry and the file's name for saving: no part can be changed, none is taken from elsewhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable

import msgspec

from assay.server.services.stores import Clock
from assay.wire.errors import TicketRefused

READ_S = 3_600  # seconds a read address is good for at least; at most twice as long
WRITE_S = 86_400  # seconds a write address is good for


class Ticket(msgspec.Struct, array_like=True, frozen=True):
    """With `manifest` the content is a file in blocks: the entry in that place of the manifest's paths, in order."""

    method: str
    space: str
    digest: str
    size: int
    expires_at: float
    file_name: str = ""
    manifest: str = ""
    place: int = -1


class Tickets:
    """`secret` answers what is signed with by now; it may be changed at any time, which ends every address before."""

    def __init__(self, secret: Callable[[], bytes], now: Clock) -> None:
        assert len(secret()) >= 32, "a short signing secret"
        self._secret = secret
        self._now = now

    def sign(self, method: str, space: str, digest: str, size: int, file_name: str = "") -> str:
        """The address' path, relative to the server."""
        expires_at = self._now() + WRITE_S if method == "PUT" else self._read_until()
        return self._signed(Ticket(method, space, digest, size, expires_at, file_name))

    def sign_blocks(self, space: str, digest: str, size: int, file_name: str, manifest: str, place: int) -> str:
        """The path of an address that reads a file in blocks."""
        return self._signed(Ticket("GET", space, digest, size, self._read_until(), file_name, manifest, place))

    def _read_until(self) -> float:
        """On the hour, so that a page that asks again gets the same address and its browser has the content already."""
        return (self._now() // READ_S + 2) * READ_S

    def _signed(self, ticket: Ticket) -> str:
        payload = msgspec.msgpack.encode(ticket)
        return f"/blobs/{_text(payload)}.{_text(self._mac(payload))}"

    def open(self, method: str, text: str) -> Ticket:
        """The ticket, if it was signed here for `method` and is still good. Raises TicketRefused."""
        payload_text, _, signature = text.partition(".")
        try:
            payload, mac = _bytes(payload_text), _bytes(signature)
        except (binascii.Error, ValueError):
            raise TicketRefused(detail="it is not whole") from None
        # Re-encoding closes the door on texts that decode alike.
        if not hmac.compare_digest(mac, self._mac(payload)) or f"{_text(payload)}.{_text(mac)}" != text:
            raise TicketRefused(detail="its signature does not fit")
        ticket = _decode(payload)
        if ticket.method != method:
            raise TicketRefused(detail=f"it is for {ticket.method}, not {method}")
        if ticket.expires_at <= self._now():
            raise TicketRefused(detail="it has expired")
        return ticket

    def _mac(self, payload: bytes) -> bytes:
        return hmac.new(self._secret(), b"assay-blob-1\0" + payload, hashlib.sha256).digest()


_decode = msgspec.msgpack.Decoder(Ticket).decode


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
