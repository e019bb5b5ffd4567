"""Blobs as objects of a bucket: `<prefix>/<space>/<algorithm>/<ab>/<rest of the digest>`.

A content is gathered and hashed here before it goes up, so that nothing wrong is ever there under a right name; an object appears
whole. What clients put by signed addresses is hashed by the service that takes it in. Parts that were begun and never ended are
not seen as objects; a lifecycle rule of the bucket clears them."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, BinaryIO, TypeVar

from assay.server.adapters.blobs_object.bucket import Bucket
from assay.server.domain.errors import DigestMismatch, StoreRefused, StoreUnreachable
from assay.wire import disks, limits
from assay.wire.errors import InvalidName, NotFound, StorageFull

CHUNK_BYTES = 1 * limits.MIB
_IN_MEMORY_BYTES = 16 * limits.MIB  # of a content while it is hashed; longer ones wait on the disk
_PART_BYTES = 16 * limits.MIB  # ten thousand parts, the most a store takes, are 160 GB; longer files take longer parts
_PARTS_MAX = 9_000
_AT_ONCE = 16
_SPACE = re.compile(r"[A-Za-z0-9_\-][A-Za-z0-9_.\-]{0,127}\Z")
_DIGEST = re.compile(r"(?:(sha256):([0-9a-f]{64})|(md5):([0-9a-f]{32}))\Z")

_REFUSALS = ("403 Forbidden", "401 Unauthorized", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch")

T = TypeVar("T")


class ObjectBlobStore:
    """A BlobStore in a bucket. Safe to share between threads and processes."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._store = bucket.store
        self.can_sign = bucket.can_sign

    @property
    def put_headers(self) -> Mapping[str, str]:
        return self._bucket.put_headers

    def put(self, space: str, digest: str, content: BinaryIO, size: int) -> None:
        key = self._key(space, digest)
        if self._size(key) is not None:
            return
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as spool:
            _receive(content, spool, digest, size)
            spool.seek(0)
            if size <= _IN_MEMORY_BYTES or not self._bucket.has_parts:
                data = spool.read()
                self._write(lambda: self._store.put(key, data, use_multipart=False))
            else:
                part_bytes = max(_PART_BYTES, -(-size // _PARTS_MAX))
                self._write(lambda: self._store.put(key, spool, chunk_size=part_bytes, max_concurrency=4))

    def put_many(self, space: str, contents: Sequence[tuple[str, bytes | memoryview]]) -> None:
        keys: dict[str, bytes | memoryview] = {}
        for digest, data in contents:
            key = self._key(space, digest)
            actual = f"{digest.partition(':')[0]}:{_hasher(digest, data).hexdigest()}"
            if actual != digest:
                raise DigestMismatch(actual=actual, expected=digest)
            keys[key] = data

        def keep(key: str) -> None:
            if self._size(key) is None:
                self._write(lambda: self._store.put(key, keys[key], use_multipart=False))

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(keep, keys))

    def has(self, space: str, digest: str) -> bool:
        return self._size(self._key(space, digest)) is not None

    def size(self, space: str, digest: str) -> int:
        size = self._size(self._key(space, digest))
        if size is None:
            raise self._missing(digest)
        return size

    def read(self, space: str, digest: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        key = self._key(space, digest)
        size = self._size(key)
        if size is None:
            raise self._missing(digest)
        stop = size if end is None else min(end, size)
        if start >= stop:
            return iter(())
        if start == 0 and stop == size:
            found = self._found(digest, lambda: self._store.get(key))
        else:
            found = self._found(digest, lambda: self._store.get(key, options={"range": (start, stop)}))
        return self._pieces(found, stop - start)

    def delete(self, space: str, digest: str) -> None:
        key = self._key(space, digest)
        try:
            self._ask(lambda: self._store.delete(key))
        except NotFound:
            pass

    def digests(self, space: str) -> Iterator[str]:
        if not _SPACE.match(space):
            raise _bad_space(space)
        for key, _ in self._list(f"{space}/"):
            parts = key.split("/")
            if len(parts) == 4 and parts[0] == space:
                yield f"{parts[1]}:{parts[2]}{parts[3]}"

    def signed_url(self, method: str, space: str, digest: str, expires_s: int) -> str:
        if not self.can_sign:
            raise NotImplementedError("see `can_sign`")
        import obstore

        key = self._key(space, digest)
        expires_in = timedelta(seconds=expires_s)
        url: str = self._ask(lambda: obstore.sign(self._store, method, key, expires_in))  # type: ignore[call-overload]
        return url

    def verify(self) -> list[str]:
        """Reads every object."""

        def problem(item: tuple[str, int]) -> str:
            parts = item[0].split("/")
            if len(parts) != 4 or parts[1] not in {"sha256", "md5"}:
                return f"{item[0]} in {self._bucket.name} is not a content of this server."
            space, digest = parts[0], f"{parts[1]}:{parts[2]}{parts[3]}"
            hasher = hashlib.new(parts[1])
            for piece in self.read(space, digest):
                hasher.update(piece)
            if f"{parts[1]}:{hasher.hexdigest()}" == digest:
                return ""
            return f"{digest} in {space} ({self._bucket.name}) is damaged: it hashes to {hasher.hexdigest()}."

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return [found for found in pool.map(problem, self._list("")) if found]

    def check(self) -> None:
        """Raises StoreRefused or StoreUnreachable if the bucket cannot be listed."""
        next(self._list(""), None)

    def _list(self, prefix: str) -> Iterator[tuple[str, int]]:
        pages = iter(self._ask(lambda: self._store.list(prefix or None, chunk_size=1000)))
        while (page := self._page(pages)) is not None:
            for meta in page:
                yield meta["path"], int(meta["size"])

    def _page(self, pages: Iterator[Any]) -> Any:
        try:
            return self._ask(lambda: next(pages, None))
        except NotFound as error:  # a listing that finds nothing is empty
            raise self._no_bucket() from error

    def _size(self, key: str) -> int | None:
        try:
            return int(self._ask(lambda: self._store.head(key))["size"])
        except NotFound:
            return None

    def _found(self, digest: str, ask: Callable[[], T]) -> T:
        try:
            return self._ask(ask)
        except NotFound as error:
            raise self._missing(digest) from error

    def _missing(self, digest: str) -> NotFound:
        """What is told of a content that is not there. Raises StoreUnreachable where the whole bucket is not."""
        self.check()
        return NotFound(what="content", name=digest)

    def _write(self, ask: Callable[[], Any]) -> None:
        try:
            self._ask(ask)
        except NotFound as error:
            raise self._no_bucket() from error

    def _no_bucket(self) -> StoreUnreachable:
        return StoreUnreachable(bucket=self._bucket.name, reason="there is no such bucket")

    def _pieces(self, found: Any, expected: int) -> Iterator[bytes]:
        """Raises StoreUnreachable unless `expected` bytes come: what a gateway answers in the store's place is no content."""
        pieces, left = iter(found.stream(min_chunk_size=CHUNK_BYTES)), expected
        while (piece := self._ask(lambda: next(pieces, None))) is not None:
            left -= len(piece)
            if left < 0:
                break
            yield bytes(piece)
        if left:
            reason = f"it answered {'more' if left < 0 else 'less'} than the {expected} bytes asked for"
            raise StoreUnreachable(bucket=self._bucket.name, reason=reason)

    def _ask(self, ask: Callable[[], T]) -> T:
        """What the store answers, its errors told as ours."""
        from obstore import exceptions

        try:
            return ask()
        except FileNotFoundError as error:
            raise NotFound(what="content", name="") from error
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
            raise StoreRefused(bucket=self._bucket.name, reason=_reason(error)) from error
        except exceptions.BaseError as error:
            text = str(error)
            if any(word in text for word in _REFUSALS):
                raise StoreRefused(bucket=self._bucket.name, reason=_reason(error)) from error
            raise StoreUnreachable(bucket=self._bucket.name, reason=_reason(error)) from error

    @staticmethod
    def _key(space: str, digest: str) -> str:
        found = _DIGEST.match(digest)
        if found is None or digest.endswith("\n"):
            raise InvalidName(text=digest[:100], what="digest", expected="sha256: and 64 hex digits")
        if not _SPACE.match(space):
            raise _bad_space(space)
        name = found[2] or found[4]
        return f"{space}/{found[1] or found[3]}/{name[:2]}/{name[2:]}"


def _bad_space(space: str) -> InvalidName:
    return InvalidName(text=space[:100], what="blob space", expected="letters, digits, _ . -, not starting with .")


def _hasher(digest: str, data: bytes | memoryview = b"") -> Any:
    return hashlib.new(digest.partition(":")[0], data)


def _receive(content: BinaryIO, spool: Any, digest: str, size: int) -> None:
    """Raises StorageFull, and DigestMismatch unless exactly `size` bytes that hash to `digest` came."""
    hasher, total = _hasher(digest), 0
    while chunk := content.read(CHUNK_BYTES):
        hasher.update(chunk)
        total += len(chunk)
        if total > size:
            break
        try:
            spool.write(chunk)
        except OSError as error:
            if not disks.is_full(error):
                raise
            detail = "a content is gathered there before it goes to the bucket"
            raise StorageFull(detail=detail, where=tempfile.gettempdir()) from error
    actual = f"{digest.partition(':')[0]}:{hasher.hexdigest()}"
    if actual != digest or total != size:
        raise DigestMismatch(actual=f"{actual} ({total} bytes)", expected=f"{digest} ({size} bytes)")


def _reason(error: Exception) -> str:
    """Without addresses and keys: errors are shown to people who may know neither."""
    text = str(error)
    for known in ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket", "ContainerNotFound"):
        if known in text:
            return known
    if "error sending request" in text or "connect" in text.lower():
        return "no connection"
    if "timed out" in text.lower():
        return "no answer in time"
    return type(error).__name__
