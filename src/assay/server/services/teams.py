"""Teams and their members. Users have a space of their own; a team is shared, with a role for each member."""

from __future__ import annotations

from collections.abc import Callable

from assay.server.domain.accounts import ROLE_ORDER, Actor, Role
from assay.server.domain.teams import Entity, Member
from assay.server.services import access, audit
from assay.server.services.stores import Stores
from assay.wire.errors import InvalidName, InvalidRequest, NotFound
from assay.wire.names import is_name


class TeamService:
    def __init__(self, stores: Stores, roles_changed: Callable[[], None]) -> None:
        self._stores = stores
        self._roles_changed = roles_changed

    def add(self, actor: Actor, name: str) -> Entity:
        """Raises Conflict if a user or team has the name."""
        access.require_admin(actor, "team:write")
        check_team_name(name)
        with self._stores.metadata.begin() as unit:
            team = unit.teams.add_team(name, self._stores.now())
            audit.note(unit, actor, "team:create", name, self._stores.now())
        return team

    def set_member(self, actor: Actor, team: str, username: str, role: Role) -> None:
        """Give `username` a role in `team`, or change it. Safe to repeat."""
        if role not in ROLE_ORDER:
            raise InvalidRequest(detail=f"{role!r} is not a role. Roles: admin, member, viewer")
        with self._stores.metadata.begin() as unit:
            self._require_team_admin(actor, unit.teams.entity(team), team)
            if unit.accounts.user(username) is None:
                raise NotFound(what="user", name=username)
            unit.teams.set_member(team, username, role)
            audit.note(unit, actor, "team:set_member", team, self._stores.now(), user=username, role=role)
        self._roles_changed()

    def remove_member(self, actor: Actor, team: str, username: str) -> None:
        """Free if they are no member."""
        with self._stores.metadata.begin() as unit:
            self._require_team_admin(actor, unit.teams.entity(team), team)
            unit.teams.remove_member(team, username)
            audit.note(unit, actor, "team:remove_member", team, self._stores.now(), user=username)
        self._roles_changed()

    def members(self, actor: Actor, team: str) -> list[Member]:
        if access.role_in(actor, team) is None:
            raise NotFound(what="team", name=team)
        with self._stores.metadata.read() as unit:
            return unit.teams.members(team)

    @staticmethod
    def _require_team_admin(actor: Actor, entity: Entity | None, team: str) -> None:
        if entity is None or entity.kind != "team" or access.role_in(actor, team) is None:
            raise NotFound(what="team", name=team)
        if access.role_in(actor, team) != "admin":
            access.require_admin(actor, "team:write")


def check_team_name(name: str) -> None:
    """Raises InvalidName."""
    if not is_name(name):
        raise InvalidName(text=name[:200], what="team name", expected="1 to 128 of letters, digits, _ . -")
