"""Rows that came, went and changed between two tables."""

from __future__ import annotations

import decimal
import io
import random
from collections import Counter
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet
import pytest

from assay.server.compute import table_rows
from assay.server.compute.table_difference import Difference, NotAKey, TooLong, cells, difference
from assay.server.compute.table_rows import Table, Unreadable


def table(path: str, data: bytes) -> Table:
    return Table(path, len(data), lambda start, end: data[start:end])


def csv(*lines: str) -> Table:
    return table("t.csv", "\n".join(lines).encode())


def jsonl(*rows: dict[str, Any]) -> Table:
    return table("t.jsonl", b"".join(msgspec.json.encode(row) + b"\n" for row in rows))


def parquet(rows: pa.Table, **options: Any) -> Table:
    sink = io.BytesIO()
    pa.parquet.write_table(rows, sink, **options)
    return table("t.parquet", sink.getvalue())


def compared(before: Table, after: Table, *key: str, most_cells: int = 10**6, most_rows: int = 10**6) -> Difference:
    return difference(before, after, key, most_cells=most_cells, most_rows=most_rows)


def test_rows_are_told_apart_by_the_column_that_most_rows_share() -> None:
    before = csv("score,name,id", "0.5,ann,1", "0.25,bob,2", "0.125,cid,3")
    after = csv("id,score,name", "3,0.125,cid", "1,0.75,ann", "4,0.5,dan")
    found = compared(before, after)
    assert found.key == ("id",)
    assert (found.before_rows, found.after_rows, found.same) == (3, 3, 1)
    assert found.changed.tolist() == [[0, 1]]
    assert (found.added.tolist(), found.removed.tolist()) == ([2], [1])
    assert cells(after, ["name", "score"], [2, 0]) == {0: ["cid", "0.125"], 2: ["dan", "0.5"]}


def test_without_such_a_column_whole_rows_are_counted() -> None:
    found = compared(csv("x,y", "1,a", "1,a", "1,a", "2,b", "2,b"), csv("x,y", "2,b", "1,a", "1,c", "1,a", "1,c"))
    assert found.key == ()
    assert (len(found.changed), found.same) == (0, 3)
    assert found.added.tolist() == [2, 4]
    assert found.removed.tolist() == [2, 4]


def test_several_columns_may_be_the_key() -> None:
    before = csv("split,n,label", "train,1,a", "train,2,b", "test,1,c")
    after = csv("split,n,label", "test,1,c", "train,2,x", "train,1,a")
    with pytest.raises(NotAKey, match="rows 1 and 3 have the same"):
        compared(before, after, "n")
    with pytest.raises(NotAKey, match="no column 'm'"):
        compared(before, after, "m")
    found = compared(before, after, "split", "n")
    assert (found.changed.tolist(), found.same) == ([[1, 1]], 2)


def test_values_are_compared_across_formats_and_types_are_told() -> None:
    rows = [{"id": 1, "x": 1.0, "ok": True, "word": "é"}, {"id": 2, "x": None, "ok": False, "word": ""}, {"id": 3, "extra": [1]}]
    whole = pa.table({"id": [1, 2, 3], "x": [1.0, None, None], "ok": [True, False, None], "word": ["é", None, ""]})
    found = compared(parquet(whole), jsonl(*rows))
    assert (found.key, found.same, len(found.changed)) == (("id",), 3, 0)
    assert found.types == {
        "id": ("integer", "integer"), "x": ("integer", "integer"), "ok": ("true or false", "true or false"),
        "word": ("text", "text"),
    }  # fmt: skip
    wider = whole.set_column(0, "id", pa.array([1, 2, 3], pa.int32()))
    assert compared(parquet(whole), parquet(wider)).types["id"] == ("int64", "int32")
    assert compared(csv("a,b", "1,x"), csv("a,b", "1.5,x")).types["a"] == ("integer", "number")
    assert compared(csv("a,b", "true,x"), csv("a,b", "NA,x")).types["a"] == ("true or false", "text")


def test_random_tables_are_compared_as_a_dictionary_compares_them() -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    draw = random.Random(seed)
    for _ in range(30):
        sides = []
        for _side in range(2):
            keys = draw.sample(range(60), draw.randrange(40))
            sides.append({str(key): (draw.choice("ab"), str(draw.randrange(3))) for key in keys})
        before, after = sides
        tables = [csv("id,word,n", *(f"{key},{','.join(values)}" for key, values in side.items())) for side in sides]
        found = compared(*tables, "id")
        order = list(after)
        assert [order[row] for row in found.added.tolist()] == [key for key in after if key not in before]
        assert {list(before)[row] for row in found.removed.tolist()} == before.keys() - after.keys()
        changed = [key for key in after if key in before and before[key] != after[key]]
        assert [order[row] for _, row in found.changed.tolist()] == changed
        # The same as multisets of rows without an id.
        tables = [csv("word,n", *(",".join(values) for values in side.values())) for side in sides]
        whole = compared(*tables)
        counts = [Counter(side.values()) for side in sides]
        if whole.key == ():
            assert whole.same == (counts[0] & counts[1]).total()
            assert len(whole.added) == (counts[1] - counts[0]).total()
            assert len(whole.removed) == (counts[0] - counts[1]).total()


