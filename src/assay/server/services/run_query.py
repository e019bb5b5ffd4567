"""Runs of a project: filtered, sorted, grouped, in pages that stay stable while runs arrive."""

from __future__ import annotations

import base64
import binascii
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from assay.server.domain import mongo
from assay.server.domain.accounts import Actor
from assay.server.domain.filters import ABSENT, EVERYTHING, RUN_FIELDS, Filter, Sort, conditions, field_of
from assay.server.domain.projects import Project
from assay.server.ports.metadata import Unit
from assay.server.services.projects import find as find_project
from assay.server.services.revisions import Revisions
from assay.server.services.run_columns import RunColumns
from assay.server.services.run_filters import is_live, matching
from assay.server.services.run_groups import grouped
from assay.server.services.stores import Stores
from assay.server.services.views import run_shown, summary_of
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages import runs as messages
from assay.wire.names import ProjectPath

Int64 = NDArray[np.int64]

SORT_KEYS = 8  # keys of one order; each costs a sort of every run
COLUMNS = 200  # columns of one page; each is read for every run once
_ORDERS = 128  # answers kept; of 100,000 runs each holds under a megabyte
_MOMENT_S, _KEPT_S = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class _Answer:
    """`universe`: every run of the project, ascending. `order`: places in it of those that match, sorted."""

    universe: Int64
    order: Int64


class RunQueryService:
    def __init__(self, stores: Stores, columns: RunColumns, revisions: Revisions) -> None:
        self._stores = stores
        self._columns = columns
        self._revisions = revisions
        self._answers: OrderedDict[tuple[object, ...], tuple[int, float, _Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def query(self, actor: Actor, path: ProjectPath, asked: messages.RunQueryRequest) -> messages.RunPage:
        """Raises InvalidFilter, InvalidRequest, NotFound. Without an order the newest runs come first."""
        _check(asked)
        where = parse_filter(asked.filter)
        order = [Sort(field_of(key.key), key.descending) for key in asked.sort]
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path)
            answer = self._answer(unit, project, where, order, asked)
            if asked.group:
                return self._groups(unit, project, answer, asked)
            return self._page(unit, project, answer, asked)

    def _answer(
        self, unit: Unit, project: Project, where: Filter, order: Sequence[Sort], asked: messages.RunQueryRequest
    ) -> _Answer:
        mark = (project.key, where, tuple(order), asked.search, asked.trash)
        live = any(is_live(sort.field) for sort in order) or any(is_live(c.field) for c in conditions(where))
        now, revision = self._stores.now(), self._revisions.of(project.key)
        with self._lock:
            kept = self._answers.get(mark)
            if kept is not None and kept[0] == revision and 0 <= now - kept[1] < (_MOMENT_S if live else _KEPT_S):
                return kept[2]
        universe = unit.runs.matching(project.key, EVERYTHING, trash=asked.trash)
        is_everything = where == EVERYTHING and not asked.search.strip()
        mask = (
            None
            if is_everything
            else matching(unit, self._columns, project.key, universe, where, search=asked.search, trash=asked.trash)
        )
        places = np.arange(len(universe)) if mask is None else np.flatnonzero(mask)
        answer = _Answer(universe, self._sorted(unit, project.key, universe, places, order))
        with self._lock:
            self._answers[mark] = (revision, now, answer)
            self._answers.move_to_end(mark)
            while len(self._answers) > _ORDERS:
                self._answers.popitem(last=False)
        return answer

    def _sorted(self, unit: Unit, project_key: int, universe: Int64, places: Int64, order: Sequence[Sort]) -> Int64:
        """`places` in order; absent values last either way, equals by age. Keys grow with age, so places are ages."""
        if not order:
            return places[::-1]
        keys: list[NDArray[np.float64] | NDArray[np.bool_]] = []
        for sort in reversed(order):
            ranks = self._columns.column(unit, project_key, universe, sort.field).ranks[places]
            keys += [-ranks if sort.descending else ranks, np.isnan(ranks)]
        return places[np.lexsort(keys)]

    def _page(self, unit: Unit, project: Project, answer: _Answer, asked: messages.RunQueryRequest) -> messages.RunPage:
        keys, start, ceiling = answer.universe[answer.order], 0, int(answer.universe[-1]) if len(answer.universe) else 0
        if asked.cursor:
            ceiling, last_key, position = _read_cursor(asked.cursor)
            keys = keys[keys <= ceiling]
            # Where the last page ended is found again by its last run; if that has gone meanwhile, by where it stood.
            at = np.flatnonzero(keys == last_key)
            start = int(at[0]) + 1 if len(at) else position
        wanted = keys[start : start + asked.limit]
        whole = "*" in asked.columns
        runs = unit.runs.by_keys(wanted.tolist(), whole=whole, with_deleted=asked.trash)
        columns = {
            key: self._columns.column(unit, project.key, answer.universe, field_of(key)) for key in asked.columns if key != "*"
        }
        places = dict(zip(wanted.tolist(), np.searchsorted(answer.universe, wanted).tolist(), strict=True))
        steps = self._stores.metrics.last_steps([run.ref for run in runs])
        shown = []
        for run, step in zip(runs, steps.tolist(), strict=True):
            found = {key: column.value(places[run.key]) for key, column in columns.items()}
            values = {key: value for key, value in found.items() if value is not ABSENT}
            summary = summary_of(run, self._stores.metrics.run_summaries(run.ref)) if whole else None
            shown.append(run_shown(run, last_step=step, summary=summary, values=values))
        end = start + len(wanted)
        following = _write_cursor(ceiling, int(wanted[-1]), end) if end < len(keys) and len(wanted) else ""
        return messages.RunPage(shown, len(answer.order), following)

    def _groups(self, unit: Unit, project: Project, answer: _Answer, asked: messages.RunQueryRequest) -> messages.RunPage:
        read = {
            key: self._columns.column(unit, project.key, answer.universe, field_of(key))
            for key in dict.fromkeys([*asked.group, *asked.columns, "state"])
            if key != "*"
        }
        groups = grouped(read, asked.group, [key for key in asked.columns if key != "*"], answer.order)
        start = _read_cursor(asked.cursor)[2] if asked.cursor else 0
        end = start + asked.limit
        following = _write_cursor(0, 0, end) if end < len(groups) else ""
        return messages.RunPage([], len(answer.order), following, groups[start:end])

    def columns(self, actor: Actor, path: ProjectPath, section: str, prefix: str, cursor: str, limit: int) -> messages.ColumnPage:
        """Keys in use whose name contains `prefix`: run fields, then config, summary, metrics, system metrics."""
        sections = [section] if section else list(_SECTIONS)
        if not set(sections) <= set(_SECTIONS):
            raise InvalidRequest(detail=f"section is {section!r}; expected one of {', '.join(_SECTIONS)}, or none for all")
        if not 1 <= limit <= limits.PAGE_ROWS:
            raise InvalidRequest(detail=f"limit is {limit}; expected 1 to {limits.PAGE_ROWS}")
        start = _read_cursor(cursor)[2] if cursor else 0
        found: list[messages.Column] = []
        total = 0
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path)
            for each in sections:
                # What the sections before have used up of the start is not this one's to skip.
                skipped = max(0, start - total)
                page, count = self._section(unit, project, each, prefix, max(0, limit - len(found)), skipped)
                found += page
                total += count
        end = start + len(found)
        return messages.ColumnPage(found, total, _write_cursor(0, 0, end) if end < total and found else "")

    def _section(
        self, unit: Unit, project: Project, section: str, prefix: str, limit: int, start: int
    ) -> tuple[list[messages.Column], int]:
        if section in ("config", "summary"):
            rows, total = unit.runs.columns(project.key, section, prefix, limit, start)
            return [messages.Column(f"{section}.{path}", section, list(kinds), n, d) for path, kinds, n, d in rows], total
        needle = prefix.lower()
        if section == "run":
            count = project.run_count
            every = [
                messages.Column(name, "run", [kind], count, True) for name, kind in RUN_FIELDS.items() if needle in name.lower()
            ]
        else:
            channel = "history" if section == "metric" else "system"
            every = [
                messages.Column(key.name, section, list(key.kinds), key.run_count, True)
                for key in self._stores.metrics.keys(project.key)
                if key.channel == channel and needle in key.name.lower()
            ]
        return every[start : start + limit], len(every)


