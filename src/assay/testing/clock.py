"""Time that stands still until it is told to move."""

from __future__ import annotations

START = 1_760_000_000.0  # a Thursday in October 2025


class FixedClock:
    """A clock for tests. `now()` is seconds since the epoch, UTC."""

    def __init__(self, at: float = START) -> None:
        self.at = at

    def now(self) -> float:
        return self.at

    def __call__(self) -> float:
        return self.at

    def advance(self, seconds: float) -> float:
        """Move on, and answer the new time."""
        self.at += seconds
        return self.at
