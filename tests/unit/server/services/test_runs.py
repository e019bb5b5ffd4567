"""Starting, resuming, editing and the trash."""

from __future__ import annotations

import math
from typing import Any

import pytest

from assay.server.services import runs
from assay.server.services.cursors import write_cursor
from assay.server.services.runs import find
from assay.testing.factories import a_batch
from assay.wire import limits, records
from assay.wire.errors import Conflict, Forbidden, Gone, InvalidName, InvalidRequest, NotFound, TooLarge
from assay.wire.messages.runs import (
    DerivedColumn,
    RunEdit,
    RunQueryRequest,
    RunSelection,
    RunStart,
    RunStarted,
    SortKey,
)
from assay.wire.names import ProjectPath, RunPath

PATH = RunPath("ann", "digits", "r1")
PROJECT = PATH.parent


def _start(house: Any, path: RunPath = PATH, **fields: Any) -> RunStarted:
    return house.catalog.runs.start(house.ann, path, RunStart(**{"writer": "w1", **fields}), "http://h")  # type: ignore[no-any-return]


def test_a_run_without_a_name_gets_two_words_and_a_number(house: Any) -> None:
    assert _start(house, suggested_name="calm-harbour").run.name == "calm-harbour-1"
    second = _start(house, RunPath("ann", "digits", "r2"))
    assert second.run.name.count("-") == 2
    assert second.run.name.endswith("-2")
    assert second.url == "http://h/ann/digits/runs/r2"


@pytest.mark.parametrize("name", ["   ", "\u202e", "\u2066 \u2069", "\u200b"])
def test_a_script_whose_run_would_have_no_name_to_be_seen_gets_one_too(house: Any, name: str) -> None:
    started = _start(house, name=name, suggested_name="calm-harbour", tags=["\u202ea", "  "], group=" ", job_type="x\u202c").run
    assert (started.name, started.tags, started.group, started.job_type) == ("calm-harbour-1", ["a"], "", "x")


@pytest.mark.parametrize("name", ["   ", "safe\u202egnp.exe"])
def test_a_person_cannot_give_a_name_that_is_not_seen_or_turns_text(house: Any, name: str) -> None:
    _start(house, name="first")
    with pytest.raises(InvalidName, match="direction of text"):
        house.catalog.runs.edit(house.ann, PATH, RunEdit(name=name))
    with pytest.raises(InvalidName, match="direction of text"):
        house.catalog.runs.edit(house.ann, PATH, RunEdit(tags=[name]))
    assert house.catalog.runs.get(house.ann, PATH).name == "first"


def test_the_same_writer_starting_again_changes_nothing(house: Any) -> None:
    _start(house, config={"lr": 1})
    again = _start(house, config={"lr": 2}, resume="never")
    assert not again.is_new
    assert house.catalog.runs.get(house.ann, PATH).config == {"lr": 1}


def test_resume_must_needs_a_run_and_never_refuses_one(house: Any) -> None:
    with pytest.raises(NotFound):
        _start(house, resume="must")
    assert house.catalog.projects.list(house.ann, "", "", 10).projects == []
    _start(house)
    with pytest.raises(Conflict):
        _start(house, writer="w2", resume="never")


@pytest.mark.parametrize("resume", ["", "allow", "must", "auto"])
def test_resuming_merges_the_config_and_keeps_its_history(house: Any, resume: str) -> None:
    _start(house, config={"opt": {"lr": 1, "name": "adam"}})
    resumed = _start(house, writer="w2", resume=resume, config={"opt": {"lr": 2}, "seed": 7})
    assert resumed.run.config == {"opt": {"lr": 2, "name": "adam"}, "seed": 7}
    changes = house.catalog.runs.config_history(house.ann, PATH)
    assert [(path, value, who) for _, path, value, who in changes] == [("opt.lr", 2, "ann"), ("seed", 7, "ann")]


def test_a_run_in_the_trash_cannot_be_started_until_it_is_restored(house: Any) -> None:
    _start(house)
    assert house.catalog.bulk.delete(house.ann, PROJECT, RunSelection(ids=["r1"])).count == 1
    assert house.catalog.bulk.delete(house.ann, PROJECT, RunSelection(ids=["r1"])).count == 0
    with pytest.raises(Gone):
        _start(house, writer="w2")
    assert house.catalog.runs.get(house.ann, PATH).deleted_at > 0
    assert house.catalog.bulk.restore(house.ann, PROJECT, RunSelection(ids=["r1"])).count == 1
    assert _start(house, writer="w2").is_resumed is False


