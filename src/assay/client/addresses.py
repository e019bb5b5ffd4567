"""Signed addresses of contents: the server's own, and those of an object store that it signed for us.

An object store is another host. The server's key is never sent to it: each host has a connection of its own that knows no key."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from assay.client.http import Connection
from assay.client.retry import Backoff, is_passing, retry_after_s
from assay.client.target import Target
from assay.client.transport import Response
from assay.wire import limits
from assay.wire.errors import PublicError

PATIENCE_S = 60.0  # seconds a transfer that fails in passing is tried again
REFUSED_AGAIN_S = 6.0  # seconds before a third address is asked for: by then the server has looked at the store and says more
_SLOWEST = 64 * limits.KIB  # bytes a second; a transfer slower than this is given up and tried again


class Addresses:
    """Safe to share between threads."""

    def __init__(self, connection: Connection, *, connections: int = 10, patience_s: float = PATIENCE_S) -> None:
        self._connection = connection
        self._connections = connections
        self._patience_s = patience_s
        self._others: dict[str, Connection] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        for other in self._others.values():
            other.close()

    def put(self, url: str, content: bytes | memoryview, headers: Mapping[str, str]) -> None:
        """Send the bytes, again and again while what hinders is passing."""
        self._patiently(lambda: self._put(url, content, headers))

    def get(self, url: str, size: int, start: int = 0, end: int | None = None) -> bytes:
        """The bytes from `start` to before `end`; `size`: how many they are at most, more is not read."""
        return self._patiently(lambda: self._get(url, size, start, end))

    def _put(self, url: str, content: bytes | memoryview, headers: Mapping[str, str]) -> bytes:
        timeout_s = 60 + len(content) / _SLOWEST
        with self._to(url).stream(
            "PUT", url, None, content, "application/octet-stream", timeout_s=timeout_s, headers=headers
        ) as response:
            response.read()
        return b""

    def _get(self, url: str, size: int, start: int, end: int | None) -> bytes:
        with self._open(url, size, start, end) as response:
            skip = start if start and response.status_code == 200 else 0  # somebody on the way knows no ranges
            while skip:
                passed = len(response.read(min(skip, limits.MIB)))
                skip = skip - passed if passed else 0
            return response.read(size)

    @contextmanager
    def _open(self, url: str, size: int, start: int, end: int | None) -> Iterator[Response]:
        with self._to(url).stream(
            "GET", url, accept="*/*", timeout_s=60 + size / _SLOWEST, first_byte=start, end_byte=end
        ) as response:
            yield response

    def _patiently(self, attempt: Callable[[], bytes]) -> bytes:
        backoff, give_up_at = Backoff(cap_s=10.0), time.monotonic() + self._patience_s
        while True:
            try:
                return attempt()
            except PublicError as error:
                wait_s = backoff.next_s(retry_after_s(error))
                if not is_passing(error) or is_refused(error) or time.monotonic() + wait_s > give_up_at:
                    raise
                time.sleep(wait_s)

    def _to(self, url: str) -> Connection:
        if url.startswith("/"):
            return self._connection
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if origin not in self._others:
                self._others[origin] = Connection(Target(origin, "", "a signed address"), connections=self._connections)
            return self._others[origin]


def is_refused(error: PublicError) -> bool:
    """Whether the address is no good (any more): it expired, or the store was told to refuse it. A new one may be."""
    return type(error).status == 403 or error.fields.get("http_status") in {400, 401, 403}
