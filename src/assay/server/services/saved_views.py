"""Saved views: personal ones, shared ones, the one a page opens with; their versions; links to views that were not saved.

A personal view exists for its owner alone. A shared one may be saved by members; while it is locked, by its owner and admins."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from assay.server.domain import saved_views as domain
from assay.server.domain.accounts import Actor
from assay.server.domain.events import Event
from assay.server.domain.projects import Project
from assay.server.domain.saved_views import View
from assay.server.ports.bus import News
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit
from assay.server.services.projects import find as find_project
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import Conflict, Forbidden, InvalidRequest, NotFound
from assay.wire.messages import views as messages
from assay.wire.names import ProjectPath

_ID_BYTES = 8  # of randomness in a view's id
_PAGES = ("", "workspace", "run")
_SWITCHES = ("sharing", "is_locked", "is_default")  # what the log says of a view besides its name, where it changed


class ViewService:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def get(self, actor: Actor, path: ProjectPath, view_id: str) -> messages.View:
        with self._stores.metadata.read() as unit:
            _, view = _find(unit, actor, path, view_id)
        return _shown(view, actor, path)

    def create(self, actor: Actor, path: ProjectPath, draft: messages.ViewDraft) -> messages.View:
        """Raises Forbidden for a shared view of someone who may not save one, Conflict where there are too many."""
        domain.check_name(draft.name)
        domain.check_spec(draft.spec)
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            project = find_project(unit, actor, path, "view:write")
            _require_sharing(actor, path, draft.sharing)
            _check_count(unit, project, actor, draft.sharing)
            view = unit.views.add(
                View(
                    key=0, project_key=project.key, id=_new_id(), page=draft.page, name=draft.name, sharing=draft.sharing,
                    owner=actor.username, created_at=now, updated_at=now, updated_by=actor.username, spec=draft.spec,
                )
            )  # fmt: skip
            self._note(unit, actor, path, "create", view)
        self._published(view, path)
        return _shown(view, actor, path)

    def save(self, actor: Actor, path: ProjectPath, view_id: str, save: messages.ViewSave) -> messages.View:
        """Raises Conflict, naming who saved it last and when, if that was after `save.revision`."""
        changes: dict[str, Any] = {}
        if save.name is not None:
            domain.check_name(save.name)
            changes["name"] = save.name
        if save.spec is not None:
            domain.check_spec(save.spec)
            changes["spec"] = save.spec
        with self._stores.metadata.begin() as unit:
            project, before = _find(unit, actor, path, view_id, to_edit=True)
            if save.sharing is not None and save.sharing != before.sharing:
                _require_sharing(actor, path, "shared")
                if before.owner != actor.username:
                    raise Forbidden(action="view:share", whom=f"{before.owner}, who owns the view")
                _check_count(unit, project, actor, save.sharing)
                # A page that everybody opens cannot be one person's own.
                changes |= {"sharing": save.sharing} | ({"is_default": False} if save.sharing == "personal" else {})
            view = self._save(unit, actor, path, before, save.revision, changes, "edit")
        self._published(view, path)
        return _shown(view, actor, path)

    def _save(
        self, unit: Unit, actor: Actor, path: ProjectPath, before: View, revision: int, changes: Mapping[str, Any], verb: str
    ) -> View:
        if before.revision != revision:
            raise _stale(before, revision)
        after = replace(before, **changes)
        if after == before and domain.canonical(after.spec) == domain.canonical(before.spec):
            return before
        is_version = bool({"name", "spec"} & set(changes))
        if is_version:
            after = replace(after, updated_at=self._stores.now(), updated_by=actor.username)
        view = unit.views.save(after, expected=before, is_version=is_version)
        self._note(unit, actor, path, verb, view, before)
        return view

    def copy(self, actor: Actor, path: ProjectPath, view_id: str, copy: messages.ViewCopy) -> messages.View:
        """A view of the actor's own with the same content."""
        with self._stores.metadata.read() as unit:
            _, view = _find(unit, actor, path, view_id)
        name = copy.name or f"{view.name[: limits.LABEL_CHARS - 7]} (copy)"
        return self.create(actor, path, messages.ViewDraft(name, view.spec, view.page, copy.sharing))

    def lock(self, actor: Actor, path: ProjectPath, view_id: str, *, is_locked: bool) -> messages.View:
        """Raises Forbidden to who is neither its owner nor an admin."""
        with self._stores.metadata.begin() as unit:
            _, before = _find(unit, actor, path, view_id)
            if not _governs(actor, before, path):
                raise Forbidden(action="view:lock", whom=f"{before.owner}, who owns the view, or an admin of {path.entity}")
            view = self._save(unit, actor, path, before, before.revision, {"is_locked": is_locked}, "lock")
        self._published(view, path)
        return _shown(view, actor, path)

    def set_default(self, actor: Actor, path: ProjectPath, view_id: str, *, is_default: bool) -> messages.View:
        """Let the page open with this shared view, in place of the one it opened with before; or no more."""
        with self._stores.metadata.begin() as unit:
            _, before = _find(unit, actor, path, view_id)
            _require_sharing(actor, path, "shared")
            if before.sharing != "shared":
                raise Conflict(detail=f"View {before.name!r} is personal. Share it first; everybody opens the default view")
            view = self._save(unit, actor, path, before, before.revision, {"is_default": is_default}, "default")
        self._published(view, path)
        return _shown(view, actor, path)

    def delete(self, actor: Actor, path: ProjectPath, view_id: str) -> None:
        """It can be restored until the trash is emptied."""
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            _, before = _find(unit, actor, path, view_id, to_edit=True)
            view = unit.views.save(replace(before, deleted_at=now, is_default=False), expected=before, is_version=False)
            self._note(unit, actor, path, "delete", view)
        self._published(view, path)

    def restore(self, actor: Actor, path: ProjectPath, view_id: str) -> messages.View:
        """Bring a deleted view back; one that is there stays as it is. Raises Conflict where there are too many."""
        with self._stores.metadata.begin() as unit:
            project, before = _find(unit, actor, path, view_id, to_edit=True, with_deleted=True)
            view = before
            if before.deleted_at:
                _check_count(unit, project, actor, before.sharing)
                view = unit.views.save(replace(before, deleted_at=0.0), expected=before, is_version=False)
                self._note(unit, actor, path, "restore", view)
        self._published(view, path)
        return _shown(view, actor, path)

    def versions(self, actor: Actor, path: ProjectPath, view_id: str) -> messages.ViewVersionPage:
        with self._stores.metadata.read() as unit:
            _, view = _find(unit, actor, path, view_id)
            found = [one for one in unit.views.versions(view.key) if _may_see(actor, view, one)]
        return messages.ViewVersionPage([messages.ViewVersion(one.revision, one.at, one.who, one.name) for one in found])

    def version(self, actor: Actor, path: ProjectPath, view_id: str, revision: int) -> messages.ViewVersion:
        with self._stores.metadata.read() as unit:
            _, view = _find(unit, actor, path, view_id)
            one = _version(unit, actor, view, revision)
        return messages.ViewVersion(one.revision, one.at, one.who, one.name, one.spec)

    def restore_version(self, actor: Actor, path: ProjectPath, view_id: str, revision: int, known: int) -> messages.View:
        """Save the view as it was; what it was until now stays among its versions. `known`: the newest revision read."""
        with self._stores.metadata.begin() as unit:
            _, before = _find(unit, actor, path, view_id, to_edit=True)
            one = _version(unit, actor, before, revision)
            view = self._save(unit, actor, path, before, known, {"name": one.name, "spec": one.spec}, "restore-version")
        self._published(view, path)
        return _shown(view, actor, path)

    def link(self, actor: Actor, path: ProjectPath, spec: dict[str, Any]) -> messages.ViewLink:
        """A short name for a page's state. The same content has the same name."""
        domain.check_spec(spec)
        link_id = domain.link_id(spec)
        with self._stores.metadata.begin() as unit:
            project = find_project(unit, actor, path, "view:write")
            if unit.views.link(project.key, link_id) is None:
                if unit.views.link_count(project.key) >= limits.VIEW_LINKS:
                    full = f"The project has {limits.VIEW_LINKS} links (VIEW_LINKS)"
                    raise Conflict(detail=f"{full}. Save the view instead, and share its address")
                unit.views.add_link(project.key, link_id, spec, self._stores.now(), actor.username)
        return messages.ViewLink(link_id, spec)

    def linked(self, actor: Actor, path: ProjectPath, link_id: str) -> messages.ViewLink:
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "view:read")
            spec = unit.views.link(project.key, link_id)
        if spec is None:
            raise NotFound(what="link", name=f"{path}/{link_id}")
        return messages.ViewLink(link_id, spec)

    def purge_old(self, older_than_s: float) -> int:
        """Forget what was deleted so long ago; a worker calls it."""
        with self._stores.metadata.begin() as unit:
            return unit.views.forget_before(self._stores.now() - older_than_s)

    def _note(self, unit: Unit, actor: Actor, path: ProjectPath, verb: str, view: View, before: View | None = None) -> None:
        """What is shared is everybody's business, also that it is no more; what a person does with their own views is not. The
        name that a view got when it left the others is not theirs."""
        told = view if view.sharing == "shared" else before
        if told is None or told.sharing != "shared":
            return
        now = self._stores.now()
        switched = {name: getattr(view, name) for name in _SWITCHES if before and getattr(before, name) != getattr(view, name)}
        subject = f"{path}/views/{view.id}"
        audit.note(unit, actor, f"view:{verb}", subject, now, name=told.name, revision=view.revision, **switched)
        kind = {"create": "ViewCreated", "delete": "ViewDeleted", "restore": "ViewRestored"}.get(verb, "ViewEdited")
        unit.events.add(Event(kind, view.project_key, f"{path}/views/{view.id}", now, actor.username))

    def _published(self, view: View, path: ProjectPath) -> None:
        keys = (view.id,) if view.sharing == "shared" else ()
        self._stores.bus.publish(News("views", view.project_key, path.entity, path.project, keys=keys))

    def list(self, actor: Actor, path: ProjectPath, page: str) -> messages.ViewPage:
        """The actor's own views and the shared ones, without their specs. `page` empty: of every page."""
        if page not in _PAGES:
            raise InvalidRequest(detail=f"page is {page!r}; expected workspace, run, or none for all")
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "view:read")
            found = unit.views.list(project.key, page, actor.username)
        return messages.ViewPage([_shown(view, actor, path, whole=False) for view in found])


