"""Films, sounds, pages, figures, texts, molecules, things in space, charts: what stands in the row, and what is in the file."""

from __future__ import annotations

import io
import json
import re
import struct
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import assay
from assay.journal import staging
from assay.sdk.run import Run
from assay.sdk.values.chart import plot_table
from assay.wire import limits, media
from assay.wire.records import Record, Refused

Rows = Callable[[Path], list[tuple[int, dict[str, Any]]]]
Said = Callable[[Path], list[Record]]


@pytest.fixture
def run() -> Run:
    return assay.init(project="kinds", mode="offline", settings=assay.Settings(monitor_s=0))


@pytest.fixture
def logged(run: Run, rows: Rows) -> Callable[[Any], Any]:
    """The media value in the row, checked as a reader checks it; None where nothing was kept."""

    def log(value: Any) -> Any:
        run.log({"x": value, "n": 1})
        row = rows(run.folder.path)[-1][1]
        return media.decode(row["x"])[0] if "x" in row else None

    return log


@pytest.fixture
def reason(run: Run, said: Said) -> Callable[[], str]:
    return lambda: " | ".join(f"{r.key}: {r.reason}" for r in said(run.folder.path) if isinstance(r, Refused))


@pytest.fixture
def content(run: Run) -> Callable[[str], bytes]:
    return lambda path: (run.folder.path / path).read_bytes()


# -- texts of all of them -------------------------------------------------------------------------------------------------


PIXELS = np.zeros((2, 2), np.uint8)
ODD = "odd \udce9"


@pytest.mark.parametrize(
    "value",
    [
        assay.Image(PIXELS, classes={1: ODD}),
        assay.Image(PIXELS, boxes={ODD: {"box_data": [], "class_labels": {1: ODD}}}),
        assay.Image(PIXELS, masks={ODD: {"mask_data": PIXELS, "class_labels": {1: ODD}}}),
        assay.Scene({"cameras": {ODD: {}}}),
        assay.plot_table("line", {"a": [1]}, {ODD: "a"}, {ODD: ODD}),
    ],
)
def test_a_name_that_is_no_valid_unicode_costs_neither_the_medium_nor_its_row(logged, reason, value: Any) -> None:
    assert logged(value) is not None
    assert reason() == ""


def test_an_address_that_is_no_valid_unicode_costs_the_picture_alone(logged, reason, run: Run, rows: Rows) -> None:
    assert logged(assay.Image("http://example.org/\udce9")) is None
    assert "not valid Unicode" in reason()
    assert rows(run.folder.path)[-1][1]["n"] == 1


# -- films ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "size", "frames", "mode"),
    [
        ((5, 3, 8, 6), (6, 8), 5, "RGB"),
        ((5, 8, 6, 3), (6, 8), 5, "RGB"),
        ((5, 1, 8, 6), (6, 8), 5, "L"),
        ((5, 8, 6), (6, 8), 5, "L"),
        ((5, 4, 8, 6), (6, 8), 5, "RGBA"),
        ((3, 5, 3, 8, 6), (12, 16), 5, "RGB"),
    ],
)
def test_frames_are_staged_with_a_poster(
    run: Run, logged, shape: tuple[int, ...], size: tuple[int, int], frames: int, mode: str
) -> None:
    found = logged(assay.Video(np.ones(shape, np.uint8), fps=12, caption="walk"))
    assert (found.width, found.height, found.fps, found.frame_count, found.format) == (*size, 12.0, frames, "mp4")
    raw, pixels = staging.read(staging.staged_path(run.folder.path, found.path))
    assert raw == staging.RawVideo(mode, *size, frames, 12.0, "mp4")
    poster, first = staging.read(staging.staged_path(run.folder.path, found.poster))
    assert poster == staging.RawImage(mode, *size, "png")
    assert first == pixels[: len(first)]


