"""A run's console: pages of it, looked through by text, level and label, summed up over time.

Ten million lines are not decoded for every question. What was learned of a line (its level, label and time; whether it matches
what somebody looks for) is remembered in a few bytes, because a line never changes; one question looks through what is new for a
bounded time, and says how far it came."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.lines import LEVELS, Float64, LinePattern, UInt8, as_seen, level_of, levels
from assay.server.domain.accounts import Actor
from assay.server.domain.runs import Run
from assay.server.ports.metrics import Line
from assay.server.services.console_scan import Int64, Scan, Scans
from assay.server.services.runs import find
from assay.server.services.stores import Stores
from assay.server.services.tails import Tails
from assay.wire.errors import InvalidRequest
from assay.wire.messages import console as messages
from assay.wire.messages.runs import ConsoleLine, ConsolePage, ConsoleTail
from assay.wire.names import RunPath

Mask = NDArray[np.bool_]

LINES_PER_PAGE = 10_000  # console lines of one answer; a screen shows a hundred
BUCKETS_MAX = 2_000
_STREAMS = ("stdout", "stderr")
_NOWHERE = messages.ConsolePlace(-1, -1, 0.0)  # of a run without lines, or one that was moved or purged while it was looked at


@dataclass(frozen=True, slots=True)
class Look:
    """Which lines are meant. Empty: all of them. `pattern` empty: nothing is looked for."""

    labels: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    pattern: str = ""
    is_regex: bool = True
    ignore_case: bool = False

    @property
    def is_narrowed(self) -> bool:
        return bool(self.labels or self.levels or self.streams)

    @property
    def matcher_name(self) -> str:
        """The same for the same pattern."""
        return f"{self.is_regex:d}{self.ignore_case:d}{self.pattern}" if self.pattern else ""

    def matcher(self) -> LinePattern | None:
        """Raises InvalidPattern."""
        if not self.pattern:
            return None
        return LinePattern(self.pattern, is_regex=self.is_regex, ignore_case=self.ignore_case)

    def check(self) -> None:
        """Raises InvalidRequest for a level or a stream there is none of, InvalidPattern."""
        for what, given, known in (("level", self.levels, LEVELS), ("stream", self.streams, _STREAMS)):
            for word in given:
                if word not in known:
                    names = ", ".join(repr(name) for name in known)
                    raise InvalidRequest(detail=f"{what} {word[:100]!r} is unknown; expected one of {names}")
        self.matcher()


class ConsoleService:
    def __init__(self, stores: Stores, tails: Tails) -> None:
        self._stores = stores
        self._tails = tails
        self._scans = Scans(stores.metrics)

    def page(
        self, actor: Actor, path: RunPath, first: int, limit: int, look: Look | None = None, *, only_matches: bool = False
    ) -> ConsolePage:
        """Lines at the positions `first …` among those that pass `look`. A negative `first` counts from the end."""
        if not 1 <= limit <= LINES_PER_PAGE:
            raise InvalidRequest(detail=f"limit is {limit}; expected 1 to {LINES_PER_PAGE}")
        look = look or Look()
        look.check()
        run = self._find(actor, path)
        count = self._stores.metrics.console_count(run.ref)
        is_complete = True
        if not look.is_narrowed and not (only_matches and look.pattern):
            total = count
            lines = self._stores.metrics.console(run.ref, first, limit)
        else:
            with self._scans.of(run.ref) as scan:
                is_complete = self._advance(scan, look, only_matches=only_matches)
                view = self._view(scan, look, only_matches=only_matches)
            total = len(view)
            start = max(0, total + first) if first < 0 else first
            lines = self._lines(run, view[start : start + limit])
        pattern = look.matcher()
        shown = [_line(line, pattern) for line in lines]
        tails = self._tails.of(run.key) if run.is_live else []
        return ConsolePage(
            shown, total, count, [ConsoleTail(t.stream, t.label, t.time, list(t.lines)) for t in tails], is_complete
        )

    def search(self, actor: Actor, path: RunPath, asked: messages.ConsoleSearch) -> messages.ConsoleMatches:
        """Matching lines from `first` on, in the direction asked for, and how far the console has been looked through."""
        began = time.perf_counter()
        if not 1 <= asked.limit <= LINES_PER_PAGE:
            raise InvalidRequest(detail=f"limit is {asked.limit}; expected 1 to {LINES_PER_PAGE}")
        if not asked.pattern:
            raise InvalidRequest(detail="pattern is empty; give a text or a regular expression to look for")
        look = Look(
            tuple(asked.labels), tuple(asked.levels), tuple(asked.streams), asked.pattern, asked.is_regex, asked.ignore_case
        )
        look.check()
        run = self._find(actor, path)
        with self._scans.of(run.ref) as scan:
            is_complete = self._advance(scan, look, only_matches=True)
            view = self._view(scan, look, only_matches=True)
            scanned, count = scan.reach(look), scan.line_count
        if asked.direction == "forward":
            start = 0 if asked.first is None else int(view.searchsorted(asked.first))
            positions = range(start, min(len(view), start + asked.limit))
            rest = len(view) > start + asked.limit
        else:
            end = len(view) if asked.first is None else int(view.searchsorted(asked.first, side="right"))
            positions = range(max(0, end - asked.limit), end)
            rest = end > asked.limit
        pattern = look.matcher()
        assert pattern is not None
        lines = self._lines(run, view[positions.start : positions.stop])
        matches = [
            messages.ConsoleMatch(line.number, position, pattern.spans(as_seen(line.text)))
            for position, line in zip(positions, lines, strict=False)
        ]
        after: int | None = None
        if rest and matches:
            after = matches[-1].number + 1 if asked.direction == "forward" else matches[0].number - 1
        elif not is_complete and asked.direction == "forward":
            after = max(scanned, asked.first or 0)
        if asked.direction == "backward":
            matches.reverse()
        took_ms = round((time.perf_counter() - began) * 1000)
        return messages.ConsoleMatches(matches, len(view), scanned, count, is_complete, after, took_ms)

    def strip(self, actor: Actor, path: RunPath, buckets: int, look: Look | None = None) -> messages.ConsoleStrip:
        """Lines, matches, warnings and errors over time, in at most `buckets` stretches of equal length."""
        if not 1 <= buckets <= BUCKETS_MAX:
            raise InvalidRequest(detail=f"buckets is {buckets}; expected 1 to {BUCKETS_MAX}")
        look = look or Look()
        look.check()
        run = self._find(actor, path)
        with self._scans.of(run.ref) as scan:
            is_complete = scan.learn_all(look.matcher_name, look.matcher())
            index = scan.index
            n = index.count
            found = scan.matches(look.matcher_name) if look.pattern else np.empty(0, dtype=np.int64)
            times, level = index.times(), index.levels()
            shown = self._mask(scan, look)
            labels = index.label_counts()
            line_count = scan.line_count
        found = found[found < n]
        if shown is not None:
            found = found[shown[found]]
        counts = np.bincount(level, minlength=4)
        return messages.ConsoleStrip(
            _buckets(times, level, shown, found, buckets),
            [messages.ConsoleLabel(label, lines) for label, lines in labels],
            int(counts[1]), int(counts[2]), int(counts[3]), len(found), n, line_count, is_complete,
        )  # fmt: skip

    def at(
        self, actor: Actor, path: RunPath, when: float, look: Look | None = None, *, only_matches: bool = False
    ) -> messages.ConsolePlace:
        """The first line at or after `when`; the last one if all are earlier, −1 if there is none.

        Lines are taken to be in order of time."""
        look = look or Look()
        look.check()
        run = self._find(actor, path)
        metrics = self._stores.metrics
        low, high = 0, metrics.console_count(run.ref)
        if high == 0:
            return _NOWHERE
        last = high - 1
        while low < high:
            middle = (low + high) // 2
            lines = metrics.console(run.ref, middle, 1)
            if not lines:
                return _NOWHERE
            if lines[0].time < when:
                low = middle + 1
            else:
                high = middle
        return self._place(run, min(low, last), look, only_matches=only_matches)

    def place(
        self, actor: Actor, path: RunPath, number: int, look: Look | None = None, *, only_matches: bool = False
    ) -> messages.ConsolePlace:
        """Where line `number` stands among those that pass `look`: the next one that does, if it does not."""
        look = look or Look()
        look.check()
        run = self._find(actor, path)
        count = self._stores.metrics.console_count(run.ref)
        if count == 0:
            return _NOWHERE
        return self._place(run, max(0, min(number, count - 1)), look, only_matches=only_matches)

    def download(self, actor: Actor, path: RunPath, look: Look | None = None, *, with_times: bool = False) -> Iterator[bytes]:
        """The lines that pass `look` as text, without colours. Access is checked before the first piece is taken."""
        look = look or Look()
        look.check()
        return self._text(self._find(actor, path), look, with_times=with_times)

    def _text(self, run: Run, look: Look, *, with_times: bool) -> Iterator[bytes]:
        pattern = look.matcher()
        count = self._stores.metrics.console_count(run.ref)
        for block in self._stores.metrics.console_blocks(run.ref, 0, count):
            seen = block.as_seen()
            keep = np.ones(len(seen), dtype=bool)
            if pattern is not None:
                keep[:] = False
                keep[pattern.rows(seen)] = True
            if look.levels:
                keep &= np.isin(levels(seen), [LEVELS.index(word) for word in look.levels])
            if look.streams:
                keep &= np.isin(seen.streams, [_STREAMS.index(word) for word in look.streams])
            if look.labels:
                keep &= np.isin(seen.labels, [i for i, name in enumerate(seen.label_names) if name in look.labels])
            heads = [f"[{name}] ".encode() if name else b"" for name in seen.label_names]
            rows = np.flatnonzero(keep)
            out = []
            for row, a, b, label in zip(
                rows.tolist(), seen.starts[rows].tolist(), seen.ends[rows].tolist(), seen.labels[rows].tolist(), strict=True
            ):
                if with_times:
                    out.append(_stamp(float(seen.times[row])))
                out += [heads[label], seen.text[a:b], b"\n"]
            if out:
                yield b"".join(out)

    def _find(self, actor: Actor, path: RunPath) -> Run:
        with self._stores.metadata.read() as unit:
            return find(unit, actor, path, with_deleted=True)

    def _place(self, run: Run, number: int, look: Look, *, only_matches: bool) -> messages.ConsolePlace:
        position = number
        if look.is_narrowed or (only_matches and look.pattern):
            with self._scans.of(run.ref) as scan:
                self._advance(scan, look, only_matches=only_matches)
                view = self._view(scan, look, only_matches=only_matches)
            position = min(int(view.searchsorted(number)), max(0, len(view) - 1))
            number = int(view[position]) if len(view) else number
        lines = self._stores.metrics.console(run.ref, number, 1)
        return messages.ConsolePlace(number, position, lines[0].time) if lines else _NOWHERE

    def _advance(self, scan: Scan, look: Look, *, only_matches: bool) -> bool:
        """Look through more of the console for a bounded time; whether all of it has been now."""
        pattern = look.matcher() if only_matches else None
        if look.is_narrowed:
            return scan.learn_all(look.matcher_name if pattern else "", pattern)
        return scan.learn(look.matcher_name, pattern) if pattern else True

    def _view(self, scan: Scan, look: Look, *, only_matches: bool) -> Int64:
        """Numbers of the lines that pass, ascending, as far as they are known."""
        mask = self._mask(scan, look)
        if only_matches and look.pattern:
            rows = scan.matches(look.matcher_name)
            if mask is None:
                return rows
            rows = rows[rows < len(mask)]
            return rows[mask[rows]]
        assert mask is not None
        return np.flatnonzero(mask)

    def _mask(self, scan: Scan, look: Look) -> Mask | None:
        if not look.is_narrowed:
            return None
        index = scan.index
        mask = np.ones(index.count, dtype=bool)
        if look.levels:
            mask &= np.isin(index.levels(), [LEVELS.index(word) for word in look.levels])
        if look.streams:
            mask &= np.isin(index.streams(), [_STREAMS.index(word) for word in look.streams])
        if look.labels:
            mask &= np.isin(index.labels(), index.label_codes(look.labels))
        return mask

    def _lines(self, run: Run, numbers: Int64) -> list[Line]:
        """The lines of these ascending numbers; neighbours are read together. None of a run that went elsewhere meanwhile."""
        if not len(numbers):
            return []
        breaks = np.flatnonzero(np.diff(numbers) > 256) + 1
        found: list[Line] = []
        for part in np.split(numbers, breaks):
            first, last = int(part[0]), int(part[-1])
            lines = self._stores.metrics.console(run.ref, first, last - first + 1)
            found += [lines[number - first] for number in part.tolist() if number - first < len(lines)]
        return found


def _line(line: Line, pattern: LinePattern | None) -> ConsoleLine:
    seen = as_seen(line.text)
    spans = pattern.spans(seen) if pattern is not None else []
    return ConsoleLine(line.number, line.time, line.stream, line.label, line.text, level_of(seen), spans)


def _stamp(at: float) -> bytes:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z ").encode()


def _buckets(times: Float64, level: UInt8, shown: Mask | None, found: Int64, most: int) -> list[messages.ConsoleBucket]:
    n = len(times)
    if not n:
        return []
    low, high = float(times.min()), float(times.max())
    count = most if high > low else 1
    width = (high - low) / count or 1.0
    place = np.minimum(((times - low) / width).astype(np.int64), count - 1)
    passes = np.ones(n, dtype=bool) if shown is None else shown
    edges = low + width * np.arange(count + 1)
    first = np.maximum.accumulate(times).searchsorted(edges[:-1])
    columns = (
        edges[:-1],
        edges[1:],
        np.minimum(first, n - 1),
        np.bincount(place[passes], minlength=count),
        np.bincount(place[found], minlength=count),
        np.bincount(place[passes & (level == LEVELS.index("warn"))], minlength=count),
        np.bincount(place[passes & (level == LEVELS.index("error"))], minlength=count),
    )
    return [messages.ConsoleBucket(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
