"""Sizes as people write them: `1.2 GB`, units of a thousand."""

from __future__ import annotations

import re

from assay.wire.errors import InvalidRequest

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\Z", re.IGNORECASE)


def size_text(size: int) -> str:
    """Three digits and a unit."""
    value = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if abs(value) < 999.5:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 99.95 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def parse_size(text: str) -> int:
    """`20GB`, `500 MB`, `1.5TiB`, `1000`. Raises InvalidRequest."""
    found = _SIZE.match(text.strip())
    if found is None:
        raise InvalidRequest(detail=f"{text!r} is not a size. Expected as 20GB, 500MB or 1000000.")
    step = 1024 if found[3] else 1000
    return int(float(found[1]) * step ** ["", "k", "m", "g", "t"].index(found[2].lower()))