_SECTIONS = ("run", "config", "summary", "metric", "system")


def parse_filter(given: str | dict[str, object]) -> Filter:
    """The tree of a filter in its text form or its Mongo form. Raises InvalidFilter."""
    if not given:
        return EVERYTHING
    if not isinstance(given, str):
        return mongo.from_mongo(given)
    # Its parser is loaded when the first filter comes, not when the server starts.
    from assay.server.compute import filter_text

    return filter_text.parse(given)


def _check(asked: messages.RunQueryRequest) -> None:
    if not 1 <= asked.limit <= limits.PAGE_ROWS:
        raise InvalidRequest(detail=f"limit is {asked.limit}; expected 1 to {limits.PAGE_ROWS}")
    for what, count, most in (
        ("sort keys", len(asked.sort), SORT_KEYS),
        ("columns", len(asked.columns), COLUMNS),
        ("group keys", len(asked.group), SORT_KEYS),
    ):
        if count > most:
            raise InvalidRequest(detail=f"{count} {what} in one query; at most {most}")


def _write_cursor(ceiling: int, last_key: int, position: int) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode([ceiling, last_key, position])).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[int, int, int]:
    try:
        data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        ceiling, last_key, position = _CURSOR.decode(data)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise InvalidRequest(detail="The cursor is not one of this server's. Begin again without a cursor") from error
    if min(ceiling, last_key, position) < 0:
        raise InvalidRequest(detail="The cursor is not one of this server's. Begin again without a cursor")
    return ceiling, last_key, position


_CURSOR = msgspec.msgpack.Decoder(tuple[int, int, int])
