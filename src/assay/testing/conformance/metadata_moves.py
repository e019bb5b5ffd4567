"""The promises of MetadataStore about runs that change their project."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assay.server.domain.errors import StaleWrite
from assay.server.domain.filters import EVERYTHING
from assay.server.domain.projects import Project
from assay.server.domain.runs import Run, Writer
from assay.server.domain.transfers import Transfer
from assay.server.domain.turns import Turn
from assay.server.ports.metadata import MetadataStore, Unit
from assay.testing.clock import START
from assay.testing.factories import a_collection, a_file, a_run, a_version, an_alert, an_edge, stored_project
from assay.wire.errors import Conflict


def two_projects(unit: Unit) -> tuple[Project, Project]:
    return stored_project(unit), stored_project(unit, project="letters")


def a_full_run(unit: Unit, project: Project) -> Run:
    """A run with something of everything that hangs on runs."""
    run = unit.runs.add(
        a_run(project, config={"lr": 0.1, "deep": {"n": 3}}, summary={"best": 1.5}, environment={"gpu": "H100"}, state="finished",
              tags=("a", "b"), notes="now")
    )  # fmt: skip
    unit.runs.save_file(run.key, a_file(size=7))
    unit.runs.add_alert(project.key, an_alert(run.key))
    unit.runs.add_config_change(run.key, START, "lr", 0.1, "ann")
    unit.runs.add_note(project.key, run.key, START, "ann", "before")
    unit.runs.add_note(project.key, run.key, START + 1, "bob", "now")
    unit.runs.save_writer(run.key, Writer("w1", finish_state="finished"))
    unit.runs.set_applied_seq(run.key, "w1", 12)
    unit.runs.add_turn(Turn(run.key, "resumed", START + 1, 5, "ann"))
    return run


def everything_of(unit: Unit, run: Run) -> list[object]:
    alerts = [replace(alert, id=0, run_key=0) for alert in unit.runs.alerts(run.project_key, run.key, limit=10)]
    return [
        unit.runs.files(run.key), alerts, unit.runs.config_history(run.key), unit.runs.notes(run.project_key, run.key, 10),
        unit.runs.writers(run.key), unit.runs.applied_seq(run.key, "w1"),
        [replace(turn, run_key=0) for turn in unit.runs.turns([run.key])],
    ]  # fmt: skip


class MetadataMovesSuite:
    def test_a_moved_run_takes_all_of_it_along(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            here, there = two_projects(unit)
            run = a_full_run(unit, here)
            unit.runs.add(a_run(there, id="first"))
            version = unit.artifacts.add_version(a_version(unit.artifacts.add_collection(a_collection(here))))
            unit.artifacts.add_edge(an_edge(version, run))
            before = everything_of(unit, run)
        with store.begin() as unit:
            moved = unit.moves.move(run, there.key, "r1")
            assert (moved.key, moved.project, moved.ordinal) == (run.key, "letters", 2)
        with store.read() as unit:
            assert unit.runs.get(here.key, "r1", with_deleted=True) is None
            found = unit.runs.get(there.key, "r1")
            assert found == moved
            assert replace(found, project_key=run.project_key, project=run.project, ordinal=1, revision=1) == run
            assert everything_of(unit, moved) == before
            assert unit.runs.alerts(here.key, limit=10) == []
            assert unit.runs.columns(here.key, "config", "", 10, 0) == ([], 0)
            assert [path for path, *_ in unit.runs.columns(there.key, "config", "", 10, 0)[0]] == ["deep.n", "lr"]
            assert unit.runs.matching(here.key, EVERYTHING).tolist() == []
            assert run.key in unit.runs.matching(there.key, EVERYTHING).tolist()
            counts = [unit.projects.by_key(project.key) for project in (here, there)]
            assert [project.run_count if project else -1 for project in counts] == [0, 2]
            assert unit.runs.file_sizes([here.key, there.key]) == {there.key: 7}
            (edge,) = unit.artifacts.edges_of_runs([run.key])
            assert (edge.project_key, edge.run_id) == (there.key, "r1")
        assert store.verify() == []

    def test_an_old_address_leads_to_the_run_wherever_it_goes(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            here, there = two_projects(unit)
            third = stored_project(unit, project="third")
            run = unit.runs.add(a_run(here))
            assert unit.moves.moved(here.key, "r1") is None
            once = unit.moves.move(run, there.key, "r1-2")
            twice = unit.moves.move(once, third.key, "r1")
            assert unit.moves.moved(here.key, "r1") == unit.moves.moved(there.key, "r1-2") == run.key
            assert unit.moves.holders(there.key, ["r1", "r1-2"]) == {"r1-2": run.key}
            assert unit.moves.holders(third.key, ["r1"]) == {"r1": run.key}
            home = unit.moves.move(twice, here.key, "r1", ordinal=run.ordinal)
            assert (home.ordinal, home.id) == (1, "r1")
            assert unit.moves.moved(here.key, "r1") is None
            assert unit.moves.moved(third.key, "r1") == run.key
            unit.runs.forget([run.key])
            assert unit.moves.moved(third.key, "r1") is None

    def test_a_run_never_moves_over_another_nor_unseen_changes(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            here, there = two_projects(unit)
            run = unit.runs.add(a_run(here))
            unit.runs.add(a_run(there, deleted_at=START))
            unit.runs.save(replace(run, notes="changed"), expected=run)
        with pytest.raises(StaleWrite), store.begin() as unit:
            unit.moves.move(run, there.key, "r2")
        with store.read() as unit:
            found = unit.runs.get(here.key, "r1")
            assert found is not None
        with pytest.raises(Conflict), store.begin() as unit:
            unit.moves.move(found, there.key, "r1")
        with store.read() as unit:
            assert unit.runs.get(here.key, "r1") == found
            assert found.notes == "changed"
        assert store.verify() == []

    def test_a_copy_gets_a_reserved_key_and_what_hangs_on_the_original(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            here, there = two_projects(unit)
            run = a_full_run(unit, here)
            key = unit.moves.reserve(there.key)
            other = unit.runs.add(a_run(there, id="between"))
            assert len({run.key, key, other.key}) == 3
            copy = unit.runs.add(replace(run, key=key, project_key=there.key, project=there.name, ordinal=0))
            unit.moves.copy_parts(run.key, copy)
            assert (copy.key, copy.ordinal) == (key, 2)
            assert everything_of(unit, copy) == everything_of(unit, run)
            assert unit.runs.places(np.array([key])).tolist() == [[key, there.key]]
        assert store.verify() == []

    def test_transfers_are_known_until_they_end(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            unit.moves.begin([Transfer(5, 1, 2), Transfer(3, 0, 2)])
            unit.moves.begin([Transfer(5, 2, 1)])
        with store.begin() as unit:
            assert unit.moves.under_way() == [Transfer(3, 0, 2), Transfer(5, 2, 1)]
            unit.moves.end([3])
        with store.read() as unit:
            assert unit.moves.under_way() == [Transfer(5, 2, 1)]
