"""Which runs a request about many of them means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.server.domain.accounts import Actor
from assay.server.domain.projects import Project
from assay.server.ports.metadata import Unit
from assay.server.services import access
from assay.server.services.projects import find as find_project
from assay.server.services.run_sets import RunSets
from assay.server.services.stores import Stores
from assay.wire.errors import InvalidRequest, NotFound
from assay.wire.messages import runs as messages
from assay.wire.names import ProjectPath

RUNS = 10_000  # runs of one request; about ten seconds of writing


def selected(
    stores: Stores, sets: RunSets, actor: Actor, path: ProjectPath, asked: messages.RunSelection, action: access.Action, *,
    trash: bool = False,
) -> list[int]:  # fmt: skip
    """Keys of the runs that are meant, once the actor may `action` in the project. Raises NotFound for an id that no run has,
    InvalidRequest for a selection that names nothing or too much."""
    revision = sets.revision()
    with stores.metadata.read() as unit:
        project = find_project(unit, actor, path, action)
        is_narrowed = bool(asked.filter or asked.search.strip() or asked.only_mine)
        if asked.ids is None and not is_narrowed and not asked.is_everything:
            raise InvalidRequest(
                detail="Nothing says which runs are meant. Give ids, a filter or a search; or is_everything, for every run"
            )
        if asked.ids is not None:
            keys = _known(unit, project, path, asked.ids)
        if asked.ids is None or is_narrowed or asked.hide:
            meant = messages.RunSetQuery(**_question(asked), trash=trash or asked.trash)
            found = sets.find(unit, actor, project, meant, revision)
            keys = found.keys.tolist()
    if len(keys) > RUNS:
        raise InvalidRequest(detail=f"{len(keys)} runs in one request; at most {RUNS}. Narrow the filter, or send parts")
    return keys


def _known(unit: Unit, project: Project, path: ProjectPath, ids: Sequence[str]) -> list[int]:
    if len(ids) > RUNS:
        raise InvalidRequest(detail=f"{len(ids)} runs in one request; at most {RUNS}. Send them in parts")
    keys: list[int] = unit.runs.keys_of(project.key, ids).tolist()
    if len(keys) < len(set(ids)):
        known = {run.id for run in unit.runs.by_keys(keys, whole=False, with_deleted=True)}
        raise NotFound(what="run", name=f"{path}/{next(each for each in ids if each not in known)}")
    return keys


def _question(asked: messages.RunSelection) -> dict[str, Any]:
    names = ("filter", "search", "is_regex", "only_names", "only_mine", "ids", "hide", "derived")
    return {name: getattr(asked, name) for name in names}
