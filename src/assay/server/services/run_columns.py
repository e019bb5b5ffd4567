"""Columns of a project's runs, kept for a while: what sorting, filtering and grouping work on.

A column is built once and kept until a run of the project changes here, or a moment has passed; metric columns live only for the
moment, for they move with every batch."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from assay.server.compute.columns import NUMBER, OTHER, Column
from assay.server.domain.definitions import definition_for, summary_rules
from assay.server.domain.filters import ABSENT, AGGREGATES, LOGGED_AGGREGATES, Field
from assay.server.domain.runs import RunRef
from assay.server.domain.tags import value_of
from assay.server.ports.metadata import Unit
from assay.server.ports.metrics import MetricColumns
from assay.server.services.revisions import Revisions
from assay.server.services.stores import Stores
from assay.wire.messages.runs import MetricDefinition
from assay.wire.odd_numbers import EXACT_INT

Int64 = NDArray[np.int64]

_KEPT_S = 30.0  # seconds another process' change may stay unseen; this one's are seen at once
_MOMENT_S = 1.0  # seconds a column that moves with every batch is reused: as live as a list needs to be
_COLUMNS = 256  # columns kept; of 100,000 runs each holds about a megabyte
_MENDED = 2_000  # changed runs up to which looking at these alone costs less than reading the column again
_MOVING = frozenset({Field("run", "last_step"), Field("run", "heartbeat_at"), Field("run", "duration_s")})


_TAGS = Field("run", "tags")


def is_moving(asked: Field) -> bool:
    """Whether the values change while runs log, without a change of a run's row."""
    return asked.section in ("metrics", "summary") or asked in _MOVING


@dataclass(slots=True)
class _Kept:
    column: Column
    revision: int
    runs: Int64
    at: float


