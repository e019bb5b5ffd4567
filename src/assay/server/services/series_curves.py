"""Series at full resolution: what smoothing, expressions and quantiles are computed on.

Everything else about charts is answered from the pyramid. Here every point is read, so the work is counted before it is done, and
smoothed curves are kept until their run has news."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from assay.server.compute import smoothing
from assay.server.compute.curves import Curve
from assay.server.domain.expressions import ROW_KEYS, Expression, Key, is_per_run, keys_of
from assay.server.domain.filters import AGGREGATES, RUN_FIELDS, field_of
from assay.server.domain.runs import Run, RunRef
from assay.server.ports.metadata import Unit
from assay.server.ports.metrics import Points, RowsQuery
from assay.server.services.run_columns import RunColumns
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages.panels import Smoothing
from assay.wire.messages.series import XAxis
from assay.wire.records import Channel

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
T = TypeVar("T")
KEPT_BYTES = 256 * limits.MIB  # of smoothed curves; the four largest that are smoothed whole, or thousands of common ones


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression as it was asked for, and read."""

    text: str
    tree: Expression

    @property
    def metrics(self) -> list[str]:
        return [key.name for key in keys_of(self.tree) if not is_per_run(key.name) and key.name not in _ROW_KEYS]


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of line of a chart: a metric or a formula upwards, and what it is drawn against. `key` is what it is asked by."""

    key: str
    y: str | Formula
    x: XAxis = "step"
    x_key: str = ""
    x_formula: Formula | None = None
    channel: Channel = "history"
    smoothing: Smoothing | None = None
    is_log: bool = False

    @property
    def metrics(self) -> list[str]:
        """The metrics whose points are read; the first ones give the steps."""
        names = [self.y] if isinstance(self.y, str) else self.y.metrics
        if self.x == "metric":
            names = [*names, self.x_key]
        return list(dict.fromkeys([*names, *(self.x_formula.metrics if self.x_formula is not None else [])]))

    @property
    def formulas(self) -> list[Formula]:
        return [part for part in (self.y, self.x_formula) if isinstance(part, Formula)]


@dataclass(frozen=True, slots=True)
class Found:
    """A line of one run, whole. `left_out` points have no place on x; `last_step` −1 without a point."""

    curve: Curve
    left_out: int
    last_step: int


NOTHING = Found(Curve(np.empty(0), np.empty(0), np.empty(0, dtype=np.int64)), 0, -1)
_ROW_KEYS = frozenset(ROW_KEYS)


def read_formula(text: str) -> Formula:
    """Raises InvalidExpression."""
    # Its parser is loaded when the first expression comes, not when the server starts.
    from assay.server.compute import expression_text

    return Formula(text, expression_text.parse(text))


class CurveReader:
    """Safe to share between threads; two threads may smooth the same curve at once, and the later answer is kept."""

    def __init__(self, stores: Stores, columns: RunColumns) -> None:
        self._stores = stores
        self._columns = columns
        self._kept = Kept[Float64](KEPT_BYTES)

    def revision(self) -> int:
        """What `prepare` has to know of a unit of work, asked before that begins."""
        return self._columns.revision()

    def prepare(self, unit: Unit, project_key: int, runs: Sequence[Run], lines: Sequence[Line], revision: int) -> Prepared:
        """What the lines need beside points, read for all runs at once. Raises InvalidRequest where there are more points than
        one query may work on, InvalidExpression for a key that no run has."""
        keys = np.unique(np.array([run.key for run in runs], dtype=np.int64))
        marks = _Marks(self._stores, project_key, keys)
        needed = 0
        for line in lines:
            needed += sum(int(marks.count(name, line.channel).sum()) for name in line.metrics)
        if needed > limits.FULL_POINTS:
            detail = (
                f"Smoothing, expressions and quantiles are computed on every point, here on {needed:,}; the limit is "
                f"{limits.FULL_POINTS:,} (FULL_POINTS). Ask for fewer runs at once, or without them"
            )
            raise InvalidRequest(detail=detail)
        constants: dict[str, Float64] = {}
        for line in lines:
            for formula in line.formulas:
                for key in keys_of(formula.tree):
                    if is_per_run(key.name) and key.name not in constants:
                        column = self._columns.column(unit, project_key, keys, field_of(key.name), revision)
                        constants[key.name] = column.as_numbers()[0]
                    if key.name in _ROW_KEYS:
                        continue
                    has_any = (
                        np.isfinite(constants[key.name]) if is_per_run(key.name) else marks.count(key.name, line.channel) > 0
                    )
                    if not has_any.any():
                        self._check(unit, project_key, formula, key, line.channel)
        return Prepared(keys, marks, constants)

    def _check(self, unit: Unit, project_key: int, formula: Formula, key: Key, channel: Channel) -> None:
        """Raises InvalidExpression if no run of the project has the key: none that was asked about has."""
        metrics = [each.name for each in self._stores.metrics.keys(project_key) if each.channel == channel]
        known = metrics
        if is_per_run(key.name):
            section, _, _ = key.name.partition(".")
            match section:
                case "run":
                    known = [f"run.{name}" for name in RUN_FIELDS]
                case "metrics":
                    known = [f"metrics.{name}.{each}" for name in metrics for each in AGGREGATES] + [
                        f"metrics.{name}" for name in metrics
                    ]
                case _:
                    paths, _ = unit.runs.columns(project_key, section, "", 10 * limits.PAGE_ROWS, 0)
                    known = [f"{section}.{path}" for path, *_ in paths]
                    known += [f"summary.{name}" for name in metrics] if section == "summary" else []
        if key.name not in known:
            from assay.server.compute import expression_errors

            raise expression_errors.unknown_key(formula.text, key, known)

    def read(self, run: Run, line: Line, prepared: Prepared) -> Found:
        """The run's line, in order of x."""
        points = {name: self._stores.metrics.points(run.ref, name, line.channel) for name in line.metrics}
        if any(len(each.steps) == 0 for each in points.values()):
            return NOTHING
        steps, times, values = _joined(points)
        last_step = int(steps[-1]) if len(steps) else -1
        rows = _Rows(self._stores, run, line, steps, times)
        y = values[line.y] if isinstance(line.y, str) else _computed(line.y, values, rows, run, prepared)
        match line.x:
            case "metric":
                x = values[line.x_key]
            case "expression":
                assert line.x_formula is not None
                x = _computed(line.x_formula, values, rows, run, prepared)
            case _:
                x = rows.value({"step": "_step", "time": "_timestamp", "relative": "_runtime"}[line.x])
        keep = np.isfinite(x)
        if line.is_log:
            keep &= x > 0
        curve, left_out = Curve(x, y, steps), 0
        if not keep.all():
            curve, left_out = curve.cut(keep), int(len(keep) - np.count_nonzero(keep))
        if len(curve) and not (curve.x[1:] >= curve.x[:-1]).all():
            order = np.argsort(curve.x, kind="stable")
            curve = Curve(curve.x[order], curve.y[order], curve.steps[order])
        return Found(self._smoothed(run, line, curve, prepared), left_out, last_step)

    def _smoothed(self, run: Run, line: Line, curve: Curve, prepared: Prepared) -> Curve:
        if line.smoothing is None:
            return curve
        mark = (run.key, line, prepared.mark(run, line))
        smooth = self._kept.get(mark)
        # A batch may have come between the summaries and the points: then what is kept is of other points.
        if smooth is None or len(smooth) != len(curve):
            smooth = smoothing.smooth(line.smoothing.kind, line.smoothing.strength, curve.x, curve.y)
            smooth.setflags(write=False)
            self._kept.put(mark, smooth, smooth.nbytes)
        return Curve(curve.x, curve.y, curve.steps, smooth)


