"""The parts of reading back that need no server."""

from __future__ import annotations

import importlib
import io
import itertools
import json
import math
import re
import time
from array import array
from datetime import date, datetime, timedelta, timezone
from typing import Any

import numpy
import pyarrow as pa
import pytest
from pyarrow import parquet

from assay.sdk.query import frames, paths
from assay.sdk.query.changes import changed
from assay.sdk.query.columns import Thinner, rows_of
from assay.sdk.query.summary import SummaryView
from assay.wire.batch import pack_column
from assay.wire.errors import InvalidName, InvalidRequest
from assay.wire.messages.runs import SortKey
from assay.wire.messages.series import HistoryColumn, HistoryPage


@pytest.mark.parametrize("text", ["ada/digits/r1", "digits/r1", "r1", "/ada/digits/runs/r1", "http://h:1/ada/digits/runs/r1"])
def test_a_run_is_found_by_any_spelling_of_its_path(text: str) -> None:
    assert str(paths.run_path(text, "ada", "digits")) == "ada/digits/r1"


@pytest.mark.parametrize("text", ["", "a/b/c/d", "r1/"])
def test_what_is_no_run_path_is_quoted_with_the_form_expected(text: str) -> None:
    with pytest.raises(InvalidName, match="entity/project"):
        paths.run_path(text, "ada", "")


def test_the_server_reads_the_names_in_a_filter() -> None:
    asked = {"$and": [{"summary_metrics.loss": {"$lt": 1}}, {"config.lr.value": 0.1}, {"display_name": "fox"}, {"name": "r1"}]}
    assert paths.filter_of(asked) == asked
    assert paths.filter_of("loss < 1") == "loss < 1"
    assert paths.filter_of(None) == ""


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/New_York", "UTC"])
def test_a_time_without_a_zone_is_one_of_this_machine(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        noon = datetime(2026, 1, 31, 12)
        said: Any = paths.filter_of({"$and": [{"created_at": {"$gte": noon, "$lt": date(2026, 2, 1)}}, {"config.day": noon}]})
        moment = said["$and"][0]["created_at"]
        assert datetime.fromisoformat(moment["$gte"]).timestamp() == noon.timestamp()
        assert datetime.fromisoformat(moment["$lt"]).timestamp() == datetime(2026, 2, 1).timestamp()
        assert said["$and"][1]["config.day"] == noon, "what somebody put into their config is as they wrote it"
        elsewhere = datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=2)))
        assert paths.filter_of({"createdAt": elsewhere}) == {"createdAt": "2026-01-31T12:00:00+02:00"}
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_filter_says_numbers_of_numpy_and_refuses_what_would_be_another_question() -> None:
    asked = {
        "config.lr": {"$in": numpy.array([0.5, 1.0])},
        "config.n": {"$lt": numpy.int64(3)},
        "$or": ({"a": numpy.float64(2)},),
    }
    assert paths.filter_of(asked) == {"config.lr": {"$in": [0.5, 1.0]}, "config.n": {"$lt": 3}, "$or": [{"a": 2.0}]}
    assert json.dumps(paths.filter_of(asked))
    for odd in (math.inf, -math.inf, math.nan, numpy.float32("inf")):
        with pytest.raises(InvalidRequest, match="JSON has no such number"):
            paths.filter_of({"summary.loss": {"$gt": odd}})
    with pytest.raises(InvalidRequest, match="cannot hold a Pattern"):
        paths.filter_of({"name": re.compile("x")})
    for odd in ([{"a": 1}], 5):
        with pytest.raises(InvalidRequest, match="text or a dict"):
            paths.filter_of(odd)


def test_an_order_that_is_no_text_is_told_so() -> None:
    with pytest.raises(InvalidRequest, match="order is text, .* not a list"):
        paths.sort_keys(["-created_at"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("display_name", "name"),
        ("name", "id"),
        ("jobType", "job_type"),
        ("config.lr.value", "config.lr"),
        ("updated_at", "heartbeat_at"),
    ],
)
def test_names_in_an_order_that_scripts_know_become_ours(name: str, ours: str) -> None:
    assert paths.sort_keys(f"-{name}") == [SortKey(ours, True)]


