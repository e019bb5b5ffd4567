"""A question about runs becomes a run set: which runs of a project match, in which order, and what they have in any column.

Everything that works on "the runs of this filter" asks here: pages, groups, tables of values, exports, edits, importance."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.columns import Column
from assay.server.compute.order import order_of
from assay.server.domain import mongo
from assay.server.domain.accounts import Actor
from assay.server.domain.filters import EVERYTHING, And, Condition, Field, Filter, Sort, conditions, field_of
from assay.server.domain.projects import Project
from assay.server.ports.metadata import Unit
from assay.server.services.derived import Derived
from assay.server.services.revisions import Revisions
from assay.server.services.run_columns import RunColumns, is_moving
from assay.server.services.run_filters import RunSearch, matching
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages.runs import RunSetQuery

Int64 = NDArray[np.int64]

SORT_KEYS = 8  # keys of one order; each costs a sort of every run
_FEW = 2_000  # runs up to which reading values of each costs less than reading whole columns
_ORDERS = 128  # answers kept; of 100,000 runs each holds under a megabyte
_MOMENT_S, _KEPT_S = 1.0, 30.0


@dataclass(frozen=True, slots=True)
class _Answer:
    """`universe`: keys of every run of the project, ascending. `order`: places in it of those that match, sorted."""

    universe: Int64
    order: Int64


@dataclass(frozen=True)
class RunSet:
    """Runs that match, for as long as the unit of work they were read in is open. `order` are places in `universe`, which holds
    the keys of every run of the project, ascending."""

    unit: Unit
    project: Project
    universe: Int64
    order: Int64
    trash: bool
    revision: int
    _columns: RunColumns = field(repr=False)
    _derived: Derived = field(repr=False)
    _computed: dict[Field, Column] = field(default_factory=dict, repr=False)

    @property
    def keys(self) -> Int64:
        """Keys of the runs, in order."""
        return self.universe[self.order]

    def column(self, key: str) -> Column:
        """What every run of the universe has under a key of the filter grammar. Shared: nobody may change it."""
        return self.of(field_of(key))

    def of(self, asked: Field) -> Column:
        if asked.section == "derived":
            if asked not in self._computed:
                self._computed[asked] = self._derived.column(asked, self.of, len(self.universe))
            return self._computed[asked]
        return self._columns.column(self.unit, self.project.key, self.universe, asked, self.revision)

    def narrow(self, key: str) -> Column:
        """The column of the runs that match, in order. Of few runs of many it is read for these alone, and not kept."""
        if len(self.order) > _FEW or len(self.universe) <= 2 * _FEW:
            return self.taken(key)
        keys = self.keys
        places = np.argsort(keys)
        read = partial(self._columns.read, self.unit, self.project.key, keys[places])
        asked = field_of(key)
        column = self._derived.column(asked, read, len(keys)) if asked.section == "derived" else read(asked)
        return column.taken(np.argsort(places))

    def taken(self, key: str, places: Int64 | None = None) -> Column:
        """The column of the runs that match, in order; or of `places` of the universe."""
        return self.column(key).taken(self.order if places is None else places)


class RunSets:
    """Safe to share between threads."""

    def __init__(self, stores: Stores, columns: RunColumns, revisions: Revisions) -> None:
        self._stores = stores
        self._columns = columns
        self._revisions = revisions
        self._universes: dict[tuple[int, bool], tuple[int, float, Int64]] = {}
        self._answers: OrderedDict[tuple[object, ...], tuple[int, float, _Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def revision(self) -> int:
        """What `find` has to know of a unit of work, asked before that begins."""
        return self._revisions.now()

    def find(self, unit: Unit, actor: Actor, project: Project, asked: RunSetQuery, revision: int) -> RunSet:
        """Raises InvalidFilter and InvalidRequest. Without an order the newest runs come first; the actor may read them."""
        check(asked)
        where = parse_filter(asked.filter)
        if asked.only_mine:
            mine = Condition(Field("run", "user"), "=", actor.username)
            where = mine if where == EVERYTHING else And((where, mine))
        order = tuple(Sort(field_of(key.key), key.descending) for key in asked.sort)
        derived = Derived(asked.derived)
        answer = self._answer(unit, project, where, order, asked, derived, revision)
        return RunSet(unit, project, answer.universe, answer.order, asked.trash, revision, self._columns, derived)

    def count_before(self, found: RunSet, asked: RunSetQuery, keys: Int64, run_key: int) -> int | None:
        """How many of `keys`, which are the set's in order, stand before a run that is among them no more: it does not match, or
        lies in the trash. None for one that is forgotten, if its values would have to say."""
        if not asked.sort:
            return int(np.count_nonzero(keys > run_key))
        unit = found.unit
        known = unit.runs.by_keys([run_key], whole=False, with_deleted=True)
        if not known or known[0].project_key != found.project.key:  # who makes a cursor up learns nothing of another project's
            return None
        both = np.union1d(keys, [run_key])
        derived = Derived(asked.derived)
        read = partial(self._columns.read, unit, found.project.key, both)

        def column(field: Field) -> Column:
            return derived.column(field, read, len(both)) if field.section == "derived" else read(field)

        order = _sorted(column, np.arange(len(both)), [Sort(field_of(key.key), key.descending) for key in asked.sort])
        return int(np.flatnonzero(both[order] == run_key)[0])

    def tag_counts(self, unit: Unit, actor: Actor, project: Project, revision: int) -> dict[str, int]:
        """Tag → how many of the project's runs outside the trash have it."""
        coded = self.find(unit, actor, project, RunSetQuery(), revision).column("tags").coded
        # Many runs share few lists of tags: lists are counted, then what is in them.
        times = np.bincount(coded.codes + 1, minlength=len(coded.values) + 1)[1:].tolist()
        counts: dict[str, int] = {}
        for tags, count in zip(coded.values, times, strict=True):
            for tag in tags:
                counts[tag] = counts.get(tag, 0) + count
        return counts

    def _answer(
        self,
        unit: Unit,
        project: Project,
        where: Filter,
        order: Sequence[Sort],
        asked: RunSetQuery,
        derived: Derived,
        revision: int,
    ) -> _Answer:
        ids = None if asked.ids is None else tuple(asked.ids)
        formulas = tuple((column.name, column.expression) for column in asked.derived)
        # To Python 1 and true are equal, and so would be the filters; as they are written they are not.
        search = RunSearch(asked.search, is_regex=asked.is_regex, only_names=asked.only_names)
        mark = (formulas, project.key, repr(where), order, search, ids, tuple(asked.hide), asked.trash)
        is_live = any(_is_live(sort.field) for sort in order) or any(_is_live(c.field) for c in conditions(where))
        now = self._stores.now()
        with self._lock:
            kept = self._answers.get(mark)
            if kept is not None and self._is_fresh(project.key, kept[0], now - kept[1], _MOMENT_S if is_live else _KEPT_S):
                return kept[2]
        universe = self._universe(unit, project.key, asked.trash, revision, now)
        found = RunSet(unit, project, universe, np.empty(0, np.int64), asked.trash, revision, self._columns, derived)
        mask = None
        if where != EVERYTHING or search:
            mask = matching(found, where, search)
        for ids_given, is_wanted in ((asked.ids, True), (asked.hide or None, False)):
            if ids_given is not None:
                named = np.isin(universe, unit.runs.keys_of(project.key, ids_given), assume_unique=True)
                chosen = named if is_wanted else ~named
                mask = chosen if mask is None else mask & chosen
        places = np.arange(len(universe)) if mask is None else np.flatnonzero(mask)
        answer = _Answer(universe, _sorted(found.of, places, order))
        with self._lock:
            self._answers[mark] = (revision, now, answer)
            self._answers.move_to_end(mark)
            while len(self._answers) > _ORDERS:
                self._answers.popitem(last=False)
        return answer

    def _universe(self, unit: Unit, project_key: int, trash: bool, revision: int, now: float) -> Int64:
        """One array for all who ask meanwhile, so that columns can tell by looking at it that nothing changed."""
        with self._lock:
            kept = self._universes.get((project_key, trash))
            if kept is not None and self._is_fresh(project_key, kept[0], now - kept[1], _KEPT_S):
                return kept[2]
        universe = unit.runs.matching(project_key, EVERYTHING, trash=trash)
        if kept is not None and np.array_equal(universe, kept[2]):
            universe = kept[2]
        with self._lock:
            self._universes[project_key, trash] = (revision, now, universe)
        return universe

    def _is_fresh(self, project_key: int, revision: int, age_s: float, most_s: float) -> bool:
        return self._revisions.is_current(project_key, revision) and 0 <= age_s < most_s


