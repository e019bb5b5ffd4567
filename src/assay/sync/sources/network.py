"""The machine's network traffic, loopback left out: a run's own messages to itself are not news."""

from __future__ import annotations

import psutil

from assay.sync.monitor import Watched


class Network:
    """`network.sent`, `network.recv`: bytes since the start."""

    name = "network"

    def __init__(self, watched: Watched) -> None:
        del watched
        self._start = (0, 0)

    def probe(self) -> bool:
        self._start = self._totals()
        return True

    def sample(self) -> dict[str, float]:
        sent, received = self._totals()
        return {"network.sent": sent - self._start[0], "network.recv": received - self._start[1]}

    @staticmethod
    def _totals() -> tuple[int, int]:
        cards = psutil.net_io_counters(pernic=True)
        outside = [counters for name, counters in cards.items() if name != "lo" and not name.startswith("lo0")]
        return sum(c.bytes_sent for c in outside), sum(c.bytes_recv for c in outside)
