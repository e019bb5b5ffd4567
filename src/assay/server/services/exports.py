"""The whole result of a question about runs as columns, in pieces: what a file is written from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.columns import Column
from assay.server.domain.accounts import Actor
from assay.server.domain.projects import Project
from assay.server.ports.metadata import Unit
from assay.server.services.projects import find as find_project
from assay.server.services.run_sets import RunSets
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages.runs import RunExport
from assay.wire.names import ProjectPath

ALWAYS = ("id", "name")
_USUAL = ("state", "user", "group", "job_type", "tags", "notes", "created_at", "duration_s")
_PIECE = 10_000  # runs of one piece; a few megabytes of text
_PATHS = 100_000  # config or summary keys of one project that are looked through


@dataclass(frozen=True, slots=True)
class Export:
    """`columns` have a place per run of the project, `order` says which are in it and in which order."""

    keys: list[str]
    columns: list[Column]
    order: NDArray[np.int64]

    def pieces(self) -> Iterator[list[Column]]:
        """The columns of the next runs, at least one piece."""
        for start in range(0, max(1, len(self.order)), _PIECE):
            places = self.order[start : start + _PIECE]
            yield [column.taken(places) for column in self.columns]


class ExportService:
    def __init__(self, stores: Stores, sets: RunSets) -> None:
        self._stores = stores
        self._sets = sets

    def read(self, actor: Actor, path: ProjectPath, asked: RunExport) -> Export:
        """Everything is read before the first byte is written, so that the file is of one moment and fails as a whole."""
        revision = self._sets.revision()
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "run:read")
            found = self._sets.find(unit, actor, project, asked, revision)
            keys = list(dict.fromkeys([*ALWAYS, *(asked.columns or self._every_key(unit, project))]))
            cells = len(keys) * len(found.universe)
            if cells > limits.EXPORT_CELLS:
                most = max(1, limits.EXPORT_CELLS // len(found.universe))
                raise InvalidRequest(
                    detail=f"{len(keys)} columns of a project of {len(found.universe)} runs are more than one export holds "
                    f"(EXPORT_CELLS). Name at most {most} columns"
                )
            return Export(keys, [found.column(key) for key in keys], found.order)

    def _every_key(self, unit: Unit, project: Project) -> list[str]:
        """The usual fields, then every config key, value set by hand and metric."""
        keys = list(_USUAL)
        for section in ("config", "summary"):
            rows, _ = unit.runs.columns(project.key, section, "", _PATHS, 0)
            keys += [f"{section}.{path}" for path, *_ in rows]
        metrics = self._stores.metrics.keys(project.key)
        return keys + [f"summary.{key.name}" for key in metrics if key.channel == "history"]
