"""Metric definitions as the script made them: which metric runs over which other one."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from assay.wire import names
from assay.wire.errors import InvalidRequest
from assay.wire.records import Define
from assay.wire.texts import clean

SUMMARIES = frozenset({"min", "max", "mean", "last", "first", "best", "copy", "none"})


def define(
    name: str,
    step_metric: str | Define | None,
    step_sync: bool | None,
    hidden: bool | None,
    summary: str | Iterable[str] | None,
    goal: str | None,
    unit: str | None,
    overwrite: bool | None,
) -> Define:
    """The record for `define_metric`. Raises InvalidRequest, naming the argument."""
    if not isinstance(name, str) or not names.is_key(name):
        raise InvalidRequest(detail=f"define_metric: {name!r} is not a metric's name.")
    if "*" in name[:-1]:
        raise InvalidRequest(detail=f"define_metric: {name!r} has a `*` that is not at its end.")
    parts = summary.split(",") if isinstance(summary, str) else list(summary or [])
    rules = [rule.strip().lower() for rule in parts if rule.strip()]
    if unknown := [rule for rule in rules if rule not in SUMMARIES]:
        raise InvalidRequest(
            detail=f"define_metric: summary {unknown[0]!r} is unknown. Expected some of {', '.join(sorted(SUMMARIES))}."
        )
    aims = {None: "", "": "", "min": "minimize", "max": "maximize", "minimize": "minimize", "maximize": "maximize"}
    if goal not in aims:
        raise InvalidRequest(detail=f"define_metric: goal {goal!r} is unknown. Expected minimize or maximize.")
    if "best" in rules and not goal:
        goal = "minimize"
    axis = step_metric.name if isinstance(step_metric, Define) else (step_metric or "")
    if axis and not (isinstance(axis, str) and names.is_key(axis)):
        raise InvalidRequest(detail=f"define_metric: step_metric {axis!r} is not a metric's name.")
    return Define(
        name,
        axis,
        step_sync if step_sync is not None else bool(axis),
        bool(hidden),
        rules,
        aims[goal],
        clean(str(unit or "")),
        bool(overwrite),
    )


class Axes:
    """Which step metrics a row should carry. An exact definition refines a glob; later ones win."""

    def __init__(self) -> None:
        self._exact: dict[str, Define] = {}
        self._globs: dict[str, Define] = {}
        self._wanted: dict[str, str] = {}
        self._last: dict[str, Any] = {}

    def __bool__(self) -> bool:
        return bool(self._exact or self._globs)

    def add(self, definition: Define) -> None:
        (self._globs if definition.name.endswith("*") else self._exact)[definition.name] = definition
        self._wanted.clear()

    def complete(self, row: Mapping[str, Any], refused: Container[str] = ()) -> dict[str, Any]:
        """The last known values of the step metrics that `row` lacks, to be logged with it. One that it was given and that was
        `refused` stays absent: the value before is another."""
        extra: dict[str, Any] = {}
        for key in row:
            axis = self._wanted.get(key)
            if axis is None:
                axis = self._wanted[key] = self._axis(key)
            if axis and axis not in row and axis not in refused and axis in self._last:
                extra[axis] = self._last[axis]
        for axis in {*self._wanted.values()} - {""}:
            if axis in row:
                self._last[axis] = row[axis]
        return extra

    def note(self, row: Mapping[str, Any]) -> None:
        """Remember the step metrics in `row`: they may be logged alone."""
        for definition in (*self._exact.values(), *self._globs.values()):
            if definition.step_metric in row:
                self._last[definition.step_metric] = row[definition.step_metric]

    def _axis(self, key: str) -> str:
        found = self._exact.get(key)
        if found is None:
            for name, definition in self._globs.items():
                if key.startswith(name[:-1]) and key != definition.step_metric:
                    found = definition
        return found.step_metric if found is not None and found.step_sync else ""