def test_purging_needs_the_trash_first_and_an_admin(house: Any) -> None:
    path = RunPath("red", "plans", "r1")
    _start(house, path)
    with pytest.raises(Forbidden):
        house.catalog.bulk.purge(house.ann, path.parent, RunSelection(ids=["r1"]))
    _start(house)
    with pytest.raises(Conflict):
        house.catalog.bulk.purge(house.ann, PROJECT, RunSelection(ids=["r1"]))
    house.catalog.bulk.delete(house.ann, PROJECT, RunSelection(ids=["r1"]))
    assert house.catalog.bulk.purge(house.ann, PROJECT, RunSelection(ids=["r1"])).count == 1
    with pytest.raises(NotFound):
        house.catalog.runs.get(house.ann, PATH)


def test_one_unknown_id_among_many_changes_none(house: Any) -> None:
    _start(house)
    with pytest.raises(NotFound):
        house.catalog.bulk.delete(house.ann, PROJECT, RunSelection(ids=["r1", "nothing"]))
    assert house.catalog.runs.get(house.ann, PATH).deleted_at == 0


def test_what_has_lain_in_the_trash_long_enough_is_forgotten(house: Any) -> None:
    _start(house)
    house.catalog.bulk.delete(house.ann, PROJECT, RunSelection(ids=["r1"]))
    house.clock.advance(100)
    assert house.catalog.runs.purge_old(101) == 0
    assert house.catalog.runs.purge_old(99) == 1


def test_an_edit_changes_what_it_names_and_is_audited(house: Any) -> None:
    _start(house, config={"a.b": 1, "c": {"d": 2}}, tags=["x"])
    edit = RunEdit(name="better", config={"a.b": 5, "c.d": None, "new.key": 1}, summary={"best": 0.9})
    run = house.catalog.runs.edit(house.ann, PATH, edit)
    assert (run.name, run.tags, run.config, run.summary) == ("better", ["x"], {"a.b": 5, "new": {"key": 1}}, {"best": 0.9})
    with house.catalog.stores.metadata.read() as unit:
        assert unit.audit.list(0, 100)[-1].action == "run:edit"


def test_notes_and_a_name_that_others_changed_since_they_were_read_are_not_overwritten(house: Any) -> None:
    def edit(**fields: Any) -> Any:
        return house.catalog.runs.edit(house.ann, PATH, RunEdit(**fields))

    _start(house, name="first", notes="before")
    assert edit(notes="theirs", known_notes="before").notes == "theirs"
    with pytest.raises(Conflict, match="ann wrote the notes of first on") as met:
        edit(notes="mine", known_notes="before", group="g")
    assert (met.value.fields["user"], met.value.fields["time"]) == ("ann", house.clock.now())
    with pytest.raises(Conflict, match="renamed to 'first'"):
        edit(name="second", known_name="zeroth")
    kept = house.catalog.runs.get(house.ann, PATH)
    assert (kept.name, kept.notes, kept.group) == ("first", "theirs", "")
    # Who sends again what was kept, as its answer was lost, has overwritten nothing.
    assert edit(notes="theirs", known_notes="before", name="first", known_name="other").notes == "theirs"
    assert edit(notes="mine", known_notes="theirs").notes == "mine"
    assert edit(notes="whatever it says").notes == "whatever it says"


def _ids(house: Any, **fields: Any) -> list[str]:
    page = house.catalog.run_query.query(house.ann, PROJECT, RunQueryRequest(**fields))
    return [run.id for run in page.runs]


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**40])
def test_a_whole_number_that_cannot_be_kept_is_refused_by_name(house: Any, number: int) -> None:
    for config in ({"seed": number}, {"seeds": [{"a": number}]}):
        with pytest.raises(InvalidRequest, match="config has a whole number that is too large"):
            _start(house, config=config)
    _start(house, config={"seed": 2**64 - 1})
    with pytest.raises(InvalidRequest, match="config has a whole number"):
        house.catalog.runs.edit(house.ann, PATH, RunEdit(config={"other": number}))
    with pytest.raises(InvalidRequest, match=r"summary\.best has a whole number"):
        house.catalog.runs.edit(house.ann, PATH, RunEdit(summary={"best": [number]}))
    assert house.catalog.runs.get(house.ann, PATH).config == {"seed": 2**64 - 1}


