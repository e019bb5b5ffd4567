"""Keys that runs of a project have: what can be shown, filtered and sorted by; and which of them differ among some runs."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.columns import NUMBER, Column
from assay.server.domain.accounts import Actor
from assay.server.domain.filters import RUN_FIELDS
from assay.server.domain.folding import folded
from assay.server.domain.projects import Project
from assay.server.domain.tags import key_and_value
from assay.server.ports.metadata import Unit
from assay.server.ports.metrics import MetricKey
from assay.server.services.cursors import read_cursor, write_cursor
from assay.server.services.histograms import HistogramService
from assay.server.services.media import MediaService
from assay.server.services.projects import find as find_project
from assay.server.services.run_sets import RunSets
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages import runs as messages
from assay.wire.names import ProjectPath

BARS = 7  # ranges of a histogram, and values named: as many as a row of the picker has room for
_KEYS = 100_000  # keys of one project that are looked through
_SECTIONS = ("run", "config", "summary", "metric", "system")
_MEASURED = ("metric", "system")
_LOOKING_S = 1.0  # seconds one page may look at values


class ColumnService:
    def __init__(self, stores: Stores, sets: RunSets, histograms: HistogramService, media: MediaService) -> None:
        self._stores = stores
        self._histograms = histograms
        self._media = media
        self._sets = sets

    def query(self, actor: Actor, path: ProjectPath, asked: messages.ColumnQuery) -> messages.ColumnDetailPage:
        """Raises InvalidFilter, InvalidRequest, NotFound. Keys come in the order of their sections and names."""
        sections = _checked(asked.section, asked.limit)
        start = at = read_cursor(asked.cursor)[2] if asked.cursor else 0
        shown: list[messages.ColumnDetail] = []
        until = time.monotonic() + _LOOKING_S
        revision = self._sets.revision()
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "run:read")
            found = self._sets.find(unit, actor, project, asked, revision)
            keys = [
                column
                for each in sections
                for column in self._section(unit, actor, project, each, asked.match, _KEYS, 0, revision)[0]
            ]
            # At least one key is looked at, so that every page goes on.
            while at < len(keys) and len(shown) < asked.limit and (at == start or time.monotonic() < until):
                column = keys[at]
                at += 1
                if asked.only_distinct and (not column.is_distinct or column.section == "system"):
                    continue
                detail = _detail(column, None if column.section == "system" else found.narrow(_key(column)))
                if detail.distinct_count > 1 or not asked.only_distinct:
                    shown.append(detail)
        following = write_cursor(0, 0, at) if at < len(keys) else ""
        return messages.ColumnDetailPage(shown, len(keys), len(found.order), following)

    def _section(
        self,
        unit: Unit,
        actor: Actor,
        project: Project,
        section: str,
        prefix: str,
        limit: int,
        start: int,
        revision: int,
        runs: NDArray[np.int64] | None = None,
    ) -> tuple[list[messages.Column], int]:
        if section in ("config", "summary"):
            rows, total = unit.runs.columns(project.key, section, prefix, limit, start)
            return [messages.Column(f"{section}.{path}", section, list(kinds), n, d) for path, kinds, n, d in rows], total
        needle = folded(prefix)
        if section == "run":
            count = project.run_count
            every = [
                messages.Column(name, "run", [kind], count, True) for name, kind in RUN_FIELDS.items() if needle in folded(name)
            ]
            every += [column for column in self._of_tags(unit, actor, project, revision) if needle in folded(column.key)]
        else:
            channel = "history" if section == "metric" else "system"
            keys = [
                key
                for key in self._stores.metrics.keys(project.key, runs)
                if key.channel == channel and (not needle or needle in folded(key.name))
            ]
            shown = keys[start : start + limit]
            marks = [self._marks(unit, project, key) for key in shown]
            return [
                messages.Column(key.name, section, [*key.kinds, *mark], key.run_count, True)
                for key, mark in zip(shown, marks, strict=True)
            ], len(keys)
        return every[start : start + limit], len(every)

    def _of_tags(self, unit: Unit, actor: Actor, project: Project, revision: int) -> list[messages.Column]:
        """What tags say values of, as columns."""
        counts: dict[str, list[int]] = {}
        for tag, count in self._sets.tag_counts(unit, actor, project, revision).items():
            key = key_and_value(tag)[0]
            if key:
                counts.setdefault(key, []).append(count)
        return [messages.Column(f"tags.{key}", "run", ["s"], sum(own), len(own) > 1) for key, own in sorted(counts.items())]

    def _marks(self, unit: Unit, project: Project, key: MetricKey) -> list[str]:
        """What its objects are, as far as a panel can be made of them."""
        if self._histograms.is_histogram_key(unit, project.key, key):
            return ["histogram"]
        kind = self._media.type_of_key(unit, project.key, key)
        return ["media", kind] if kind else []

    def list(
        self, actor: Actor, path: ProjectPath, section: str, prefix: str, cursor: str, limit: int, run: str = ""
    ) -> messages.ColumnPage:
        """Keys in use whose name contains `prefix`: run fields, then config, summary, metrics, system metrics. Of one `run`: the
        metrics and system metrics that it has; none of one that is gone. Raises InvalidRequest."""
        sections = _checked(section, limit)
        if run and section not in _MEASURED:
            raise InvalidRequest(detail=f"section is {section!r}; keys of one run are listed of {' or '.join(_MEASURED)}")
        start = read_cursor(cursor)[2] if cursor else 0
        found: list[messages.Column] = []
        total = 0
        revision = self._sets.revision()
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path)
            runs = np.array([one.key for one in unit.runs.by_ids(project.key, [run])], np.int64) if run else None
            for each in sections:
                # What the sections before have used up of the start is not this one's to skip.
                skipped = max(0, start - total)
                room = max(0, limit - len(found))
                page, count = self._section(unit, actor, project, each, prefix, room, skipped, revision, runs)
                found += page
                total += count
        end = start + len(found)
        return messages.ColumnPage(found, total, write_cursor(0, 0, end) if end < total and found else "")


def _checked(section: str, limit: int) -> tuple[str, ...]:
    if section and section not in _SECTIONS:
        raise InvalidRequest(detail=f"section is {section!r}; expected one of {', '.join(_SECTIONS)}, or none for all")
    if not 1 <= limit <= limits.PAGE_ROWS:
        raise InvalidRequest(detail=f"limit is {limit}; expected 1 to {limits.PAGE_ROWS}")
    return (section,) if section else _SECTIONS


def _key(column: messages.Column) -> str:
    """The key of the filter grammar that reads the column."""
    return f"metrics.{column.key}.last" if column.section == "metric" else column.key


def _detail(column: messages.Column, values: Column | None) -> messages.ColumnDetail:
    """`values` None: the system metrics, which are no columns of runs."""
    if values is None:
        return messages.ColumnDetail(column.key, column.section, column.kinds, column.run_count, 0)
    places = np.flatnonzero(values.state == NUMBER)
    numbers = values.numbers[places]
    different, first, times = np.unique(values.number_ranks, return_index=True, return_counts=True)
    others = (
        np.bincount(values.coded.codes + 1, minlength=len(values.coded.values) + 1)[1:] if values.others else np.empty(0, int)
    )
    detail = messages.ColumnDetail(
        column.key, column.section, column.kinds, int((values.state != 0).sum()), len(different) + len(others)
    )
    finite = numbers[np.isfinite(numbers)]
    if len(different) > BARS and len(finite):
        detail.low, detail.high = float(finite.min()), float(finite.max())
        # In halves, so that the width of a range from −1e308 to 1e308 is a number.
        detail.histogram = np.histogram(finite / 2, BARS, (detail.low / 2, detail.high / 2))[0].tolist()
    counted = (
        [(value, int(count)) for value, count in zip(values.coded.values, others.tolist(), strict=True)] if len(others) else []
    )
    if not detail.histogram:
        counted += [(values.value(place), count) for place, count in zip(places[first].tolist(), times.tolist(), strict=True)]
    counted.sort(key=lambda each: -each[1])
    detail.top = [messages.ValueCount(value, count) for value, count in counted[:BARS]]
    return detail
