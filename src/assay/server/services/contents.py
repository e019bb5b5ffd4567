"""The blobs of artifacts: which an entity has, taking them in, addresses to read and write them, freeing what nobody names.

A blob counts as there only once its row says so, and a row is written only after the blob is durable and was hashed. Freeing
goes the other way round: the row is hidden, the blob goes, the row is dropped and the epoch moves. Whoever saw a blob before
looks again if the epoch moved meanwhile."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import msgspec

from assay.server.domain.artifacts import is_digest
from assay.server.ports.metadata import Unit
from assay.server.services.stores import Stores
from assay.server.services.tickets import READ_S, WRITE_S, Tickets
from assay.wire import limits
from assay.wire.errors import InvalidName, InvalidRequest, NotFound, TooLarge, Unavailable

SPACE = "entity-"
_FREED_AT_ONCE = 500  # blobs between two looks at the database
_HASHERS = 8  # contents that another store took in, hashed at a time
_PIECE_BYTES = 1 * limits.MIB
_HEADER_BYTES = 1 * limits.KIB
_MANIFEST_BYTES = 1024 * limits.MIB


class ContentService:
    def __init__(self, stores: Stores, tickets: Tickets) -> None:
        self._stores = stores
        self._tickets = tickets
        self.freeing = threading.Lock()
        """Held while blobs are freed. Who holds it finds every blob that a row names, for as long."""

    def address(self, method: str, entity_id: int, digest: str, size: int, file_name: str = "") -> str:
        """Where to GET or PUT one content, for a limited time: at the store itself if it signs, else here."""
        space = space_of(entity_id)
        if self._stores.blobs.can_sign:
            return self._stores.blobs.signed_url(method, space, digest, WRITE_S if method == "PUT" else READ_S)
        return self._tickets.sign(method, space, digest, size, file_name)

    @property
    def put_headers(self) -> dict[str, str]:
        """What a PUT to such an address has to carry."""
        return dict(self._stores.blobs.put_headers)

    def receive(self, space: str, digest: str, content: BinaryIO, size: int) -> None:
        """Keep one content of an entity. Raises DigestMismatch, and keeps nothing, if it is something else."""
        entity_id = int(space.removeprefix(SPACE))
        self._keep(entity_id, {digest: size}, lambda: self._stores.blobs.put(space, digest, content, size))

    def receive_packed(self, entity_id: int, body: bytes) -> int:
        """Keep contents that came in one body; answers how many. Raises InvalidRequest for a body that is not whole, and
        DigestMismatch, keeping none, if one hashes to something else."""
        contents = unpack(body)
        if contents:
            sizes = {digest: len(data) for digest, data in contents}
            self._keep(entity_id, sizes, lambda: self._stores.blobs.put_many(space_of(entity_id), contents))
        return len(contents)

    def keep(self, entity_id: int, digest: str, data: bytes) -> None:
        """Keep one content made here."""
        if len(data) > _MANIFEST_BYTES:
            raise TooLarge(what="The manifest", actual=f"{len(data)} bytes", limit=limits.ENTRY_COUNT, name="ENTRY_COUNT")
        self._keep(entity_id, {digest: len(data)}, lambda: self._stores.blobs.put_many(space_of(entity_id), [(digest, data)]))

    def _keep(self, entity_id: int, sizes: Mapping[str, int], put: Callable[[], None]) -> None:
        with self._stores.metadata.read() as unit:
            epoch = unit.contents.epoch()
            self._refuse_leaving(unit, entity_id, sizes)
        put()
        with self._stores.metadata.begin() as unit:
            self._refuse_leaving(unit, entity_id, sizes)
            if unit.contents.epoch() != epoch:
                # Something was freed since we looked; it may have been one of these, found in place and not written again.
                blobs, space = self._stores.blobs, space_of(entity_id)
                if not all(blobs.has(space, digest) for digest in sizes):
                    raise Unavailable(detail="The content was being freed while it arrived. Nothing is lost; send it again.")
            unit.contents.arrived(entity_id, sizes, self._stores.now())

    @staticmethod
    def _refuse_leaving(unit: Unit, entity_id: int, sizes: Iterable[str]) -> None:
        leaving = unit.contents.being_freed(entity_id, sizes)
        if leaving:
            raise Unavailable(
                detail=f"{len(leaving)} contents that nothing named are being freed just now, among them {min(leaving)}. "
                "Nothing is lost; send them again in a moment."
            )

    def take_in_signed(self, entity_id: int, sizes: Mapping[str, int]) -> None:
        """Note contents that were put into a signing store directly, after reading them: what is not there is passed over, what
        hashes to something else is deleted. Nothing to do for a store that does not sign."""
        if not self._stores.blobs.can_sign:
            return
        with self._stores.metadata.read() as unit:
            epoch = unit.contents.epoch()
            known = unit.contents.known(entity_id, sizes)
            leaving = unit.contents.being_freed(entity_id, sizes)
        asked = {digest: size for digest, size in sizes.items() if digest not in known and digest not in leaving}
        if not asked:
            return
        with ThreadPoolExecutor(_HASHERS) as pool:
            good = pool.map(lambda item: self._is_whole(entity_id, *item), asked.items())
            whole = {digest: asked[digest] for digest, is_good in zip(asked, good, strict=True) if is_good}
        with self._stores.metadata.begin() as unit:
            if unit.contents.epoch() != epoch:
                raise Unavailable(detail="Space was being freed meanwhile. Nothing is lost; ask for the commit again.")
            unit.contents.arrived(entity_id, whole, self._stores.now())

    def _is_whole(self, entity_id: int, digest: str, size: int) -> bool:
        blobs, space = self._stores.blobs, space_of(entity_id)
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

    def free(self, idle_s: float = limits.GRACE_DAYS * 86_400) -> tuple[int, int]:
        """Delete the blobs that no version has named for so long; (how many, bytes). A worker calls it. A crash delays it."""
        with self.freeing:
            return self._free(idle_s)

    def _free(self, idle_s: float) -> tuple[int, int]:
        count = size = 0
        while True:
            with self._stores.metadata.begin() as unit:
                taken = unit.contents.take_idle(self._stores.now() - idle_s, _FREED_AT_ONCE)
            if not taken:
                return count, size
            by_entity: dict[int, list[str]] = {}
            for entity_id, digest, bytes_ in taken:
                self._stores.blobs.delete(space_of(entity_id), digest)
                by_entity.setdefault(entity_id, []).append(digest)
                count, size = count + 1, size + bytes_
            with self._stores.metadata.begin() as unit:
                for entity_id, digests in by_entity.items():
                    unit.contents.forget(entity_id, digests)


def space_of(entity_id: int) -> str:
    """Where the blobs of an entity's artifacts are kept."""
    return f"{SPACE}{entity_id}"


def is_artifact_space(space: str) -> bool:
    return space.startswith(SPACE)


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


def unpack(body: bytes) -> Sequence[tuple[str, bytes]]:
    """(digest, bytes) of a body of packed contents: for each a header's length as four bytes, least first, the header as
    msgpack [digest, size], the content. Raises InvalidRequest, naming the byte where it stops making sense."""
    found: list[tuple[str, bytes]] = []
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
        found.append((digest, bytes(view[start : start + size])))
        at = start + size
    return found
