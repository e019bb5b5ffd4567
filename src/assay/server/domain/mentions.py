"""People who are named in a text as `@name`, and what they are told of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
# Not within a word: an address of mail and a version of a package name nobody.
_NAMED = re.compile(r"(?<![\w@./\-])@([A-Za-z0-9_\-](?:[A-Za-z0-9_.\-]{0,126}[A-Za-z0-9_\-])?)")
_EXCERPT = 160  # characters on either side of the name


@dataclass(frozen=True, slots=True)
class Mention:
    """`by` named the user `user_id` in the note of a run (`run_key`), in a comment (`comment_id`), or else in the project's
    note. `text` is what stands around the name. `id` is given by the store and orders them."""

    id: int
    user_id: int
    project_key: int
    run_key: int | None
    comment_id: int | None
    at: float
    by: str
    text: str
    read_at: float = 0.0


def named(text: str) -> list[str]:
    """Names in the text, each once, in their order. What stands in code names nobody."""
    return list(dict.fromkeys(_NAMED.findall(_CODE.sub(" ", text)))) if "@" in text else []


def excerpt(text: str, name: str) -> str:
    """What stands around the name, on one line."""
    found = re.search(rf"(?<![\w@./\-])@{re.escape(name)}(?![\w\-])", text)
    at = found.start() if found else 0
    start, end = max(0, at - _EXCERPT), at + _EXCERPT
    cut = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{cut}{'…' if end < len(text) else ''}"
