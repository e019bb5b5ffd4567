"""What takes up space, and what changed between two versions."""

from __future__ import annotations

import pytest

from assay.server.domain.runs import RunFile
from assay.testing.clock import START
from assay.testing.factories import a_batch
from assay.wire.errors import InvalidRequest, NotFound
from assay.wire.messages import artifacts as messages
from assay.wire.messages.artifacts import Deletion
from assay.wire.messages.runs import RunTransfer
from assay.wire.names import ProjectPath
from assay.wire.records import Finish
from tests.unit.server.services.artifacts.conftest import HOME, Shelf

OTHER = ProjectPath("ann", "other")


def test_a_comparison_says_what_came_went_and_changed(shelf: Shelf) -> None:
    shelf.log({"same": b"1", "changed": b"2", "gone": b"33"}, metadata={"rows": 1, "deep": {"a": 1}, "kept": [1]})
    shelf.log({"same": b"1", "changed": b"222", "new": b"4"}, metadata={"rows": 2, "deep": {"b": None}, "kept": [1]})
    compare = shelf.catalog.comparisons.compare
    found = compare(shelf.house.ann, HOME, "cats", "v1", "v0")
    assert [(each.path, each.change, each.size_before, each.size_after) for each in found.entries] == [
        ("changed", "changed", 1, 3), ("gone", "removed", 2, -1), ("new", "added", -1, 1),
    ]  # fmt: skip
    assert (found.added_count, found.removed_count, found.changed_count, found.same_count) == (1, 1, 1, 1)
    assert [(each.key, each.before, each.after) for each in found.metadata] == [
        ("deep.a", 1, None), ("deep.b", None, None), ("rows", 1, 2),
    ]  # fmt: skip
    assert (found.before.version, found.after.version) == ("v0", "v1")
    assert compare(shelf.house.ann, HOME, "cats", "latest", "v1").entries == []


def test_versions_of_different_artifacts_are_compared_too(shelf: Shelf) -> None:
    shelf.log({"a": b"1"})
    shelf.log({"a": b"2"}, OTHER, name="dogs")
    compare = shelf.catalog.comparisons.compare
    found = compare(shelf.house.ann, HOME, "cats", "v0", "other/dogs:latest")
    assert (found.before.path, found.changed_count) == ("ann/other/dogs:v0", 1)
    with pytest.raises(NotFound):
        compare(shelf.house.ann, HOME, "cats", "v0", "red/plans/dogs:v0")


def test_a_run_that_went_to_another_team_is_named_to_who_may_read_it_there(shelf: Shelf) -> None:
    red, secret = ProjectPath("red", "plans"), ProjectPath("ann", "secret")
    run = shelf.run("r1", home=red)
    shelf.catalog.ingest.append(shelf.house.ann, run, a_batch(writer="w", events=[Finish("finished", 0, START)]))
    shelf.log({"a": b"one"}, red, run_id="r1")
    labels = {
        actor.username: [share.label for share in shelf.catalog.space.space(actor, "red", "run").shares]
        for actor in (shelf.house.ann, shelf.house.vic)
    }
    assert labels == {"ann": ["plans/r1"], "vic": ["plans/r1"]}
    shelf.catalog.transfers.move(shelf.house.ann, red, RunTransfer(to=str(secret), ids=["r1"]))
    assert [share.label for share in shelf.catalog.space.space(shelf.house.ann, "red", "run").shares] == ["ann/secret/r1"]
    assert [share.label for share in shelf.catalog.space.space(shelf.house.vic, "red", "run").shares] == ["no run"]


