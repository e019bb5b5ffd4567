"""What follows when runs end, also when something of one of them is broken."""

from __future__ import annotations

from typing import Any

import pytest

from assay.server.domain.runs import RunRef
from assay.testing.factories import a_batch
from assay.wire import records
from assay.wire.errors import StorageFull
from assay.wire.messages.runs import RunStart
from assay.wire.names import RunPath


def _end(house: Any, run_id: str) -> RunPath:
    path = RunPath("ann", "digits", run_id)
    house.catalog.runs.start(house.ann, path, RunStart("w1"), "http://h")
    lines = records.Console("stdout", [house.clock.now()], ["hello"])
    finish = records.Finish("finished", 0, house.clock.now())
    house.catalog.ingest.append(house.ann, path, a_batch(events=[lines, finish]))
    return path


def _files(house: Any, path: RunPath) -> list[str]:
    return [file.path for file in house.catalog.files.list(house.ann, path, "", 10).files]


@pytest.mark.parametrize("broken", [RuntimeError("a damaged block"), StorageFull(detail="no space", where="/data")])
def test_a_run_whose_console_cannot_be_kept_holds_up_no_other_and_is_tried_again(
    house: Any, monkeypatch: pytest.MonkeyPatch, broken: Exception
) -> None:
    first, second = _end(house, "r1"), _end(house, "r2")
    metrics = house.catalog.stores.metrics
    console = metrics.console
    with house.catalog.stores.metadata.read() as unit:
        project = unit.projects.get("ann", "digits")
        key = unit.runs.get(project.key, "r1").key

    def damaged(run: RunRef, *given: Any) -> Any:
        if run.run_key == key:
            raise broken
        return console(run, *given)

    monkeypatch.setattr(metrics, "console", damaged)
    assert house.catalog.endings.work() == 2
    assert (_files(house, first), _files(house, second)) == ([], ["output.log"])
    third = _end(house, "r3")
    assert house.catalog.endings.work() == 1
    assert _files(house, third) == ["output.log"]
    assert house.catalog.endings.retry() == 1
    monkeypatch.undo()
    assert house.catalog.endings.retry() == 0
    assert _files(house, first) == ["output.log"]


def test_series_that_cannot_be_merged_cost_a_run_nothing_else(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _end(house, "r1")

    def damaged(_run: RunRef) -> None:
        raise RuntimeError("a damaged segment")

    monkeypatch.setattr(house.catalog.stores.metrics, "finish", damaged)
    assert house.catalog.endings.work() == 1
    assert _files(house, path) == ["output.log"]