def test_a_summary_is_held_to_the_limits_that_its_script_has(house: Any) -> None:
    _start(house)
    deep: Any = 1
    for _ in range(limits.NESTING):
        deep = {"a": deep}
    for summary, wrong in (
        ({"deep": deep}, InvalidRequest), ({".".join("a" * (limits.NESTING + 1)): 1}, InvalidRequest),
        ({"long": "x" * limits.VALUE_BYTES}, TooLarge),
    ):  # fmt: skip
        with pytest.raises(wrong, match=r"summary\."):
            house.catalog.runs.edit(house.ann, PATH, RunEdit(summary=summary))
    assert house.catalog.runs.edit(house.ann, PATH, RunEdit(summary={"deep": deep["a"]})).summary == {"deep": deep["a"]}


def test_pages_neither_repeat_nor_skip_a_run_while_others_arrive(house: Any) -> None:
    for n in range(5):
        _start(house, RunPath("ann", "digits", f"r{n}"))
    first = house.catalog.run_query.query(house.ann, PROJECT, RunQueryRequest(limit=2))
    _start(house, RunPath("ann", "digits", "late"))
    second = house.catalog.run_query.query(house.ann, PROJECT, RunQueryRequest(limit=2, cursor=first.next))
    third = house.catalog.run_query.query(house.ann, PROJECT, RunQueryRequest(limit=2, cursor=second.next))
    found = [run.id for page in (first, second, third) for run in page.runs]
    assert found == ["r4", "r3", "r2", "r1", "r0"]
    assert third.next == ""
    assert _ids(house)[0] == "late"


@pytest.mark.parametrize(
    "sort", [[], [SortKey("config.lr")], [SortKey("config.lr", True)], [SortKey("derived.twice"), SortKey("id")]]
)
@pytest.mark.parametrize("what", ["delete", "edit"])
def test_who_goes_through_runs_and_deletes_or_edits_them_meets_every_one(house: Any, what: str, sort: list[SortKey]) -> None:
    for n in range(23):
        _start(house, RunPath("ann", "digits", f"r{n}"), tags=["todo"], config={"lr": n % 4} if n % 5 else {})
    derived = [DerivedColumn("twice", "2 * ${config.lr}")]
    met: list[str] = []
    cursor = ""
    while True:
        query = RunQueryRequest(filter='tags has "todo"', sort=sort, derived=derived, limit=5, cursor=cursor)
        page = house.catalog.run_query.query(house.ann, PROJECT, query)
        for run in page.runs:
            met.append(run.id)
            if what == "delete":
                house.catalog.bulk.delete(house.ann, PROJECT, RunSelection(ids=[run.id]))
            else:
                house.catalog.runs.edit(house.ann, RunPath("ann", "digits", run.id), RunEdit(tags=[]))
        if not (cursor := page.next):
            break
    assert sorted(met) == sorted(f"r{n}" for n in range(23))


def test_an_edit_from_true_to_1_is_one_and_an_edit_to_what_is_there_is_none(house: Any) -> None:
    _start(house, config={"flag": True, "layers": [1, {"b": 2, "a": math.nan}]})

    def edit(**config: Any) -> tuple[Any, int]:
        run = house.catalog.runs.edit(house.ann, PATH, RunEdit(config=config))
        return run.config, len(house.catalog.runs.config_history(house.ann, PATH))

    assert str(edit(flag=1)[0]["flag"]) == "1"
    assert str(edit(flag=1.0)[0]["flag"]) == "1.0"
    assert str(edit(flag=False)[0]["flag"]) == "False"
    assert edit(flag=False, layers=[1, {"a": "NaN", "b": 2}])[1] == 3
    config, count = edit(layers=[True, {"a": "NaN", "b": 2}])
    assert (str(config["layers"][0]), count) == ("True", 4)


