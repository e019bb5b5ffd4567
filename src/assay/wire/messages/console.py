"""Console lines: looked through, summed up over time, found by time. Times are seconds since the epoch."""

from __future__ import annotations

from typing import Literal

import msgspec

LineLevel = Literal["", "info", "warn", "error"]
LineStream = Literal["stdout", "stderr"]


class ConsoleSearch(msgspec.Struct, forbid_unknown_fields=True):
    """`POST …/console/search`. Matches from line `first` on, forward or backward (`first` null: from the start, or the end).

    `labels`, `levels` and `streams` narrow the lines looked at; empty: all. One answer takes bounded time: ask again while
    `is_complete` is false."""

    pattern: str
    is_regex: bool = True
    ignore_case: bool = False
    labels: list[str] = []
    levels: list[LineLevel] = []
    streams: list[LineStream] = []
    first: int | None = None
    limit: int = 100
    direction: Literal["forward", "backward"] = "forward"


class ConsoleMatch(msgspec.Struct):
    """`spans`: [from, to) in UTF-16 units of the text without its colours. `position`: its place among all matches."""

    number: int
    position: int
    spans: list[tuple[int, int]]


class ConsoleMatches(msgspec.Struct):
    """`total` lines of the `scanned` first ones match. `next`: where to ask from for more; null when there is no more."""

    matches: list[ConsoleMatch]
    total: int
    scanned: int
    line_count: int
    is_complete: bool
    next: int | None
    took_ms: int


class ConsoleBucket(msgspec.Struct):
    """Lines of a stretch of time. `first` is the number of the first line at or after its begin."""

    from_time: float
    to_time: float
    first: int
    lines: int
    matches: int
    warnings: int
    errors: int


class ConsoleLabel(msgspec.Struct):
    label: str
    lines: int


class ConsoleStrip(msgspec.Struct):
    """All lines over time. `labels` and the counts are of all lines, whatever is looked for."""

    buckets: list[ConsoleBucket]
    labels: list[ConsoleLabel]
    infos: int
    warnings: int
    errors: int
    matches: int
    scanned: int
    line_count: int
    is_complete: bool


class ConsolePlace(msgspec.Struct):
    """`number` of a line, −1 if the run has printed nothing; `position` of it among the lines that are shown."""

    number: int
    position: int
    time: float
