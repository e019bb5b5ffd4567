"""Frames become a film: MP4 (H.264) and WebM (VP9) with PyAV or the ffmpeg of imageio-ffmpeg, GIF with Pillow."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

from assay.journal.staging import RawVideo

_CODECS = {"mp4": ("libx264", {"crf": "20", "preset": "fast"}), "webm": ("libvpx-vp9", {"crf": "31", "b:v": "0"})}
_THREADS = 2  # of a processor that trains
_FFMPEG_S = 3_600  # seconds one film may take


class NoEncoder(Exception):
    """`str(error)` says what to install."""


def write(file: BinaryIO, scratch: Path, raw: RawVideo, content: memoryview) -> None:
    """Encode into `file`, whose name is `scratch`. Raises NoEncoder, and what the encoder says."""
    if raw.format == "gif":
        _write_gif(file, raw, content)
    elif importlib.util.find_spec("av") is not None:
        _write_av(file, raw, content)
    elif importlib.util.find_spec("imageio_ffmpeg") is not None:
        _write_ffmpeg(scratch, raw, content)
    else:
        raise NoEncoder(f'{raw.format} needs PyAV where the run is sent from: pip install "assay[media]"')


def _frames(raw: RawVideo, content: memoryview) -> Iterator[memoryview]:
    size = len(content) // raw.frame_count
    for place in range(raw.frame_count):
        yield content[place * size : (place + 1) * size]


def _write_gif(file: BinaryIO, raw: RawVideo, content: memoryview) -> None:
    try:
        import PIL.Image as pil  # noqa: N813
    except ImportError:
        raise NoEncoder('gif needs Pillow where the run is sent from: pip install "assay[media]"') from None
    size = (raw.width, raw.height)
    images = [pil.frombuffer(raw.mode, size, bytes(frame), "raw", raw.mode, 0, 1) for frame in _frames(raw, content)]
    first, *rest = [image.convert("RGB") if raw.mode == "RGBA" else image for image in images]
    # A GIF counts in hundredths of a second.
    first.save(file, "gif", save_all=True, append_images=rest, duration=max(20, round(1000 / raw.fps)), loop=0)


def _write_av(file: BinaryIO, raw: RawVideo, content: memoryview) -> None:
    import av
    import numpy as np

    codec, options = _CODECS[raw.format]
    # Colour is kept for every second pixel: sides must be even. The last row and column are repeated.
    width, height = raw.width + raw.width % 2, raw.height + raw.height % 2
    channels = {"L": 1, "RGB": 3, "RGBA": 4}[raw.mode]
    movie: Any = av.open(file, "w", format=raw.format)
    with movie:
        rate = Fraction(raw.fps).limit_denominator(1_001)
        stream: Any = movie.add_stream(codec, rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.thread_count = _THREADS
        for place, data in enumerate(_frames(raw, content)):
            pixels = np.frombuffer(data, np.uint8).reshape(raw.height, raw.width, channels)
            pixels = np.repeat(pixels, 3, axis=2) if channels == 1 else pixels[:, :, :3]
            pixels = np.pad(pixels, ((0, height - raw.height), (0, width - raw.width), (0, 0)), mode="edge")
            frame: Any = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame.pts, frame.time_base = place, 1 / rate
            movie.mux(stream.encode(frame))
        movie.mux(stream.encode(None))


def _write_ffmpeg(scratch: Path, raw: RawVideo, content: memoryview) -> None:
    from imageio_ffmpeg import get_ffmpeg_exe

    codec, options = _CODECS[raw.format]
    layout = {"L": "gray", "RGB": "rgb24", "RGBA": "rgba"}[raw.mode]
    source = ["-f", "rawvideo", "-pix_fmt", layout, "-s", f"{raw.width}x{raw.height}", "-r", f"{raw.fps:g}", "-i", "-"]
    chosen = [part for name, value in options.items() for part in (f"-{name}", value)]
    target = ["-pix_fmt", "yuv420p", "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-threads", str(_THREADS), "-f", raw.format]
    command = [get_ffmpeg_exe(), "-loglevel", "error", "-y", *source, "-c:v", codec, *chosen, *target, str(scratch)]
    ended = subprocess.run(command, input=content, capture_output=True, timeout=_FFMPEG_S, check=False)
    if ended.returncode:
        raise NoEncoder(f"ffmpeg could not encode it: {ended.stderr.decode(errors='replace').strip()[-200:]}")
