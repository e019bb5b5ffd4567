"""The promises of EventBus as tests."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from assay.server.ports.bus import EventBus, News

NEWS = News("rows", 1, "ann", "digits", "r1", 7, ("loss",))


class EventBusSuite:
    """Subclass it and give a `bus` fixture. `settle` waits until what was published has been delivered."""

    @pytest.fixture
    def bus(self) -> EventBus:
        raise NotImplementedError

    def settle(self, bus: EventBus) -> None: ...

    def test_every_listener_hears_news_as_it_was_published(self, bus: EventBus) -> None:
        one: list[News] = []
        two: list[News] = []
        bus.subscribe(one.append)
        bus.subscribe(two.append)
        bus.publish(NEWS)
        self.settle(bus)
        assert NEWS in one
        assert NEWS in two

    def test_an_ended_subscription_hears_nothing_and_ending_it_twice_is_harmless(self, bus: EventBus) -> None:
        heard: list[News] = []
        end = bus.subscribe(heard.append)
        end()
        end()
        bus.publish(NEWS)
        self.settle(bus)
        assert heard == []

    def test_a_listener_that_raises_is_dropped_and_the_others_hear_on(self, bus: EventBus) -> None:
        calls: list[News] = []
        heard: list[News] = []

        def broken(news: News) -> None:
            calls.append(news)
            raise RuntimeError("a bug in a listener")

        bus.subscribe(broken)
        bus.subscribe(heard.append)
        bus.publish(NEWS)
        bus.publish(NEWS)
        self.settle(bus)
        assert len(heard) >= 2
        assert len(calls) == 1

    def test_a_listener_may_end_its_subscription_while_it_listens(self, bus: EventBus) -> None:
        heard: list[News] = []
        ends: list[Callable[[], None]] = []

        def once(news: News) -> None:
            heard.append(news)
            ends[0]()

        ends.append(bus.subscribe(once))
        bus.publish(NEWS)
        bus.publish(NEWS)
        self.settle(bus)
        assert heard == [NEWS]

    def test_threads_may_publish_and_subscribe_at_once(self, bus: EventBus) -> None:
        heard: list[News] = []
        bus.subscribe(heard.append)

        def work() -> None:
            for _ in range(100):
                end = bus.subscribe(lambda news: None)
                bus.publish(NEWS)
                end()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.settle(bus)
        assert len(heard) >= 800

    def test_a_closed_bus_is_silent(self, bus: EventBus) -> None:
        heard: list[News] = []
        bus.subscribe(heard.append)
        bus.close()
        bus.publish(NEWS)
        assert heard == []
