"""How long to wait before trying again, and which failures are worth it. No clock, no sleeping: the caller has those."""

from __future__ import annotations

from random import Random

from assay.wire.errors import PublicError, ServerUnreachable, TooManyRequests, UnexpectedAnswer

BASE_S = 0.5
CAP_S = 60.0
_PASSING = {408, 425, 429, 500, 502, 503, 504}


class Backoff:
    """Waits that grow: full jitter over 0.5, 1, 2, … up to 60 seconds. A thousand runs whose server comes back must not all
    call in the same second, so every wait is drawn evenly from its whole range."""

    def __init__(self, random: Random | None = None, *, base_s: float = BASE_S, cap_s: float = CAP_S) -> None:
        self._random = random or Random()  # noqa: S311 - spreading load, not keeping secrets
        self._base_s, self._cap_s = base_s, cap_s
        self.failures = 0

    def next_s(self, at_least_s: float = 0.0) -> float:
        """The wait after one more failure; never less than the server asked for."""
        ceiling = min(self._cap_s, self._base_s * 2 ** min(self.failures, 30))
        self.failures += 1
        return max(at_least_s, self._random.uniform(0.0, ceiling))

    def reset(self) -> None:
        self.failures = 0


def is_passing(error: PublicError) -> bool:
    """Whether the same request may well succeed later, unchanged."""
    if isinstance(error, UnexpectedAnswer):
        return error.fields.get("http_status", 0) not in {413}
    return isinstance(error, ServerUnreachable | TooManyRequests) or type(error).status in _PASSING or type(error).status >= 500


def retry_after_s(error: PublicError) -> float:
    """What the server asked for, within a day; 0 if it asked for nothing."""
    asked = error.fields.get("retry_after_s", 0)
    return min(max(float(asked), 0.0), 86_400.0) if isinstance(asked, int | float) else 0.0
