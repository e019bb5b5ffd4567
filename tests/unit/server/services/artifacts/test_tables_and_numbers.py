"""Rows of a table, and numbers, in two versions."""

from __future__ import annotations

import pytest

from assay.server.services.table_comparison import TableComparisonService
from assay.testing.batches import BatchWriter
from assay.wire import limits
from assay.wire.errors import InvalidRequest, NotFound, TooLarge, TooManyRequests
from assay.wire.manifest import Entry
from assay.wire.messages import artifacts as messages
from assay.wire.messages.runs import RunSelection
from assay.wire.names import ProjectPath
from assay.wire.records import Define
from tests.unit.server.services.artifacts.conftest import HOME, Shelf

BEFORE = b"id,label,old\n1,cat,x\n2,dog,y\n3,eel,z\n"
AFTER = b"id,label,new\n4,fox,1\n2,wolf,2\n1,cat,3\n"


def compare(
    shelf: Shelf, *key: str, path: str = "t.csv", change: str = "", offset: int = 0, limit: int = 100
) -> messages.TableComparison:
    whom, compared = shelf.house.ann, shelf.catalog.table_comparisons.compare
    return compared(whom, HOME, "cats", "latest", "v0", path, key, change, offset, limit)


def test_rows_are_shown_with_the_cells_that_differ(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", 16)
    shelf.log({"t.csv": BEFORE})
    shelf.log({"t.csv": AFTER})
    found = compare(shelf)
    assert (found.key, found.is_key_found, found.before, found.after) == (
        ["id"],
        True,
        "ann/digits/cats:v0",
        "ann/digits/cats:v1",
    )
    assert (found.before_count, found.after_count) == (3, 3)
    assert (found.changed_count, found.added_count, found.removed_count, found.same_count, found.total) == (1, 1, 1, 1, 3)
    cell = messages.TableCell
    assert found.rows == [
        messages.TableRow("changed", 1, 1, ["2"], [cell("label", "dog", "wolf")]),
        messages.TableRow("added", -1, 0, ["4"], [cell("id", None, "4"), cell("label", None, "fox"), cell("new", None, "1")]),
        messages.TableRow("removed", 2, -1, ["3"], [cell("id", "3", None), cell("label", "eel", None), cell("old", "z", None)]),
    ]
    assert [(each.name, each.change) for each in found.columns] == [
        ("id", "same"), ("label", "same"), ("new", "added"), ("old", "removed"),
    ]  # fmt: skip
    assert [row.change for row in compare(shelf, offset=1, limit=1).rows] == ["added"]
    assert [row.change for row in compare(shelf, offset=1).rows] == ["added", "removed"]
    only = compare(shelf, change="removed")
    assert (only.total, [row.key for row in only.rows]) == (1, [["3"]])
    assert compare(shelf, "label").changed_count == 0


def test_long_texts_are_shown_from_where_they_differ(shelf: Shelf) -> None:
    shelf.log({"t.jsonl": b'{"id": 1, "text": "' + b"a" * 2_000 + b'!"}\n'})
    shelf.log({"t.jsonl": b'{"id": 1, "text": "' + b"a" * 2_000 + b'?"}\n'})
    cell = compare(shelf, path="t.jsonl").rows[0].cells[0]
    assert (cell.before, cell.after) == ("…" + "a" * 40 + "!", "…" + "a" * 40 + "?")


def test_what_cannot_be_compared_says_why(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    far = Entry("etag:1", 10, ref="s3://bucket/far.csv")
    shelf.log({"t.csv": BEFORE, "t.txt": b"x", "odd.parquet": b"no", "far.csv": far, "x.csv": b"a\n1\n"})
    shelf.log({"t.csv": AFTER, "t.txt": b"y", "odd.parquet": b"non", "far.csv": far, "x.csv": b"b\n1\n", "new.csv": b"a\n1\n"})
    for path, said in (
        ("t.txt", "is no table by its name"), ("odd.parquet", "cannot be read as a table"), ("far.csv", "is a reference"),
        ("x.csv", "no column that is in both"),
    ):  # fmt: skip
        with pytest.raises(InvalidRequest, match=said):
            compare(shelf, path=path)
    for path in ("new.csv", "none.csv"):
        with pytest.raises(NotFound, match="table in ann/digits/cats:v0"):
            compare(shelf, path=path)
    for bad in ({"change": "same"}, {"offset": -1}, {"limit": 501}):
        with pytest.raises(InvalidRequest, match="expected"):
            compare(shelf, **bad)  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match="no column 'nope' in both"):
        compare(shelf, "nope")
    with pytest.raises(NotFound):
        ask = shelf.catalog.table_comparisons.compare
        ask(shelf.house.zoe, HOME, "cats", "latest", "v0", "t.csv", [], "", 0, 10)
    monkeypatch.setattr(limits, "TABLE_ROWS", 2)
    with pytest.raises(TooLarge, match=r"cats:v0 is more than 2 rows long.*TABLE_ROWS"):
        compare(shelf)
    monkeypatch.setattr(limits, "TABLE_BYTES", 5)
    with pytest.raises(TooLarge, match="TABLE_BYTES"):
        compare(shelf)


def test_one_comparison_is_made_at_a_time(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.log({"t.csv": BEFORE})
    shelf.log({"t.csv": AFTER})
    monkeypatch.setattr("assay.server.services.table_comparison._WAIT_S", 0.01)
    service: TableComparisonService = shelf.catalog.table_comparisons
    with service._turn, pytest.raises(TooManyRequests):
        compare(shelf)
    first = compare(shelf)
    with service._turn:  # its next page needs no turn
        assert compare(shelf) == first


def measured(shelf: Shelf, run_id: str, *rows: tuple[int, dict[str, float]], home: ProjectPath = HOME) -> str:
    path = shelf.run(run_id, home=home)
    writer = BatchWriter("w")
    shelf.catalog.ingest.append(
        shelf.house.ann, path, writer.fold([Define("val/acc", goal="maximize"), Define("*loss", goal="minimize")])
    )
    shelf.catalog.ingest.append(shelf.house.ann, path, writer.log(*rows))
    return run_id


def numbers(shelf: Shelf, ref: str = "v1", other: str = "v0") -> messages.MetricsComparison:
    return shelf.catalog.metric_comparisons.compare(shelf.house.ann, HOME, "model", ref, other)


def test_numbers_of_the_runs_that_made_them_are_judged_by_their_goal(shelf: Shelf) -> None:
    old = measured(shelf, "old", (0, {"loss": 9.0}), (1, {"loss": 0.5, "val/acc": 0.75, "lr": 1e-3, "odd": float("nan")}))
    new = measured(shelf, "new", (1, {"loss": 0.25, "val/acc": 0.5, "lr": 2e-3, "extra": 1.0}))
    shelf.log(
        {"w": b"1"},
        name="model",
        type="model",
        run_id=old,
        metadata={"val/acc": 0.75, "rows": 10, "deep": {"n": 2**60}, "ok": True},
    )
    shelf.log({"w": b"2"}, name="model", type="model", run_id=new, metadata={"val/acc": 1, "rows": 9, "word": "x"})
    found = numbers(shelf)
    assert (found.before.run, found.after.run) == (
        messages.RunRef("ann/digits", "old", found.before.run.name),  # type: ignore[union-attr]
        messages.RunRef("ann/digits", "new", found.after.run.name),  # type: ignore[union-attr]
    )
    assert [(each.key, each.origin, each.before, each.after, each.delta, each.verdict) for each in found.metrics] == [
        ("extra", "run", None, 1.0, None, ""),
        ("loss", "run", 0.5, 0.25, -0.25, "better"),
        ("lr", "run", 1e-3, 2e-3, 1e-3, ""),
        ("odd", "run", "NaN", None, None, ""),
        ("val/acc", "run", 0.75, 0.5, -0.25, "worse"),
        ("deep.n", "metadata", 2**60, None, None, ""),
        ("rows", "metadata", 10, 9, -1.0, ""),
        ("val/acc", "metadata", 0.75, 1, 0.25, "better"),
    ]
    assert all(each.verdict == "" and not each.delta for each in numbers(shelf, "v1", "v1").metrics)


def test_a_checkpoint_has_the_numbers_of_its_step(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.server.services.metric_comparison._STEPS", 2)
    rows = [(step, {"loss": 100.0 - step, **({"val/acc": step / 100} if step % 10 == 0 else {})}) for step in range(60)]
    run = measured(shelf, "r1", (0, {"once": 7.0}), *rows, (70, {"late": 1.0}))
    shelf.log({"w": b"1"}, name="model", type="model", run_id=run, step=19)
    shelf.log({"w": b"2"}, name="model", type="model", run_id=run, step=55)
    found = numbers(shelf)
    assert (found.before.step, found.after.step) == (19, 55)
    assert [(each.key, each.before, each.after, each.verdict) for each in found.metrics] == [
        ("loss", 81.0, 45.0, "better"), ("once", 7.0, 7.0, ""), ("val/acc", 0.1, 0.5, "better"),
    ]  # fmt: skip


def test_runs_that_are_hidden_or_in_the_trash_say_nothing(shelf: Shelf) -> None:
    red = ProjectPath("red", "plans")
    run = measured(shelf, "r1", (0, {"loss": 1.0}), home=red)
    shelf.log({"w": b"1"}, name="model", type="model", metadata={"a": 1})
    shelf.log({"w": b"2"}, red, name="model", type="model", run_id=run)
    assert numbers(shelf, "v0", "red/plans/model:v0").before.run is not None
    shelf.catalog.bulk.delete(shelf.house.ann, red, RunSelection(ids=["r1"]))
    found = numbers(shelf, "v0", "red/plans/model:v0")
    assert (found.before.run, found.after.run) == (None, None)
    assert [each.key for each in found.metrics] == ["a"]
