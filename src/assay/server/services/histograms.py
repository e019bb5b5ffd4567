"""Histograms over steps: of one run, or of several as one, with no more columns than a heat map can show."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay.server.compute import histograms
from assay.server.compute.histograms import Histogram
from assay.server.domain.accounts import Actor
from assay.server.domain.filters import EVERYTHING
from assay.server.domain.runs import Run
from assay.server.ports.metadata import Unit
from assay.server.ports.metrics import MetricKey, RowsQuery
from assay.server.services.projects import find as find_project
from assay.server.services.runs import find
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidName, InvalidRequest
from assay.wire.messages.series import HistogramsRequest, RunHistogramsRequest
from assay.wire.names import ProjectPath, RunPath, is_key

_HELD = 4_096  # histograms of one run held at once; four times what one answer may have


@dataclass(frozen=True, slots=True)
class StepHistogram:
    """What was logged from `step` on, at `time`, up to the next one of the answer: `merged` histograms. `run_id` is empty where
    they are of several runs."""

    run_id: str
    step: int
    time: float
    merged: int
    histogram: Histogram


class HistogramService:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._known: set[tuple[int, str]] = set()

    def of_run(self, actor: Actor, path: RunPath, asked: RunHistogramsRequest) -> list[StepHistogram]:
        """Ascending by step. Other values under the key are passed over."""
        with self._stores.metadata.read() as unit:
            run = find(unit, actor, path, with_deleted=True)
        return self._read([run], asked, is_merged=False)

    def of_runs(self, actor: Actor, path: ProjectPath, asked: HistogramsRequest) -> list[StepHistogram]:
        """Ascending by step; unmerged, by run in the order asked and then by step."""
        ids = list(dict.fromkeys(asked.runs))
        if len(ids) > limits.HISTOGRAM_RUNS:
            detail = f"{len(ids)} runs in one query of histograms; at most {limits.HISTOGRAM_RUNS} (HISTOGRAM_RUNS)"
            raise InvalidRequest(detail=detail)
        with self._stores.metadata.read() as unit:
            runs = unit.runs.by_ids(find_project(unit, actor, path).key, ids)
        return self._read(runs, asked, is_merged=asked.is_merged)

    def is_histogram_key(self, unit: Unit, project_key: int, key: MetricKey) -> bool:
        """Whether the newest value of some run is a histogram. Once known, it is not asked again."""
        if "o" not in key.kinds or key.channel != "history":
            return False
        if (project_key, key.name) not in self._known:
            runs = unit.runs.matching(project_key, EVERYTHING)
            newest = self._stores.metrics.summaries(project_key, runs, key.name).last_other
            if not any(histograms.is_histogram(value) for value in newest.values()):
                return False
            self._known.add((project_key, key.name))
        return True

    def _read(self, runs: Sequence[Run], asked: RunHistogramsRequest, *, is_merged: bool) -> list[StepHistogram]:
        _check(asked)
        if not runs:
            return []
        found = [each for run in runs for each in self._of(run, asked)]
        exponent = _exponent([each.step for each in found], asked.steps_max)
        cells: dict[tuple[str, int], list[StepHistogram]] = {}
        for each in found:
            cells.setdefault(("" if is_merged else each.run_id, each.step >> exponent), []).append(each)
        # Unmerged, the order of the runs is that of their first histograms here: the one asked for.
        merged = [_merged(run_id, parts) for (run_id, _), parts in cells.items()]
        return sorted(merged, key=lambda each: each.step) if is_merged else merged

    def _of(self, run: Run, asked: RunHistogramsRequest) -> list[StepHistogram]:
        """Of one run, ascending by step. Where there are very many, neighbours are merged as they are read."""
        query = RowsQuery(run.ref, (asked.key,), "history", asked.first_step, asked.last_step)
        found: list[StepHistogram] = []
        for chunk in self._stores.metrics.rows(query):
            column = chunk.columns.get(asked.key)
            if column is None or column.kind != "o":
                continue
            for row, value in zip(column.rows.tolist(), column.values.tolist(), strict=True):
                histogram = histograms.read(value)
                if histogram is not None:
                    found.append(StepHistogram(run.id, int(chunk.steps[row]), float(chunk.times[row]), 1, histogram))
                if len(found) > _HELD:
                    exponent = _exponent([each.step for each in found], _HELD // 2)
                    groups = itertools.groupby(found, key=lambda each: each.step >> exponent)
                    found = [_merged(run.id, list(parts)) for _, parts in groups]
        return found


def _exponent(steps: Sequence[int], most: int) -> int:
    """The narrowest cells of the grid of steps, 2^k wide, of which at most so many have a step."""
    left, exponent = np.unique(np.array(steps, dtype=np.int64)), 0
    while len(left) > most:
        left, exponent = np.unique(left >> 1), exponent + 1
    return exponent


def _merged(run_id: str, parts: Sequence[StepHistogram]) -> StepHistogram:
    first = min(parts, key=lambda part: part.step)
    whole = histograms.merge([part.histogram for part in parts])
    return StepHistogram(run_id, first.step, first.time, sum(part.merged for part in parts), whole)


def _check(asked: RunHistogramsRequest) -> None:
    if not is_key(asked.key):
        raise InvalidName(text=asked.key[:300], what="metric key", expected="1 byte to 1 KiB of UTF-8")
    if not 1 <= asked.steps_max <= limits.HISTOGRAM_STEPS:
        raise InvalidRequest(detail=f"steps_max is {asked.steps_max}; expected 1 to {limits.HISTOGRAM_STEPS} (HISTOGRAM_STEPS)")
    if asked.first_step < 0 or (asked.last_step is not None and asked.last_step <= asked.first_step):
        raise InvalidRequest(detail="first_step and last_step must be [first, last) with first from 0 and before last")
