"""Exports hold the whole result, say what they mean, and run nothing in a spreadsheet."""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
from typing import Any

import pyarrow.parquet
import pytest

from assay.server.api.rest.columnar import json_text
from assay.server.api.rest.export_files import csv_file, json_file, parquet_file
from assay.server.domain.accounts import SYSTEM, Actor
from assay.server.services import exports
from assay.server.services.catalog import Catalog
from assay.server.services.stores import Stores
from assay.testing.clock import FixedClock
from assay.testing.factories import a_batch
from assay.testing.memory.blobs import MemoryBlobStore
from assay.testing.memory.bus import MemoryEventBus
from assay.testing.memory.metadata import MemoryMetadataStore
from assay.testing.memory.metrics import MemoryMetricStore
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages.runs import DerivedColumn, RunExport, RunStart, SortKey
from assay.wire.names import ProjectPath, RunPath

COLUMNS = ["config.lr", "config.n", "config.flag", "config.opt", "config.odd", "loss", "tags", "derived.twice"]
ASKED = RunExport(columns=COLUMNS, sort=[SortKey("ordinal")], derived=[DerivedColumn("twice", "2 * ${config.n}")])


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> tuple[Catalog, Actor]:
    """Three runs, written two at a time."""
    monkeypatch.setattr(exports, "_PIECE", 2)
    catalog = Catalog(Stores(MemoryMetadataStore(), MemoryMetricStore(), MemoryBlobStore(), MemoryEventBus(), FixedClock()))
    catalog.accounts.add_user(SYSTEM, "ann")
    ann = catalog.accounts.by_key(catalog.accounts.new_key_for(SYSTEM, "ann", "test").secret)
    for n, (name, config, loss) in enumerate(
        [
            ("=HYPERLINK(1)", {"lr": 0.1, "n": 1, "flag": True, "opt": '-adam,"q"\n', "odd": [1, "x"]}, math.nan),
            ("b\u00e4r", {"lr": -2, "n": 2**60, "opt": "@sgd", "odd": 3}, -math.inf),
            ("plain", {"flag": False, "opt": ""}, None),
        ]
    ):
        path = RunPath("ann", "digits", f"r{n}")
        catalog.runs.start(ann, path, RunStart("w1", name=name, config=config, tags=["t"] * n), "http://h")
        if loss is not None:
            catalog.ingest.append(ann, path, a_batch([{"loss": loss}]))
    return catalog, ann


def read(house: tuple[Catalog, Actor], asked: RunExport = ASKED) -> exports.Export:
    return house[0].exports.read(house[1], ProjectPath("ann", "digits"), asked)


def test_csv_cells_are_never_formulas_and_numbers_stay_numbers(house: Any) -> None:
    text = b"".join(csv_file(read(house))).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert list(rows[0]) == ["id", "name", *COLUMNS]
    assert [row["name"] for row in rows] == ["'=HYPERLINK(1)", "b\u00e4r", "plain"]
    assert [row["config.opt"] for row in rows] == ['\'-adam,"q"\n', "'@sgd", ""]
    assert [row["config.lr"] for row in rows] == ["0.1", "-2", ""]
    assert [row["config.n"] for row in rows] == ["1", str(2**60), ""]
    assert [row["config.flag"] for row in rows] == ["true", "", "false"]
    assert [row["config.odd"] for row in rows] == ['[1, "x"]', "3", ""]
    assert [row["loss"] for row in rows] == ["NaN", "-Infinity", ""]
    assert [row["tags"] for row in rows] == ["[]", '["t"]', '["t"]']
    assert [row["derived.twice"] for row in rows] == ["2.0", repr(float(2**61)), ""]
    odd = RunExport(columns=["config.=cmd()", "=1+${config.n}"])
    head = next(csv.reader(io.StringIO(b"".join(csv_file(read(house, odd))).decode(), newline="")))
    assert head == ["id", "name", "config.=cmd()", "'=1+${config.n}"]


