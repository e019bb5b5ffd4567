"""Mail that the server sends, and the addresses it goes to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.wire.errors import InvalidName

ADDRESS_CHARS = 254  # RFC 5321, section 4.5.3.1.3: a path of 256 with its brackets
# One address as people write it, without quoting, comments or display names, so that it can stand in a header as it is.
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?\Z")


@dataclass(frozen=True, slots=True)
class Mail:
    """Plain text for one person."""

    to: str
    subject: str
    text: str


def is_address(text: str) -> bool:
    """Whether mail can be sent to `text`."""
    return len(text) <= ADDRESS_CHARS and text.isprintable() and _ADDRESS.match(text) is not None


def check_address(text: str) -> None:
    """Raises InvalidName if mail cannot be sent to `text`."""
    if not is_address(text):
        raise InvalidName(text=text[:300], what="mail address", expected="name@domain, as ada@example.org")