def _find(
    unit: Unit, actor: Actor, path: ProjectPath, view_id: str, *, to_edit: bool = False, with_deleted: bool = False
) -> tuple[Project, View]:
    """Raises NotFound, also about another person's own view, and Forbidden."""
    project = find_project(unit, actor, path, "view:read")
    view = unit.views.get(project.key, view_id, with_deleted=with_deleted)
    if view is None or (view.sharing == "personal" and view.owner != actor.username):
        raise NotFound(what="view", name=f"{path}/{view_id}")
    if to_edit and not _may_edit(actor, view, path):
        if view.is_locked and access.may(actor, "view:share", path.entity):
            raise Forbidden(
                action="view:share: it is locked", whom=f"{view.owner}, who owns the view, or an admin of {path.entity}"
            )
        raise Forbidden(action="view:share", whom=f"an admin of {path.entity} for the role member, or save a copy of your own")
    return project, view


def _governs(actor: Actor, view: View, path: ProjectPath) -> bool:
    """Whether the actor may lock the view and save it while it is locked."""
    is_owner = view.owner == actor.username and (view.sharing == "personal" or access.may(actor, "view:share", path.entity))
    return is_owner or access.role_in(actor, path.entity) == "admin"


def _may_edit(actor: Actor, view: View, path: ProjectPath) -> bool:
    if view.sharing == "personal":
        return view.owner == actor.username
    return _governs(actor, view, path) or (not view.is_locked and access.may(actor, "view:share", path.entity))


