"""Where versions come from, what came of them, and what follows when one turns out bad."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from assay.server.domain.accounts import SYSTEM
from assay.server.domain.runs import Run
from assay.server.services import faults
from assay.testing.factories import a_batch
from assay.testing.memory.metadata_runs import MemoryRuns
from assay.wire import limits, records
from assay.wire.errors import Conflict, Forbidden, InvalidName, InvalidRequest, NotFound
from assay.wire.messages import artifacts as messages
from assay.wire.messages.runs import RunSelection
from assay.wire.names import ProjectPath, RunPath
from tests.unit.server.services.artifacts.conftest import HOME, Shelf


class Chain:
    """raw → clean-run → clean → train-run → model, and an evaluation that uses both."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        shelf.log({"raw": b"1"}, name="raw")
        self.step("cleaning", ["raw:v0"], "clean", b"c1", role="source")
        self.step("training", ["clean:v0"], "model", b"m1", type="model", role="train")
        self.step("evaluation", ["model:v0", "raw:v0"], "report", b"r1", type="report")

    def step(
        self, run_id: str, inputs: list[str], name: str, data: bytes, *, role: str = "", **asked: object
    ) -> messages.ArtifactVersion:
        run = self.shelf.run(run_id)
        for each in inputs:
            self.shelf.catalog.artifact_runs.use(self.shelf.house.ann, run, messages.UseRequest(each, role))
        return self.shelf.log({"f": data}, name=name, run_id=run_id, **asked)

    def lineage(
        self, name: str, ref: str = "v0", direction: str = "both", depth: int = -1, *, is_direct: bool = True
    ) -> messages.Lineage:
        return self.shelf.catalog.lineage.lineage(self.shelf.house.ann, HOME, name, ref, direction, depth, is_direct=is_direct)

    def mark(self, target: str, kind: str = "version", **asked: object) -> messages.Fault:
        request = messages.FaultRequest(kind, target, "labels are wrong", **asked)  # type: ignore[arg-type]
        return self.shelf.catalog.faults.mark(self.shelf.house.ann, "ann", request)


@pytest.fixture
def chain(shelf: Shelf) -> Chain:
    return Chain(shelf)


def labels(lineage: messages.Lineage) -> set[str]:
    return {node.label if node.kind == "version" else node.run_id for node in lineage.nodes}


def arrows(lineage: messages.Lineage) -> set[tuple[str, str]]:
    names = {node.id: node.label if node.kind == "version" else node.run_id for node in lineage.nodes}
    return {(names[edge.source], names[edge.target]) for edge in lineage.edges}


def test_a_whole_history_is_drawn_from_any_of_its_versions(chain: Chain) -> None:
    whole = chain.lineage("clean")
    assert labels(whole) == {"raw:v0", "cleaning", "clean:v0", "training", "model:v0", "evaluation", "report:v0"}
    assert arrows(whole) == {
        ("raw:v0", "cleaning"), ("cleaning", "clean:v0"), ("clean:v0", "training"), ("training", "model:v0"),
        ("model:v0", "evaluation"), ("raw:v0", "evaluation"), ("evaluation", "report:v0"),
    }  # fmt: skip
    level = {node.label if node.kind == "version" else node.run_id: node.level for node in whole.nodes}
    assert level["raw:v0"] == 0
    assert (level["evaluation"], level["report:v0"]) == (5, 6)
    roles = {(edge.source, edge.target): edge.role for edge in whole.edges}
    assert sorted(role for role in roles.values() if role) == ["source", "train"]
    assert whole.total == 7
    assert next(node.label for node in whole.nodes if node.id == whole.root) == "clean:v0"


def test_a_step_at_a_time_says_how_much_is_hidden(chain: Chain) -> None:
    near = chain.lineage("clean", depth=1)
    assert labels(near) == {"cleaning", "clean:v0", "training"}
    hidden = {node.run_id or node.label: (node.hidden_up, node.hidden_down) for node in near.nodes}
    assert hidden == {"cleaning": (1, 0), "clean:v0": (0, 0), "training": (0, 1)}
    assert labels(chain.lineage("clean", direction="up")) == {"raw:v0", "cleaning", "clean:v0"}
    assert labels(chain.lineage("model", direction="down")) == {"model:v0", "evaluation", "report:v0"}
    with pytest.raises(InvalidRequest):
        chain.lineage("clean", direction="sideways")
    with pytest.raises(InvalidRequest):
        chain.lineage("clean", depth=-2)


