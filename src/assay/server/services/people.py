"""Whom texts of a project can name, and telling those whom they do.

A person is told when a text names them that did not before, if they may read the project."""

from __future__ import annotations

from assay.server.domain.accounts import User
from assay.server.domain.mentions import Mention, excerpt, named
from assay.server.ports.metadata import Unit
from assay.wire import limits


def readers(unit: Unit, entity: str) -> list[User]:
    """Who may read what belongs to `entity`: its members, or whose space it is, and admins of the installation; by name."""
    names = {entity, *(member.username for member in unit.teams.members(entity))}
    return [user for user in unit.accounts.users() if user.is_active and (user.username in names or user.is_admin)]


def tell(
    unit: Unit, entity: str, project_key: int, before: str, after: str, now: float, who: str, *,
    run_key: int | None = None, comment_id: int | None = None,
) -> None:  # fmt: skip
    """Note for everybody whom `after` names and `before` did not."""
    known = {name.lower() for name in named(before)}
    fresh = {lower: name for name in named(after) if (lower := name.lower()) not in known and lower != who.lower()}
    if not fresh:
        return
    for user in readers(unit, entity):
        name = fresh.get(user.username.lower())
        if name is not None:
            text = excerpt(after, name)
            unit.mentions.add(Mention(0, user.id, project_key, run_key, comment_id, now, who, text), keep=limits.MENTIONS)
