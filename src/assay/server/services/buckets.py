"""A team's own bucket: named by its admins, tried before it counts, left again. What is in one stays and is read from there.

Keys come in, are tried, are sealed, and never leave: no answer, no line of the audit log and no error has them."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from assay.server.domain.accounts import Actor
from assay.server.domain.buckets import TeamBucket, check_keys, check_region, parse_address
from assay.server.domain.errors import BucketNotTaken
from assay.server.domain.homes import run_space
from assay.server.domain.teams import Entity
from assay.server.ports.blobs import BlobStore
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit
from assay.server.services.contents import ContentService
from assay.server.services.endpoints import check_endpoint
from assay.server.services.places import LOOK_SPACE, Places
from assay.server.services.sealing import SealBroken
from assay.server.services.stores import Stores
from assay.wire.errors import Conflict, InvalidRequest, NotFound, PublicError, Unavailable
from assay.wire.messages import buckets as messages

log = logging.getLogger("assay.server.buckets")
_CLEARED_AT_ONCE = 100
_MARK_SPACE = "mark"  # holds the folder's name: by it the bucket is known again
_NEEDED = ("reach", "write", "read", "delete")
_WORDS = {
    "reach": "the bucket answers", "write": "contents can be put there", "read": "they can be read back",
    "delete": "they can be deleted", "sign": "clients get addresses of the bucket itself",
}  # fmt: skip

Step = Literal["reach", "write", "read", "delete", "sign"]


class BucketService:
    """`any_host`: admins of teams too may give endpoints that are not out in the world."""

    def __init__(self, stores: Stores, places: Places, contents: ContentService, *, any_host: bool) -> None:
        self._stores = stores
        self._places = places
        self._contents = contents
        self._any_host = any_host

    def get(self, actor: Actor, team: str) -> messages.TeamBuckets:
        """For every member: errors name the bucket to them too."""
        with self._stores.metadata.read() as unit:
            return self._shown(unit, self._team(unit, actor, team, "bucket:read"))

    def all(self, actor: Actor) -> messages.AllBuckets:
        """Of all teams. Admins of the installation only."""
        access.require_admin(actor, "bucket:list")
        with self._stores.metadata.read() as unit:
            teams = [self._shown(unit, entity) for entity in unit.teams.entities() if unit.buckets.all(entity.id)]
        return messages.AllBuckets(teams)

    def set(self, actor: Actor, team: str, asked: messages.BucketWanted) -> messages.TeamBuckets:
        """Send what is new of the team to this bucket, once it was tried. One that the team had is taken up again, with these
        keys. Raises BucketNotTaken with what the store said; then everything stays as it was."""
        with self._stores.metadata.read() as unit:
            entity = self._team(unit, actor, team, "bucket:write")
        address = parse_address(asked.address)
        check_region(address, asked.region)
        keys = check_keys(address, asked.keys)
        is_trusted = self._any_host or actor.is_admin
        endpoint = check_endpoint(asked.endpoint, any_network=is_trusted)
        if endpoint and address.startswith("gs:") and not is_trusted:
            raise InvalidRequest(detail="A gs:// bucket is at Google's own endpoint; leave the endpoint out")
        now = self._stores.now()
        with self._stores.metadata.read() as unit:
            had = next((each for each in unit.buckets.all(entity.id) if each.place == (address, endpoint)), None)
        row = had or TeamBucket(
            0, entity.id, address, endpoint, asked.region, asked.is_direct, is_trusted, f"assay-{secrets.token_hex(8)}", b"", now,
            actor.username, now, actor.username,
        )  # fmt: skip
        row = replace(
            row, region=asked.region, is_direct=asked.is_direct, is_trusted=is_trusted, rotated_at=now, rotated_by=actor.username,
            ended_at=0.0,
        )  # fmt: skip
        self._require_fine(row, keys)
        with self._stores.metadata.begin() as unit:
            self._team(unit, actor, team, "bucket:write")
            # Sealed in here, so that the key it is sealed with is not changed before the row is kept.
            row = replace(row, keys=self._places.sealed(row, keys))
            for other in unit.buckets.all(entity.id):
                if other.place == row.place and other.key != row.key:
                    raise Conflict(detail=f"Somebody gave {team} this bucket a moment ago. Look at it: nothing was changed now")
                if not other.ended_at and other.key != row.key:
                    unit.buckets.save(replace(other, ended_at=now))
            if row.key:
                unit.buckets.save(row)
            else:
                row = unit.buckets.add(row)
            audit.note(unit, actor, "bucket:set", team, now, **_audited(row))
        self._places.forget(row.key)
        return self.get(actor, team)

    def rotate(self, actor: Actor, team: str, asked: messages.BucketKeys, bucket: int = 0) -> messages.TeamBuckets:
        """Give the current bucket, or the one with this id, other keys, once they were tried. Raises BucketNotTaken; then the old
        ones stay."""
        row = self._chosen(actor, team, bucket)
        if row.endpoint and not row.is_trusted:
            check_endpoint(row.endpoint, any_network=self._any_host or actor.is_admin)
        keys, now = check_keys(row.address, asked.keys), self._stores.now()
        self._require_fine(row, keys)
        with self._stores.metadata.begin() as unit:
            self._team(unit, actor, team, "bucket:write")
            current = unit.buckets.get(row.key)
            assert current is not None, row.key
            if seal_parts(current) != seal_parts(row):
                raise Conflict(detail=f"The bucket of {team} was changed meanwhile. Look at it and give the keys again")
            sealed = self._places.sealed(current, keys)
            unit.buckets.save(replace(current, keys=sealed, rotated_at=now, rotated_by=actor.username))
            audit.note(unit, actor, "bucket:rotate", team, now, **_audited(row))
        self._places.forget(row.key)
        return self.get(actor, team)

    def unset(self, actor: Actor, team: str) -> messages.TeamBuckets:
        """Send what is new of the team to the server's own place again. What is in the bucket stays there. Free without one."""
        with self._stores.metadata.begin() as unit:
            entity = self._team(unit, actor, team, "bucket:write")
            row = unit.buckets.get(unit.buckets.current(entity.id))
            if row is not None:
                now = self._stores.now()
                unit.buckets.save(replace(row, ended_at=now))
                audit.note(unit, actor, "bucket:unset", team, now, **_audited(row))
        if row is not None:
            self._places.forget(row.key)
        return self.get(actor, team)

    def check(self, actor: Actor, team: str, bucket: int = 0) -> messages.BucketCheck:
        """Try everything that is needed of the current bucket, or the one with this id."""
        row = self._chosen(actor, team, bucket)
        try:
            store = self._places.opened(row)
        except (SealBroken, InvalidRequest) as error:
            text = error.fields["detail"] if isinstance(error, InvalidRequest) else f"its keys cannot be read here: {error}"
            return messages.BucketCheck(False, [messages.BucketStep("reach", False, text)])
        found = tried(store)
        if found.is_fine:
            self._places.note(row.key, "open")
        return found

    def work(self) -> None:
        """Delete what runs that are gone had in buckets, where these let us in; a worker calls it."""
        with self._stores.metadata.read() as unit:
            buckets = [(bucket.key, bool(unit.buckets.clearings(bucket.key, 1))) for bucket in unit.buckets.all()]
        for bucket, has_work in buckets:
            if has_work:
                try:
                    self._clear(bucket)
                except Unavailable as error:
                    log.warning("files of deleted runs wait: %s", error)

    def look(self) -> list[int]:
        """Ask the buckets that let nobody in when they were asked last, and go on with what waited for those that do again;
        answers which. A worker calls it."""
        with self._stores.metadata.read() as unit:
            buckets = [bucket.key for bucket in unit.buckets.all()]
        shut = [key for key in buckets if (known := self._places.condition(key)) is not None and known.state != "open"]
        return [key for key in shut if self._places.is_open(key)]

    def problems(self) -> list[tuple[str, str]]:
        """(team, what hinders) for every bucket that does not let us in now. Asks all of them."""
        found = []
        with self._stores.metadata.read() as unit:
            names = {entity.id: entity.name for entity in unit.teams.entities()}
            buckets = unit.buckets.all()
        for bucket in buckets:
            try:
                self._places.look(bucket.key)
            except Unavailable as error:
                found.append((names[bucket.entity_id], str(error)))
        return found

    def _clear(self, bucket: int) -> None:
        while True:
            with self._stores.metadata.read() as unit:
                run_keys = unit.buckets.clearings(bucket, _CLEARED_AT_ONCE)
            if not run_keys:
                return
            for run_key in run_keys:
                space = run_space(run_key, bucket)
                for digest in [*self._stores.blobs.digests(space)]:
                    self._stores.blobs.delete(space, digest)
                with self._stores.metadata.begin() as unit:
                    unit.buckets.cleared(bucket, run_key)

    def _require_fine(self, row: TeamBucket, keys: Mapping[str, str]) -> None:
        """Raises BucketNotTaken for one that fails, and for another one than that whose contents the row stands for: with keys
        of another account the same name is another bucket. A new one is marked."""
        store = self._places.opened(row, keys)
        found = tried(store)
        if not found.is_fine:
            failed = next(step for step in found.steps if not step.is_fine and step.what in _NEEDED)
            raise BucketNotTaken(bucket=row.address, step=failed.what, reason=failed.text)
        data = row.folder.encode()
        mark = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if not row.key:
            store.put_many(_MARK_SPACE, [(mark, data)])
        elif not store.has(_MARK_SPACE, mark):
            reason = "it is another bucket, or it was emptied; for a new beginning give another prefix"
            raise BucketNotTaken(bucket=row.address, step="find what the team has there", reason=reason)

    def _chosen(self, actor: Actor, team: str, bucket: int) -> TeamBucket:
        """The current bucket, or that with the id. Raises NotFound."""
        with self._stores.metadata.read() as unit:
            entity = self._team(unit, actor, team, "bucket:write")
            row = unit.buckets.get(bucket or unit.buckets.current(entity.id))
        if row is None or row.entity_id != entity.id:
            raise NotFound(what="bucket", name=f"{bucket} of {team}" if bucket else f"of {team}")
        return row

    @staticmethod
    def _team(unit: Unit, actor: Actor, team: str, action: Literal["bucket:read", "bucket:write"]) -> Entity:
        access.require(actor, action, team, what="team", name=team)
        entity = unit.teams.entity(team)
        if entity is None or entity.kind != "team":
            raise NotFound(what="team", name=team)
        return entity

    def _shown(self, unit: Unit, entity: Entity) -> messages.TeamBuckets:
        rows = sorted(unit.buckets.all(entity.id), key=lambda row: (row.ended_at > 0, -row.ended_at))
        return messages.TeamBuckets(entity.name, [self._bucket(unit, row) for row in rows])

    def _bucket(self, unit: Unit, row: TeamBucket) -> messages.Bucket:
        known = self._places.condition(row.key)
        stored, _, _ = unit.contents.totals(-row.key)
        return messages.Bucket(
            row.key, row.address, row.endpoint, row.region, row.is_direct, not row.ended_at, row.created_at, row.created_by,
            row.rotated_at, row.rotated_by, row.ended_at, known.state if known else "unknown", known.reason if known else "",
            known.since if known else 0.0, stored,
        )  # fmt: skip


