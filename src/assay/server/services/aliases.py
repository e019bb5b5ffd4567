"""Moving and using aliases, with their history, their events, and the faults that freeze them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from assay.server.domain.accounts import Actor
from assay.server.domain.events import Event
from assay.server.ports.metadata import Unit
from assay.server.services import audit
from assay.server.services.artifact_finding import Found
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import Conflict, TooLarge

LATEST = "latest"


class Freezes(Protocol):
    """Who knows which aliases may not lead to which versions."""

    def frozen(self, unit: Unit, actor: Actor, found: Found, aliases: Sequence[str]) -> dict[str, str]:
        """Of the aliases, those that may not lead to this version: alias → why, as far as the actor may read it."""


class Aliases:
    def __init__(self, stores: Stores, freezes: Freezes) -> None:
        self._stores = stores
        self._freezes = freezes

    def move_free(self, unit: Unit, actor: Actor, found: Found, aliases: Sequence[str]) -> list[str]:
        """Point those of the aliases at the version that no fault freezes and that it has room for; answers which ones stay
        where they are."""
        frozen = self._freezes.frozen(unit, actor, found, aliases)
        mine = unit.artifacts.aliases([found.version.key]).get(found.version.key, [])
        new = [alias for alias in aliases if alias not in frozen and alias not in mine and alias != LATEST]
        over = set(new[max(0, limits.ALIASES - _count(mine)) :])
        self.move(unit, actor, found, [alias for alias in aliases if alias not in frozen and alias not in over])
        return [alias for alias in aliases if alias in frozen or alias in over]

    def move(self, unit: Unit, actor: Actor, found: Found, aliases: Sequence[str]) -> int:
        """Point the aliases at the version; answers how many of them moved. Raises Conflict for one that a fault freezes, and
        TooLarge if the version would have too many; `latest`, which the server moves by itself, is not counted."""
        frozen = self._freezes.frozen(unit, actor, found, aliases)
        moved = 0
        for alias in aliases:
            before = unit.artifacts.alias(found.collection.key, alias)
            if before == found.version.key:
                continue
            if alias in frozen:
                raise Conflict(detail=f"The alias {alias!r} cannot point at {found.path}: {frozen[alias]}. {_accept(found)}")
            self._write(unit, actor, found, alias, before, found.version.key)
            moved += 1
        if moved and _count(unit.artifacts.aliases([found.version.key])[found.version.key]) > limits.ALIASES:
            raise TooLarge(what="The list of aliases", actual="longer", limit=limits.ALIASES, name="ALIASES")
        return moved

    def remove(self, unit: Unit, actor: Actor, found: Found, aliases: Iterable[str]) -> int:
        """Take the aliases from the version; those it has not are passed over."""
        mine = set(unit.artifacts.aliases([found.version.key]).get(found.version.key, []))
        gone = [alias for alias in dict.fromkeys(aliases) if alias in mine]
        for alias in gone:
            self._write(unit, actor, found, alias, found.version.key, 0)
        return len(gone)

    def require_usable(self, unit: Unit, actor: Actor, found: Found, ref: str) -> None:
        """Raises Conflict if `ref` is an alias that a fault freezes while it points at this version."""
        why = self.why_frozen(unit, actor, found, ref)
        if why:
            raise Conflict(detail=why)

    def why_frozen(self, unit: Unit, actor: Actor, found: Found, ref: str) -> str:
        """Why `ref` may not be used now, and what to do; empty if it may, as every version's number and digest may."""
        why = self._freezes.frozen(unit, actor, found, [ref]).get(ref)
        if why is None:
            return ""
        return (
            f"The alias {ref!r} of {found.path} is frozen: {why}. Use another version, or {found.version.label} by its number if "
            f"you know what you do. {_accept(found)}"
        )

    def _write(self, unit: Unit, actor: Actor, found: Found, alias: str, before: int, after: int) -> None:
        now = self._stores.now()
        unit.artifacts.move_alias(found.collection.key, alias, after, now, actor.username)
        numbers = {key: version.label for key, version in unit.artifacts.versions_by_key([before, after]).items()}
        data = {"alias": alias, "from": numbers.get(before, ""), "to": numbers.get(after, "")}
        subject = f"{found.project.entity}/{found.project.name}/{found.collection.name}"
        unit.events.add(Event("AliasMoved", found.project.key, subject, now, actor.username, data))
        audit.note(unit, actor, "artifact:alias", subject, now, **data)


def _accept(found: Found) -> str:
    """What those can do whose version it is, whoever marked what it came of."""
    who = f"A member of {found.project.entity} who accepts it all the same frees the alias"
    return f"{who}: assay artifact accept {found.path} --reason …"


def _count(aliases: Sequence[str]) -> int:
    return sum(alias != LATEST for alias in aliases)
