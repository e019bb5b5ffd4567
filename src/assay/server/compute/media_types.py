"""What a content may be shown as: decided by its first bytes, and only for kinds that a browser draws without running them.

The name alone decides nothing: a page that is called `a.png` is a download."""

from __future__ import annotations

HEAD_BYTES = 4_096
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"})
"""Those that thumbnails are made of."""

BY_ENDING = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "bmp": "image/bmp",
    "avif": "image/avif", "svg": "image/svg+xml", "mp4": "video/mp4", "webm": "video/webm", "ogg": "video/ogg",
    "wav": "audio/wav", "flac": "audio/flac", "mp3": "audio/mpeg", "m4a": "audio/mp4", "html": "text/html",
}  # fmt: skip
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"), (b"\x1a\x45\xdf\xa3", "video/webm"), (b"OggS", "video/ogg"), (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
)  # fmt: skip


def ending_of(name: str) -> str:
    return name.rsplit("/", 1)[-1].lower().rpartition(".")[2]


def expected(name: str) -> str:
    """By the name: what is asked for before the content is looked at. Empty: nothing that is shown."""
    return BY_ENDING.get(ending_of(name), "")


def shown_as(name: str, head: bytes) -> str:
    """The media type that a content is shown as; empty where it is only to be saved. Pages are never among them."""
    wanted, found = expected(name), sniffed(head)
    if wanted == "image/svg+xml":
        # Drawn as a picture it runs nothing, and opened by itself the policy of its answer lets it run nothing.
        return wanted if b"<svg" in head and b"\0" not in head else ""
    if not wanted.startswith(("image/", "video/", "audio/")):
        return ""
    # Within one family browsers go by the bytes themselves: a JPEG called .png is a JPEG.
    family = wanted.partition("/")[0]
    if found.startswith(f"{family}/"):
        return found
    return wanted if family == "audio" and found in ("video/ogg", "video/mp4", "video/webm") else ""


def sniffed(head: bytes) -> str:
    """By the first bytes; empty where they say nothing that is known."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE"):
        return "image/webp" if head[8:12] == b"WEBP" else "audio/wav"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "image/avif" if brand in (b"avif", b"avis") else "audio/mp4" if brand == b"M4A " else "video/mp4"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:  # a frame of MPEG audio, layer III
        return "audio/mpeg"
    return ""
