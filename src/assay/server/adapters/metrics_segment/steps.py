"""The steps of rows, ascending: an array, or where they are evenly spaced, as training loops log them, three numbers.

A scan of a million points never has to make the million steps: where a cell of the step grid begins is a division."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.buckets import group_starts

I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Progression:
    """first, first + difference, …: `count` steps, difference ≥ 1."""

    first: int
    difference: int
    count: int

    def __len__(self) -> int:
        return self.count

    def array(self) -> I64:
        return np.arange(self.count, dtype=np.int64) * self.difference + self.first


Steps = Progression | I64


def index(steps: Steps, step: int) -> int:
    """How many of `steps` are lower than `step`."""
    if isinstance(steps, Progression):
        return min(steps.count, max(0, -(-(step - steps.first) // steps.difference)))
    return int(steps.searchsorted(step))


def at(steps: Steps, place: int) -> int:
    """steps[place]."""
    return steps.first + place * steps.difference if isinstance(steps, Progression) else int(steps[place])


def cut(steps: Steps, start: int, end: int) -> Steps:
    """steps[start:end], for 0 <= start <= end <= len(steps)."""
    if isinstance(steps, Progression):
        return Progression(steps.first + start * steps.difference, steps.difference, end - start)
    return steps[start:end]


def join(pieces: list[Steps]) -> I64:
    """Pieces one after another, as an array."""
    if not pieces:
        return np.empty(0, dtype=np.int64)
    first, difference, count = pieces[0], 0, 0
    for piece in pieces:
        # Blocks of an evenly logged series go on where the one before ended: then the whole is one progression.
        if not isinstance(piece, Progression) or not isinstance(first, Progression):
            break
        if piece.difference != first.difference or piece.first != first.first + count * first.difference:
            break
        difference, count = first.difference, count + piece.count
    else:
        assert isinstance(first, Progression)
        return Progression(first.first, difference, count).array()
    arrays = [piece.array() if isinstance(piece, Progression) else piece for piece in pieces]
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def array(steps: Steps) -> I64:
    return steps.array() if isinstance(steps, Progression) else steps


def same(a: Steps, b: Steps) -> bool:
    """Whether two are known to hold the same steps; False may also mean that it would have to be looked at."""
    return isinstance(a, Progression) and isinstance(b, Progression) and a == b


def edges(cells: Steps, exponent: int) -> NDArray[np.float64]:
    """The first step of each cell of the grid of 2^exponent steps."""
    if isinstance(cells, Progression):
        width = cells.difference << exponent
        first = cells.first << exponent
        return np.arange(first, first + cells.count * width, width, dtype=np.int64).astype(np.float64)
    return (cells << exponent).astype(np.float64)


def cells(steps: Steps, exponent: int) -> tuple[Steps, I64]:
    """The cells of the grid of 2^exponent steps that `steps` lie in, ascending, and where each begins in `steps`."""
    if isinstance(steps, Progression):
        if steps.difference <= 1 << exponent:  # no cell between the first and the last is left out
            low, high = steps.first >> exponent, (steps.first + (steps.count - 1) * steps.difference) >> exponent
            corners = np.arange(low << exponent, (high << exponent) + 1, 1 << exponent, dtype=np.int64)
            starts = -(-(corners - steps.first) // steps.difference) if steps.difference > 1 else corners - steps.first
            starts[0] = 0
            return Progression(low, 1, high - low + 1), starts
        steps = steps.array()
    ids = steps >> exponent
    starts = group_starts(ids)
    return ids[starts], starts
