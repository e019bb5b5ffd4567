"""What is staged becomes a file that other programs read, once, whole or not at all."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from assay.journal import staging
from assay.journal.staging import RawImage
from assay.sync import png
from assay.sync.encoding import EncodingFailed, Encodings, encode, encode_all

PATH = "media/images/a.png"
CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}


def pixels(mode: str, width: int, height: int) -> Any:
    shape = (height, width) if mode == "L" else (height, width, CHANNELS[mode])
    return np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("mode", CHANNELS)
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (600, 700)])
def test_a_png_has_the_pixels_that_were_staged(tmp_path: Path, mode: str, size: tuple[int, int]) -> None:
    given = pixels(mode, *size)
    staging.stage(tmp_path, PATH, RawImage(mode, *size, "png"), [given.tobytes()])
    image = PIL.Image.open(encode(tmp_path, PATH))
    assert (image.format, image.mode, image.size) == ("PNG", mode, size)
    assert (np.asarray(image) == given).all()


@pytest.mark.parametrize("mode", CHANNELS)
def test_without_a_library_the_pixels_are_the_same(tmp_path: Path, mode: str) -> None:
    given = pixels(mode, 1000, 900)
    with (tmp_path / "a.png").open("wb") as file:
        png.write(file, mode, 1000, 900, memoryview(given.tobytes()))
    assert (np.asarray(PIL.Image.open(tmp_path / "a.png")) == given).all()


def test_gray_of_16_bits_stays_so(tmp_path: Path) -> None:
    ids = np.array([[0, 1], [256, 65535]], np.uint16)
    staging.stage(tmp_path, PATH, RawImage("I;16B", 2, 2, "png"), [ids.astype(">u2").tobytes()])
    assert (np.asarray(PIL.Image.open(encode(tmp_path, PATH))) == ids).all()


@pytest.mark.parametrize(("ending", "name"), [("jpg", "JPEG"), ("webp", "WEBP"), ("gif", "GIF"), ("bmp", "BMP")])
@pytest.mark.parametrize("mode", CHANNELS)
def test_other_formats_are_written_from_every_mode(tmp_path: Path, ending: str, name: str, mode: str) -> None:
    path = f"media/images/a.{ending}"
    staging.stage(tmp_path, path, RawImage(mode, 20, 10, ending), [pixels(mode, 20, 10).tobytes()])
    image = PIL.Image.open(encode(tmp_path, path))
    image.load()
    assert (image.format, image.size) == (name, (20, 10))


def test_what_shows_through_is_white_in_a_jpeg(tmp_path: Path) -> None:
    path = "media/images/a.jpg"
    staging.stage(tmp_path, path, RawImage("RGBA", 8, 8, "jpg"), [bytes(8 * 8 * 4)])
    assert PIL.Image.open(encode(tmp_path, path)).getpixel((4, 4)) == (255, 255, 255)


def test_what_was_staged_is_gone_once_the_file_is_there_and_again_changes_nothing(tmp_path: Path) -> None:
    staging.stage(tmp_path, PATH, RawImage("L", 1, 1, "png"), [b"x"])
    target = encode(tmp_path, PATH)
    before = target.stat().st_mtime_ns
    assert not list(staging.waiting(tmp_path))
    assert encode(tmp_path, PATH) == target
    assert target.stat().st_mtime_ns == before
    assert [path.name for path in target.parent.iterdir()] == ["a.png"]


def test_what_is_neither_staged_nor_there_fails_with_words(tmp_path: Path) -> None:
    with pytest.raises(EncodingFailed, match="neither staged nor encoded"):
        encode(tmp_path, PATH)


def damage(file: Path, how: str) -> None:
    content = file.read_bytes()
    line, _, rest = content.partition(b"\n")
    file.write_bytes({
        "cut": content[:-1], "longer": content + b"x", "empty": b"", "no head": rest, "endless head": b"{" * 10_000,
        "negative": line.replace(b'"width":4', b'"width":-4') + b"\n" + rest,
        "larger": line.replace(b'"width":4', b'"width":60000') + b"\n" + rest,
        "newer": line.replace(b'"version":1', b'"version":2') + b"\n" + rest,
    }[how])  # fmt: skip


@pytest.mark.parametrize("how", ["cut", "longer", "empty", "no head", "endless head", "negative", "larger", "newer"])
def test_a_damaged_one_fails_with_words_and_stays(tmp_path: Path, how: str) -> None:
    staging.stage(tmp_path, PATH, RawImage("L", 4, 4, "png"), [bytes(16)])
    damage(staging.staged_path(tmp_path, PATH), how)
    with pytest.raises(EncodingFailed):
        encode(tmp_path, PATH)
    assert list(staging.waiting(tmp_path)) == [PATH]
    assert not staging.media_path(tmp_path, PATH).exists()
    failed: set[str] = set()
    encode_all(tmp_path, failed)
    assert failed == {PATH}


def test_a_link_in_place_of_what_was_staged_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    staging.stage(tmp_path, "media/images/b.png", RawImage("L", 1, 1, "png"), [b"s"])
    staging.staged_path(tmp_path, "media/images/b.png").rename(secret)
    staging.staged_path(tmp_path, PATH).symlink_to(secret)
    with pytest.raises(OSError, match="symbolic"):
        encode(tmp_path, PATH)
    assert not list(staging.waiting(tmp_path))


def test_two_that_encode_the_same_leave_one_whole_file(tmp_path: Path) -> None:
    names = [f"media/images/{n}.png" for n in range(40)]
    for name in names:
        staging.stage(tmp_path, name, RawImage("L", 64, 64, "png"), [bytes(4096)])
    failures: list[tuple[str, str]] = []
    done = threading.Semaphore(0)

    def note(path: str, fault: str) -> None:
        if fault:
            failures.append((path, fault))
        done.release()

    both = [Encodings(tmp_path, note), Encodings(tmp_path, note)]
    for encodings in both:
        for name in names:
            encodings.add(name)
    for _ in range(2 * len(names)):
        assert done.acquire(timeout=60)
    for encodings in both:
        encodings.close()
    assert failures == []
    assert sorted(path.name for path in (tmp_path / "media/images").iterdir()) == sorted(f"{n}.png" for n in range(40))
    for name in names:
        PIL.Image.open(tmp_path / name).load()
