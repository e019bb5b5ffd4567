"""Text that others wrote, as a terminal may print it."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tabs and line ends


def harmless(text: str) -> str:
    """`text` with control characters spelled out: a terminal obeys them, as by changing its title or what was printed before."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
