"""Chart and history queries. Answers are Arrow IPC streams (`application/vnd.apache.arrow.stream`).

`POST /projects/{e}/{p}/series/query` answers one record batch per series, in the order asked (runs outer, keys inner), with
columns x f64, count u32, min max mean first last f32 (f64 with `precision=64`), nan posinf neginf u32. The schema's metadata
entry `assay` is a JSON `SeriesHead`. A bucket without a point is not sent. When all points fit into the buckets asked for,
each row is one point (`is_raw`).

`POST …/runs/{id}/history` answers rows as a table: `_step` i64, `_timestamp` f64, then a column per key, null where a row has
no value; a key whose values are not all numbers or all booleans is a binary column of msgpack values (its field's metadata says
`assay: msgpack`). With `Accept: application/x-msgpack` the answers are `SeriesPage` and `HistoryPage`, readable without Arrow."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

XAxis = Literal["step", "time", "relative", "metric"]


class SeriesRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`runs` are run ids. `x` relative: seconds since the run's first row; metric: the values of `x_key` in the same rows.
    `window` is [from, to) on x. `since` asks only for rows after that step: what live charts do."""

    runs: list[str]
    keys: list[str]
    x: XAxis = "step"
    x_key: str = ""
    window: tuple[float, float] | None = None
    since: int | None = None
    buckets: int = 1_000
    channel: Literal["history", "system"] = "history"
    precision: Literal[32, 64] = 32


class SeriesInfo(msgspec.Struct):
    """One series of the answer. `rows` buckets follow in its record batch; `point_count` points stand behind them."""

    run: str
    key: str
    rows: int
    point_count: int
    is_raw: bool
    bucket_width: float
    last_step: int


class SeriesHead(msgspec.Struct):
    series: list[SeriesInfo]
    x: XAxis
    x_key: str = ""


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
    order of `head`). `kind` f: f64 for x, else f32 or f64 by `precision`; u: u32."""

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

    `kind`: series (rows arrived: `step` is the newest), run (its fields changed), runs (a run came or went), project."""

    kind: Literal["series", "run", "runs", "project"]
    entity: str
    project: str
    run: str = ""
    step: int = -1
    keys: list[str] = []


class Problem(msgspec.Struct):
    """An error's body (`application/problem+json`, RFC 9457). `id` finds the request in the server's log."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    id: str
    fields: dict[str, Any] = {}
