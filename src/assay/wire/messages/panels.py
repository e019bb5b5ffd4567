"""Panels as data: one shape per kind, the same in a workspace, on a run's page, in full screen and from Python.

A field that is None is inherited: from the panel's section, then from the view, then from the defaults of `Settings`.
Metric names are given as logged; expressions use `${key}` (`docs/reference/expressions.md`). `tests/vectors/panels.json`
holds one of each, which Python and the web application both read and write unchanged."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Channel = Literal["history", "system"]
Scale = Literal["linear", "log", "symlog"]
Range = tuple[float | None, float | None]
SmoothingKind = Literal["none", "time_ema", "ema", "gaussian", "mean", "median", "savgol"]
Method = Literal["envelope", "mean", "last", "lttb", "every"]
Band = Literal["none", "minmax", "std", "stderr", "iqr", "quantile", "ci95_t", "ci95_bootstrap"]
Aggregate = Literal["last", "min", "max", "mean", "first"]


class Smoothing(msgspec.Struct, omit_defaults=True, frozen=True):
    """`strength`: the weight in [0, 1) of the two exponential averages; the standard deviation (gaussian) or the window (mean,
    median, savgol) in points of the full data."""

    kind: SmoothingKind = "time_ema"
    strength: float = 0.0


class Settings(msgspec.Struct, omit_defaults=True, frozen=True):
    """How lines are drawn, for everything below the place that says it. None: as the place above says.

    `x`: step, relative, time, `metric:NAME` or an expression with `${}`. `outliers`: percentiles between which y is fitted.
    `buckets` 0: as many as the panel has pixels. `window` is [from, to) on `x`."""

    x: str | None = None
    x_scale: Scale | None = None
    smoothing: Smoothing | None = None
    is_raw_behind: bool | None = None
    outliers: tuple[float, float] | None = None
    method: Method | None = None
    buckets: int | None = None
    window: Range | None = None
    bounds: Literal["never", "hover", "always"] | None = None
    columns: int | None = None
    legend: str | None = None


class Layout(msgspec.Struct):
    """A place on the section's grid of 12 columns; `h` in rows of 52 px with gaps of 10 px."""

    x: int
    y: int
    w: int
    h: int


class Panel(msgspec.Struct, omit_defaults=True, tag_field="kind", kw_only=True):
    """What every kind has. `id` is unique in its view and stable: addresses name it. `title` empty: the kind makes one."""

    id: str
    title: str = ""
    layout: Layout | None = None


class Y(msgspec.Struct, omit_defaults=True):
    """What is drawn upwards: one of `metric`, `pattern` (a regular expression over metric names) or `expression`."""

    metric: str = ""
    pattern: str = ""
    expression: str = ""
    side: Literal["left", "right"] = "left"
    label: str = ""


class LineStyle(msgspec.Struct, omit_defaults=True):
    """How one line looks. `colour`: a palette place, −1 for the run's own."""

    colour: int = -1
    dash: Literal["", "solid", "dashed", "dotted"] = ""
    width: float = 0.0
    mark: Literal["", "none", "circle", "square", "triangle", "cross"] = ""
    draw: Literal["", "line", "step", "points", "area"] = ""


class Grouping(msgspec.Struct, omit_defaults=True):
    """Lines of runs with equal values of `keys` become one. `keys` empty: as the run list is grouped. `quantiles` are the band's
    edges when it is `quantile`. `ended`: what a run that ended counts for after its last point."""

    keys: list[str] = []
    middle: Literal["mean", "median", "min", "max"] = "mean"
    band: Band = "std"
    quantiles: tuple[float, float] = (0.1, 0.9)
    ended: Literal["drop", "hold"] = "drop"
    has_members: bool = False


class Region(msgspec.Struct, omit_defaults=True):
    """A named stretch of x, or a mark where `to_x` equals `from_x`."""

    id: str
    axis: str
    from_x: float
    to_x: float
    name: str = ""
    note: str = ""
    user: str = ""
    created_at: float = 0.0


