"""Projects."""

from __future__ import annotations

from assay.server.api.auth import SIGNED_IN
from assay.server.api.rest.paths import PROJECT, project_path
from assay.server.api.routing import delete, get, patch
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.messages import projects as messages
from assay.wire.messages.runs import NoteChange


@get("/api/v1/projects", permission=SIGNED_IN)
def list_projects(actor: Actor, catalog: Catalog, entity: str = "", cursor: str = "", limit: int = 100) -> messages.ProjectPage:
    """Projects the caller can see, newest activity first."""
    return catalog.projects.list(actor, entity, cursor, limit)


@get(PROJECT, permission="project:read")
def get_project(entity: str, project: str, actor: Actor, catalog: Catalog) -> messages.Project:
    """One project."""
    return catalog.projects.get(actor, project_path(entity, project))


@patch(PROJECT, permission="project:edit")
def edit_project(entity: str, project: str, data: messages.ProjectEdit, actor: Actor, catalog: Catalog) -> messages.Project:
    """Change a project's description. 409 with who wrote it since and when, if it is not the one that was read."""
    return catalog.projects.edit(actor, project_path(entity, project), data)


@delete(PROJECT, permission="project:delete", status_code=204)
def delete_project(entity: str, project: str, actor: Actor, catalog: Catalog) -> None:
    """Delete a project with all its runs, for good."""
    catalog.projects.delete(actor, project_path(entity, project))


@get(PROJECT + "/notes-history", permission="project:read")
def project_notes_history(entity: str, project: str, actor: Actor, catalog: Catalog) -> list[NoteChange]:
    """What a project's description said, newest first; empty if it was never changed."""
    return catalog.projects.notes_history(actor, project_path(entity, project))


HANDLERS = [list_projects, get_project, edit_project, delete_project, project_notes_history]
