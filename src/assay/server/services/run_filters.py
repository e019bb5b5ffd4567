"""Which runs of a project match: what SQL can tell is asked of SQL in pieces as large as possible, the rest of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.patterns import search as search_pattern
from assay.server.domain.filters import And, Condition, Field, Filter, Not, Or, conditions

if TYPE_CHECKING:
    from assay.server.services.run_sets import RunSet

Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RunSearch:
    """What a person typed to find runs, false where it asks for nothing; as `ports.metadata` takes it."""

    text: str = ""
    is_regex: bool = False
    only_names: bool = False

    def __bool__(self) -> bool:
        return bool(self.text.strip())


NO_SEARCH = RunSearch()


def is_joined(asked: Field) -> bool:
    """Whether someone beside the metadata store has a say in the field's value."""
    return asked.section in ("metrics", "summary", "derived", "tags") or asked == Field("run", "last_step")


def matching(runs: RunSet, where: Filter, search: RunSearch = NO_SEARCH) -> Bool:
    """For each run of the set's universe whether it matches."""
    return _Matcher(runs).both(where, search)


class _Matcher:
    def __init__(self, runs: RunSet) -> None:
        self._runs = runs

    def both(self, where: Filter, search: RunSearch) -> Bool:
        if _is_sql(where):
            return self._ask(where, search)
        found = self._evaluate(where)
        return found & self._ask(And(()), search) if search else found

    def _evaluate(self, where: Filter) -> Bool:
        match where:
            case Condition():
                return self._runs.of(where.field).matches(where, search_pattern)
            case Not(part):
                return ~self._mask(part)
            case And(parts):
                return self._joined(parts, And, np.logical_and, start=True)
            case Or(parts):
                return self._joined(parts, Or, np.logical_or, start=False)

    def _joined(self, parts: Sequence[Filter], kind: type[And] | type[Or], join: np.ufunc, *, start: bool) -> Bool:
        sql = tuple(part for part in parts if _is_sql(part))
        found = self._ask(kind(sql)) if sql else np.full(len(self._runs.universe), start)
        for part in parts:
            if not _is_sql(part):
                found = join(found, self._evaluate(part))
        return found

    def _mask(self, where: Filter) -> Bool:
        return self._ask(where) if _is_sql(where) else self._evaluate(where)

    def _ask(self, where: Filter, search: RunSearch = NO_SEARCH) -> Bool:
        runs = self._runs
        keys = runs.unit.runs.matching(
            runs.project.key,
            where,
            search=search.text,
            is_regex=search.is_regex,
            only_names=search.only_names,
            trash=runs.trash,
        )
        return np.isin(runs.universe, keys, assume_unique=True)


def _is_sql(where: Filter) -> bool:
    return not any(is_joined(condition.field) for condition in conditions(where))
