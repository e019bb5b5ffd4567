"""Regular expressions people may send. RE2 takes time linear in the text whatever the pattern, so there are no bombs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from assay.wire import limits
from assay.wire.errors import InvalidFilter

_SPECIAL = frozenset("\\^$.|?*+()[]{}")


@lru_cache(maxsize=64)
def compile_pattern(pattern: str) -> Any:
    """The compiled pattern. Raises InvalidFilter with RE2's reason, or naming the limit on its length."""
    if len(pattern.encode(errors="replace")) > limits.PATTERN_BYTES:
        detail = f"the regular expression is longer than {limits.PATTERN_BYTES} bytes (PATTERN_BYTES)"
        raise InvalidFilter(at=0, detail=detail, hint="Shorten it, or join two conditions with `or`.")
    import re2  # here, because a server at rest weighs 1.5 MiB less without it

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0] if error.args else error
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        hint = "The syntax is RE2's: no look-around, no back-references. Put \\ before . * + ? ( ) [ ] { } | ^ $ to find them."
        raise InvalidFilter(at=0, detail=f"{pattern!r} is not a regular expression ({text})", hint=hint) from error


def search(pattern: str, text: str) -> bool:
    """Whether `pattern` is found in `text`. Raises InvalidFilter."""
    return compile_pattern(pattern).search(text.encode(errors="replace")) is not None


def literal_in(pattern: str) -> tuple[str, bool]:
    """The longest text that everything the pattern finds must contain, and whether finding it is finding the pattern.

    Cautious: with groups, alternatives, classes, escapes or flags in the pattern there is none. A store looks for the text
    first, which costs a tenth of asking RE2."""
    if not any(character in _SPECIAL for character in pattern):
        return pattern, True
    if any(character in "|()[]\\{}" for character in pattern):
        return "", False
    runs, current = [], ""
    for position, character in enumerate(pattern):
        following = pattern[position + 1 : position + 2]
        if character in _SPECIAL or following in {"*", "?"}:
            runs.append(current)
            current = ""
        else:
            current += character
            if following == "+":
                runs.append(current)
                current = ""
    return max([*runs, current], key=len), False