def test_an_order_names_several_keys_and_directions() -> None:
    found = paths.sort_keys("-summary_metrics.loss, +created_at,config.lr")
    assert found == [SortKey("summary.loss", True), SortKey("created_at"), SortKey("config.lr")]
    assert paths.sort_keys(None) == []


def test_a_page_of_columns_becomes_rows_with_only_the_keys_they_have() -> None:
    page = HistoryPage(
        array("q", [0, 5, 7]).tobytes(),
        array("d", [10.0, 11.0, 12.5]).tobytes(),
        [
            HistoryColumn("loss", "f", b"", pack_column("f", [1.0, math.inf, math.nan])),
            HistoryColumn("epoch", "i", array("I", [1]).tobytes(), pack_column("i", [2**60])),
            HistoryColumn("note", "o", array("I", [2]).tobytes(), pack_column("o", [{"a": [1, None]}])),
        ],
    )
    rows = list(rows_of(page, 10.0))
    assert rows[0] == {"loss": 1.0, "_step": 0, "_timestamp": 10.0, "_runtime": 0.0}
    assert rows[1] == {"loss": math.inf, "epoch": 2**60, "_step": 5, "_timestamp": 11.0, "_runtime": 1.0}
    assert math.isnan(rows[2]["loss"])
    assert rows[2]["note"] == {"a": [1, None]}


@pytest.mark.parametrize("passed", [0, 1, 2, 499, 500, 501, 1000, 99_999])
def test_a_sample_is_everything_or_evenly_spread_with_both_ends(passed: int) -> None:
    least = Thinner(1)
    for step in range(passed):
        least.add({"_step": step})
    assert [row["_step"] for row in least.rows()] == ([passed - 1] if passed else [])
    thinner = Thinner(500)
    for step in range(passed):
        thinner.add({"_step": step})
    steps = [row["_step"] for row in thinner.rows()]
    if passed <= 500:
        assert steps == list(range(passed))
        return
    assert len(steps) <= 500
    assert len(steps) > 200
    assert (steps[0], steps[-1]) == (0, passed - 1)
    gaps = [b - a for a, b in itertools.pairwise(steps)]
    assert max(gaps) <= 6 * passed / 500
    assert min(gaps) >= 1


def test_an_edit_says_what_changed_and_nothing_else() -> None:
    before = {"lr": 0.1, "opt": {"name": "adam", "beta": 0.9}, "gone": 1, "nan": math.nan, "n": 1}
    after = {"lr": 0.2, "opt": {"name": "adam", "beta": 0.8, "eps": 1e-8}, "nan": math.nan, "n": 1, "new": {"a": {"b": 1}}}
    assert changed(before, after) == {"lr": 0.2, "opt.beta": 0.8, "opt.eps": 1e-8, "gone": None, "new.a.b": 1}
    assert changed(before, before) == {}
    assert changed({"n": 1}, {"n": True}) == {"n": True}
    before = {"opt": {"amsgrad": 0, "betas": [1, 2], "nan": math.nan}}
    after = {"opt": {"amsgrad": False, "betas": [1, 2.0], "nan": float("nan")}}
    assert changed(before, after) == {"opt.amsgrad": False, "opt.betas": [1, 2.0]}


def test_a_summary_is_a_dictionary_whose_update_is_sent() -> None:
    sent: list[dict[str, object]] = []
    summary = SummaryView({"loss": 1.0}, lambda: sent.append(dict(summary)))
    assert (summary.loss, summary["loss"], summary.get("none")) == (1.0, 1.0, None)
    summary["best"] = 0.5
    summary.update({"acc": 1})
    assert sent == [{"loss": 1.0, "best": 0.5, "acc": 1}]
    with pytest.raises(AttributeError):
        _ = summary.missing


ROWS = [
    {"loss": 1.0, "epoch": 1, "_step": 0, "_timestamp": 1.0, "_runtime": 0.0},
    {"loss": math.nan, "note": "x", "_step": 1, "_timestamp": 2.0, "_runtime": 1.0},
    {"mixed": {"a": 1}, "_step": 2, "_timestamp": 3.0, "_runtime": 2.0},
]


