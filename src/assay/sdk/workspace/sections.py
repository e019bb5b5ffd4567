"""Sections and panels between the objects of a script and the data of a view.

What this version does not know (a kind of panel, a field) is another version's: it is kept as it was and written back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from assay.wire.messages import panels as kinds
from assay.wire.messages import views as data
from assay.wire.messages.panels import AnyPanel, Settings

Spec = dict[str, Any]
_KINDS = {kind.__struct_config__.tag: kind for kind in kinds.AnyPanel.__args__}


@dataclass
class Section:
    """Panels under a heading. A panel of a kind that this version does not know is a plain dict. `settings` are what the panels
    inherit. `id` empty: one is made when the workspace is written."""

    title: str
    panels: list[AnyPanel | Spec] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)
    is_folded: bool = False
    sections: list[Section] = field(default_factory=list)
    pattern: str = ""
    removed: list[str] = field(default_factory=list)
    id: str = ""
    unknown: Spec = field(default_factory=dict, repr=False)
    """Fields of a newer version, written back as they were; `panel_fields` are those of its panels, by id."""
    panel_fields: dict[str, Spec] = field(default_factory=dict, repr=False)

    def panel(self, panel_id: str) -> AnyPanel | Spec:
        """Raises KeyError."""
        for panel in self.panels:
            if _id(panel) == panel_id:
                return panel
        raise KeyError(f"Section {self.title!r} has no panel {panel_id!r}; it has {', '.join(map(_id, self.panels)) or 'none'}")


def read_section(given: Mapping[str, Any]) -> Section:
    """Raises msgspec.ValidationError with the field at fault."""
    known = msgspec.convert(_without(given, "panels", "sections"), data.Section)
    section = Section(
        known.title, [], known.settings, known.is_folded, [read_section(each) for each in given.get("sections", [])],
        known.pattern, list(known.removed), known.id, unknown_fields(given, data.Section),
    )  # fmt: skip
    for each in given.get("panels", []):
        panel = read_panel(each)
        section.panels.append(panel)
        if not isinstance(panel, dict) and (more := unknown_fields(each, type(panel), "kind")):
            section.panel_fields[panel.id] = more
    return section


def write_section(section: Section) -> Spec:
    panels = [
        dict(panel) if isinstance(panel, dict) else {**msgspec.to_builtins(panel), **section.panel_fields.get(panel.id, {})}
        for panel in section.panels
    ]
    known = data.Section(
        section.id, section.title, section.is_folded, section.settings, panels, [], section.pattern, list(section.removed)
    )
    written = {**msgspec.to_builtins(known), **section.unknown}
    if section.sections:
        written["sections"] = [write_section(each) for each in section.sections]
    return written


def read_panel(given: Mapping[str, Any]) -> AnyPanel | Spec:
    """The panel, or `given` itself for a kind of another version. Raises msgspec.ValidationError."""
    return kinds.read_panel(dict(given)) if given.get("kind") in _KINDS else dict(given)


def name_all(sections: Sequence[Section]) -> None:
    """Give every section and panel without an id one that no other has."""
    taken = {name for section in walk(sections) for name in (section.id, *map(_id, section.panels)) if name}
    number = 0

    def fresh(prefix: str) -> str:
        nonlocal number
        number += 1
        while f"{prefix}{number}" in taken:
            number += 1
        taken.add(f"{prefix}{number}")
        return f"{prefix}{number}"

    for section in walk(sections):
        section.id = section.id or fresh("section-")
        for panel in section.panels:
            if isinstance(panel, dict):
                panel["id"] = panel.get("id") or fresh("panel-")
            else:
                panel.id = panel.id or fresh("panel-")


def walk(sections: Sequence[Section]) -> Iterator[Section]:
    """Every section, those inside others behind them."""
    for section in sections:
        yield section
        yield from walk(section.sections)


def unknown_fields(given: Mapping[str, Any], kind: type[msgspec.Struct], *also: str) -> Spec:
    """Fields that this version's `kind` does not have."""
    known = {each.encode_name for each in msgspec.structs.fields(kind)} | set(also)
    return {name: value for name, value in given.items() if name not in known}


def _id(panel: AnyPanel | Spec) -> str:
    return str(panel.get("id", "")) if isinstance(panel, dict) else panel.id


def _without(given: Mapping[str, Any], *names: str) -> Spec:
    return {name: value for name, value in given.items() if name not in names}
