"""Saved views and links to views that were not saved."""

from __future__ import annotations

from assay.server.api.rest.paths import PROJECT, project_path
from assay.server.api.routing import delete, get, post, put
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.messages import views as messages

VIEW = PROJECT + "/views/{view_id:str}"


@get(PROJECT + "/views", permission="view:read")
def list_views(entity: str, project: str, actor: Actor, catalog: Catalog, page: str = "") -> messages.ViewPage:
    """Views that the caller can open, of one page (`workspace`, `run`) or of all, without their specs."""
    return catalog.views.list(actor, project_path(entity, project), page)


@post(PROJECT + "/views", permission="view:write", status_code=201)
def create_view(entity: str, project: str, data: messages.ViewDraft, actor: Actor, catalog: Catalog) -> messages.View:
    """Save a new view, for oneself or for everybody in the project."""
    return catalog.views.create(actor, project_path(entity, project), data)


@get(VIEW, permission="view:read")
def get_view(entity: str, project: str, view_id: str, actor: Actor, catalog: Catalog) -> messages.View:
    """One view, whole."""
    return catalog.views.get(actor, project_path(entity, project), view_id)


@put(VIEW, permission="view:write")
def save_view(entity: str, project: str, view_id: str, data: messages.ViewSave, actor: Actor, catalog: Catalog) -> messages.View:
    """Save a view over the revision that was read. 409 with who saved it since and when, if somebody did."""
    return catalog.views.save(actor, project_path(entity, project), view_id, data)


@delete(VIEW, permission="view:write")
def delete_view(entity: str, project: str, view_id: str, actor: Actor, catalog: Catalog) -> None:
    """Delete a view; it can be restored until the trash is emptied."""
    catalog.views.delete(actor, project_path(entity, project), view_id)


@post(VIEW + "/restore", permission="view:write")
def restore_view(entity: str, project: str, view_id: str, actor: Actor, catalog: Catalog) -> messages.View:
    """Bring a deleted view back."""
    return catalog.views.restore(actor, project_path(entity, project), view_id)


@post(VIEW + "/copy", permission="view:write", status_code=201)
def copy_view(entity: str, project: str, view_id: str, data: messages.ViewCopy, actor: Actor, catalog: Catalog) -> messages.View:
    """A copy of a view, owned by the caller."""
    return catalog.views.copy(actor, project_path(entity, project), view_id, data)


@post(VIEW + "/lock", permission="view:write")
def lock_view(entity: str, project: str, view_id: str, data: messages.ViewLock, actor: Actor, catalog: Catalog) -> messages.View:
    """Lock a view, so that only its owner and admins save it; or unlock it."""
    return catalog.views.lock(actor, project_path(entity, project), view_id, is_locked=data.is_locked)


@post(VIEW + "/default", permission="view:share")
def set_default_view(
    entity: str, project: str, view_id: str, data: messages.ViewDefault, actor: Actor, catalog: Catalog
) -> messages.View:
    """Let the page open with this shared view; or no more."""
    return catalog.views.set_default(actor, project_path(entity, project), view_id, is_default=data.is_default)


@get(VIEW + "/versions", permission="view:read")
def list_view_versions(entity: str, project: str, view_id: str, actor: Actor, catalog: Catalog) -> messages.ViewVersionPage:
    """What saves left, newest first: the last hundred."""
    return catalog.views.versions(actor, project_path(entity, project), view_id)


@get(VIEW + "/versions/{revision:int}", permission="view:read")
def get_view_version(
    entity: str, project: str, view_id: str, revision: int, actor: Actor, catalog: Catalog
) -> messages.ViewVersion:
    """The view as one save left it."""
    return catalog.views.version(actor, project_path(entity, project), view_id, revision)


@post(VIEW + "/versions/{revision:int}/restore", permission="view:write")
def restore_view_version(
    entity: str, project: str, view_id: str, revision: int, data: messages.ViewRestore, actor: Actor, catalog: Catalog
) -> messages.View:
    """Save the view as it was after a save; the newest one stays among its versions."""
    return catalog.views.restore_version(actor, project_path(entity, project), view_id, revision, data.revision)


@post(PROJECT + "/view-links", permission="view:write")
def create_view_link(
    entity: str, project: str, data: messages.ViewLinkDraft, actor: Actor, catalog: Catalog
) -> messages.ViewLink:
    """A short, lasting name for a page's state that was not saved. The same content has the same name."""
    return catalog.views.link(actor, project_path(entity, project), data.spec)


@get(PROJECT + "/view-links/{link_id:str}", permission="view:read")
def get_view_link(entity: str, project: str, link_id: str, actor: Actor, catalog: Catalog) -> messages.ViewLink:
    """The page's state behind a link."""
    return catalog.views.linked(actor, project_path(entity, project), link_id)


HANDLERS = [
    list_views, create_view, get_view, save_view, delete_view, restore_view, copy_view, lock_view, set_default_view,
    list_view_versions, get_view_version, restore_view_version, create_view_link, get_view_link,
]  # fmt: skip
