"""Files as a page shows them: what they are by name and content, within bounds, whatever a stranger put into them."""

from __future__ import annotations

import io
import json
import pickle
import struct
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.server.compute import previews
from assay.server.compute.previews import Preview, preview


def _preview(path: str, content: bytes) -> Preview:
    return preview(path, len(content), lambda start, end: content[start:end])


def _tensors(header: object, *, length: int | None = None) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + bytes(16)


def test_text_and_code_are_told_apart_by_name() -> None:
    assert _preview("a.txt", "naïve".encode()).text == "naïve"
    assert [_preview(name, b"x = 1").kind for name in ("a.txt", "a.py", "Dockerfile", "noext")] == [
        "text",
        "code",
        "code",
        "text",
    ]
    assert _preview("a.py", b"").kind == "empty"


def test_what_is_long_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "TEXT_BYTES", 10)
    found = _preview("a.txt", b"0123456789abc")
    assert (found.text, found.is_cut) == ("0123456789", True)


def test_bytes_are_shown_as_bytes() -> None:
    found = _preview("model.pt", b"\x80\x04\0\x95")
    assert (found.kind, found.text) == ("binary", "80 04 00 95")


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (open, (str(tmp_path / "exploded"),))

    for name in ("model.pkl", "model.safetensors", "data.parquet", "page.ipynb", "table.csv"):
        _preview(name, pickle.dumps(Bomb()))
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n1234", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF1234WEBPVP8 ", "image/webp"),
        (b"GIF89a..", "image/gif"),
    ],
)
def test_images_are_known_by_their_first_bytes(content: bytes, media_type: str) -> None:
    assert _preview("anything.bin", content).media_type == media_type


def test_svg_and_html_are_text() -> None:
    assert _preview("a.svg", b"<svg onload='alert(1)'/>").kind == "text"
    assert _preview("a.html", b"<script>alert(1)</script>").kind == "code"


def test_a_table_of_commas_semicolons_or_tabs() -> None:
    found = _preview("a.csv", b"a;b\n1;2\n3;\n")
    assert found.table is not None
    assert [column.name for column in found.table.columns] == ["a", "b"]
    assert (found.table.rows, found.table.row_count, found.is_cut) == ([["1", "2"], ["3", ""]], 2, False)
    quoted = _preview("a.csv", b'a,b\n"x,\ny",2\n').table
    assert quoted is not None
    assert quoted.rows == [["x,\ny", "2"]]
    tabs = _preview("a.tsv", b"a\tb\n1\t2\n").table
    assert tabs is not None
    assert tabs.rows == [["1", "2"]]


def test_a_long_table_is_cut_at_a_whole_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "TABLE_BYTES", 20)
    found = _preview("a.csv", b"a,b\n" + b"11,22\n" * 100)
    assert found.table is not None
    assert (found.table.rows, found.table.row_count, found.is_cut) == ([["11", "22"]] * 2, -1, True)


def test_parquet_gives_its_schema_and_first_rows() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"x": list(range(1000)), "name": ["é", None] * 500}), sink)
    found = _preview("a.parquet", sink.getvalue())
    assert found.table is not None
    assert [(column.name, column.type) for column in found.table.columns] == [("x", "int64"), ("name", "string")]
    assert found.table.rows[:2] == [["0", "é"], ["1", None]]
    assert (len(found.table.rows), found.table.row_count, found.is_cut) == (previews.TABLE_ROWS, 1000, True)


def test_a_row_group_that_unpacks_to_too_much_is_left_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "ROW_GROUP_BYTES", 100)
    sink = io.BytesIO()
    pq.write_table(pa.table({"x": list(range(1000))}), sink)
    found = _preview("a.parquet", sink.getvalue())
    assert found.table is not None
    assert found.table.rows == []
    assert "only the schema" in found.note


def test_safetensors_lists_what_its_header_says() -> None:
    header = {
        "__metadata__": {"format": "pt"},
        "w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
        "b": {"dtype": "BF16", "shape": [], "data_offsets": [24, 26]},
    }
    found = _preview("m.safetensors", _tensors(header)).tensors
    assert found is not None
    assert [(t.name, t.dtype, t.shape, t.bytes) for t in found.tensors] == [("w", "F32", [2, 3], 24), ("b", "BF16", [], 2)]
    assert (found.parameter_count, found.metadata) == (7, {"format": "pt"})


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("m.safetensors", b"1234"),
        ("m.safetensors", _tensors({}, length=1 << 60)),
        ("m.safetensors", _tensors({"w": 5})),
        ("m.safetensors", _tensors({"w": {"dtype": "F32", "shape": ["x"], "data_offsets": [0]}})),
        ("m.safetensors", struct.pack("<Q", 3) + b"{{{"),
        ("a.parquet", b"PAR1nonsensePAR1"),
        ("a.parquet", b"PAR1" + b"\xff" * 60 + struct.pack("<I", 50) + b"PAR1"),
        ("a.ipynb", b"{}"),
        ("a.ipynb", b"[" * 100_000),
        ("a.json", b"[" * 100_000),
        ("a.json", b"{'a': 1}"),
        ("a.csv", b"a\0b"),
    ],
)
def test_what_is_not_what_its_name_says_is_shown_with_the_reason(path: str, content: bytes) -> None:
    found = _preview(path, content)
    assert found.note.startswith("It cannot be shown as .")
    assert found.kind in ("text", "binary", "code")


