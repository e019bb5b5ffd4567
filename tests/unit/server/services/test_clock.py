"""Nothing is deleted for good because somebody set the server's clock (V15)."""

from __future__ import annotations

from typing import Any

import pytest

from assay.server.services.clock import ClockService
from assay.server.workers.tasks import bucket_tasks, tasks
from assay.wire.messages.runs import RunQueryRequest, RunSelection, RunStart
from assay.wire.names import RunPath

HOUR, DAY, YEAR = 3_600.0, 86_400.0, 365 * 86_400.0
PATH = RunPath("ann", "digits", "r1")


class Server:
    """Its running time goes on with the time of day, unless that is set."""

    def __init__(self, house: Any) -> None:
        self._house = house
        self._running_s = 50.0
        self.start()

    def start(self) -> None:
        self._house.catalog.clock = ClockService(self._house.catalog.stores, lambda: self._running_s)
        every = [*tasks(self._house.catalog, 30), *bucket_tasks(self._house.catalog)]
        self._hourly = [task.do for task in every if task.every_s == HOUR]

    def go_on(self, hours: int = 1) -> None:
        for _ in range(hours):
            self._running_s += HOUR
            self._house.clock.advance(HOUR)
            for work in self._hourly:
                work()


@pytest.fixture
def server(house: Any) -> Server:
    house.catalog.runs.start(house.ann, PATH, RunStart(writer="w"), "http://h")
    house.catalog.bulk.delete(house.ann, PATH.parent, RunSelection(ids=["r1"]))
    return Server(house)


def in_trash(house: Any) -> list[str]:
    return [run.id for run in house.catalog.run_query.query(house.ann, PATH.parent, RunQueryRequest(trash=True)).runs]


def test_the_trash_is_emptied_in_its_time(house: Any, server: Server) -> None:
    server.go_on(30 * 24 - 1)
    assert in_trash(house) == ["r1"]
    server.go_on(2)
    assert in_trash(house) == []


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_clock_that_is_set_far_ahead_and_back_again_deletes_nothing(house: Any, server: Server, is_restarted: bool) -> None:
    server.go_on(5)
    for _ in range(2):
        house.clock.advance(YEAR)
        if is_restarted:
            server.start()
        server.go_on(23)
        assert in_trash(house) == ["r1"]
        house.clock.advance(-YEAR)
        server.go_on(2)
    assert in_trash(house) == ["r1"]


def test_a_server_that_was_off_for_a_year_empties_the_trash_a_day_later(house: Any, server: Server) -> None:
    server.go_on(5)
    house.clock.advance(YEAR)
    server.start()
    server.go_on(24)
    assert in_trash(house) == ["r1"]
    server.go_on()
    assert in_trash(house) == []


def test_a_server_that_was_off_for_a_night_goes_on_at_once(house: Any, server: Server) -> None:
    server.go_on(30 * 24 - 12)
    house.clock.advance(DAY)
    server.start()
    server.go_on()
    assert in_trash(house) == []