def test_a_made_up_cursor_tells_nothing_of_another_projects_runs(house: Any) -> None:
    for n in range(4):
        _start(house, RunPath("ann", "digits", f"r{n}"), config={"lr": n})
    secret = RunPath("zoe", "plans", "r")
    house.catalog.runs.start(house.zoe, secret, RunStart(writer="w1", config={"lr": 2.5}), "http://h")
    with house.catalog.stores.metadata.read() as unit:
        key = find(unit, house.zoe, secret, "run:read").key
    query = RunQueryRequest(sort=[SortKey("config.lr")], cursor=write_cursor(key, key, 1))
    page = house.catalog.run_query.query(house.ann, PROJECT, query)
    assert [run.id for run in page.runs] == ["r1", "r2", "r3"]  # by the place in it, not by where 2.5 would stand


def test_absent_values_come_last_either_way_and_equals_by_age(house: Any) -> None:
    for n, config in enumerate([{"lr": 2}, {}, {"lr": 1}, {"lr": 2}]):
        _start(house, RunPath("ann", "digits", f"r{n}"), config=config)
    assert _ids(house, sort=[SortKey("config.lr")]) == ["r2", "r0", "r3", "r1"]
    assert _ids(house, sort=[SortKey("config.lr", True)]) == ["r0", "r3", "r2", "r1"]


def test_a_filter_joins_config_with_metrics_and_values_set_by_hand(house: Any) -> None:
    for n in range(4):
        path = RunPath("ann", "digits", f"r{n}")
        _start(house, path, config={"opt": "ab"[n % 2]})
        house.catalog.ingest.append(house.ann, path, a_batch([{"loss": float(n)}]))
    house.catalog.runs.edit(house.ann, RunPath("ann", "digits", "r0"), RunEdit(summary={"loss": 9.0}))
    assert _ids(house, filter="summary.loss > 1") == ["r3", "r2", "r0"]
    assert _ids(house, filter='summary.loss > 1 and config.opt = "a"') == ["r2", "r0"]
    assert _ids(house, filter='not (metrics.loss.max >= 1 or config.opt = "b")') == ["r0"]


def test_a_summary_has_the_last_value_of_whatever_was_logged(house: Any) -> None:
    _start(house)
    rows = [
        {"note": "the start", "list": [1, "a"], "mixed": 1.0, "hist": {"_type": "histogram", "values": [1], "bins": [0.0, 1.0]}},
        {"note": "the end", "mixed": "text", "loss": 0.5},
    ]
    house.catalog.ingest.append(house.ann, PATH, a_batch(rows, events=[records.Define("mixed", summary=["min", "last"])]))
    shown = {"note": "the end", "list": [1, "a"], "mixed": {"min": 1.0, "last": "text"}, "loss": 0.5}
    assert house.catalog.runs.get(house.ann, PATH).summary == shown
    assert house.catalog.run_query.query(house.ann, PROJECT, RunQueryRequest(columns=["*"])).runs[0].summary == shown


def test_whole_numbers_of_a_summary_stay_whole_and_exact(house: Any) -> None:
    _start(house)
    large = (1 << 53) + 1
    rows = [{"n": 1, "large": 5, "float": 1.0}, {"n": 3, "large": large, "float": 2.0}]
    house.catalog.ingest.append(house.ann, PATH, a_batch(rows, events=[records.Define("n", summary=["min", "mean", "last"])]))
    shown = house.catalog.runs.get(house.ann, PATH).summary
    assert repr(shown) == repr({"float": 2.0, "large": large, "n": {"min": 1, "mean": 2.0, "last": 3}})
    asked = RunQueryRequest(columns=["summary.large", "metrics.n.max", "metrics.n.mean", "summary.float"])
    values = house.catalog.run_query.query(house.ann, PROJECT, asked).runs[0].values
    assert repr(values) == repr({"summary.large": large, "metrics.n.max": 3, "metrics.n.mean": 2.0, "summary.float": 2.0})


def test_strangers_and_missing_projects_answer_alike(house: Any) -> None:
    _start(house)
    for path in (PROJECT, ProjectPath("ann", "nothing")):
        with pytest.raises(NotFound) as error:
            house.catalog.run_query.query(house.zoe, path, RunQueryRequest())
        assert error.value.fields == {"what": "project", "name": str(path)}