def tried(store: BlobStore) -> messages.BucketCheck:
    """Put a small content there, read it, delete it; what follows on a step that fails is not tried."""
    data = secrets.token_bytes(32)
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    steps: list[messages.BucketStep] = []

    def step(what: Step, do: Callable[[], bool]) -> None:
        if any(not known.is_fine for known in steps):
            return
        try:
            is_fine, text = do(), ""
        except PublicError as error:
            is_fine, text = False, str(error.fields.get("reason") or error)
        steps.append(messages.BucketStep(what, is_fine, _WORDS[what] if is_fine else text or "it does not do what was asked"))

    def reach() -> bool:
        next(store.digests(LOOK_SPACE), None)
        return True

    def write() -> bool:
        store.put_many(LOOK_SPACE, [(digest, data)])
        return True

    def delete() -> bool:
        store.delete(LOOK_SPACE, digest)
        return not store.has(LOOK_SPACE, digest)

    def sign() -> bool:
        return store.can_sign and bool(store.signed_url("PUT", LOOK_SPACE, digest, 60))

    step("reach", reach)
    step("write", write)
    step("read", lambda: b"".join(store.read(LOOK_SPACE, digest)) == data)
    step("delete", delete)
    step("sign", sign)
    if steps[-1].what == "sign" and not steps[-1].is_fine and not store.can_sign:
        steps[-1].text = "addresses of it are not given out; all bytes pass through the server"
    return messages.BucketCheck({known.what for known in steps if known.is_fine} >= set(_NEEDED), steps)


def seal_parts(row: TeamBucket) -> tuple[str, ...]:
    return row.address, row.endpoint, row.region, row.folder


def _audited(row: TeamBucket) -> dict[str, object]:
    return {"bucket": row.address, "endpoint": row.endpoint, "region": row.region, "id": row.key}
