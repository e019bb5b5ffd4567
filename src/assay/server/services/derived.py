"""Columns that expressions make of other columns: `derived.NAME` for those a question names, `=EXPRESSION` for one in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from assay.server.compute.columns import Column
from assay.server.domain.expressions import Expression, keys_of, refuse_along
from assay.server.domain.filters import Field, field_of
from assay.wire.errors import InvalidRequest
from assay.wire.messages.runs import DerivedColumn
from assay.wire.names import is_key

COLUMNS = 50  # derived columns of one question; each is computed for every run
_DEPTH = 8  # derived columns that one is made of, one from the other


class Derived:
    """The derived columns of one question. Raises InvalidExpression for one that cannot be read, InvalidRequest for a name that
    is taken twice or is none."""

    def __init__(self, columns: Sequence[DerivedColumn]) -> None:
        if len(columns) > COLUMNS:
            raise InvalidRequest(detail=f"{len(columns)} derived columns in one query; at most {COLUMNS}")
        self._trees: dict[str, Expression] = {}
        for column in columns:
            if not is_key(column.name) or column.name in self._trees:
                raise InvalidRequest(detail=f"A derived column is named {column.name!r}; expected a name of its own")
            self._trees[column.name] = _parse(column.expression)

    def column(self, asked: Field, read: Callable[[Field], Column], n: int) -> Column:
        """One number per run. Absent where it is not a number and something it is made of is absent or no number: texts and
        lists are none, booleans are 1 and 0."""
        return self._column(asked, read, n, 0, {})

    def _column(self, asked: Field, read: Callable[[Field], Column], n: int, depth: int, made: dict[Field, Column]) -> Column:
        from assay.server.compute import expressions

        if depth > _DEPTH:
            raise InvalidRequest(
                detail=f"Derived column {asked.path!r} is made of itself, or of more than {_DEPTH} others in a row"
            )
        tree = self._tree(asked.path)
        values, is_whole = {}, np.full(n, True)
        for key in keys_of(tree):
            where = field_of(key.name)
            column = made.get(where)
            if column is None:
                column = self._column(where, read, n, depth + 1, made) if where.section == "derived" else read(where)
                made[where] = column
            values[key.name], is_there = column.as_numbers()
            is_whole &= is_there
        found = expressions.evaluate(tree, values, n)
        return Column.of_numbers(found, is_whole | ~np.isnan(found))

    def _tree(self, path: str) -> Expression:
        if path.startswith("="):
            return _parse(path[1:])
        if path not in self._trees:
            known = ", ".join(sorted(self._trees)) or "none"
            raise InvalidRequest(detail=f"The query has no derived column {path!r}. It has: {known}")
        return self._trees[path]


def _parse(text: str) -> Expression:
    # Its parser is loaded when the first expression comes, not when the server starts.
    from assay.server.compute import expression_text

    return refuse_along(expression_text.parse(text))
