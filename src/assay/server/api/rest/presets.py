"""Presets of custom charts, shared by everybody of an entity."""

from __future__ import annotations

from assay.server.api.routing import delete, get, post, put
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.messages import presets as messages

PRESETS = "/api/v1/entities/{entity:str}/presets"
PRESET = PRESETS + "/{name:str}"


@get(PRESETS, permission="preset:read")
def list_presets(entity: str, actor: Actor, catalog: Catalog) -> messages.PresetPage:
    """An entity's presets by name, without their specs."""
    return catalog.presets.list(actor, entity)


@get(PRESET, permission="preset:read")
def get_preset(entity: str, name: str, actor: Actor, catalog: Catalog) -> messages.Preset:
    """One preset, whole. 410 for one that was deleted."""
    return catalog.presets.get(actor, entity, name)


@put(PRESET, permission="preset:write")
def save_preset(entity: str, name: str, data: messages.PresetSave, actor: Actor, catalog: Catalog) -> messages.Preset:
    """Make a preset, or save it over the revision that was read. 409 with who saved it since and when, if somebody did."""
    return catalog.presets.save(actor, entity, name, data)


@delete(PRESET, permission="preset:write")
def delete_preset(entity: str, name: str, actor: Actor, catalog: Catalog) -> None:
    """Delete a preset; a version of it can be brought back until the trash is emptied."""
    catalog.presets.delete(actor, entity, name)


@get(PRESET + "/versions", permission="preset:read")
def list_preset_versions(entity: str, name: str, actor: Actor, catalog: Catalog) -> messages.PresetVersionPage:
    """Every save of a preset that is kept, also of a deleted one."""
    return catalog.presets.versions(actor, entity, name)


@get(PRESET + "/versions/{revision:int}", permission="preset:read")
def get_preset_version(entity: str, name: str, revision: int, actor: Actor, catalog: Catalog) -> messages.PresetVersion:
    """A preset as one save left it, whole."""
    return catalog.presets.version(actor, entity, name, revision)


@post(PRESET + "/versions/{revision:int}/restore", permission="preset:write")
def restore_preset_version(
    entity: str, name: str, revision: int, data: messages.PresetRestore, actor: Actor, catalog: Catalog
) -> messages.Preset:
    """Save a preset as it was at a revision; a deleted one is there again."""
    return catalog.presets.restore_version(actor, entity, name, revision, data.revision)


HANDLERS = [
    list_presets, get_preset, save_preset, delete_preset, list_preset_versions, get_preset_version, restore_preset_version,
]  # fmt: skip