class LinePanel(Panel, tag="line"):
    """F103–F119. `grouping` None: runs are drawn one by one unless the run list is grouped. `styles`: by metric key (or `=`
    and the expression), by run id, or by `group:` and a group's label. `y_zoom` is where the panel looks now within its
    range; x is zoomed for all panels of one axis together, outside of the panel. `has_alerts`: alerts,
    checkpoints, resumes and rewinds of the drawn runs stand on the axis."""

    channel: Channel = "history"
    y: list[Y] = []
    settings: Settings = Settings()
    y_scale: Scale = "linear"
    y_range: Range = (None, None)
    y2_scale: Scale = "linear"
    y2_range: Range = (None, None)
    y_zoom: tuple[float, float] | None = None
    has_alerts: bool = True
    draw: Literal["line", "step", "points", "area", "percent"] = "line"
    grouping: Grouping | None = None
    is_grouped: bool | None = None
    styles: dict[str, LineStyle] = {}
    regions: list[Region] = []
    is_small_multiples: bool = False
    unit: str = ""


class BarPanel(Panel, tag="bar"):
    """F121, F122. A bar (box, violin) per run, or per group of `group` keys. `value` is a key of the filter grammar or an
    expression. `error`: what the whiskers of bars of groups are."""

    value: str = ""
    aggregate: Aggregate = "last"
    draw: Literal["bar", "box", "violin"] = "bar"
    is_vertical: bool = False
    group: list[str] = []
    error: Literal["none", "std", "stderr", "minmax", "ci95_t"] = "std"
    most: int = 20
    order: Literal["value", "-value", "name", "runs"] = "-value"
    scale: Scale = "linear"


class ScatterPanel(Panel, tag="scatter"):
    """F123. Axes, colour and size are keys or expressions. `goal_*` are the directions of the Pareto front. What is picked:
    `brush`, a stretch of x and one of y, or `lasso`, a polygon of values."""

    x: str = ""
    y: str = ""
    colour: str = ""
    size: str = ""
    x_scale: Scale = "linear"
    y_scale: Scale = "linear"
    goal_x: Literal["", "minimize", "maximize"] = ""
    goal_y: Literal["", "minimize", "maximize"] = ""
    has_front: bool = False
    has_trend: bool = False
    has_running_best: bool = False
    label: str = ""
    brush: list[tuple[float, float]] = []
    lasso: list[tuple[float, float]] = []


class ParallelAxis(msgspec.Struct, omit_defaults=True):
    """`brushes` are stretches of a number axis; `picked` categories of another."""

    key: str
    scale: Literal["auto", "linear", "log", "category"] = "auto"
    is_inverted: bool = False
    brushes: list[tuple[float, float]] = []
    picked: list[str] = []


class ParallelPanel(Panel, tag="parallel"):
    """F124. The last axis is the goal unless `colour` names another key."""

    axes: list[ParallelAxis] = []
    colour: str = ""


class ImportancePanel(Panel, tag="importance"):
    """F125. `target` is the metric explained; `params` empty: every config key that differs."""

    target: str = ""
    aggregate: Aggregate = "last"
    params: list[str] = []
    most: int = 12
    seed: int = 0
    shown: str = ""


class ComparerPanel(Panel, tag="comparer"):
    """F126. `runs` empty: the drawn ones. `base` empty: the baseline, else the first."""

    runs: list[str] = []
    base: str = ""
    is_diff_only: bool = True
    sections: list[str] = []
    search: str = ""


class CodePanel(Panel, tag="code"):
    """F127. Two runs' code side by side. Empty: the baseline and the first drawn."""

    left: str = ""
    right: str = ""
    path: str = ""
    is_unified: bool = False


class KpiPanel(Panel, tag="kpi"):
    """F128. `best` follows the metric's goal. Thresholds colour the value: up to `warn`, up to `bad`, by the goal."""

    metric: str = ""
    aggregate: Literal["best", "last", "min", "max", "mean", "count"] = "best"
    format: str = ""
    has_sparkline: bool = True
    warn: float | None = None
    bad: float | None = None


