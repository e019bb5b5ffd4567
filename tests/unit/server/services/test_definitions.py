"""What several runs' definitions say together of a metric."""

from __future__ import annotations

from typing import Any

import pytest

from assay.testing.clock import START
from assay.testing.factories import a_batch
from assay.wire import limits, records
from assay.wire.errors import InvalidRequest
from assay.wire.messages.runs import DefinedMetric, RunSelection, RunStart
from assay.wire.names import ProjectPath, RunPath

PROJECT = ProjectPath("ann", "digits")
OVER_EPOCH = records.Define("val/*", step_metric="epoch", goal="maximize")


def log(house: Any, run: str, row: dict[str, float], *defined: records.Define) -> None:
    path = RunPath("ann", "digits", run)
    house.catalog.runs.start(house.ann, path, RunStart("w", created_at=START), "http://h")
    events: list[records.Event] = [records.Start("ann", "digits", run, "w", {}, is_primary=True), *defined]
    house.catalog.ingest.append(house.ann, path, a_batch([row] * 3, writer="w", events=events))


def said(house: Any, *runs: str) -> dict[str, DefinedMetric]:
    page = house.catalog.definitions.query(house.ann, PROJECT, list(runs))
    return {metric.key: metric for metric in page.metrics}


def test_a_glob_is_told_of_every_metric_it_matches_and_refined_by_a_name(house: Any) -> None:
    hidden = records.Define("val/raw", hidden=True)
    log(house, "a", {"epoch": 1.0, "val/acc": 0.5, "val/raw": 2.0, "loss": 1.0}, OVER_EPOCH, hidden)
    assert said(house, "a") == {
        "val/acc": DefinedMetric("val/acc", "epoch", False, "maximize"),
        "val/raw": DefinedMetric("val/raw", "", True),
    }


def test_runs_that_agree_have_an_axis_and_those_that_do_not_have_none(house: Any) -> None:
    row = {"epoch": 1.0, "val/acc": 0.5}
    log(house, "a", row, OVER_EPOCH)
    log(house, "b", row, records.Define("val/acc", step_metric="epoch"))
    log(house, "c", row)
    assert said(house, "a", "b", "gone")["val/acc"] == DefinedMetric("val/acc", "epoch", False, "maximize")
    assert said(house, "a", "c")["val/acc"] == DefinedMetric("val/acc", "", False, "maximize")


def test_the_first_run_that_defines_a_metric_says_whether_it_is_hidden_and_what_its_goal_is(house: Any) -> None:
    log(house, "plain", {"loss": 1.0})
    log(house, "a", {"loss": 1.0}, records.Define("loss", hidden=True))
    log(house, "b", {"loss": 1.0}, records.Define("loss", goal="minimize"))
    assert said(house, "plain", "a", "b")["loss"] == DefinedMetric("loss", hidden=True)
    assert said(house, "plain", "b", "a")["loss"] == DefinedMetric("loss", goal="minimize")


def test_of_all_runs_the_newest_that_defines_a_metric_speaks_however_old_it_is(house: Any) -> None:
    log(house, "old", {"loss": 1.0, "acc": 1.0}, records.Define("loss", hidden=True), records.Define("acc", goal="maximize"))
    log(house, "gone", {"tmp": 1.0}, records.Define("tmp", hidden=True))
    house.catalog.bulk.delete(house.ann, PROJECT, RunSelection(ids=["gone"]))
    log(house, "next", {"loss": 1.0}, records.Define("loss", goal="minimize"))
    for n in range(limits.PAGE_ROWS // 10):
        log(house, f"new{n}", {"loss": 1.0})
    page = house.catalog.definitions.query(house.ann, PROJECT, None)
    assert page.metrics == [DefinedMetric("acc", goal="maximize"), DefinedMetric("loss", goal="minimize")]


def test_a_run_without_the_metric_has_no_say(house: Any) -> None:
    log(house, "a", {"epoch": 1.0, "val/acc": 0.5}, OVER_EPOCH)
    log(house, "b", {"loss": 1.0})
    assert said(house, "a", "b")["val/acc"].step_metric == "epoch"


def test_an_axis_that_was_never_logged_or_is_the_metric_itself_is_none(house: Any) -> None:
    log(house, "a", {"val/acc": 0.5}, OVER_EPOCH)
    log(house, "b", {"epoch": 1.0, "loss": 1.0}, records.Define("*", step_metric="epoch"))
    assert said(house, "a")["val/acc"].step_metric == ""
    assert {key: metric.step_metric for key, metric in said(house, "b").items()} == {"epoch": "", "loss": "epoch"}


def test_too_many_runs_are_refused(house: Any) -> None:
    log(house, "a", {"loss": 1.0})
    assert said(house) == said(house, "a") == {}
    with pytest.raises(InvalidRequest, match="at most"):
        said(house, *(f"r{i}" for i in range(limits.PAGE_ROWS + 1)))
