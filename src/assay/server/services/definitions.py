"""What the definitions of several runs say together of each metric: its axis, its goal, whether it is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from assay.server.domain.accounts import Actor
from assay.server.domain.definitions import definition_for
from assay.server.domain.filters import EVERYTHING
from assay.server.services.projects import find as find_project
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages import runs as messages
from assay.wire.messages.runs import DefinedMetric, MetricDefinition
from assay.wire.names import ProjectPath


class DefinitionService:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def query(self, actor: Actor, path: ProjectPath, run_ids: Sequence[str] | None) -> messages.DefinedMetrics:
        """Of the metrics that these runs have (None: all runs, the newest first), by name. Runs that are gone are left out."""
        if run_ids is not None and len(run_ids) > limits.PAGE_ROWS:
            raise InvalidRequest(detail=f"{len(run_ids)} runs in one question; at most {limits.PAGE_ROWS}")
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "run:read")
            if run_ids is None:
                defined = unit.runs.definitions(project.key)
                # The newest run has the highest key.
                keys = unit.runs.matching(project.key, EVERYTHING)[::-1].tolist() if defined else []
            else:
                keys = [run.key for run in unit.runs.by_ids(project.key, list(dict.fromkeys(run_ids)))]
                defined = unit.runs.definitions(project.key, keys)
        if not defined:
            return messages.DefinedMetrics([])
        alike: dict[int, tuple[Sequence[MetricDefinition], list[int]]] = {}
        for key in keys:
            # Runs of a project mostly define the same, and then share one object.
            definitions: Sequence[MetricDefinition] = defined.get(key, ())
            alike.setdefault(id(definitions), (definitions, []))[1].append(key)
        axes: dict[str, set[str]] = {}
        said: dict[str, MetricDefinition] = {}
        for definitions, runs in islice(alike.values(), limits.PAGE_ROWS):
            for name, axis, definition in self._of(project.key, definitions, runs):
                axes.setdefault(name, set()).add(axis)
                if definition is not None:
                    said.setdefault(name, definition)
        shown = [
            DefinedMetric(name, axes[name].pop() if len(axes[name]) == 1 else "", one.hidden, one.goal, one.unit)
            for name, one in sorted(said.items())
        ]
        return messages.DefinedMetrics(shown)

    def _of(
        self, project_key: int, definitions: Sequence[MetricDefinition], runs: Sequence[int]
    ) -> Iterator[tuple[str, str, MetricDefinition | None]]:
        """The metrics that runs of the same definitions have, each with its axis and what defines it."""
        keys = self._stores.metrics.keys(project_key, np.array(sorted(runs), np.int64))
        measured = {key.name for key in keys if key.channel == "history"}
        for name in measured:
            said = definition_for(definitions, name)
            axis = said.step_metric if said is not None else ""
            # An axis that none of them measured has no place for a point.
            yield name, axis if axis != name and axis in measured else "", said