def test_a_project_goes_with_its_trash_and_no_other(house: Any) -> None:
    paths = [RunPath("ann", project, run) for project in ("digits", "letters") for run in ("kept", "trashed")]
    for path in paths:
        _start(house, path)
        batch = a_batch([{"loss": 1.0}], writer="w1")
        house.catalog.ingest.append(house.ann, path, batch)
    for project in {path.parent for path in paths}:
        house.catalog.bulk.delete(house.ann, project, RunSelection(ids=["trashed"]))
    with house.catalog.stores.metadata.read() as unit:
        refs = [find(unit, house.ann, path, with_deleted=True).ref for path in paths]
    house.catalog.projects.delete(house.ann, PROJECT)
    assert house.catalog.stores.metrics.last_steps(refs).tolist() == [-1, -1, 0, 0]
    trash = house.catalog.run_query.query(house.ann, ProjectPath("ann", "letters"), RunQueryRequest(trash=True))
    assert [run.id for run in trash.runs] == ["trashed"]


def test_the_trash_lists_what_is_in_it(house: Any) -> None:
    for n in range(3):
        _start(house, RunPath("ann", "digits", f"r{n}"))
    house.catalog.bulk.delete(house.ann, PROJECT, RunSelection(ids=["r1"]))
    assert _ids(house) == ["r2", "r0"]
    assert _ids(house, trash=True) == ["r1"]


def test_the_trash_is_emptied_in_parts_and_what_is_restored_meanwhile_stays(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_PART", 2)
    catalog, project = house.catalog, ProjectPath("ann", "digits")
    for n in range(5):
        catalog.runs.start(house.ann, RunPath("ann", "digits", f"r{n}"), RunStart(writer="w1"), "http://h")
    catalog.bulk.delete(house.ann, project, RunSelection(is_everything=True))
    house.clock.advance(100)
    delete, parts = catalog.stores.metrics.delete, []

    def restore_the_last(gone: Any) -> None:
        parts.append(len(gone))
        if len(parts) == 1:
            catalog.bulk.restore(house.ann, project, RunSelection(ids=["r4"]))
        delete(gone)

    monkeypatch.setattr(catalog.stores.metrics, "delete", restore_the_last)
    assert catalog.runs.purge_old(50) == 4
    assert parts == [2, 2, 0]
    assert [run.id for run in catalog.run_query.query(house.ann, project, RunQueryRequest()).runs] == ["r4"]
    assert catalog.run_query.query(house.ann, project, RunQueryRequest(trash=True)).runs == []


def test_of_very_many_alerts_the_newest_are_answered(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_ALERTS", 2)
    _start(house)
    events = [records.Alert(f"a{n}", "", "warn", house.clock.now() + n, n) for n in range(3)]
    house.catalog.ingest.append(house.ann, PATH, a_batch(events=events[:2]))
    page = house.catalog.runs.alerts(house.ann, PROJECT)
    assert ([alert.title for alert in page.alerts], page.is_cut) == (["a1", "a0"], False)
    house.catalog.ingest.append(house.ann, PATH, a_batch(events=events[2:], first_seq=2))
    page = house.catalog.runs.alerts(house.ann, PROJECT)
    assert ([alert.title for alert in page.alerts], page.is_cut) == (["a2", "a1"], True)


def test_many_writers_bring_no_more_to_a_run_than_it_may_have(house: Any) -> None:
    _start(house, config={"a": "x" * (limits.CONFIG_BYTES - 100)}, tags=["first"])
    more = [f"t{n}" for n in range(limits.TAG_COUNT)]
    joined = _start(house, writer="w2", config={"b": "y" * 200, "c": 1}, tags=more).run
    assert (set(joined.config), len(joined.tags), joined.tags[0]) == ({"a"}, limits.TAG_COUNT, "first")
    refused = {value.key: value.reason for value in house.catalog.runs.get(house.ann, PATH).refused}
    assert refused["config"] == "the config would be larger or deeper than allowed"
    assert "at most 256" in refused["tags"]
    assert house.catalog.runs.config_history(house.ann, PATH) == []
    assert _start(house, writer="w3", config={"c": 1}).run.config["c"] == 1
