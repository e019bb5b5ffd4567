"""What a live stream says while nothing happens."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from assay.server.api.rest import live
from assay.server.domain.accounts import Actor
from assay.server.services.news import NewsService
from assay.wire.messages.series import LiveHint


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


def test_a_hint_that_came_when_the_role_was_gone_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Actor(1, "vic", False, {"vic": "admin", "red": "viewer"})
    catalog = SimpleNamespace(news=NewsService(cast(Any, None)))

    async def left_the_team(request: object, catalog: object) -> Actor:
        return replace(before, roles={"vic": "admin"})

    monkeypatch.setattr(live, "actor_of", left_the_team)

    async def heard() -> list[bytes]:
        stream = live._Stream(before, "", set())
        messages = stream.messages(cast(Any, None), cast(Any, catalog))
        first = await anext(messages)
        # Both come before anybody has looked again who listens here.
        for entity in ("red", "vic"):
            stream.offer(LiveHint("series", entity, "plans", "r1", 7, ["secret"]))
        return [first, await anext(messages)]

    _, hints = asyncio.run(heard())
    assert b'"entity":"vic"' in hints
    assert b'"entity":"red"' not in hints