@dataclass(frozen=True, slots=True)
class Prepared:
    """`constants`: key → a number per run, in the order of `keys`, NaN where the run has none."""

    keys: Int64
    marks: _Marks
    constants: dict[str, Float64]

    def constant(self, run: Run, name: str) -> float:
        return float(self.constants[name][int(np.searchsorted(self.keys, run.key))])

    def mark(self, run: Run, line: Line) -> tuple[object, ...]:
        """Changes when anything does that the line is computed from."""
        place = int(np.searchsorted(self.keys, run.key))
        own = [self.marks.of(name, line.channel, place) for name in line.metrics]
        constants = [key.name for formula in line.formulas for key in keys_of(formula.tree) if is_per_run(key.name)]
        return (self.marks.rewritten(place), *own, *(float(self.constants[name][place]).hex() for name in constants))


class _Marks:
    """The automatic summaries of metrics for the runs of a query: how many points there are, and whether they are the same."""

    def __init__(self, stores: Stores, project_key: int, keys: Int64) -> None:
        self._stores, self._project_key, self._keys = stores, project_key, keys
        self._found: dict[tuple[str, Channel], Any] = {}
        # Values may change places, and times change, without a trace in any summary.
        self._rewritten = stores.metrics.rewritten([RunRef(project_key, key) for key in keys.tolist()])

    def rewritten(self, place: int) -> int:
        return int(self._rewritten[place])

    def _summary(self, name: str, channel: Channel) -> Any:
        found = self._found.get((name, channel))
        if found is None:
            found = self._found[name, channel] = self._stores.metrics.summaries(self._project_key, self._keys, name, channel)
        return found

    def count(self, name: str, channel: Channel) -> Int64:
        count: Int64 = self._summary(name, channel).count
        return count

    def of(self, name: str, channel: Channel, place: int) -> tuple[object, ...]:
        found = self._summary(name, channel)
        numbers = (found.last[place], found.first[place], found.min[place], found.max[place], found.mean[place])
        steps = (found.count[place], found.last_step[place], found.min_step[place], found.max_step[place])
        # As text, because NaN does not equal itself.
        return (*map(int, steps), *(float(number).hex() for number in numbers))


