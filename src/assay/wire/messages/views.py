"""Saved views: what a person arranged on a page, as data. Format 1.

The server keeps a view's `spec` as it was given, within its limits, and looks only at `format`: a panel kind or a field that it
does not know is another version's and stays. `docs/reference/views.md` shows a whole one; panels are in `panels`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from assay.wire.messages.panels import Settings
from assay.wire.messages.runs import DerivedColumn, GroupKey, SortKey

FORMAT = 1

Page = Literal["workspace", "run"]
Mode = Literal["automatic", "manual"]
Sharing = Literal["personal", "shared"]


class ColumnChoice(msgspec.Struct, omit_defaults=True):
    """A column of the run list. `key` in the grammar of filters, or `= EXPRESSION` for a derived one. `has_bar`: behind each
    number, where it lies between the least and the greatest."""

    key: str
    width: int = 0
    is_pinned: bool = False
    title: str = ""
    has_bar: bool = False


class Colouring(msgspec.Struct, omit_defaults=True):
    """`by`: run (its place in the project), group, or the value of `key` along a gradient. `chosen`: run or group →
    palette place. `dashes`: run → 0 solid, 1 dashed, 2 dotted."""

    by: Literal["run", "group", "value"] = "run"
    key: str = ""
    chosen: dict[str, int] = {}
    dashes: dict[str, int] = {}


class RunSet(msgspec.Struct, omit_defaults=True):
    """Which runs, in which order, and how they are shown. `show` None: all but `hide`. `drawn` 0: the page's own number. A
    group is named by the JSON list of its values, outermost first: in `group_names`, `hidden_groups` and
    `colours.chosen`. `is_table`: the list takes the whole width."""

    filter: str = ""
    search: str = ""
    is_regex: bool = False
    only_mine: bool = False
    sort: list[SortKey] = []
    group: list[GroupKey] = []
    group_names: dict[str, str] = {}
    columns: list[ColumnChoice] = []
    derived: list[DerivedColumn] = []
    hide: list[str] = []
    show: list[str] | None = None
    drawn: int = 0
    pinned: list[str] = []
    baseline: str = ""
    colours: Colouring = msgspec.field(default_factory=Colouring)
    density: Literal["tight", "normal", "easy"] = "normal"
    hidden_groups: list[str] = []
    is_table: bool = False


class Section(msgspec.Struct, omit_defaults=True):
    """Panels under a heading. `panels` are panel objects by kind; `settings` are what they inherit. `pattern`, a regular
    expression: each metric whose name matches has a line panel too, later ones as well, but for the panel ids in `removed`."""

    id: str
    title: str
    is_folded: bool = False
    settings: Settings = Settings()
    panels: list[dict[str, Any]] = []
    sections: list[Section] = []
    pattern: str = ""
    removed: list[str] = []


class Automatic(msgspec.Struct, omit_defaults=True):
    """What a person changed of the workspace that makes a panel per metric by itself. `depth`: how many `/` levels become
    sections (0: the first prefix alone). `changed`: panel id → fields laid over the automatic panel. `added`: panels of a
    person's own, in sections above the automatic ones."""

    depth: int = 0
    folded: list[str] | None = None
    changed: dict[str, dict[str, Any]] = {}
    removed: list[str] = []
    order: dict[str, list[str]] = {}
    settings: dict[str, Settings] = {}
    added: list[Section] = []


class ViewSpec(msgspec.Struct, omit_defaults=True):
    """Everything that a page shows and a person arranged. Both workspaces stay when the mode changes. `kpis` are KPI panels."""

    format: int = FORMAT
    page: Page = "workspace"
    mode: Mode = "automatic"
    settings: Settings = Settings()
    runs: RunSet = msgspec.field(default_factory=RunSet)
    kpis: list[dict[str, Any]] = []
    automatic: Automatic = msgspec.field(default_factory=Automatic)
    sections: list[Section] = []


class View(msgspec.Struct):
    """A saved view. `revision` counts saves; the next one names it. In lists `spec` is null: `GET …/views/{id}` has it.
    `may_edit`: whether the reader could save it. `is_default`: the page opens with it."""

    id: str
    name: str
    page: Page
    sharing: Sharing
    is_default: bool
    is_locked: bool
    owner: str
    created_at: float
    updated_at: float
    updated_by: str
    revision: int
    may_edit: bool
    spec: dict[str, Any] | None = None


class ViewPage(msgspec.Struct):
    views: list[View]


class ViewDraft(msgspec.Struct, forbid_unknown_fields=True):
    """A new view. `spec` is a `ViewSpec`, kept as given."""

    name: str
    spec: dict[str, Any]
    page: Page = "workspace"
    sharing: Sharing = "personal"


class ViewSave(msgspec.Struct, forbid_unknown_fields=True):
    """A save over `revision`, the one that was read: a view that somebody saved since answers 409, saying who and when. Only what
    is set changes."""

    revision: int
    name: str | None = None
    spec: dict[str, Any] | None = None
    sharing: Sharing | None = None


class ViewCopy(msgspec.Struct, forbid_unknown_fields=True):
    """`name` empty: the name of the view, with "(copy)"."""

    name: str = ""
    sharing: Sharing = "personal"


class ViewLock(msgspec.Struct, forbid_unknown_fields=True):
    """A locked view is saved by its owner and by admins only."""

    is_locked: bool


class ViewDefault(msgspec.Struct, forbid_unknown_fields=True):
    is_default: bool


class ViewVersion(msgspec.Struct):
    """The view as a save left it. In lists `spec` is null."""

    revision: int
    time: float
    user: str
    name: str
    spec: dict[str, Any] | None = None


class ViewVersionPage(msgspec.Struct):
    """Newest first; the first is the view as it is."""

    versions: list[ViewVersion]


class ViewRestore(msgspec.Struct, forbid_unknown_fields=True):
    """`revision`: the newest save that the reader knows of."""

    revision: int


class ViewLinkDraft(msgspec.Struct, forbid_unknown_fields=True):
    spec: dict[str, Any]


class ViewLink(msgspec.Struct):
    """A page's state that was not saved, under the short name of its content. It never changes."""

    id: str
    spec: dict[str, Any]
