"""What a picture's first bytes say of it: format, width, height. Nothing is decoded, so a picture of any size costs the same."""

from __future__ import annotations

import struct
from typing import NamedTuple

HEAD_BYTES = 256 * 1024  # bytes; a JPEG may have its previews and colour profiles before its size


class PictureHead(NamedTuple):
    format: str
    width: int
    height: int


def read(head: bytes) -> PictureHead | None:
    """None for what is none of png, jpg, gif, webp, bmp and avif, or ends before it says its size."""
    try:
        return _read(head)
    except (struct.error, IndexError):
        return None


def _read(head: bytes) -> PictureHead | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return PictureHead("png", *struct.unpack_from(">II", head, 16))
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return PictureHead("gif", *struct.unpack_from("<HH", head, 6))
    if head.startswith(b"BM"):
        width, height = struct.unpack_from("<ii", head, 18)
        return PictureHead("bmp", width, abs(height))
    if head.startswith(b"\xff\xd8\xff"):
        return _jpeg(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(head)
    if head[4:12] in (b"ftypavif", b"ftypavis") and (at := head.find(b"ispe")) >= 0:
        return PictureHead("avif", *struct.unpack_from(">II", head, at + 8))
    return None


def _jpeg(head: bytes) -> PictureHead | None:
    at = 2
    while head[at] == 0xFF:
        marker, length = head[at + 1], struct.unpack_from(">H", head, at + 2)[0]
        # The frame headers SOF0 … SOF15; C4, C8 and CC among them are tables.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", head, at + 5)
            return PictureHead("jpg", width, height)
        at += 2 + length
    return None


def _webp(head: bytes) -> PictureHead | None:
    match head[12:16]:
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", head, 26)
            return PictureHead("webp", width & 0x3FFF, height & 0x3FFF)
        case b"VP8L":
            bits = struct.unpack_from("<I", head, 21)[0]
            return PictureHead("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8X":
            return PictureHead("webp", int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1)
    return None
