"""Run sets: who matches, in which order, with which values, in which groups."""

from __future__ import annotations

import json
import math
from typing import Any

import pyarrow as pa
import pytest

from assay.server.api.rest.columnar import values_stream
from assay.server.services import run_sets
from assay.testing.factories import a_batch
from assay.wire import limits, records
from assay.wire.errors import InvalidExpression, InvalidFilter, InvalidRequest, NotFound
from assay.wire.messages.runs import (
    ColumnQuery,
    DerivedColumn,
    GroupKey,
    GroupSort,
    RunEdit,
    RunPage,
    RunQueryRequest,
    RunSelection,
    RunStart,
    RunValuesRequest,
    SortKey,
)
from assay.wire.names import ProjectPath, RunPath

PROJECT = ProjectPath("ann", "digits")


def start(house: Any, run_id: str, *, actor: Any = None, loss: float | None = None, **fields: Any) -> None:
    path = RunPath(PROJECT.entity, PROJECT.project, run_id)
    house.catalog.runs.start(actor or house.ann, path, RunStart(**{"writer": "w1", **fields}), "http://h")
    if loss is not None:
        house.catalog.ingest.append(house.ann, path, a_batch([{"loss": loss}]))


def query(house: Any, **fields: Any) -> RunPage:
    return house.catalog.run_query.query(house.ann, PROJECT, RunQueryRequest(**fields))  # type: ignore[no-any-return]


def ids(house: Any, **fields: Any) -> list[str]:
    return [run.id for run in query(house, **fields).runs]


def table(house: Any, *keys: str, **fields: Any) -> pa.Table:
    found = house.catalog.run_query.values(house.ann, PROJECT, RunValuesRequest(keys=list(keys), **fields))
    with pa.ipc.open_stream(values_stream(found)) as reader:
        return reader.read_all()


def test_a_set_is_narrowed_to_ids_and_by_what_is_hidden(house: Any) -> None:
    for n in range(5):
        start(house, f"r{n}", config={"lr": n})
    assert ids(house, ids=["r1", "r3", "gone"]) == ["r3", "r1"]
    assert ids(house, ids=[]) == []
    assert ids(house, hide=["r4", "gone"], filter="config.lr > 1") == ["r3", "r2"]
    assert ids(house, ids=["r1", "r2"], hide=["r2"]) == ["r1"]
    with pytest.raises(InvalidRequest, match="10000"):
        ids(house, ids=["r"] * (limits.FILTER_LIST + 1))


def test_only_mine_are_the_runs_the_caller_started(house: Any) -> None:
    path = ProjectPath("red", "plans")
    for run_id, actor in (("a", house.ann), ("b", house.ann)):
        house.catalog.runs.start(actor, RunPath("red", "plans", run_id), RunStart(writer="w1"), "http://h")
    for actor, expected in ((house.ann, 2), (house.vic, 0)):
        page = house.catalog.run_query.query(actor, path, RunQueryRequest(only_mine=True))
        assert page.total == expected


def test_a_search_may_be_a_regular_expression_over_each_text_of_a_run(house: Any) -> None:
    start(house, "a", name="resnet-50", tags=["paper"])
    start(house, "b", name="vit", config={"arch": "ResNet-18"})
    start(house, "c", name="mlp", notes="not a resnet")
    assert ids(house, search="^resnet-\\d+$", is_regex=True) == ["b", "a"]
    assert ids(house, search="^PAPER$", is_regex=True) == ["a"]
    assert ids(house, search="resnet-5.", is_regex=False) == []
    assert ids(house, search="  ", is_regex=True) == ["c", "b", "a"]
    with pytest.raises(InvalidFilter, match=r"'\(a' is not a regular expression"):
        ids(house, search="(a", is_regex=True)


def test_integers_stay_integers_however_large(house: Any) -> None:
    start(house, "a", config={"n": 3, "x": 3.0, "big": 2**60 + 1}, loss=1.0)
    values = query(house, columns=["config.n", "config.x", "config.big", "last_step", "metrics.loss.count"]).runs[0].values
    assert {key: (type(value), value) for key, value in values.items()} == {
        "config.n": (int, 3), "config.x": (float, 3.0), "config.big": (int, 2**60 + 1), "last_step": (int, 0),
        "metrics.loss.count": (int, 1),
    }  # fmt: skip
    start(house, "b", config={"n": 4.5})
    house.catalog.runs.edit(house.ann, RunPath("ann", "digits", "a"), RunEdit(config={"x": 7}))
    shown = query(house, columns=["config.n", "config.x"]).runs
    assert [run.values for run in shown] == [{"config.n": 4.5}, {"config.n": 3, "config.x": 7}]
    assert type(shown[1].values["config.x"]) is int