def test_json_leaves_out_what_is_absent(house: Any) -> None:
    rows = json.loads(b"".join(json_file(read(house))))
    assert rows[2] == {"id": "r2", "name": "plain", "config.flag": False, "config.opt": "", "tags": ["t"]}
    assert (rows[0]["loss"], rows[1]["loss"], rows[1]["config.n"], rows[0]["config.odd"]) == ("NaN", "-Infinity", 2**60, [1, "x"])
    assert json.loads(b"".join(json_file(read(house, RunExport(filter="false"))))) == []


def test_numbers_that_json_has_no_form_for_are_texts_at_any_depth(house: Any) -> None:
    catalog, ann = house
    deep = [{"at": [math.nan, 1]}, {"to": -math.inf}]
    catalog.runs.start(ann, RunPath("ann", "digits", "r3"), RunStart("w1", name="deep", config={"odd": deep}), "http://h")
    asked = RunExport(columns=["config.odd"], filter='name = "deep"')
    said = [{"at": ["NaN", 1]}, {"to": "-Infinity"}]
    strict = json.JSONDecoder(parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert strict.decode(b"".join(json_file(read(house, asked))).decode())[0]["config.odd"] == said
    row = next(csv.DictReader(io.StringIO(b"".join(csv_file(read(house, asked))).decode(), newline="")))
    assert strict.decode(row["config.odd"]) == said
    table = pyarrow.parquet.read_table(io.BytesIO(b"".join(parquet_file(read(house, asked)))))
    assert strict.decode(table["config.odd"][0].as_py()) == said
    assert strict.decode(json_text(deep)) == said


def test_logged_times_are_the_texts_that_a_summary_shows(house: Any) -> None:
    catalog, ann = house
    when = datetime.datetime(2020, 1, 2, 3, 4, 5, 678901, datetime.UTC)
    catalog.ingest.append(ann, RunPath("ann", "digits", "r2"), a_batch([{"at": when, "many": [when]}]))
    said = "2020-01-02T03:04:05.678901Z"
    asked = RunExport(columns=["summary.at", "summary.many"], filter=f'summary.at = "{said}"')
    assert [row["summary.at"] for row in json.loads(b"".join(json_file(read(house, asked))))] == [said]
    row = next(csv.DictReader(io.StringIO(b"".join(csv_file(read(house, asked))).decode(), newline="")))
    assert (row["summary.at"], row["summary.many"]) == (said, f'["{said}"]')
    table = pyarrow.parquet.read_table(io.BytesIO(b"".join(parquet_file(read(house, asked)))))
    assert table["summary.at"].to_pylist() == [said]


def test_parquet_has_a_type_per_column_and_every_row(house: Any) -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(b"".join(parquet_file(read(house)))))
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        "id": "string", "name": "string", "config.lr": "double", "config.n": "int64", "config.flag": "bool",
        "config.opt": "string", "config.odd": "string", "loss": "double", "tags": "string", "derived.twice": "double",
    }  # fmt: skip
    assert table["config.n"].to_pylist() == [1, 2**60, None]
    assert str(table["loss"].to_pylist()) == "[nan, -inf, None]"
    assert table["config.odd"].to_pylist() == ['[1, "x"]', "3", None]
    assert table.num_rows == 3
    assert pyarrow.parquet.read_table(io.BytesIO(b"".join(parquet_file(read(house, RunExport(filter="false")))))).num_rows == 0


def test_without_columns_everything_the_runs_have_is_in_it(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = read(house, RunExport()).keys
    assert keys[:4] == ["id", "name", "state", "user"]
    assert {"config.lr", "config.odd", "summary.loss"} <= set(keys)
    monkeypatch.setattr(limits, "EXPORT_CELLS", 30)
    with pytest.raises(InvalidRequest, match="at most 10 columns"):
        read(house, RunExport())
