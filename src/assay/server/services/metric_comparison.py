"""The numbers of two versions beside each other: what the runs that made them measured, what their metadata says."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np

from assay.server.domain.accounts import Actor
from assay.server.domain.definitions import definition_for
from assay.server.domain.nested import leaves
from assay.server.domain.runs import Run
from assay.server.ports.metadata import Unit
from assay.server.ports.metrics import RowsQuery
from assay.server.services import access
from assay.server.services.artifact_comparison import open_both
from assay.server.services.artifacts import ArtifactService, Opened
from assay.server.services.stores import Stores
from assay.server.services.views import summary_of
from assay.wire import limits
from assay.wire.messages import artifacts as messages
from assay.wire.messages.runs import MetricDefinition
from assay.wire.names import ProjectPath
from assay.wire.odd_numbers import shown

_STEPS = 1_024  # steps before a checkpoint's that are looked at first; then four times as many, and so on
Number = int | float | str
Goal = Literal["", "minimize", "maximize"]


@dataclass(frozen=True, slots=True)
class _Side:
    shown: messages.MetricsSide
    metadata: dict[str, Number]
    measured: dict[str, Number] = field(default_factory=dict)
    definitions: tuple[MetricDefinition, ...] = ()


class MetricComparisonService:
    def __init__(self, stores: Stores, artifacts: ArtifactService) -> None:
        self._stores = stores
        self._artifacts = artifacts

    def compare(self, actor: Actor, path: ProjectPath, name: str, ref: str, other: str) -> messages.MetricsComparison:
        """From the version `other` to `ref`, as `open_both` finds them. A run that the actor may not read, or that is in the
        trash, says nothing."""
        before, after = open_both(self._artifacts, actor, path, name, ref, other)
        with self._stores.metadata.read() as unit:
            runs = [self._maker(unit, actor, opened) for opened in (before, after)]
        old, new = self._side(before, runs[0]), self._side(after, runs[1])
        origins: tuple[tuple[Literal["run", "metadata"], dict[str, Number], dict[str, Number]], ...] = (
            ("run", old.measured, new.measured),
            ("metadata", old.metadata, new.metadata),
        )
        metrics = [
            _change(key, origin, was.get(key), now.get(key), _goal(new, key) or _goal(old, key))
            for origin, was, now in origins
            for key in sorted(was.keys() | now.keys())
        ]
        return messages.MetricsComparison(old.shown, new.shown, metrics[: limits.PAGE_ROWS], len(metrics) > limits.PAGE_ROWS)

    def _maker(self, unit: Unit, actor: Actor, opened: Opened) -> Run | None:
        """The run that made the version; of several versions put together, none."""
        if len(opened.versions) > 1:
            return None
        edges = unit.artifacts.edges_of_versions([opened.versions[0].version.key], "out")
        run = next(iter(unit.runs.by_keys([edges[0].run_key])), None) if edges else None
        return run if run is not None and access.may(actor, "run:read", run.entity) else None

    def _side(self, opened: Opened, run: Run | None) -> _Side:
        step = opened.versions[0].version.step if len(opened.versions) == 1 else -1
        metadata = _numbers(opened.shown.metadata)
        if run is None:
            return _Side(messages.MetricsSide(opened.shown.path, None, step), metadata)
        made_by = messages.RunRef(f"{run.entity}/{run.project}", run.id, run.name)
        measured = self._at_step(run, step) if step >= 0 else self._summary(run)
        return _Side(messages.MetricsSide(opened.shown.path, made_by, step), metadata, measured, run.definitions)

    def _summary(self, run: Run) -> dict[str, Number]:
        return _numbers(summary_of(run, self._stores.metrics.run_summaries(run.ref)))

    def _at_step(self, run: Run, step: int) -> dict[str, Number]:
        """What each metric was at a step: its last value until then. Most were logged shortly before, so it is looked for in ever
        longer stretches backwards, each time only for what was not found yet."""
        found: dict[str, Number] = {}
        missing = set(self._stores.metrics.run_summaries(run.ref))
        end, length = step + 1, _STEPS
        while end > 0 and missing:
            start = max(0, end - length)
            newer: dict[str, Number] = {}
            asked = RowsQuery(run.ref, tuple(sorted(missing)), first_step=start, last_step=end)
            for rows in self._stores.metrics.rows(asked):
                for key, column in rows.columns.items():
                    value = column.values[-1] if len(column.values) else None
                    if isinstance(value, int | float | np.number | np.bool_) and not isinstance(value, bool | np.bool_):
                        newer[key] = shown(value.item() if isinstance(value, np.number) else value)
            found |= newer
            missing -= newer.keys()
            end, length = start, length * 4
        return found


def _numbers(given: dict[str, Any]) -> dict[str, Number]:
    """Those among the values, nested ones by their whole path."""
    return {
        ".".join(path): shown(value)
        for path, value in leaves(given)
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _goal(side: _Side, key: str) -> Goal:
    found = definition_for(side.definitions, key)
    return cast(Goal, found.goal) if found is not None and found.goal in ("minimize", "maximize") else ""


def _change(
    key: str, origin: Literal["run", "metadata"], before: Number | None, after: Number | None, goal: Goal
) -> messages.MetricChange:  # fmt: skip
    if before is None or after is None or isinstance(before, str) or isinstance(after, str):
        return messages.MetricChange(key, origin, before, after, None, goal, "")
    delta = float(after - before)
    verdict: Literal["", "better", "worse"] = ""
    if goal and delta and math.isfinite(delta):
        verdict = "better" if (delta > 0) == (goal == "maximize") else "worse"
    return messages.MetricChange(key, origin, before, after, delta if math.isfinite(delta) else None, goal, verdict)