def test_several_summary_rules_give_a_key_each(house: Any) -> None:
    for n in range(2):
        start(house, f"r{n}")
        rows = [{"loss": float(n)}, {"loss": 9.0 - n}, {"loss": 5.0}]
        events = [records.Define("loss", summary=["min", "max"])]
        house.catalog.ingest.append(house.ann, RunPath("ann", "digits", f"r{n}"), a_batch(rows, events=events))
    assert ids(house, sort=[SortKey("summary.loss.min", True)]) == ["r1", "r0"]
    assert ids(house, sort=[SortKey("loss.max", True)]) == ["r0", "r1"]
    run = query(house, columns=["summary.loss.min", "summary.loss.max", "summary.loss.mean"]).runs[0]
    assert run.values == {"summary.loss.min": 1.0, "summary.loss.max": 8.0}


def test_values_that_no_double_holds_come_with_their_digits(house: Any) -> None:
    start(house, "a", config={"seed": 2**60 + 1})
    start(house, "b", config={"seed": 3})
    rows = [{"once": 2**60 + 1, "n": 2**60 + 3}, {"n": 2**60 + 5}]
    house.catalog.ingest.append(house.ann, RunPath("ann", "digits", "a"), a_batch(rows))
    keys = ("config.seed", "metrics.once.last", "metrics.once.max", "metrics.once.mean", "metrics.n.last", "metrics.n.max")
    found = table(house, *keys, sort=[SortKey("ordinal", True)])
    assert found["run"].to_pylist() == ["b", "a"]
    exact = [json.loads((found.schema.field(key).metadata or {}).get(b"exact", b"{}")) for key in keys]
    once = {"1": str(2**60 + 1)}
    assert exact == [once, once, once, {}, {"1": str(2**60 + 5)}, {}]
    assert found["config.seed"].to_pylist() == [3.0, float(2**60)]


def test_values_come_as_numbers_texts_or_json(house: Any) -> None:
    start(house, "a", name="one", config={"lr": 1, "opt": "adam", "flag": True, "odd": [1, "x"], "mix": 1}, loss=math.nan)
    start(house, "b", name="two", config={"opt": "sgd", "mix": "two", "odd": None})
    start(house, "c", name="thrée", config={"lr": 2.5, "flag": False, "opt": "adam"}, loss=4.0)
    found = table(house, "config.lr", "config.opt", "config.flag", "config.odd", "config.mix", "loss", "nothing",
                  sort=[SortKey("ordinal")])  # fmt: skip
    assert found.schema.metadata[b"assay"].startswith(b'{"total":3,"limit":100000,')
    assert found["run"].to_pylist() == ["a", "b", "c"]
    assert found["name"].to_pylist() == ["one", "two", "thrée"]
    assert found["ordinal"].type == pa.int64()
    assert found["ordinal"].to_pylist() == [1, 2, 3]
    assert set(found["state"].to_pylist()) == {"running"}
    assert found["config.lr"].to_pylist() == [1.0, None, 2.5]
    assert found["config.opt"].type == found["state"].type == pa.dictionary(pa.int32(), pa.utf8())
    assert found["config.opt"].to_pylist() == ["adam", "sgd", "adam"]
    assert found["config.flag"].to_pylist() == ["true", None, "false"]
    assert found["config.odd"].to_pylist() == ['[1, "x"]', "null", None]
    assert found.schema.field("config.odd").metadata == {b"assay": b"json"}
    assert found["config.mix"].to_pylist() == ["1", '"two"', None]
    assert str(found["loss"].to_pylist()) == "[nan, None, 4.0]"
    assert found["nothing"].type == pa.float64()
    assert found["nothing"].null_count == 3


def test_the_kind_of_a_column_follows_the_rows_that_are_asked_for(house: Any) -> None:
    start(house, "a", config={"x": 1})
    start(house, "b", config={"x": "text"})
    assert table(house, "config.x", hide=["b"])["config.x"].to_pylist() == [1.0]
    assert table(house, "config.x", hide=["a"])["config.x"].to_pylist() == ["text"]


