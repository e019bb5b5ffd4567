from __future__ import annotations

from assay.server.services.pace import Pace
from assay.wire import limits


def test_few_writers_send_as_they_like_and_many_gather_for_longer() -> None:
    now = [1000.0]
    pace = Pace(lambda: now[0])
    few = int(limits.BATCHES_PER_S * 0.25)
    assert {pace.heard(run, "w1") for run in range(few)} == {0.0}
    asked = [pace.heard(run, "w1") for run in range(1_000)]
    assert asked == sorted(asked)
    assert asked[-1] == round(1_000 / limits.BATCHES_PER_S, 2)
    assert pace.heard(3, "w2") > asked[-1] - 0.01  # a run may have several writers
    assert [pace.heard(run, "w1") for run in range(50_000)][-1] == limits.PACE_S_MAX


def test_those_who_fell_silent_are_forgotten_within_two_periods() -> None:
    now = [1000.0]
    pace = Pace(lambda: now[0])
    for run in range(1_000):
        pace.heard(run, "w1")
    now[0] += 11
    assert pace.heard(1, "w1") > 3  # the period before still counts
    now[0] += 11
    assert pace.heard(1, "w1") == 0.0
    for run in range(1_000):
        pace.heard(run, "w1")
    now[0] += 3_600
    assert pace.heard(1, "w1") == 0.0
    now[0] -= 7_200  # a clock that was set back
    assert pace.heard(1, "w1") == 0.0
