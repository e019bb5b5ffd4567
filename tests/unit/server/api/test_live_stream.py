"""What a live stream says while nothing happens."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from assay.server.api.rest import live


def test_a_quiet_stream_pings_with_events_that_a_page_can_see(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = cast(Any, object())

    async def still_signed_in(request: object, catalog: object) -> object:
        return actor

    monkeypatch.setattr(live, "KEEP_ALIVE_S", 0.01)
    monkeypatch.setattr(live, "actor_of", still_signed_in)

    async def heard() -> list[bytes]:
        stream = live._Stream(actor, "", set())
        messages = stream.messages(cast(Any, None), cast(Any, None))
        return [await anext(messages) for _ in range(3)]

    first, *quiet = asyncio.run(heard())
    assert first.startswith(b"retry: 2000\n\n")
    # A comment (":") would keep the connection open but never reach EventSource.
    assert first.endswith(b"event: ping\ndata: {}\n\n")
    assert quiet == [b"event: ping\ndata: {}\n\n"] * 2
