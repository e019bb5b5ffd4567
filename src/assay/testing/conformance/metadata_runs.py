"""The promises of MetadataStore about runs: saving, listing, filters, columns, and what hangs on a run."""

from __future__ import annotations

import math
import operator as operators
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from assay.server.compute.filter_text import parse
from assay.server.compute.patterns import search
from assay.server.domain.errors import StaleWrite
from assay.server.domain.filters import (
    EVERYTHING,
    RUN_FIELDS,
    And,
    Condition,
    Field,
    Filter,
    Not,
    Or,
    evaluate,
    field_of,
    run_value,
)
from assay.server.domain.projects import Project
from assay.server.domain.runs import Run, Writer
from assay.server.domain.turns import Turn
from assay.server.ports.metadata import MetadataStore, Unit
from assay.testing.clock import START
from assay.testing.factories import a_file, a_run, an_alert, stored_project
from assay.wire import limits
from assay.wire.errors import Conflict, InvalidFilter, NotFound
from assay.wire.messages.runs import MetricDefinition, RefusedValue

ODD = {
    "lr": 1e-4,
    "epochs": 10,
    "flag": True,
    "none": None,
    "nan": math.nan,
    "inf": -math.inf,
    "big": 2**60 + 1,
    "text": "naïve 🌿 'quoted' \\ \n",
    "layers": [64, 32.5, "out", None, False, [1]],
    "empty": [],
    "nested": {"a": {"b.c": 1, "d": "x"}, "e": {}},
}


def names(store: MetadataStore, project: Project, text: str, **options: Any) -> set[str]:
    """Names of the runs that match a filter's text."""
    with store.read() as unit:
        keys = unit.runs.matching(project.key, parse(text), **options)
        found = [unit.runs.by_key(int(key)) for key in keys]
    assert list(keys) == sorted(set(keys.tolist()))
    return {run.name for run in found if run is not None}


