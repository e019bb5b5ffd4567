"""Console lines as columns: many lines in one buffer, so that looking through them costs per byte and not per object.

What a line says of its own importance, and what a person looks for, are found in the text as it is seen: colours taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.wire import limits
from assay.wire.errors import InvalidPattern

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]

LEVELS = ("", "info", "warn", "error")
"""A line's level by its place here: nothing said, info, warn, error."""

_ESCAPE = re.compile(rb"\x1b\[[0-9;:]*m")
_ESCAPE_TEXT = re.compile(r"\x1b\[[0-9;:]*m")
_DENSE_FROM = 256  # matches in a block from which it may count as dense
_DENSE_SHARE = 6  # one line in so many matches: then a question per line is cheaper than one of the whole buffer
_ANCHORS = re.compile(r"\\[AzZ]")
_HINT = "The syntax is RE2's: no look-around, no back-references. Put \\ before . * + ? ( ) [ ] { } | ^ $ to find them."


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Consecutive lines from number `first` on, as columns of length n.

    Line i is `text[starts[i]:ends[i]]`; between lines stand one or more newlines, within a line none. `streams`: 1 for stderr.
    `labels`: places in `label_names`."""

    first: int
    times: Float64
    text: bytes
    starts: Int64
    ends: Int64
    streams: UInt8
    labels: NDArray[np.int32]
    label_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.times)

    @classmethod
    def of(cls, first: int, times: Sequence[float], lines: Sequence[tuple[str, str, str]]) -> LineBlock:
        """From (stream, label, text) triples."""
        texts = [text.encode(errors="replace").replace(b"\n", b" ") for _, _, text in lines]
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        starts = np.cumsum(lengths + 1) - (lengths + 1)
        names = tuple(dict.fromkeys(label for _, label, _ in lines))
        places = {name: place for place, name in enumerate(names)}
        return cls(
            first,
            np.array(times, dtype=np.float64),
            b"\n".join(texts) + b"\n",
            starts,
            starts + lengths,
            np.array([stream == "stderr" for stream, _, _ in lines], dtype=np.uint8),
            np.array([places[label] for _, label, _ in lines], dtype=np.int32),
            names,
        )

    def as_seen(self) -> LineBlock:
        """The block without colours."""
        if b"\x1b" not in self.text:
            return self
        spans = np.array([match.span() for match in _ESCAPE.finditer(self.text)], dtype=np.int64).reshape(-1, 2)
        if not len(spans):
            return self
        removed = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(spans[:, 1] - spans[:, 0])))
        starts = self.starts - removed[spans[:, 1].searchsorted(self.starts, side="right")]
        ends = self.ends - removed[spans[:, 1].searchsorted(self.ends, side="right")]
        text = _ESCAPE.sub(b"", self.text)
        return LineBlock(self.first, self.times, text, starts, ends, self.streams, self.labels, self.label_names)


class LinePattern:
    """What is looked for: a text, or a regular expression in RE2's syntax. Not shared between threads."""

    def __init__(self, pattern: str, *, is_regex: bool = True, ignore_case: bool = False) -> None:
        """Raises InvalidPattern, pointing at the fault."""
        if len(pattern.encode(errors="replace")) > limits.PATTERN_BYTES:
            detail = f"it is longer than {limits.PATTERN_BYTES} bytes (PATTERN_BYTES)"
            raise InvalidPattern(pattern=pattern[:200], at=0, detail=detail, hint="Look for a part of it.")
        self._literal = b"" if is_regex or ignore_case else pattern.encode(errors="replace")
        source = pattern if is_regex else _escaped(pattern)
        self._own = _compiled(source, pattern, ignore_case)
        # Within a buffer of lines ^ and $ are a line's; \A and \z would be the buffer's, and what finds nothing finds everywhere.
        self._is_whole = not _ANCHORS.search(source) and not self._found(b"")
        self._lines = _compiled(f"(?m){source}", pattern, ignore_case) if self._is_whole else self._own
        self._is_dense = False

    def rows(self, block: LineBlock) -> Int64:
        """Rows of the block whose text holds it, ascending. O(bytes). The block must be as seen."""
        if not self._is_whole or self._is_dense:
            rows = self._rows_by_line(block, 0)
            self._is_dense = len(rows) * _DENSE_SHARE > len(block)
            return rows
        found, is_dense = (self._literal_places(block.text), False) if self._literal else self._places(block)
        rows = block.starts.searchsorted(np.array(found, dtype=np.int64), side="right") - 1
        self._is_dense = is_dense
        if is_dense:
            rest = int(rows[-1]) + 1
            rows = np.concatenate((rows, self._rows_by_line(block, rest)))
        return rows

    def spans(self, text: str, most: int = 100) -> list[tuple[int, int]]:
        """Where it is found in a line as it is seen, in UTF-16 units, as browsers count. Empty finds are left out."""
        seen = text if text.isascii() else None
        found = []
        for match in self._own.finditer(text):
            a, b = match.span()
            if a == b:
                continue
            if seen is None:
                a, b = _utf16(text[:a]), _utf16(text[:b])
            found.append((a, b))
            if len(found) == most:
                break
        return found

    def _found(self, text: bytes) -> bool:
        return self._own.search(text) is not None

    def _places(self, block: LineBlock) -> tuple[list[int], bool]:
        """Byte offsets of the first find in each line that has one; ends early, and says so, where many lines have one."""
        text, search, find = block.text, self._lines.search, block.text.find
        places: list[int] = []
        at = 0
        while (match := search(text, at)) is not None:
            places.append(match.start())
            at = find(b"\n", match.end())
            if at < 0:
                break
            if len(places) == _DENSE_FROM:
                passed = int(block.starts.searchsorted(at))
                if len(places) * _DENSE_SHARE > passed:
                    return places, True
        return places, False

    def _literal_places(self, text: bytes) -> list[int]:
        find, places, at = text.find, [], 0
        while (at := find(self._literal, at)) >= 0:
            places.append(at)
            at = find(b"\n", at)
            if at < 0:
                break
        return places

    def _rows_by_line(self, block: LineBlock, first: int) -> Int64:
        text, search = block.text, self._own.search
        pairs = zip(block.starts[first:].tolist(), block.ends[first:].tolist(), strict=True)
        found = [row for row, (a, b) in enumerate(pairs, first) if search(text[a:b]) is not None]
        return np.array(found, dtype=np.int64)


