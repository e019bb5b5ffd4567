"""Edits of many runs, and taking them back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assay.server.domain import undos
from assay.server.services import bulk, run_selections
from assay.testing.factories import a_batch
from assay.wire import limits, records
from assay.wire.errors import Conflict, Forbidden, InvalidName, InvalidRequest, NotFound, StorageFull
from assay.wire.messages.runs import (
    RunBulkEdit,
    RunEdit,
    RunQueryRequest,
    RunRefused,
    RunsChanged,
    RunSelection,
    RunStart,
    RunTransfer,
)
from assay.wire.names import ProjectPath, RunPath

PROJECT = ProjectPath("ann", "digits")


@pytest.fixture
def five(house: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Five runs, changed two at a time."""
    monkeypatch.setattr(bulk, "_PART", 2)
    for n in range(5):
        path = RunPath("ann", "digits", f"r{n}")
        house.catalog.runs.start(house.ann, path, RunStart("w1", tags=["old", f"t{n % 2}"], config={"n": n}), "http://h")
    return house


def edit(house: Any, **fields: Any) -> RunsChanged:
    return house.catalog.bulk.edit(house.ann, PROJECT, RunBulkEdit(**fields))  # type: ignore[no-any-return]


def undo(house: Any, token: str) -> RunsChanged:
    return house.catalog.bulk.undo(house.ann, PROJECT, token)  # type: ignore[no-any-return]


def shown(house: Any, field: str) -> list[Any]:
    runs = house.catalog.run_query.query(house.ann, PROJECT, RunQueryRequest()).runs
    return [getattr(run, field) for run in reversed(runs)]


def test_tags_of_all_that_match_change_and_change_back(five: Any) -> None:
    done = edit(five, filter="config.n >= 1", add_tags=["new", "t1"], remove_tags=["old"])
    assert (done.count, done.ids) == (4, ["r4", "r3", "r2", "r1"])
    assert shown(five, "tags") == [
        ["old", "t0"], ["t1", "new"], ["t0", "new", "t1"], ["t1", "new"], ["t0", "new", "t1"],
    ]  # fmt: skip
    five.catalog.runs.edit(five.ann, RunPath("ann", "digits", "r2"), RunEdit(tags=["t0", "new", "t1", "since"]))
    assert undo(five, done.undo).count == 4
    assert shown(five, "tags") == [["old", "t0"], ["t1", "old"], ["t0", "since", "old"], ["t1", "old"], ["t0", "old"]]
    with pytest.raises(NotFound, match="undo"):
        undo(five, done.undo)


def test_a_field_that_was_changed_since_keeps_its_newer_value(five: Any) -> None:
    done = edit(five, ids=["r0", "r1", "r2"], group="sweep", job_type="eval", notes="why")
    assert shown(five, "group") == ["sweep", "sweep", "sweep", "", ""]
    five.catalog.runs.edit(five.ann, RunPath("ann", "digits", "r1"), RunEdit(group="later"))
    undo(five, done.undo)
    assert shown(five, "group") == ["", "later", "", "", ""]
    assert shown(five, "notes") == ["", "", "", "", ""]


def test_an_edit_that_changes_nothing_has_nothing_to_undo(five: Any) -> None:
    assert edit(five, ids=["r0"], add_tags=["old"], remove_tags=["absent"]) == RunsChanged(0, [])


def test_the_trash_is_bulk_too(five: Any) -> None:
    done = five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(filter="config.n < 3"))
    assert (done.count, shown(five, "id")) == (3, ["r3", "r4"])
    assert undo(five, done.undo).count == 3
    assert len(shown(five, "id")) == 5
    five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(is_everything=True))
    assert shown(five, "id") == []
    back = five.catalog.bulk.restore(five.ann, PROJECT, RunSelection(filter="config.n in [1, 2]"))
    assert (sorted(back.ids), shown(five, "id")) == (["r1", "r2"], ["r1", "r2"])
    assert undo(five, back.undo).count == 2
    assert shown(five, "id") == []


