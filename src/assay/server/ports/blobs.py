"""Content by digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Protocol


class BlobStore(Protocol):
    """Keys are digests that name their algorithm (`sha256:` and 64 hex digits). Safe to share between threads. A reader sees
    all of a blob or none of it. `space` keeps owners apart: content is shared within a space only, and is a name from our own
    tables, never a client's string."""

    @property
    def can_sign(self) -> bool:
        """Whether `signed_url` works; without it the server passes the bytes."""

    @property
    def put_headers(self) -> Mapping[str, str]:
        """What a PUT to a signed address has to carry."""

    def put(self, space: str, digest: str, content: BinaryIO, size: int) -> None:
        """Keep `content`, durable on return; free if it is there. Raises DigestMismatch, and keeps nothing, if it hashes to
        something else or is not `size` bytes long, and StorageFull if there is no room."""

    def put_many(self, space: str, contents: Sequence[tuple[str, bytes | memoryview]]) -> None:
        """Keep many small contents, (digest, bytes), durable on return; those that are there are passed over. Raises
        DigestMismatch, and keeps none, if one hashes to something else, and StorageFull if there is no room."""

    def has(self, space: str, digest: str) -> bool: ...

    def size(self, space: str, digest: str) -> int:
        """Bytes. Raises NotFound."""

    def read(self, space: str, digest: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Bytes start … end (exclusive) in chunks. Raises NotFound before the first chunk."""

    def delete(self, space: str, digest: str) -> None:
        """Free if it is not there."""

    def digests(self, space: str) -> Iterator[str]:
        """Digests, in any order."""

    def signed_url(self, method: str, space: str, digest: str, expires_s: int) -> str: ...

    def verify(self) -> list[str]:
        """Hash everything; one sentence per blob that is damaged."""
