"""The blobs of artifacts: which an entity has in which place, taking them in, addresses to read and write them, freeing what
nobody names. A `home` says whose they are and where (`domain.homes`).

A blob counts as there only once its row says so, and a row is written only after the blob is durable and was hashed. Freeing
goes the other way round: the row is hidden, the blob goes, the row is dropped and the epoch moves. Whoever saw a blob before
looks again if the epoch moved meanwhile."""

from __future__ import annotations

import hashlib
import io
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import msgspec

from assay.server.domain.artifacts import is_digest
from assay.server.domain.homes import home_in, space_of
from assay.server.ports.blobs import BlobStore
from assay.server.services.places import Places
from assay.server.services.stores import Stores
from assay.server.services.tickets import READ_S, WRITE_S, Tickets
from assay.wire import limits
from assay.wire.errors import InvalidName, InvalidRequest, NotFound, TooLarge, Unavailable
from assay.wire.together import Together

_FREED_AT_ONCE = 500  # blobs between two looks at the database
_HASHERS = 8  # contents that another store took in, hashed at a time
_BROUGHT_AT_ONCE = 64  # contents copied from one place to another between two notes of what has arrived
_BRING_S = 45.0  # seconds of copying in one request
_PIECE_BYTES = 1 * limits.MIB
_HEADER_BYTES = 1 * limits.KIB
_MANIFEST_BYTES = 1024 * limits.MIB


@dataclass(slots=True, eq=False)
class _Arrival:
    """Contents that come into a home at once."""

    home: int
    sizes: Mapping[str, int]
    epoch: int  # since when nothing was freed that was found in place
    leaving: Collection[str] = ()
    is_noted: bool = False


