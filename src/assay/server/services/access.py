"""Who may do what: one table, one function. Every service asks here, after the actor and before anything else.

What an actor cannot see answers exactly like what does not exist."""

from __future__ import annotations

from typing import Literal

from assay.server.domain.accounts import ROLE_ORDER, Actor, Role
from assay.wire.errors import Forbidden, NotFound

Action = Literal[
    "project:read", "project:edit", "project:delete",
    "run:read", "run:write", "run:edit", "run:stop", "run:rewind", "run:delete", "run:restore", "run:purge", "run:move",
    "view:read", "view:write", "view:share", "comment:read", "comment:write", "preset:read", "preset:write",
    "artifact:read", "artifact:write", "artifact:edit", "artifact:delete", "artifact:rules", "fault:read", "fault:write",
    "bucket:read", "bucket:write",
]  # fmt: skip

NEEDED: dict[Action, Role] = {
    "project:read": "viewer",
    "project:edit": "member",
    "project:delete": "admin",
    "run:read": "viewer",
    "run:write": "member",
    "run:edit": "member",
    "run:stop": "member",
    "run:rewind": "member",
    "run:delete": "member",
    "run:restore": "member",
    "run:purge": "admin",
    "run:move": "member",  # here; to where it goes it is written
    "view:read": "viewer",
    "view:write": "viewer",  # one's own; saving a shared one asks for view:share besides
    "view:share": "member",
    "comment:read": "viewer",
    "comment:write": "member",
    "preset:read": "viewer",
    "preset:write": "member",
    "artifact:read": "viewer",
    "artifact:write": "member",
    "artifact:edit": "member",
    "artifact:delete": "member",
    "artifact:rules": "admin",
    "fault:read": "viewer",
    "fault:write": "member",
    "bucket:read": "viewer",
    "bucket:write": "admin",
}
"""The least role in the owning entity that each action asks for. An admin of the installation is admin of every entity."""

INSTALLATION = frozenset({"audit:read", "user:write", "team:write", "backup:create", "bucket:list", "secrets:rotate"})
"""Actions on the installation itself: its admins alone."""


def role_in(actor: Actor, entity: str) -> Role | None:
    """The actor's role in `entity`, None for a stranger."""
    return "admin" if actor.is_admin else actor.roles.get(entity)


def may(actor: Actor, action: Action, entity: str) -> bool:
    role = role_in(actor, entity)
    return role is not None and ROLE_ORDER[role] >= ROLE_ORDER[NEEDED[action]]


def require(actor: Actor, action: Action, entity: str, *, what: str, name: str) -> None:
    """Raises NotFound about `what` `name` to a stranger of `entity`, Forbidden to a member whose role is too low."""
    if role_in(actor, entity) is None:
        raise NotFound(what=what, name=name)
    if not may(actor, action, entity):
        raise Forbidden(action=action, whom=f"an admin of {entity} for the role {NEEDED[action]}")


def require_admin(actor: Actor, action: str) -> None:
    """Raises Forbidden unless the actor is an admin of the installation."""
    assert action in INSTALLATION, action
    if not actor.is_admin:
        raise Forbidden(action=action, whom="an admin of this server")


def visible_entities(actor: Actor) -> list[str] | None:
    """Entities whose projects the actor sees; None: all of them."""
    return None if actor.is_admin else sorted(actor.roles)
