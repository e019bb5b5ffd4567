"""Groups of runs with the same values of some keys, nested a level per key, and what the numbers of their columns come to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.columns import NUMBER, Column
from assay.server.compute.order import order_of
from assay.server.domain.filters import And, Condition, Field, Filter, Not, field_of, kind_of
from assay.server.domain.runs import LIVE
from assay.wire import limits
from assay.wire.messages.runs import GroupKey, GroupSort, RunGroup

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

_ITEMS = 200  # different items of a list column up to which a group's condition names those that its lists do not have
_IDS = 1_000  # runs of a group that its condition names where its value cannot be told from others
_DASH = "\u2013"
_ID = Field("run", "id")


@dataclass(frozen=True, slots=True)
class Level:
    """One key over the runs in order: `codes` say which of `values` each has, −1 for none; `is_range` which are ranges of
    numbers; `condition` goes with a value."""

    key: str
    codes: Int64
    values: list[Any]
    is_range: list[bool]
    condition: Callable[[int], Filter]

    @classmethod
    def of(cls, asked: GroupKey, column: Column, ids: Column) -> Level:
        """From the column of the runs in order, and that of their ids. The order of tags means nothing, that of a list does."""
        where = field_of(asked.key)
        codes = np.full(len(column), -1, np.int64)
        is_number = column.state == NUMBER
        width = asked.bin_width
        steps = _bins(column.numbers[is_number], width) if width > 0 else column.number_ranks
        different, at = np.unique(steps, return_inverse=True, equal_nan=True)
        codes[is_number] = at
        first = np.flatnonzero(is_number)[np.unique(at, return_index=True)[1]].tolist()
        values: list[Any] = []
        for step, place in zip(different.tolist(), first, strict=True):
            in_range = width > 0 and math.isfinite(step)
            values.append([step * width, (step + 1) * width] if in_range else column.value(place))
        is_range = [width > 0 and isinstance(value, list) for value in values]
        is_other = column.state > NUMBER
        if is_other.any():
            known: dict[Any, int] = {}
            of_code = []
            for value in column.coded.values:
                mark = _mark(value, is_ordered=where.section != "run")
                if mark not in known:
                    known[mark] = len(values)
                    values.append(value)
                    is_range.append(False)
                of_code.append(known[mark])
            codes[is_other] = np.array(of_code, np.int64)[column.coded.codes[is_other]]
        items = _items(values, is_range)
        can_tell = _can_tell(values, is_range, items)

        def condition(code: int) -> Filter:
            if code < 0:
                return Not(Condition(where, "exists"))
            value = values[code]
            if not can_tell and not is_range[code] and (isinstance(value, list | tuple) or _is_nan(value)):
                members = np.flatnonzero(codes == code).tolist()
                if len(members) <= _IDS:
                    return Condition(_ID, "in", tuple(ids.value(place) for place in members))
            return _condition(where, value, is_range[code], items)

        return cls(asked.key, codes, values, is_range, condition)


def _bins(numbers: Float64, width: float) -> Float64:
    """k where k · width <= number < (k + 1) · width as doubles compare, so that a range's condition finds the same runs."""
    with np.errstate(invalid="ignore", over="ignore"):
        steps = np.floor(numbers / width)
        steps = np.where(steps * width > numbers, steps - 1, steps)
        steps = np.where((steps + 1) * width <= numbers, steps + 1, steps)
    return np.where(np.isfinite(numbers), steps, numbers)


def _mark(value: Any, *, is_ordered: bool) -> Any:
    if isinstance(value, list | tuple):
        items = [repr(item) for item in value]
        return ("list", *(items if is_ordered else sorted(items)))
    return (type(value).__name__, value)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _is_said(item: Any) -> bool:
    """Whether a filter can name an item of a list."""
    return isinstance(item, str | bool | int | float | None) and not _is_nan(item)


def _items(values: Sequence[Any], is_range: Sequence[bool]) -> list[Any]:
    """The different items of the lists among the values that a filter can name; none where they are too many."""
    found: dict[str, Any] = {}
    for value, ranges in zip(values, is_range, strict=True):
        if isinstance(value, list | tuple) and not ranges:
            found.update({repr(item): item for item in value if _is_said(item)})
    return list(found.values()) if len(found) <= _ITEMS else []


