"""A team's presets of custom charts: who reads and saves them, what is kept of them, what is said about one that is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assay.server.domain.accounts import SYSTEM, Actor
from assay.server.services.presets import PresetDeleted
from assay.wire import limits
from assay.wire.errors import Conflict, Forbidden, InvalidName, InvalidRequest, NotFound, TooLarge
from assay.wire.messages.presets import Preset, PresetSave

LINE: dict[str, Any] = {"mark": "line", "encoding": {"x": {"field": "${field:x}"}}}
BAR: dict[str, Any] = {**LINE, "mark": "bar"}


def save(house: Any, actor: Actor, spec: dict[str, Any], revision: int = 0, name: str = "rates", label: str = "") -> Preset:
    return house.catalog.presets.save(actor, "red", name, PresetSave(spec, label, revision))  # type: ignore[no-any-return]


def audited(house: Any) -> list[tuple[str, str, str, int]]:
    lines = house.catalog.audit.list(replace(SYSTEM, is_admin=True), 0, 1_000)
    return [(line.action, line.actor, line.subject, line.data["revision"]) for line in lines if line.action.startswith("preset:")]


def test_members_save_presets_and_the_whole_team_reads_them(house: Any) -> None:
    made = save(house, house.ann, LINE, label="Learning rates")
    assert (made.revision, made.created_by, made.spec, made.may_edit) == (1, "ann", LINE, True)
    page = house.catalog.presets.list(house.vic, "red")
    assert [(one.name, one.label, one.spec, one.may_edit) for one in page.presets] == [("rates", "Learning rates", None, False)]
    assert not page.may_write
    assert house.catalog.presets.get(house.vic, "red", "rates").spec == LINE
    for write in (
        lambda: save(house, house.vic, BAR, revision=1),
        lambda: house.catalog.presets.delete(house.vic, "red", "rates"),
        lambda: house.catalog.presets.restore_version(house.vic, "red", "rates", 1, 1),
    ):
        with pytest.raises(Forbidden):
            write()
    for ask in (
        lambda: house.catalog.presets.list(house.zoe, "red"),
        lambda: house.catalog.presets.get(house.zoe, "red", "rates"),
        lambda: house.catalog.presets.versions(house.zoe, "red", "rates"),
        lambda: house.catalog.presets.version(house.zoe, "red", "rates", 1),
        lambda: save(house, house.zoe, LINE, name="mine"),
    ):
        with pytest.raises(NotFound):
            ask()
    assert audited(house) == [("preset:create", "ann", "red/rates", 1)]


def test_every_save_is_a_version_that_can_be_read_and_brought_back(house: Any) -> None:
    save(house, house.ann, LINE)
    house.clock.advance(60)
    second = save(house, house.ann, BAR, revision=1, label="Bars")
    assert second.revision == 2
    assert save(house, house.ann, BAR, revision=2, label="Bars") == second  # nothing changed
    versions = house.catalog.presets.versions(house.vic, "red", "rates")
    assert [(one.revision, one.label, one.spec) for one in versions.versions] == [(2, "Bars", None), (1, "", None)]
    assert house.catalog.presets.version(house.vic, "red", "rates", 1).spec == LINE
    with pytest.raises(NotFound, match="red/rates/v9"):
        house.catalog.presets.version(house.vic, "red", "rates", 9)
    with pytest.raises(Conflict, match="revision 2, yours is 1"):
        house.catalog.presets.restore_version(house.ann, "red", "rates", 1, 1)
    third = house.catalog.presets.restore_version(house.ann, "red", "rates", 1, 2)
    assert (third.revision, third.label, third.spec) == (3, "", LINE)
    assert [line[0] for line in audited(house)] == ["preset:create", "preset:edit", "preset:restore-version"]


def test_a_save_that_makes_true_a_one_is_a_save(house: Any) -> None:
    made = save(house, house.ann, {"mark": {"type": "bar", "corner": True}})
    later = save(house, house.ann, {"mark": {"type": "bar", "corner": 1}}, revision=made.revision)
    assert later.revision == 2
    assert later.spec is not None and later.spec["mark"]["corner"] is not True
    assert save(house, house.ann, {"mark": {"corner": 1, "type": "bar"}}, revision=2).revision == 2


def test_a_save_over_somebody_elses_says_who_and_when(house: Any) -> None:
    save(house, house.ann, LINE)
    with pytest.raises(Conflict, match=r"ann saved preset 'rates' on .* UTC\. Choose another name") as taken:
        save(house, house.ann, BAR)
    assert taken.value.fields["revision"] == 1
    with pytest.raises(Conflict, match="It is at revision 1, yours is 7"):
        save(house, house.ann, BAR, revision=7)
    with pytest.raises(NotFound):
        save(house, house.ann, BAR, revision=1, name="never")


def test_a_deleted_preset_says_so_and_can_come_back(house: Any) -> None:
    save(house, house.ann, LINE)
    save(house, house.ann, BAR, revision=1)
    house.catalog.presets.delete(house.ann, "red", "rates")
    assert house.catalog.presets.list(house.ann, "red").presets == []
    with pytest.raises(PresetDeleted, match="'red/rates' was deleted on"):
        house.catalog.presets.get(house.vic, "red", "rates")
    with pytest.raises(NotFound) as never:
        house.catalog.presets.get(house.vic, "red", "never")
    assert never.value.code != "preset_deleted"
    with pytest.raises(NotFound):
        house.catalog.presets.delete(house.ann, "red", "rates")
    assert house.catalog.presets.versions(house.vic, "red", "rates").is_deleted
    assert house.catalog.presets.version(house.vic, "red", "rates", 1).spec == LINE
    back = house.catalog.presets.restore_version(house.ann, "red", "rates", 2, 2)
    assert (back.revision, back.spec) == (2, BAR)
    house.catalog.presets.delete(house.ann, "red", "rates")
    anew = save(house, house.ann, LINE)  # the name goes on where it was
    assert (anew.revision, anew.created_by) == (3, "ann")
    house.catalog.presets.delete(house.ann, "red", "rates")
    house.clock.advance(100)
    assert house.catalog.presets.purge_old(101) == 0
    assert house.catalog.presets.purge_old(99) == 1
    with pytest.raises(NotFound):
        house.catalog.presets.versions(house.ann, "red", "rates")


def test_a_save_over_what_was_deleted_meanwhile_brings_nothing_back(house: Any) -> None:
    save(house, house.ann, LINE)
    house.catalog.presets.delete(house.ann, "red", "rates")
    for content in (LINE, BAR):
        with pytest.raises(PresetDeleted, match="'red/rates' was deleted on"):
            save(house, house.ann, content, revision=1)
    assert house.catalog.presets.list(house.vic, "red").presets == []
    assert [one.revision for one in house.catalog.presets.versions(house.vic, "red", "rates").versions] == [1]


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "two words", "n" * 129, "na\u00efve"])
def test_a_name_is_one_that_a_script_can_write_down(house: Any, name: str) -> None:
    with pytest.raises(InvalidName, match="name of a preset"):
        save(house, house.ann, LINE, name=name)


def test_what_draws_nothing_or_is_too_large_is_refused(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidRequest, match="draws nothing: it has none of mark, layer"):
        save(house, house.ann, {"encoding": {}})
    with pytest.raises(TooLarge, match="PRESET_BYTES"):
        save(house, house.ann, {"mark": "x" * limits.PRESET_BYTES})
    with pytest.raises(InvalidName, match="label of a preset"):
        save(house, house.ann, LINE, label="a\nb")
    monkeypatch.setattr(limits, "PRESETS", 1)
    save(house, house.ann, LINE)
    with pytest.raises(Conflict, match=r"1 presets already \(PRESETS\)"):
        save(house, house.ann, LINE, name="more")
    house.catalog.presets.delete(house.ann, "red", "rates")
    save(house, house.ann, LINE, name="more")
    with pytest.raises(Conflict, match="PRESETS"):
        house.catalog.presets.restore_version(house.ann, "red", "rates", 1, 1)
