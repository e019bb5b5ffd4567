"""A team's own bucket. Keys are taken in and never given out."""

from __future__ import annotations

from assay.server.api.routing import delete, get, post, put
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.messages import buckets as messages

BUCKET = "/api/v1/teams/{team:str}/bucket"


@get(BUCKET, permission="bucket:read")
def get_bucket(team: str, actor: Actor, catalog: Catalog) -> messages.TeamBuckets:
    """The team's bucket and those it had, with how they were found last; no keys."""
    return catalog.buckets.get(actor, team)


@put(BUCKET, permission="bucket:write")
def set_bucket(team: str, data: messages.BucketWanted, actor: Actor, catalog: Catalog) -> messages.TeamBuckets:
    """Send new contents of the team to this bucket. It is tried first: one that cannot be written, read and emptied with these
    keys is not taken. What is elsewhere stays there."""
    return catalog.buckets.set(actor, team, data)


@delete(BUCKET, permission="bucket:write", status_code=200)
def unset_bucket(team: str, actor: Actor, catalog: Catalog) -> messages.TeamBuckets:
    """Send new contents of the team to the server's own place again. What is in the bucket stays there."""
    return catalog.buckets.unset(actor, team)


@put(BUCKET + "/keys", permission="bucket:write")
def rotate_bucket_keys(
    team: str, data: messages.BucketKeys, actor: Actor, catalog: Catalog, bucket: int = 0
) -> messages.TeamBuckets:
    """Give the team's bucket, or the one with this id that it had, other keys. They are tried first; wrong ones are not taken."""
    return catalog.buckets.rotate(actor, team, data, bucket)


@post(BUCKET + "/check", permission="bucket:write")
def check_bucket(team: str, actor: Actor, catalog: Catalog, bucket: int = 0) -> messages.BucketCheck:
    """Try what is needed of the team's bucket, or of the one with this id that it had: reach, write, read, delete, sign."""
    return catalog.buckets.check(actor, team, bucket)


@get("/api/v1/buckets", permission="bucket:list")
def list_buckets(actor: Actor, catalog: Catalog) -> messages.AllBuckets:
    """The buckets of all teams. Admins of the server only."""
    return catalog.buckets.all(actor)


HANDLERS = [get_bucket, set_bucket, unset_bucket, rotate_bucket_keys, check_bucket, list_buckets]
