"""A film as a logged value: `run.log({"rollout": assay.Video(frames, fps=20)})`. Encoding is left to `sync`."""

from __future__ import annotations

import importlib.util
import io
import math
from pathlib import Path
from typing import Any

from assay.journal.staging import RawImage, RawVideo
from assay.sdk.values import picture_heads
from assay.sdk.values.media import (
    Media,
    Shelf,
    Unusable,
    as_array,
    bytes_of,
    ending_of,
    local_file,
    numpy,
    shown_caption,
    stretched,
)
from assay.wire import limits, media

FPS = 4.0  # W&B's
_FILES = {"mp4": "mp4", "m4v": "mp4", "webm": "webm", "ogg": "ogg", "ogv": "ogg", "gif": "gif"}
_ENCODED = ("mp4", "webm", "gif")
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


class Video(Media):
    """A film: an array of frames (time × channels × height × width, or channels last; several films, with one more dimension in
    front, are put side by side), a file's path, or its bytes (mp4, webm, ogg, gif; say which by `format`).

    Frames are shown `fps` a second (default 4). `format`: mp4, webm or gif; by default mp4 where it can be encoded, else gif.
    Numbers become bytes by the rule of images, over the whole film."""

    folder = "videos"

    def __init__(
        self,
        data_or_path: Any,
        caption: str | None = None,
        fps: float | None = None,
        format: str | None = None,  # noqa: A002
    ) -> None:
        self._raw: tuple[RawVideo, bytes] | None = None
        self._file: Path | bytes = b""
        self._ending = ""
        self._size: tuple[int, int] | None = None
        self._caption = shown_caption(caption)
        self._fps: float | None = None
        super().__init__(data_or_path, fps, format)

    def _make(self, given: Any, fps: float | None, wanted: str | None) -> None:
        if fps is not None:
            self._fps = float(fps)
            if not 0 < self._fps <= 1_000:
                raise Unusable(f"fps is {fps}; expected more than 0 and at most 1000")
        wanted = wanted.lower().removeprefix(".") if wanted is not None else None
        if (path := local_file(given)) is not None:
            self._take_file(path, wanted or ending_of(path))
        elif isinstance(given, bytes | bytearray | io.IOBase) or hasattr(given, "read"):
            self._take_file(bytes_of(given) or b"", wanted or "mp4")
        else:
            self._take_frames(as_array(given), wanted)

    def _take_file(self, file: Path | bytes, ending: str) -> None:
        if ending not in _FILES:
            raise Unusable(f"a film of the format {ending!r:.30}; expected one of {', '.join(_FILES)}")
        if isinstance(file, bytes) and not file:
            raise Unusable("a film without content")
        self._file, self._ending = file, _FILES[ending]
        if self._ending == "gif":
            with io.BytesIO(file) if isinstance(file, bytes) else file.open("rb") as content:
                head = picture_heads.read(content.read(64))
            if head is None or head.format != "gif":
                raise Unusable("a gif that is none, or is damaged")
            self._size = (head.width, head.height)

    def _take_frames(self, array: Any, wanted: str | None) -> None:
        frames = _side_by_side(array) if array.ndim == 5 else _channels_last(array)
        count, height, width, channels = frames.shape
        if max(height, width) > limits.MEDIA_SIDE or height * width > limits.IMAGE_PIXELS:
            raise Unusable(f"frames of {width} × {height} pixels; the limit is {limits.IMAGE_PIXELS} of them (IMAGE_PIXELS)")
        pixels, _ = stretched(frames, normalize=True)
        raw = RawVideo(_MODES[channels], width, height, count, self._fps or FPS, _encoder_for(wanted))  # type: ignore[arg-type]
        self._raw, self._ending, self._size, self._fps = (raw, pixels.tobytes()), raw.format, (width, height), raw.fps

    def _stored(self, shelf: Shelf) -> media.Media:
        poster = None
        if self._raw is not None:
            raw, pixels = self._raw
            path = shelf.stage(self.folder, raw.format, raw, [pixels])
            first = memoryview(pixels)[: len(pixels) // raw.frame_count]
            poster = shelf.stage(self.folder, "png", RawImage(raw.mode, raw.width, raw.height, "png"), [first])
        elif isinstance(self._file, Path):
            path = shelf.copy(self.folder, self._ending, self._file)
        else:
            path = shelf.content(self.folder, self._ending, [self._file])
        return media.Video(
            path=path,
            format=self._ending,  # type: ignore[arg-type]
            width=self._size[0] if self._size else None,
            height=self._size[1] if self._size else None,
            fps=self._fps,
            frame_count=self._raw[0].frame_count if self._raw else None,
            poster=poster,
            caption=self._caption,
        )


def _channels_last(frames: Any) -> Any:
    """time × height × width × channels. Raises Unusable, saying the shape."""
    if frames.ndim == 3:
        frames = frames[:, :, :, None]
    elif frames.ndim == 4 and frames.shape[1] in _MODES:
        frames = frames.transpose(0, 2, 3, 1)
    if frames.ndim != 4 or frames.shape[3] not in _MODES or not frames.size:
        raise Unusable(f"an array of the shape {frames.shape}; expected time × channels × height × width with 1, 3 or 4 channels")
    return frames


def _side_by_side(films: Any) -> Any:
    """Several films in a grid about as wide as high, as one; places that are left over are black."""
    films = numpy().stack([_channels_last(film) for film in films])
    count, frames, height, width, channels = films.shape
    across = math.ceil(math.sqrt(count))
    down = math.ceil(count / across)
    grid = numpy().zeros((down * across, frames, height, width, channels), films.dtype)
    grid[:count] = films
    grid = grid.reshape(down, across, frames, height, width, channels).transpose(2, 0, 3, 1, 4, 5)
    return grid.reshape(frames, down * height, across * width, channels)


def _encoder_for(wanted: str | None) -> str:
    """The format to encode. Raises Unusable where nothing here can do it."""
    if wanted is not None and wanted not in _ENCODED:
        raise Unusable(f"format is {wanted!r:.30}; frames are encoded as one of {', '.join(_ENCODED)}")
    has_films = any(importlib.util.find_spec(name) is not None for name in ("av", "imageio_ffmpeg"))
    has_gif = importlib.util.find_spec("PIL") is not None
    if wanted in (None, "mp4", "webm") and has_films:
        return wanted or "mp4"
    if wanted in (None, "gif") and has_gif:
        return "gif"
    raise Unusable(f'encoding {wanted or "a film"} needs PyAV (or imageio-ffmpeg; for gif, Pillow): pip install "assay[media]"')
