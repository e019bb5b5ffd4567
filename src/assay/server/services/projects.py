"""Projects: listed, read, described, deleted. A project begins with its first run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assay.server.domain.accounts import Actor
from assay.server.domain.events import Event
from assay.server.domain.filters import EVERYTHING
from assay.server.domain.homes import run_space
from assay.server.domain.projects import Project
from assay.server.domain.runs import Run, RunRef
from assay.server.ports.bus import News
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit, notes
from assay.server.services.handles import Handles
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest, NotFound, TooLarge
from assay.wire.messages import projects as messages
from assay.wire.messages.runs import NoteChange
from assay.wire.names import ProjectPath


def find(unit: Unit, actor: Actor, path: ProjectPath, action: access.Action = "project:read") -> Project:
    """The project, once the actor may `action` in it. Raises NotFound or Forbidden."""
    access.require(actor, action, path.entity, what="project", name=str(path))
    project = unit.projects.get(path.entity, path.project)
    if project is None:
        raise NotFound(what="project", name=str(path))
    return project


class ProjectService:
    def __init__(self, stores: Stores, handles: Handles) -> None:
        self._stores = stores
        self._handles = handles

    def is_ready(self) -> bool:
        """Whether the stores answer; raises whatever keeps them from it."""
        with self._stores.metadata.read() as unit:
            unit.values.get("signing_secret")
        return True

    def get(self, actor: Actor, path: ProjectPath) -> messages.Project:
        with self._stores.metadata.read() as unit:
            return _shown(find(unit, actor, path), actor)

    def edit(self, actor: Actor, path: ProjectPath, edit: messages.ProjectEdit) -> messages.Project:
        """Raises Conflict if the description was changed since the edit's writer read it."""
        if edit.description is not None and len(edit.description.encode(errors="replace")) > limits.NOTE_BYTES:
            size = len(edit.description.encode(errors="replace"))
            raise TooLarge(what="The description", actual=f"{size} bytes", limit=limits.NOTE_BYTES, name="NOTE_BYTES")
        with self._stores.metadata.begin() as unit:
            project = find(unit, actor, path, "project:edit")
            notes.require_known(unit, project, edit.description, edit.known_description)
            if edit.description is not None and edit.description != project.description:
                notes.keep(unit, project, edit.description, self._stores.now(), actor.username)
                project = replace(project, description=edit.description)
                unit.projects.save(project)
                unit.events.add(Event("ProjectEdited", project.key, str(path), self._stores.now(), actor.username))
                audit.note(unit, actor, "project:edit", str(path), self._stores.now())
        self._stores.bus.publish(News("project", project.key, path.entity, path.project))
        return _shown(project, actor)

    def notes_history(self, actor: Actor, path: ProjectPath) -> list[NoteChange]:
        """What the description said, newest first."""
        with self._stores.metadata.read() as unit:
            project = find(unit, actor, path)
            return [NoteChange(*change) for change in unit.runs.notes(project.key, None, notes.SHOWN)]

    def delete(self, actor: Actor, path: ProjectPath) -> None:
        """The project, its runs and all they logged, its artifacts. There is no trash for projects: the caller asks the person
        first. The space of its artifacts is given back by the worker that frees what nothing names."""
        with self._stores.metadata.begin() as unit:
            project = find(unit, actor, path, "project:delete")
            runs = _all_runs(unit, project.key)
            audit.note(unit, actor, "project:delete", str(path), self._stores.now(), run_count=len(runs))
            unit.events.add(Event("ProjectDeleted", project.key, str(path), self._stores.now(), actor.username))
            unit.contents.queue_release_of_project(project.key)
            queue_clearings(unit, runs)
            unit.projects.delete(project.key)
        for run in runs:
            self._handles.forget(run.key)
        # What no row points at any more can be forgotten at leisure; a crash here leaves only unreachable bytes.
        self._stores.metrics.delete([RunRef(run.project_key, run.key) for run in runs])
        for run in runs:
            delete_blobs(self._stores, run.key)
        self._stores.bus.publish(News("project", project.key, path.entity, path.project))

    def list(self, actor: Actor, entity: str, cursor: str, limit: int) -> messages.ProjectPage:
        """Newest activity first. `entity` empty: everywhere the actor is a member."""
        if not 1 <= limit <= limits.PAGE_ROWS:
            raise InvalidRequest(detail=f"limit is {limit}; expected 1 to {limits.PAGE_ROWS}")
        entities = access.visible_entities(actor)
        if entity:
            if access.role_in(actor, entity) is None:
                raise NotFound(what="entity", name=entity)
            entities = [entity]
        with self._stores.metadata.read() as unit:
            page, total, following = unit.projects.list(entities, cursor, limit)
        return messages.ProjectPage([_shown(project, actor) for project in page], total, following)


def queue_clearings(unit: Unit, runs: Sequence[Run]) -> None:
    """The runs are being forgotten: what they have in buckets goes when it can."""
    by_entity: dict[str, list[int]] = {}
    for run in runs:
        by_entity.setdefault(run.entity, []).append(run.key)
    for name, keys in by_entity.items():
        entity = unit.teams.entity(name)
        if entity is not None:
            unit.buckets.queue_clearings(entity.id, keys)


def delete_blobs(stores: Stores, run_key: int) -> None:
    """Of a run that is gone, in the server's own place. Those in a team's bucket wait in `clearings` until it lets us in."""
    space = run_space(run_key)
    for digest in list(stores.blobs.digests(space)):
        stores.blobs.delete(space, digest)


def _all_runs(unit: Unit, project_key: int) -> list[Run]:
    keys = [key for trash in (False, True) for key in unit.runs.matching(project_key, EVERYTHING, trash=trash).tolist()]
    return unit.runs.by_keys(keys, whole=False, with_deleted=True)


def _shown(project: Project, actor: Actor) -> messages.Project:
    return messages.Project(
        project.entity, project.name, project.description, project.created_at, project.last_activity_at,
        project.run_count, project.running_count, access.role_in(actor, project.entity) or "viewer",
    )  # fmt: skip
