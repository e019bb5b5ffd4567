"""Every EventBus keeps the same promises."""

from __future__ import annotations

import logging

import pytest

from assay.server.adapters.bus_local import LocalEventBus
from assay.server.ports.bus import News
from assay.testing.conformance.bus import NEWS, EventBusSuite
from assay.testing.memory.bus import MemoryEventBus


class TestMemoryEventBus(EventBusSuite):
    @pytest.fixture
    def bus(self) -> MemoryEventBus:
        return MemoryEventBus()


class TestLocalEventBus(EventBusSuite):
    @pytest.fixture
    def bus(self) -> LocalEventBus:
        return LocalEventBus()

    def test_a_dropped_listener_is_in_the_log(self, bus: LocalEventBus, caplog: pytest.LogCaptureFixture) -> None:
        def broken(news: News) -> None:
            raise RuntimeError("a bug in a listener")

        bus.subscribe(broken)
        with caplog.at_level(logging.ERROR):
            bus.publish(NEWS)
        assert "dropped" in caplog.text
        assert "a bug in a listener" in caplog.text
