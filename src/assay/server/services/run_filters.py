"""Which runs of a project match: what SQL can tell is asked of SQL in pieces as large as possible, the rest of columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.patterns import search as search_pattern
from assay.server.domain.filters import And, Condition, Field, Filter, Not, Or, conditions
from assay.server.ports.metadata import Unit
from assay.server.services.run_columns import RunColumns

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


def is_live(asked: Field) -> bool:
    """Whether the metric store has a say in the field's value."""
    return asked.section in ("metrics", "summary") or asked == Field("run", "last_step")


def matching(
    unit: Unit, columns: RunColumns, project_key: int, universe: Int64, where: Filter, *, search: str = "", trash: bool = False
) -> Bool:
    """For each run of the `universe` (ascending keys) whether it matches."""
    return _Matcher(unit, columns, project_key, universe, trash).both(where, search)


class _Matcher:
    def __init__(self, unit: Unit, columns: RunColumns, project_key: int, universe: Int64, trash: bool) -> None:
        self._unit = unit
        self._columns = columns
        self._project_key = project_key
        self._universe = universe
        self._trash = trash

    def both(self, where: Filter, search: str) -> Bool:
        if _is_sql(where):
            return self._ask(where, search)
        found = self._evaluate(where)
        return found & self._ask(And(()), search) if search.strip() else found

    def _evaluate(self, where: Filter) -> Bool:
        match where:
            case Condition():
                column = self._columns.column(self._unit, self._project_key, self._universe, where.field)
                return column.matches(where, search_pattern)
            case Not(part):
                return ~self._mask(part)
            case And(parts):
                return self._joined(parts, And, np.logical_and, start=True)
            case Or(parts):
                return self._joined(parts, Or, np.logical_or, start=False)

    def _joined(self, parts: Sequence[Filter], kind: type[And] | type[Or], join: np.ufunc, *, start: bool) -> Bool:
        sql = tuple(part for part in parts if _is_sql(part))
        found = self._ask(kind(sql)) if sql else np.full(len(self._universe), start)
        for part in parts:
            if not _is_sql(part):
                found = join(found, self._evaluate(part))
        return found

    def _mask(self, where: Filter) -> Bool:
        return self._ask(where) if _is_sql(where) else self._evaluate(where)

    def _ask(self, where: Filter, search: str = "") -> Bool:
        keys = self._unit.runs.matching(self._project_key, where, search=search, trash=self._trash)
        return np.isin(self._universe, keys, assume_unique=True)


def _is_sql(where: Filter) -> bool:
    return not any(is_live(condition.field) for condition in conditions(where))