def test_several_films_stand_side_by_side() -> None:
    films = np.stack([np.full((2, 1, 2, 2), n, np.uint8) for n in range(1, 4)])
    _, pixels = assay.Video(films)._raw
    assert np.frombuffer(pixels, np.uint8).reshape(2, 4, 4)[0].tolist() == [[1, 1, 2, 2]] * 2 + [[3, 3, 0, 0]] * 2


def test_floats_of_a_film_are_stretched_as_a_whole() -> None:
    _, pixels = assay.Video(np.stack([np.full((1, 2, 2), 0.0), np.full((1, 2, 2), 10.0)]))._raw
    assert pixels == bytes(4) + b"\xff" * 4


def test_a_film_that_is_a_file_is_kept_as_it_is(logged, content, tmp_path: Path) -> None:
    film = tmp_path / "a.MP4"
    film.write_bytes(b"\0\0\0\x20ftypisom")
    found = logged(assay.Video(film, caption="c"))
    assert (found.format, content(found.path)) == ("mp4", film.read_bytes())
    assert content(logged(assay.Video(io.BytesIO(b"\x1aE\xdf\xa3"), format="webm")).path) == b"\x1aE\xdf\xa3"
    out = io.BytesIO()
    PIL.Image.new("L", (9, 4)).save(out, "GIF")
    found = logged(assay.Video(out.getvalue(), format="gif"))
    assert (found.format, found.width, found.height) == ("gif", 9, 4)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: assay.Video(np.zeros((5, 7, 8, 6))), "expected time × channels"),
        (lambda: assay.Video(np.zeros((0, 3, 8, 6))), "expected time × channels"),
        (lambda: assay.Video(np.zeros((2, 3, 8, 6)), fps=0), "fps is 0"),
        (lambda: assay.Video(np.zeros((2, 3, 8, 6)), format="avi"), "encoded as one of mp4, webm, gif"),
        (lambda: assay.Video("missing.mp4"), "no file 'missing.mp4'"),
        (lambda: assay.Video(b"x", format="avi"), "expected one of mp4"),
        (lambda: assay.Video(b"x", format="gif"), "is none, or is damaged"),
        (lambda: assay.Video(b""), "without content"),
        (lambda: assay.Audio(np.zeros(10)), "need their sample_rate"),
        (lambda: assay.Audio(np.zeros((9, 9, 9)), sample_rate=8000), "samples × channels"),
        (lambda: assay.Audio(np.zeros(10), sample_rate=0), "sample_rate is 0"),
        (lambda: assay.Audio(np.zeros(10, np.int64), sample_rate=8000), "int64"),
        (lambda: assay.Audio(b"nothing"), "no sound that can be played"),
        (lambda: assay.Midi(b"nothing"), "MThd"),
        (lambda: assay.Html(3), "not a int"),
        (lambda: assay.Html("<p>", height=0), "height is 0"),
        (lambda: assay.Html("missing.html"), "no file"),
        (lambda: assay.Plotly(3), "figure of Plotly"),
        (lambda: assay.Plotly("{"), "no JSON"),
        (lambda: assay.Plotly("[]"), "figure of Plotly"),
        (lambda: assay.Bokeh(3), "document of Bokeh"),
        (lambda: assay.Molecule(b"C", file_type="doc"), "format 'doc'"),
        (lambda: assay.Molecule(b"", file_type="pdb"), "without content"),
        (lambda: assay.Molecule.from_smiles(None), "not a NoneType"),
        (lambda: assay.Molecule.from_rdkit(None), "there is no molecule"),
        (lambda: assay.Object3D(b"x", file_type="blend"), "format 'blend'"),
        (lambda: assay.Object3D(np.zeros((5, 5))), "N×3, N×4 or N×6"),
        (lambda: assay.Object3D({"type": "lidar/beta"}), 'without "points"'),
        (lambda: assay.Object3D(np.broadcast_to(0.0, (limits.POINT_COUNT + 1, 3))), "POINT_COUNT"),
        (lambda: assay.Object3D.from_point_cloud(np.zeros((1, 3)), [{"label": "car"}]), "box 0 has no position"),
        (lambda: assay.Object3D.from_point_cloud(np.zeros((1, 3)), [{"corners": [[0, 0, 0]] * 7}]), "box 0"),
        (lambda: assay.Object3D.from_point_cloud(np.zeros((1, 3)), [{"center": [np.nan, 0, 0], "size": [1, 1, 1]}]), "finite"),
        (lambda: assay.Object3D.from_point_cloud(np.zeros((1, 3)), vectors=[{"start": [0, 0, 0]}]), "vector 0"),
        (lambda: assay.Scene([]), "0 frames"),
        (lambda: assay.Scene([{"time": float("nan")}]), "time of a frame"),
        (lambda: assay.Scene([{"time": 0, "cameras": {"front": {"intrinsics": [1, 2]}}}]), "frame 0: a camera"),
        (lambda: assay.Scene([{"time": 0, "cameras": {"front": {"image": "missing.png"}}}]), "no file"),
        (lambda: assay.Scene({"cameras": {"a": {"intrinsics": np.full((3, 3), np.nan)}}}), "frame 0: a camera with a number"),
        (lambda: assay.Text(3), "not a int"),
        (lambda: assay.Text("abc", spans=[(0, 4, "X")]), "the text has 3 characters"),
        (lambda: assay.Text("abc", spans=[(1, 1, "X")]), "from 1 to 1"),
        (lambda: assay.Text("abc", spans=[(0, 1, "X", "red")]), "a span that is none"),
        (lambda: assay.Text("abc", syntax="tex"), "expected one of text"),
        (lambda: plot_table("line", {"a": [1]}, {"x": "b"}), "no column 'b'; it has a"),
        (lambda: plot_table("line", {"a": [1], "b": []}, {}), "different lengths"),
        (lambda: plot_table("line", (["a"], [[1, 2]]), {}), "not 1 values"),
        (lambda: plot_table("", {"a": [1]}, {}), "preset's name or a Vega-Lite"),
        (lambda: plot_table("red/two words", {"a": [1]}, {}), "'red/two words' names no preset"),
        (lambda: plot_table("red/rates/newest", {"a": [1]}, {}), "names no preset; expected one like line, team/name"),
        (lambda: plot_table("line", 3, {}), "a table was expected"),
        (lambda: plot_table("line", {"a": [1]}, {f"x{n}": "a" for n in range(65)}), "CHART_SLOTS"),
        (lambda: plot_table("line", {"a": [1]}, {}, {f"x{n}": "a" for n in range(65)}), "CHART_SLOTS"),
        (lambda: plot_table("line", {"a" * 1025: [1]}, {"x": "a" * 1025}), "more than 1024 characters"),
        (lambda: assay.Html("<p>", height="tall"), "height is 'tall'"),
        (lambda: assay.Image(PIXELS, classes={10**9: "x"}), "up to nine digits; found 1000000000"),
        (lambda: assay.Image(PIXELS, classes={float("inf"): "x"}), "a whole number; found inf"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_with_its_reason_and_training_goes_on(
    run: Run, rows: Rows, logged, reason, make: Callable[[], Any], words: str
) -> None:
    assert logged(make()) is None
    assert rows(run.folder.path)[-1][1] == {"n": 1}
    assert words in reason()
    assert len(reason()) < 400


# -- sounds --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("samples", "channels", "width", "values"),
    [
        (np.array([0.0, 1.0, -1.0, 2.0, np.nan, np.inf]), 1, 2, [0, 32767, -32767, 32767, 0, 32767]),
        (np.array([[0, 1], [2, 3], [4, 5]] * 4, np.int16), 2, 2, [0, 1, 2, 3, 4, 5] * 4),
        (np.array([[1] * 20, [2] * 20], np.int16), 2, 2, [1, 2] * 20),
        (np.array([1, -1], np.int32), 1, 4, [1, -1]),
        (np.array([1, -128], np.int8), 1, 2, [256, -32768]),
    ],
)
def test_samples_become_a_wav_file(logged, content, samples: Any, channels: int, width: int, values: list[int]) -> None:
    found = logged(assay.Audio(samples, sample_rate=8000, caption="a"))
    with wave.open(io.BytesIO(content(found.path)), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, channels, width)
        data = file.readframes(file.getnframes())
    assert list(struct.unpack(f"<{len(values)}{'hi'[width == 4]}", data)) == values
    assert (found.sample_rate, found.channels, found.format) == (8000, channels, "wav")
    assert found.duration_s == pytest.approx(len(values) / channels / 8000)