def _can_tell(values: Sequence[Any], is_range: Sequence[bool], items: Sequence[Any]) -> bool:
    """Whether conditions on items tell the lists among the values from each other and from NaN: not where two have the same ones,
    in another order or number, nor where an item cannot be named."""
    lists = [value for value, ranges in zip(values, is_range, strict=True) if isinstance(value, list | tuple) and not ranges]
    if lists and any(map(_is_nan, values)):
        return False
    if any(not _is_said(item) for value in lists for item in value) or (not items and any(lists)):
        return False
    # To filters 1 and 1.0 are one, but 1 and true are two.
    return len({frozenset((kind_of(item), item) for item in value) for value in lists}) == len(lists)


def _condition(where: Field, value: Any, is_range: bool, items: Sequence[Any]) -> Filter:
    """The filter that runs with the value meet and no others."""
    if is_range:
        return And((Condition(where, ">=", value[0]), Condition(where, "<", value[1])))
    if isinstance(value, list | tuple):
        there = {repr(item) for item in value}
        parts: list[Filter] = [Condition(where, "has", item) for item in value if _is_said(item)]
        parts += [Not(Condition(where, "has", item)) for item in items if repr(item) not in there]
        if not value and where.section == "run":
            parts += [Not(Condition(where, "exists"))]  # an empty list of tags is none
        elif not value:
            parts += [Condition(where, "exists"), Not(Condition(where, ">=", -math.inf)), *_no_word(where)]
        return And(tuple(parts))
    if _is_nan(value):
        # Nothing equals it: what is there and is neither another number nor anything else.
        return And((Condition(where, "exists"), Not(Condition(where, "<=", math.inf)), *_no_word(where)))
    return Condition(where, "=", value)


def _no_word(where: Field) -> tuple[Filter, Filter]:
    """Neither text (nor a list with one) nor a boolean or null."""
    return Not(Condition(where, "~", "")), Not(Condition(where, "in", (True, False, None)))


@dataclass(frozen=True, slots=True)
class _Groups:
    """The groups of one level. `of`: row → group; `parent`: group → group of the level above; the rest: one place per group.
    `order`: groups as they are shown."""

    of: Int64
    parent: Int64
    first: Int64
    count: Int64
    running: Int64
    aggregates: dict[str, dict[str, Float64]]
    order: Int64


@dataclass(frozen=True, slots=True)
class GroupPage:
    groups: list[RunGroup]
    total: int
    is_cut: bool


def grouped(
    levels: Sequence[Level], columns: Mapping[str, Column], state: Column, order_by: Sequence[GroupSort], start: int, limit: int
) -> GroupPage:
    """Groups `start …` of the first level, with those below. All columns are of the runs in order. A run without a value of a
    key belongs to the group where the key is null. At most PAGE_ROWS groups in all: deeper ones are left out first."""
    if not len(state):
        return GroupPage([], 0, False)
    is_running = _is_running(state)
    made = [_level(levels, 0, None, columns, is_running, order_by)]
    for depth in range(1, len(levels)):
        made.append(_level(levels, depth, made[-1], columns, is_running, order_by))
    shown = made[0].order[start : start + limit]
    roots = [_group(levels, made, 0, group, None) for group in shown.tolist()]
    parents, budget, is_cut = dict(zip(shown.tolist(), roots, strict=True)), limits.PAGE_ROWS - len(roots), False
    for depth in range(1, len(levels)):
        level = made[depth]
        children: dict[int, RunGroup] = {}
        wanted = level.order[np.isin(level.parent[level.order], np.fromiter(parents, np.int64, len(parents)))]
        # A group's children are shown all or not at all; those of the groups on top come first.
        for parent, found in _by_parent(wanted, level.parent, list(parents)):
            if len(found) > budget:
                is_cut = True
                continue
            budget -= len(found)
            for group in found:
                child = children[group] = _group(levels, made, depth, group, parents[parent])
                parents[parent].groups.append(child)
        parents = children
    return GroupPage(roots, len(made[0].order), is_cut)


def _by_parent(groups: Int64, parent: Int64, parents: Sequence[int]) -> list[tuple[int, list[int]]]:
    found: dict[int, list[int]] = {each: [] for each in parents}
    for group in groups.tolist():
        found[int(parent[group])].append(group)
    return list(found.items())


