"""Logged histograms: read from the values that rows hold, and merged onto shared edges with every count kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.wire import limits

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts` of length b in bins edges[i] <= value < edges[i + 1], the last with its upper edge; edges ascend. Values that were
    not finite are counted apart."""

    edges: Float64
    counts: Float64
    nan: int = 0
    posinf: int = 0
    neginf: int = 0


def is_histogram(value: object) -> bool:
    return isinstance(value, dict) and value.get("_type") == "histogram"


def read(value: Any) -> Histogram | None:
    """The histogram a row's value is: `values` with `bins`, or with W&B's `packedBins` {min, size, count}. None if it is none."""
    if not is_histogram(value):
        return None
    try:
        counts = np.array(value["values"], dtype=np.float64)
        if "bins" in value:
            edges = np.array(value["bins"], dtype=np.float64)
        else:
            packed = value["packedBins"]
            if int(packed["count"]) != len(counts):  # before so many edges are made
                return None
            edges = float(packed["min"]) + float(packed["size"]) * np.arange(len(counts) + 1.0)
        odd = [int(value.get(name, 0)) for name in ("nan", "posinf", "neginf")]
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    is_whole = counts.ndim == edges.ndim == 1 and len(edges) == len(counts) + 1 and 1 <= len(counts) <= 8 * limits.HISTOGRAM_BINS
    if not is_whole or not (np.isfinite(edges).all() and (edges[1:] > edges[:-1]).all() and np.isfinite(counts).all()):
        return None
    return Histogram(edges, counts, *odd)


def merge(parts: Sequence[Histogram]) -> Histogram:
    """All of `parts`, of which there is at least one, as one. Equal edges are kept; otherwise the bins are equal, as many as the
    finest part has, from the lowest edge to the highest, and each part's bins are cut where those of the whole begin.

    Whole counts stay whole and their sum is kept exactly; where in a bin its values lay is not known, so that a bin that is cut
    is taken as filled evenly."""
    odd = [sum(getattr(part, name) for part in parts) for name in ("nan", "posinf", "neginf")]
    first = parts[0]
    if all(len(part.edges) == len(first.edges) and np.array_equal(part.edges, first.edges) for part in parts[1:]):
        return Histogram(first.edges, np.sum([part.counts for part in parts], axis=0), *odd)
    # Bins without a count say nothing about where values are: an empty histogram must not widen the others.
    filled = [part for part in parts if part.counts.any()] or list(parts)
    low, high = min(part.edges[0] for part in filled), max(part.edges[-1] for part in filled)
    places = np.arange(max(len(part.counts) for part in filled) + 1) / max(len(part.counts) for part in filled)
    edges = low * (1 - places) + high * places
    edges[-1] = high
    return Histogram(edges, np.sum([_cut(part, edges) for part in filled], axis=0), *odd)


def _cut(part: Histogram, edges: Float64) -> Float64:
    """The counts of `part` in bins that cover all of it."""
    below = np.interp(edges, part.edges, np.concatenate(([0.0], np.cumsum(part.counts))))
    if (part.counts == np.floor(part.counts)).all():
        # Rounding how many lie below each edge, not how many lie in each bin, loses none.
        below = np.floor(below + 0.5)
    return np.diff(below)