class MetadataRunsSuite:
    """Part of MetadataStoreSuite."""

    @pytest.fixture
    def store(self) -> MetadataStore:
        raise NotImplementedError

    @pytest.fixture
    def project(self, store: MetadataStore) -> Project:
        with store.begin() as unit:
            return stored_project(unit)

    def fill(self, store: MetadataStore, project: Project, **runs: dict[str, Any]) -> dict[str, Run]:
        """A run per keyword, named by it, with those fields."""
        with store.begin() as unit:
            return {name: unit.runs.add(a_run(project, id=name, name=name, **fields)) for name, fields in runs.items()}

    # Rows

    def test_a_run_comes_back_as_it_was_added(self, store: MetadataStore, project: Project) -> None:
        run = a_run(
            project,
            notes="multi\nline",
            tags=("best", "ünï ✓"),
            exit_code=-9,
            group="g",
            job_type="train",
            host="h",
            program="train.py",
            sdk_version="1",
            progress_step=3,
            progress_total=9,
            stop_requested_at=START + 1,
            finished_at=START + 2,
            config={name: value for name, value in ODD.items() if name != "nan"},
            summary={"loss": 0.5},
            environment={"git": {"commit": "abc"}},
            definitions=(MetricDefinition("loss", summary=["min"], goal="minimize"),),
            refused=(RefusedValue("model", "not a value", 3),),
        )
        with store.begin() as unit:
            added = unit.runs.add(run)
        assert added == replace(run, key=added.key, ordinal=1, revision=1)
        with store.read() as unit:
            assert unit.runs.get(project.key, "r1") == added
            assert unit.runs.by_key(added.key) == added
            assert unit.runs.by_keys([added.key]) == [added]
            light = replace(added, config={}, summary={}, environment={}, is_whole=False)
            assert unit.runs.by_keys([added.key], whole=False) == [light]
            assert unit.runs.by_ids(project.key, ["r1"]) == [light]

    def test_nan_is_kept(self, store: MetadataStore, project: Project) -> None:
        run = self.fill(store, project, a={"config": ODD})["a"]
        with store.read() as unit:
            found = unit.runs.by_key(run.key)
            (values,) = unit.runs.values(project.key, [Field("config", "nan")], np.array([run.key]))
        assert found is not None
        assert math.isnan(found.config["nan"])
        assert math.isnan(values[run.key])

    def test_runs_come_in_the_order_asked_and_unknown_ones_are_left_out(self, store: MetadataStore, project: Project) -> None:
        runs = self.fill(store, project, **{f"r{n}": {} for n in range(5)})
        with store.read() as unit:
            keys = [runs["r3"].key, 99_999, runs["r0"].key]
            assert [run.id for run in unit.runs.by_keys(keys)] == ["r3", "r0"]
            assert [run.id for run in unit.runs.by_ids(project.key, ["r4", "nobody", "r1"])] == ["r4", "r1"]
            assert unit.runs.by_ids(project.key + 1, ["r4"]) == []

    def test_runs_in_the_trash_are_read_when_asked_for(self, store: MetadataStore, project: Project) -> None:
        runs = self.fill(store, project, a={}, b={})
        with store.begin() as unit:
            unit.runs.save(replace(runs["a"], deleted_at=START))
        with store.read() as unit:
            keys = [runs["a"].key, runs["b"].key]
            assert [run.id for run in unit.runs.by_keys(keys)] == ["b"]
            assert [run.id for run in unit.runs.by_keys(keys, with_deleted=True)] == ["a", "b"]

    def test_definitions_are_read_for_the_runs_that_have_any(self, store: MetadataStore, project: Project) -> None:
        least = (MetricDefinition("loss", summary=["min"]),)
        runs = self.fill(store, project, a={"definitions": least}, b={})
        with store.read() as unit:
            assert unit.runs.definitions(project.key) == {runs["a"].key: least}
            assert unit.runs.definitions(project.key, [runs["a"].key]) == {runs["a"].key: least}
            assert unit.runs.definitions(project.key, [runs["b"].key]) == {}
            assert unit.runs.definitions(project.key + 1) == {}

    def test_ordinals_and_name_numbers_count_from_one_and_never_again(self, store: MetadataStore, project: Project) -> None:
        runs = self.fill(store, project, a={}, b={})
        with store.begin() as unit:
            unit.runs.forget([runs["b"].key])
            third = unit.runs.add(a_run(project, id="c"))
            assert [runs["a"].ordinal, runs["b"].ordinal, third.ordinal] == [1, 2, 3]
            assert third.key > runs["b"].key
            assert [unit.runs.next_name_number(project.key) for _ in range(3)] == [1, 2, 3]

    def test_an_id_is_taken_once_even_from_the_trash(self, store: MetadataStore, project: Project) -> None:
        run = self.fill(store, project, a={})["a"]
        with store.begin() as unit:
            unit.runs.save(replace(run, deleted_at=START))
            with pytest.raises(Conflict, match="trash"):
                unit.runs.add(a_run(project, id="a"))
            other = stored_project(unit, project="other")
            unit.runs.add(a_run(other, id="a"))

    # Saving

    def test_a_save_keeps_everything_and_counts_the_revision(self, store: MetadataStore, project: Project) -> None:
        run = self.fill(store, project, a={"config": {"lr": 1, "gone": 2}})["a"]
        changed = replace(
            run,
            name="b",
            state="failed",
            exit_code=1,
            tags=("x",),
            notes="n",
            config={"lr": 1.0, "new": [1]},
            summary={"best": {"loss": 0.1}},
            environment={"python": "3.13"},
            definitions=(MetricDefinition("acc"),),
        )
        with store.begin() as unit:
            saved = unit.runs.save(changed, expected=run)
        assert saved == replace(changed, revision=run.revision + 1)
        with store.read() as unit:
            found = unit.runs.by_key(run.key)
        assert found == saved
        assert found is not None
        assert isinstance(found.config["lr"], float)
        assert names(store, project, "config.gone exists") == set()
        assert names(store, project, "config.new has 1 and summary.best.loss < 0.2") == {"b"}

    def test_a_lost_update_is_refused_and_changes_nothing(self, store: MetadataStore, project: Project) -> None:
        run = self.fill(store, project, a={})["a"]
        with store.begin() as unit:
            saved = unit.runs.save(replace(run, notes="first"), expected=run)
        with pytest.raises(StaleWrite, match="'a'"), store.begin() as unit:
            unit.runs.save(replace(run, notes="second"), expected=run)
        with store.begin() as unit:
            unit.runs.save(replace(saved, group="g"), expected=saved)
            found = unit.runs.by_key(run.key)
        assert found is not None
        assert (found.notes, found.group) == ("first", "g")

    def test_true_and_one_are_different_values(self, store: MetadataStore, project: Project) -> None:
        run = self.fill(store, project, a={"config": {"x": 1}})["a"]
        with store.begin() as unit:
            unit.runs.save(replace(run, config={"x": True}), expected=run)
        assert names(store, project, "config.x = true") == {"a"}
        assert names(store, project, "config.x = 1") == set()
        with store.read() as unit:
            found = unit.runs.by_key(run.key)
            assert found is not None
            assert found.config["x"] is True

    def test_a_light_run_saved_keeps_its_documents(self, store: MetadataStore, project: Project) -> None:
        run = self.fill(store, project, a={"config": {"lr": 1}, "summary": {"s": 2}, "environment": {"e": 3}})["a"]
        with store.begin() as unit:
            (light,) = unit.runs.by_ids(project.key, ["a"])
            unit.runs.save(replace(light, notes="n"), expected=light)
            assert unit.runs.by_key(run.key) == replace(run, notes="n", revision=2)
        assert names(store, project, "config.lr = 1 and summary.s = 2") == {"a"}

    def test_a_purged_run_cannot_be_saved(self, store: MetadataStore, project: Project) -> None:
        run = self.fill(store, project, a={})["a"]
        with store.begin() as unit:
            unit.runs.forget([run.key])
            for expected in (None, run):
                with pytest.raises(NotFound):
                    unit.runs.save(run, expected=expected)

    def test_heartbeats_move_together_and_never_back(self, store: MetadataStore, project: Project) -> None:
        runs = self.fill(store, project, a={}, b={}, c={})
        with store.begin() as unit:
            unit.runs.touch({})
            unit.runs.touch({runs["a"].key: START + 10, runs["b"].key: START - 10, 99_999: START})
            unit.runs.save(runs["a"], expected=runs["a"])
            beats = [run.heartbeat_at - START for run in unit.runs.by_keys([run.key for run in runs.values()])]
            assert beats == [10, 0, 0]
            assert [run.id for run in unit.runs.silent_since(START + 5)] == ["b", "c"]

    def test_only_live_runs_outside_the_trash_fall_silent(self, store: MetadataStore, project: Project) -> None:
        self.fill(
            store,
            project,
            pending={"state": "pending"},
            running={},
            preempting={"state": "preempting"},
            done={"state": "finished"},
            crashed={"state": "crashed"},
            trash={"deleted_at": START},
        )
        with store.read() as unit:
            assert {run.id for run in unit.runs.silent_since(START + 1)} == {"pending", "running", "preempting"}
            assert unit.runs.silent_since(START) == []

    # The trash

    def test_a_deleted_run_is_left_out_unless_asked_for(self, store: MetadataStore, project: Project) -> None:
        run = self.fill(store, project, a={"config": {"lr": 1}}, b={})["a"]
        with store.begin() as unit:
            unit.runs.add_alert(project.key, an_alert(run.key))
            deleted = unit.runs.save(replace(run, deleted_at=START + 5), expected=run)
        with store.read() as unit:
            assert unit.runs.get(project.key, "a") is None
            assert unit.runs.get(project.key, "a", with_deleted=True) == deleted
            assert unit.runs.by_key(run.key) is None
            assert unit.runs.by_keys([run.key]) == []
            assert unit.runs.by_ids(project.key, ["a"]) == []
            assert unit.runs.alerts(project.key, limit=10) == []
            assert unit.runs.columns(project.key, "config", "", 10, 0) == ([], 0)
            assert unit.runs.matching(project.key, EVERYTHING, trash=True).tolist() == [run.key]
            assert unit.runs.matching(project.key, parse("config.lr = 1"), trash=True).tolist() == [run.key]
            assert [each.id for each in unit.runs.deleted_before(START + 6)] == ["a"]
            assert unit.runs.deleted_before(START + 5) == []
        with store.begin() as unit:
            unit.runs.save(replace(deleted, deleted_at=0.0), expected=deleted)
            assert unit.runs.columns(project.key, "config", "", 10, 0) == ([("lr", "i", 1, False)], 1)
        assert names(store, project, "config.lr = 1") == {"a"}
        assert store.verify() == []

    def test_forgetting_takes_everything_of_a_run(self, store: MetadataStore, project: Project) -> None:
        runs = self.fill(store, project, a={"config": {"x": 1}}, b={"config": {"x": 1}}, c={"config": {"x": 1}})
        key = runs["a"].key
        with store.begin() as unit:
            unit.runs.save_file(key, a_file())
            unit.runs.add_alert(project.key, an_alert(key))
            unit.runs.add_config_change(key, START, "x", 1, "ann")
            unit.runs.set_applied_seq(key, "w", 5)
            unit.runs.save_writer(key, Writer("w"))
            unit.runs.save(replace(runs["b"], deleted_at=START))
            unit.runs.forget([key, runs["b"].key, 99_999])
            assert unit.runs.get(project.key, "a", with_deleted=True) is None
            assert unit.runs.files(key) == []
            assert unit.runs.alerts(project.key, limit=10) == []
            assert unit.runs.config_history(key) == []
            assert unit.runs.applied_seq(key, "w") == -1
            assert unit.runs.writers(key) == []
            assert unit.runs.columns(project.key, "config", "", 10, 0) == ([("x", "i", 1, False)], 1)
            assert unit.runs.matching(project.key, parse("config.x = 1"), trash=True).tolist() == []
        assert store.verify() == []

    # What hangs on a run

    def test_files_are_replaced_by_path_and_listed_in_order(self, store: MetadataStore, project: Project) -> None:
        run = self.fill(store, project, a={})["a"]
        with store.begin() as unit:
            unit.runs.save_file(run.key, a_file(path="b"))
            unit.runs.save_file(run.key, a_file(path="a"))
            unit.runs.save_file(run.key, a_file(path="b", size=9))
            assert unit.runs.files(run.key) == [a_file(path="a"), a_file(path="b", size=9)]
            assert unit.runs.files(run.key, ["b", "none", "b"]) == [a_file(path="b", size=9)]
            assert unit.runs.files(run.key, []) == []
            assert (unit.runs.file_count(run.key), unit.runs.file_count(run.key + 1)) == (2, 0)
            assert len(unit.runs.files(run.key, ["a", *(f"n{n}" for n in range(5_000)), "b"])) == 2

    def test_the_same_alert_is_kept_once_and_the_newest_come_first(self, store: MetadataStore, project: Project) -> None:
        runs = self.fill(store, project, a={}, b={})
        with store.begin() as unit:
            first = unit.runs.add_alert(project.key, an_alert(runs["a"].key))
            assert first is not None
            assert unit.runs.add_alert(project.key, an_alert(runs["a"].key, text="again")) is None
            second = unit.runs.add_alert(project.key, an_alert(runs["b"].key, time=START + 1))
            assert unit.runs.alerts(project.key, limit=10) == [second, first]
            assert unit.runs.alerts(project.key, limit=1) == [second]
            assert unit.runs.alerts(project.key, runs["a"].key, limit=10) == [first]

    def test_turns_of_runs_are_in_order_and_go_with_the_run(self, store: MetadataStore, project: Project) -> None:
        runs = self.fill(store, project, a={}, b={}, c={})
        a, b = runs["a"].key, runs["b"].key
        # A clock that was set back does not change their order.
        turns = [
            Turn(a, "resumed", START + 9, 4, "ann"),
            Turn(b, "rewound", START, -1, "vic"),
            Turn(a, "rewound", START, 2, "ann"),
        ]
        with store.begin() as unit:
            for turn in turns:
                unit.runs.add_turn(turn)
        with store.read() as unit:
            assert unit.runs.turns([b, a, runs["c"].key, 999]) == [turns[0], turns[2], turns[1]]
            assert unit.runs.turns([b]) == [turns[1]]
            assert unit.runs.turns([]) == []
        with store.begin() as unit:
            unit.runs.forget([a])
            assert unit.runs.turns([a, b]) == [turns[1]]

    def test_the_history_of_a_config_is_in_order(self, store: MetadataStore, project: Project) -> None:
        run = self.fill(store, project, a={})["a"]
        changes = [(START + n, "a.b", value, "ann") for n, value in enumerate([1, None, {"x": [math.inf, "ü"]}])]
        with store.begin() as unit:
            for change in changes:
                unit.runs.add_config_change(run.key, *change)
            assert unit.runs.config_history(run.key) == changes

    def test_writers_and_their_sequences_are_kept_apart(self, store: MetadataStore, project: Project) -> None:
        runs = self.fill(store, project, a={}, b={})
        key = runs["a"].key
        with store.begin() as unit:
            assert unit.runs.applied_seq(key, "w1") == -1
            unit.runs.set_applied_seq(key, "w1", 0)
            unit.runs.set_applied_seq(key, "w1", 7)
            unit.runs.set_applied_seq(key, "w2", 2**40)
            unit.runs.save_writer(key, Writer("w2"))
            unit.runs.save_writer(key, Writer("w1", is_primary=False))
            unit.runs.save_writer(key, Writer("w2", finish_state="failed", exit_code=3, finished_at=START))
            assert [unit.runs.applied_seq(key, writer) for writer in ("w1", "w2", "w3")] == [7, 2**40, -1]
            assert unit.runs.writers(key) == [
                Writer("w2", finish_state="failed", exit_code=3, finished_at=START),
                Writer("w1", is_primary=False),
            ]
            assert unit.runs.writers(runs["b"].key) == []

    # Filters

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", "abc"),
            ("config.lr > 0.01", "a"),
            ("config.lr <= 0.01", "b"),
            ("not config.lr > 0.01", "bc"),
            ("config.lr != 0.1", "bc"),
            ("config.lr exists", "abc"),
            ("config.lr in [0.1, 7]", "a"),
            ('config.opt = "adam" or config.lr = 0.01', "ab"),
            ('config.opt ~ "^a.*m$"', "a"),
            ('config.opt ~ "dam"', "a"),
            ("config.layers has 32", "a"),
            ("config.layers has 32.0", "a"),
            ("config.layers has 3", ""),
            ('config.layers ~ "ou"', "a"),
            ("config.nested.depth >= 2", "b"),
            ("config.absent = 1", ""),
            ("not config.absent = 1", "abc"),
            ("config.lr = null", "c"),
            ('config.lr = "0.1"', ""),
            ('config.lr != "0.1"', "abc"),
            ("config.flag = true", "a"),
            ("config.flag = 1", ""),
            ("config.nan = 1 or config.nan < 1 or config.nan > 1", ""),
            ("config.nan != 1", "a"),
            ("config.inf > 1e300", "a"),
            ("best < 1", "b"),
            ("summary.best exists", "b"),
            ('name = "a"', "a"),
            ('name >= "b"', "bc"),
            ('id in ["a", "c", "z"]', "ac"),
            ('state = "running"', "bc"),
            ('tags has "x"', "ab"),
            ('not tags has "x"', "c"),
            ('tags ~ "^y"', "b"),
            ("tags exists", "ab"),
            ("group exists", "a"),
            ('group != "g"', "bc"),
            ("exit_code = 0", "a"),
            ("exit_code != 1", "a"),
            ("not exit_code = 0", "bc"),
            ("exit_code exists", "a"),
            ("finished_at exists", "a"),
            ("duration_s >= 60", "a"),
            ("ordinal < 3", "ab"),
            (f"created_at > {START}", "bc"),
            ("created_at > 2025-01-01 and created_at < now", "abc"),
            ("true", "abc"),
            ("false", ""),
            ("config.opt = \"x' OR '1'='1\"", ""),
        ],
    )
    def test_a_filter_finds_what_it_says(self, store: MetadataStore, project: Project, text: str, expected: str) -> None:
        self.fill(
            store,
            project,
            a={
                "config": {
                    "lr": 0.1, "opt": "adam", "layers": [64, 32.0, "out"], "flag": True, "nan": math.nan, "inf": math.inf,
                },
                "state": "finished", "tags": ("x",), "group": "g", "exit_code": 0, "finished_at": START + 60,
            },
            b={
                "config": {"lr": 0.01, "nested": {"depth": 2}}, "summary": {"best": 0.5}, "tags": ("x", "yes"),
                "created_at": START + 1,
            },
            c={"config": {"lr": None}, "created_at": START + 2},
        )  # fmt: skip
        assert names(store, project, text) == set(expected)

    @pytest.mark.parametrize("operator", ["=", "!=", "<", "<=", ">", ">=", "in", "has"])
    def test_numbers_are_compared_exactly_whatever_their_size(
        self, store: MetadataStore, project: Project, operator: Any
    ) -> None:
        there = {f"r{n}": number for n, number in enumerate(_NUMBERS)}
        self.fill(store, project, **{name: {"config": {"x": number, "of": [number]}} for name, number in there.items()})
        field = Field("config", "of" if operator == "has" else "x")
        for expected in [*_NUMBERS, math.nan, 10**400, -(10**400)]:
            where = Condition(field, operator, (expected, 2.5) if operator == "in" else expected)
            found = {name for name, number in there.items() if _PLAINLY[operator](number, expected)}
            with store.read() as unit:
                keys = unit.runs.matching(project.key, where)
                assert {run.name for run in unit.runs.by_keys(keys.tolist())} == found, (operator, expected)

    def test_a_list_of_many_large_numbers_is_one_question(self, store: MetadataStore, project: Project) -> None:
        self.fill(store, project, a={"config": {"seed": 2**60 + 1}}, b={"config": {"seed": 2.0**60}})
        where = Condition(Field("config", "seed"), "in", tuple(2**60 + 1 + 2 * n for n in range(limits.FILTER_LIST)))
        with store.read() as unit:
            assert [run.name for run in unit.runs.by_keys(unit.runs.matching(project.key, where).tolist())] == ["a"]

    def test_a_filter_stays_inside_its_project(self, store: MetadataStore, project: Project) -> None:
        with store.begin() as unit:
            other = stored_project(unit, "bob", "secret")
        self.fill(store, project, mine={"config": {"lr": 1}})
        self.fill(store, other, theirs={"config": {"lr": 1, "secret": 2}, "summary": {"s": 1}})
        for text in ("", "config.lr = 1", "not config.lr = 2", "config.secret exists or true", 'name ~ ""'):
            assert names(store, project, text) == {"mine"}
        with store.read() as unit:
            every = unit.runs.matching(other.key, EVERYTHING)
            assert unit.runs.values(project.key, [Field("config", "lr"), Field("run", "name")], every) == [{}, {}]
            assert unit.runs.columns(project.key, "config", "", 10, 0)[1] == 1
            assert unit.runs.columns(project.key, "summary", "", 10, 0) == ([], 0)

    def test_text_search_looks_in_names_ids_tags_notes_and_config(self, store: MetadataStore, project: Project) -> None:
        runs = self.fill(
            store,
            project,
            alpha={"notes": "The Große one", "config": {"model": {"arch": "ResNet-50"}, "lr": 0.003}},
            beta={"tags": ("baseline",), "group": "sweep7"},
        )
        for words, expected in [
            ("ALPH", {"alpha"}), ("grosse", {"alpha"}), ("resnet", {"alpha"}), ("0.003", {"alpha"}), ("baseline", {"beta"}),
            ("sweep7 beta", {"beta"}), ("resnet baseline", set()), ("  ", {"alpha", "beta"}), ("100%", set()),
            ("a", {"alpha", "beta"}),
        ]:  # fmt: skip
            assert names(store, project, "", search=words) == expected, words
        with store.begin() as unit:
            unit.runs.save(replace(runs["alpha"], config={"model": "vit"}), expected=runs["alpha"])
        assert names(store, project, "", search="resnet") == set()
        assert names(store, project, "config.model exists", search="vit") == {"alpha"}

    def test_text_search_minds_neither_case_nor_accents(self, store: MetadataStore, project: Project) -> None:
        self.fill(
            store,
            project,
            alpha={
                "group": "Re\u0301sume\u0301",
                "notes": "\u00c4RGER in der Stra\u00dfe",
                "config": {"m\u00f6de": 1, "\u0130d": 2},
            },
            beta={"group": "\uff32\uff25\uff33\uff35\uff2d\uff25 \u30ac", "tags": ("\ufb01ne",)},
        )
        for words, expected in [
            ("r\u00e9sum\u00e9", {"alpha", "beta"}), ("RESUME", {"alpha", "beta"}), ("\u00e4rger", {"alpha"}),
            ("arger", {"alpha"}), ("STRASSE", {"alpha"}), ("stra\u00dfe", {"alpha"}), ("fine", {"beta"}),
            ("\u30ab", set()), ("\u30ac", {"beta"}),
        ]:  # fmt: skip
            assert names(store, project, "", search=words) == expected, words
        for pattern, expected in [("^R\u00c9SUM\u00c9$", {"alpha"}), ("[\u00e4\u00f6]rger", {"alpha"}), ("\u30ab", set())]:
            with store.read() as unit:
                found = unit.runs.matching(project.key, parse(""), search=pattern, is_regex=True)
                assert {run.id for run in unit.runs.by_keys(found.tolist())} == expected, pattern
        with store.read() as unit:
            for prefix in ("MODE", "m\u00d6"):
                assert [row[0] for row in unit.runs.columns(project.key, "config", prefix, 10, 0)[0]] == ["m\u00f6de"]

    def test_a_search_may_look_in_names_alone(self, store: MetadataStore, project: Project) -> None:
        self.fill(store, project, alpha={"notes": "beta"}, beta={"config": {"of": "alpha"}}, Ünï={})
        for words, expected in [
            ("BETA", {"beta"}), ("uni", {"Ünï"}), ("ÚN", {"Ünï"}), ("a h", {"alpha"}), ("of", set()),
            (" ", {"alpha", "beta", "Ünï"}),
        ]:  # fmt: skip
            assert names(store, project, "", search=words, only_names=True) == expected, words
        assert names(store, project, "", search="^.nÍ$|^ALP", is_regex=True, only_names=True) == {"alpha", "Ünï"}
        with pytest.raises(InvalidFilter, match=r"'\(a' is not a regular expression"):
            names(store, project, "", search="(a", is_regex=True, only_names=True)

    def test_a_search_may_be_a_pattern_over_each_text_of_a_run(self, store: MetadataStore, project: Project) -> None:
        self.fill(
            store,
            project,
            alpha={"group": "resnet-50", "notes": "one\ntwo", "config": {"arch": "Größe-7"}},
            beta={"job_type": "vit", "tags": ("resnet-5",)},
        )
        for pattern, expected in [
            ("^RESNET", {"alpha", "beta"}), ("^resnet-\\d\\d$", {"alpha"}), ("^two$", {"alpha"}), ("^gr.SSE-", {"alpha"}),
            ("one.two", set()), (" ", {"alpha", "beta"}), ("vit|mlp", {"beta"}), ("%", set()),
        ]:  # fmt: skip
            with store.read() as unit:
                found = unit.runs.matching(project.key, parse(""), search=pattern, is_regex=True)
                assert {run.id for run in unit.runs.by_keys(found.tolist())} == expected, pattern
        with pytest.raises(InvalidFilter, match=r"'\(a' is not a regular expression"), store.read() as unit:
            unit.runs.matching(project.key, parse(""), search="(a", is_regex=True)

    def test_keys_of_ids_are_those_of_the_project_the_trash_included(self, store: MetadataStore, project: Project) -> None:
        runs = self.fill(store, project, a={}, b={}, c={})
        with store.begin() as unit:
            other = stored_project(unit, project="other")
            unit.runs.add(a_run(other, id="a"))
            unit.runs.save(replace(runs["b"], deleted_at=START))
        with store.read() as unit:
            found = unit.runs.keys_of(project.key, ["c", "b", "b", "gone", "c"])
            assert found.tolist() == sorted([runs["b"].key, runs["c"].key])
            assert found.dtype == np.int64
            assert unit.runs.keys_of(project.key, []).tolist() == []
            assert len(unit.runs.keys_of(project.key, [f"x{n}" for n in range(3_000)])) == 0

    @pytest.mark.parametrize("pattern", ["(a", "a{2000}{2000}", "(?=a)", "\\1", "*", "a" * 2000])
    def test_a_bad_pattern_is_refused_with_a_reason(self, store: MetadataStore, project: Project, pattern: str) -> None:
        self.fill(store, project, a={"config": {"x": "a"}})
        for key in ("name", "tags", "config.x"):
            with pytest.raises(InvalidFilter, match="regular expression"), store.read() as unit:
                unit.runs.matching(project.key, Condition(field_of(key), "~", pattern))

    def test_a_pattern_that_would_never_end_elsewhere_is_answered(self, store: MetadataStore, project: Project) -> None:
        self.fill(store, project, a={"notes": "a" * 5_000 + "!"})
        assert names(store, project, 'notes ~ "^(a+)+$"') == set()
        assert names(store, project, 'notes ~ "(a|aa)+!$"') == {"a"}

    @pytest.mark.parametrize("seed", range(8))
    def test_random_filters_are_answered_as_plain_python_answers_them(
        self, store: MetadataStore, project: Project, seed: int
    ) -> None:
        chance = random.Random(seed)
        with store.begin() as unit:
            runs = [unit.runs.add(random_run(chance, project, n)) for n in range(40)]
            for run in chance.sample(runs, 15):
                after = replace(random_run(chance, project, run.ordinal), key=run.key, id=run.id, ordinal=run.ordinal)
                runs[runs.index(run)] = unit.runs.save(after, expected=run)
        for _ in range(60):
            where = random_filter(chance, 3)
            expected = [run.key for run in runs if evaluate(where, lambda field, run=run: run_value(run, field), search)]  # type: ignore[misc]
            with store.read() as unit:
                assert unit.runs.matching(project.key, where).tolist() == expected, (seed, where)
        check_columns(store, project, runs)
        assert store.verify() == []

    # Values and columns

    def test_values_come_as_they_were_logged(self, store: MetadataStore, project: Project) -> None:
        runs = self.fill(store, project, a={"config": ODD, "tags": ("x",), "exit_code": 3, "finished_at": START + 9}, b={})
        keys = np.array([run.key for run in runs.values()])
        fields = [Field("config", path) for path in ODD if path not in {"nan", "nested"}]
        with store.read() as unit:
            answers = unit.runs.values(project.key, fields, keys)
            for field, answer in zip(fields, answers, strict=True):
                assert answer == {runs["a"].key: ODD[field.path]}, field
                assert type(answer[runs["a"].key]) is type(ODD[field.path])
            nested, name, tags, code, end, started, missing, steps = unit.runs.values(
                project.key,
                [
                    Field("config", "nested.a.d"),
                    *(Field("run", path) for path in ("name", "tags", "exit_code", "finished_at", "duration_s")),
                    Field("summary", "lr"),
                    Field("run", "last_step"),
                ],
                keys,
            )
            a, b = runs["a"].key, runs["b"].key
            assert nested == {a: "x"}
            assert name == {a: "a", b: "b"}
            assert tags == {a: ["x"], b: []}
            assert code == {a: 3}
            assert end == {a: START + 9}
            assert started == {a: 9.0, b: 0.0}
            assert missing == steps == {}
            assert unit.runs.values(project.key, [Field("run", "name")], np.array([b])) == [{b: "b"}]
            assert unit.runs.values(project.key, [], keys) == []

    def test_columns_tell_kinds_counts_and_whether_values_differ(self, store: MetadataStore, project: Project) -> None:
        self.fill(
            store,
            project,
            a={"config": {"same": 1, "differs": 1, "mixed": 1, "once": [1], "net": {"depth": 2}}},
            b={"config": {"same": 1, "differs": 2, "mixed": "one", "net": {"depth": 2}}, "summary": {"loss": 1.5}},
        )
        with store.read() as unit:
            page, total = unit.runs.columns(project.key, "config", "", 10, 0)
            assert page == [
                ("differs", "i", 2, True),
                ("mixed", "is", 2, True),
                ("net.depth", "i", 2, False),
                ("once", "l", 1, False),
                ("same", "i", 2, False),
            ]
            assert total == 5
            assert unit.runs.columns(project.key, "summary", "", 10, 0) == ([("loss", "f", 1, False)], 1)
            assert unit.runs.columns(project.key, "config", "", 2, 1) == (page[1:3], 5)
            assert unit.runs.columns(project.key, "config", "DEP", 10, 0) == ([page[2]], 1)
            assert unit.runs.columns(project.key, "config", "100%_", 10, 0) == ([], 0)

    def test_columns_follow_every_change(self, store: MetadataStore, project: Project) -> None:
        runs = self.fill(
            store, project, **{name: {"config": {"x": value}} for name, value in zip("abcd", [1, 1, 2, 3], strict=True)}
        )

        def column(unit: Unit) -> list[tuple[str, str, int, bool]]:
            return unit.runs.columns(project.key, "config", "", 10, 0)[0]

        with store.begin() as unit:
            unit.runs.forget([runs["a"].key, runs["b"].key])
            assert column(unit) == [("x", "i", 2, True)]
            unit.runs.save(replace(runs["c"], config={"x": 3}), expected=runs["c"])
            assert column(unit) == [("x", "i", 2, False)]
            saved = unit.runs.save(replace(runs["d"], config={"x": "3"}), expected=runs["d"])
            assert column(unit) == [("x", "is", 2, True)]
            saved = unit.runs.save(replace(saved, deleted_at=START), expected=saved)
            assert column(unit) == [("x", "i", 1, False)]
            saved = unit.runs.save(replace(saved, config={"y": 1}), expected=saved)
            assert column(unit) == [("x", "i", 1, False)]
            unit.runs.save(replace(saved, deleted_at=0.0), expected=saved)
            assert column(unit) == [("x", "i", 1, False), ("y", "i", 1, False)]
            unit.runs.forget([runs["c"].key, runs["d"].key])
            assert column(unit) == []
        assert store.verify() == []

    def test_a_thousand_keys_in_one_config_are_all_found(self, store: MetadataStore, project: Project) -> None:
        self.fill(store, project, a={"config": {f"k{n}": n for n in range(1_200)}})
        with store.read() as unit:
            assert unit.runs.columns(project.key, "config", "", 2_000, 0)[1] == 1_200
            every = unit.runs.matching(
                project.key, And(tuple(Condition(Field("config", f"k{n}"), "=", n) for n in range(0, 900)))
            )
            assert len(every) == 1


