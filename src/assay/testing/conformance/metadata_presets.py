"""The promises of MetadataStore about presets of custom charts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assay.server.domain.errors import StaleWrite
from assay.server.ports.metadata import MetadataStore, Unit
from assay.testing.clock import START
from assay.testing.factories import a_preset
from assay.wire import limits
from assay.wire.errors import Conflict

SPEC: dict[str, Any] = {"mark": "bar", "title": "na\u00efve \U0001f33f \u2028", "deep": {"": [1, 1.5, None, True]}}


def a_team(unit: Unit, name: str = "red") -> int:
    return unit.teams.add_team(name, START).id


class MetadataPresetsSuite:
    """Part of MetadataStoreSuite."""

    def test_a_preset_comes_back_as_it_was_given_and_lists_come_by_name_without_specs(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            red, blue = a_team(unit), a_team(unit, "blue")
            second = unit.presets.add(a_preset(red, name="waves", label="W\u00e4ves", spec=SPEC))
            first = unit.presets.add(a_preset(red, name="Rates"))
            other = unit.presets.add(a_preset(blue, name="waves"))
            with pytest.raises(Conflict):
                unit.presets.add(a_preset(red, name="waves"))
        with store.read() as unit:
            assert second.revision == 1
            assert unit.presets.get(red, "waves") == second
            assert unit.presets.get(blue, "waves") == other
            assert unit.presets.get(red, "WAVES") is None
            assert unit.presets.list(red) == [replace(first, spec={}), replace(second, spec={})]

    def test_every_save_of_a_preset_is_a_version_and_one_over_an_older_revision_is_refused(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            first = unit.presets.add(a_preset(a_team(unit)))
            change = replace(first, label="two", spec=SPEC, updated_at=START + 9, updated_by="bob", created_by="eve")
            second = unit.presets.save(change, expected=first)
            assert second.revision == 2
            with pytest.raises(StaleWrite):
                unit.presets.save(replace(first, label="three"), expected=first)
        with store.read() as unit:
            assert [(one.revision, one.at, one.who, one.label, one.spec) for one in unit.presets.versions(first.key)] == [
                (2, START + 9, "bob", "two", {}), (1, START, "ann", "", {}),
            ]  # fmt: skip
            versions = [unit.presets.version(first.key, revision) for revision in (1, 2)]
            assert [one and one.spec for one in versions] == [{"mark": "line"}, SPEC]
            assert unit.presets.version(first.key, 3) is None
            kept = unit.presets.get(first.entity_id, "rates")
            assert kept == replace(second, created_by="ann")

    def test_the_newest_versions_of_a_preset_are_kept(self, store: MetadataStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "PRESET_VERSIONS", 3)
        with store.begin() as unit:
            preset = unit.presets.add(a_preset(a_team(unit)))
            other = unit.presets.add(a_preset(preset.entity_id, name="other"))
            for n in range(5):
                preset = unit.presets.save(replace(preset, spec={"mark": "bar", "n": n}), expected=preset)
            assert [version.revision for version in unit.presets.versions(preset.key)] == [6, 5, 4]
            assert len(unit.presets.versions(other.key)) == 1

    def test_a_deleted_preset_holds_its_name_until_it_is_forgotten(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            preset = unit.presets.add(a_preset(a_team(unit)))
            gone = unit.presets.save(replace(preset, deleted_at=START + 5), expected=preset, is_version=False)
            assert gone.revision == 1
            assert unit.presets.list(preset.entity_id) == []
            assert unit.presets.get(preset.entity_id, "rates") is None
            assert unit.presets.get(preset.entity_id, "rates", with_deleted=True) == gone
            with pytest.raises(Conflict):
                unit.presets.add(a_preset(preset.entity_id))
            assert unit.presets.forget_before(START + 5) == 0
            assert unit.presets.forget_before(START + 6) == 1
            assert unit.presets.versions(preset.key) == []
            assert unit.presets.add(a_preset(preset.entity_id)).key != preset.key
