"""Which parameters explain a metric of the runs that match. One is computed at a time: a forest takes a core for seconds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assay.server.compute import importance as compute
from assay.server.compute.columns import NUMBER, Column
from assay.server.compute.importance import Parameter
from assay.server.domain.accounts import Actor
from assay.server.domain.filters import ABSENT, AGGREGATES, RUN_FIELDS, Field, field_of, key_of
from assay.server.domain.projects import Project
from assay.server.ports.metadata import Unit
from assay.server.services.projects import find as find_project
from assay.server.services.run_sets import RunSet, RunSets
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest, TooManyRequests
from assay.wire.messages import importance as messages
from assay.wire.names import ProjectPath

Int64 = NDArray[np.int64]

FEW = 20  # runs below which importances are more chance than truth, and said to be
_LEAST = 6  # runs below which nothing is computed
_PARAMS = 40  # parameters of one forest; the ones that most runs have
_WAIT_S = 20  # seconds to wait for the one before
_KEPT = 32  # answers kept: the same question about the same runs has the same answer
_PATHS = 10_000


class ImportanceService:
    def __init__(self, stores: Stores, sets: RunSets) -> None:
        self._stores = stores
        self._sets = sets
        self._turn = threading.Semaphore(1)
        self._answers: OrderedDict[tuple[object, ...], compute.Explained] = OrderedDict()
        self._lock = threading.Lock()

    def explain(self, actor: Actor, path: ProjectPath, asked: messages.ImportanceRequest) -> messages.ImportanceAnswer:
        """Deterministic: the same runs with the same values and seed give the same answer. Above IMPORTANCE_RUNS runs it is
        computed on a sample, and says so. Raises TooManyRequests while others are computed."""
        if not 1 <= asked.most <= _PARAMS:
            raise InvalidRequest(detail=f"most is {asked.most}; expected 1 to {_PARAMS}")
        if not asked.target or not 0 <= asked.seed < 2**32:
            raise InvalidRequest(detail="Give the target, a metric's name, and a seed from 0 to 4294967295")
        revision = self._sets.revision()
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "run:read")
            found = self._sets.find(unit, actor, project, asked, revision)
            key = key_of(_target(asked))
            target = found.narrow(key)
            # In order of age, so that the sample and the answer do not hang on how the list is sorted.
            usable = np.flatnonzero((target.state == NUMBER) & np.isfinite(target.numbers))
            usable = usable[np.argsort(found.order[usable])]
            warnings: list[str] = []
            if len(usable) < len(target):
                warnings.append(f"{len(target) - len(usable)} of {len(target)} runs have no finite {key}")
            if len(usable) > limits.IMPORTANCE_RUNS:
                chosen = np.random.default_rng(asked.seed).choice(len(usable), limits.IMPORTANCE_RUNS, replace=False)
                warnings.append(f"computed on a sample of {limits.IMPORTANCE_RUNS} of {len(usable)} runs (IMPORTANCE_RUNS)")
                usable = usable[np.sort(chosen)]
            params = self._params(unit, project, found, usable, asked.params, warnings)
        numbers = target.numbers[usable]
        if len(usable) < _LEAST or not params or np.ptp(numbers) == 0:
            warnings.append(_nothing(len(usable), len(params)))
            return messages.ImportanceAnswer(len(target), len(usable), _told(warnings), 0.0, [], None)
        explained = self._explained(params, numbers, asked)
        if len(usable) < FEW:
            warnings.append(f"{len(usable)} runs are few: with fewer than {FEW}, importances are mostly chance")
        if explained.r2 < 0.1:
            warnings.append("the parameters explain little of it in runs that were left out: take no importance for granted")
        return messages.ImportanceAnswer(
            len(target), len(usable), _told(warnings), explained.r2, [_shown(param) for param in explained.params[: asked.most]],
            _partial(explained.partial),
        )  # fmt: skip

    def _params(
        self, unit: Unit, project: Project, found: RunSet, usable: Int64, named: Sequence[str], warnings: list[str]
    ) -> list[Parameter]:
        keys = list(dict.fromkeys(named))
        if not keys:
            rows, _ = unit.runs.columns(project.key, "config", "", _PATHS, 0)
            # The ones that most runs have first: a project of many experiments has parameters of each.
            keys = [f"config.{path}" for path, _, _, differs in sorted(rows, key=lambda row: -row[2]) if differs]
        params = [param for key in keys if (param := parameter(key, found.narrow(key).taken(usable))) is not None]
        if len(params) > _PARAMS:
            left = len(params) - _PARAMS
            warnings.append(f"{left} parameters that fewer runs have were left out; at most {_PARAMS} are explained")
        return params[:_PARAMS]

    def _explained(
        self, params: Sequence[Parameter], target: NDArray[np.float64], asked: messages.ImportanceRequest
    ) -> compute.Explained:
        mark = (asked.seed, asked.shown, target.tobytes(), *((p.key, p.kinds, p.numbers.tobytes()) for p in params))
        with self._lock:
            if mark in self._answers:
                self._answers.move_to_end(mark)
                return self._answers[mark]
        if not self._turn.acquire(timeout=_WAIT_S):
            raise TooManyRequests(detail="Other importances are being computed.", retry_after_s=_WAIT_S)
        try:
            explained = compute.explain(params, target, seed=asked.seed, shown=asked.shown)
        finally:
            self._turn.release()
        with self._lock:
            self._answers[mark] = explained
            while len(self._answers) > _KEPT:
                self._answers.popitem(last=False)
        return explained


def parameter(key: str, column: Column) -> Parameter | None:
    """The column as a parameter: numbers if it has nothing else, else categories, absence being one. None if nothing differs."""
    if not column.others and np.isfinite(column.numbers[column.state == NUMBER]).all():
        numbers = np.where(column.state == NUMBER, column.numbers, np.nan)
        different = np.unique(numbers[~np.isnan(numbers)])
        is_varied = len(different) > 1 or (len(different) == 1 and bool(np.isnan(numbers).any()))
        return Parameter(key, numbers) if is_varied else None
    texts = [_text(column.value(place)) for place in range(len(column))]
    names, codes, counts = np.unique(np.array(texts), return_inverse=True, return_counts=True)
    if len(names) < 2:
        return None
    # The rarest kinds become one, so that a parameter of a thousand names does not make a thousand columns.
    common = sorted(np.argsort(-counts, kind="stable")[: compute.CATEGORIES - 1].tolist())
    if len(names) <= compute.CATEGORIES:
        return Parameter(key, codes.astype(np.float64), tuple(map(str, names)))
    place = {code: n for n, code in enumerate(common)}
    grouped = np.array([place.get(code, len(common)) for code in codes.tolist()], np.float64)
    return Parameter(key, grouped, (*(str(names[code]) for code in common), "other"))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else "(absent)" if value is ABSENT else str(value)


def _target(asked: messages.ImportanceRequest) -> Field:
    """A bare name is a metric's; `summary.KEY`, `metrics.KEY.min`, `derived.NAME` and run fields are themselves."""
    field = field_of(asked.target)
    if asked.target in RUN_FIELDS or asked.target.startswith(("=", "derived.", "summary.", "config.", "run.")):
        return field
    is_whole = field.section == "metrics" and asked.target.rpartition(".")[2] in AGGREGATES
    return field if is_whole else Field("metrics", asked.target.removeprefix("metrics."), asked.aggregate)


def _nothing(runs: int, params: int) -> str:
    if runs < _LEAST:
        return f"{runs} runs have the target; at least {_LEAST} are needed, and {FEW} to mean something"
    return "no parameter differs among the runs" if not params else "the target is the same in every run"


def _told(warnings: Sequence[str]) -> str:
    text = "; ".join(warnings)
    return text[:1].upper() + text[1:] + "." if text else ""


def _shown(found: compute.Importance) -> messages.ParameterImportance:
    correlation = None if found.kind == "category" else messages.Correlation(found.pearson, found.spearman)
    return messages.ParameterImportance(
        found.key, found.kind, found.importance, found.low, found.high, correlation, found.by_kind
    )


def _partial(found: compute.Partial | None) -> messages.PartialDependence | None:
    if found is None:
        return None
    return messages.PartialDependence(found.key, found.grid, found.mean.tolist(), found.low.tolist(), found.high.tolist())