def check_columns(store: MetadataStore, project: Project, runs: list[Run]) -> None:
    """The store's columns and values are those counted from `runs`."""
    with store.read() as unit:
        page, _ = unit.runs.columns(project.key, "config", "", 1_000, 0)
        keys = np.array([run.key for run in runs])
        for path, _kinds, count, differs in page:
            (answer,) = unit.runs.values(project.key, [Field("config", path)], keys)
            expected = {run.key: value for run in runs if (value := run_value(run, Field("config", path))) is not ABSENT_VALUE}
            assert {key: repr(value) for key, value in answer.items()} == {key: repr(value) for key, value in expected.items()}
            assert count == len(expected)
            assert differs == (len(set(map(repr, expected.values()))) > 1), path


ABSENT_VALUE = run_value(a_run(), Field("config", "absent"))

_PLAINLY: dict[str, Callable[[Any, Any], bool]] = {
    "=": operators.eq, "!=": operators.ne, "<": operators.lt, "<=": operators.le, ">": operators.gt, ">=": operators.ge,
    "in": lambda number, expected: number in (expected, 2.5), "has": operators.eq,
}  # fmt: skip
_WORDS = ["", "a", "ab", "Ab", "b a", "ü", "10", "a.b", "x'y", "%", "_"]
# Those at the end share doubles, some with one digit more than the other.
_LARGE: list[Any] = [
    2**53,
    2**53 + 1,
    -(2**53) - 1,
    2**60,
    2**60 + 1,
    2.0**60,
    10**17 - 1,
    1e17,
    -(10**17) + 1,
    2**64 - 1,
    2.0**64,
]
_NUMBERS: list[Any] = [0, -0.0, 1, 1.0, -1, 2.5, 1e-4, math.inf, -math.inf, *_LARGE]
_PATTERNS = ["a", "^a", "b$", "a.*b", "", ".", "(?i)AB", "[0-9]+", "a|x", "a?b", "ü", "'", "%"]
_KEYS = ["x", "y", "n.z", "odd key"]


