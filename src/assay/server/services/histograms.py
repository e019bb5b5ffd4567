"""Histograms over steps: of one run, or of several as one, with no more columns than a heat map can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay.server.compute import buckets as grid
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
        keys = np.array([run.key for run in runs], dtype=np.int64)
        last = int(self._stores.metrics.summaries(runs[0].project_key, keys, asked.key).last_step.max())
        if asked.last_step is not None:
            last = min(last, asked.last_step - 1)
        if last < asked.first_step:
            return []
        # The grid of steps that charts have too: it is known before the first histogram is read, and the same for every run.
        exponent = grid.step_exponent(asked.first_step, last, asked.steps_max)
        found = [self._of(run, asked, exponent) for run in runs]
        if not is_merged:
            return [each for one in found for each in one]
        cells: dict[int, list[StepHistogram]] = {}
        for each in (each for one in found for each in one):
            cells.setdefault(each.step >> exponent, []).append(each)
        return [_merged("", parts) for _, parts in sorted(cells.items())]

    def _of(self, run: Run, asked: RunHistogramsRequest, exponent: int) -> list[StepHistogram]:
        """Of one run, merged within each cell of the grid; only one cell's histograms are held at a time."""
        query = RowsQuery(run.ref, (asked.key,), "history", asked.first_step, asked.last_step)
        found: list[StepHistogram] = []
        cell: list[StepHistogram] = []
        for chunk in self._stores.metrics.rows(query):
            column = chunk.columns.get(asked.key)
            if column is None or column.kind != "o":
                continue
            for row, value in zip(column.rows.tolist(), column.values.tolist(), strict=True):
                histogram = histograms.read(value)
                if histogram is None:
                    continue
                step = int(chunk.steps[row])
                if cell and step >> exponent != cell[0].step >> exponent:
                    found.append(_merged(run.id, cell))
                    cell = []
                cell.append(StepHistogram(run.id, step, float(chunk.times[row]), 1, histogram))
        return [*found, *([_merged(run.id, cell)] if cell else [])]


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
