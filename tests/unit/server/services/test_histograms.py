"""Histograms over steps: thinned on the grid of steps, merged over runs, and told apart from other values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import assay
from assay.server.services import histograms as service
from assay.server.services.histograms import StepHistogram
from assay.testing.batches import EPOCH, BatchWriter
from assay.wire.errors import InvalidName, InvalidRequest, NotFound
from assay.wire.messages.runs import RunStart
from assay.wire.messages.series import HistogramsRequest, RunHistogramsRequest
from assay.wire.names import ProjectPath, RunPath

PROJECT = ProjectPath("ann", "digits")


def path(run_id: str) -> RunPath:
    return RunPath("ann", "digits", run_id)


def log(house: Any, run_id: str, *rows: tuple[int, dict[str, Any]]) -> None:
    house.catalog.runs.start(house.ann, path(run_id), RunStart(writer="w1"), "http://h")
    house.catalog.ingest.append(house.ann, path(run_id), BatchWriter().log(*rows))


def of(values: Any, num_bins: int = 4) -> dict[str, Any]:
    return assay.Histogram(values, num_bins=num_bins).stored()


def read(house: Any, run_id: str, **asked: Any) -> list[StepHistogram]:
    return house.catalog.histograms.of_run(house.ann, path(run_id), RunHistogramsRequest("grads", **asked))  # type: ignore[no-any-return]


def test_what_was_logged_comes_back_step_by_step(house: Any) -> None:
    rows = [(step, {"grads": of([step, step + 1.0]), "loss": 0.5}) for step in (0, 5, 7)]
    log(house, "r1", *rows, (8, {"grads": "broken"}), (9, {"grads": {"_type": "histogram"}}), (10, {"loss": 1.0}))
    found = read(house, "r1")
    assert [(one.run_id, one.step, one.time, one.merged) for one in found] == [
        ("r1", step, EPOCH + step, 1) for step in (0, 5, 7)
    ]
    assert found[1].histogram.edges.tolist() == [5, 5.25, 5.5, 5.75, 6]
    assert found[1].histogram.counts.tolist() == [1, 0, 0, 1]
    assert [one.step for one in read(house, "r1", first_step=1, last_step=7)] == [5]
    assert read(house, "r1", first_step=100) == []
    assert house.catalog.histograms.of_run(house.ann, path("r1"), RunHistogramsRequest("none")) == []


def test_more_steps_than_asked_for_are_merged_and_every_count_kept(house: Any) -> None:
    values = np.random.default_rng(0).normal(size=(100, 50)).cumsum(axis=0)
    log(house, "r1", *((step, {"grads": of(row, 16)}) for step, row in enumerate(values)))
    found = read(house, "r1", steps_max=10)
    assert [one.step for one in found] == list(range(0, 100, 16))
    assert [one.merged for one in found] == [16] * 6 + [4]
    for one in found:
        inside = values[one.step : one.step + one.merged]
        assert one.histogram.counts.sum() == inside.size
        assert one.histogram.edges[0] == inside.min()
        assert one.histogram.edges[-1] == inside.max()


def test_few_histograms_far_apart_stay_apart_and_very_many_are_merged_as_they_are_read(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(house, "r1", (10_000, {"grads": of([1, 2])}), (10_001, {"grads": of([1, 3])}), (900_000, {"grads": of([1, 4])}))
    assert [one.step for one in read(house, "r1", steps_max=3)] == [10_000, 10_001, 900_000]
    log(house, "r2", *((step, {"grads": of([step, step + 2.0])}) for step in range(100)))
    monkeypatch.setattr(service, "_HELD", 16)
    found = read(house, "r2", steps_max=4)
    assert [one.step for one in found] == [0, 32, 64, 96]
    assert [one.merged for one in found] == [32, 32, 32, 4]
    assert [one.histogram.counts.sum() for one in found] == [64, 64, 64, 8]


def test_runs_are_merged_or_follow_each_other(house: Any) -> None:
    log(house, "a", (0, {"grads": of([0, 1])}), (1, {"grads": of([0, 1])}))
    log(house, "b", (1, {"grads": of([1, 9])}))
    merged = house.catalog.histograms.of_runs(house.ann, PROJECT, HistogramsRequest("grads", runs=["b", "a", "gone"]))
    assert [(one.run_id, one.step, one.merged, one.histogram.counts.sum()) for one in merged] == [("", 0, 1, 2), ("", 1, 2, 4)]
    assert merged[1].histogram.edges[[0, -1]].tolist() == [0, 9]
    apart = house.catalog.histograms.of_runs(house.ann, PROJECT, HistogramsRequest("grads", runs=["b", "a"], is_merged=False))
    assert [(one.run_id, one.step) for one in apart] == [("b", 1), ("a", 0), ("a", 1)]


def test_the_listing_of_columns_tells_histograms(house: Any) -> None:
    log(house, "a", (0, {"grads": of([0, 1]), "note": "text", "loss": 1.0}))
    page = house.catalog.columns.list(house.ann, PROJECT, "metric", "", "", 10)
    assert {column.key: column.kinds for column in page.columns} == {
        "grads": ["o", "histogram"], "loss": ["f"], "note": ["o"],
    }  # fmt: skip


def test_what_cannot_be_answered_is_refused_by_name(house: Any) -> None:
    log(house, "a", (0, {"grads": of([0, 1])}))
    for asked, said in (({"steps_max": 0}, "steps_max"), ({"first_step": -1}, "first_step"), ({"last_step": 0}, "last_step")):
        with pytest.raises(InvalidRequest, match=said):
            read(house, "a", **asked)
    with pytest.raises(InvalidName):
        house.catalog.histograms.of_run(house.ann, path("a"), RunHistogramsRequest(""))
    with pytest.raises(InvalidRequest, match="HISTOGRAM_RUNS"):
        asked = HistogramsRequest("grads", runs=[str(n) for n in range(1_001)])
        house.catalog.histograms.of_runs(house.ann, PROJECT, asked)
    with pytest.raises(NotFound):
        house.catalog.histograms.of_run(house.zoe, path("a"), RunHistogramsRequest("grads"))
    with pytest.raises(NotFound):
        house.catalog.histograms.of_runs(house.zoe, PROJECT, HistogramsRequest("grads", runs=["a"]))