def random_value(chance: random.Random) -> Any:
    match chance.randrange(6):
        case 0:
            return chance.choice(_NUMBERS)
        case 1:
            return chance.choice(_WORDS)
        case 2:
            return chance.choice([True, False])
        case 3:
            return None
        case 4:
            return math.nan
    return [chance.choice([*_NUMBERS[:8], *_WORDS, True, None]) for _ in range(chance.randrange(3))]


def random_run(chance: random.Random, project: Project, number: int) -> Run:
    def document() -> dict[str, Any]:
        values = {key: random_value(chance) for key in _KEYS if chance.random() < 0.7}
        return {**values, "n": {"z": values.pop("n.z")}} if "n.z" in values else values

    finished = chance.random() < 0.5
    return a_run(
        project,
        id=f"r{number}",
        name=chance.choice(_WORDS),
        state=chance.choice(["running", "finished", "failed"]),
        group=chance.choice(_WORDS),
        tags=tuple(chance.sample(_WORDS[1:], chance.randrange(3))),
        created_at=START + chance.randrange(5),
        started_at=chance.choice([0.0, START]),
        heartbeat_at=START + 10,
        finished_at=START + chance.randrange(20) if finished else 0.0,
        exit_code=chance.choice([0, 1]) if finished else None,
        config=document(),
        summary=document(),
    )