def test_runs_in_the_trash_are_not_edited_and_the_answer_says_so(five: Any) -> None:
    five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(ids=["r1", "r4"]))
    done = edit(five, ids=["r0", "r1", "r2", "r4"], add_tags=["new"], notes="why")
    assert (sorted(done.ids), sorted(refused.id for refused in done.refused)) == (["r0", "r2"], ["r1", "r4"])
    assert {refused.reason for refused in done.refused} == {"It is in the trash. Restore it first."}
    asked = five.catalog.bulk.stop(five.ann, PROJECT, RunSelection(ids=["r1", "r3"]))
    assert (asked.ids, [refused.id for refused in asked.refused]) == (["r3"], ["r1"])
    assert [refused.id for refused in edit(five, is_everything=True, trash=True, group="g").refused] == ["r4", "r1"]
    five.catalog.bulk.restore(five.ann, PROJECT, RunSelection(is_everything=True))
    assert shown(five, "notes") == ["why", "", "why", "", ""]
    assert shown(five, "group") == [""] * 5
    assert ["new" in tags for tags in shown(five, "tags")] == [True, False, True, False, False]


def test_what_was_edited_before_it_went_to_the_trash_is_taken_back_there(five: Any) -> None:
    done = edit(five, ids=["r1", "r2"], group="sweep")
    five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(ids=["r1"]))
    assert undo(five, done.undo).count == 2
    five.catalog.bulk.restore(five.ann, PROJECT, RunSelection(ids=["r1"]))
    assert shown(five, "group") == [""] * 5


def test_undo_says_what_was_changed_since_and_therefore_stays(five: Any) -> None:
    done = edit(five, ids=["r0", "r1", "r2"], group="sweep", notes="why", add_tags=["new"])
    five.catalog.runs.edit(five.ann, RunPath("ann", "digits", "r1"), RunEdit(group="later", notes="else"))
    five.catalog.runs.edit(five.ann, RunPath("ann", "digits", "r2"), RunEdit(group=""))
    back = undo(five, done.undo)
    assert sorted(back.ids) == ["r0", "r1", "r2"]
    assert back.refused == [RunRefused("r1", "Its group and notes changed since.")]
    assert shown(five, "group") == ["", "later", "", "", ""] and shown(five, "notes") == ["", "else", "", "", ""]
    assert not any("new" in tags for tags in shown(five, "tags"))


def test_undo_leaves_the_value_of_a_key_that_somebody_set_since(five: Any) -> None:
    edit(five, ids=["r0", "r1"], add_tags=["data:v1"])
    done = edit(five, ids=["r0", "r1"], set_tags=["data:v2"])
    edit(five, ids=["r0"], set_tags=["data:v3"])
    back = undo(five, done.undo)
    assert (back.ids, back.refused) == (["r1"], [RunRefused("r0", "Its tag data:v3 changed since.")])
    assert shown(five, "tags")[:2] == [["old", "t0", "data:v3"], ["old", "t1", "data:v1"]]


def test_undo_knows_runs_that_moved_or_are_gone_and_leaves_who_has_their_ids_now_alone(five: Any) -> None:
    catalog = five.catalog
    for n in range(3):
        path = RunPath("ann", "digits", f"r{n}")
        catalog.ingest.append(five.ann, path, a_batch([], events=[records.Finish("finished", 0, 1_760_000_100.0)]))
    done = edit(five, ids=["r0", "r1", "r2"], group="sweep")
    catalog.transfers.move(five.ann, PROJECT, RunTransfer(to="ann/other", ids=["r0"]))
    catalog.bulk.delete(five.ann, PROJECT, RunSelection(ids=["r1"]))
    catalog.bulk.purge(five.ann, PROJECT, RunSelection(ids=["r1"]))
    catalog.runs.start(five.ann, RunPath("ann", "digits", "r1"), RunStart("w2", group="sweep"), "http://h")
    back = undo(five, done.undo)
    assert back.ids == ["r2"]
    assert back.refused == [
        RunRefused("r0", "It was moved to ann/other since."), RunRefused("r1", "It was deleted for good."),
    ]  # fmt: skip
    assert catalog.runs.get(five.ann, RunPath("ann", "other", "r0")).group == "sweep"
    assert catalog.runs.get(five.ann, RunPath("ann", "digits", "r1")).group == "sweep"


