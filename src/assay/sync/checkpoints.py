"""Keep the best of a run's checkpoints: after each new one, the best gets its alias and what is not among them is deleted.

Only versions that this run made are looked at, and none that somebody gave another alias."""

from __future__ import annotations

import math

from assay.client import artifact_calls as calls
from assay.client.http import Connection
from assay.client.staging import KeepBest
from assay.wire.errors import PublicError
from assay.wire.messages.artifacts import ArtifactVersion, VersionEdit
from assay.wire.names import ProjectPath

BEST = "best"
_OURS = {BEST, "latest"}


def tidy(connection: Connection, project: ProjectPath, made: ArtifactVersion, rule: KeepBest, run_id: str) -> list[str]:
    """Answers the versions that were deleted. The newest stays: it is what a run goes on from."""
    own = [
        one
        for one in calls.versions(connection, project, made.name)
        if one.created_by is not None and one.created_by.run_id == run_id
    ]
    ranked = ranking(own, rule)
    if ranked and BEST not in ranked[0].aliases:
        calls.edit_version(connection, project, made.name, ranked[0].version, VersionEdit(add_aliases=[BEST]))
    kept = {one.version for one in ranked[: rule.count]} | {made.version}
    gone = []
    for one in ranked:
        if one.version not in kept and set(one.aliases) <= _OURS:
            try:
                calls.delete_version(connection, project, made.name, one.version, with_aliases=BEST in one.aliases)
            except PublicError:
                continue  # an alias came meanwhile, or this key may not delete: then it stays
            gone.append(one.version)
    return gone


def ranking(versions: list[ArtifactVersion], rule: KeepBest) -> list[ArtifactVersion]:
    """Those with a number for the metric, best first; of equals the newer."""
    found = [(value, one) for one in versions if (value := _value(one, rule.metric)) is not None]
    sign = -1.0 if rule.goal == "maximize" else 1.0
    return [one for _, one in sorted(found, key=lambda pair: (sign * pair[0], -pair[1].number))]


def _value(version: ArtifactVersion, metric: str) -> float | None:
    metrics = version.metadata.get("metrics")
    value = metrics.get(metric) if isinstance(metrics, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