def _is_live(asked: Field) -> bool:
    """A derived column is taken for one that moves: what it is made of may."""
    return asked.section == "derived" or is_moving(asked)


def _sorted(column: Callable[[Field], Column], places: Int64, order: Sequence[Sort]) -> Int64:
    """`places` in order; absent values last either way, equals by age. Keys grow with age, so places are ages."""
    if not order:
        return places[::-1]
    return places[order_of([(column(sort.field).ranks[places], sort.descending) for sort in order])]


def parse_filter(given: str | dict[str, object]) -> Filter:
    """The tree of a filter in its text form or its Mongo form. Raises InvalidFilter."""
    if not given:
        return EVERYTHING
    if not isinstance(given, str):
        return mongo.from_mongo(given)
    # Its parser is loaded when the first filter comes, not when the server starts.
    from assay.server.compute import filter_text

    return filter_text.parse(given)


def check(asked: RunSetQuery) -> None:
    """Raises InvalidRequest for a question that is larger than one may be."""
    for what, count, most in (
        ("sort keys", len(asked.sort), SORT_KEYS),
        ("ids", len(asked.ids or ()), limits.FILTER_LIST),
        ("hidden ids", len(asked.hide), limits.FILTER_LIST),
    ):
        if count > most:
            raise InvalidRequest(detail=f"{count} {what} in one query; at most {most}")
