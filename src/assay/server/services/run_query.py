"""Runs of a project: filtered, sorted, grouped, in pages that stay stable while runs arrive, and as columns of values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.columns import Column
from assay.server.domain.accounts import Actor
from assay.server.domain.filters import ABSENT
from assay.server.domain.folding import folded
from assay.server.domain.tags import key_and_value
from assay.server.services.cursors import read_cursor, write_cursor
from assay.server.services.projects import find as find_project
from assay.server.services.run_groups import Level, grouped
from assay.server.services.run_sets import SORT_KEYS, RunSet, RunSets
from assay.server.services.stores import Stores
from assay.server.services.views import run_shown, summary_of
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages import runs as messages
from assay.wire.names import ProjectPath

Int64 = NDArray[np.int64]

COLUMNS = 200  # columns of one page; each is read for every run once


@dataclass(frozen=True, slots=True)
class ValueTable:
    """Runs in order and what they have. Every column has a place per row. `total` counts all that match. `baseline`: the row of
    the run that was asked for beside them, −1 without one."""

    total: int
    limit: int
    ids: Column
    names: Column
    ordinals: Column
    states: Column
    keys: list[str]
    columns: list[Column]
    baseline: int


class RunQueryService:
    def __init__(self, stores: Stores, sets: RunSets) -> None:
        self._stores = stores
        self._sets = sets

    def query(self, actor: Actor, path: ProjectPath, asked: messages.RunQueryRequest) -> messages.RunPage:
        """Raises InvalidFilter, InvalidRequest, NotFound. Without an order the newest runs come first."""
        _check(asked)
        revision = self._sets.revision()
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "run:read")
            found = self._sets.find(unit, actor, project, asked, revision)
            return self._groups(found, asked) if asked.group else self._page(found, asked)

    def values(self, actor: Actor, path: ProjectPath, asked: messages.RunValuesRequest) -> ValueTable:
        """Raises InvalidFilter, InvalidRequest, NotFound (for the project; a baseline that is gone is left out)."""
        _check_count("keys", len(asked.keys), COLUMNS)
        if not 1 <= asked.limit <= limits.VALUE_ROWS:
            raise InvalidRequest(detail=f"limit is {asked.limit}; expected 1 to {limits.VALUE_ROWS} (VALUE_ROWS)")
        revision = self._sets.revision()
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "run:read")
            found = self._sets.find(unit, actor, project, asked, revision)
            places, baseline = found.order[: asked.limit], -1
            if asked.baseline:
                place = np.flatnonzero(np.isin(found.universe, unit.runs.keys_of(project.key, [asked.baseline])))
                at = np.flatnonzero(np.isin(places, place))
                if len(place) and not len(at):
                    places = np.append(places, place)
                    at = np.array([len(places) - 1])
                baseline = int(at[0]) if len(at) else -1
            ids, names, ordinals, states = (found.taken(key, places) for key in ("id", "name", "ordinal", "state"))
            columns = [found.taken(key, places) for key in asked.keys]
        return ValueTable(len(found.order), asked.limit, ids, names, ordinals, states, asked.keys, columns, baseline)

    def tags(self, actor: Actor, path: ProjectPath, search: str, limit: int) -> messages.TagPage:
        """Tags whose name contains `search`, whatever case and accents, with how many runs outside the trash have each; and the
        keys that tags give values of, with how many runs have one."""
        if not 1 <= limit <= limits.PAGE_ROWS:
            raise InvalidRequest(detail=f"limit is {limit}; expected 1 to {limits.PAGE_ROWS}")
        revision = self._sets.revision()
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "run:read")
            counts = self._sets.tag_counts(unit, actor, project, revision)
        needle = folded(search)
        found = [messages.Tag(tag, count) for tag, count in counts.items() if needle in folded(tag)]
        found.sort(key=lambda tag: (-tag.run_count, tag.name))
        keys: dict[str, int] = {}
        for tag, count in counts.items():
            key = key_and_value(tag)[0]
            if key:
                keys[key] = keys.get(key, 0) + count
        shown = [messages.Tag(key, count) for key, count in sorted(keys.items(), key=lambda each: (-each[1], each[0]))]
        return messages.TagPage(found[:limit], len(found), shown[: limits.PAGE_ROWS])

    def _page(self, found: RunSet, asked: messages.RunQueryRequest) -> messages.RunPage:
        universe = found.universe
        keys, start, ceiling = found.keys, 0, int(universe[-1]) if len(universe) else 0
        if asked.cursor:
            ceiling, last_key, position = read_cursor(asked.cursor)
            keys = keys[keys <= ceiling]
            # Where the last page ended is found again by its last run, also if that was deleted or edited meanwhile, as by who
            # goes through them; one that is forgotten has only its place.
            at = np.flatnonzero(keys == last_key)
            before = None if len(at) else self._sets.count_before(found, asked, keys, last_key)
            start = int(at[0]) + 1 if len(at) else position if before is None else before
        wanted = keys[start : start + asked.limit]
        whole = "*" in asked.columns
        runs = found.unit.runs.by_keys(wanted.tolist(), whole=whole, with_deleted=asked.trash)
        columns = {key: found.column(key) for key in asked.columns if key != "*"}
        places = dict(zip(wanted.tolist(), np.searchsorted(universe, wanted).tolist(), strict=True))
        steps = self._stores.metrics.last_steps([run.ref for run in runs])
        shown = []
        for run, step in zip(runs, steps.tolist(), strict=True):
            read = {key: column.value(places[run.key]) for key, column in columns.items()}
            values = {key: value for key, value in read.items() if value is not ABSENT}
            summary = summary_of(run, self._stores.metrics.run_summaries(run.ref)) if whole else None
            shown.append(run_shown(run, last_step=step, summary=summary, values=values))
        end = start + len(wanted)
        following = write_cursor(ceiling, int(wanted[-1]), end) if end < len(keys) and len(wanted) else ""
        return messages.RunPage(shown, len(found.order), following)

    def _groups(self, found: RunSet, asked: messages.RunQueryRequest) -> messages.RunPage:
        by = [messages.GroupKey(key) if isinstance(key, str) else key for key in asked.group]
        by = by[: asked.depth] if asked.depth else by
        ids = found.taken("id")
        levels = [Level.of(key, found.taken(key.key), ids) for key in by]
        of = [key for key in asked.columns if key != "*"] + [sort.key for sort in asked.group_sort if sort.key]
        columns = {key: found.taken(key) for key in dict.fromkeys(of)}
        start = read_cursor(asked.cursor)[2] if asked.cursor else 0
        page = grouped(levels, columns, found.taken("state"), asked.group_sort, start, asked.limit)
        end = start + asked.limit
        following = write_cursor(0, 0, end) if end < page.total else ""
        return messages.RunPage([], len(found.order), following, page.groups, page.total, page.is_cut)


def _check(asked: messages.RunQueryRequest) -> None:
    if not 1 <= asked.limit <= limits.PAGE_ROWS:
        raise InvalidRequest(detail=f"limit is {asked.limit}; expected 1 to {limits.PAGE_ROWS}")
    _check_count("columns", len(asked.columns), COLUMNS)
    _check_count("group keys", len(asked.group), SORT_KEYS)
    _check_count("group sort keys", len(asked.group_sort), SORT_KEYS)
    if asked.depth < 0:
        raise InvalidRequest(detail=f"depth is {asked.depth}; expected how many levels to answer, or 0 for all")
    for key in asked.group:
        if isinstance(key, messages.GroupKey) and not 0 <= key.bin_width < math.inf:
            raise InvalidRequest(detail=f"bin_width of {key.key!r} is {key.bin_width}; expected a width above 0, or 0 for none")


def _check_count(what: str, count: int, most: int) -> None:
    if count > most:
        raise InvalidRequest(detail=f"{count} {what} in one query; at most {most}")