def test_undo_of_a_restore_does_not_delete_another_run_of_the_id(five: Any) -> None:
    catalog = five.catalog
    catalog.bulk.delete(five.ann, PROJECT, RunSelection(ids=["r1"]))
    done = catalog.bulk.restore(five.ann, PROJECT, RunSelection(ids=["r1"]))
    catalog.bulk.delete(five.ann, PROJECT, RunSelection(ids=["r1"]))
    catalog.bulk.purge(five.ann, PROJECT, RunSelection(ids=["r1"]))
    catalog.runs.start(five.ann, RunPath("ann", "digits", "r1"), RunStart("w2"), "http://h")
    assert undo(five, done.undo).count == 0
    assert not catalog.runs.get(five.ann, RunPath("ann", "digits", "r1")).deleted_at


def test_undo_of_a_deletion_leaves_what_was_deleted_again(five: Any) -> None:
    runs = RunSelection(ids=["r1", "r2"])
    done = five.catalog.bulk.delete(five.ann, PROJECT, runs)
    five.catalog.bulk.restore(five.ann, PROJECT, RunSelection(ids=["r1"]))
    five.clock.advance(60)
    five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(ids=["r1"]))
    back = undo(five, done.undo)
    assert (back.ids, back.refused) == (["r2"], [RunRefused("r1", "It was restored and deleted again since.")])


def test_parts_that_earlier_versions_kept_are_taken_back_by_id(five: Any) -> None:
    done = edit(five, ids=["r0", "r1"], group="sweep", set_tags=["data:v2"])
    with five.catalog.bulk._stores.metadata.begin() as unit:
        project = unit.projects.get("ann", "digits")
        for part in unit.undos.parts(project.key, done.undo):
            unit.undos.remove(part.token, part.number)
            old = {run_id: undos.read(change)[1] for run_id, change in part.changes.items()}
            for change in old.values():
                change["tags"] = change["tags"][:2]
            unit.undos.add(replace(part, changes=old))
    assert undo(five, done.undo).count == 2
    assert shown(five, "group") == [""] * 5 and shown(five, "tags")[0] == ["old", "t0"]


def test_only_live_runs_are_asked_to_stop(five: Any) -> None:
    path = RunPath("ann", "digits", "r3")
    five.catalog.ingest.append(five.ann, path, a_batch(events=[records.Finish("finished", 0, five.clock.now())]))
    done = five.catalog.bulk.stop(five.ann, PROJECT, RunSelection(is_everything=True))
    assert (sorted(done.ids), done.undo) == (["r0", "r1", "r2", "r4"], "")
    assert five.catalog.bulk.stop(five.ann, PROJECT, RunSelection(is_everything=True)).count == 0


def test_purging_says_what_was_freed_and_is_audited(five: Any) -> None:
    path = RunPath("ann", "digits", "r1")
    five.catalog.ingest.append(five.ann, path, a_batch([{"a": 1.0, "b": 2.0}, {"a": 3.0}]))
    with pytest.raises(Conflict, match="not in the trash"):
        five.catalog.bulk.purge(five.ann, PROJECT, RunSelection(ids=["r1"]))
    five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(ids=["r1", "r2"]))
    done = five.catalog.bulk.purge(five.ann, PROJECT, RunSelection(is_everything=True))
    assert (done.count, sorted(done.ids), done.value_count, done.file_bytes) == (2, ["r1", "r2"], 3, 0)
    with five.catalog.stores.metadata.read() as unit:
        line = unit.audit.list(0, 1000)[-1]
    assert (line.action, line.data["count"], line.data["values"]) == ("run:purge", 2, 3)
    assert shown(five, "id") == ["r0", "r3", "r4"]


def test_a_selection_must_say_which_runs_it_means(five: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for empty in ({}, {"search": "  "}, {"hide": ["r1"]}):
        with pytest.raises(InvalidRequest, match="which runs"):
            five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(**empty))
    with pytest.raises(NotFound, match="r9"):
        five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(ids=["r1", "r9"]))
    assert five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(ids=[])).count == 0
    monkeypatch.setattr(run_selections, "RUNS", 4)
    with pytest.raises(InvalidRequest, match="at most 4"):
        five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(is_everything=True))
    assert len(shown(five, "id")) == 5


