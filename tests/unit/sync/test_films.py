"""Frames become films that a decoder reads back, with every encoder there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import PIL.Image
import pytest

from assay.journal import staging
from assay.journal.staging import RawVideo
from assay.sync import films
from assay.sync.encoding import EncodingFailed, encode

CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4}


def frames(mode: str, width: int, height: int, count: int) -> bytes:
    """Each frame of one gray, from dark to light."""
    made = [np.full((height, width, CHANNELS[mode]), 20 * n, np.uint8) for n in range(count)]
    return b"".join(frame.tobytes() for frame in made)


def decoded(path: Path) -> tuple[float, list[Any]]:
    with av.open(str(path)) as film:
        rate = float(film.streams.video[0].average_rate or 0)
        return rate, [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


@pytest.mark.parametrize("ending", ["mp4", "webm"])
@pytest.mark.parametrize(("mode", "size"), [("RGB", (64, 48)), ("L", (33, 17)), ("RGBA", (1, 1))])
def test_a_film_has_the_frames_that_were_staged(tmp_path: Path, ending: str, mode: str, size: tuple[int, int]) -> None:
    path = f"media/videos/a.{ending}"
    raw = RawVideo(mode, *size, 10, 12.5, ending)
    staging.stage(tmp_path, path, raw, [frames(mode, *size, 10)])
    rate, found = decoded(encode(tmp_path, path))
    assert len(found) == 10
    assert rate == pytest.approx(12.5, rel=0.01)
    assert found[0].shape == (size[1] + size[1] % 2, size[0] + size[0] % 2, 3)
    assert [round(float(frame[0, 0].mean()) / 20) for frame in found] == list(range(10))


def test_the_other_encoder_makes_the_same(tmp_path: Path) -> None:
    target = tmp_path / "a.mp4"
    films._write_ffmpeg(target, RawVideo("RGB", 33, 17, 10, 12.5, "mp4"), memoryview(frames("RGB", 33, 17, 10)))
    _, found = decoded(target)
    assert [round(float(frame[0, 0].mean()) / 20) for frame in found] == list(range(10))


def test_a_gif_moves(tmp_path: Path) -> None:
    path = "media/videos/a.gif"
    staging.stage(tmp_path, path, RawVideo("RGB", 20, 10, 5, 10.0, "gif"), [frames("RGB", 20, 10, 5)])
    with PIL.Image.open(encode(tmp_path, path)) as image:
        assert (image.n_frames, image.size, image.info["duration"]) == (5, (20, 10), 100)


def test_what_an_encoder_cannot_do_is_told(tmp_path: Path) -> None:
    path = "media/videos/a.mp4"
    staging.stage(tmp_path, path, RawVideo("RGB", 20, 10, 5, 10.0, "avi"), [frames("RGB", 20, 10, 5)])
    with pytest.raises(EncodingFailed, match="could not be encoded as avi"):
        encode(tmp_path, path)
    assert list(staging.waiting(tmp_path)) == [path]
    staging.stage(tmp_path, path, RawVideo("RGB", 20, 10, 6, 10.0, "mp4"), [frames("RGB", 20, 10, 5)])
    with pytest.raises(EncodingFailed, match="no picture"):
        encode(tmp_path, path)
