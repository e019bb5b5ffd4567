"""A page of history as columns of plain Python, and rows made from them. Needs nothing but the standard library."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

from assay.wire.batch import unpack_column
from assay.wire.messages.series import HistoryPage


def rows_of(page: HistoryPage, started_at: float, prefix: str = "") -> Iterator[dict[str, Any]]:
    """The page's rows as dicts: the keys each row has, then `_step`, `_timestamp` and `_runtime` (seconds since the start)."""
    steps, times = _numbers("q", page.steps), _numbers("d", page.times)
    rows: list[dict[str, Any]] = [{} for _ in steps]
    for column in page.columns:
        key = prefix + column.key
        values = unpack_column(column.kind, column.data)
        places = _numbers("I", column.rows) if column.rows else range(len(steps))
        for place, value in zip(places, values, strict=True):
            rows[place][key] = value
    for row, step, time in zip(rows, steps, times, strict=True):
        row["_step"] = step
        row["_timestamp"] = time
        row["_runtime"] = time - started_at
        yield row


def _numbers(code: str, data: bytes) -> Any:
    numbers: array[Any] = array(code)
    numbers.frombytes(data)
    return numbers


class Thinner:
    """Keeps at most `count` rows, evenly spread, of however many pass by; the last one always. One pass, bounded memory."""

    def __init__(self, count: int) -> None:
        assert count >= 1, count
        self._count = count
        self._stride = 1
        self._kept: list[dict[str, Any]] = []
        self._seen = 0
        self._last: dict[str, Any] | None = None

    def add(self, row: dict[str, Any]) -> None:
        if self._seen % self._stride == 0:
            self._kept.append(row)
            if len(self._kept) >= 2 * max(2, self._count):
                self._kept = self._kept[::2]
                self._stride *= 2
        self._seen += 1
        self._last = row

    def rows(self) -> list[dict[str, Any]]:
        """All rows if they are no more than `count`, else every n-th and the last."""
        kept = self._kept
        if self._last is not None and kept[-1] is not self._last:
            kept = [*kept, self._last]
        if len(kept) <= self._count:
            return kept
        if self._count == 1:
            return kept[-1:]
        last = len(kept) - 1
        places = sorted({round(place * last / (self._count - 1)) for place in range(self._count)})
        return [kept[place] for place in places]
