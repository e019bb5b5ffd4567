"""Make the files of staged media: pixels become PNG, JPEG, WebP; frames become MP4, WebM, GIF. Never in the training's process.

What is staged is removed once its file is whole, so after any crash either the one or the other is there. Two processes that
encode the same thing do no harm: each writes a file of its own and gives it the name at the end."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

from assay.journal import staging
from assay.journal.flush import flush_files
from assay.journal.staging import NotStaged, RawImage, RawVideo
from assay.sync import png
from assay.wire import limits

_THREADS_MAX = 4
_QUALITY = 90  # of JPEG and WebP, of 100
_PNG_LEVEL = 4


class EncodingFailed(Exception):
    """`str(error)` is the reason; what was staged stays where it is."""


def encode(folder: Path, path: str) -> Path:
    """The file of `path`, made unless it is there. Raises EncodingFailed and OSError."""
    source, target = staging.staged_path(folder, path), staging.media_path(folder, path)
    try:
        raw, content = staging.read(source)
    except FileNotFoundError:
        if target.is_file():
            return target
        raise EncodingFailed("its content is neither staged nor encoded in the run's folder") from None
    except NotStaged as error:
        raise EncodingFailed(str(error)) from error
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    fd = os.open(scratch, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(fd, "w+b") as file:
            _write(file, scratch, raw, content)
        scratch.replace(target)
        # What was staged is on the disk and goes now: what takes its place must be there first.
        flush_files([target], folder)
    except (EncodingFailed, OSError):
        raise
    except Exception as error:
        raise EncodingFailed(f"it could not be encoded as {raw.format}: {type(error).__name__}: {error}"[:300]) from error
    finally:
        scratch.unlink(missing_ok=True)
    source.unlink(missing_ok=True)
    return target


def encode_all(folder: Path, failed: set[str]) -> None:
    """Encode what is staged now. What fails is added to `failed` and not tried again."""
    for path in staging.waiting(folder):
        if path not in failed:
            try:
                encode(folder, path)
            except (EncodingFailed, OSError):
                failed.add(path)


class Encodings:
    """Encodes in threads. `done` is called with a path and what is wrong, or an empty text, from one of them."""

    def __init__(self, folder: Path, done: Callable[[str, str], None]) -> None:
        self._folder = folder
        self._done = done
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    def add(self, path: str) -> None:
        with self._lock:
            if self._is_closed:
                return
            if self._pool is None:
                count = max(1, min(_THREADS_MAX, (os.cpu_count() or 2) // 2))
                self._pool = ThreadPoolExecutor(count, thread_name_prefix="assay-encode")
            self._pool.submit(self._encode, path)

    def close(self) -> None:
        """Stop soon: what was not begun stays staged."""
        with self._lock:
            self._is_closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _encode(self, path: str) -> None:
        if self._is_closed:
            return
        try:
            encode(self._folder, path)
        except EncodingFailed as error:
            self._done(path, str(error))
        except OSError as error:
            self._done(path, f"its file could not be written: {error.strerror or error}")
        except BaseException as error:
            self._done(path, f"it could not be encoded: {type(error).__name__}")
            raise
        else:
            self._done(path, "")


def _write(file: BinaryIO, scratch: Path, raw: RawImage | RawVideo, content: memoryview) -> None:
    _check(raw, len(content))
    if isinstance(raw, RawVideo):
        from assay.sync import films

        films.write(file, scratch, raw, content)
    else:
        _write_image(file, raw, content)


def _check(raw: RawImage | RawVideo, size: int) -> None:
    """A head may say anything, and the journals beside it may be somebody else's."""
    frames = raw.frame_count if isinstance(raw, RawVideo) else 1
    pixel_bytes = {"L": 1, "LA": 2, "I;16B": 2, "RGB": 3, "RGBA": 4}[raw.mode]
    is_sound = 0 < raw.width <= limits.MEDIA_SIDE and 0 < raw.height <= limits.MEDIA_SIDE and frames > 0
    if not is_sound or raw.width * raw.height * frames * pixel_bytes != size:
        raise EncodingFailed(f"what is staged is no picture of {raw.width} × {raw.height} pixels")


def _write_image(file: BinaryIO, raw: RawImage, content: memoryview) -> None:
    pil = _pillow()
    if raw.format == "png" and (pil is None or raw.mode == "I;16B"):
        png.write(file, raw.mode, raw.width, raw.height, content)
        return
    if pil is None:
        raise EncodingFailed(f'{raw.format} needs Pillow where the run is sent from: pip install "assay[media]"')
    image = pil.frombuffer(raw.mode, (raw.width, raw.height), content, "raw", raw.mode, 0, 1)
    if raw.format in ("jpg", "bmp") and raw.mode in ("LA", "RGBA"):
        # These have no transparency: what shows through is white, as on a page.
        white = pil.new("RGBA", image.size, (255, 255, 255, 255))
        image = pil.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    options: dict[str, Any] = {"png": {"compress_level": _PNG_LEVEL}, "jpg": {"quality": _QUALITY}, "webp": {"quality": _QUALITY}}
    image.save(file, {"jpg": "jpeg"}.get(raw.format, raw.format), **options.get(raw.format, {}))


def _pillow() -> Any:
    try:
        import PIL.Image
    except ImportError:
        return None
    return PIL.Image
