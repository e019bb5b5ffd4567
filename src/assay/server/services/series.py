"""What runs logged, read back: buckets for charts, rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assay.server.compute import curves
from assay.server.compute.buckets import Envelope
from assay.server.domain.accounts import Actor
from assay.server.domain.runs import Run
from assay.server.ports.metrics import Rows, RowsQuery, Series, SeriesQuery, ValueColumn
from assay.server.services.projects import find as find_project
from assay.server.services.run_columns import RunColumns
from assay.server.services.runs import find
from assay.server.services.series_asked import as_store_axis, check_keys, check_series, lines_of, needs_points
from assay.server.services.series_curves import CurveReader, Found, Kept, Line, Prepared
from assay.server.services.series_groups import GroupedSeries, GroupReader
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages.series import GroupsRequest, HistoryRequest, NonFinite, NonFiniteRequest, SeriesRequest
from assay.wire.names import ProjectPath, RunPath

Float64 = NDArray[np.float64]
_DRAWN_BYTES = 64 * limits.MIB  # of answers that took every point; six hundred lines of 1,000 buckets
_LOOK = 1_000  # buckets of a look for the first NaN; ten million points take two


@dataclass(frozen=True, slots=True)
class History:
    """`kinds`: key → letters of the kinds its values have in this run. `chunks` ascend by step and can be read once."""

    kinds: dict[str, str]
    chunks: Iterator[Rows]


@dataclass(frozen=True, slots=True)
class DrawnSeries:
    """One series of a chart. `smooth` has a place per row of the envelope; None where no smoothing was asked for."""

    run_id: str
    key: str
    envelope: Envelope
    point_count: int
    is_raw: bool
    bucket_width: float
    last_step: int
    smooth: Float64 | None = None
    left_out: int = 0
    quantiles: tuple[float, ...] = ()


class SeriesService:
    def __init__(self, stores: Stores, columns: RunColumns) -> None:
        self._stores = stores
        self._curves = CurveReader(stores, columns)
        self._drawn = Kept[DrawnSeries](_DRAWN_BYTES)
        self._groups = GroupReader(stores, self._curves)

    def read(self, actor: Actor, path: ProjectPath, asked: SeriesRequest) -> list[DrawnSeries]:
        """Runs outer and keys inner, in the order asked, expressions after the keys. Runs that are gone are left out."""
        check_series(asked)
        lines = lines_of(asked)
        revision = self._curves.revision()
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path)
            runs = unit.runs.by_ids(project.key, list(dict.fromkeys(asked.runs)))
            if not runs or not lines:
                return []
            whole = [line for line in lines if needs_points(asked, line)]
            prepared = self._curves.prepare(unit, project.key, runs, whole, revision) if whole else None
        plain = [line.key for line in lines if line not in whole]
        query = SeriesQuery(
            tuple(run.ref for run in runs), tuple(plain), as_store_axis(asked.x), asked.x_key, asked.window, asked.since,
            asked.buckets, asked.channel,
        )  # fmt: skip
        from_pyramid = iter(self._stores.metrics.read(query) if plain else ())
        drawn = []
        for run in runs:
            for line in lines:
                if prepared is not None and line in whole:
                    drawn.append(self._from_points(run, line, prepared, asked))
                    continue
                one = next(from_pyramid)
                drawn.append(
                    DrawnSeries(run.id, one.key, one.envelope, one.point_count, one.is_raw, one.bucket_width, one.last_step)
                )
        return drawn

    def _from_points(self, run: Run, line: Line, prepared: Prepared, asked: SeriesRequest) -> DrawnSeries:
        how = (asked.window, asked.since, asked.buckets, asked.method, tuple(asked.quantiles))
        mark = (run.key, line, how, prepared.mark(run, line))
        one = self._drawn.get(mark)
        if one is None:
            one = _draw(run.id, line, self._curves.read(run, line, prepared), asked)
            # Raw rows are parts of the arrays of the whole series, which they would keep in memory.
            if not one.is_raw:
                self._drawn.put(mark, one, 100 * len(one.envelope) + 1_000)
        return one

    def groups(self, actor: Actor, path: ProjectPath, asked: GroupsRequest) -> list[GroupedSeries]:
        return self._groups.read(actor, path, asked)

    def non_finite(self, actor: Actor, path: ProjectPath, asked: NonFiniteRequest) -> list[NonFinite]:
        """The series that have values which are not finite, in the order asked."""
        check_keys(asked.keys, "")
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path)
            runs = unit.runs.by_ids(project.key, list(dict.fromkeys(asked.runs)))
        if not runs:
            return []
        run_keys = np.array([run.key for run in runs], dtype=np.int64)
        known = [key.name for key in self._stores.metrics.keys(project.key, run_keys) if key.channel == asked.channel]
        keys = [key for key in dict.fromkeys(asked.keys or known) if key in set(known)]
        if len(runs) * len(keys) > limits.SERIES_PER_QUERY:
            detail = f"{len(runs) * len(keys)} series in one query; at most {limits.SERIES_PER_QUERY}. Name fewer runs or keys"
            raise InvalidRequest(detail=detail)
        query = SeriesQuery(tuple(run.ref for run in runs), tuple(keys), buckets=_LOOK, channel=asked.channel)
        ids = {run.key: run.id for run in runs}
        found = []
        for series in self._stores.metrics.read(query) if keys else ():
            totals = [int(column.sum()) for column in (series.envelope.nan, series.envelope.posinf, series.envelope.neginf)]
            if any(totals):
                step, value = self._first_non_finite(series, query)
                found.append(NonFinite(ids[series.run.run_key], series.key, step, _kind_of(value), *totals))
        return found

    def _first_non_finite(self, series: Series, query: SeriesQuery) -> tuple[int, float]:
        """Its step and value: the first bucket with one is read again in narrower buckets until they are points."""
        while True:
            envelope = series.envelope
            at = int(np.flatnonzero(envelope.nan + envelope.posinf + envelope.neginf)[0])
            if series.is_raw:
                return int(envelope.x[at]), float(envelope.last[at])
            window = (float(envelope.x[at]), float(envelope.x[at]) + series.bucket_width)
            narrower = replace(query, runs=(series.run,), keys=(series.key,), window=window)
            series = next(iter(self._stores.metrics.read(narrower)))

    def history(self, actor: Actor, path: RunPath, asked: HistoryRequest) -> History:
        """Rows in chunks, ascending by step; nothing is read before the first is taken."""
        if asked.limit is not None and asked.limit < 0:
            raise InvalidRequest(detail=f"limit is {asked.limit}; expected 0 or more")
        with self._stores.metadata.read() as unit:
            run = find(unit, actor, path, with_deleted=True)
        keys = tuple(dict.fromkeys(asked.keys)) or None
        known = self._stores.metrics.keys(run.project_key, np.array([run.key], dtype=np.int64))
        kinds = {key.name: key.kinds for key in known if key.channel == asked.channel and (keys is None or key.name in keys)}
        query = RowsQuery(run.ref, keys, asked.channel, asked.first_step, asked.last_step, asked.limit, asked.all_rows)
        return History(kinds, self._stores.metrics.rows(query))


def _kind_of(value: float) -> Literal["nan", "posinf", "neginf"]:
    return "nan" if math.isnan(value) else "posinf" if value > 0 else "neginf"


def _draw(run_id: str, line: Line, found: Found, asked: SeriesRequest) -> DrawnSeries:
    curve = found.curve
    if asked.window is not None:
        low, high = curve.x.searchsorted(asked.window)
        curve = curve.cut(slice(int(low), int(high)))
    if asked.since is not None:
        curve = curve.cut(curve.steps > asked.since)
    drawn = curves.drawn(curve, asked.method, asked.buckets, by_step=asked.x == "step", is_log=asked.x_scale == "log")
    finite = curve.y[np.isfinite(curve.y)] if asked.quantiles else curve.y
    quantiles = np.quantile(finite, asked.quantiles).tolist() if asked.quantiles and len(finite) else []
    return DrawnSeries(
        run_id, line.key, drawn.envelope, len(curve), drawn.width == 0, drawn.width, found.last_step, drawn.smooth,
        found.left_out, tuple(quantiles),
    )  # fmt: skip


__all__ = ["DrawnSeries", "GroupedSeries", "History", "Rows", "SeriesService", "ValueColumn"]