def test_direct_lineage_leaves_siblings_out(chain: Chain) -> None:
    chain.step("other", ["raw:v0"], "other", b"o")
    assert "other:v0" not in labels(chain.lineage("clean"))
    assert "other:v0" in labels(chain.lineage("clean", is_direct=False))


def test_a_version_that_nothing_touched_stands_alone(shelf: Shelf) -> None:
    shelf.log({"a": b"one"})
    alone = shelf.catalog.lineage.lineage(shelf.house.ann, HOME, "cats", "v0", "both", -1, is_direct=True)
    assert (labels(alone), alone.edges, alone.total) == ({"cats:v0"}, [], 1)


def test_what_was_made_from_an_older_version_is_stale(chain: Chain) -> None:
    assert not any(node.is_stale for node in chain.lineage("raw").nodes)
    chain.shelf.log({"raw": b"2"}, name="raw")
    stale = {node.label for node in chain.lineage("raw").nodes if node.is_stale}
    assert stale == {"clean:v0", "report:v0"}


def test_a_history_of_many_runs_is_drawn_in_groups(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LINEAGE_NODES", 10)
    shelf.log({"a": b"one"})
    for n in range(30):
        run = shelf.run(f"r{n}")
        shelf.catalog.artifact_runs.use(shelf.house.ann, run, messages.UseRequest("cats:v0"))
        if n < 5:
            shelf.log({"m": b"%d" % n}, name="model", type="model", run_id=f"r{n}")
    drawn = shelf.catalog.lineage.lineage(shelf.house.ann, HOME, "cats", "v0", "both", -1, is_direct=True)
    assert len(drawn.nodes) <= 10
    assert drawn.total == 36
    assert sum(node.count for node in drawn.nodes) == 36
    (group,) = [node for node in drawn.nodes if node.kind == "group" and node.count > 20]
    assert group.label == f"{group.count} runs"
    assert len(group.members) == group.count
    assert all(edge.source != edge.target for edge in drawn.edges)


def test_equal_versions_are_one_node_unless_each_is_asked_for(shelf: Shelf) -> None:
    shelf.log({"a": b"one"})
    run = shelf.run("r1")
    shelf.catalog.artifact_runs.use(shelf.house.ann, run, messages.UseRequest("cats:v0"))
    for n in range(7):
        shelf.log({"m": b"%d" % n}, name="model", type="model", run_id="r1")
    ask = shelf.catalog.lineage.lineage
    drawn = ask(shelf.house.ann, HOME, "cats", "v0", "both", -1, is_direct=True)
    # The newest has an alias, which says something that a stack would not show.
    assert {node.run_id or node.label for node in drawn.nodes} == {"cats:v0", "r1", "6 versions of model", "model:v6"}
    each = ask(shelf.house.ann, HOME, "cats", "v0", "both", -1, is_direct=True, is_each=True)
    assert labels(each) == {"cats:v0", "r1", *(f"model:v{n}" for n in range(7))}
    assert drawn.total == each.total == 9


def test_a_circle_of_equal_content_is_drawn(shelf: Shelf) -> None:
    run = shelf.run()
    shelf.log({"a": b"one"})
    shelf.catalog.artifact_runs.use(shelf.house.ann, run, messages.UseRequest("cats:v0"))
    shelf.log({"a": b"one"}, run_id="r1")
    drawn = shelf.catalog.lineage.lineage(shelf.house.ann, HOME, "cats", "v0", "both", -1, is_direct=True)
    assert arrows(drawn) == {("cats:v0", "r1"), ("r1", "cats:v0")}


def test_history_outlives_its_runs(chain: Chain) -> None:
    chain.shelf.catalog.bulk.delete(chain.shelf.house.ann, HOME, RunSelection(ids=["training"]))
    chain.shelf.house.clock.advance(100)
    assert chain.shelf.catalog.runs.purge_old(1) == 1
    drawn = chain.lineage("model")
    assert "raw:v0" in labels(drawn)
    assert next(node.state for node in drawn.nodes if node.run_id == "training") == "purged"
    version = chain.shelf.catalog.artifacts.version(chain.shelf.house.ann, HOME, "model", "v0")
    assert version.created_by is not None
    assert version.created_by.run_id == "training"


def test_nothing_of_another_team_is_drawn(shelf: Shelf) -> None:
    red = ProjectPath("red", "plans")
    shelf.log({"a": b"one"}, red)
    private = shelf.run("private")
    shelf.catalog.artifact_runs.use(shelf.house.ann, private, messages.UseRequest("red/plans/cats:v0"))
    shelf.log({"m": b"model"}, name="model", run_id="private")
    seen = shelf.catalog.lineage.lineage(shelf.house.vic, red, "cats", "v0", "both", -1, is_direct=True)
    assert labels(seen) == {"cats:v0"}
    assert (seen.total, seen.nodes[0].hidden_down) == (1, 1)
    reach = shelf.catalog.lineage.reach(shelf.house.vic, red, "cats", "v0", "down", -1, "")
    assert (reach.version_count, reach.run_count) == (0, 0)
    mine = shelf.catalog.lineage.reach(shelf.house.ann, red, "cats", "v0", "down", -1, "")
    assert ([each.path for each in mine.versions], [run.run_id for run in mine.runs]) == (["ann/digits/model:v0"], ["private"])


def test_everything_below_is_listed_by_type_and_depth(chain: Chain) -> None:
    reach = chain.shelf.catalog.lineage.reach
    ann = chain.shelf.house.ann
    below = reach(ann, HOME, "raw", "v0", "down", -1, "")
    assert [each.name for each in below.versions] == ["clean", "model", "report"]
    assert [each.name for each in reach(ann, HOME, "raw", "v0", "down", -1, "model").versions] == ["model"]
    assert [each.name for each in reach(ann, HOME, "raw", "v0", "down", 2, "").versions] == ["clean", "report"]
    assert [each.name for each in reach(ann, HOME, "model", "v0", "up", -1, "").versions] == ["raw", "clean"]


def test_a_fault_marks_all_that_came_of_it_also_later(chain: Chain) -> None:
    faults, ann = chain.shelf.catalog.faults, chain.shelf.house.ann
    request = messages.FaultRequest("version", "digits/clean:v0", "labels are wrong")
    dry = faults.preview(ann, "ann", request)
    assert ([each.name for each in dry.versions], dry.version_count, dry.run_count) == (["clean", "model", "report"], 3, 2)
    assert faults.list(ann, "ann").faults == []
    fault = chain.mark("digits/clean:v0")
    assert (fault.target, fault.version_count, fault.run_count) == ("ann/digits/clean:v0", 3, 2)
    chain.step("again", ["model:v0"], "derived", b"d")
    detail = faults.get(ann, "ann", fault.id)
    assert [each.name for each in detail.reach.versions] == ["clean", "model", "report", "derived"]
    version = chain.shelf.catalog.artifacts.version(ann, HOME, "derived", "v0")
    assert version.fault == fault.id
    assert chain.shelf.catalog.artifacts.version(ann, HOME, "raw", "v0").fault == ""
    marked = {node.label for node in chain.lineage("raw").nodes if node.fault}
    assert marked == {"clean:v0", "model:v0", "report:v0", "derived:v0"} | {
        node.label for node in chain.lineage("raw").nodes if node.run_id in ("training", "evaluation", "again")
    }
    assert faults.take_back(ann, "ann", fault.id).taken_back_at > 0
    faults.take_back(ann, "ann", fault.id)
    assert chain.shelf.catalog.artifacts.version(ann, HOME, "derived", "v0").fault == ""


def test_a_frozen_alias_leads_nowhere_bad_and_is_free_once_it_is_clean(chain: Chain) -> None:
    shelf, ann = chain.shelf, chain.shelf.house.ann
    edits = shelf.catalog.artifact_edits
    edits.edit_version(ann, HOME, "model", "v0", messages.VersionEdit(add_aliases=["production"]))
    fault = chain.mark("ann/digits/clean:v0", freeze=["production"])
    run = shelf.run("serving")
    with pytest.raises(Conflict, match=r"frozen.*labels are wrong"):
        shelf.catalog.artifact_runs.use(ann, run, messages.UseRequest("model:production"))
    shelf.catalog.artifact_runs.use(ann, run, messages.UseRequest("model:v0"))
    with pytest.raises(Conflict, match="cannot point"):
        edits.edit_version(ann, HOME, "report", "v0", messages.VersionEdit(add_aliases=["production"]))
    bad = chain.step("retrain-bad", ["clean:v0"], "model", b"m2", type="model", aliases=["production", "other"])
    assert (bad.frozen_aliases, bad.aliases) == (["production"], ["latest", "other"])
    assert shelf.catalog.faults.get(ann, "ann", fault.id).fault.clean_since == {}
    chain.step("clean-again", ["raw:v0"], "clean", b"c2")
    good = chain.step("retrain", ["clean:v1"], "model", b"m3", type="model", aliases=["production"])
    assert (good.version, good.frozen_aliases) == ("v2", [])
    assert shelf.catalog.artifact_runs.use(ann, run, messages.UseRequest("model:production")).version == "v2"
    clean = shelf.catalog.faults.get(ann, "ann", fault.id).fault.clean_since
    assert clean == {"ann/digits/clean": "v1", "ann/digits/model": "v2"}


def test_an_alias_that_another_teams_fault_freezes_tells_nothing_of_that_team(shelf: Shelf) -> None:
    """ann reads both; bob is of the team alone whose model came of what is bad in ann's own space."""
    house, red = shelf.house, ProjectPath("red", "plans")
    house.catalog.accounts.add_user(SYSTEM, "bob")
    house.catalog.teams.set_member(SYSTEM, "red", "bob", "member")
    bob = house.catalog.accounts.by_key(house.catalog.accounts.new_key_for(SYSTEM, "bob", "test").secret)
    shelf.log({"a": b"one"}, name="secret-data")
    run = shelf.run("train", home=red)
    shelf.catalog.artifact_runs.use(house.ann, run, messages.UseRequest("ann/digits/secret-data:v0"))
    shelf.log({"m": b"model"}, red, name="model", run_id="train", aliases=["production"])
    request = messages.FaultRequest("version", "ann/digits/secret-data:v0", "stolen labels", ["production"])
    shelf.catalog.faults.mark(house.ann, "ann", request)
    asked = messages.UseRequest("red/plans/model:production")
    with pytest.raises(Conflict, match=r"secret-data:v0 was marked as bad by ann \(stolen labels\)"):
        shelf.catalog.artifact_runs.use(house.ann, run, asked)
    with pytest.raises(Conflict, match="frozen.*which you may not read") as refused:
        shelf.catalog.artifact_runs.use(bob, run, asked)
    for word in ("secret-data", "stolen", "ann"):
        assert word not in str(refused.value)
    edit = messages.VersionEdit(add_aliases=["production"], remove_aliases=["production"])
    with pytest.raises(Conflict, match="cannot point.*which you may not read"):
        shelf.catalog.artifact_edits.edit_version(bob, red, "model", "v0", edit)
    assert shelf.catalog.artifact_runs.use(bob, run, messages.UseRequest("red/plans/model:v0")).version == "v0"


def test_what_a_fault_writes_in_another_teams_project_names_nothing_of_the_team_that_marked(shelf: Shelf) -> None:
    house, red = shelf.house, ProjectPath("red", "plans")
    shelf.log({"a": b"one"}, name="secret-data")
    run = shelf.run("train", home=red)
    shelf.catalog.artifact_runs.use(house.ann, run, messages.UseRequest("ann/digits/secret-data:v0"))
    shelf.log({"m": b"model"}, red, name="model", run_id="train", aliases=["production"])
    request = messages.FaultRequest("version", "ann/digits/secret-data:v0", "stolen labels", ["ann/digits/secret-data:best"])
    fault = shelf.catalog.faults.mark(house.ann, "ann", request)
    shelf.catalog.faults.take_back(house.ann, "ann", fault.id)
    with shelf.catalog.stores.metadata.read() as unit:
        plans, digits = unit.projects.get("red", "plans"), unit.projects.get("ann", "digits")
        events = [event for event in unit.events.after(0, 1_000) if event.kind.startswith("Fault")]
    assert plans is not None
    assert digits is not None
    told = {(event.kind, event.project_key): event for event in events}
    assert set(told) == {(kind, each.key) for kind in ("FaultMarked", "FaultTakenBack") for each in (plans, digits)}
    for kind in ("FaultMarked", "FaultTakenBack"):
        assert told[kind, digits.key].subject == "ann: ann/digits/secret-data:v0"
        theirs = told[kind, plans.key]
        assert (theirs.subject, theirs.actor, theirs.data) == ("red/plans", "", {"fault": fault.id})


def test_what_is_frozen_by_name_is_shown_to_those_alone_who_may_read_the_name(shelf: Shelf) -> None:
    """vic is of the team that marked, and not of ann's own space."""
    house = shelf.house
    shelf.log({"a": b"one"})
    shelf.log({"m": b"data"}, ProjectPath("red", "plans"), name="data")
    faults = shelf.catalog.faults
    request = messages.FaultRequest("version", "red/plans/data:v0", "bad", ["ann/digits/cats:best", "production"])
    fault = faults.mark(house.ann, "red", request)
    assert fault.freeze == ["ann/digits/cats:best", "production"]
    assert faults.get(house.vic, "red", fault.id).fault.freeze == ["production"]
    request.freeze = ["zoe/plans/model:best"]
    with pytest.raises(NotFound, match="artifact"):
        faults.mark(house.ann, "red", request)


class TwoTeams:
    """ann marked what the model of team red was made from; bob and vic are of red alone, bob as a member, vic as a viewer."""

    def __init__(self, shelf: Shelf) -> None:
        house = shelf.house
        self.catalog, self.ann, self.vic, self.red = shelf.catalog, house.ann, house.vic, ProjectPath("red", "plans")
        house.catalog.accounts.add_user(SYSTEM, "bob")
        house.catalog.teams.set_member(SYSTEM, "red", "bob", "member")
        self.bob = house.catalog.accounts.by_key(house.catalog.accounts.new_key_for(SYSTEM, "bob", "test").secret)
        shelf.log({"a": b"one"}, name="secret-data")
        self.run = shelf.run("train", home=self.red)
        shelf.catalog.artifact_runs.use(house.ann, self.run, messages.UseRequest("ann/digits/secret-data:v0"))
        shelf.log({"m": b"model"}, self.red, name="model", run_id="train", aliases=["production"])
        self.fault = self.mark()

    def mark(self) -> messages.Fault:
        request = messages.FaultRequest("version", "ann/digits/secret-data:v0", "stolen labels", ["production"])
        return self.catalog.faults.mark(self.ann, "ann", request)

    def use(self) -> messages.ArtifactVersion:
        return self.catalog.artifact_runs.use(self.bob, self.run, messages.UseRequest("red/plans/model:production"))


@pytest.fixture
def teams(shelf: Shelf) -> TwoTeams:
    return TwoTeams(shelf)


def test_a_team_accepts_what_another_one_marked_for_its_own_version(teams: TwoTeams) -> None:
    faults, bob, red = teams.catalog.faults, teams.bob, teams.red
    (before,) = faults.of_version(bob, red, "model", "v0").faults
    assert (before.frozen, before.accepted_by) == (["production"], "")
    for word in ("secret-data", "stolen", "ann"):
        assert word not in before.why
    with pytest.raises(Conflict, match=r"assay artifact accept red/plans/model:v0"):
        teams.use()
    for _ in range(2):
        (after,) = faults.accept(bob, red, "model", "v0", "We looked at every label").faults
        assert (after.frozen, after.accepted_by, after.accepted_reason) == ([], "bob", "We looked at every label")
    assert teams.use().version == "v0"
    assert teams.catalog.artifacts.version(bob, red, "model", "v0").fault == teams.fault.id, "it stays marked"
    with teams.catalog.stores.metadata.read() as unit:
        (noted,) = [entry for entry in unit.audit.list(0, 1_000) if entry.action == "fault:accept"]
    assert (noted.actor, noted.subject, noted.data["reason"]) == ("bob", "red/plans/model:v0", "We looked at every label")
    teams.mark()  # what is marked later has been looked at by nobody
    with pytest.raises(Conflict, match="frozen"):
        teams.use()
    assert [bool(one.accepted_by) for one in faults.accept(bob, red, "model", "production", "Again").faults] == [True, True]
    assert teams.use().version == "v0"
    faults.withdraw(bob, red, "model", "v0")
    assert faults.withdraw(bob, red, "model", "v0").faults[0].accepted_by == ""
    with pytest.raises(Conflict, match="frozen"):
        teams.use()


def test_who_may_accept_a_mark_and_when(teams: TwoTeams, shelf: Shelf) -> None:
    faults, red = teams.catalog.faults, teams.red
    assert len(faults.of_version(teams.vic, red, "model", "v0").faults) == 1
    for change in (faults.withdraw, lambda *asked: faults.accept(*asked, "why")):
        with pytest.raises(Forbidden):
            change(teams.vic, red, "model", "v0")
        with pytest.raises(NotFound):
            change(shelf.house.zoe, red, "model", "v0")
    with pytest.raises(InvalidRequest, match="reason"):
        faults.accept(teams.bob, red, "model", "v0", " ")
    shelf.log({"m": b"clean"}, red, name="model")
    with pytest.raises(Conflict, match="nothing to accept"):
        faults.accept(teams.bob, red, "model", "v1", "why")
    faults.take_back(teams.ann, "ann", teams.fault.id)
    assert faults.of_version(teams.bob, red, "model", "v0").faults == []
    assert teams.use().version == "v0"


def test_a_frozen_alias_gives_no_contents_and_says_why(teams: TwoTeams) -> None:
    artifacts, bob, red = teams.catalog.artifacts, teams.bob, teams.red
    shown = artifacts.version(bob, red, "model", "production")
    assert (shown.version, "frozen" in shown.frozen, "stolen" in shown.frozen) == ("v0", True, False)
    assert artifacts.version(bob, red, "model", "v0").frozen == ""
    (entry,) = artifacts.entries(bob, red, "model", "production", "", "", "", 10).files  # to look is free
    asked = messages.ContentsRequest([entry.digest])
    for ask in (
        lambda ref: artifacts.addresses(bob, red, "model", ref, asked),
        lambda ref: artifacts.packed(bob, red, "model", ref, asked),
        lambda ref: artifacts.file(bob, red, "model", ref, "m"),
        lambda ref: artifacts.archive(bob, red, "model", ref),
    ):
        with pytest.raises(Conflict, match="frozen"):
            ask("production")
        ask("v0")


def test_an_alias_of_one_artifact_is_frozen_alone(chain: Chain) -> None:
    shelf, ann = chain.shelf, chain.shelf.house.ann
    for name in ("model", "report"):
        shelf.catalog.artifact_edits.edit_version(ann, HOME, name, "v0", messages.VersionEdit(add_aliases=["production"]))
    chain.mark("ann/digits/clean:v0", freeze=["ann/digits/model:production"])
    run = shelf.run("serving")
    assert shelf.catalog.artifact_runs.use(ann, run, messages.UseRequest("report:production")).version == "v0"
    with pytest.raises(Conflict, match=r"frozen.*labels are wrong"):
        shelf.catalog.artifact_runs.use(ann, run, messages.UseRequest("model:production"))


def test_an_alias_stays_frozen_when_its_artifact_gets_another_name(chain: Chain) -> None:
    shelf, ann = chain.shelf, chain.shelf.house.ann
    edits = shelf.catalog.artifact_edits
    edits.edit_version(ann, HOME, "model", "v0", messages.VersionEdit(add_aliases=["production"]))
    fault = chain.mark("ann/digits/clean:v0", freeze=["ann/digits/model:production", "ann/digits/model2:production", "best"])
    edits.edit_collection(ann, HOME, "model", messages.CollectionEdit(name="net"))
    with pytest.raises(Conflict, match=r"frozen.*labels are wrong"):
        shelf.catalog.artifact_runs.use(ann, shelf.run("serving"), messages.UseRequest("net:production"))
    frozen = shelf.catalog.faults.get(ann, "ann", fault.id).fault.freeze
    assert frozen == ["ann/digits/net:production", "ann/digits/model2:production", "best"]
    assert shelf.catalog.faults.take_back(ann, "ann", fault.id).freeze == frozen
    assert shelf.catalog.artifact_runs.use(ann, shelf.run("serving"), messages.UseRequest("net:production")).version == "v0"


@pytest.mark.parametrize("name", ["model:production", "ann//model:production", "a/b/c/d:x", "a/b/c:v7", "a/b/c:", "x" * 300])
def test_what_is_no_alias_cannot_be_frozen(chain: Chain, name: str) -> None:
    with pytest.raises((InvalidRequest, InvalidName)):
        chain.mark("ann/digits/clean:v0", freeze=[name])


def test_a_fault_that_is_taken_back_frees_its_aliases(chain: Chain) -> None:
    shelf, ann = chain.shelf, chain.shelf.house.ann
    fault = chain.mark("ann/digits/clean:v0", freeze=["latest"])
    run = shelf.run("serving")
    with pytest.raises(Conflict):
        shelf.catalog.artifact_runs.use(ann, run, messages.UseRequest("model"))
    shelf.catalog.faults.take_back(ann, "ann", fault.id)
    assert shelf.catalog.artifact_runs.use(ann, run, messages.UseRequest("model")).version == "v0"


def test_a_frozen_latest_keeps_nobody_from_deleting_what_is_bad(chain: Chain) -> None:
    shelf, ann = chain.shelf, chain.shelf.house.ann
    chain.step("again", ["clean:v0"], "model", b"m2", type="model")
    chain.mark("ann/digits/clean:v0", freeze=["latest"])
    shelf.catalog.artifact_edits.delete_version(ann, HOME, "model", "v1", with_aliases=False, is_dry=False)
    with pytest.raises(NotFound):
        shelf.catalog.artifacts.version(ann, HOME, "model", "latest")
    assert shelf.catalog.artifact_edits.restore(ann, HOME, "model", "v1").aliases == []


def test_few_environments_are_held_at_once(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_AT_ONCE", 2)
    ann = shelf.house.ann
    for number in range(5):
        path = shelf.run(f"r{number}")
        facts = records.Environment({"packages": {"torch": "2.1.0"}})
        shelf.catalog.ingest.append(ann, path, a_batch(writer="w", events=[facts]))
    held, by_keys = list[int](), MemoryRuns.by_keys

    def noted(runs: MemoryRuns, keys: list[int], **how: bool) -> list[Run]:
        if how.get("whole", True):
            held.append(len(keys))
        return by_keys(runs, keys, **how)

    monkeypatch.setattr(MemoryRuns, "by_keys", noted)
    fault = shelf.catalog.faults.mark(ann, "ann", messages.FaultRequest("package", "torch==2.1.0", "it leaks"))
    assert (fault.run_count, max(held)) == (5, 2)


def test_a_commit_and_a_package_are_found_in_what_runs_ran_in(chain: Chain) -> None:
    with chain.shelf.catalog.stores.metadata.begin() as unit:
        project = unit.projects.get("ann", "digits")
        assert project is not None
        run = unit.runs.get(project.key, "training")
        assert run is not None
        from dataclasses import replace

        environment = {"git": {"commit": "abc"}, "packages": {"torch": "2.1.0"}, "notes": {"packages": "abc"}}
        unit.runs.save(replace(run, environment=environment))
    assert [each.name for each in _reach(chain, "commit", "abc").versions] == ["model", "report"]
    assert [each.name for each in _reach(chain, "package", "torch==2.1.0").versions] == ["model", "report"]
    for kind, target in (("commit", "ab"), ("package", "torch==2.1"), ("commit", "2.1.0")):
        with pytest.raises(NotFound):
            chain.mark(target, kind)
    with pytest.raises(InvalidRequest):
        chain.mark("torch", "package")


def _reach(chain: Chain, kind: str, target: str) -> messages.Reach:
    fault = chain.mark(target, kind)
    return chain.shelf.catalog.faults.get(chain.shelf.house.ann, "ann", fault.id).reach


def test_a_run_can_be_bad_too_and_aliases_below_are_named(chain: Chain) -> None:
    chain.shelf.catalog.artifact_edits.edit_version(
        chain.shelf.house.ann, HOME, "report", "v0", messages.VersionEdit(add_aliases=["published"])
    )
    reach = _reach(chain, "run", "ann/digits/training")
    assert reach.protected_aliases == ["ann/digits/report:published"]
    assert [run.run_id for run in reach.runs] == ["training", "evaluation"]


def test_who_may_mark(shelf: Shelf) -> None:
    red = ProjectPath("red", "plans")
    shelf.log({"a": b"one"}, red)
    request = messages.FaultRequest("version", "red/plans/cats:v0", "bad")
    faults = shelf.catalog.faults
    assert faults.preview(shelf.house.vic, "red", request).version_count == 1
    with pytest.raises(Forbidden):
        faults.mark(shelf.house.vic, "red", request)
    with pytest.raises(NotFound):
        faults.preview(shelf.house.zoe, "red", request)
    with pytest.raises(InvalidRequest, match="red's|not ann's"):
        faults.mark(shelf.house.ann, "ann", request)
    with pytest.raises(InvalidRequest, match="reason"):
        faults.mark(shelf.house.ann, "red", messages.FaultRequest("version", "red/plans/cats:v0", " "))
    fault = faults.mark(shelf.house.ann, "red", request)
    with pytest.raises(NotFound):
        faults.get(shelf.house.ann, "ann", fault.id)


def test_runs_are_told_whether_they_used_the_same_data(shelf: Shelf) -> None:
    shelf.log({"t": b"test"}, name="test")
    shelf.log({"t": b"test"}, ProjectPath("ann", "copy"), name="test")
    shelf.log({"t": b"other"}, name="test")
    use = shelf.catalog.artifact_runs.use
    for run_id, artifact in (("r1", "test:v0"), ("r2", "copy/test:v0"), ("r3", "test:v1")):
        use(shelf.house.ann, shelf.run(run_id), messages.UseRequest(artifact, "test"))
    use(shelf.house.ann, shelf.run("r1"), messages.UseRequest("test:v1", "train"))

    def verdicts(*runs: str, role: str = "") -> dict[str, str]:
        asked = messages.InputsQuery(list(runs), role)
        return {each.role: each.verdict for each in shelf.catalog.lineage.compare_inputs(shelf.house.ann, HOME, asked).roles}

    assert verdicts("r1", "r2") == {"test": "same", "train": "unknown"}
    assert verdicts("r1", "r2", "r3", role="test") == {"test": "different"}
    shelf.run("r4")
    answer = shelf.catalog.lineage.compare_inputs(shelf.house.ann, HOME, messages.InputsQuery(["r1", "r4"], "test"))
    assert (answer.roles[0].verdict, answer.roles[0].missing) == ("unknown", ["r4"])
    assert verdicts("r4", role="valid") == {"valid": "unknown"}
    with pytest.raises(NotFound):
        verdicts("r9")


@pytest.mark.parametrize("seed", range(3))
def test_a_fault_reaches_what_a_plain_search_reaches(shelf: Shelf, seed: int) -> None:
    chance = random.Random(seed)
    versions = [shelf.log({"f": b"%d" % n}, name=f"a{n}") for n in range(25)]
    below: dict[str, set[str]] = defaultdict(set)
    for n in range(40):
        run = shelf.run(f"r{n}")
        for kind, method in (("in", shelf.catalog.artifact_runs.use), ("out", shelf.catalog.artifact_runs.output)):
            for version in chance.sample(versions, chance.randint(0, 2)):
                request = messages.UseRequest if kind == "in" else messages.OutputRequest
                method(shelf.house.ann, RunPath("ann", "digits", f"r{n}"), request(f"{version.name}:v0"))  # type: ignore[arg-type]
                source, target = (version.name, run.run_id) if kind == "in" else (run.run_id, version.name)
                below[source].add(target)
    for start in chance.sample(versions, 5):
        expected, todo = {start.name}, [start.name]
        while todo:
            for other in below[todo.pop()] - expected:
                expected.add(other)
                todo.append(other)
        fault = shelf.catalog.faults.mark(
            shelf.house.ann, "ann", messages.FaultRequest("version", f"ann/digits/{start.name}:v0", "bad")
        )
        reach = shelf.catalog.faults.get(shelf.house.ann, "ann", fault.id).reach
        assert {each.name for each in reach.versions} | {run.run_id for run in reach.runs} == expected