def test_a_sound_that_is_a_file_says_how_long_it_is(run: Run, logged, content, tmp_path: Path) -> None:
    first = logged(assay.Audio(np.zeros(4000), sample_rate=8000))
    path = tmp_path / "b.wav"
    path.write_bytes(content(first.path))
    assert logged(assay.Audio(str(path))).duration_s == 0.5
    assert logged(assay.Audio(path.read_bytes())).duration_s == 0.5
    (tmp_path / "broken.wav").write_bytes(b"RIFFxxxx")
    assert logged(assay.Audio(tmp_path / "broken.wav")).duration_s is None


def test_notes_are_kept(logged, content) -> None:
    assert content(logged(assay.Midi(b"MThd....")).path) == b"MThd...."


# -- pages, figures, texts, molecules --------------------------------------------------------------------------------------


def test_a_page_is_text_a_file_or_an_open_one(logged, content, tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text("<p>é</p>")
    for given in ("<p>é</p>", page, str(page), io.StringIO("<p>é</p>"), io.BytesIO("<p>é</p>".encode())):
        found = logged(assay.Html(given, height=300))
        assert found.path.endswith(".html")
        assert content(found.path).decode() == "<p>é</p>"
    assert content(logged(assay.Html("see a.html", data_is_not_path=True)).path) == b"see a.html"


def test_a_figure_of_plotly_is_kept_as_its_json(logged, content) -> None:
    import plotly.graph_objects as go

    figure = go.Figure(go.Scatter(x=[1, 2], y=np.array([3.0, np.nan])))
    for given in (figure, assay.Plotly(figure), assay.Plotly(figure.to_plotly_json()), assay.Plotly(figure.to_json())):
        found = logged(given)
        assert isinstance(found, media.Plotly)
        kept = json.loads(content(found.path))
        assert kept["data"][0]["type"] == "scatter"


def test_a_figure_of_bokeh_is_a_page_that_needs_nothing(logged, content) -> None:
    from bokeh.plotting import figure

    plot = figure()
    plot.line([1, 2], [3, 4])
    for given in (plot, assay.Bokeh(plot)):
        found = logged(given)
        assert isinstance(found, media.Bokeh)
        page = content(found.path).decode()
        assert "<script" in page
        assert not re.search(r"<(script|link)[^>]+(src|href)=", page)


def test_a_molecule_is_kept_by_its_format(logged, content, tmp_path: Path) -> None:
    (tmp_path / "a.pdb").write_bytes(b"ATOM")
    found = logged(assay.Molecule(tmp_path / "a.pdb"))
    assert (found.format, content(found.path)) == ("pdb", b"ATOM")
    found = logged(assay.Molecule.from_smiles("CCO", caption="ethanol"))
    assert (found.format, content(found.path), found.caption) == ("smiles", b"CCO", "ethanol")


def test_a_short_text_stands_in_the_row_and_a_long_one_is_a_file(logged, content) -> None:
    found = logged(assay.Text("Ada in London", spans=[(0, 3, "PER", "#ff8000"), {"start": 7, "end": 13, "label": "LOC"}]))
    assert found.text == "Ada in London"
    assert [(span.label, span.color) for span in found.spans] == [("PER", [255, 128, 0]), ("LOC", None)]
    long = "ü" * 100_000
    found = logged(assay.Text(long, syntax="markdown", spans=[(99_999, 100_000, "END")]))
    assert (found.text, content(found.path).decode(), found.syntax) == (None, long, "markdown")
    assert json.loads(logged(assay.Text({"a": [1]}, syntax="json")).text) == {"a": [1]}


def test_entities_of_a_document_are_its_spans(logged) -> None:
    class Ent:
        start_char, end_char, label_ = 0, 3, "PER"

    class Doc:
        text, ents = "Ada", [Ent]

    assert [(span.start, span.end, span.label) for span in logged(assay.Text(Doc())).spans] == [(0, 3, "PER")]


# -- things in space -------------------------------------------------------------------------------------------------------


def points(content: bytes) -> tuple[dict[str, Any], Any, bytes]:
    """A reader as `docs/reference/media.md` describes it."""
    line, _, _ = content.partition(b"\n")
    head, start = json.loads(line), len(line) + 1
    assert start % 4 == 0
    count = head["count"]
    places = np.frombuffer(content, "<f4", count * 3, start).reshape(count, 3)
    return head, places, content[start + 12 * count :]


@pytest.mark.parametrize(
    ("columns", "color", "rest"),
    [
        ([], "none", b""),
        ([[1, 14]], "category", struct.pack("<2H", 1, 14)),
        ([[0.5, 2.25]], "intensity", struct.pack("<2f", 0.5, 2.25)),
        ([[255, 0], [128, 0], [0, 7]], "rgb", bytes([255, 128, 0, 0, 0, 7])),
        ([[1.0, 0.0], [0.5, 0.0], [0.0, 0.0]], "rgb", bytes([255, 128, 0, 0, 0, 0])),
    ],
)
def test_points_are_kept_with_what_colours_them(logged, content, columns: list[Any], color: str, rest: bytes) -> None:
    cloud = np.column_stack([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0], *columns])
    found = logged(assay.Object3D(cloud))
    head, places, behind = points(content(found.path))
    assert (found.format, found.point_count, head["count"], head["color"]) == ("points", 2, 2, color)
    assert places.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert behind == rest