def test_json_is_laid_out() -> None:
    found = _preview("a.json", b'{"a":[1,"\xc3\xa9"]}')
    assert (found.kind, found.text) == ("json", '{\n  "a": [\n    1,\n    "é"\n  ]\n}')


def test_a_notebook_s_cells_hold_text_and_pictures_and_no_markup() -> None:
    outputs = [
        {"output_type": "stream", "text": ["a\n", "b"]},
        {"output_type": "display_data", "data": {"image/png": "aGk=\n", "text/plain": "fig"}},
        {"output_type": "execute_result", "data": {"text/html": ["<script>x</script>"], "application/x": 1}},
        {"output_type": "execute_result", "data": {"text/html": "<b>x</b>", "text/plain": "x"}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[31mE\x1b[0m", "v"]},
    ]
    cells = [
        {"cell_type": "code", "source": ["x = 1\n", "x"], "execution_count": 3, "outputs": outputs},
        {"cell_type": "markdown", "source": "# Title"},
        "junk",
    ]
    page = {"cells": cells, "metadata": {"language_info": {"name": "julia"}}}
    found = _preview("a.ipynb", json.dumps(page).encode()).notebook
    assert found is not None
    assert (found.language, found.cell_count) == ("julia", 3)
    assert [(o.kind, o.text or o.data) for o in found.cells[0].outputs] == [
        ("text", "a\nb"), ("image", "aGk="), ("omitted", "text/html, application/x"), ("text", "x"),
        ("error", "\x1b[31mE\x1b[0m\nv"),
    ]  # fmt: skip
    assert found.cells[1].source == "# Title"


def test_pictures_of_a_notebook_have_room_for_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "IMAGES_BYTES", 5)
    outputs = [{"output_type": "display_data", "data": {"image/png": "aGk="}}] * 2
    page = {"cells": [{"cell_type": "code", "source": "", "outputs": outputs}]}
    found = _preview("a.ipynb", json.dumps(page).encode()).notebook
    assert found is not None
    assert [output.kind for output in found.cells[0].outputs] == ["image", "omitted"]


def _parquet(*parts: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, parts[0].schema) as writer:
        for part in parts:
            writer.write_table(part)
    return sink.getvalue()


def test_a_time_that_python_cannot_hold_hides_no_rows() -> None:
    times = pa.array([10, 2**60, None], pa.timestamp("ms"))
    found = _preview("a.parquet", _parquet(pa.table({"at": times, "n": [1, 2, 3]})))
    assert found.table is not None
    assert [row[1] for row in found.table.rows] == ["1", "2", "3"]
    assert found.table.rows[0][0] == "1970-01-01 00:00:00.010000"
    assert str(2**60) in (found.table.rows[1][0] or "")


def test_rows_are_found_behind_empty_and_short_row_groups() -> None:
    parts = [pa.table({"n": pa.array(some, pa.int64())}) for some in ([], [1, 2], [], [3])]
    found = _preview("a.parquet", _parquet(*parts))
    assert found.table is not None
    assert (found.table.rows, found.is_cut) == ([["1"], ["2"], ["3"]], False)
    many = _preview("a.parquet", _parquet(*[pa.table({"n": list(range(90))})] * 4))
    assert many.table is not None
    assert (len(many.table.rows), many.is_cut) == (200, True)


def test_columns_of_one_name_are_shown_each_with_its_values() -> None:
    found = _preview("a.parquet", _parquet(pa.table([pa.array([1]), pa.array([2]), pa.array([3])], names=["x", "x.y", "x"])))
    assert found.table is not None
    assert found.table.rows == [["1", "2", "3"]]


def test_json_with_half_a_letter_is_shown_as_it_is_written() -> None:
    found = _preview("a.json", b'{"cut": "\\ud83d", "whole": "\\ud83d\\ude00"}')
    assert found.kind == "json"
    assert json.loads(msgspec.json.encode(found))["text"] == '{\n  "cut": "\\ud83d",\n  "whole": "😀"\n}'


def test_empty_lines_are_no_rows() -> None:
    found = _preview("a.csv", b"\na,b\n1,2\n\n,\n\n")
    assert found.table is not None
    assert [column.name for column in found.table.columns] == ["a", "b"]
    assert (found.table.rows, found.table.row_count) == ([["1", "2"], ["", ""]], 2)


def test_a_table_without_an_end_of_a_line_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "TABLE_BYTES", 10)
    found = _preview("a.csv", b"one,two,three,four\n1,2,3,4\n")
    assert (found.kind, found.table) == ("text", None)
    assert "first line is longer" in found.note
