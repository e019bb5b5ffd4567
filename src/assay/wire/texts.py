"""Text as all that is sent or stored can hold it. A file's odd name, or what a program printed, need not be valid Unicode."""

from __future__ import annotations


def clean(text: str) -> str:
    """`text` as UTF-8 can hold it, as a plain str: lone surrogates become question marks."""
    return text if type(text) is str and text.isascii() else text.encode(errors="replace").decode()


def cut(text: str, max_bytes: int) -> str:
    """`text`, clean, without what goes beyond `max_bytes` of UTF-8; no letter is cut in two."""
    return text.encode(errors="replace")[:max_bytes].decode(errors="ignore")
