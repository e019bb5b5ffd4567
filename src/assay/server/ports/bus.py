"""Wake-ups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class News:
    """Something of a project changed. Fields as in `messages.series.LiveHint`; empty where they do not apply."""

    kind: str
    project_key: int
    entity: str = ""
    project: str = ""
    run_id: str = ""
    step: int = -1
    keys: tuple[str, ...] = ()


class EventBus(Protocol):
    """May repeat, may lose, is never the only copy. Never blocks the publisher."""

    def publish(self, news: News) -> None: ...

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        """Call `listener` for all news, from any thread; it must return at once. The answer ends the subscription."""

    def close(self) -> None: ...
