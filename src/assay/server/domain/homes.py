"""Where contents are kept, as numbers and as the names of spaces.

The contents of artifacts have a *home*: an entity's number stands for its contents in the server's own place, the negative of a
bucket's number for those in that bucket, which is one entity's alone. The same digest in two homes is two contents: each is asked
for, counted and freed for itself. A space's name says which place it is in, so that whoever holds a name needs no look-up."""

from __future__ import annotations

import re

_ENTITY, _BUCKET, _IN_BUCKET = "entity-", "bucket-", re.compile(r"(?:\Abucket-|.\.bucket-)([1-9][0-9]*)\Z")


def home_of(entity_id: int, bucket: int) -> int:
    """The home of the entity's contents in that bucket; 0: in the server's place."""
    return -bucket if bucket else entity_id


def space_of(home: int) -> str:
    return f"{_ENTITY}{home}" if home > 0 else f"{_BUCKET}{-home}"


def home_in(space: str) -> int:
    """The home that a space of artifacts is."""
    bucket = space.removeprefix(_BUCKET)
    return -int(bucket) if bucket != space else int(space.removeprefix(_ENTITY))


def is_artifact_space(space: str) -> bool:
    return space.startswith((_ENTITY, _BUCKET))


def run_space(run_key: int, bucket: int = 0) -> str:
    """Where a run's files are kept: spaces of its own, so that they can go with the run."""
    return f"run-{run_key}.{_BUCKET}{bucket}" if bucket else f"run-{run_key}"


def bucket_of(space: str) -> int:
    """The number of the bucket that the space is in; 0: in the server's place."""
    found = _IN_BUCKET.search(space)
    return int(found[1]) if found else 0
