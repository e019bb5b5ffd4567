"""Chart and history queries. Answers are Arrow IPC streams (`application/vnd.apache.arrow.stream`).

`POST /projects/{e}/{p}/series/query` answers one record batch per series, in the order asked (runs outer, keys inner), with
columns x f64, count u32, min max mean first last f32 (f64 with `precision=64`), nan posinf neginf u32. Where a value of the
answer is too large or too small for f32, all of these are f64 whatever was asked for. The schema's metadata entry `assay` is a
JSON `SeriesHead`. A bucket without a point is not sent. When all points fit into the buckets asked for,
each row is one point (`is_raw`).

`smoothing` adds a column `smooth` (as precise as the others): the mean, in each bucket, of the smoothed values of its points. It
is computed on every point of the series, whatever the window and the number of buckets. `docs/reference/series.md` has the
formulas.

`POST …/series/groups` answers one record batch per group and key, groups outer, with columns x f64, run_count u32, middle low
high (and `smooth`) f32 or f64; its head is a `GroupsHead`. low and high are NaN where the band needs more runs than there are.

`POST …/runs/{id}/histograms`, and `POST /projects/{e}/{p}/histograms` for several runs, answer one record batch: run utf8 (empty
when merged), step i64, time f64, merged u32 (how many histograms a row is made of), edges list<f64> (one more than counts),
counts list<f64>, nan posinf neginf i64 (values that were not finite).

`POST …/runs/{id}/history` answers rows as a table: `_step` i64, `_timestamp` f64, then a column per key, null where a row has
no value; a key whose values are not all numbers or all booleans is a binary column of msgpack values (its field's metadata says
`assay: msgpack`). With `Accept: application/x-msgpack` the answers are `SeriesPage` and `HistoryPage`, readable without Arrow."""

from __future__ import annotations

from typing import Literal

import msgspec

from assay.wire.messages.panels import Band, Method, Smoothing

Precision = Literal[32, 64]
XAxis = Literal["step", "time", "relative", "metric", "expression"]


class SeriesRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`runs` are run ids. `x` relative: seconds since the run's first row; metric: the values of `x_key` in the same rows.
    `window` is [from, to) on x. `since` asks only for rows after that step: what live charts do.

    A key `=EXPRESSION` is a series computed from metrics (`docs/reference/expressions.md`), on the steps that all of its metrics
    have; those of `expressions` follow the keys and are written without the `=`. `x` expression: `x_expression` of the same
    steps. `x_scale` log: buckets of equal width on a log axis; points whose x is not above 0 are left out. `method`: envelope,
    mean and last answer the same exact buckets and say what is drawn of them; lttb and every answer points, picked by largest
    triangles or by place. `quantiles` in [0, 1] are answered per series, exactly, over the finite points in the window."""

    runs: list[str]
    keys: list[str]
    x: XAxis = "step"
    x_key: str = ""
    window: tuple[float, float] | None = None
    since: int | None = None
    buckets: int = 1_000
    channel: Literal["history", "system"] = "history"
    precision: Precision = 32
    expressions: list[str] = []
    x_expression: str = ""
    x_scale: Literal["linear", "log"] = "linear"
    smoothing: Smoothing | None = None
    method: Method = "envelope"
    quantiles: list[float] = []


class SeriesInfo(msgspec.Struct):
    """One series of the answer. `rows` buckets follow in its record batch; `point_count` points stand behind them. `left_out`
    counts points in the window's range of steps that have no place on x: none there, not a number, or not above 0 on a log scale.
    `bucket_width` is in units of x; on a log scale it is the difference of binary logarithms."""

    run: str
    key: str
    rows: int
    point_count: int
    is_raw: bool
    bucket_width: float
    last_step: int
    method: Method = "envelope"
    left_out: int = 0
    quantiles: list[float] = []


class SeriesHead(msgspec.Struct):
    """`is_smoothed`: there is a column `smooth`. `precision` is what the columns have: 64 although 32 was asked for where 32 bits
    would make an infinity or a zero of a value."""

    series: list[SeriesInfo]
    x: XAxis
    x_key: str = ""
    is_smoothed: bool = False
    precision: Precision = 32


class SeriesGroup(msgspec.Struct, forbid_unknown_fields=True):
    """Runs (their ids) that become one line."""

    label: str
    runs: list[str]


class GroupsRequest(msgspec.Struct, forbid_unknown_fields=True):
    """One line per group and key, on buckets that all groups of a key share. A run counts once at each x: with the mean of its
    points in that bucket. `middle` and `band` are over the runs that have a point there, `run_count` of them; `quantiles` are the
    band's edges when it is `quantile`. `ended` hold: a run that ended counts on with its last value, up to where the group ends.

    `smoothing` adds a column `smooth`: the middle of the runs' own smoothed curves, each smoothed whole. On axes other than the
    step, where no two runs have a point at the same place, there are at most half as many buckets as the median run has
    points."""

    groups: list[SeriesGroup]
    keys: list[str]
    x: XAxis = "step"
    x_key: str = ""
    x_expression: str = ""
    x_scale: Literal["linear", "log"] = "linear"
    window: tuple[float, float] | None = None
    buckets: int = 1_000
    middle: Literal["mean", "median", "min", "max"] = "mean"
    band: Band = "std"
    quantiles: tuple[float, float] = (0.1, 0.9)
    ended: Literal["drop", "hold"] = "drop"
    smoothing: Smoothing | None = None
    channel: Literal["history", "system"] = "history"
    precision: Precision = 32


class GroupInfo(msgspec.Struct):
    """One line of the answer: `rows` buckets follow in its record batch. `run_count` runs of the group have the key."""

    label: str
    key: str
    rows: int
    run_count: int
    bucket_width: float


class GroupsHead(msgspec.Struct):
    """As a `SeriesHead`."""

    groups: list[GroupInfo]
    x: XAxis
    x_key: str = ""
    is_smoothed: bool = False
    precision: Precision = 32


class RunHistogramsRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The histograms logged under `key` with first_step <= step < last_step, at most `steps_max` of them: those of neighbouring
    steps are merged, every count kept, on the absolute grid of steps that buckets have."""

    key: str
    first_step: int = 0
    last_step: int | None = None
    steps_max: int = 200


