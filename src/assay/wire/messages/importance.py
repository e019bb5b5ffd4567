"""Which parameters explain a metric."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from assay.wire.messages.runs import RunSetQuery


class ImportanceRequest(RunSetQuery, forbid_unknown_fields=True, kw_only=True):
    """`target` is a metric's name, or any key of the filter grammar that has numbers. `params` empty: every config key that
    differs among the runs. `most` parameters come back; `shown` is the one of the partial dependence (empty: the most
    important)."""

    target: str
    aggregate: Literal["last", "min", "max", "mean", "first"] = "last"
    params: list[str] = msgspec.field(default_factory=list)
    seed: int = 0
    most: int = 12
    shown: str = ""


class Correlation(msgspec.Struct):
    """Null where one side does not vary, or too few runs have both."""

    pearson: float | None
    spearman: float | None


class ParameterImportance(msgspec.Struct):
    """`importance` is a share of what all parameters explain together; `low` … `high` hold nine in ten bootstrap samples.
    `correlation` is null for categories, `by_kind` (the mean target of each) for numbers."""

    key: str
    kind: Literal["number", "category"]
    importance: float
    low: float
    high: float
    correlation: Correlation | None
    by_kind: dict[str, float] | None


class PartialDependence(msgspec.Struct):
    """What the forest expects with the parameter at each place of `grid` in every run, other parameters as they are."""

    key: str
    grid: list[Any]
    mean: list[float]
    low: list[float]
    high: list[float]


class ImportanceAnswer(msgspec.Struct):
    """`run_count`: runs of the set; `used_count`: those it was computed on. `warning` says what to keep in mind, empty if
    nothing: too few runs, a sample of many, parameters left out, a forest that explains nothing. `r2`: share of the target's
    variance explained in runs that the forest had not seen."""

    run_count: int
    used_count: int
    warning: str
    r2: float
    params: list[ParameterImportance]
    partial: PartialDependence | None
