"""A team's own bucket. Its keys go in and never come out."""

from __future__ import annotations

from typing import Literal

import msgspec


class BucketKeys(msgspec.Struct, forbid_unknown_fields=True):
    """`keys` by the kind of the bucket: `access_key_id` and `secret_access_key` for s3://, `account_name` and `account_key` for
    az://, `service_account` (the JSON key file's text) for gs://."""

    keys: dict[str, str]

    def __repr__(self) -> str:
        return "BucketKeys(…)"  # whoever logs it must not log them


class BucketWanted(msgspec.Struct, forbid_unknown_fields=True):
    """`address`: s3://bucket/prefix, gs://bucket/prefix or az://container/prefix. `endpoint` empty: the cloud's own. `region`:
    for s3:// alone. Not `is_direct`: all bytes pass through the server. `keys` as in BucketKeys."""

    address: str
    keys: dict[str, str]
    endpoint: str = ""
    region: str = ""
    is_direct: bool = True

    def __repr__(self) -> str:
        return f"BucketWanted({self.address!r}, …)"


class BucketStep(msgspec.Struct):
    """One thing that was tried on a bucket. Not `is_fine`: `text` says what hinders it."""

    what: Literal["reach", "write", "read", "delete", "sign"]
    is_fine: bool
    text: str


class BucketCheck(msgspec.Struct):
    """`is_fine`: contents can be kept there. Without `sign` they can too; then all bytes pass through the server."""

    is_fine: bool
    steps: list[BucketStep]


class Bucket(msgspec.Struct):
    """A bucket that a team has, or had (`is_current` False: what is in it stays there and is read from there). The keys are set;
    `rotated_at` says when. `state` as it was found last, `since` when it came to be so; `reason` what the store said. `stored`:
    bytes of artifacts in it."""

    id: int
    address: str
    endpoint: str
    region: str
    is_direct: bool
    is_current: bool
    created_at: float
    created_by: str
    rotated_at: float
    rotated_by: str
    ended_at: float
    state: Literal["open", "refused", "unreachable", "locked", "unknown"]
    reason: str
    since: float
    stored: int


class TeamBuckets(msgspec.Struct):
    """The team's buckets, the current one first. None of them current: what is new goes to the server's own place."""

    team: str
    buckets: list[Bucket]


class AllBuckets(msgspec.Struct):
    """Of every team that has or had one."""

    teams: list[TeamBuckets]
