"""A BlobStore in a dictionary."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from assay.server.domain.errors import DigestMismatch
from assay.wire.errors import InvalidName, NotFound


class MemoryBlobStore:
    can_sign = False
    put_headers: Mapping[str, str] = {}

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.contents: dict[tuple[str, str], bytes] = {}

    def put(self, space: str, digest: str, content: BinaryIO, size: int) -> None:
        key = self._key(space, digest)
        if key in self.contents:
            return
        data = b"".join(iter(lambda: content.read(65_536), b""))
        actual = f"{digest.partition(':')[0]}:{hashlib.new(digest.partition(':')[0], data).hexdigest()}"
        if actual != digest or len(data) != size:
            raise DigestMismatch(actual=actual, expected=digest)
        with self._lock:
            self.contents[key] = data

    def put_many(self, space: str, contents: Sequence[tuple[str, bytes | memoryview]]) -> None:
        for digest, data in contents:
            self._key(space, digest)
            actual = f"{digest.partition(':')[0]}:{hashlib.new(digest.partition(':')[0], data).hexdigest()}"
            if actual != digest:
                raise DigestMismatch(actual=actual, expected=digest)
        with self._lock:
            self.contents.update({(space, digest): bytes(data) for digest, data in contents})

    def has(self, space: str, digest: str) -> bool:
        return self._key(space, digest) in self.contents

    def size(self, space: str, digest: str) -> int:
        return len(self._content(space, digest))

    def read(self, space: str, digest: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        data = self._content(space, digest)[start:end]
        return (data[at : at + 65_536] for at in range(0, len(data), 65_536))

    def delete(self, space: str, digest: str) -> None:
        with self._lock:
            self.contents.pop(self._key(space, digest), None)

    def digests(self, space: str) -> Iterator[str]:
        return iter([digest for each, digest in self.contents if each == space])

    def signed_url(self, method: str, space: str, digest: str, expires_s: int) -> str:
        raise NotImplementedError("see `can_sign`")

    def verify(self) -> list[str]:
        return [
            f"{digest} in {space} is damaged."
            for (space, digest), data in self.contents.items()
            if hashlib.new(digest.partition(":")[0], data).hexdigest() != digest.partition(":")[2]
        ]

    def _key(self, space: str, digest: str) -> tuple[str, str]:
        algorithm, _, name = digest.partition(":")
        if {"sha256": 64, "md5": 32}.get(algorithm) != len(name) or not set(name) <= set("0123456789abcdef"):
            raise InvalidName(what="digest", text=digest, expected="sha256: and 64 hex digits")
        if not space or space.startswith(".") or "/" in space:
            raise InvalidName(what="blob space", text=space, expected="letters, digits, _ . -, not starting with .")
        return space, digest

    def _content(self, space: str, digest: str) -> bytes:
        try:
            return self.contents[self._key(space, digest)]
        except KeyError as error:
            raise NotFound(what="content", name=digest) from error