def test_a_baseline_comes_last_where_it_does_not_match(house: Any) -> None:
    for n in range(3):
        start(house, f"r{n}", config={"lr": n})
    assert table(house, filter="config.lr > 0", baseline="r0")["run"].to_pylist() == ["r2", "r1", "r0"]
    assert b'"baseline":2' in table(house, filter="config.lr > 0", baseline="r0").schema.metadata[b"assay"]
    assert b'"baseline":1' in table(house, filter="config.lr > 0", baseline="r1").schema.metadata[b"assay"]
    gone = table(house, limit=1, baseline="gone")
    assert (gone["run"].to_pylist(), b'"baseline":-1' in gone.schema.metadata[b"assay"]) == (["r2"], True)
    assert b'"total":3' in gone.schema.metadata[b"assay"]


def test_a_change_is_seen_at_once_in_every_column(house: Any) -> None:
    for n in range(4):
        start(house, f"r{n}", config={"opt": "ab"[n % 2], "lr": n})
    asked = {"columns": ["config.opt", "config.lr", "name"], "sort": [SortKey("config.opt"), SortKey("config.lr")]}
    assert ids(house, **asked) == ["r0", "r2", "r1", "r3"]
    house.catalog.runs.edit(house.ann, RunPath("ann", "digits", "r0"), RunEdit(config={"opt": "c"}, name="new"))
    assert ids(house, **asked) == ["r2", "r1", "r3", "r0"]
    start(house, "r4", config={"lr": 9})
    assert ids(house, **asked) == ["r2", "r1", "r3", "r0", "r4"]
    house.catalog.bulk.delete(house.ann, PROJECT, RunSelection(ids=["r1", "r2"]))
    assert ids(house, **asked) == ["r3", "r0", "r4"]
    assert query(house, **asked).runs[1].values == {"config.opt": "c", "config.lr": 0, "name": "new"}
    house.catalog.bulk.restore(house.ann, PROJECT, RunSelection(ids=["r1"]))
    assert ids(house, **asked) == ["r1", "r3", "r0", "r4"]
    house.catalog.runs.edit(house.ann, RunPath("ann", "digits", "r3"), RunEdit(config={"opt": None}))
    assert ids(house, **asked) == ["r1", "r0", "r3", "r4"]


def _tree(groups: Any) -> Any:
    return [(group.path[-1], group.run_count, _tree(group.groups)) for group in groups]


def test_groups_nest_and_each_names_the_filter_of_its_members(house: Any) -> None:
    configs = [
        {"opt": "adam", "lr": 0.05, "layers": 2}, {"opt": "adam", "lr": 0.15, "layers": 2}, {"opt": "sgd", "lr": 0.1},
        {"lr": 0.1999, "layers": None}, {"opt": "adam", "lr": math.nan, "layers": [1, "a"]}, {"opt": True, "lr": "auto"},
        {"opt": "it's \"odd\" and `so`", "lr": math.inf, "layers": []},
    ]  # fmt: skip
    for n, config in enumerate(configs):
        start(house, f"r{n}", config=config, loss=float(n), tags=["x", "y"][: n % 3])
    page = query(house, group=["config.opt", GroupKey("config.lr", 0.1)], columns=["loss"], sort=[SortKey("ordinal")])
    assert str(_tree(page.groups)) == str(
        [
            ("adam", 3, [([0.0, 0.1], 1, []), ([0.1, 0.2], 1, []), (math.nan, 1, [])]),
            ("sgd", 1, [([0.1, 0.2], 1, [])]),
            (None, 1, [([0.1, 0.2], 1, [])]),
            (True, 1, [("auto", 1, [])]),
            ('it\'s "odd" and `so`', 1, [(math.inf, 1, [])]),
        ]
    )
    assert (page.group_total, page.total, page.is_cut) == (5, 7, False)
    assert page.groups[0].aggregates["loss"] | {"std": 0} == {"count": 3.0, "mean": 5 / 3, "min": 0.0, "max": 4.0, "std": 0}
    assert page.groups[0].groups[1].keys == {"config.opt": "adam", "config.lr": [0.1, 0.2]}
    for by in (["config.opt", GroupKey("config.lr", 0.1)], ["config.layers"], ["tags"], ["state", "loss"], ["notes"]):
        todo = query(house, group=by).groups
        while todo:
            group = todo.pop()
            members = query(house, filter=group.condition)
            assert members.total == group.run_count, group.condition
            assert sum(child.run_count for child in group.groups) in (0, group.run_count)
            todo += group.groups


