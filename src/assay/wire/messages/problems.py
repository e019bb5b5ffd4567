"""What every endpoint answers when it cannot do what it was asked."""

from __future__ import annotations

from typing import Any

import msgspec


class Problem(msgspec.Struct):
    """An error's body (`application/problem+json`, RFC 9457). `id` finds the request in the server's log."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    id: str
    fields: dict[str, Any] = {}
