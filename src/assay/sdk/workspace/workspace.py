"""A workspace: the arrangement of a project's page, or of its runs' pages, under a name."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from assay.client import calls
from assay.client.http import Connection
from assay.sdk.query import Api
from assay.sdk.workspace.sections import Section, Spec, name_all, read_section, unknown_fields, walk, write_section
from assay.wire.errors import InvalidRequest, NotFound
from assay.wire.messages import views as data
from assay.wire.messages.panels import KpiPanel, Settings
from assay.wire.messages.views import Automatic, Mode, Page, RunSet, Sharing
from assay.wire.names import ProjectPath


@dataclass
class Workspace:
    """`project` as `project` or `entity/project`. `mode` manual shows `sections` alone; automatic makes a panel per metric, with
    what `automatic` changes of it. `id` and `revision` are the server's, empty and 0 until the first save."""

    name: str
    project: str
    sections: list[Section] = field(default_factory=list)
    runs: RunSet = field(default_factory=RunSet)
    settings: Settings = field(default_factory=Settings)
    kpis: list[KpiPanel] = field(default_factory=list)
    mode: Mode = "manual"
    page: Page = "workspace"
    sharing: Sharing = "personal"
    automatic: Automatic = field(default_factory=Automatic)
    id: str = ""
    revision: int = 0
    unknown: Spec = field(default_factory=dict, repr=False)
    """Fields of a newer version, written back as they were."""

    @classmethod
    def load(cls, project: str, name_or_id: str, *, api: Api | None = None) -> Workspace:
        """The saved view with that id, or that name. Raises NotFound; InvalidRequest where several have the name."""
        api = api or Api()
        path, connection = _place(api, project)
        views = calls.list_views(connection, path).views
        found = [view for view in views if view.id == name_or_id] or [view for view in views if view.name == name_or_id]
        if not found:
            raise NotFound(what="view", name=f"{path}/{name_or_id}")
        if len(found) > 1:
            ids = ", ".join(view.id for view in found)
            raise InvalidRequest(detail=f"{len(found)} views of {path} are named {name_or_id!r}. Load one by its id: {ids}")
        return _of(calls.get_view(connection, path, found[0].id), path)

    @classmethod
    def from_url(cls, url: str, *, api: Api | None = None) -> Workspace:
        """The view that an address of the web application shows: a saved one (`?view=`), or a link to one that was not saved
        (`?link=`), which becomes a new workspace. Raises InvalidRequest for another address."""
        parts = urlsplit(url)
        names = [unquote(part) for part in parts.path.split("/") if part]
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if len(names) < 2 or not {"view", "link"} & set(asked):
            raise InvalidRequest(detail=f"{url!r} shows no view. Expected https://SERVER/ENTITY/PROJECT?view=ID, or ?link=ID")
        project = "/".join(names[:2])
        api = api or Api({"base_url": f"{parts.scheme}://{parts.netloc}"} if parts.netloc else None)
        if "view" in asked:
            return cls.load(project, asked["view"], api=api)
        path, connection = _place(api, project)
        return cls.from_json(
            json.dumps(calls.get_view_link(connection, path, asked["link"]).spec), name="linked", project=project
        )

    @classmethod
    def from_json(cls, text: str, *, name: str, project: str) -> Workspace:
        """From what `to_json` wrote. Raises msgspec.ValidationError with the field at fault."""
        return _read(json.loads(text), name, project)

    def to_json(self) -> str:
        """The view's spec as JSON: what the server keeps and the web application shows."""
        return json.dumps(self.to_spec(), indent=2, ensure_ascii=False)

    def to_spec(self) -> Spec:
        name_all(self.sections)
        spec = data.ViewSpec(
            page=self.page, mode=self.mode, settings=self.settings, runs=self.runs, automatic=self.automatic,
            kpis=[msgspec.to_builtins(kpi) for kpi in self.kpis],
        )  # fmt: skip
        written = {"format": data.FORMAT, **msgspec.to_builtins(spec), **self.unknown}
        for name, default in (("runs", RunSet()), ("automatic", Automatic())):
            if getattr(self, name) == default:
                written.pop(name, None)
        if self.sections:
            written["sections"] = [write_section(section) for section in self.sections]
        return written

    def section(self, title: str) -> Section:
        """The first section of that title, inside others too. Raises KeyError."""
        for section in walk(self.sections):
            if section.title == title:
                return section
        titles = ", ".join(section.title for section in walk(self.sections))
        raise KeyError(f"The workspace has no section {title!r}; it has {titles or 'none'}")

    def save(self, *, api: Api | None = None) -> Workspace:
        """Save it: new the first time, then over the revision that was loaded. Raises Conflict, naming who saved it and when, if
        that was since; nothing is overwritten then."""
        path, connection = _place(api or Api(), self.project)
        spec = self.to_spec()
        if self.id:
            save = data.ViewSave(self.revision, self.name, spec, self.sharing)
            view = calls.save_view(connection, path, self.id, save)
        else:
            view = calls.create_view(connection, path, data.ViewDraft(self.name, spec, self.page, self.sharing))
        self.id, self.revision, self.project = view.id, view.revision, str(path)
        return self

    def save_as(self, name: str, *, sharing: Sharing = "personal", api: Api | None = None) -> Workspace:
        """A new view of that name, and this object is it from now on."""
        self.id, self.revision, self.name, self.sharing = "", 0, name, sharing
        return self.save(api=api)

    def delete(self, *, api: Api | None = None) -> None:
        """Delete the saved view; the web application can bring it back for a while."""
        path, connection = _place(api or Api(), self.project)
        calls.delete_view(connection, path, self.id)
        self.id, self.revision = "", 0


def _place(api: Api, project: str) -> tuple[ProjectPath, Connection]:
    return api.project_path(project), api.connection


def _of(view: data.View, path: ProjectPath) -> Workspace:
    workspace = _read(view.spec or {}, view.name, str(path))
    workspace.id, workspace.revision, workspace.sharing, workspace.page = view.id, view.revision, view.sharing, view.page
    return workspace


def _read(spec: Spec, name: str, project: str) -> Workspace:
    known = msgspec.convert({key: value for key, value in spec.items() if key not in ("sections", "format")}, data.ViewSpec)
    unknown = unknown_fields(spec, data.ViewSpec)
    if spec.get("format", data.FORMAT) > data.FORMAT:
        unknown["format"] = spec["format"]
    return Workspace(
        name, project, [read_section(section) for section in spec.get("sections", [])], known.runs, known.settings,
        [msgspec.convert(kpi, KpiPanel) for kpi in known.kpis], known.mode, known.page, automatic=known.automatic,
        unknown=unknown,
    )  # fmt: skip
