"""What a draft begins with: a version of the project that the draft goes to, or of another one.

A version of its own project the server knows by its number. Of another project's version, or of a span of time, the draft names
every entry itself: the contents are known to the team, so nothing of them is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assay.client import artifact_calls as calls
from assay.client.http import Connection
from assay.wire.errors import InvalidRequest, NotFound
from assay.wire.manifest import Entry, Manifest
from assay.wire.messages.artifacts import ArtifactVersion
from assay.wire.names import ProjectPath

NEWEST = "latest"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What to give `publish`: the base that the server folds the draft into, what to leave out of it, entries to name."""

    version: str = ""
    manifest: Manifest | None = None
    removed: list[str] = field(default_factory=list)
    references: dict[str, Entry] = field(default_factory=dict)


def find(connection: Connection, project: ProjectPath, name: str, ref: str) -> ArtifactVersion | None:
    """The version meant. Of `latest` also where that alias was taken away; None where there is no version yet.

    Raises NotFound for any other `ref` that is not there."""
    try:
        return calls.get_version(connection, project, name, ref)
    except NotFound:
        if ref != NEWEST:
            raise
    try:
        return next(calls.versions(connection, project, name), None)
    except NotFound:
        return None


def begin(
    base: Manifest | None,
    version: str,
    *,
    is_elsewhere: bool,
    added: Iterable[str],
    removed: Iterable[str],
    references: Mapping[str, Entry],
) -> Beginning:
    """How a draft of `base` is sent. `added`: paths of its own files; `is_elsewhere`: the base is of another project."""
    if base is None:
        return Beginning(references=dict(references))
    is_span = ".." in version  # several versions that a span of time was answered with: none that the server could begin with
    if not is_elsewhere and not is_span:
        return Beginning(version, base, list(removed), dict(references))
    replaced = {*added, *removed}
    kept = {path: entry for path, entry in base.entries.items() if path not in replaced}
    return Beginning(references={**kept, **references})


def check_same(base: Manifest, digest: str, what: str) -> None:
    """Raises InvalidRequest if the draft began with other content than the version of that name has here."""
    if digest and base.digest != digest:
        raise InvalidRequest(
            detail=f"The draft began with another version than {what} is on this server. Make it again from the version here, "
            "or add all of its files"
        )
