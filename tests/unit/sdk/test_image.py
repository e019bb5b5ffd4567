"""Pictures as logged values: what each source becomes, what is refused, and what is on the disk when log() returns."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import assay
from assay.journal import staging
from assay.sdk.run import Run
from assay.sdk.values.media import stretched
from assay.sync import encoding
from assay.wire import limits, media
from assay.wire.records import File, Record, Refused

Rows = Callable[[Path], list[tuple[int, dict[str, Any]]]]
Said = Callable[[Path], list[Record]]


@pytest.fixture
def run() -> Run:
    # No process beside it: what is staged stays as it was written.
    return assay.init(project="vision", mode="offline", settings=assay.Settings(monitor_s=0))


@pytest.fixture
def logged(run: Run, rows: Rows) -> Callable[..., dict[str, Any]]:
    """What stands in the row of a logged picture."""

    def log(given: Any, **options: Any) -> dict[str, Any]:
        run.log({"picture": assay.Image(given, **options)})
        return next((row["picture"] for _, row in reversed(rows(run.folder.path)) if "picture" in row), {})

    return log


@pytest.fixture
def refused(run: Run, said: Said) -> Callable[[], list[tuple[str, str]]]:
    return lambda: [(r.key, r.reason) for r in said(run.folder.path) if isinstance(r, Refused)]


def staged(run: Run, value: dict[str, Any]) -> tuple[Any, bytes]:
    raw, content = staging.read(staging.staged_path(run.folder.path, value["path"]))
    return raw, bytes(content)


def test_the_row_the_file_record_and_the_pixels_are_on_the_disk_when_log_returns(run: Run, said: Said, logged) -> None:
    pixels = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    value = logged(pixels, caption="first")
    assert value == {"_type": "image-file", "path": value["path"], "format": "png", "width": 5, "height": 4, "caption": "first"}
    assert value["path"].startswith("media/images/picture_0_")
    assert staged(run, value) == (staging.RawImage("RGB", 5, 4, "png"), pixels.tobytes())
    assert [r for r in said(run.folder.path) if isinstance(r, File)] == [File(value["path"], "now")]
    assert media.decode(value)


def test_an_array_may_change_once_the_picture_is_made(run: Run, rows: Rows) -> None:
    pixels = np.zeros((2, 2), np.uint8)
    picture = assay.Image(pixels)
    pixels[:] = 9
    run.log({"picture": picture})
    assert staged(run, rows(run.folder.path)[-1][1]["picture"])[1] == bytes(4)


@pytest.mark.parametrize(
    ("shape", "mode"),
    [((4, 5), "L"), ((4, 5, 1), "L"), ((4, 5, 2), "LA"), ((4, 5, 3), "RGB"), ((4, 5, 4), "RGBA"), ((1, 4, 5, 3), "RGB")],
)
def test_the_shape_says_what_the_channels_are(run: Run, logged, shape: tuple[int, ...], mode: str) -> None:
    raw, content = staged(run, logged(np.ones(shape, np.uint8)))
    assert (raw.mode, raw.width, raw.height, len(content)) == (mode, 5, 4, 20 * len(mode))


@pytest.mark.parametrize(
    ("numbers", "expected", "stretch"),
    [
        (np.array([[0, 255]], np.uint8), [0, 255], None),
        (np.array([[0, 1]], np.uint8), [0, 1], None),
        (np.array([[False, True]]), [0, 255], None),
        (np.array([[3, 200]], np.int64), [3, 200], None),
        (np.array([[0.0, 1.0, 0.5]]), [0, 255, 128], None),
        (np.array([[0.0, 0.25]], np.float16), [0, 64], None),
        (np.array([[-1.0, 0.0, 1.0]]), [0, 128, 255], [-1.0, 1.0]),
        (np.array([[0, 1000, 500]], np.uint16), [0, 255, 128], [0.0, 1000.0]),
        (np.array([[0.0, 255.0]]), [0, 255], [0.0, 255.0]),
        (np.array([[-np.inf, np.nan, 0.0, 1.0, np.inf]]), [0, 0, 0, 255, 255], None),
        (np.array([[np.nan, np.nan]]), [0, 0], None),
        (np.array([[-1.7e308, 1.7e308]]), [0, 255], [-1.7e308, 1.7e308]),
        (np.array([[5.0, 5.0]]), [0, 0], [5.0, 5.0]),
        # Numbers of 16 bits end at 65,504: a factor that stretches so narrow a range is beyond them.
        (np.array([[-(2**-10), 0.0, 2**-10]], np.float16), [0, 128, 255], [-(2**-10), 2**-10]),
    ],
)
def test_numbers_become_gray_by_the_documented_rule(numbers: Any, expected: list[int], stretch: list[float] | None) -> None:
    with np.errstate(all="raise", under="ignore"):
        found, range_ = stretched(numbers, normalize=True)
    assert found.dtype == np.uint8
    assert (found[0].tolist(), range_) == (expected, stretch)


def test_without_normalize_numbers_are_cut_to_bytes() -> None:
    found, range_ = stretched(np.array([[-3.0, 0.9, 300.0, np.nan, np.inf]]), normalize=False)
    assert (found[0].tolist(), range_) == ([0, 0, 255, 0, 255], None)


@pytest.mark.parametrize("key", ["図" * 300, "𠀀" * 200, "\u1112\u1161\u11ab" * 100, "a" * 1_000])
def test_a_long_key_in_any_script_has_its_pictures_and_its_large_values(run: Run, rows: Rows, refused, key: str) -> None:
    run.log({key: assay.Image(np.zeros((2, 2), np.uint8))})
    run.log({key: ["a text"] * 1_000_000})
    assert refused() == []
    picture, large = [row[key]["path"] for _, row in rows(run.folder.path)]
    assert encoding.encode(run.folder.path, picture).is_file()
    assert (run.folder.path / "files" / large).is_file()


class _Tensor:
    """As much of a tensor as is asked of one; PyTorch itself is 200 MB."""

    def __init__(self, array: Any) -> None:
        self._array = array
        self.dtype = array.dtype

    def detach(self) -> _Tensor:
        return self

    def cpu(self) -> _Tensor:
        return self

    def numpy(self) -> Any:
        return self._array


def test_a_tensor_has_its_channels_first(run: Run, logged) -> None:
    raw, content = staged(run, logged(_Tensor(np.arange(24, dtype=np.uint8).reshape(3, 2, 4))))
    assert (raw.mode, raw.width, raw.height) == ("RGB", 4, 2)
    assert content[:3] == bytes([0, 8, 16])


@pytest.mark.parametrize(
    ("mode", "kept"),
    [("1", "L"), ("L", "L"), ("P", "RGB"), ("RGB", "RGB"), ("RGBA", "RGBA"), ("CMYK", "RGB"), ("I;16", "L"), ("F", "L")],
)
def test_a_picture_of_pil_is_kept_as_it_looks(run: Run, logged, mode: str, kept: str) -> None:
    assert staged(run, logged(PIL.Image.new(mode, (5, 4))))[0].mode == kept


def test_pil_pictures_are_logged_as_they_are_too(run: Run, rows: Rows) -> None:
    run.log({"picture": PIL.Image.new("RGB", (5, 4))})
    assert rows(run.folder.path)[-1][1]["picture"]["_type"] == "image-file"


def test_a_file_is_kept_as_it_was_and_its_bytes_too(run: Run, logged, tmp_path: Path) -> None:
    for ending, kind in (("png", "png"), ("jpg", "jpeg"), ("webp", "webp"), ("gif", "gif"), ("bmp", "bmp")):
        file = tmp_path / f"picture.{ending}"
        PIL.Image.new("RGB", (7, 3)).save(file, kind)
        for given in (file, str(file), file.read_bytes(), io.BytesIO(file.read_bytes())):
            value = logged(given)
            assert (value["format"], value["width"], value["height"]) == (ending, 7, 3)
            assert (run.folder.path / value["path"]).read_bytes() == file.read_bytes()


def test_an_address_is_kept_as_one_and_never_fetched(logged) -> None:
    value = logged("https://example.invalid/cat.jpg", caption="cat")
    assert value == {"_type": "image-file", "url": "https://example.invalid/cat.jpg", "caption": "cat"}


def test_a_figure_is_drawn_when_it_is_logged(run: Run, rows: Rows) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 1), dpi=50)
    figure.subplots().plot([1, 2, 3])
    before = figure.canvas
    run.log({"direct": figure, "wrapped": assay.Image(figure)})
    assert figure.canvas is before
    row = rows(run.folder.path)[-1][1]
    for value in row.values():
        raw, content = staged(run, value)
        assert (raw.width, raw.height, raw.mode) == (100, 50, "RGBA")
        assert len(set(content)) > 2


def test_masks_and_boxes_are_kept_by_group(run: Run, logged) -> None:
    ids = np.array([[0, 1], [2, 300]])
    value = logged(
        np.zeros((2, 2), np.uint8),
        masks={"truth": {"mask_data": ids, "class_labels": {0: "sky", 300: "lion"}}, "prediction": {"mask_data": ids[:1] > 0}},
        boxes={"prediction": {"box_data": [
            {"position": {"minX": np.float32(0.5), "maxX": 1, "minY": 0, "maxY": 1}, "class_id": np.int64(2),
             "box_caption": "lion", "scores": {"conf": np.float64(0.5)}, "domain": "pixel"},
            {"position": {"middle": [1, 1], "width": 2, "height": 2}, "class_id": 1, "scores": None},
        ], "class_labels": {2: "lion"}}},
        classes=[{"id": 2, "name": "lion"}],
    )  # fmt: skip
    (decoded,) = media.decode(value)
    assert isinstance(decoded, media.Image)
    assert decoded.classes == {"2": "lion"}
    assert decoded.masks["truth"].class_labels == {"0": "sky", "300": "lion"}
    raw, content = staged(run, value["masks"]["truth"])
    assert (raw.mode, content) == ("I;16B", ids.astype(">u2").tobytes())
    raw, content = staged(run, value["masks"]["prediction"])
    assert (raw.mode, raw.height, content) == ("L", 1, bytes([0, 1]))
    first, second = decoded.boxes["prediction"].box_data
    assert first.scores == {"conf": 0.5} and first.position.minX == 0.5 and first.domain == "pixel"
    assert second.position.middle == [1, 1]


def test_a_list_is_one_value(run: Run, rows: Rows) -> None:
    run.log({"pictures": [assay.Image(np.full((2, 2), n % 256, np.uint8), caption=str(n)) for n in range(1000)]})
    row = rows(run.folder.path)[-1][1]["pictures"]
    assert (row["_type"], row["holds"], row["count"]) == ("file", "image-file", 1000)
    assert media.is_media(row)
    value = json.loads((run.folder.path / row["path"]).read_bytes())
    assert [each["caption"] for each in value] == [str(n) for n in range(1000)]
    assert len({each["path"] for each in value}) == 1000
    assert len(media.decode(value)) == 1000


def test_a_short_list_stands_in_the_row(run: Run, rows: Rows) -> None:
    run.log({"pictures": [assay.Image(np.zeros((2, 2), np.uint8)) for _ in range(3)]})
    assert len(media.decode(rows(run.folder.path)[-1][1]["pictures"])) == 3


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (np.zeros((3, 480, 640)), "channels last"),
        (np.zeros((2, 4, 5, 3)), "list of images"),
        (np.zeros((0, 5)), "shape (0, 5)"),
        (np.zeros(5), "shape (5,)"),
        (np.zeros((2, 2), complex), "complex128"),
        (np.array([["a"]]), "numbers"),
        (np.broadcast_to(np.uint8(0), (60_000, 60_000)), "60000 × 60000 pixels; the limit is 268435456 of them (IMAGE_PIXELS)"),
        (np.broadcast_to(np.uint8(0), (1, 70_000)), "MEDIA_SIDE"),
        (object(), "array of numbers"),
        ("missing.png", "there is no file 'missing.png'"),
        (b"not a picture", "no picture that can be shown"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no picture that can be shown"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60", "60000 × 60000 pixels"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_with_its_reason_and_training_goes_on(
    run: Run, rows: Rows, refused, given: Any, reason: str
) -> None:
    run.log({"picture": assay.Image(given), "loss": 1.0})
    assert rows(run.folder.path) == [(0, {"loss": 1.0})]
    ((key, said),) = refused()
    assert key == "picture"
    assert reason in said
    assert not list(staging.waiting(run.folder.path))


def test_an_unknown_file_type_is_refused(logged, refused) -> None:
    logged(np.zeros((2, 2)), file_type="tiff")
    assert "expected one of png" in refused()[0][1]


@pytest.mark.parametrize(
    ("parts", "what", "reason"),
    [
        ({"masks": {"m": {"mask_data": np.zeros((3, 3), int)}}}, "picture mask m", "larger than the image of 2 × 2"),
        ({"masks": {"m": {"mask_data": np.full((2, 2), 70_000)}}}, "picture mask m", "from 0 to 65535"),
        ({"masks": {"m": {"mask_data": np.full((2, 2), 0.5)}}}, "picture mask m", "whole numbers"),
        ({"masks": {"m": {}}}, "picture mask m", "mask_data"),
        ({"boxes": {"b": {"box_data": [{"class_id": 1}]}}}, "picture boxes b", "1 of 1 boxes are left out"),
        ({"boxes": {"b": {"box_data": [{"position": {"minX": 0}, "class_id": 1}]}}}, "picture boxes b", "without a position"),
        ({"boxes": {"b": {"box_data": [{"position": {"middle": [0, float("nan")], "width": 1, "height": 1}}]}}},
         "picture boxes b", "not finite"),
        ({"boxes": {"b": {"box_data": "x"}}}, "picture boxes b", "no list"),
    ],
)  # fmt: skip
def test_a_wrong_part_is_left_out_and_the_picture_kept(logged, refused, parts: dict[str, Any], what: str, reason: str) -> None:
    value = logged(np.zeros((2, 2), np.uint8), **parts)
    assert media.decode(value)
    assert not value.get("masks")
    ((key, said),) = refused()
    assert key == what
    assert reason in said


@pytest.mark.parametrize(
    ("mode", "is_kept"), [("L", True), ("P", True), ("I;16", True), ("1", True), ("RGB", False), ("LA", False)]
)
def test_a_mask_in_a_file_has_one_number_for_each_pixel(
    run: Run, tmp_path: Path, logged, refused, mode: str, is_kept: bool
) -> None:
    PIL.Image.new(mode, (2, 2)).save(tmp_path / "mask.png")
    value = logged(np.zeros((2, 2), np.uint8), masks={"m": {"path": tmp_path / "mask.png"}})
    assert ("masks" in value) is is_kept
    assert len(refused()) == (not is_kept)
    assert is_kept or "in colour" in refused()[0][1]


def test_of_a_list_what_can_be_kept_is_kept(run: Run, rows: Rows, refused) -> None:
    run.log({"pictures": [assay.Image(np.zeros((2, 2))), assay.Image("missing.png"), assay.Image(np.zeros((2, 2)))]})
    assert len(rows(run.folder.path)[-1][1]["pictures"]) == 2
    assert refused() == [("pictures", "entry 1: there is no file 'missing.png'")]


def test_a_mixed_or_overlong_list_is_refused(run: Run, refused) -> None:
    picture = assay.Image(np.zeros((2, 2)))
    run.log({"mixed": [picture, 3], "long": [picture] * (limits.MEDIA_LIST + 1)})
    reasons = dict(refused())
    assert "with a int in it" in reasons["mixed"]
    assert "MEDIA_LIST" in reasons["long"]


def test_a_picture_in_config_or_summary_is_refused_with_what_to_do(run: Run, refused) -> None:
    run.summary["picture"] = assay.Image(np.zeros((2, 2)))
    assert "run.log()" in refused()[0][1]


def test_a_full_disk_refuses_the_picture_and_keeps_the_row(run: Run, rows: Rows, refused, monkeypatch) -> None:
    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(staging, "write", full)
    run.log({"picture": assay.Image(np.zeros((2, 2))), "loss": 1.0})
    assert rows(run.folder.path) == [(0, {"loss": 1.0})]
    assert "No space left" in refused()[0][1]


def test_too_much_that_waits_refuses_more(run: Run, rows: Rows, refused, monkeypatch) -> None:
    monkeypatch.setattr(limits, "STAGED_BYTES", 1000)
    for _ in range(20):
        run.log({"picture": assay.Image(np.zeros((10, 10), np.uint8))})
    kept = sum("picture" in row for _, row in rows(run.folder.path))
    assert kept == 10
    assert "STAGED_BYTES" in refused()[0][1]
    for path in list(staging.waiting(run.folder.path)):
        staging.staged_path(run.folder.path, path).unlink()
    run.log({"picture": assay.Image(np.zeros((10, 10), np.uint8))})
    assert "picture" in rows(run.folder.path)[-1][1]


def test_what_is_too_large_for_a_row_becomes_a_file_that_says_what_it_holds(run: Run, rows: Rows) -> None:
    boxes = {"p": {"box_data": [{"position": {"minX": 0, "maxX": 1, "minY": 0, "maxY": 1}, "box_caption": "x" * 4000}] * 1_200}}
    run.log({"pictures": assay.Image(np.zeros((2, 2), np.uint8), boxes=boxes)})
    value = rows(run.folder.path)[-1][1]["pictures"]
    assert (value["_type"], value["holds"]) == ("file", "image-file")
    assert media.is_media(value)


def test_a_disabled_run_takes_pictures_and_keeps_nothing(tmp_path: Path) -> None:
    run = assay.init(project="p", mode="disabled")
    run.log({"picture": assay.Image(np.zeros((2, 2)))})
    run.finish()