class RunColumns:
    """Safe to share between threads; two threads may build the same column at once, and the later one is kept."""

    def __init__(self, stores: Stores, revisions: Revisions) -> None:
        self._stores = stores
        self._revisions = revisions
        self._kept: OrderedDict[tuple[int, Field], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def revision(self) -> int:
        """What goes with a unit of work that begins from now on."""
        return self._revisions.now()

    def column(self, unit: Unit, project_key: int, runs: Int64, asked: Field, revision: int) -> Column:
        """The values of `asked` for ascending run keys `runs`. The column is shared: nobody may change it. `revision` is from
        before the unit began: a change that came meanwhile is then looked at again, not missed."""
        if asked.section == "tags":
            return _said_by_tags(self.column(unit, project_key, runs, _TAGS, revision), asked.path)
        now = self._stores.now()
        with self._lock:
            kept = self._kept.get((project_key, asked))
        if kept is not None and not 0 <= now - kept.at < (_MOMENT_S if is_moving(asked) else _KEPT_S):
            kept = None
        if kept is not None and self._revisions.is_current(project_key, kept.revision) and _is_same(kept.runs, runs):
            return kept.column
        column = self._mended(unit, project_key, runs, asked, kept) if kept is not None and not is_moving(asked) else None
        # A column that was only mended keeps its age: once in a while everything is read again.
        at = kept.at if kept is not None and column is not None else now
        if column is None:
            column = self.read(unit, project_key, runs, asked)
        with self._lock:
            self._kept[project_key, asked] = _Kept(column, revision, runs, at)
            self._kept.move_to_end((project_key, asked))
            while len(self._kept) > _COLUMNS:
                self._kept.popitem(last=False)
        return column

    def _mended(self, unit: Unit, project_key: int, runs: Int64, asked: Field, kept: _Kept) -> Column | None:
        """The kept column with the runs that came or changed since; None where reading all of it is the better way."""
        changed = self._revisions.changed_since(project_key, kept.revision)
        if changed is None or len(changed) > _MENDED:
            return None
        places = np.searchsorted(kept.runs, runs)
        known = np.zeros(len(runs), bool)
        if len(kept.runs):
            known = kept.runs[np.minimum(places, len(kept.runs) - 1)] == runs
        if changed:
            known &= ~np.isin(runs, np.fromiter(changed, np.int64, len(changed)))
        fresh = runs[~known]
        if len(fresh) > _MENDED:
            return None
        column = kept.column.moved(places[known], np.flatnonzero(known), len(runs))
        column.lay(unit.runs.values(project_key, [asked], fresh)[0], runs)
        return column

    def read(self, unit: Unit, project_key: int, runs: Int64, asked: Field) -> Column:
        """The values of `asked` for ascending run keys `runs` as they are now; nothing is kept."""
        if asked.section == "tags":
            return _said_by_tags(self.read(unit, project_key, runs, _TAGS), asked.path)
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
        """What each run's definitions make of the metric `key`; its last value where they say nothing. Where they ask for
        several aggregates of a metric, each is a key of its own: `loss.min`."""
        metric = self._stores.metrics.summaries(project_key, runs, key)
        column = _summary(metric, "last")
        defined = unit.runs.definitions(project_key)
        for rule, keys in _by_rule(defined, key).items():
            if rule != ("last",):
                # No rule: no summary. Several: the summary is a small table, which has no place in a column.
                other = _summary(metric, rule[0]) if len(rule) == 1 else None
                column.replace(np.flatnonzero(np.isin(runs, np.array(keys, np.int64))), other)
        base, _, part = key.rpartition(".")
        if base and part in AGGREGATES:
            asking = [run for rule, keys in _by_rule(defined, base).items() if len(rule) > 1 and part in rule for run in keys]
            if asking:
                is_free = np.isin(runs, np.array(asking, np.int64)) & (column.state == 0)
                column.replace(np.flatnonzero(is_free), _summary(self._stores.metrics.summaries(project_key, runs, base), part))
        return column

    def _last_steps(self, project_key: int, runs: Int64) -> Column:
        steps = self._stores.metrics.last_steps([RunRef(project_key, key) for key in runs.tolist()])
        return Column.of_numbers(steps.astype(np.float64), steps >= 0, whole=True)


def _said_by_tags(tags: Column, key: str) -> Column:
    def said(listed: Any) -> Any:
        value = value_of(listed, key)
        return ABSENT if value is None else value

    return tags.changed(said)


def _by_rule(defined: Mapping[int, Sequence[MetricDefinition]], key: str) -> dict[tuple[str, ...], list[int]]:
    """Aggregates that make the summary of metric `key` → keys of the runs where they do, of those that define anything."""
    found: dict[tuple[str, ...], list[int]] = {}
    rules: dict[int, tuple[str, ...]] = {}
    for run_key, definitions in defined.items():
        # Runs of a project mostly define the same, and then share one object.
        if (rule := rules.get(id(definitions))) is None:
            rule = rules[id(definitions)] = summary_rules(definition_for(definitions, key))
        found.setdefault(rule, []).append(run_key)
    return found


def _aggregate(metric: MetricColumns, rule: str) -> Column:
    """One aggregate of a metric. The column may be changed by who asked for it."""
    if rule == "count":
        return Column.of_numbers(metric.count.astype(np.float64), metric.count > 0, whole=True)
    numbers = np.array(getattr(metric, rule), np.float64)
    present = metric.count > 0
    if rule in ("min", "max", "mean"):
        present = present & ~np.isnan(numbers)
    state = present.astype(np.int8)
    others = dict(metric.last_other) if rule == "last" else {}
    exact = _exact(metric, rule)
    for place, value in others.items():
        state[place] = OTHER
        if type(value) is not str:
            others[place] = msgspec.to_builtins(value)  # a time is the text that a summary shows
    is_whole = np.zeros(len(state), bool) if rule == "mean" else metric.is_whole & (np.abs(numbers) <= EXACT_INT)
    is_whole[list(exact)] = True
    return Column(state, numbers, others, is_whole, exact)


def _exact(metric: MetricColumns, rule: str) -> dict[int, int]:
    """Integers that no double holds, by place. What was logged once is its own first, lowest and highest value."""
    if rule == "last":
        return dict(metric.last_exact)
    if rule not in ("first", "min", "max"):
        return {}
    return {place: value for place, value in metric.last_exact.items() if metric.count[place] == 1}


def _summary(metric: MetricColumns, rule: str) -> Column:
    """The same as a run's summary shows it: a boolean stays one, where the aggregate is a number for charts."""
    column = _aggregate(metric, rule)
    if rule in LOGGED_AGGREGATES:
        places = np.flatnonzero(metric.is_boolean & (column.state == NUMBER))
        column.state[places] = OTHER
        column.others.update(zip(places.tolist(), (column.numbers[places] != 0).tolist(), strict=True))
    return column


def _is_same(runs: Int64, others: Int64) -> bool:
    return runs is others or (len(runs) == len(others) and bool(np.array_equal(runs, others)))
