"""Groups of runs with the same values of some keys, and what the numbers of their columns come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assay.server.domain.filters import ABSENT
from assay.server.domain.runs import LIVE
from assay.server.services.run_columns import Column
from assay.wire.messages.runs import RunGroup

Int64 = NDArray[np.int64]


def grouped(columns: Mapping[str, Column], by: Sequence[str], of: Sequence[str], order: Int64) -> list[RunGroup]:
    """Groups in the order in which their first run comes in `order` (places in the columns). A run without a value of a key
    belongs to the group where the key is null."""
    if not len(order):
        return []
    codes = np.zeros(len(order), np.int64)
    for key in by:
        # NaN stands for absent, and all absent ones are one group.
        _, at = np.unique(columns[key].ranks[order], return_inverse=True, equal_nan=True)
        _, codes = np.unique(codes * (int(at.max()) + 1) + at, return_inverse=True)
    counts = np.bincount(codes)
    first = np.full(len(counts), len(order), np.int64)
    np.minimum.at(first, codes, np.arange(len(order)))
    is_running = _is_running(columns["state"], order)
    running = np.bincount(codes, weights=is_running, minlength=len(counts))
    numbers = {key: _aggregates(columns[key], order, codes, len(counts)) for key in of}
    groups = []
    for group in np.argsort(first, kind="stable").tolist():
        place = int(order[first[group]])
        values = {key: None if (value := columns[key].value(place)) is ABSENT else value for key in by}
        aggregates = {key: {name: float(column[group]) for name, column in found.items()} for key, found in numbers.items()}
        groups.append(
            RunGroup(values, int(counts[group]), int(running[group]), {k: a for k, a in aggregates.items() if a["count"]})
        )
    return groups


def _is_running(state: Column, order: Int64) -> NDArray[np.float64]:
    live = np.zeros(len(state.state))
    for place, value in state.others.items():
        live[place] = value in LIVE
    return live[order]


def _aggregates(column: Column, order: Int64, codes: Int64, n: int) -> dict[str, NDArray[np.float64]]:
    """count, mean, min, max and (population) std of the finite numbers, a place per group."""
    numbers = column.numbers[order]
    usable = (column.state[order] == 1) & np.isfinite(numbers)
    values, at = numbers[usable], codes[usable]
    count = np.bincount(at, minlength=n).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(at, weights=values, minlength=n) / count
        # In two passes: the difference of two large sums would lose small spreads.
        std = np.sqrt(np.bincount(at, weights=(values - mean[at]) ** 2, minlength=n) / count)
    lowest, highest = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(lowest, at, values)
    np.maximum.at(highest, at, values)
    return {"count": count, "mean": mean, "min": lowest, "max": highest, "std": std}
