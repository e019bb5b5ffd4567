"""Values of one key for all runs of a project, as columns: what sorting, filtering and grouping work on.

A column is built once and kept until a run of the project changes here, or a moment has passed; metric columns live only for the
moment, for they move with every batch."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assay.server.domain.definitions import definition_for, summary_rules
from assay.server.domain.filters import ABSENT, Condition, Field, Search, evaluate
from assay.server.domain.runs import RunRef
from assay.server.ports.metadata import Unit
from assay.server.ports.metrics import MetricColumns
from assay.server.services.revisions import Revisions
from assay.server.services.stores import Stores
from assay.wire.messages.runs import MetricDefinition

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

_KEPT_S = 5.0  # seconds another process' change may stay unseen
_MOMENT_S = 1.0  # seconds a metric column is reused: as live as a list needs to be
_COLUMNS = 256  # columns kept; of 100,000 runs each holds about a megabyte
_HAS_OTHER: Final = np.int8(2)


@dataclass(frozen=True)
class Column:
    """A place per run. `state`: 0 absent, 1 a number (in `numbers`), 2 anything else (in `others`, by position)."""

    state: NDArray[np.int8]
    numbers: NDArray[np.float64]
    others: dict[int, Any] = field(default_factory=dict)

    def value(self, at: int) -> Any:
        match self.state[at]:
            case 0:
                return ABSENT
            case 1:
                return float(self.numbers[at])
        return self.others[at]

    @cached_property
    def ranks(self) -> NDArray[np.float64]:
        """Where each value stands among the column's: numbers, NaN, booleans, texts, lists, null; absent ones are NaN."""
        if not self.others:
            ranks = self.numbers.copy()
            ranks[(self.state == 1) & np.isnan(self.numbers)] = np.inf  # shares its place with +inf, which is next to it
            ranks[self.state == 0] = np.nan
            return ranks
        ranks = np.full(len(self.state), np.nan)
        is_number = self.state == 1
        different, at = np.unique(self.numbers[is_number], return_inverse=True)
        ranks[is_number] = at
        tokens = {place: _token(value) for place, value in self.others.items()}
        order = {token: len(different) + 1 + n for n, token in enumerate(sorted(set(tokens.values())))}
        for place, token in tokens.items():
            ranks[place] = order[token]
        return ranks

    @classmethod
    def of(cls, values: dict[int, Any], runs: Int64) -> Column:
        """From run key → value, for ascending keys `runs`."""
        column = cls(np.zeros(len(runs), np.int8), np.full(len(runs), np.nan))
        column.lay(values, runs)
        return column

    def lay(self, values: dict[int, Any], runs: Int64) -> None:
        """Put values over what is there. Only while the column is being built."""
        if not values:
            return
        keys = np.fromiter(values, np.int64, len(values))
        places = np.searchsorted(runs, keys)
        known = (
            (places < len(runs)) & (runs[np.minimum(places, len(runs) - 1)] == keys) if len(runs) else np.zeros(len(keys), bool)
        )
        numbers: list[tuple[int, float]] = []
        for place, is_known, value in zip(places.tolist(), known.tolist(), values.values(), strict=True):
            if not is_known:
                continue
            if type(value) is float or (isinstance(value, int) and not isinstance(value, bool)):
                numbers.append((place, value))
                self.others.pop(place, None)
            else:
                self.state[place] = _HAS_OTHER
                self.others[place] = value
        if numbers:
            at, of = zip(*numbers, strict=True)
            positions = np.fromiter(at, np.int64, len(at))
            self.state[positions] = 1
            self.numbers[positions] = np.array([_double(value) for value in of])

    def matches(self, condition: Condition, search: Search) -> Bool:
        """Where the condition holds; as `domain.filters.evaluate` says, but a column at a time."""
        other = condition.value
        holds = np.zeros(len(self.state), bool)
        if condition.operator == "exists":
            present: Bool = self.state != 0
            return present
        is_number = self.state == 1
        with np.errstate(invalid="ignore"):
            if condition.operator == "in":
                for each in other:
                    if _is_number(each):
                        holds |= is_number & (self.numbers == _double(each))
            elif _is_number(other) and condition.operator in _COMPARE:
                holds = is_number & _COMPARE[condition.operator](self.numbers, _double(other))
            elif condition.operator == "!=":
                holds = is_number.copy()
        if self.others:
            for place, value in self.others.items():
                holds[place] = _holds(condition, value, search)
        return holds


