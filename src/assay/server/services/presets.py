"""A team's presets of custom charts: everybody in the team draws with them, members save them, every save is kept as a version.

A name outlives its deletion: bringing a version back, or saving anew under the name, goes on with the same preset."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from assay.server.domain import presets as domain
from assay.server.domain.accounts import Actor
from assay.server.domain.presets import Preset
from assay.server.domain.saved_views import canonical
from assay.server.domain.teams import Entity
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit
from assay.server.services.access import Action
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import Conflict, NotFound, PublicError
from assay.wire.messages import presets as messages


class PresetDeleted(PublicError):
    code = "preset_deleted"
    status = 410
    exit_code = 5
    text = "Preset {name!r} was deleted on {when}. Bring a version of it back, or choose another chart."


class PresetService:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def list(self, actor: Actor, entity: str) -> messages.PresetPage:
        """Without their specs."""
        with self._stores.metadata.read() as unit:
            found = unit.presets.list(_entity(unit, actor, entity, "preset:read").id)
        shown = [_shown(preset, actor, entity, whole=False) for preset in found]
        return messages.PresetPage(shown, access.may(actor, "preset:write", entity))

    def get(self, actor: Actor, entity: str, name: str) -> messages.Preset:
        """Raises PresetDeleted, NotFound."""
        with self._stores.metadata.read() as unit:
            preset = _find(unit, _entity(unit, actor, entity, "preset:read"), name, with_deleted=True)
        if preset.deleted_at:
            raise PresetDeleted(name=f"{entity}/{name}", when=_when(preset.deleted_at))
        return _shown(preset, actor, entity)

    def save(self, actor: Actor, entity: str, name: str, save: messages.PresetSave) -> messages.Preset:
        """Make a preset, or save it over the revision that was read. Raises Conflict, naming who saved it last and when, if that
        was after `save.revision`, and PresetDeleted if it was deleted since. Saving what is there already changes nothing."""
        access.require(actor, "preset:write", entity, what="entity", name=entity)
        domain.check_names(name, save.label)
        domain.check_spec(save.spec)
        with self._stores.metadata.begin() as unit:
            owner = _entity(unit, actor, entity, "preset:write")
            before = unit.presets.get(owner.id, name, with_deleted=True)
            if before is None or (before.deleted_at and save.revision == 0):
                _check_count(unit, owner)
            if before is None:
                if save.revision:
                    raise NotFound(what="preset", name=f"{entity}/{name}")
                now = self._stores.now()
                made = Preset(0, owner.id, name, save.label, now, actor.username, now, actor.username, spec=save.spec)
                preset = unit.presets.add(made)
                self._note(unit, actor, entity, "create", preset)
            elif before.deleted_at and save.revision == 0:
                preset = self._save(unit, actor, entity, before, save.label, save, "create")
            elif before.deleted_at:  # who edited it meanwhile does not bring it back unasked
                raise PresetDeleted(name=f"{entity}/{name}", when=_when(before.deleted_at))
            else:
                preset = self._save(unit, actor, entity, _known(before, save.revision), save.label, save, "edit")
        return _shown(preset, actor, entity)

    def delete(self, actor: Actor, entity: str, name: str) -> None:
        """Charts that are drawn with it say so from now on. A version of it can be brought back until the trash is emptied."""
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            before = _find(unit, _entity(unit, actor, entity, "preset:write"), name)
            preset = unit.presets.save(replace(before, deleted_at=now), expected=before, is_version=False)
            self._note(unit, actor, entity, "delete", preset)

    def versions(self, actor: Actor, entity: str, name: str) -> messages.PresetVersionPage:
        with self._stores.metadata.read() as unit:
            preset = _find(unit, _entity(unit, actor, entity, "preset:read"), name, with_deleted=True)
            found = unit.presets.versions(preset.key)
        versions = [messages.PresetVersion(one.revision, one.at, one.who, one.label) for one in found]
        return messages.PresetVersionPage(versions, preset.deleted_at > 0)

    def version(self, actor: Actor, entity: str, name: str, revision: int) -> messages.PresetVersion:
        """Also of a deleted preset: what was drawn with a version goes on being drawn."""
        with self._stores.metadata.read() as unit:
            preset = _find(unit, _entity(unit, actor, entity, "preset:read"), name, with_deleted=True)
            one = _version(unit, entity, preset, revision)
        return messages.PresetVersion(one.revision, one.at, one.who, one.label, one.spec)

    def restore_version(self, actor: Actor, entity: str, name: str, revision: int, known: int) -> messages.Preset:
        """Save the preset as it was; what it was until now stays among its versions. `known`: the newest revision read."""
        with self._stores.metadata.begin() as unit:
            owner = _entity(unit, actor, entity, "preset:write")
            before = _known(_find(unit, owner, name, with_deleted=True), known)
            if before.deleted_at:
                _check_count(unit, owner)
            one = _version(unit, entity, before, revision)
            preset = self._save(unit, actor, entity, before, one.label, one, "restore-version")
        return _shown(preset, actor, entity)

    def purge_old(self, older_than_s: float) -> int:
        """Forget what was deleted so long ago; a worker calls it."""
        with self._stores.metadata.begin() as unit:
            return unit.presets.forget_before(self._stores.now() - older_than_s)

    def _save(
        self,
        unit: Unit,
        actor: Actor,
        entity: str,
        before: Preset,
        label: str,
        content: messages.PresetSave | domain.PresetVersion,
        verb: str,
    ) -> Preset:
        after = replace(before, label=label, spec=content.spec, deleted_at=0.0)
        is_version = (after.label, canonical(after.spec)) != (before.label, canonical(before.spec))
        if after == before and not is_version:
            return before
        if is_version:
            after = replace(after, updated_at=self._stores.now(), updated_by=actor.username)
        preset = unit.presets.save(after, expected=before, is_version=is_version)
        self._note(unit, actor, entity, verb, preset)
        return preset

    def _note(self, unit: Unit, actor: Actor, entity: str, verb: str, preset: Preset) -> None:
        audit.note(unit, actor, f"preset:{verb}", f"{entity}/{preset.name}", self._stores.now(), revision=preset.revision)


def _entity(unit: Unit, actor: Actor, name: str, action: Action) -> Entity:
    access.require(actor, action, name, what="entity", name=name)
    entity = unit.teams.entity(name)
    if entity is None:
        raise NotFound(what="entity", name=name)
    return entity


def _find(unit: Unit, entity: Entity, name: str, *, with_deleted: bool = False) -> Preset:
    preset = unit.presets.get(entity.id, name, with_deleted=with_deleted)
    if preset is None:
        raise NotFound(what="preset", name=f"{entity.name}/{name}")
    return preset


def _version(unit: Unit, entity: str, preset: Preset, revision: int) -> domain.PresetVersion:
    version = unit.presets.version(preset.key, revision)
    if version is None:
        raise NotFound(what="version", name=f"{entity}/{preset.name}/v{revision}")
    return version


def _check_count(unit: Unit, entity: Entity) -> None:
    if len(unit.presets.list(entity.id)) >= limits.PRESETS:
        raise Conflict(detail=f"{entity.name} has {limits.PRESETS} presets already (PRESETS). Delete one first")


def _known(preset: Preset, revision: int) -> Preset:
    """The preset, if `revision` is its newest. Raises Conflict."""
    if preset.revision == revision:
        return preset
    said = f"{preset.updated_by} saved preset {preset.name!r} on {_when(preset.updated_at)}"
    if revision == 0:
        todo = f"Choose another name, or save over revision {preset.revision}"
    else:
        todo = f"It is at revision {preset.revision}, yours is {revision}. Load it again and repeat the change"
    raise Conflict(detail=f"{said}. {todo}", user=preset.updated_by, time=preset.updated_at, revision=preset.revision)


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _shown(preset: Preset, actor: Actor, entity: str, *, whole: bool = True) -> messages.Preset:
    return messages.Preset(
        entity, preset.name, preset.label, preset.revision, preset.created_at, preset.created_by, preset.updated_at,
        preset.updated_by, access.may(actor, "preset:write", entity), preset.spec if whole else None,
    )  # fmt: skip