class MarkdownPanel(Panel, tag="markdown"):
    """F129. GFM with KaTeX; `{{runs.best.METRIC}}` and the like are live values."""

    text: str = ""


class HistogramPanel(Panel, tag="histogram"):
    """F134. A logged histogram over steps: as a heat map, as ridges, or one step of several runs."""

    metric: str = ""
    draw: Literal["heatmap", "ridge", "overlay"] = "heatmap"
    step: int | None = None
    scale: Literal["count", "density", "log"] = "count"


class Overlays(msgspec.Struct, omit_defaults=True, frozen=True):
    """What is drawn over images. `hidden`: groups (`truth`) and classes of groups (`truth/3`); `+truth/0` shows a class that is
    hidden by itself because it says that nothing is there. `scores`: the lowest score of each name that a box may have."""

    masks: bool = True
    boxes: bool = True
    opacity: float = 0.25
    is_outline: bool = False
    hidden: list[str] = []
    scores: dict[str, float] = {}


class MediaPanel(Panel, tag="media"):
    """F130. Logged media, a row for each run. `keys` and those that `pattern` matches; both empty: the first there is. Columns
    are the keys and the places of their lists, or (`step`) the steps, every `stride`th. `step` None: the newest; with `is_synced`
    the page's step, which all such panels share, comes before it. `size`: the height of a medium in pixels, 0: as fits.
    `list_most` 0: lists are shown whole."""

    keys: list[str] = []
    pattern: str = ""
    columns: Literal["key", "step"] = "key"
    step: int | None = None
    is_synced: bool = True
    stride: int = 1
    size: int = 0
    list_most: int = 0
    runs_most: int = 10
    is_pixelated: bool = False
    overlays: Overlays = Overlays()


class ScenePanel(Panel, tag="scene"):
    """F131. Point clouds, meshes, scenes and molecules of runs in space. `camera`: position and target, x y z each; empty: so
    that everything is in sight. With `is_camera_synced` all runs of the panel are looked at from the same place. `hidden`: labels
    (`label:car`) and layers (`layer:truth`) of boxes that are not drawn; `score`: the lowest that is. `time` in seconds of a
    sequence, None: its beginning."""

    key: str = ""
    step: int | None = None
    is_synced: bool = True
    runs_most: int = 4
    camera: list[float] = []
    is_camera_synced: bool = True
    point_size: float = 2.0
    colour: Literal["own", "height", "distance"] = "own"
    is_wireframe: bool = False
    has_axes: bool = True
    hidden: list[str] = []
    score: float | None = None
    time: float | None = None


class ChartPanel(Panel, tag="chart"):
    """F133. A Vega-Lite chart. `spec` has `${field:NAME}` and `${string:NAME}` where its slots are; instead, `preset` names a
    built-in one (`line`), a team's (`team/name`) or a version of that (`team/name/v3`). The table is made of the drawn runs:
    `runs` gives a row for each with the values of `fields`, `history` a row for each run and step, `logged` the table of the
    chart that runs logged under `key`. `fields`: slot → key (or column); `strings`: slot → text. `rows_most` is per run."""

    source: Literal["runs", "history", "logged"] = "runs"
    key: str = ""
    preset: str = ""
    spec: dict[str, Any] = {}
    fields: dict[str, str] = {}
    strings: dict[str, str] = {}
    rows_most: int = 500


AnyPanel = (
    LinePanel
    | BarPanel
    | ScatterPanel
    | ParallelPanel
    | ImportancePanel
    | ComparerPanel
    | CodePanel
    | KpiPanel
    | MarkdownPanel
    | HistogramPanel
    | MediaPanel
    | ScenePanel
    | ChartPanel
)


def read_panel(data: dict[str, Any]) -> AnyPanel:
    """The panel that `data` describes. Raises msgspec.ValidationError with the field at fault; a kind of another version too."""
    panel: AnyPanel = msgspec.convert(data, AnyPanel)
    return panel
