"""Mentions of the caller, and whom a text of a project can name."""

from __future__ import annotations

from assay.server.api.auth import SIGNED_IN
from assay.server.api.rest.paths import PROJECT, project_path
from assay.server.api.routing import get, post
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.messages import mentions as messages


@get(PROJECT + "/people", permission="project:read")
def list_people(entity: str, project: str, actor: Actor, catalog: Catalog) -> list[messages.Person]:
    """Who may read the project: whom its notes and comments can name as `@name`."""
    return catalog.mentions.people(actor, project_path(entity, project))


@get("/api/v1/me/mentions", permission=SIGNED_IN)
def list_mentions(actor: Actor, catalog: Catalog) -> messages.MentionPage:
    """Where the caller was named, newest first, and how many of these are unread."""
    return catalog.mentions.mine(actor)


@post("/api/v1/me/mentions/read", permission=SIGNED_IN)
def read_mentions(data: messages.MentionsRead, actor: Actor, catalog: Catalog) -> messages.MentionPage:
    """These have been read. Answers what there is then."""
    return catalog.mentions.mark_read(actor, data.ids)


HANDLERS = [list_people, list_mentions, read_mentions]
