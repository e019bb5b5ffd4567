"""Where the cells of a project lie: those of one metric together, so that a column of the runs table is read in one go.

A metric's cells are given out from slabs, each a quarter of what the metric has already: few slabs for many runs, and little
room that nothing lies in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SLAB_CELLS_MAX = 4096

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]


class Slabs:
    """`size`: cells in all, those not given out yet among them."""

    def __init__(self) -> None:
        self.size = 0
        self._rows: dict[int, int] = {}  # code → row of the three arrays below
        self._next: I64 = np.empty(0, dtype=np.int64)
        self._end: I64 = np.empty(0, dtype=np.int64)  # of the slab that `_next` lies in
        self._given: I64 = np.empty(0, dtype=np.int64)
        self._slabs: I64 = np.empty((0, 3), dtype=np.int64)  # row, first cell, end
        self._slab_count = 0

    def load(self, codes: U64) -> I64:
        """A cell for each of `codes`, which name a metric as often as it has cells: a slab a metric, without room."""
        order = np.argsort(codes, kind="stable")
        cells = np.empty(len(codes), dtype=np.int64)
        cells[order] = np.arange(self.size, self.size + len(codes))
        found, firsts, counts = np.unique(codes[order], return_index=True, return_counts=True)
        rows = self._rows_of(found)
        self._open(rows, firsts + self.size, counts)
        self._next[rows] = self._end[rows]
        self._given[rows] += counts
        self.size += len(codes)
        return cells

    def give(self, codes: U64) -> I64:
        """A new cell for each of `codes`, which differ."""
        rows = self._rows_of(codes)
        full = rows[self._next[rows] == self._end[rows]]
        if len(full):
            sizes = np.clip(self._given[full] // 4, 1, _SLAB_CELLS_MAX)
            self._open(full, self.size + np.cumsum(sizes) - sizes, sizes)
            self.size += int(sizes.sum())
        cells = self._next[rows]
        self._next[rows] += 1
        self._given[rows] += 1
        return cells

    def given(self, code: int) -> int:
        """How many cells one metric has been given."""
        row = self._rows.get(code)
        return 0 if row is None else int(self._given[row])

    def find(self, code: int) -> I64:
        """The cells given out to one metric, those of runs that are gone among them."""
        row = self._rows.get(code)
        if row is None:
            return np.empty(0, dtype=np.int64)
        known = self._slabs[: self._slab_count]
        slabs = [(first, end) for _, first, end in known[known[:, 0] == row].tolist()]
        slabs[-1] = (slabs[-1][0], int(self._next[row]))
        return np.concatenate([np.arange(first, end) for first, end in slabs])

    def _rows_of(self, codes: U64) -> I64:
        known = self._rows
        rows = [known.setdefault(code, len(known)) for code in codes.tolist()]
        if len(known) > len(self._next):
            more = max(len(known), 64)
            self._next, self._end, self._given = (np.pad(a, (0, more)) for a in (self._next, self._end, self._given))
        return np.array(rows, dtype=np.int64)

    def _open(self, rows: I64, firsts: I64, sizes: I64) -> None:
        """Begin a slab for each of `rows`; only its last slab has room."""
        self._next[rows], self._end[rows] = firsts, firsts + sizes
        end = self._slab_count + len(rows)
        if end > len(self._slabs):
            self._slabs = np.pad(self._slabs, ((0, max(len(self._slabs), end)), (0, 0)))
        self._slabs[self._slab_count : end] = np.stack((rows, firsts, firsts + sizes), axis=1)
        self._slab_count = end