def test_a_group_of_a_list_is_that_list_and_its_filter_finds_no_other(house: Any) -> None:
    lists: list[Any] = [
        [64], [64, 64], [64, 32], [32, 64], [0.9, 0.999], [None], [{"kernel": 3}], [[3, 3], [1, 1]], [math.nan], [1], [1.0],
        [True], [], math.nan, 1.0, None, "64", [64],
    ]  # fmt: skip
    many = [f"item {n}" for n in range(60)]
    for n, value in enumerate(lists):
        split = [f"{item} of {n}" for item in many] if n % 2 else many[:n]
        start(house, f"r{n}", config={"layers": value, "split": split}, tags=many[n : n + 2])
    for key in ("config.layers", "config.split", "tags"):
        for order in ([], [GroupSort(aggregate="value")], [GroupSort(aggregate="value", descending=True)]):
            groups = query(house, group=[key], group_sort=order).groups
            assert sum(group.run_count for group in groups) == len(lists)
            for group in groups:
                assert query(house, filter=group.condition).total == group.run_count, group.condition
    found = query(house, group=["config.layers"]).groups
    counts = {str(group.path): group.run_count for group in found}
    assert (counts["[[64]]"], counts["[[64, 32]]"], counts["[[32, 64]]"]) == (2, 1, 1)
    assert "0.9, 0.999" in [group.label for group in found]


def test_a_number_is_not_taken_for_a_boolean_that_was_asked_for_before(house: Any) -> None:
    for n, flag in enumerate([True, 1, 1.0, False, 0, -0.0]):
        start(house, f"r{n}", config={"flag": flag})
    asked = {"true": ["r0"], "1": ["r2", "r1"], "1.0": ["r2", "r1"], "false": ["r3"], "0": ["r5", "r4"], "-0.0": ["r5", "r4"]}
    for literals in (list(asked), list(reversed(asked))):
        for literal in literals:
            assert ids(house, filter=f"config.flag = {literal}") == asked[literal], literal
            assert ids(house, filter=f"config.flag in [{literal}]") == asked[literal], literal


def test_a_number_just_beyond_what_doubles_hold_is_shown_as_it_is(house: Any) -> None:
    for n, seed in enumerate([2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**60 + 1]):
        start(house, f"r{n}", config={"seed": seed})
        assert query(house, columns=["config.seed"], ids=[f"r{n}"]).runs[0].values["config.seed"] == seed


def test_long_seeds_are_told_apart_by_filters_order_and_groups(house: Any) -> None:
    seeds = [2**60 + 2, 2**60 + 1, 2**60 + 3, 2**60]
    for n, seed in enumerate(seeds):
        start(house, f"r{n}", config={"seed": seed})
    for n, seed in enumerate(seeds):
        assert ids(house, filter=f"config.seed = {seed}") == [f"r{n}"]
        assert ids(house, filter={"config.seed": seed}) == [f"r{n}"]
        # Joined columns are looked at without SQL.
        assert ids(house, filter=f"config.seed = {seed} or summary.none = {seed}") == [f"r{n}"]
    assert ids(house, sort=[SortKey("config.seed")]) == ["r3", "r1", "r0", "r2"]
    assert ids(house, sort=[SortKey("config.seed", True)]) == ["r2", "r0", "r1", "r3"]
    groups = query(house, group=["config.seed"], group_sort=[GroupSort(aggregate="value")]).groups
    assert [(group.path, group.run_count) for group in groups] == [([seed], 1) for seed in sorted(seeds)]


