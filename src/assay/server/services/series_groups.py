"""Groups of runs as one line each, on buckets that all groups of a key share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assay.server.compute import buckets as grid
from assay.server.compute import curves, groups
from assay.server.compute.groups import Grouped
from assay.server.domain.accounts import Actor
from assay.server.domain.runs import Run
from assay.server.ports.metrics import Series, SeriesQuery
from assay.server.services.projects import find as find_project
from assay.server.services.series_asked import check_axis, check_buckets, check_keys, check_smoothing, check_window, line_of
from assay.server.services.series_curves import CurveReader, Line, Prepared
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages.series import GroupsRequest
from assay.wire.names import ProjectPath

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

_LOOK = 1_000  # buckets of a look for the last finite value; ten million points take two


@dataclass(frozen=True, slots=True)
class GroupedSeries:
    """`run_count` runs of the group have the key."""

    label: str
    key: str
    grouped: Grouped
    run_count: int
    bucket_width: float


@dataclass(frozen=True, slots=True)
class _Runs:
    """The runs of one key on one grid. `means` and `smooth` are NaN where a run has no point; `last` is the last finite
    value of each run that has none beyond the window, `smooth_last` the same of the smoothed curve."""

    x: Float64
    means: Float64
    last: Float64
    smooth: Float64 | None
    smooth_last: Float64 | None
    width: float


class GroupReader:
    def __init__(self, stores: Stores, curve_reader: CurveReader) -> None:
        self._stores = stores
        self._curves = curve_reader

    def read(self, actor: Actor, path: ProjectPath, asked: GroupsRequest) -> list[GroupedSeries]:
        """Groups outer and keys inner, in the order asked. Runs that are gone are left out."""
        _check(asked)
        ids = list(dict.fromkeys(run for group in asked.groups for run in group.runs))
        lines = [
            line_of(
                key, asked.x, asked.x_key, asked.x_expression, asked.channel, asked.smoothing, is_log=asked.x_scale == "log"
            )
            for key in dict.fromkeys(asked.keys)
        ]  # fmt: skip
        revision = self._curves.revision()
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path)
            runs = unit.runs.by_ids(project.key, ids)
            whole = [line for line in lines if _needs_points(line)]
            prepared = self._curves.prepare(unit, project.key, runs, whole, revision) if whole and runs else None
        places = {run.id: place for place, run in enumerate(runs)}
        found: dict[tuple[int, str], GroupedSeries] = {}
        for line in lines:
            aligned = (
                self._whole(runs, line, prepared, asked) if _needs_points(line) and prepared else self._steps(runs, line, asked)
            )
            for number, group in enumerate(asked.groups):
                rows = np.array([places[run] for run in dict.fromkeys(group.runs) if run in places], dtype=np.int64)
                found[number, line.key] = _grouped(group.label, line.key, aligned, rows, runs, asked)
        return [found[number, line.key] for number in range(len(asked.groups)) for line in lines]

    def _steps(self, runs: Sequence[Run], line: Line, asked: GroupsRequest) -> _Runs:
        """From the pyramid: buckets of powers of two nest, so that each run's own fold exactly into the shared ones."""
        query = SeriesQuery(
            tuple(run.ref for run in runs), (line.key,), "step", "", asked.window, None, asked.buckets, line.channel
        )
        series = list(self._stores.metrics.read(query)) if runs else []
        present = [one for one in series if len(one.envelope)]
        exponent = _shared_exponent(present, asked.buckets)
        x, means = groups.lay_out(*groups.fold_means([one.envelope for one in series], exponent), len(series))
        last = self._last_values(runs, line, asked) if asked.ended == "hold" and runs else np.full(len(runs), np.nan)
        return _Runs(np.ldexp(x, exponent), means, last, None, None, math.ldexp(1.0, exponent))

    def _last_values(self, runs: Sequence[Run], line: Line, asked: GroupsRequest) -> Float64:
        keys = np.array([run.key for run in runs], dtype=np.int64)
        summary = self._stores.metrics.summaries(runs[0].project_key, keys, line.key, line.channel)
        steps, last = summary.last_step.copy(), summary.last.copy()
        for place in np.flatnonzero((summary.count > 0) & ~np.isfinite(last)).tolist():
            if not runs[place].is_live:
                steps[place], last[place] = self._last_finite_point(runs[place], line)
        end = math.inf if asked.window is None else asked.window[1]
        return np.where(np.isfinite(last) & (steps < end), last, np.nan)

    def _last_finite_point(self, run: Run, line: Line) -> tuple[int, float]:
        """Its step and value: the last bucket with one is read again in narrower buckets until they are points."""
        query = SeriesQuery((run.ref,), (line.key,), buckets=_LOOK, channel=line.channel)
        while True:
            one = next(iter(self._stores.metrics.read(query)))
            has = np.flatnonzero(np.isfinite(one.envelope.min))
            if not len(has):
                return -1, math.nan
            x = float(one.envelope.x[has[-1]])
            if one.is_raw:
                return int(x), float(one.envelope.last[has[-1]])
            query = replace(query, window=(x, x + one.bucket_width))

    def _whole(self, runs: Sequence[Run], line: Line, prepared: Prepared, asked: GroupsRequest) -> _Runs:
        """From every point of every run."""
        is_log, low, high = asked.x_scale == "log", math.inf, -math.inf
        cut: list[curves.Curve] = []
        last, smooth_last = np.full(len(runs), np.nan), np.full(len(runs), np.nan)
        for place, run in enumerate(runs):
            curve = self._curves.read(run, line, prepared).curve
            start, end = (0, len(curve)) if asked.window is None else curve.x.searchsorted(asked.window).tolist()
            last[place] = _last_finite(curve.y, end)
            smooth_last[place] = math.nan if curve.smooth is None else _last_finite(curve.smooth, end)
            curve = curve.cut(slice(start, end))
            if is_log:
                curve = curves.Curve(np.log2(curve.x), curve.y, curve.steps, curve.smooth)
            cut.append(curve)
            if len(curve):
                low, high = min(low, float(curve.x[0])), max(high, float(curve.x[-1]))
        counts = [len(curve) for curve in cut if len(curve)]
        exponent = 0
        if counts:
            by_step = asked.x == "step" and not is_log
            most = asked.buckets if by_step else max(1, min(asked.buckets, int(np.median(counts)) // 2))
            exponent = grid.step_exponent(int(low), int(high), most) if by_step else grid.grid_exponent(low, high, most)
        cells, means, smooths = [], [], []
        for curve in cut:
            cell = np.floor(np.ldexp(curve.x, -exponent)).astype(np.int64)
            starts = grid.group_starts(cell)
            cells.append(cell[starts])
            means.append(curves.means(curve.y, starts) if len(starts) else np.empty(0))
            if curve.smooth is not None:
                smooths.append(curves.means(curve.smooth, starts) if len(starts) else np.empty(0))
        rows, every = np.repeat(np.arange(len(cut)), [len(own) for own in cells]), np.concatenate(cells)
        x, matrix = groups.lay_out(rows, every, np.concatenate(means), len(cut))
        smooth = groups.lay_out(rows, every, np.concatenate(smooths), len(cut))[1] if line.smoothing is not None else None
        edges = np.ldexp(x, exponent)
        return _Runs(
            np.exp2(edges) if is_log else edges, matrix, last, smooth, smooth_last if smooth is not None else None,
            math.ldexp(1.0, exponent),
        )  # fmt: skip


def _grouped(label: str, key: str, aligned: _Runs, rows: Int64, runs: Sequence[Run], asked: GroupsRequest) -> GroupedSeries:
    means = aligned.means[rows]
    smooth = None if aligned.smooth is None else aligned.smooth[rows]
    has_key = int(np.count_nonzero(~np.isnan(means).all(axis=1))) if means.size else 0
    if asked.ended == "hold":
        ended = np.array([not runs[row].is_live for row in rows.tolist()], dtype=bool)
        groups.hold(means, aligned.last[rows], ended)
        if smooth is not None and aligned.smooth_last is not None:
            groups.hold(smooth, aligned.smooth_last[rows], ended)
    keep = ~np.isnan(means).all(axis=0) if means.size else np.zeros(means.shape[1], dtype=bool)
    means = means[:, keep]
    count, middle, low, high = groups.combine(means, asked.middle, asked.band, asked.quantiles)
    curve = None
    if smooth is not None:
        _, curve, _, _ = groups.combine(smooth[:, keep], asked.middle, "none", asked.quantiles)
    return GroupedSeries(label, key, Grouped(aligned.x[keep], count, middle, low, high, curve), has_key, aligned.width)


def _shared_exponent(series: Sequence[Series], buckets: int) -> int:
    """The narrowest grid on which all series together have at most so many buckets, and on which each of theirs lies whole."""
    if not series:
        return 0
    widths = [0 if one.is_raw else math.frexp(one.bucket_width)[1] - 1 for one in series]
    low = min(int(one.envelope.x[0]) for one in series)
    high = max(int(one.envelope.x[-1]) + (0 if one.is_raw else int(one.bucket_width) - 1) for one in series)
    exponent = max(0, *widths)
    while (high >> exponent) - (low >> exponent) + 1 > buckets:
        exponent += 1
    return exponent


def _last_finite(values: Float64, end: int) -> float:
    """The last finite value if it stands before place `end`, else NaN."""
    finite = np.flatnonzero(np.isfinite(values))
    return float(values[finite[-1]]) if len(finite) and finite[-1] < end else math.nan


def _needs_points(line: Line) -> bool:
    return not isinstance(line.y, str) or line.smoothing is not None or line.x != "step" or line.is_log


def _check(asked: GroupsRequest) -> None:
    count = len({run for group in asked.groups for run in group.runs}) * len(asked.keys)
    if count > limits.SERIES_PER_QUERY:
        raise InvalidRequest(detail=f"{count} series in one query; at most {limits.SERIES_PER_QUERY}. Ask in parts")
    if len(asked.groups) * max(1, len(asked.keys)) > limits.SERIES_PER_QUERY:
        raise InvalidRequest(
            detail=f"{len(asked.groups)} groups in one query; at most {limits.SERIES_PER_QUERY} lines. Ask in parts"
        )
    check_buckets(asked.buckets)
    check_axis(asked.x, asked.x_key, asked.x_expression)
    check_window(asked.window)
    check_smoothing(asked.smoothing)
    check_keys(asked.keys, asked.x_key)
    low, high = asked.quantiles
    if not 0 <= low <= high <= 1:
        raise InvalidRequest(detail=f"quantiles are {low} and {high}; expected two numbers from 0 to 1, the lower first")