def _require_sharing(actor: Actor, path: ProjectPath, sharing: str) -> None:
    if sharing == "shared":
        access.require(actor, "view:share", path.entity, what="project", name=str(path))


def _check_count(unit: Unit, project: Project, actor: Actor, sharing: str) -> None:
    views = unit.views.list(project.key, "", actor.username)
    if sum(view.sharing == sharing for view in views) >= limits.VIEW_COUNT:
        raise Conflict(detail=f"There are {limits.VIEW_COUNT} {sharing} views already (VIEW_COUNT). Delete one first")


def _may_see(actor: Actor, view: View, version: domain.ViewVersion) -> bool:
    """What somebody drafted before they shared the view, or after they took it back, stays theirs."""
    return version.sharing == "shared" or view.owner == actor.username


def _version(unit: Unit, actor: Actor, view: View, revision: int) -> domain.ViewVersion:
    version = unit.views.version(view.key, revision)
    if version is None or not _may_see(actor, view, version):
        raise NotFound(what="version", name=f"{view.name} {revision}")
    return version


def _stale(view: View, revision: int) -> Conflict:
    when = datetime.fromtimestamp(view.updated_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Conflict(
        detail=f"{view.updated_by} saved view {view.name!r} on {when} (revision {view.revision}, yours is {revision}). "
        "Load it again and repeat the change, or save yours as a copy",
        user=view.updated_by, time=view.updated_at, revision=view.revision,
    )  # fmt: skip


def _shown(view: View, actor: Actor, path: ProjectPath, *, whole: bool = True) -> messages.View:
    return messages.View(
        view.id, view.name, view.page, view.sharing, view.is_default, view.is_locked, view.owner, view.created_at,
        view.updated_at, view.updated_by, view.revision, _may_edit(actor, view, path), view.spec if whole else None,
    )  # fmt: skip


def _new_id() -> str:
    return secrets.token_hex(_ID_BYTES)
