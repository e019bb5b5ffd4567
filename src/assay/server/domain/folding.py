"""Text as it is searched: whatever the case, the accents and the form in which they were typed."""

from __future__ import annotations

import re
import unicodedata

# Accents and their like. Marks of other scripts stay: without those of Hindi or Japanese another word would be left.
_MARKS = re.compile("[\u0300-\u036f]")


def folded(text: str) -> str:
    """`Résumé` and `resume` are one, so are `STRASSE` and `Straße`, and a ligature or a wide letter and the plain ones."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unaccented(unicodedata.normalize("NFKD", text).casefold()))


def unaccented(text: str) -> str:
    """The text without accents, and nothing else changed: a regular expression stays one."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))
