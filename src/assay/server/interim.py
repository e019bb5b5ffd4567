"""Blobs and news in memory until their adapters are here. Not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from assay.server.ports.bus import News
from assay.wire.errors import NotFound


class Bus:
    def __init__(self) -> None:
        self._listeners: list[Callable[[News], None]] = []

    def publish(self, news: News) -> None:
        for listener in list(self._listeners):
            listener(news)

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def close(self) -> None:
        self._listeners.clear()


class Blobs:
    can_sign = False

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def put(self, space: str, digest: str, content: BinaryIO, size: int) -> None:
        self._kept[space, digest] = content.read()

    def has(self, space: str, digest: str) -> bool:
        return (space, digest) in self._kept

    def size(self, space: str, digest: str) -> int:
        return len(self._kept[space, digest])

    def read(self, space: str, digest: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        if (space, digest) not in self._kept:
            raise NotFound(what="blob", name=digest)
        yield self._kept[space, digest][start:end]

    def delete(self, space: str, digest: str) -> None:
        self._kept.pop((space, digest), None)

    def digests(self, space: str) -> Iterator[str]:
        return iter([digest for kept, digest in self._kept if kept == space])

    def signed_url(self, method: str, space: str, digest: str, expires_s: int) -> str:
        raise AssertionError

    def verify(self) -> list[str]:
        return []