def test_what_no_run_may_have_is_refused_before_any_is_changed(five: Any) -> None:
    for wrong in ({"add_tags": [""]}, {"group": "a\nb"}, {"add_tags": ["x"] * (limits.TAG_COUNT + 1)}):
        with pytest.raises((InvalidName, InvalidRequest)):
            edit(five, is_everything=True, **wrong)
    assert shown(five, "group") == [""] * 5


def test_roles_hold_for_edits_and_for_taking_them_back(house: Any) -> None:
    red = ProjectPath("red", "plans")
    house.catalog.runs.start(house.ann, RunPath("red", "plans", "r1"), RunStart("w1"), "http://h")
    done = house.catalog.bulk.delete(house.ann, red, RunSelection(ids=["r1"]))
    for action in ("edit", "delete", "restore", "stop"):
        asked = RunBulkEdit(ids=["r1"]) if action == "edit" else RunSelection(ids=["r1"])
        with pytest.raises(Forbidden):
            getattr(house.catalog.bulk, action)(house.vic, red, asked)
        with pytest.raises(NotFound):
            getattr(house.catalog.bulk, action)(house.zoe, red, asked)
    with pytest.raises(Forbidden):
        house.catalog.bulk.undo(house.vic, red, done.undo)
    with pytest.raises(NotFound):
        house.catalog.bulk.undo(house.ann, PROJECT, done.undo)
    house.clock.advance(limits.UNDO_DAYS * 86_400 + 1)
    with pytest.raises(NotFound, match="undo"):
        house.catalog.bulk.undo(house.ann, red, done.undo)
    assert house.catalog.bulk.forget_old() == 1


def test_notes_keep_what_they_said(five: Any) -> None:
    path = RunPath("ann", "digits", "r0")
    five.catalog.runs.start(five.ann, RunPath("ann", "digits", "n"), RunStart("w1", notes="first"), "http://h")
    assert five.catalog.runs.notes_history(five.ann, path) == []
    edit(five, ids=["n"], notes="second")
    script = records.Edit({"notes": "third"})
    five.catalog.ingest.append(five.ann, RunPath("ann", "digits", "n"), a_batch(events=[script]))
    five.catalog.runs.edit(five.ann, RunPath("ann", "digits", "n"), RunEdit(notes="third"))
    history = five.catalog.runs.notes_history(five.ann, RunPath("ann", "digits", "n"))
    assert [change.text for change in history] == ["third", "second", "first"]


def test_tags_are_counted_and_found(five: Any) -> None:
    five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(ids=["r4"]))
    page = five.catalog.run_query.tags(five.ann, PROJECT, "", 2)
    assert ([(tag.name, tag.run_count) for tag in page.tags], page.total) == ([("old", 4), ("t0", 2)], 3)
    assert [tag.name for tag in five.catalog.run_query.tags(five.ann, PROJECT, "T", 9).tags] == ["t0", "t1"]


def test_a_run_that_has_no_room_for_more_tags_stays_and_the_others_change(five: Any) -> None:
    full = [f"x{n}" for n in range(limits.TAG_COUNT)]
    five.catalog.runs.edit(five.ann, RunPath("ann", "digits", "r0"), RunEdit(tags=full))
    done = edit(five, is_everything=True, add_tags=["new"])
    assert (sorted(done.ids), [refused.id for refused in done.refused]) == (["r1", "r2", "r3", "r4"], ["r0"])
    assert "257 tags" in done.refused[0].reason
    assert undo(five, done.undo).count == 4
    assert not any("new" in tags for tags in shown(five, "tags"))


