"""Where contents are: in the server's own place, or in a team's own bucket. One BlobStore that finds the place by a space's name.

A bucket that refuses or does not answer is its team's affair alone: whoever asks for something in it is told which one it is and
what to do, and nothing else waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal, TypeVar

import msgspec

from assay.server.domain.buckets import TeamBucket
from assay.server.domain.errors import (
    StoreRefused,
    StoreUnreachable,
    TeamBucketLocked,
    TeamBucketRefused,
    TeamBucketUnreachable,
)
from assay.server.domain.homes import bucket_of
from assay.server.ports.blobs import BlobStore
from assay.server.ports.metadata import MetadataStore
from assay.server.services.sealing import FILE, Seal, SealBroken
from assay.wire.errors import InvalidRequest, PublicError, Unavailable

OpenBucket = Callable[[TeamBucket, Mapping[str, str], bool], BlobStore]
"""A store on the bucket, with these keys and no others; True: one that soon gives up, to look whether the bucket lets us in.
Nothing is asked of it yet. Raises InvalidRequest."""

State = Literal["open", "refused", "unreachable", "locked"]
LOOK_SPACE = "look"  # where a look at the bucket leaves nothing
_ROW_S = 1.0  # seconds a bucket's row is remembered: for so long keys that another process gave may wait
_FRESH_S = 5.0  # seconds for which a bucket that let us in counts as open
_REST_S = 10.0  # seconds in which a bucket that did not answer is not asked again: each try takes its time
_TURN_S = 3.0  # seconds to wait for another's look at the bucket

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Condition:
    """How a bucket was found last; `since` when it came to be so. `seen_s` is of the monotonic clock."""

    state: State
    reason: str
    since: float
    seen_s: float


class Places:
    """Safe to share between threads. A BlobStore; `can_sign` and `put_headers` are those of the server's own place: ask the store
    `at` a space for others. `open_bucket` None: this process opens no buckets."""

    def __init__(
        self, metadata: MetadataStore, own: BlobStore, now: Callable[[], float], open_bucket: OpenBucket | None, seal: Seal | None
    ) -> None:
        self._metadata = metadata
        self._own = own
        self._now = now
        self._open_bucket = open_bucket
        self._seal = seal
        self._lock = threading.Lock()
        self._rows: dict[int, tuple[float, TeamBucket, str]] = {}
        self._stores: dict[int, tuple[TeamBucket, _TeamStore]] = {}
        self._conditions: dict[int, Condition] = {}

    def at(self, space: str) -> BlobStore:
        """The store that holds the space. Raises TeamBucketLocked."""
        bucket = bucket_of(space)
        return self._store(bucket) if bucket else self._own

    def require_open(self, space: str) -> None:
        """Raises TeamBucketRefused or TeamBucketUnreachable if the space is in a bucket that does not let us in just now. For
        what is signed without asking."""
        bucket = bucket_of(space)
        if bucket:
            self._store(bucket).require_open()

    def is_shut(self, space: str) -> bool:
        """Whether the space is in a bucket that did not let us in when it was asked last. Asks nothing."""
        known = self._conditions.get(bucket_of(space))
        return known is not None and known.state != "open"

    def look(self, bucket: int) -> None:
        """Ask the bucket for a listing. Raises what `require_open` does, and TeamBucketLocked."""
        self._store(bucket).look()

    def is_open(self, bucket: int) -> bool:
        """Whether the bucket lets us in now. For work that can wait."""
        try:
            self.look(bucket)
        except Unavailable:
            return False
        return True

    def condition(self, bucket: int) -> Condition | None:
        """None: nobody has asked it for anything yet."""
        return self._conditions.get(bucket)

    def forget(self, bucket: int) -> None:
        """Its row has changed."""
        with self._lock:
            self._rows.pop(bucket, None)
            self._stores.pop(bucket, None)
            self._conditions.pop(bucket, None)

    def opened(self, row: TeamBucket, keys: Mapping[str, str] | None = None, *, is_quick: bool = False) -> BlobStore:
        """A store on the bucket as `row` says, with `keys` or those sealed in it. Raises InvalidRequest, SealBroken."""
        if self._open_bucket is None or self._seal is None:
            raise InvalidRequest(detail="Buckets of teams are not opened here. Ask the server that runs on this data")
        if keys is None:
            keys = msgspec.json.decode(self._seal.open(row.keys, seal_text(row)), type=dict[str, str])
        return self._open_bucket(row, keys, is_quick)

    def sealed(self, row: TeamBucket, keys: Mapping[str, str]) -> bytes:
        """The keys, as the row keeps them. Raises InvalidRequest."""
        if self._seal is None:
            raise InvalidRequest(detail="Buckets of teams are not opened here. Ask the server that runs on this data")
        try:
            return self._seal.close(msgspec.json.encode(keys).decode(), seal_text(row))
        except SealBroken as error:
            raise InvalidRequest(detail=f"Keys cannot be kept here: {error}. Put the file in the data folder right") from error

    def _store(self, bucket: int) -> _TeamStore:
        row, team = self._row(bucket)
        with self._lock:
            known = self._stores.get(bucket)
        if known is not None and known[0] == row:
            return known[1]
        try:
            store = _TeamStore(self, row, team, self.opened(row), self.opened(row, is_quick=True))
        except (SealBroken, InvalidRequest) as error:
            if isinstance(error, SealBroken) and self._row(bucket, afresh=True)[0] != row:
                return self._store(bucket)  # it was sealed anew a moment ago
            reason = error.fields["detail"] if isinstance(error, InvalidRequest) else str(error)
            self.note(bucket, "locked", reason)
            raise TeamBucketLocked(
                bucket=row.address, team=team, reason=reason, file=FILE, command=rotate_command(row, team)
            ) from error
        with self._lock:
            self._stores[bucket] = row, store
        return store

    def _row(self, bucket: int, *, afresh: bool = False) -> tuple[TeamBucket, str]:
        known = self._rows.get(bucket)
        if known is not None and not afresh and time.monotonic() - known[0] < _ROW_S:
            return known[1], known[2]
        with self._metadata.read() as unit:
            row = unit.buckets.get(bucket)
            assert row is not None, f"no bucket {bucket}"
            team = known[2] if known else next(each.name for each in unit.teams.entities() if each.id == row.entity_id)
        with self._lock:
            self._rows[bucket] = time.monotonic(), row, team
        return row, team

    def note(self, bucket: int, state: State, reason: str = "") -> None:
        with self._lock:
            known = self._conditions.get(bucket)
            since = known.since if known is not None and known.state == state else self._now()
            self._conditions[bucket] = Condition(state, reason, since, time.monotonic())

    @property
    def can_sign(self) -> bool:
        return self._own.can_sign

    @property
    def put_headers(self) -> Mapping[str, str]:
        return self._own.put_headers

    def put(self, space: str, digest: str, content: BinaryIO, size: int) -> None:
        self.at(space).put(space, digest, content, size)

    def put_many(self, space: str, contents: Sequence[tuple[str, bytes | memoryview]]) -> None:
        self.at(space).put_many(space, contents)

    def has(self, space: str, digest: str) -> bool:
        return self.at(space).has(space, digest)

    def size(self, space: str, digest: str) -> int:
        return self.at(space).size(space, digest)

    def read(self, space: str, digest: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        return self.at(space).read(space, digest, start, end)

    def delete(self, space: str, digest: str) -> None:
        self.at(space).delete(space, digest)

    def digests(self, space: str) -> Iterator[str]:
        return self.at(space).digests(space)

    def signed_url(self, method: str, space: str, digest: str, expires_s: int) -> str:
        return self.at(space).signed_url(method, space, digest, expires_s)

    def verify(self) -> list[str]:
        """Of the server's own place."""
        return self._own.verify()


