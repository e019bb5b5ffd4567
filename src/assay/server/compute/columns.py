"""Values of one key for many runs, as a column: numbers in an array, everything else by code. What sorting, filtering, grouping
and tables of values work on."""

from __future__ import annotations

import math
import operator as operators
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assay.server.domain.filters import ABSENT, Condition, Search, as_double, evaluate
from assay.wire.odd_numbers import EXACT_INT

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Bool = NDArray[np.bool_]

NUMBER: Final = np.int8(1)
OTHER: Final = np.int8(2)


@dataclass(frozen=True, slots=True)
class Coded:
    """`codes`: place → index into `values`, which differ from each other; −1 where the column has a number or nothing."""

    codes: Int32
    values: list[Any]


class _CodedOthers(dict[int, Any]):
    """Place → value of what is coded, looked up instead of spelled out."""

    def __init__(self, coded: Coded) -> None:
        super().__init__()
        self._coded = coded

    def __missing__(self, place: int) -> Any:
        code = int(self._coded.codes[place])
        if code < 0:
            raise KeyError(place)
        return self._coded.values[code]

    def __bool__(self) -> bool:
        return bool(self._coded.values)


@dataclass(frozen=True)
class Column:
    """A place per run. `state`: 0 absent, 1 a number (in `numbers`), 2 anything else (in `others`, by place). `whole`: where the
    number was an integer; `exact`: integers that a double cannot hold."""

    state: NDArray[np.int8]
    numbers: Float64
    others: dict[int, Any] = field(default_factory=dict)
    whole: Bool | None = None
    exact: dict[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.state)

    def value(self, at: int) -> Any:
        match self.state[at]:
            case 0:
                return ABSENT
            case 1:
                if self.whole is None or not self.whole[at]:
                    return float(self.numbers[at])
                return self.exact[at] if at in self.exact else int(self.numbers[at])
        return self.others[at]

    def as_numbers(self) -> tuple[Float64, Bool]:
        """The values as numbers, booleans as 1 and 0, NaN where there is none; and where there is one."""
        is_there = self.state == NUMBER
        numbers = np.where(is_there, self.numbers, np.nan)
        if self.others:
            of_code = np.array([float(value) if isinstance(value, bool) else np.nan for value in self.coded.values])
            is_other = self.coded.codes >= 0
            numbers[is_other] = of_code[self.coded.codes[is_other]]
            is_there = is_there | (is_other & ~np.isnan(numbers))
        return numbers, is_there

    @cached_property
    def coded(self) -> Coded:
        """What is no number, each different value once. O(n) the first time."""
        codes = np.full(len(self.state), -1, np.int32)
        index: dict[Any, int] = {}
        values: list[Any] = []
        found = np.empty(len(self.others), np.int32)
        for n, value in enumerate(self.others.values()):
            # To Python True is 1 and a list has no hash: only texts stand for themselves.
            mark = value if type(value) is str else (type(value).__name__, repr(value))
            code = index.get(mark)
            if code is None:
                code = index[mark] = len(values)
                values.append(value)
            found[n] = code
        if len(found):
            codes[np.fromiter(self.others, np.int64, len(found))] = found
        return Coded(codes, values)

    @cached_property
    def number_ranks(self) -> Int64:
        """Of each number, in the order of places, how many different smaller ones the column has; NaN is the largest. Integers
        are compared exactly. O(n log n) the first time."""
        is_number = self.state == NUMBER
        _, at = np.unique(self.numbers[is_number], return_inverse=True)
        if not self.exact:
            return at.astype(np.int64)
        # What rounding to a double took from an integer orders those that share a double.
        rest = np.zeros(len(self.state))
        for place, value in self.exact.items():
            if math.isfinite(self.numbers[place]):
                rest[place] = value - int(self.numbers[place])
        rest = rest[is_number]
        order = np.lexsort((rest, at))
        is_next = (np.diff(at[order]) != 0) | (np.diff(rest[order]) != 0)
        ranks = np.zeros(len(at), np.int64)
        ranks[order[1:]] = np.cumsum(is_next)
        return ranks

    @cached_property
    def ranks(self) -> Float64:
        """Where each value stands among the column's: numbers, NaN, booleans, texts, lists, null; absent ones are NaN."""
        if not self.others and not self.exact:
            ranks = self.numbers.copy()
            ranks[(self.state == NUMBER) & np.isnan(self.numbers)] = np.inf  # shares its place with +inf, which is next to it
            ranks[self.state == 0] = np.nan
            return ranks
        ranks = np.full(len(self.state), np.nan)
        is_number = self.state == NUMBER
        ranks[is_number] = at = self.number_ranks
        if not self.others:
            return ranks
        tokens = [_token(value) for value in self.coded.values]
        first = float(at.max() + 1) if len(at) else 0.0
        order = {token: first + n for n, token in enumerate(sorted(set(tokens)))}
        is_other = self.coded.codes >= 0
        ranks[is_other] = np.array([order[token] for token in tokens])[self.coded.codes[is_other]]
        return ranks

    def changed(self, change: Callable[[Any], Any]) -> Column:
        """A new column of what `change` makes of each value that is no number, asked once for each; ABSENT leaves nothing."""
        made = [change(value) for value in self.coded.values]
        column = Column(np.zeros(len(self), np.int8), np.full(len(self), np.nan))
        places = np.flatnonzero(self.coded.codes >= 0)
        for place, code in zip(places.tolist(), self.coded.codes[places].tolist(), strict=True):
            if made[code] is not ABSENT:
                column.state[place] = OTHER
                column.others[place] = made[code]
        return column

    def taken(self, places: Int64) -> Column:
        """The column of some of its places, in their order. Not to be laid on."""
        whole = None if self.whole is None else self.whole[places]
        exact = {n: self.exact[place] for n, place in enumerate(places.tolist()) if place in self.exact} if self.exact else {}
        if not self.others:
            return Column(self.state[places], self.numbers[places], {}, whole, exact)
        codes = self.coded.codes[places]
        is_used = np.bincount(codes + 1, minlength=len(self.coded.values) + 1)[1:] > 0
        compact = np.append(np.cumsum(is_used) - 1, -1).astype(np.int32)  # the last place is that of code −1
        values = [value for value, used in zip(self.coded.values, is_used.tolist(), strict=True) if used]
        coded = Coded(compact[codes], values)
        kept = Column(self.state[places], self.numbers[places], _CodedOthers(coded), whole, exact)
        kept.__dict__["coded"] = coded
        return kept

    def moved(self, places: Int64, to: Int64, length: int) -> Column:
        """A new column of `length` with what stands at `places` here (ascending) at `to` (ascending) there, to be laid on."""
        state, numbers, whole = np.zeros(length, np.int8), np.full(length, np.nan), np.zeros(length, bool)
        state[to], numbers[to] = self.state[places], self.numbers[places]
        if self.whole is not None:
            whole[to] = self.whole[places]
        if len(places) == len(to) == len(self.state) and (not len(to) or int(to[-1]) == len(to) - 1):
            return Column(state, numbers, dict(self.others), whole, dict(self.exact))
        where = dict(zip(places.tolist(), to.tolist(), strict=True)) if self.others or self.exact else {}
        others = {where[place]: value for place, value in self.others.items() if place in where}
        exact = {where[place]: value for place, value in self.exact.items() if place in where}
        return Column(state, numbers, others, whole, exact)

    def replace(self, places: Int64, other: Column | None) -> None:
        """Put what `other` has at `places` there, or nothing. Only while the column is being built."""
        others, exact = ({}, {}) if other is None else (other.others, other.exact)
        for mine, put in ((self.others, others), (self.exact, exact)):
            for place in places.tolist() if mine or put else ():
                mine.pop(place, None)
                if place in put:
                    mine[place] = put[place]
        self.state[places] = 0 if other is None else other.state[places]
        self.numbers[places] = np.nan if other is None else other.numbers[places]
        if self.whole is not None:
            self.whole[places] = False if other is None or other.whole is None else other.whole[places]

    @classmethod
    def of(cls, values: dict[int, Any], runs: Int64) -> Column:
        """From run key → value, for ascending keys `runs`."""
        column = cls(np.zeros(len(runs), np.int8), np.full(len(runs), np.nan), {}, np.zeros(len(runs), bool))
        column.lay(values, runs)
        return column

    @classmethod
    def of_numbers(cls, numbers: Float64, present: Bool, *, whole: bool = False) -> Column:
        return cls(
            present.astype(np.int8), np.where(present, numbers, np.nan), {}, np.full(len(numbers), True) if whole else None
        )

    def lay(self, values: dict[int, Any], runs: Int64) -> None:
        """Put values over what is there. Only while the column is being built."""
        if not values:
            return
        keys = np.fromiter(values, np.int64, len(values))
        places = np.searchsorted(runs, keys)
        known = (
            (places < len(runs)) & (runs[np.minimum(places, len(runs) - 1)] == keys) if len(runs) else np.zeros(len(keys), bool)
        )
        given: Iterable[Any] = values.values()
        if not known.all():
            given = [value for value, is_known in zip(given, known.tolist(), strict=True) if is_known]
            places = places[known]
        kinds = list(map(type, given))
        only = set(kinds)
        if only <= {float, int}:
            self._lay_numbers(places, list(given), kinds if int in only else None)
            return
        at: list[int] = []
        numbers: list[Any] = []
        for place, kind, value in zip(places.tolist(), kinds, given, strict=True):
            if kind is float or kind is int:
                at.append(place)
                numbers.append(value)
            else:
                self.state[place] = OTHER
                self.others[place] = value
                self.exact.pop(place, None)
        if numbers:
            self._lay_numbers(np.array(at, np.int64), numbers, [type(number) for number in numbers])

    def _lay_numbers(self, places: Int64, numbers: list[Any], kinds: list[type] | None) -> None:
        """`kinds` None: all are floats."""
        try:
            doubles = np.array(numbers, np.float64)
        except OverflowError:
            doubles = np.array([as_double(number) for number in numbers])
        for known in (self.others, self.exact):
            for place in places.tolist() if known else ():
                known.pop(place, None)
        self.state[places] = NUMBER
        self.numbers[places] = doubles
        if self.whole is None:
            return
        self.whole[places] = False if kinds is None else np.fromiter((kind is int for kind in kinds), bool, len(kinds))
        large = np.flatnonzero(np.abs(doubles) >= EXACT_INT)  # what a double has rounded to the last exact one is not that one
        if kinds is not None:
            self.exact.update({int(places[n]): numbers[n] for n in large.tolist() if kinds[n] is int})

    def matches(self, condition: Condition, search: Search) -> Bool:
        """Where the condition holds; as `domain.filters.evaluate` says, but a column at a time."""
        other = condition.value
        holds = np.zeros(len(self.state), bool)
        if condition.operator == "exists":
            present: Bool = self.state != 0
            return present
        is_number = self.state == NUMBER
        with np.errstate(invalid="ignore"):
            if condition.operator == "in":
                for each in other:
                    if is_real(each):
                        holds |= self._stands("=", each)
            elif is_real(other) and condition.operator in _COMPARE:
                holds = self._stands(condition.operator, other)
            elif condition.operator == "!=":
                holds = is_number.copy()
        if self.others:
            # Each different value is looked at once, however many runs have it.
            holding = [evaluate(condition, lambda _, given=value: given, search) for value in self.coded.values]  # type: ignore[misc]
            each_holds = np.array(holding, np.bool_)
            is_other = self.coded.codes >= 0
            holds[is_other] = each_holds[self.coded.codes[is_other]]
        return holds

    def _stands(self, operator: str, other: float) -> Bool:
        """Where there is a number that stands so to `other`."""
        is_number, nearest = self.state == NUMBER, as_double(other)
        holds: Bool = is_number & _COMPARE[operator](self.numbers, nearest)
        if abs(nearest) >= EXACT_INT:
            # Rounding keeps the order but makes equals: those are looked at as they are.
            tied = np.flatnonzero(is_number & (self.numbers == nearest)).tolist()
            exactly = _EXACTLY[operator]
            holds[tied] = [exactly(self.exact.get(place, nearest), other) for place in tied]
        return holds


_COMPARE: dict[str, Any] = {
    "=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip
_EXACTLY: dict[str, Callable[[Any, Any], bool]] = {
    "=": operators.eq, "!=": operators.ne, "<": operators.lt, "<=": operators.le, ">": operators.gt, ">=": operators.ge,
}  # fmt: skip


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


def is_real(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
