"""A stored file as Python's and Arrow's readers want it, over a function that gives ranges of its bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

Read = Callable[[int, int], bytes]
"""Bytes start … end (exclusive)."""


class BlobFile(io.RawIOBase):
    """A file's bytes as a seekable file."""

    def __init__(self, size: int, read: Read) -> None:
        self._size, self._read, self._at = size, read, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self._read(self._at, min(self._size, self._at + len(buffer)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