_COMPARE: dict[str, Any] = {
    "=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip


def _holds(condition: Condition, value: Any, search: Search) -> bool:
    return evaluate(condition, lambda _: value, search)


def _token(value: Any) -> tuple[int, str]:
    """What a value that is no number is ordered by."""
    match value:
        case bool():
            return (0, str(int(value)))
        case str():
            return (1, value)
        case list() | tuple():
            return (2, "\0".join(map(str, value)))
        case None:
            return (3, "")
    return (2, str(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _double(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


@dataclass(slots=True)
class _Kept:
    column: Column
    revision: int
    runs_mark: tuple[int, int, int]
    at: float


class RunColumns:
    """Safe to share between threads; two threads may build the same column at once, and the later one is kept."""

    def __init__(self, stores: Stores, revisions: Revisions) -> None:
        self._stores = stores
        self._revisions = revisions
        self._kept: OrderedDict[tuple[int, Field], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def column(self, unit: Unit, project_key: int, runs: Int64, asked: Field) -> Column:
        """The values of `asked` for ascending run keys `runs`."""
        mark = _mark(runs)
        revision, now = self._revisions.of(project_key), self._stores.now()
        is_live = asked.section in ("metrics", "summary") or asked.path == "last_step"
        with self._lock:
            kept = self._kept.get((project_key, asked))
            is_same = kept is not None and kept.revision == revision and kept.runs_mark == mark
            if kept is not None and is_same and 0 <= now - kept.at < (_MOMENT_S if is_live else _KEPT_S):
                self._kept.move_to_end((project_key, asked))
                return kept.column
        column = self._build(unit, project_key, runs, asked)
        with self._lock:
            self._kept[project_key, asked] = _Kept(column, revision, mark, now)
            self._kept.move_to_end((project_key, asked))
            while len(self._kept) > _COLUMNS:
                self._kept.popitem(last=False)
        return column

    def _build(self, unit: Unit, project_key: int, runs: Int64, asked: Field) -> Column:
        if asked == Field("run", "last_step"):
            return self._last_steps(project_key, runs)
        if asked.section == "metrics":
            return _aggregate(self._stores.metrics.summaries(project_key, runs, asked.path), asked.aggregate or "last")
        values = unit.runs.values(project_key, [asked], runs)[0]
        if asked.section != "summary":
            return Column.of(values, runs)
        column = self._automatic(unit, project_key, runs, asked.path)
        column.lay(values, runs)
        return column

    def _automatic(self, unit: Unit, project_key: int, runs: Int64, key: str) -> Column:
        """What each run's definitions make of the metric `key`; its last value where they say nothing."""
        metric = self._stores.metrics.summaries(project_key, runs, key)
        column = _aggregate(metric, "last")
        chosen: dict[tuple[str, ...], list[int]] = {}
        defined = unit.runs.definitions(project_key)
        rules: dict[int, tuple[str, ...]] = {}
        for run_key, definitions in defined.items():
            if (rule := rules.get(id(definitions))) is None:
                rule = rules[id(definitions)] = _rules(definitions, key)
            if rule != ("last",):
                chosen.setdefault(rule, []).append(run_key)
        for rule, keys in chosen.items():
            places = np.flatnonzero(np.isin(runs, np.array(keys, np.int64)))
            other = _aggregate(metric, rule[0]) if len(rule) == 1 else None
            for place in places.tolist():
                column.others.pop(place, None)
            # No rule: no summary. Several: the summary is a small table, which has no place in a column.
            column.state[places] = 0 if other is None else other.state[places]
            column.numbers[places] = np.nan if other is None else other.numbers[places]
            if other is not None:
                column.others.update({place: other.others[place] for place in places.tolist() if place in other.others})
        return column

    def _last_steps(self, project_key: int, runs: Int64) -> Column:
        steps = self._stores.metrics.last_steps([RunRef(project_key, key) for key in runs.tolist()])
        return Column((steps >= 0).astype(np.int8), np.where(steps >= 0, steps, np.nan).astype(np.float64))


def _rules(definitions: Sequence[MetricDefinition], key: str) -> tuple[str, ...]:
    return summary_rules(definition_for(definitions, key))


def _aggregate(metric: MetricColumns, rule: str) -> Column:
    """One aggregate of a metric. The column may be changed by who asked for it."""
    if rule == "count":
        return Column((metric.count > 0).astype(np.int8), metric.count.astype(np.float64))
    numbers = np.array(getattr(metric, rule), np.float64)
    present = metric.count > 0
    if rule in ("min", "max", "mean"):
        present = present & ~np.isnan(numbers)
    state = present.astype(np.int8)
    others = dict(metric.last_other) if rule == "last" else {}
    for place in others:
        state[place] = _HAS_OTHER
    return Column(state, numbers, others)


def _mark(runs: Int64) -> tuple[int, int, int]:
    """Tells one set of runs from another: keys only grow, and a set changes by growing or by losing members."""
    if not len(runs):
        return (0, 0, 0)
    return (len(runs), int(runs[-1]), int(runs.sum()))