class ContentService:
    def __init__(self, stores: Stores, tickets: Tickets, places: Places) -> None:
        self._stores = stores
        self._tickets = tickets
        self._places = places
        self.freeing = threading.Lock()
        """Held while blobs are freed. Who holds it finds every blob that a row names, for as long."""
        self._note = Together(self._note_all)
        self._epoch = -1  # the last that was seen: what is kept from now on can only be freed in a later one

    def address(self, method: str, home: int, digest: str, size: int, file_name: str = "") -> str:
        """Where to GET or PUT one content, for a limited time: at the store itself if it signs, else here. Raises
        TeamBucketRefused or TeamBucketUnreachable for one in a bucket that does not let us in."""
        space = space_of(home)
        store = self._places.at(space)
        if store.can_sign:
            self._places.require_open(space)
            return store.signed_url(method, space, digest, WRITE_S if method == "PUT" else READ_S)
        return self._tickets.sign(method, space, digest, size, file_name)

    def put_headers(self, home: int) -> dict[str, str]:
        """What a PUT to such an address has to carry."""
        return dict(self._places.at(space_of(home)).put_headers)

    def require_open(self, home: int) -> None:
        """Raises TeamBucketRefused or TeamBucketUnreachable if nothing can come into the home now."""
        self.require_open_space(space_of(home))

    def require_open_space(self, space: str, *, asking: bool = True) -> None:
        """As `require_open`, for a space. Not `asking`: raises Unavailable if it did not let us in when it was asked last."""
        if asking:
            self._places.require_open(space)
        elif self._places.is_shut(space):
            raise Unavailable(detail=f"{space} let nobody in when it was asked last.")

    def receive(self, space: str, digest: str, content: BinaryIO, size: int) -> None:
        """Keep one content of an entity. Raises DigestMismatch, and keeps nothing, if it is something else."""
        self._keep(home_in(space), {digest: size}, lambda: self._stores.blobs.put(space, digest, content, size))

    def receive_packed(self, home: int, body: bytes | memoryview) -> int:
        """Keep contents that came in one body; answers how many. Raises InvalidRequest for a body that is not whole, and
        DigestMismatch, keeping none, if one hashes to something else."""
        contents = unpack(body)
        if contents:
            sizes = {digest: len(data) for digest, data in contents}
            self._keep(home, sizes, lambda: self._stores.blobs.put_many(space_of(home), contents))
        return len(contents)

    def keep(self, home: int, digest: str, data: bytes) -> None:
        """Keep one content made here."""
        if len(data) > _MANIFEST_BYTES:
            raise TooLarge(what="The manifest", actual=f"{len(data)} bytes", limit=limits.ENTRY_COUNT, name="ENTRY_COUNT")
        self._keep(home, {digest: len(data)}, lambda: self._stores.blobs.put(space_of(home), digest, io.BytesIO(data), len(data)))

    def _keep(self, home: int, sizes: Mapping[str, int], put: Callable[[], None]) -> None:
        arrival = _Arrival(home, sizes, self._epoch)
        put()
        while True:
            self._note(arrival)
            if arrival.leaving:
                raise Unavailable(
                    detail=f"{len(arrival.leaving)} contents that nothing named are being freed just now, among them "
                    f"{min(arrival.leaving)}. Nothing is lost; send them again in a moment."
                )
            if arrival.is_noted:
                return
            # Something was freed since this epoch; it may have been one of these, found in place and not written again. Looked at
            # outside of the unit of work, because a bucket may take its time and everyone's writing would wait for it.
            blobs, space = self._stores.blobs, space_of(home)
            if not all(blobs.has(space, digest) for digest in sizes):
                raise Unavailable(detail="The content was being freed while it arrived. Nothing is lost; send it again.")

    def _note_all(self, arrivals: Sequence[_Arrival]) -> None:
        """Those that nobody frees and that were looked for in this epoch are there now; the others get to know the epoch."""
        with self._stores.metadata.begin() as unit:
            leaving = {home: unit.contents.being_freed(home, sizes) for home, sizes in _by_home(arrivals).items()}
            for one in arrivals:
                one.leaving = leaving[one.home] & one.sizes.keys()
            epoch = unit.contents.epoch()
            whole = [one for one in arrivals if one.epoch == epoch and not one.leaving]
            for home, sizes in _by_home(whole).items():
                unit.contents.arrived(home, sizes, self._stores.now())
        for one in arrivals:
            one.is_noted, one.epoch = one.epoch == epoch, epoch
        self._epoch = epoch

    def take_in_signed(self, home: int, sizes: Mapping[str, int]) -> None:
        """Note contents that were put into a signing store directly, after reading them: what is not there is passed over, what
        hashes to something else is deleted. Nothing to do for a store that does not sign."""
        if not self._places.at(space_of(home)).can_sign:
            return
        with self._stores.metadata.read() as unit:
            epoch = unit.contents.epoch()
            known = unit.contents.known(home, sizes)
            leaving = unit.contents.being_freed(home, sizes)
        asked = {digest: size for digest, size in sizes.items() if digest not in known and digest not in leaving}
        if not asked:
            return
        with ThreadPoolExecutor(_HASHERS) as pool:
            good = pool.map(lambda item: self._is_whole(home, *item), asked.items())
            whole = {digest: asked[digest] for digest, is_good in zip(asked, good, strict=True) if is_good}
        with self._stores.metadata.begin() as unit:
            if unit.contents.epoch() != epoch:
                raise Unavailable(detail="Space was being freed meanwhile. Nothing is lost; ask for the commit again.")
            unit.contents.arrived(home, whole, self._stores.now())

    def _is_whole(self, home: int, digest: str, size: int) -> bool:
        blobs, space = self._stores.blobs, space_of(home)
        hashed, length = hashlib.sha256(), 0
        try:
            for piece in blobs.read(space, digest):
                hashed.update(piece)
                length += len(piece)
        except NotFound:
            return False
        if length == size and f"sha256:{hashed.hexdigest()}" == digest:
            return True
        blobs.delete(space, digest)
        return False

    def bring(self, source: int, home: int, sizes: Mapping[str, int]) -> None:
        """Copy those of the contents that are in the home `source` and not yet in `home`. Raises Unavailable when it takes long:
        what was copied stays, and asking again goes on."""
        with self._stores.metadata.read() as unit:
            here = unit.contents.known(home, sizes)
            lacking = [digest for digest in unit.contents.known(source, sizes) if digest not in here]
        until = time.monotonic() + _BRING_S
        for start in range(0, len(lacking), _BROUGHT_AT_ONCE):
            part = {digest: sizes[digest] for digest in lacking[start : start + _BROUGHT_AT_ONCE]}
            self._keep(home, part, lambda part=part: self._copy(source, home, part))  # type: ignore[misc]
            if time.monotonic() > until and start + len(part) < len(lacking):
                raise Unavailable(
                    detail=f"What the version builds on is in another place and is being copied: {start + len(part)} of "
                    f"{len(lacking)} contents so far. Ask for the commit again; it goes on from there."
                )

    def _copy(self, source: int, home: int, sizes: Mapping[str, int]) -> None:
        with ThreadPoolExecutor(_HASHERS) as pool:
            list(pool.map(lambda item: copy_blob(self._stores.blobs, space_of(source), space_of(home), *item), sizes.items()))

    def free(self, idle_s: float = limits.GRACE_DAYS * 86_400) -> tuple[int, int]:
        """Delete the blobs that no version has named for so long; (how many, bytes). A worker calls it. A crash delays it. What
        is in a bucket that does not let us in waits for the next time."""
        with self._stores.metadata.read() as unit:
            buckets = [bucket.key for bucket in unit.buckets.all()]
        closed = {-bucket for bucket in buckets if not self._places.is_open(bucket)}
        with self.freeing:
            return self._free(idle_s, closed)

    def _free(self, idle_s: float, closed: set[int]) -> tuple[int, int]:
        count = size = 0
        while True:
            with self._stores.metadata.begin() as unit:
                taken = unit.contents.take_idle(self._stores.now() - idle_s, _FREED_AT_ONCE, without=closed)
            if not taken:
                return count, size
            by_home: dict[int, list[str]] = {}
            for home, digest, bytes_ in taken:
                if home in closed:
                    continue
                try:
                    self._stores.blobs.delete(space_of(home), digest)
                except Unavailable:
                    if home > 0:
                        raise
                    closed.add(home)
                    continue
                by_home.setdefault(home, []).append(digest)
                count, size = count + 1, size + bytes_
            with self._stores.metadata.begin() as unit:
                for home, digests in by_home.items():
                    unit.contents.forget(home, digests)