def test_shares_say_what_is_listed_and_what_would_come_free(shelf: Shelf) -> None:
    shelf.log({"a": b"x" * 1_000, "b": b"shared" * 100}, run_id=shelf.run().run_id)
    shelf.log({"a": b"y" * 2_000, "b": b"shared" * 100})
    shelf.log({"c": b"shared" * 100, "d": b"z" * 500}, OTHER, name="model", type="model")
    space = shelf.catalog.space.space(shelf.house.ann, "ann", "project")
    assert [(share.label, share.size, share.version_count) for share in space.shares] == [
        ("digits", 4_200, 2),
        ("other", 1_100, 1),
    ]
    assert space.listed == 5_300
    assert space.stored == sum(size for size, _ in shelf.counts().values())
    assert space.waiting == 0
    digits, other = space.shares
    assert [(part.label, part.size) for part in digits.parts] == [("digits/cats", 4_200)]
    for share in (digits, other):
        assert share.own_size == _freed_by_all(shelf, share.key), share.label
    versions = shelf.catalog.space.space(shelf.house.ann, "ann", "artifact").shares[0]
    assert [part.label for part in versions.parts] == ["v1", "v0"]
    for part in versions.parts:
        plan = shelf.catalog.artifact_edits.delete_version(
            shelf.house.ann, HOME, "cats", part.label, with_aliases=True, is_dry=True
        )
        assert part.own_size == plan.freed > 0
    by_run = shelf.catalog.space.space(shelf.house.ann, "ann", "run")
    assert [(share.label, share.size) for share in by_run.shares] == [("no run", 3_700), ("digits/r1", 1_600)]
    shelf.house.clock.advance(40 * 86_400)
    assert [share.label for share in shelf.catalog.space.space(shelf.house.ann, "ann", "age").shares] == ["three months"]
    assert {share.label for share in shelf.catalog.space.space(shelf.house.ann, "ann", "type").shares} == {"dataset", "model"}
    with pytest.raises(InvalidRequest, match="project, type"):
        shelf.catalog.space.space(shelf.house.ann, "ann", "colour")
    with pytest.raises(NotFound):
        shelf.catalog.space.space(shelf.house.zoe, "red", "project")


def _freed_by_all(shelf: Shelf, project: str) -> int:
    path = ProjectPath("ann", project)
    names = [each.name for each in shelf.catalog.artifacts.collections(shelf.house.ann, path, "", "", "", 99).collections]
    assert len(names) == 1
    plan: Deletion = shelf.catalog.artifact_edits.delete_collection(
        shelf.house.ann, path, names[0], with_aliases=True, is_dry=True
    )
    return plan.freed


def test_files_of_runs_are_a_share_of_their_own(shelf: Shelf) -> None:
    shelf.run()
    with shelf.catalog.stores.metadata.begin() as unit:
        project = unit.projects.get("ann", "digits")
        assert project is not None
        run = unit.runs.get(project.key, "r1")
        assert run is not None
        unit.runs.save_file(run.key, RunFile("a", "sha256:" + "0" * 64, 77, 1.0))
    space = shelf.catalog.space.space(shelf.house.ann, "ann", "project")
    assert [(share.label, share.size, [part.label for part in share.parts]) for share in space.shares] == [
        ("files of runs", 77, ["digits"])
    ]
    assert (space.stored, space.listed) == (77, 77)


def test_what_is_stored_for_nothing_is_named(shelf: Shelf) -> None:
    shelf.log({"a": b"1" * 50})
    shelf.log({"a": b"2" * 10})
    shelf.log({"a": b"1" * 50}, OTHER, name="twin")
    shelf.log({"a": b"3" * 90}, OTHER, name="used", aliases=["best"])
    shelf.catalog.artifact_runs.use(shelf.house.ann, shelf.run(), messages.UseRequest("cats:v0"))
    found = shelf.catalog.space.duplicates(shelf.house.ann, "ann")
    assert [[item.path for item in group] for group in found.same] == [["ann/digits/cats:v0", "ann/other/twin:v0"]]
    assert [item.path for item in found.unused] == ["ann/other/twin:v0", "ann/digits/cats:v1"]
    assert found.largest[0].path == "ann/other/used:v0"