def test_rows_become_frames_of_every_kind() -> None:
    pandas = frames.frame_of(ROWS, "pandas")
    assert list(pandas.columns) == ["loss", "epoch", "note", "mixed", "_step", "_timestamp", "_runtime"]
    assert pandas["epoch"].tolist()[0] == 1.0
    assert pandas["_step"].tolist() == [0, 1, 2]
    arrow = frames.frame_of(ROWS, "arrow")
    assert arrow.column("loss").null_count == 1  # absent is null
    assert math.isnan(arrow.column("loss")[1].as_py())  # NaN is a value
    assert arrow.column("mixed").to_pylist() == [None, None, {"a": 1}]
    assert frames.frame_of([{"m": 1}, {"m": [1]}], "arrow").column("m").to_pylist() == ["1", "[1]"]
    assert frames.frame_of(ROWS, "polars").shape == (3, 7)
    assert frames.frame_of([], "pandas", ["loss"]).columns.tolist() == ["loss", "_step", "_timestamp", "_runtime"]


def test_dicts_without_a_key_can_be_written_as_parquet() -> None:
    rows = [{"d": {}, "deep": {"a": [{}]}, "l": [], "n": {"a": 1}}, {"deep": {"a": []}}]
    table = frames.frame_of(rows, "arrow")
    parquet.write_table(table, io.BytesIO())
    assert table.column("d").to_pylist() == ["{}", None]
    assert table.column("deep").to_pylist() == ['{"a": [{}]}', '{"a": []}']
    assert table.column("n").to_pylist() == [{"a": 1}, None]


def test_an_arrow_stream_is_unpacked_and_knows_its_run() -> None:
    schema = pa.schema(
        [("_step", pa.int64()), ("_timestamp", pa.float64()), pa.field("note", pa.binary(), metadata={b"assay": b"msgpack"})]
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch([[0, 1], [5.0, 6.0], [b"\xa5hello", None]], schema=schema))
    table = frames.read_arrow(bytes(sink.getvalue()), started_at=5.0, columns={"run": "r1"})
    assert table.to_pylist() == [
        {"run": "r1", "_step": 0, "_timestamp": 5.0, "note": "hello", "_runtime": 0.0},
        {"run": "r1", "_step": 1, "_timestamp": 6.0, "note": None, "_runtime": 1.0},
    ]


def test_tables_of_many_runs_are_joined_whatever_kinds_a_metric_has_in_them() -> None:
    tables = [
        pa.table({"n": [1, None], "m": [1, 2], "t": ["x", "y"], "same": [True, False]}),
        pa.table({"n": [0.5], "m": ["word"], "t": pa.nulls(1), "same": [None]}),
        pa.table({"n": [2**60 + 1], "m": [True], "more": [[1]]}),
    ]
    table = frames.joined(tables)
    assert table.column("n").to_pylist() == [1.0, None, 0.5, float(2**60 + 1)]
    assert table.column("m").to_pylist() == ["1", "2", "word", "true"]
    assert table.column("t").to_pylist() == ["x", "y", None, None]
    assert table.column("same").to_pylist() == [True, False, None, None]
    assert table.column("more").to_pylist() == [None, None, None, [1]]
    assert frames.joined(tables[:1]).equals(tables[0])


def test_a_metric_that_is_called_as_the_column_of_runs_is_told() -> None:
    sink = pa.BufferOutputStream()
    table = pa.table({"_step": [0], "_timestamp": [1.0], "run": [5]})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(InvalidRequest, match="keys="):
        frames.read_arrow(bytes(sink.getvalue()), started_at=0.0, columns={"run": "r1"})


def test_rows_without_the_x_axis_go_and_keys_that_no_row_has_are_columns() -> None:
    table = pa.table({"_step": [0, 1], "loss": [None, 1.0]})
    assert frames.chosen(table, ["loss", "none"], "loss").to_pylist() == [{"_step": 1, "loss": 1.0, "none": None}]
    assert frames.chosen(table, [], "_step").num_rows == 2
    assert frames.chosen(table, [], "nothing").num_rows == 0


@pytest.mark.parametrize("wanted", ["pandas", "polars", "arrow"])
def test_a_missing_library_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    def missing(name: str, *_: object) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(frames.MissingExtra, match=r"pip install 'assay\[data\]'"):
        frames.frame_of(ROWS, wanted)
    assert frames.frame_of(ROWS, "rows") == ROWS