class HistogramsRequest(RunHistogramsRequest, forbid_unknown_fields=True, kw_only=True):
    """The same of several runs: merged into one, or one after the other."""

    runs: list[str]
    is_merged: bool = True


class NonFiniteRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`keys` empty: every metric of the runs."""

    runs: list[str]
    keys: list[str] = []
    channel: Literal["history", "system"] = "history"


class NonFinite(msgspec.Struct):
    """A series with values that are not finite: the first of them, and how many there are of each."""

    run: str
    key: str
    first_step: int
    first_kind: Literal["nan", "posinf", "neginf"]
    nan: int
    posinf: int
    neginf: int


class NonFiniteFound(msgspec.Struct):
    found: list[NonFinite]


class HistoryRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Rows with `first_step <= step < last_step`, in order of step. `keys` empty: all. `all_rows`: also rows that a later
    write of the same step and key has replaced."""

    keys: list[str] = []
    first_step: int = 0
    last_step: int | None = None
    limit: int | None = None
    channel: Literal["history", "system"] = "history"
    all_rows: bool = False


class HistoryColumn(msgspec.Struct):
    """Values at row positions `rows` (u32, little-endian; empty: every row). `kind` and `data` as in a batch's block."""

    key: str
    kind: str
    rows: bytes
    data: bytes


class SeriesPage(msgspec.Struct):
    """A chart's answer as msgpack: columns x, count, min … neginf of all series end to end (each takes `rows` places, in the
    order of `head`). `kind` f: f64 for x, else f32 or f64 by the head's `precision`; u: u32."""

    head: SeriesHead
    columns: list[HistoryColumn]


class HistoryPage(msgspec.Struct):
    """`next_step` is where the next page begins; null on the last."""

    steps: bytes
    times: bytes
    columns: list[HistoryColumn]
    next_step: int | None = None


class LiveHint(msgspec.Struct, omit_defaults=True):
    """One message of `GET /api/v1/live`: something of this project changed; ask again for what is on screen.

    `kind`: series (rows arrived: `step` is the newest), run (its fields changed), runs (a run came or went), project,
    views (a saved view changed: `keys` names it if everybody may see it), artifacts (`keys`: collections that changed)."""

    kind: Literal["series", "run", "runs", "project", "views", "artifacts"]
    entity: str
    project: str
    run: str = ""
    step: int = -1
    keys: list[str] = []
