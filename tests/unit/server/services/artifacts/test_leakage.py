"""Rows of an evaluation set that a model was trained on."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from assay.wire import limits
from assay.wire.errors import InvalidRequest, NotFound, TooLarge
from assay.wire.messages import artifacts as messages
from tests.unit.server.services.artifacts.conftest import HOME, Shelf


def parquet(**columns: list[Any]) -> bytes:
    sink = io.BytesIO()
    pa.parquet.write_table(pa.table(columns), sink)
    return sink.getvalue()


def report(shelf: Shelf, ignore: str = "") -> messages.LeakageReport:
    return shelf.catalog.leakage.report(shelf.house.ann, HOME, "eval", "latest", "train:latest", ignore)


def test_shared_rows_are_found_across_formats(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", 64)
    train = parquet(id=[1, 2, 3, 4], x=[1.0, 2.5, None, 1e-7], word=["a", "b", "", "d,\u00e4"], ok=[True, False, True, None])
    shelf.log({"part-0.parquet": train, "README.md": b"# rows"}, name="train")
    shelf.log(
        {
            "a.csv": 'ok,word,x,id\ntrue,a,1,1\ntrue,new,1,9\n,"d,\u00e4",1e-07,4\n'.encode(),
            "b.jsonl": b'{"id": 2, "x": 2.5, "word": "b", "ok": false}\n\n{"id": 3, "x": null, "word": "", "ok": true}\n',
        },
        name="eval",
    )
    found = report(shelf)
    assert found.columns == ["id", "ok", "word", "x"]
    assert (found.training_rows, found.evaluation_rows, found.shared_rows) == (4, 5, 4)
    assert found.share == pytest.approx(0.8)
    assert [(each.path, each.row, each.training_path, each.training_row) for each in found.examples] == [
        ("a.csv", 0, "part-0.parquet", 0), ("a.csv", 2, "part-0.parquet", 3), ("b.jsonl", 0, "part-0.parquet", 1),
        ("b.jsonl", 1, "part-0.parquet", 2),
    ]  # fmt: skip


def test_columns_that_only_number_rows_can_be_left_out(shelf: Shelf) -> None:
    shelf.log({"t.csv": b"id,text\n1,hello\n2,world\n"}, name="train")
    shelf.log({"t.csv": b"id,text,more\n8,world,x\n9,new,y\n"}, name="eval")
    assert report(shelf).shared_rows == 0
    found = report(shelf, "id")
    assert (found.columns, found.shared_rows) == (["text"], 1)
    with pytest.raises(InvalidRequest, match="no column in common"):
        report(shelf, "id,text")


def test_a_table_of_another_kind_than_it_says_is_named(shelf: Shelf) -> None:
    shelf.log({"t.csv": b"a\n1\n"}, name="train")
    shelf.log({"t.parquet": b"not parquet"}, name="eval")
    with pytest.raises(InvalidRequest, match=r"t\.parquet of ann/digits/eval:v0 cannot be read"):
        report(shelf)
    shelf.log({"t.jsonl": b"[1]\n"}, name="eval")
    with pytest.raises(InvalidRequest, match=r"t\.jsonl"):
        report(shelf)
    shelf.log({"t.txt": b"a\n1\n"}, name="eval")
    with pytest.raises(InvalidRequest, match="no table"):
        report(shelf)


def test_what_is_too_long_or_not_there_is_refused(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.log({"t.csv": b"a\n1\n2\n3\n"}, name="train")
    with pytest.raises(NotFound):
        report(shelf)
    shelf.log({"t.csv": b"a\n1\n"}, name="eval")
    assert report(shelf).shared_rows == 1
    monkeypatch.setattr(limits, "LEAKAGE_ROWS", 2)
    with pytest.raises(TooLarge, match="LEAKAGE_ROWS"):
        report(shelf)
