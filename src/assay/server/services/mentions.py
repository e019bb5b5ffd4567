"""Mentions: where a person was named, as far as they may read it. `people` writes them down."""

from __future__ import annotations

from collections.abc import Sequence

from assay.server.domain.accounts import Actor
from assay.server.domain.mentions import Mention
from assay.server.domain.projects import Project
from assay.server.ports.metadata import Unit
from assay.server.services import access
from assay.server.services.people import readers
from assay.server.services.projects import find as find_project
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages import mentions as messages
from assay.wire.names import ProjectPath

SHOWN = 100  # mentions in one answer


class MentionService:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def people(self, actor: Actor, path: ProjectPath) -> list[messages.Person]:
        """Whom a text of the project can name, by name."""
        with self._stores.metadata.read() as unit:
            find_project(unit, actor, path)
            return [messages.Person(user.username, user.display_name) for user in readers(unit, path.entity)]

    def mine(self, actor: Actor) -> messages.MentionPage:
        """Where the actor was named, newest first. Where there is more than one answer holds, what is unread goes before what was
        read: else it could never be read."""
        with self._stores.metadata.read() as unit:
            visible = self._visible(unit, actor)
            chosen = sorted(visible, key=lambda one: (one[0].read_at > 0, -one[0].id))[:SHOWN]
            chosen.sort(key=lambda one: -one[0].id)
            shown = [self._shown(unit, mention, project) for mention, project in chosen]
        return messages.MentionPage(shown, sum(not mention.read_at for mention, _ in visible))

    def mark_read(self, actor: Actor, ids: Sequence[int]) -> messages.MentionPage:
        """Those of `ids` that are the actor's own are read from now on."""
        if len(ids) > limits.PAGE_ROWS:
            raise InvalidRequest(detail=f"{len(ids)} mentions at once; at most {limits.PAGE_ROWS}")
        with self._stores.metadata.begin() as unit:
            unit.mentions.mark_read(actor.user_id, ids, self._stores.now())
        return self.mine(actor)

    @staticmethod
    def _visible(unit: Unit, actor: Actor) -> list[tuple[Mention, Project]]:
        mentions = unit.mentions.of_user(actor.user_id)
        projects = {key: unit.projects.by_key(key) for key in {mention.project_key for mention in mentions}}
        return [
            (mention, project)
            for mention in mentions
            if (project := projects[mention.project_key]) is not None and access.may(actor, "project:read", project.entity)
        ]

    @staticmethod
    def _shown(unit: Unit, mention: Mention, project: Project) -> messages.Mention:
        comment = unit.comments.get(project.key, mention.comment_id) if mention.comment_id else None
        if comment is not None:
            (run,) = unit.runs.by_ids(project.key, [comment.run]) or (None,)
        else:
            (run,) = unit.runs.by_keys([mention.run_key], whole=False, with_deleted=True) if mention.run_key else (None,)
        return messages.Mention(
            mention.id, mention.at, mention.by, mention.text, project.entity, project.name,
            run=run.id if run else "", run_name=run.name if run else "",
            region=comment.subject if comment else "", link=comment.link if comment else "", is_read=mention.read_at > 0,
        )  # fmt: skip
