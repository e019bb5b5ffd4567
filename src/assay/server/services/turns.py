"""Where the courses of runs turned: resumed, rewound. `runs` writes it down, charts mark it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from assay.server.domain.accounts import Actor
from assay.server.domain.turns import standing
from assay.server.services.projects import find as find_project
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages import runs as messages
from assay.wire.names import ProjectPath


class TurnService:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def query(self, actor: Actor, path: ProjectPath, run_ids: Sequence[str]) -> messages.TurnPage:
        """Turns of these runs, in the order of the runs and in time. Runs that are gone are left out."""
        if len(run_ids) > limits.PAGE_ROWS:
            raise InvalidRequest(detail=f"{len(run_ids)} runs in one question; at most {limits.PAGE_ROWS}")
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "run:read")
            runs = unit.runs.by_ids(project.key, list(dict.fromkeys(run_ids)))
            turns = unit.runs.turns([run.key for run in runs])
        of_run = {key: standing(list(group)) for key, group in groupby(turns, key=lambda turn: turn.run_key)}
        shown = [
            messages.Turn(run.id, turn.kind, turn.step, turn.at, turn.who) for run in runs for turn in of_run.get(run.key, [])
        ]
        return messages.TurnPage(shown[: limits.PAGE_ROWS], len(shown) > limits.PAGE_ROWS)