def test_many_batches_are_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_rows, "_BATCH_ROWS", 7)
    rows = pa.table({"id": list(range(100)), "tag": ["x", None] * 50, "at": pa.array([10**12] * 100, pa.timestamp("s"))})
    before = parquet(rows, row_group_size=16)
    after = jsonl(*({"id": n, "tag": "x" if n % 2 == 0 else "", "new": n} for n in range(0, 100, 2)))
    found = compared(before, after)
    assert (found.key, found.same, len(found.removed)) == (("id",), 50, 50)
    # A time that Python cannot hold is told as Arrow tells it.
    assert cells(before, ["at", "id"], [99, 3])[99] == ["<value out of range: 1000000000000000>", "99"]
    assert cells(before, ["id"], range(40, 60)) == {n: [str(n)] for n in range(40, 60)}


def test_what_is_too_long_is_refused() -> None:
    with pytest.raises(TooLong) as refused:
        compared(csv("a,b", "1,2", "3,4"), csv("a,b", "1,2"), most_cells=3)
    assert refused.value.unit == "values"
    with pytest.raises(TooLong) as refused:
        compared(csv("a", "1"), csv("a", "1", "2", "3"), most_rows=2)
    assert refused.value.unit == "rows"


def test_a_small_file_does_not_grow_large() -> None:
    text = "x" * 1_000_000
    packed = parquet(pa.table({"id": list(range(5_000)), "text": [text] * 5_000}))
    found = compared(packed, packed)
    assert (found.key, found.same) == (("id",), 5_000)
    listed = parquet(pa.table({"id": [1], "many": [[0] * 1_000_000]}))
    assert listed.stated_cells == 1_000_001


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("t.parquet", b"PAR1 no parquet PAR1", "Parquet file size"),
        ("t.jsonl", b'{"a": 1}\n[2]\n', "Expected `object`"),
        ("t.jsonl", b'{"a": ' + b"[" * 100_000, "recursion depth"),
        ("t.csv", b"a,b\n1\n", "Expected 2 columns"),
        ("t.csv", b"a,b\n1,\xff\n", "UTF8"),
        ("t.csv", ",".join(f"c{n}" for n in range(6_000)).encode(), "more than 5000 columns"),
    ],
)
def test_a_file_that_is_no_table_is_told(path: str, data: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        compared(table(path, data), table(path, data))


@pytest.mark.parametrize("text", ["a,b\n", "a,b", "\ufeffa;b\n1;2\n"])
def test_tables_without_rows_and_other_separators(text: str) -> None:
    found = table("t.csv", text.encode())
    assert list(found.columns) == ["a", "b"]
    assert compared(found, found).same == text.count("1")


def test_a_time_beyond_python_s_changes_no_other_row() -> None:
    def times(*values: int) -> Table:
        return parquet(pa.table({"id": list(range(len(values))), "at": pa.array(values, pa.timestamp("ms"))}))

    before, after = times(10, 20, 30), times(10, 2**60, 30)
    assert compared(before, after, "id").changed.tolist() == [[1, 1]]
    assert cells(after, ["at"], [0, 1])[0] == ["1970-01-01T00:00:00.010000"]
    assert str(2**60) in (cells(after, ["at"], [0, 1])[1][0] or "")
    nanoseconds = parquet(pa.table({"at": pa.array([1, 1_000], pa.timestamp("ns")), "took": pa.array([1, 2], pa.duration("ns"))}))
    texts = cells(nanoseconds, ["at", "took"], [0, 1])
    assert (texts[0][0], texts[1][0]) == ("1970-01-01T00:00:00.000000001", "1970-01-01T00:00:00.000001")


def test_a_time_beyond_python_s_is_read_inside_of_lists_too() -> None:
    inner = pa.struct([("at", pa.timestamp("ms")), ("n", pa.int64())])
    rows = pa.table({"id": [1], "x": pa.array([[{"at": 2**60, "n": 1}, None]], pa.list_(inner))})
    ((_, (text,)),) = cells(parquet(rows), ["x"], [0]).items()
    assert text is not None and str(2**60) in text and text.endswith('"n":1},null]')


def test_decimal_numbers_are_numbers_whatever_their_scale() -> None:
    prices = [decimal.Decimal(text) for text in ("1.10", "-2.00", "0.00", "0.00001", "12345678901234567.89")]

    def priced(scale: int) -> Table:
        return parquet(pa.table({"id": list(range(5)), "price": pa.array(prices, pa.decimal128(38, scale))}))

    found = compared(priced(5), priced(9), "id")
    assert (found.same, len(found.changed)) == (5, 0)
    texts = [row[0] for row in cells(priced(5), ["price"], range(5)).values()]
    assert texts == ["1.1", "-2", "0", "1e-05", "12345678901234567.89"]
    assert compared(priced(5), csv("id,price", "0,1.1", "1,-2", "2,0.0", "3,0.00001", "4,1"), "id").changed.tolist() == [[4, 4]]


def test_spans_of_time_and_ids_are_shown_without_quotes() -> None:
    row = pa.table({"took": pa.array([90], pa.duration("s"))})
    assert cells(parquet(row), ["took"], [0]) == {0: ["0:01:30"]}