def as_seen(text: str) -> str:
    """A line's text without colours."""
    return _ESCAPE_TEXT.sub("", text) if "\x1b" in text else text


def levels(block: LineBlock) -> UInt8:
    """Each line's level, as a place in LEVELS. The block must be as seen.

    A line has a level where it says so the way loggers do: a word in capitals (`WARNING`, `ERROR`), a word that begins the line
    and ends in a colon (`error: …`) or stands in brackets (`[warn]`), a field (`level=error`, `"level": "error"`), glog's first
    letter (`E1127 …`), a traceback's head, an exception's or a warning's name with its colon. A metric called `val_error` has
    none."""
    found = np.zeros(len(block), dtype=np.uint8)
    for level, pattern in _level_patterns():
        found[pattern.rows(block)] = level
    return found


def level_of(text: str) -> str:
    """The level of one line as it is seen."""
    return LEVELS[int(levels(LineBlock.of(0, [0.0], [("", "", text)]))[0])]


def _level_patterns() -> list[tuple[int, LinePattern]]:
    # Least first, so that the gravest stays.
    return [(level, LinePattern(pattern)) for level, pattern in enumerate(_LEVEL_SOURCES, 1)]


def _level_source(capitals: str, words: str, glog: str, names: str = "") -> str:
    forms = [
        rf"\b(?:{capitals})\b",
        rf"^\s*(?i:{words}):",
        rf"[\[(<](?i:{words})[\])>]",
        rf"(?i:\b(?:level|lvl|levelname|severity)[\"']?\s*[=:]\s*[\"']?(?:{words})\b)",
        rf"^{glog}\d{{4}} ",
    ]
    return "|".join(forms + ([names] if names else []))


_LEVEL_SOURCES = (
    _level_source("INFO|NOTICE", "info|notice", "I"),
    _level_source("WARN|WARNING", "warn|warning", "W", r"\b[A-Z]\w*Warning:"),
    _level_source(
        "ERROR|CRITICAL|FATAL|SEVERE",
        "error|critical|fatal|err|severe|panic",
        "[EF]",
        r"^Traceback \(most recent call last\)|\b[A-Z]\w*(?:Error|Exception|Exit|Interrupt)(?::|$)",
    ),
)


def _escaped(text: str) -> str:
    import re2

    return str(re2.escape(text))


def _compiled(source: str, pattern: str, ignore_case: bool) -> Any:
    import re2  # here, because a server at rest weighs 1.5 MiB less without it

    options = re2.Options()
    options.log_errors = False
    options.never_nl = True  # a class such as [^a] must not reach into the next line
    options.case_sensitive = not ignore_case
    try:
        return re2.compile(source, options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0] if error.args else error
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        what, _, part = text.partition(": ")
        at = pattern.find(part) if part else len(pattern)
        # RE2 quotes the whole rest for what is not closed: the fault is where the rest begins. A \ at the end has no rest.
        if text.startswith("missing )"):
            at = _open_bracket(pattern)
        elif text.startswith("unexpected )"):
            at = pattern.rfind(")")
        raise InvalidPattern(pattern=pattern, at=max(0, min(at, len(pattern))), detail=what, hint=_HINT) from error


def _open_bracket(pattern: str) -> int:
    """Where the last `(` is that no `)` closes."""
    opened: list[int] = []
    is_class = is_escaped = False
    for at, character in enumerate(pattern):
        if is_escaped:
            is_escaped = False
        elif character == "\\":
            is_escaped = True
        elif is_class:
            is_class = character != "]"
        elif character == "[":
            is_class = True
        elif character == "(":
            opened.append(at)
        elif character == ")" and opened:
            opened.pop()
    return opened[-1] if opened else 0


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", errors="replace")) // 2
