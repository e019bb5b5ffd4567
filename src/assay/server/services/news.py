"""What changed, for those who may see it: the live stream's subscription."""

from __future__ import annotations

from collections.abc import Callable

from assay.server.domain.accounts import Actor
from assay.server.ports.bus import News
from assay.server.services import access
from assay.server.services.projects import find as find_project
from assay.server.services.stores import Stores
from assay.wire.messages.series import LiveHint
from assay.wire.names import ProjectPath


class NewsService:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def check(self, actor: Actor, project: ProjectPath) -> None:
        """Raises NotFound if the actor cannot see the project."""
        with self._stores.metadata.read() as unit:
            find_project(unit, actor, project)

    def subscribe(self, listener: Callable[[LiveHint], None]) -> Callable[[], None]:
        """Call `listener` with every hint, from any thread; it must return at once. The answer ends it."""
        return self._stores.bus.subscribe(lambda news: listener(hint(news)))

    @staticmethod
    def may_see(actor: Actor, hint: LiveHint) -> bool:
        return access.may(actor, "project:read", hint.entity)


def hint(news: News) -> LiveHint:
    return LiveHint(news.kind, news.entity, news.project, news.run_id, news.step, list(news.keys))  # type: ignore[arg-type]