class _Rows:
    """What every row has beside its metrics."""

    def __init__(self, stores: Stores, run: Run, line: Line, steps: Int64, times: Float64) -> None:
        self._stores, self._run, self._line = stores, run, line
        self._steps, self._times = steps, times

    def value(self, name: str) -> Float64:
        match name:
            case "_step":
                return self._steps.astype(np.float64)
            case "_timestamp":
                return self._times
        return self._times - self._origin()

    def _origin(self) -> float:
        """The time of the run's first history row; of its first row in this channel if it has no history."""
        for channel in dict.fromkeys(("history", self._line.channel)):
            first = next(iter(self._stores.metrics.rows(RowsQuery(self._run.ref, None, channel, limit=1))), None)
            if first is not None and len(first.times):
                return float(first.times[0])
        return 0.0


def _joined(points: dict[str, Points]) -> tuple[Int64, Float64, dict[str, Float64]]:
    """Steps that every metric has, their times, and the metrics' values there."""
    first, *others = points.values()
    if all(len(each.steps) == len(first.steps) and np.array_equal(each.steps, first.steps) for each in others):
        return first.steps, first.times, {name: each.values for name, each in points.items()}
    steps = first.steps
    for each in others:
        steps = np.intersect1d(steps, each.steps, assume_unique=True)
    values = {name: each.values[each.steps.searchsorted(steps)] for name, each in points.items()}
    return steps, first.times[first.steps.searchsorted(steps)], values


def _computed(formula: Formula, values: dict[str, Float64], rows: _Rows, run: Run, prepared: Prepared) -> Float64:
    from assay.server.compute import expressions

    given: dict[str, Float64 | float] = {}
    n = len(next(iter(values.values())))
    for key in keys_of(formula.tree):
        if is_per_run(key.name):
            given[key.name] = prepared.constant(run, key.name)
        else:
            given[key.name] = rows.value(key.name) if key.name in _ROW_KEYS else values[key.name]
    return expressions.evaluate(formula.tree, given, n)


class Kept(Generic[T]):
    """The values used last, within a number of bytes. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._most, self._bytes = most, 0
        self._held: OrderedDict[tuple[object, ...], tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, mark: tuple[object, ...]) -> T | None:
        with self._lock:
            found = self._held.get(mark)
            if found is None:
                return None
            self._held.move_to_end(mark)
            return found[0]

    def put(self, mark: tuple[object, ...], value: T, size: int) -> None:
        if size > self._most // 2:
            return
        with self._lock:
            _, before = self._held.pop(mark, (None, 0))
            self._bytes += size - before
            self._held[mark] = value, size
            while self._bytes > self._most:
                self._bytes -= self._held.popitem(last=False)[1][1]