def _level(
    levels: Sequence[Level], depth: int, above: _Groups | None, columns: Mapping[str, Column], is_running: Float64,
    order_by: Sequence[GroupSort],
) -> _Groups:  # fmt: skip
    codes = levels[depth].codes + 1
    combined = codes if above is None else above.of * (int(codes.max()) + 1) + codes
    _, first, of = np.unique(combined, return_index=True, return_inverse=True)
    count = np.bincount(of)
    running = np.bincount(of, weights=is_running).astype(np.int64)
    aggregates = {key: _aggregates(column, of, len(count)) for key, column in columns.items()}
    parent = np.zeros(len(count), np.int64) if above is None else above.of[first]
    shown: list[tuple[Float64, bool]] = []
    for sort in order_by:
        if sort.aggregate == "value":
            value = _ranks(levels[depth])[levels[depth].codes[first]]
        elif sort.key:
            found = aggregates[sort.key]
            value = np.where(found["count"] > 0, found[sort.aggregate], np.nan) if sort.aggregate != "count" else found["count"]
        else:
            value = count.astype(np.float64)
        shown.append((value, sort.descending))
    shown.append((first.astype(np.float64), False))
    return _Groups(of, parent, first, count, running, aggregates, order_of(shown))


def _ranks(level: Level) -> Float64:
    """Where each value stands among the level's values; the last place (of code −1) is NaN."""

    def place(code: int) -> tuple[int, float, str]:
        value = level.values[code]
        if level.is_range[code]:
            return (0, value[0], "")
        if isinstance(value, int | float) and not isinstance(value, bool):
            return (0, math.inf if _is_nan(value) else value, "")
        return (1, 0.0, str(value))

    ranks = np.full(len(level.values) + 1, np.nan)
    for rank, code in enumerate(sorted(range(len(level.values)), key=place)):
        ranks[code] = rank
    return ranks


def _group(levels: Sequence[Level], made: Sequence[_Groups], depth: int, group: int, parent: RunGroup | None) -> RunGroup:
    # Writing a condition needs the module that reads them; loading its parser is for those who group.
    from assay.server.compute.filter_text import format_filter

    level, groups = levels[depth], made[depth]
    code = int(level.codes[groups.first[group]])
    value = None if code < 0 else level.values[code]
    condition = format_filter(level.condition(code))
    above = ({}, [], "") if parent is None else (parent.keys, parent.path, parent.condition)
    aggregates = {
        key: {name: float(column[group]) for name, column in found.items()}
        for key, found in groups.aggregates.items()
        if found["count"][group]
    }
    return RunGroup(
        keys={**above[0], level.key: value},
        run_count=int(groups.count[group]),
        running_count=int(groups.running[group]),
        aggregates=aggregates,
        path=[*above[1], value],
        label=_label(value, is_range=code >= 0 and level.is_range[code]),
        # Neither side has an `or` outside parentheses, so they may stand beside each other.
        condition=f"{above[2]} and {condition}" if above[2] else condition,
    )


def _label(value: Any, *, is_range: bool = False) -> str:
    if is_range:
        return f"{_label(value[0])} {_DASH} {_label(value[1])}"
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
            return str(int(value))
        case float() | int():
            return f"{value:.6g}" if isinstance(value, float) else str(value)
        case list() | tuple():
            return ", ".join(map(str, value))
    return str(value)


def _is_running(state: Column) -> Float64:
    is_live = np.array([value in LIVE for value in state.coded.values], np.float64)
    return is_live[state.coded.codes] if len(is_live) else np.zeros(len(state))


def _aggregates(column: Column, of: Int64, n: int) -> dict[str, Float64]:
    """count, mean, min, max and (population) std of the finite numbers, booleans as 1 and 0, a place per group."""
    numbers, is_there = column.as_numbers()
    usable = is_there & np.isfinite(numbers)
    values, at = numbers[usable], of[usable]
    count = np.bincount(at, minlength=n).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = np.bincount(at, weights=values, minlength=n) / count
        # In two passes: the difference of two large sums would lose small spreads.
        std = np.sqrt(np.bincount(at, weights=(values - mean[at]) ** 2, minlength=n) / count)
    lowest, highest = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(lowest, at, values)
    np.maximum.at(highest, at, values)
    return {"count": count, "mean": mean, "min": lowest, "max": highest, "std": std}
