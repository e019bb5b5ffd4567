"""Presets of custom charts, in the store in dictionaries."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.server.domain.errors import StaleWrite
from assay.server.domain.presets import Preset, PresetVersion
from assay.wire import limits
from assay.wire.errors import Conflict

if TYPE_CHECKING:
    from assay.testing.memory.metadata import State


class MemoryPresets:
    def __init__(self, state: State) -> None:
        self._state = state

    def get(self, entity_id: int, name: str, *, with_deleted: bool = False) -> Preset | None:
        for preset in self._state.presets.values():
            if (preset.entity_id, preset.name) == (entity_id, name) and (with_deleted or not preset.deleted_at):
                return deepcopy(preset)
        return None

    def add(self, preset: Preset) -> Preset:
        if self.get(preset.entity_id, preset.name, with_deleted=True) is not None:
            raise Conflict(detail=f"There is a preset {preset.name!r} already")
        added = replace(deepcopy(preset), key=self._state.next("preset"), revision=1)
        self._put(added, is_version=True)
        return added

    def save(self, preset: Preset, *, expected: Preset, is_version: bool = True) -> Preset:
        stored = self._state.presets.get(preset.key)
        if stored is None or stored.revision != expected.revision:
            raise StaleWrite(what="Preset", name=preset.name)
        fixed = {name: getattr(stored, name) for name in ("entity_id", "name", "created_at", "created_by")}
        saved = replace(deepcopy(preset), revision=stored.revision + int(is_version), **fixed)
        self._put(saved, is_version=is_version)
        return saved

    def _put(self, preset: Preset, *, is_version: bool) -> None:
        self._state.presets[preset.key] = deepcopy(preset)
        if is_version:
            version = PresetVersion(preset.revision, preset.updated_at, preset.updated_by, preset.label, deepcopy(preset.spec))
            self._state.preset_versions[preset.key, preset.revision] = version
            for old in self.versions(preset.key)[limits.PRESET_VERSIONS :]:
                del self._state.preset_versions[preset.key, old.revision]

    def versions(self, preset_key: int) -> list[PresetVersion]:
        found = [version for (key, _), version in self._state.preset_versions.items() if key == preset_key]
        return [replace(one, spec={}) for one in sorted(found, key=lambda version: -version.revision)]

    def version(self, preset_key: int, revision: int) -> PresetVersion | None:
        return deepcopy(self._state.preset_versions.get((preset_key, revision)))

    def forget_before(self, before: float) -> int:
        gone = {key for key, preset in self._state.presets.items() if 0 < preset.deleted_at < before}
        self._state.presets = {key: preset for key, preset in self._state.presets.items() if key not in gone}
        self._state.preset_versions = {at: one for at, one in self._state.preset_versions.items() if at[0] not in gone}
        return len(gone)

    def list(self, entity_id: int) -> list[Preset]:
        found = [preset for preset in self._state.presets.values() if preset.entity_id == entity_id and not preset.deleted_at]
        return [replace(preset, spec={}) for preset in sorted(found, key=lambda preset: preset.name)]
