"""What is read from a request as it came in, where the framework's objects would cost more than the work itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import nullcontext
from typing import Any

from litestar import Request

from assay.wire.errors import SenderGone, SenderStalled


def every(scope: Mapping[str, Any], name: bytes) -> list[bytes]:
    """The values of a header, named in lower case; repeated ones are kept apart."""
    return [value for key, value in scope["headers"] if key == name]


def first(scope: Mapping[str, Any], name: bytes) -> bytes | None:
    """The header's first value; None if it is not there."""
    for key, value in scope["headers"]:
        if key == name:
            return value  # type: ignore[no-any-return]
    return None


async def whole_body(request: Request[Any, Any, Any], *, patience_s: float | None = None) -> bytes | memoryview:
    """Everything that was sent; the perimeter has seen to its size. Raises SenderGone when the sender went away, and
    SenderStalled when nothing came for `patience_s`."""
    request.scope["wants_whole_body"] = True  # type: ignore[typeddict-unknown-key]
    parts = [part async for part in body_pieces(request, patience_s=patience_s)]
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def body_pieces(request: Request[Any, Any, Any], *, patience_s: float | None = None) -> AsyncIterator[bytes | memoryview]:
    """What is sent, as it comes. Raises as `whole_body` does."""
    while True:
        try:
            async with asyncio.timeout(patience_s) if patience_s else nullcontext():
                message = await request.receive()
        except TimeoutError as error:
            raise SenderStalled(waited_s=patience_s) from error
        if message["type"] != "http.request":
            raise SenderGone(detail="before it began")
        yield message["body"]
        if not message.get("more_body"):
            return
