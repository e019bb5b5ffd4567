"""What takes long takes a few threads and no more: everybody else's requests go on."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assay.server.api.app import Application, build
from assay.server.api.pool import Few
from assay.server.api.static import StaticFiles
from assay.server.domain.accounts import SYSTEM
from assay.server.services.catalog import Catalog
from assay.server.services.stores import Stores
from assay.testing.clock import FixedClock
from assay.testing.memory.blobs import MemoryBlobStore
from assay.testing.memory.bus import MemoryEventBus
from assay.testing.memory.metadata import MemoryMetadataStore
from assay.testing.memory.metrics import MemoryMetricStore
from assay.wire.errors import TooManyRequests

THREADS = 3
GIVE_UP_S = 3  # for a test that would otherwise never end


@pytest.fixture
def catalog() -> Catalog:
    stores = Stores(MemoryMetadataStore(), MemoryMetricStore(), MemoryBlobStore(), MemoryEventBus(), FixedClock())
    catalog = Catalog(stores)
    catalog.accounts.add_user(SYSTEM, "ann")
    return catalog


async def ask(app: Application, key: str, method: str, path: str, body: Any = None) -> int:
    """The answer's status."""
    path, _, query = path.partition("?")
    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {key}".encode()), (b"content-type", b"application/json")]
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "headers": headers, "scheme": "http", "client": ("1.2.3.4", 5), "server": ("localhost", 80), "root_path": "",
        "http_version": "1.1", "asgi": {"version": "3.0"}, "state": {},
    }  # fmt: skip
    status: list[int] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": json.dumps(body).encode() if body is not None else b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])

    await app(scope, receive, send)
    return status[0]


@pytest.mark.parametrize("what", ["thumbnails", "importances", "comparisons of tables"])
def test_slow_questions_leave_threads_to_everybody_else(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str
) -> None:
    key = catalog.accounts.new_key_for(SYSTEM, "ann", "test").secret
    app = build(catalog, frozenset({"localhost"}), StaticFiles(tmp_path))
    may_end, began = threading.Event(), list[Any]()

    def slow(*_: object, **__: object) -> None:
        began[0]()
        may_end.wait()
        raise TooManyRequests(detail="In the end.", retry_after_s=1)

    monkeypatch.setattr(catalog.thumbnails, "_make", slow)
    monkeypatch.setattr(catalog.importance, "explain", slow)
    monkeypatch.setattr(catalog.table_comparisons, "compare", slow)
    digest = f"sha256:{hashlib.sha256(b'').hexdigest()}"
    catalog.stores.blobs.put_many("run-1", [(digest, b"")])
    ticket = catalog.files._tickets.sign("GET", "run-1", digest, 0)
    project = "/api/v1/projects/ann/p"
    method, path, body = {
        "thumbnails": ("GET", f"{ticket}?w=80", None),
        "importances": ("POST", f"{project}/importance", {"target": "loss"}),
        "comparisons of tables": ("GET", f"{project}/artifacts/a/versions/v1/compare/table?with=v0", None),
    }[what]

    async def many() -> tuple[int, list[int]]:
        loop, begun = asyncio.get_running_loop(), asyncio.Event()
        loop.set_default_executor(ThreadPoolExecutor(THREADS))
        began.append(lambda: loop.call_soon_threadsafe(begun.set))
        async with asyncio.timeout(GIVE_UP_S):
            slow_ones = [asyncio.create_task(ask(app, key, method, path, body)) for _ in range(2 * THREADS)]
            try:
                await begun.wait()
                for _ in range(20):  # all of them are in by now
                    await asyncio.sleep(0)
                other = await ask(app, key, "GET", "/api/v1/me")
            finally:
                may_end.set()
            return other, list(await asyncio.gather(*slow_ones))

    assert asyncio.run(many()) == (200, [429] * 2 * THREADS)


def test_who_cannot_wait_any_more_is_told_and_who_went_away_keeps_no_place() -> None:
    may_end = threading.Event()

    async def three() -> tuple[bool, str]:
        few = Few("tests", 1, waiting=1)
        first = asyncio.create_task(few.call(may_end.wait))
        await asyncio.sleep(0)
        second = asyncio.create_task(few.call(lambda: "second"))
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequests, match="Many tests"):
            await few.call(lambda: "third")
        first.cancel()
        may_end.set()
        return second.done(), await second

    assert asyncio.run(three()) == (False, "second")
