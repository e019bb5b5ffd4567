"""What an installation signs and seals with, and how it gets others when the old ones may have been read.

The signing secret is a value of the metadata database, the key of the seal a file beside it. Both change around one unit of work,
and at every moment in between all that was sealed can be opened."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, replace

from assay.server.domain.accounts import Actor
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit
from assay.server.services.places import seal_text
from assay.server.services.sealing import FILE, Seal, SealBroken
from assay.server.services.stores import Stores
from assay.wire import failpoints
from assay.wire.errors import InvalidRequest

_NAME = "signing_secret"
_REMEMBER_S = 1.0  # seconds; the bound on how long an address that was signed before still opens in another process
_WAIT_S = 2.0  # seconds to wait for another thread that is reading it


class SigningSecret:
    """Made at the first start and kept with the data: addresses handed out before a restart stay good. Another process may
    change it; that is seen within a second."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._lock = threading.Lock()
        with stores.metadata.read() as unit:
            is_made = unit.values.get(_NAME) is not None
        if not is_made:  # only then is there somebody to wait for: whoever writes
            with stores.metadata.begin() as unit:
                if unit.values.get(_NAME) is None:
                    _renew(unit)
        self._known = self._read()

    def __call__(self) -> bytes:
        if time.monotonic() - self._known[0] < _REMEMBER_S:
            return self._known[1]
        # Whoever waits may hold a connection that the reader needs, so nobody waits for ever.
        if self._lock.acquire(timeout=_WAIT_S):
            try:
                if time.monotonic() - self._known[0] >= _REMEMBER_S:
                    self._known = self._read()
            finally:
                self._lock.release()
        return self._known[1]

    def _read(self) -> tuple[float, bytes]:
        at = time.monotonic()
        with self._stores.metadata.read() as unit:
            text = unit.values.get(_NAME)
        assert text is not None, "an installation without a signing secret"
        return at, bytes.fromhex(text)


@dataclass(frozen=True, slots=True)
class Rotated:
    """`sealed`: how many buckets' keys were sealed anew. `unreadable`: (team, bucket) of those that no key here opens."""

    sealed: int
    unreadable: list[tuple[str, str]]


class RotationService:
    """`seal` None: this process opens no buckets, and may not rotate."""

    def __init__(self, stores: Stores, seal: Seal | None) -> None:
        self._stores = stores
        self._seal = seal

    def rotate(self, actor: Actor) -> Rotated:
        """Sign with another secret and seal with another key from now on, and seal anew what is sealed. Raises InvalidRequest
        where the file of the seal cannot be read; then nothing was changed."""
        access.require_admin(actor, "secrets:rotate")
        assert self._seal is not None, "no seal to rotate"
        # Whoever writes keys of buckets seals them inside a unit of work, and units wait for each other, in other processes too:
        # nobody seals with a key that is about to be forgotten.
        with self._stores.metadata.begin() as unit:
            key = self._widened(unit)
            failpoints.reach("secrets.widened")
            rotated = self._sealed_anew(unit)
            _renew(unit)
            unreadable = [f"{bucket} of {team}" for team, bucket in rotated.unreadable]
            audit.note(
                unit, actor, "secrets:rotate", "installation", self._stores.now(), sealed=rotated.sealed, unreadable=unreadable
            )
        if key:
            with self._stores.metadata.begin():
                self._seal.narrow(key)
        return rotated

    def _widened(self, unit: Unit) -> str:
        """The new key of the seal; empty where nothing was ever sealed."""
        assert self._seal is not None
        if not self._seal.exists() and not unit.buckets.all():
            return ""
        try:
            return self._seal.widen()
        except SealBroken as error:
            raise InvalidRequest(
                detail=f"Nothing was changed: {error}. Put {FILE} in the data folder right, or move it away if it is lost"
            ) from error

    def _sealed_anew(self, unit: Unit) -> Rotated:
        assert self._seal is not None
        names = {entity.id: entity.name for entity in unit.teams.entities()}
        count, unreadable = 0, list[tuple[str, str]]()
        for row in unit.buckets.all():
            try:
                text = self._seal.open(row.keys, seal_text(row))
            except SealBroken:
                unreadable.append((names[row.entity_id], row.address))
                continue
            unit.buckets.save(replace(row, keys=self._seal.close(text, seal_text(row))))
            count += 1
        return Rotated(count, unreadable)


def _renew(unit: Unit) -> None:
    unit.values.set(_NAME, secrets.token_hex(32))