def random_filter(chance: random.Random, depth: int) -> Filter:
    if depth and chance.random() < 0.6:
        parts = tuple(random_filter(chance, depth - 1) for _ in range(chance.randrange(4)))
        match chance.randrange(3):
            case 0:
                return And(parts)
            case 1:
                return Or(parts)
        return Not(random_filter(chance, depth - 1))
    field = random_field(chance)

    def scalar() -> Any:
        if field.section == "run" and RUN_FIELDS[field.path] == "time":
            return START + chance.randrange(5)
        return chance.choice([*_NUMBERS, *_WORDS, True, False, None, "running", 10])

    operator = chance.choice(["=", "!=", "<", "<=", ">", ">=", "in", "has", "~", "exists"])
    match operator:
        case "exists":
            return Condition(field, "exists")
        case "in":
            return Condition(field, "in", tuple(scalar() for _ in range(chance.randrange(4))))
        case "~":
            return Condition(field, "~", chance.choice(_PATTERNS))
    return Condition(field, operator, scalar())  # type: ignore[arg-type]


def random_field(chance: random.Random) -> Field:
    match chance.randrange(3):
        case 0:
            return Field("config", chance.choice([*_KEYS, "absent"]))
        case 1:
            return Field("summary", chance.choice(_KEYS))
    return Field("run", chance.choice([name for name in RUN_FIELDS if name != "last_step"]))
