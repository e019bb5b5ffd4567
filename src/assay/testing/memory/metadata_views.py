"""Saved views, links and undos of the store in dictionaries."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assay.server.domain.errors import StaleWrite
from assay.server.domain.saved_views import View, ViewVersion
from assay.server.domain.undos import UndoPart
from assay.wire import limits
from assay.wire.errors import Conflict

if TYPE_CHECKING:
    from assay.testing.memory.metadata import State


class MemoryViews:
    def __init__(self, state: State) -> None:
        self._state = state

    def get(self, project_key: int, view_id: str, *, with_deleted: bool = False) -> View | None:
        for view in self._state.views.values():
            if (view.project_key, view.id) == (project_key, view_id) and (with_deleted or not view.deleted_at):
                return deepcopy(view)
        return None

    def add(self, view: View) -> View:
        if self.get(view.project_key, view.id, with_deleted=True) is not None:
            raise Conflict(detail=f"There is a view {view.id!r} in this project already")
        added = replace(deepcopy(view), key=self._state.next("view"), revision=1)
        self._put(added, is_version=True)
        return added

    def save(self, view: View, *, expected: View, is_version: bool = True) -> View:
        stored = self._state.views.get(view.key)
        if stored is None or stored.revision != expected.revision:
            raise StaleWrite(what="View", name=view.name)
        fixed = {name: getattr(stored, name) for name in ("id", "project_key", "page", "owner", "created_at")}
        saved = replace(deepcopy(view), revision=stored.revision + int(is_version), **fixed)
        self._put(saved, is_version=is_version)
        return saved

    def _put(self, view: View, *, is_version: bool) -> None:
        if view.is_default:
            for key, other in self._state.views.items():
                if (other.project_key, other.page) == (view.project_key, view.page):
                    self._state.views[key] = replace(other, is_default=False)
        self._state.views[view.key] = deepcopy(view)
        if is_version:
            version = ViewVersion(
                view.revision, view.updated_at, view.updated_by, view.name, view.sharing, deepcopy(view.spec)
            )  # fmt: skip
            self._state.view_versions[view.key, view.revision] = version
            for old in self.versions(view.key)[limits.VIEW_VERSIONS :]:
                del self._state.view_versions[view.key, old.revision]
        elif view.sharing == "shared":
            newest = self._state.view_versions[view.key, view.revision]
            self._state.view_versions[view.key, view.revision] = replace(newest, sharing="shared")

    def versions(self, view_key: int) -> list[ViewVersion]:
        found = [version for (key, _), version in self._state.view_versions.items() if key == view_key]
        return [replace(one, spec={}) for one in sorted(found, key=lambda version: -version.revision)]

    def version(self, view_key: int, revision: int) -> ViewVersion | None:
        return deepcopy(self._state.view_versions.get((view_key, revision)))

    def forget_before(self, before: float) -> int:
        gone = {key for key, view in self._state.views.items() if 0 < view.deleted_at < before}
        self._forget(gone)
        return len(gone)

    def _forget(self, gone: set[int]) -> None:
        self._state.views = {key: view for key, view in self._state.views.items() if key not in gone}
        self._state.view_versions = {key: value for key, value in self._state.view_versions.items() if key[0] not in gone}

    def link(self, project_key: int, link_id: str) -> dict[str, Any] | None:
        return deepcopy(self._state.view_links.get((project_key, link_id)))

    def add_link(self, project_key: int, link_id: str, spec: dict[str, Any], at: float, who: str) -> None:
        self._state.view_links.setdefault((project_key, link_id), deepcopy(spec))

    def link_count(self, project_key: int) -> int:
        return sum(key[0] == project_key for key in self._state.view_links)

    def list(self, project_key: int, page: str, owner: str) -> list[View]:
        found = [
            view
            for view in self._state.views.values()
            if view.project_key == project_key
            and not view.deleted_at
            and page in ("", view.page)
            and (view.sharing == "shared" or view.owner == owner)
        ]
        return [replace(view, spec={}) for view in sorted(found, key=lambda view: view.key)]

    def forget_project(self, project_key: int) -> None:
        self._forget({view.key for view in self._state.views.values() if view.project_key == project_key})
        self._state.view_links = {key: spec for key, spec in self._state.view_links.items() if key[0] != project_key}


class MemoryUndos:
    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, part: UndoPart) -> None:
        self._state.undos[part.token, part.number] = deepcopy(part)

    def parts(self, project_key: int, token: str) -> list[UndoPart]:
        mine = [part for part in self._state.undos.values() if (part.project_key, part.token) == (project_key, token)]
        return deepcopy(sorted(mine, key=lambda part: part.number))

    def remove(self, token: str, number: int) -> None:
        self._state.undos.pop((token, number), None)

    def forget_before(self, before: float) -> int:
        gone = [key for key, part in self._state.undos.items() if part.at < before]
        for key in gone:
            del self._state.undos[key]
        return len(gone)

    def forget_project(self, project_key: int) -> None:
        self._state.undos = {key: part for key, part in self._state.undos.items() if part.project_key != project_key}