def _by_home(arrivals: Iterable[_Arrival]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for one in arrivals:
        found.setdefault(one.home, {}).update(one.sizes)
    return found


def copy_blob(blobs: BlobStore, source: str, target: str, digest: str, size: int) -> None:
    """Put a blob of one space into another, a piece at a time."""
    blobs.put(target, digest, cast(BinaryIO, io.BufferedReader(_Pieces(blobs.read(source, digest)))), size)


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a file to read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def check_content(digest: str, size: int) -> None:
    if not is_digest(digest):
        raise InvalidName(text=digest[:100], what="digest", expected="sha256: and 64 hex digits")
    if not 0 <= size <= limits.BLOCK_BYTES:
        raise TooLarge(what=f"The content {digest[:80]}", actual=f"{size} bytes", limit=limits.BLOCK_BYTES, name="BLOCK_BYTES")


def pack(contents: Iterable[tuple[str, int, Iterable[bytes]]]) -> Iterator[bytes]:
    """(digest, size, pieces) one after the other, as `unpack` reads them, in pieces of about a megabyte."""
    waiting: list[bytes] = []
    waiting_bytes = 0
    for digest, size, pieces in contents:
        header = msgspec.msgpack.encode([digest, size])
        waiting += [len(header).to_bytes(4, "little"), header]
        for piece in pieces:
            waiting.append(piece)
            waiting_bytes += len(piece)
            if waiting_bytes >= _PIECE_BYTES:
                yield b"".join(waiting)
                waiting, waiting_bytes = [], 0
    if waiting:
        yield b"".join(waiting)


_decode_header = msgspec.msgpack.Decoder(tuple[str, int]).decode


def unpack(body: bytes | memoryview) -> Sequence[tuple[str, memoryview]]:
    """(digest, bytes) of a body of packed contents: for each a header's length as four bytes, least first, the header as
    msgpack [digest, size], the content. Raises InvalidRequest, naming the byte where it stops making sense."""
    found: list[tuple[str, memoryview]] = []
    view, at = memoryview(body), 0
    while at < len(body):
        length = int.from_bytes(view[at : at + 4], "little")
        header = view[at + 4 : at + 4 + length]
        if at + 4 > len(body) or not 0 < length <= _HEADER_BYTES or len(header) < length:
            raise InvalidRequest(
                detail=f"The packed contents end or make no sense at byte {at}. Nothing was kept; send them again"
            )
        try:
            digest, size = _decode_header(header)
        except msgspec.MsgspecError as error:
            raise InvalidRequest(detail=f"The header at byte {at} is not [digest, size] ({error}). Nothing was kept") from error
        check_content(digest, size)
        start = at + 4 + length
        if start + size > len(body):
            raise InvalidRequest(
                detail=f"The content {digest} at byte {start} has fewer than its {size} bytes. Nothing was kept; send it again"
            )
        found.append((digest, view[start : start + size]))
        at = start + size
    return found