def test_an_edit_that_fails_in_the_middle_says_what_it_did_and_how_to_take_it_back(
    five: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_part, calls = five.catalog.bulk._save_part, [1, 1]

    def until_the_disk_is_full(*given: Any, **named: Any) -> Any:
        if not calls:
            raise StorageFull(detail="no space", where="/data")
        calls.pop()
        return save_part(*given, **named)

    monkeypatch.setattr(five.catalog.bulk, "_save_part", until_the_disk_is_full)
    done = edit(five, is_everything=True, group="g")
    assert (done.ids, [refused.id for refused in done.refused]) == (["r4", "r3", "r2", "r1"], ["r0"])
    with pytest.raises(StorageFull):
        edit(five, is_everything=True, group="h")
    monkeypatch.undo()
    assert undo(five, done.undo).count == 4
    assert shown(five, "group") == [""] * 5


def test_nothing_is_purged_where_one_of_the_runs_is_not_in_the_trash(five: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_PART", 2)
    five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(ids=["r0", "r1", "r2", "r3"]))
    with pytest.raises(Conflict, match="r4"):
        five.catalog.bulk.purge(five.ann, PROJECT, RunSelection(ids=["r0", "r1", "r2", "r3", "r4"]))
    assert five.catalog.bulk.restore(five.ann, PROJECT, RunSelection(is_everything=True)).count == 4


def test_a_run_that_is_restored_during_a_large_purge_stays(five: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_PART", 2)
    five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(is_everything=True))
    purge_part = five.catalog.bulk._purge_part

    def and_restore(*given: Any) -> Any:
        done = purge_part(*given)
        if "r4" in {run.id for run in done[1]}:
            five.catalog.bulk.restore(five.ann, PROJECT, RunSelection(ids=["r0"]))
        return done

    monkeypatch.setattr(five.catalog.bulk, "_purge_part", and_restore)
    assert sorted(five.catalog.bulk.purge(five.ann, PROJECT, RunSelection(is_everything=True)).ids) == ["r1", "r2", "r3", "r4"]
    assert shown(five, "id") == ["r0"]


def test_nobody_waits_to_write_while_the_files_of_purged_runs_are_added_up(five: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    five.catalog.bulk.delete(five.ann, PROJECT, RunSelection(ids=["r0", "r1"]))
    blobs, written = five.catalog.places, []
    digests = blobs.digests

    def and_write(space: str) -> Any:
        five.catalog.runs.edit(five.ann, RunPath("ann", "digits", "r4"), RunEdit(group=f"g{len(written)}"))
        written.append(space)
        return digests(space)

    monkeypatch.setattr(blobs, "digests", and_write)
    assert five.catalog.bulk.purge(five.ann, PROJECT, RunSelection(ids=["r0", "r1"])).count == 2
    assert len(written) >= 2


@pytest.mark.parametrize("change", ["delete", "purge"])
def test_a_run_that_moves_away_during_a_large_change_is_left_alone(
    house: Any, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    catalog, everything = house.catalog, RunSelection(is_everything=True)
    for n in range(3):
        path = RunPath("ann", "digits", f"r{n}")
        catalog.runs.start(house.ann, path, RunStart(writer="w1"), "http://h")
        catalog.ingest.append(house.ann, path, a_batch([], events=[records.Finish("finished", 0, 1_760_000_100.0)]))
    if change == "purge":
        catalog.bulk.delete(house.ann, PROJECT, everything)
    monkeypatch.setattr(bulk, "_PART", 2)
    seen, here = catalog.bulk._seen, ["r0"]

    def move_the_last(*given: Any) -> None:
        seen(*given)
        for run_id in (here.pop() for _ in range(len(here))):
            if change == "purge":
                catalog.bulk.restore(house.ann, PROJECT, RunSelection(ids=[run_id]))
            catalog.transfers.move(house.ann, PROJECT, RunTransfer(to="red/other", ids=[run_id]))
            if change == "purge":
                catalog.bulk.delete(house.ann, ProjectPath("red", "other"), RunSelection(ids=[run_id]))

    monkeypatch.setattr(catalog.bulk, "_seen", move_the_last)
    assert getattr(catalog.bulk, change)(house.ann, PROJECT, everything).count == 2
    moved = catalog.runs.get(house.ann, RunPath("red", "other", "r0"))
    assert bool(moved.deleted_at) == (change == "purge")
