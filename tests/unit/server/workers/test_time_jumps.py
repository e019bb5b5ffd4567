"""Runs are not called crashed because somebody set the server's clock (V15)."""

from __future__ import annotations

import pytest

from assay.server.workers.tasks import _UnlessTimeJumped


@pytest.mark.parametrize("jump", [365 * 86_400.0, -365 * 86_400.0, 3_600.0])
def test_after_the_clock_was_set_everybody_gets_the_whole_time_to_be_heard_again(jump: float) -> None:
    now = {"wall": 1_000_000.0, "running": 50.0}
    calls: list[float] = []
    task = _UnlessTimeJumped(lambda: calls.append(now["running"]), 300, lambda: now["wall"], lambda: now["running"])

    def pass_s(seconds: float, jumped: float = 0.0) -> None:
        now["running"] += seconds
        now["wall"] += seconds + jumped
        task()

    pass_s(15)
    pass_s(15)
    assert calls == [65.0, 80.0]
    pass_s(15, jump)
    for _ in range(19):
        pass_s(15)
    assert calls == [65.0, 80.0], "at 95 the clock was found to have been set"
    pass_s(15)
    assert calls == [65.0, 80.0, 395.0]


def test_a_clock_that_is_drawn_to_the_right_time_slowly_stops_nothing() -> None:
    now = {"wall": 0.0, "running": 0.0}
    calls: list[float] = []
    task = _UnlessTimeJumped(lambda: calls.append(1), 300, lambda: now["wall"], lambda: now["running"])
    for _ in range(100):
        now["running"] += 15
        now["wall"] += 16
        task()
    assert len(calls) == 100
