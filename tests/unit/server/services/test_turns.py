"""Where runs were resumed or rewound: what counts as such, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from assay.testing.clock import START
from assay.testing.factories import a_batch
from assay.wire import limits, records
from assay.wire.errors import Conflict, InvalidRequest, NotFound
from assay.wire.messages.runs import RunSelection, RunStart
from assay.wire.names import RunPath

PATH = RunPath("ann", "digits", "r1")


def start(house: Any, writer: str = "w1", path: RunPath = PATH, **fields: Any) -> None:
    house.catalog.runs.start(house.ann, path, RunStart(writer, **fields), "http://h")


def log(house: Any, writer: str, first_step: int, rows: int, *, path: RunPath = PATH, is_last: bool = False) -> None:
    events = [records.Start("ann", "digits", path.run_id, writer, {}, is_primary=True)]
    end: list[records.Event] = [records.Finish("finished", 0, START)] if is_last else []
    batch = a_batch([{"loss": 1.0}] * rows, writer=writer, first_step=first_step, events=[*events, *end])
    house.catalog.ingest.append(house.ann, path, batch)


def turns(house: Any, *runs: str) -> list[tuple[str, str, int, float]]:
    page = house.catalog.turns.query(house.ann, PATH.parent, list(runs) or ["r1"])
    assert not page.is_cut
    return [(turn.run, turn.kind, turn.step, turn.at) for turn in page.turns]


def test_a_run_that_ended_and_goes_on_was_resumed_after_its_last_step(house: Any) -> None:
    start(house, created_at=START)
    log(house, "w1", 0, 8, is_last=True)
    house.clock.advance(100)
    start(house, "w2", created_at=START + 90)
    start(house, "w2", created_at=START + 90)
    assert turns(house) == [("r1", "resumed", 7, START + 90)]


def test_a_script_that_comes_back_before_its_end_is_known_was_resumed_too(house: Any) -> None:
    start(house, created_at=START)
    log(house, "w1", 0, 3)
    house.clock.advance(5)
    start(house, "w2", resume="allow", created_at=START + 4)
    assert turns(house) == [("r1", "resumed", 2, START + 4)]


@pytest.mark.parametrize("joins", [
    {"resume": "allow", "rank": 1},  # a helper, or another rank
    {"created_at": START + 4},  # one more script that logs to the same run
    {"resume": "allow", "created_at": START},  # the same process, whose folder was full
])  # fmt: skip
def test_whoever_joins_a_live_run_resumes_nothing(house: Any, joins: dict[str, Any]) -> None:
    start(house, created_at=START)
    house.clock.advance(5)
    start(house, "w2", **joins)
    assert turns(house) == []


def test_the_first_rank_may_come_after_the_others(house: Any) -> None:
    start(house, rank=1, created_at=START)
    start(house, "w2", rank=0, resume="allow", created_at=START - 1)
    assert turns(house) == []


def test_a_refused_resume_leaves_no_mark(house: Any) -> None:
    start(house)
    log(house, "w1", 0, 1, is_last=True)
    with pytest.raises(Conflict):
        start(house, "w2", resume="never")
    assert turns(house) == []


def test_a_rewind_is_marked_and_takes_marks_of_what_it_cut_off_along(house: Any) -> None:
    start(house, created_at=START)
    log(house, "w1", 0, 10, is_last=True)
    house.clock.advance(10)
    start(house, "w2")
    log(house, "w2", 10, 10, is_last=True)
    house.clock.advance(10)
    house.catalog.runs.rewind(house.ann, PATH, 14)
    assert turns(house) == [("r1", "resumed", 9, START + 10), ("r1", "rewound", 14, START + 20)]
    house.catalog.runs.rewind(house.ann, PATH, 4)
    assert turns(house) == [("r1", "rewound", 4, START + 20)]


def test_a_rewind_to_a_step_that_is_not_there_yet_leaves_no_mark_beyond_the_curve(house: Any) -> None:
    start(house, created_at=START)
    log(house, "w1", 0, 10, is_last=True)
    assert house.catalog.runs.rewind(house.ann, PATH, 10**18).last_step == 9
    assert turns(house) == []
    for impossible in (-2, 1 << 63):
        with pytest.raises(InvalidRequest, match=f"step is {impossible}"):
            house.catalog.runs.rewind(house.ann, PATH, impossible)


def test_turns_come_by_run_and_those_of_runs_that_are_gone_do_not(house: Any) -> None:
    for run_id in ("r1", "r2"):
        start(house, path=RunPath("ann", "digits", run_id))
        house.catalog.runs.rewind(house.ann, RunPath("ann", "digits", run_id), -1)
    assert [turn[:3] for turn in turns(house, "r2", "none", "r1", "r2")] == [("r2", "rewound", -1), ("r1", "rewound", -1)]
    house.catalog.bulk.delete(house.ann, PATH.parent, RunSelection(ids=["r2"]))
    assert [turn[0] for turn in turns(house, "r2", "r1")] == ["r1"]


def test_they_are_told_to_those_who_may_read_the_project(house: Any) -> None:
    start(house)
    with pytest.raises(NotFound):
        house.catalog.turns.query(house.zoe, PATH.parent, ["r1"])
    with pytest.raises(InvalidRequest, match="at most"):
        house.catalog.turns.query(house.ann, PATH.parent, ["r1"] * (limits.PAGE_ROWS + 1))