def test_a_million_points_are_kept(logged, content) -> None:
    found = logged(assay.Object3D(np.ones((limits.POINT_COUNT, 6), np.float32)))
    assert len(points(content(found.path))[2]) == 3 * limits.POINT_COUNT


def test_points_that_are_nowhere_are_left_out_and_said_to_be(logged, content, reason) -> None:
    found = logged(assay.Object3D(np.array([[0, 0, np.nan, 1], [1, 2, 3, 2.0]])))
    head, places, rest = points(content(found.path))
    assert (head["count"], places.tolist(), rest) == (1, [[1, 2, 3]], struct.pack("<H", 2))
    assert "x points: 1 of 2 are not finite" in reason()


def test_boxes_and_arrows_are_kept_in_both_ways_of_saying(logged) -> None:
    corners = [[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    found = logged(assay.Object3D.from_point_cloud(
        np.zeros((1, 3)),
        [
            {"corners": np.array(corners), "label": "car", "color": [255, 0, 0], "score": np.float32(0.5), "layer": "truth"},
            {"center": [0, 0, 0], "size": (1, 2, 3), "orientation": {"x": 0, "y": 0, "z": 1, "w": 0}},
        ],
        [{"start": [0, 0, 0], "end": [1, 1, 1]}, {"start": [1, 0, 0], "direction": [0, 2, 0]}],
    ))  # fmt: skip
    assert found.boxes[0].corners == corners and found.boxes[0].score == 0.5
    assert found.boxes[1].rotation == [0, 0, 1, 0]
    assert found.vectors[1].end == [1, 2, 0]


def test_meshes_and_wandbs_clouds_are_read_from_files(logged, content, tmp_path: Path) -> None:
    for ending in ("obj", "glb", "gltf", "stl", "ply", "babylon"):
        (tmp_path / f"a.{ending}").write_bytes(b"mesh")
        found = logged(assay.Object3D(tmp_path / f"a.{ending}"))
        assert (found.format, content(found.path)) == (ending, b"mesh")
    (tmp_path / "a.pts.json").write_text("[[1, 2, 3], [4, 5, 6]]")
    assert logged(assay.Object3D.from_file(tmp_path / "a.pts.json")).point_count == 2
    assert logged(assay.Object3D.from_file(io.BytesIO(b"solid"), file_type="stl")).format == "stl"


def test_a_scene_of_frames_lies_in_a_file_in_order_of_time(run: Run, logged, content) -> None:
    camera = {"image": np.zeros((4, 6, 3), np.uint8), "intrinsics": np.eye(3), "extrinsics": np.eye(4)}
    frames = [
        {"time": time, "points": np.full((2, 3), time), "boxes": [{"center": [0, 0, 0], "size": [1, 1, 1]}],
         "cameras": {"front": camera}}
        for time in (2.0, 1.0)
    ]  # fmt: skip
    found = logged(assay.Scene(frames))
    kept = json.loads(content(found.path))
    assert found.frame_count == 2
    assert [frame["time"] for frame in kept] == [1.0, 2.0]
    front = kept[0]["cameras"]["front"]
    assert (front["width"], front["height"]) == (6, 4)
    assert staging.staged_path(run.folder.path, front["image"]).is_file()
    assert points(content(kept[0]["points"]))[1].tolist() == [[1, 1, 1]] * 2
    (frame,) = logged(assay.Scene({"points": np.zeros((1, 3))})).frames
    assert frame.time == 0


@pytest.mark.parametrize("height", [300.4, np.int64(300), np.float32(300)])
def test_the_height_of_a_page_is_whole_pixels(logged, height: Any) -> None:
    assert logged(assay.Html("<p>", height=height)).height == 300


# -- charts ----------------------------------------------------------------------------------------------------------------


def test_a_table_is_kept_in_whatever_way_it_is_given(logged, content) -> None:
    import pandas as pd
    import polars as pl

    class Table:
        columns, data = ["a", "b"], [[1, "x"], [2, "y"]]

    columns = {"a": [1, 2], "b": ["x", "y"]}
    tables = [
        columns, {"a": np.array([1, 2]), "b": ("x", "y")}, [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}],
        (["a", "b"], Table.data), Table(), pd.DataFrame(columns), pl.DataFrame(columns),
    ]  # fmt: skip
    for table in tables:
        found = logged(assay.plot_table("wandb/line/v0", table, {"x": "a", "y": "b"}, {"title": "T"}))
        assert json.loads(content(found.path)) == {"columns": ["a", "b"], "data": [[1, "x"], [2, "y"]]}
        assert (found.preset, found.fields, found.strings) == ("line", {"x": "a", "y": "b"}, {"title": "T"})


def test_a_chart_has_dates_where_the_table_has_them(logged, content) -> None:
    for dates in (np.array(["2024-01-01", "2024-01-02"], "datetime64[ns]"), np.array(["2024-01-01"], "datetime64[ns]")):
        found = logged(assay.plot_table("line", {"day": dates, "n": np.arange(len(dates))}, {"x": "day", "y": "n"}))
        rows = json.loads(content(found.path))["data"]
        assert rows == [[f"2024-01-0{n + 1}T00:00:00.000000000", n] for n in range(len(dates))]


@pytest.mark.parametrize("name", ["line", "red/rates", "red/rates/v3", "wandb/line"])
def test_a_preset_is_kept_by_its_name(logged, name: str) -> None:
    assert logged(assay.plot_table(name, {"a": [1]}, {"x": "a"})).preset == name


def test_a_specification_is_kept_with_its_slots(logged) -> None:
    spec = {"mark": "bar", "encoding": {"x": {"field": "${field:x}"}}}
    found = logged(assay.plot_table(spec, {"a": [1]}, {"x": "a"}))
    assert (found.preset, found.spec) == (None, spec)
