"""Two versions beside each other: files, metadata. Their tables are in `table_comparison`, their numbers in
`metric_comparison`."""

from __future__ import annotations

from typing import Any

from assay.server.domain.accounts import Actor
from assay.server.domain.nested import leaves
from assay.server.services.artifact_finding import ArtifactPath
from assay.server.services.artifacts import ArtifactService, Opened
from assay.wire import limits
from assay.wire.manifest import Entry
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath

_METADATA = 5_000  # changed metadata values that are listed


class ComparisonService:
    def __init__(self, artifacts: ArtifactService) -> None:
        self._artifacts = artifacts

    def compare(self, actor: Actor, path: ProjectPath, name: str, ref: str, other: str) -> messages.VersionComparison:
        """From the version `other` to `ref`, as `open_both` finds them."""
        before, after = open_both(self._artifacts, actor, path, name, ref, other)
        old, new = before.listing.manifest.entries, after.listing.manifest.entries
        changes = [
            messages.ChangedEntry(each, change, _size(old.get(each)), _size(new.get(each)))
            for each in sorted(old.keys() | new.keys())
            if (change := _change(old.get(each), new.get(each))) is not None
        ]
        counts = {kind: sum(change.change == kind for change in changes) for kind in ("added", "removed", "changed")}
        return messages.VersionComparison(
            before=before.shown, after=after.shown, added_count=counts["added"], removed_count=counts["removed"],
            changed_count=counts["changed"], same_count=len(new) - counts["added"] - counts["changed"],
            entries=changes[: limits.ENTRIES_PER_PAGE], metadata=_metadata(before.shown.metadata, after.shown.metadata),
        )  # fmt: skip


def open_both(
    artifacts: ArtifactService, actor: Actor, path: ProjectPath, name: str, ref: str, other: str
) -> tuple[Opened, Opened]:
    """The version `other`, then `ref`. `other` is a version of the same artifact (`v1`, an alias; empty: the latest) or any one
    the actor may read, as `name:v1`, `project/name:v1` or with its entity."""
    after = artifacts.open(actor, path, name, ref)
    if ":" in other and not other.startswith("sha256:"):
        wanted = ArtifactPath.parse(other, path)
        return artifacts.open(actor, wanted.project, wanted.name, wanted.ref), after
    return artifacts.open(actor, path, name, other or "latest"), after


def _change(before: Entry | None, after: Entry | None) -> messages.Change | None:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    same = (before.digest, before.ref, before.size) == (after.digest, after.ref, after.size)
    return None if same else "changed"


def _size(entry: Entry | None) -> int:
    return entry.size if entry is not None else -1


def _metadata(before: dict[str, Any], after: dict[str, Any]) -> list[messages.MetadataChange]:
    old, new = ({".".join(path): value for path, value in leaves(side)} for side in (before, after))
    missing = object()
    return [
        messages.MetadataChange(key, old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key, missing) != new.get(key, missing)
    ][:_METADATA]