class _TeamStore:
    """The store of a team's bucket, whose failures are told as that team's and noted. `quick` is one that soon gives up.

    A bucket that stops answering must not hold all the server's threads: unless it let us in a moment ago it is looked at first,
    by one thread, and while it does not answer the others are told so without waiting."""

    def __init__(self, places: Places, row: TeamBucket, team: str, store: BlobStore, quick: BlobStore) -> None:
        self._places = places
        self._row = row
        self._team = team
        self._store = store
        self._quick = quick
        self._turn = threading.Lock()

    @property
    def can_sign(self) -> bool:
        return self._store.can_sign

    @property
    def put_headers(self) -> Mapping[str, str]:
        return self._store.put_headers

    def put(self, space: str, digest: str, content: BinaryIO, size: int) -> None:
        with self._asking():
            self._store.put(space, digest, content, size)

    def put_many(self, space: str, contents: Sequence[tuple[str, bytes | memoryview]]) -> None:
        with self._asking():
            self._store.put_many(space, contents)

    def has(self, space: str, digest: str) -> bool:
        with self._asking():
            return self._store.has(space, digest)

    def size(self, space: str, digest: str) -> int:
        with self._asking():
            return self._store.size(space, digest)

    def read(self, space: str, digest: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        with self._asking():
            pieces = self._store.read(space, digest, start, end)
        return self._each(pieces)

    def delete(self, space: str, digest: str) -> None:
        with self._asking():
            self._store.delete(space, digest)

    def digests(self, space: str) -> Iterator[str]:
        with self._asking():
            found = self._store.digests(space)
        return self._each(found)

    def signed_url(self, method: str, space: str, digest: str, expires_s: int) -> str:
        return self._store.signed_url(method, space, digest, expires_s)

    def verify(self) -> list[str]:
        with self._asking():
            return self._store.verify()

    def _each(self, items: Iterator[T]) -> Iterator[T]:
        with self._noting():
            yield from items

    def require_open(self) -> None:
        """Raises TeamBucketRefused or TeamBucketUnreachable."""
        if self._is_fresh():
            return
        known = self._places.condition(self._row.key)
        is_away = known is not None and known.state == "unreachable"
        if is_away and known and time.monotonic() - known.seen_s < _REST_S:
            raise self._told(TeamBucketUnreachable, known.reason)
        if not self._turn.acquire(timeout=0 if is_away else _TURN_S):
            raise self._told(TeamBucketUnreachable, "no answer in time")
        try:
            if not self._is_fresh():
                self.look()
        finally:
            self._turn.release()

    def look(self) -> None:
        """As `require_open`, and asks whatever is known."""
        with self._noting():
            next(self._quick.digests(LOOK_SPACE), None)

    def _is_fresh(self) -> bool:
        known = self._places.condition(self._row.key)
        return known is not None and known.state == "open" and time.monotonic() - known.seen_s < _FRESH_S

    @contextmanager
    def _asking(self) -> Iterator[None]:
        self.require_open()
        with self._noting():
            yield

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except StoreRefused as error:
            self._places.note(self._row.key, "refused", error.fields["reason"])
            raise self._told(TeamBucketRefused, error.fields["reason"]) from error
        except StoreUnreachable as error:
            self._places.note(self._row.key, "unreachable", error.fields["reason"])
            raise self._told(TeamBucketUnreachable, error.fields["reason"]) from error
        except PublicError:
            self._places.note(self._row.key, "open")
            raise
        self._places.note(self._row.key, "open")

    def _told(self, kind: type[PublicError], reason: str) -> PublicError:
        fields = {"bucket": self._row.address, "team": self._team, "reason": reason}
        return kind(**fields, command=rotate_command(self._row, self._team)) if kind is TeamBucketRefused else kind(**fields)


def seal_text(row: TeamBucket) -> str:
    """What the sealed keys are about: nothing in the row that names the bucket can be changed below them."""
    return "\n".join([str(row.entity_id), row.folder, row.address, row.endpoint, row.region])


def rotate_command(row: TeamBucket, team: str) -> str:
    """On the server's machine, and from anywhere."""
    here, there = (f" --bucket {row.key}", f"?bucket={row.key}") if row.ended_at else ("", "")
    return f"assay server team bucket rotate {team}{here}, or PUT /api/v1/teams/{team}/bucket/keys{there}"
