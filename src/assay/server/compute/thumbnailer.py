"""Make small pictures, in a process of its own: `python -m assay.server.compute.thumbnailer`.

Decoders of pictures are large programs fed by strangers. Here they have no key, no data folder open, a limit of memory, and a
parent that ends them when they take too long. It reads requests from standard input and answers each on standard output:
(width u32, size u64, content) → (0 for a picture or 1 for a reason, size u64, WebP or text), all big-endian."""

from __future__ import annotations

import io
import struct
import sys
import warnings
from typing import Any, BinaryIO

from assay.wire import limits

REQUEST = struct.Struct(">IQ")
ANSWER = struct.Struct(">BQ")
MEMORY_BYTES = 3 * 1024 * limits.MIB
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF")
_QUALITY = 80


class Refused(Exception):
    """`str(error)` says why there is no thumbnail."""


def thumbnail(content: bytes, width: int) -> bytes:
    """A WebP at most so wide and high, of the first frame. Raises Refused and whatever a decoder raises."""
    import PIL.Image as pil  # noqa: N813
    import PIL.ImageOps

    warnings.simplefilter("ignore", pil.DecompressionBombWarning)
    pil.MAX_IMAGE_PIXELS = limits.THUMBNAIL_PIXELS
    image: Any = pil.open(io.BytesIO(content), formats=_FORMATS)
    if image.width * image.height > limits.THUMBNAIL_PIXELS:
        size = f"{image.width} × {image.height}"
        raise Refused(f"it has {size} pixels; thumbnails are made of up to {limits.THUMBNAIL_PIXELS} (THUMBNAIL_PIXELS)")
    image.draft("RGB", (width * 2, width * 2))  # a JPEG is decoded no larger than needed
    image = PIL.ImageOps.exif_transpose(image)
    if image.mode.startswith("I") or image.mode == "F":
        low, high = image.getextrema()
        scale = 255.0 / (high - low) if high > low else 0.0
        image = image.convert("F").point(lambda value: value * scale - low * scale).convert("L")
    elif image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGBA" if "transparency" in image.info or "A" in image.mode else "RGB")
    # Small pictures stay as they are: pixels are enlarged by the page, sharply.
    image.thumbnail((width, width), pil.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    image.save(out, "webp", quality=_QUALITY, method=2)
    return out.getvalue()


def _answer(content: bytes, width: int) -> tuple[int, bytes]:
    try:
        return 0, thumbnail(content, width)
    except Refused as error:
        return 1, str(error).encode()
    except MemoryError:
        return 1, b"it needs more memory than thumbnails may take"
    except Exception as error:
        reason = "it is damaged, or no picture" if isinstance(error, OSError | SyntaxError | ValueError) else type(error).__name__
        if type(error).__name__ == "DecompressionBombError":
            reason = f"it has more pixels than thumbnails are made of (THUMBNAIL_PIXELS, {limits.THUMBNAIL_PIXELS})"
        return 1, reason.encode(errors="replace")


def _exactly(source: BinaryIO, size: int) -> bytes:
    found = source.read(size)
    if len(found) != size:
        raise EOFError
    return found


def _limit_memory() -> None:
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    except (OSError, ValueError):
        return  # a system without such limits; pixels are limited all the same


def main() -> None:
    """Until standard input ends."""
    _limit_memory()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            width, size = REQUEST.unpack(_exactly(source, REQUEST.size))
            content = _exactly(source, size)
        except EOFError:
            return
        status, answer = _answer(content, width)
        target.write(ANSWER.pack(status, len(answer)) + answer)
        target.flush()


if __name__ == "__main__":
    main()