def test_groups_are_ordered_by_what_their_columns_come_to(house: Any) -> None:
    for n, (opt, loss) in enumerate([("a", 5.0), ("b", 1.0), ("a", 3.0), ("c", None), ("b", 2.0), ("b", 9.0)]):
        start(house, f"r{n}", config={"opt": opt, "n": n}, loss=loss)

    def order(*sorts: GroupSort) -> list[Any]:
        return [group.path[0] for group in query(house, group=["config.opt"], group_sort=list(sorts)).groups]

    assert order(GroupSort("loss", "mean")) == order(GroupSort("loss")) == ["b", "a", "c"]
    assert order(GroupSort("loss", "min", True)) == ["a", "b", "c"]
    assert order(GroupSort(aggregate="count")) == ["c", "a", "b"]
    assert order(GroupSort(aggregate="value", descending=True)) == ["c", "b", "a"]
    ranges = query(house, group=[GroupKey("config.n", 2)], group_sort=[GroupSort(aggregate="value")]).groups
    assert [group.path[0] for group in ranges] == [[0.0, 2.0], [2.0, 4.0], [4.0, 6.0]]


def test_groups_page_and_deep_levels_are_cut_before_they_are_too_many(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(30):
        start(house, f"r{n}", config={"a": n % 3, "b": n})
    first = query(house, group=["config.a"], limit=2, sort=[SortKey("ordinal")])
    second = query(house, group=["config.a"], limit=2, sort=[SortKey("ordinal")], cursor=first.next)
    assert [group.path for group in first.groups + second.groups] == [[0], [1], [2]]
    assert (second.next, second.group_total) == ("", 3)
    assert _tree(query(house, group=["config.a", "config.b"], depth=1).groups)[0] == (2, 10, [])
    monkeypatch.setattr(limits, "PAGE_ROWS", 25)
    cut = query(house, group=["config.a", "config.b"], limit=25)
    assert [len(group.groups) for group in cut.groups] == [10, 10, 0]
    assert cut.is_cut
    with pytest.raises(InvalidRequest, match="bin_width"):
        query(house, group=[GroupKey("config.a", -1.0)], limit=9)


def test_values_are_the_projects_own(house: Any) -> None:
    start(house, "a")
    with pytest.raises(NotFound):
        house.catalog.run_query.values(house.zoe, PROJECT, RunValuesRequest(keys=["name"]))
    with pytest.raises(InvalidRequest, match="limit"):
        table(house, limit=0)


COST = DerivedColumn("cost", "${config.lr} * ${config.batch} + ${loss}")


def test_a_derived_column_is_a_column_like_any_other(house: Any) -> None:
    for n, config in enumerate([{"lr": 1, "batch": 4}, {"lr": 2.0, "batch": 1}, {"lr": 3}, {"lr": "high", "batch": 2}]):
        start(house, f"r{n}", config=config, loss=float(n) if n != 3 else None)
    asked = {"derived": [COST], "columns": ["derived.cost", "=${derived.cost} / 2"]}
    page = query(house, sort=[SortKey("derived.cost")], **asked)
    assert [(run.id, run.values) for run in page.runs] == [
        ("r1", {"derived.cost": 3.0, "=${derived.cost} / 2": 1.5}), ("r0", {"derived.cost": 4.0, "=${derived.cost} / 2": 2.0}),
        ("r2", {}), ("r3", {}),
    ]  # fmt: skip
    assert ids(house, filter="derived.cost > 3", derived=[COST]) == ["r0"]
    assert ids(house, filter="not derived.cost exists", derived=[COST]) == ["r3", "r2"]
    assert ids(house, filter="`=${config.lr} % 2` = 1 and config.batch exists") == ["r0"]
    groups = query(house, group=[GroupKey("derived.cost", 2)], derived=[COST], sort=[SortKey("ordinal")]).groups
    assert [(group.path, group.run_count) for group in groups] == [([[4.0, 6.0]], 1), ([[2.0, 4.0]], 1), ([None], 2)]
    for group in groups:
        assert query(house, filter=group.condition, derived=[COST]).total == group.run_count
    found = table(house, "derived.cost", "=if(isnan(${config.batch}), 0, 1)", derived=[COST], sort=[SortKey("ordinal")])
    assert found["derived.cost"].to_pylist() == [4.0, 3.0, None, None]
    assert found["=if(isnan(${config.batch}), 0, 1)"].to_pylist() == [1.0, 1.0, 0.0, 1.0]


def test_run_fields_and_booleans_are_numbers_in_expressions(house: Any) -> None:
    start(house, "a", config={"flag": True})
    start(house, "b", config={"flag": False})
    found = table(house, "=${config.flag} + ${ordinal} * 10", "=${run.duration_s}", sort=[SortKey("ordinal")])
    assert found["=${config.flag} + ${ordinal} * 10"].to_pylist() == [11.0, 20.0]
    assert found["=${run.duration_s}"].to_pylist() == [0.0, 0.0]


def test_a_derived_column_that_cannot_be_is_refused(house: Any) -> None:
    start(house, "a")
    for column in (DerivedColumn("x", "${a} +"), DerivedColumn("x", "ema(${loss}, 0.9)")):
        with pytest.raises(InvalidExpression):
            query(house, derived=[column])
    for columns in ([COST, COST], [DerivedColumn("", "1")]):
        with pytest.raises(InvalidRequest, match="name"):
            query(house, derived=columns)
    with pytest.raises(InvalidRequest, match="no derived column 'nothing'"):
        query(house, derived=[COST], columns=["derived.nothing"])
    circle = [DerivedColumn("a", "${derived.b}"), DerivedColumn("b", "${derived.a}")]
    with pytest.raises(InvalidRequest, match="itself"):
        query(house, derived=circle, columns=["derived.a"])


def picked(house: Any, **fields: Any) -> dict[str, Any]:
    page = house.catalog.columns.query(house.ann, PROJECT, ColumnQuery(**fields))
    return {column.key: column for column in page.columns}


def test_columns_that_differ_are_those_of_the_set(house: Any) -> None:
    for n in range(20):
        config = {"lr": n / 10, "opt": ["adam", "adam", "sgd"][n % 3], "same": 1, "odd": [n % 2], "flag": n > 9}
        start(house, f"r{n}", config=config, loss=float(n))
    found = picked(house, only_distinct=True, section="config")
    assert list(found) == ["config.flag", "config.lr", "config.odd", "config.opt"]
    assert [(top.value, top.run_count) for top in found["config.opt"].top] == [("adam", 14), ("sgd", 6)]
    lr = found["config.lr"]
    assert (lr.distinct_count, lr.run_count, lr.low, lr.high, sum(lr.histogram)) == (20, 20, 0.0, 1.9, 20)
    few = picked(house, only_distinct=True, section="config", filter="config.lr < 0.2")
    assert {key: column.distinct_count for key, column in few.items()} == {"config.lr": 2, "config.odd": 2}
    assert [(top.value, top.run_count) for top in few["config.lr"].top] == [(0.0, 1), (0.1, 1)]
    assert picked(house, match="SAME")["config.same"].top[0].value == 1
    assert picked(house, section="metric")["loss"].distinct_count == 20


def test_values_of_columns_have_all_their_digits(house: Any) -> None:
    start(house, "a", config={"seed": 9_007_199_254_740_993, "mixed": 2**60 + 1})
    start(house, "b", config={"seed": 7, "mixed": 0.5})
    found = picked(house, section="config")
    assert sorted(top.value for top in found["config.seed"].top) == [7, 9_007_199_254_740_993]
    assert sorted(top.value for top in found["config.mixed"].top) == [0.5, 2**60 + 1]


def test_the_keys_of_a_large_set_come_in_pages(house: Any) -> None:
    for n in range(3):
        start(house, f"r{n}", config={f"k{k}": k * (n if k % 2 else 0) for k in range(9)})
    seen: list[str] = []
    cursor = ""
    while True:
        asked = ColumnQuery(section="config", only_distinct=True, limit=2, cursor=cursor)
        page = house.catalog.columns.query(house.ann, PROJECT, asked)
        seen += [column.key for column in page.columns]
        assert (page.total, page.run_count) == (9, 3)
        if not (cursor := page.next):
            break
    assert seen == ["config.k1", "config.k3", "config.k5", "config.k7"]
    with pytest.raises(InvalidRequest, match="section"):
        picked(house, section="elsewhere")


def test_values_of_few_runs_among_many_are_the_same_as_of_all(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(9):
        start(house, f"r{n}", config={"x": [n, "a", None][n % 3]}, loss=float(n))
    whole = picked(house, filter="ordinal > 6")
    monkeypatch.setattr(run_sets, "_FEW", 3)
    assert picked(house, filter="ordinal > 6") == whole


def test_what_is_read_of_an_older_moment_is_not_kept_as_what_is_now(house: Any) -> None:
    for n in range(3):
        start(house, f"r{n}", config={"lr": n})
    sets = house.catalog.run_query._sets
    asked = RunQueryRequest(filter="config.lr > 0")
    revision = sets.revision()
    with house.catalog.stores.metadata.read() as unit:
        project = unit.projects.get("ann", "digits")
        # Meanwhile somebody else changes a run and starts another.
        house.catalog.runs.edit(house.ann, RunPath("ann", "digits", "r1"), RunEdit(config={"lr": 0}))
        start(house, "r3", config={"lr": 3})
        found = sets.find(unit, house.ann, project, asked, revision)
        assert len(found.order) == 2
        found.column("config.lr")
    assert ids(house, filter="config.lr > 0") == ["r3", "r2"]
    assert ids(house, sort=[SortKey("config.lr", True)]) == ["r3", "r2", "r0", "r1"]
    assert table(house, "config.lr")["config.lr"].to_pylist() == [3, 2, 0, 0]


def test_a_column_read_late_in_a_long_question_is_not_kept_as_what_is_now(house: Any) -> None:
    for n in range(3):
        start(house, f"r{n}", config={"lr": n})
    sets = house.catalog.run_query._sets
    revision = sets.revision()
    with house.catalog.stores.metadata.read() as unit:
        found = sets.find(unit, house.ann, unit.projects.get("ann", "digits"), RunQueryRequest(), revision)
        house.catalog.runs.edit(house.ann, RunPath("ann", "digits", "r1"), RunEdit(config={"lr": 7}))
        found.column("config.lr")
    assert ids(house, sort=[SortKey("config.lr", True)]) == ["r1", "r2", "r0"]


def test_a_logged_boolean_stays_one_in_a_summary_and_is_a_number_to_charts(house: Any) -> None:
    for run_id, said in (("a", (True, False)), ("b", (False, True)), ("c", (True, 0.5))):
        start(house, run_id)
        rows: list[dict[str, Any]] = [{"ok": value} for value in said]
        house.catalog.ingest.append(house.ann, RunPath("ann", "digits", run_id), a_batch(rows))
    shown = {run.id: house.catalog.runs.get(house.ann, RunPath("ann", "digits", run.id)).summary for run in query(house).runs}
    assert {run: repr(summary) for run, summary in shown.items()} == {
        "a": "{'ok': False}", "b": "{'ok': True}", "c": "{'ok': 0.5}",
    }  # fmt: skip
    assert ids(house, filter="summary.ok = true") == ["b"]
    assert ids(house, filter="summary.ok = 1") == []
    assert ids(house, filter="metrics.ok = 1") == ["b"]
    assert ids(house, sort=[SortKey("summary.ok")]) == ["c", "a", "b"]
    found = table(house, "summary.ok", "metrics.ok.mean", "=${summary.ok} + 1", sort=[SortKey("id")])
    assert found.column(4).to_pylist() == ["false", "true", "0.5"]
    assert found.column(5).to_pylist() == [0.5, 0.5, 0.75]
    assert found.column(6).to_pylist() == [1.0, 2.0, 1.5]


def test_a_summary_takes_the_first_boolean_and_counts_for_the_rest(house: Any) -> None:
    rows: list[dict[str, Any]] = [{"ok": True, "most": False}, {"ok": False, "most": True}]
    start(house, "a")
    defined = [records.Define("ok", summary=("first",)), records.Define("most", summary=("max", "last"))]
    batch = a_batch(rows, events=[records.Start("ann", "digits", "a", "w1", {}, is_primary=True), *defined])
    house.catalog.ingest.append(house.ann, RunPath("ann", "digits", "a"), batch)
    summary = house.catalog.runs.get(house.ann, RunPath("ann", "digits", "a")).summary
    assert repr(summary) == "{'most': {'max': 1.0, 'last': True}, 'ok': True}"
    assert ids(house, filter="summary.ok = true and summary.most.last = true and summary.most.max = 1") == ["a"]


def test_groups_count_booleans_as_numbers(house: Any) -> None:
    for run_id, said in (("a", True), ("b", False), ("c", True), ("d", True)):
        start(house, run_id)
        rows: list[dict[str, Any]] = [{"ok": said}]
        house.catalog.ingest.append(house.ann, RunPath("ann", "digits", run_id), a_batch(rows))
    page = query(house, group=["state"], columns=["summary.ok"])
    assert page.groups is not None
    (group,) = page.groups
    assert group.aggregates["summary.ok"]["mean"] == 0.75
