"""How values are distributed, as one logged value: `run.log({"grads": assay.Histogram(x)})`.

numpy is used if the script has loaded it, and is not needed. What is stored is the dictionary that W&B's clients write:
`{"_type": "histogram", "values": counts, "bins": edges}`; values that are not finite are counted beside it."""

from __future__ import annotations

import itertools
import math
import sys
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from assay.wire import limits

DEFAULT_BINS = 64


class Histogram:
    """Counts of `sequence` (numbers, an array or a tensor of any shape) in `num_bins` equal bins from its least to its greatest
    value, the last bin with its upper edge. `weights`, as many as there are values, are summed in place of counting.

    Or `np_histogram`, (counts, edges) as `numpy.histogram` answers them. Raises ValueError for what is no histogram."""

    def __init__(
        self,
        sequence: Any = None,
        np_histogram: tuple[Sequence[float], Sequence[float]] | None = None,
        num_bins: int = DEFAULT_BINS,
        weights: Any = None,
    ) -> None:
        self.nan = self.posinf = self.neginf = 0
        self.histogram: list[float]
        self.bins: list[float]
        if (sequence is None) == (np_histogram is None):
            raise ValueError("Histogram takes either a sequence of values or np_histogram=(counts, edges)")
        if np_histogram is not None:
            self.histogram, self.bins = _given(np_histogram)
            return
        if isinstance(num_bins, bool) or not isinstance(num_bins, int) or not 1 <= num_bins <= limits.HISTOGRAM_BINS:
            raise ValueError(
                f"num_bins is {num_bins!r}; expected a whole number from 1 to {limits.HISTOGRAM_BINS} (HISTOGRAM_BINS)"
            )
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            self._count_arrays(numpy, _flat_array(numpy, sequence), weights, num_bins)
        else:
            self._count(_flat(sequence), None if weights is None else _flat(weights), num_bins)

    def stored(self) -> dict[str, Any]:
        """The value as a record holds it."""
        value: dict[str, Any] = {"_type": "histogram", "values": self.histogram, "bins": self.bins}
        return value | {name: count for name in ("nan", "posinf", "neginf") if (count := getattr(self, name))}

    def __repr__(self) -> str:
        return f"Histogram({len(self.histogram)} bins from {self.bins[0]:g} to {self.bins[-1]:g}, {sum(self.histogram):g} values)"

    def _count(self, values: list[float], weights: list[float] | None, num_bins: int) -> None:
        _check_weights(weights, len(values))
        self.nan = sum(map(math.isnan, values))
        self.posinf, self.neginf = values.count(math.inf), values.count(-math.inf)
        pairs = [pair for pair in zip(values, weights or [1] * len(values), strict=True) if math.isfinite(pair[0])]
        low, high = _range(min((v for v, _ in pairs), default=0.0), max((v for v, _ in pairs), default=1.0))
        self.bins = [low * (1 - place / num_bins) + high * (place / num_bins) for place in range(num_bins)] + [high]
        self.histogram = [0] * num_bins
        for value, weight in pairs:
            self.histogram[min(bisect_right(self.bins, value) - 1, num_bins - 1)] += weight

    def _count_arrays(self, numpy: Any, values: Any, weights: Any, num_bins: int) -> None:
        weights = None if weights is None else _flat_array(numpy, weights)
        _check_weights(weights, len(values))
        finite = numpy.isfinite(values)
        if not finite.all():
            self.nan, self.posinf = int(numpy.isnan(values).sum()), int((values == math.inf).sum())
            self.neginf = int((values == -math.inf).sum())
            values, weights = values[finite], None if weights is None else weights[finite]
        low, high = _range(float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
        part = numpy.arange(num_bins) / num_bins
        edges = numpy.append(low * (1 - part) + high * part, high)
        counts, _ = numpy.histogram(values, bins=edges, weights=weights)
        self.histogram, self.bins = counts.tolist(), edges.tolist()


def _range(low: float, high: float) -> tuple[float, float]:
    """The range of the bins: as numpy widens it where all values are one, and where bins would be narrower than floats are."""
    least = max(abs(low), abs(high), 1e-280) * 2.0**-42
    if low == high:
        half = max(0.5, least)
        return low - half, high + half
    return (low, high) if high / 2 - low / 2 > least else (low - least, high + least)


def _check_weights(weights: Any, count: int) -> None:
    if weights is None:
        return
    if len(weights) != count:
        raise ValueError(f"there are {len(weights)} weights for {count} values")
    if not all(math.isfinite(weight) and weight >= 0 for weight in weights):
        raise ValueError("weights must be finite and not negative")


def _given(np_histogram: tuple[Sequence[float], Sequence[float]]) -> tuple[list[float], list[float]]:
    try:
        counts, edges = np_histogram
        counts = [_count_of(count) for count in _listed(counts)]
        edges = [float(edge) for edge in _listed(edges)]
    except (TypeError, ValueError) as error:
        raise ValueError(f"np_histogram must be (counts, edges), as numpy.histogram answers them: {error}") from error
    if not 1 <= len(counts) <= limits.HISTOGRAM_BINS:
        raise ValueError(f"np_histogram has {len(counts)} bins; expected 1 to {limits.HISTOGRAM_BINS} (HISTOGRAM_BINS)")
    if len(edges) != len(counts) + 1:
        raise ValueError(f"np_histogram has {len(edges)} edges for {len(counts)} counts; expected one more edge than counts")
    if not all(map(math.isfinite, edges)) or any(a >= b for a, b in itertools.pairwise(edges)):
        raise ValueError("the edges of np_histogram must be finite and ascend")
    if not all(math.isfinite(count) and count >= 0 for count in counts):
        raise ValueError("the counts of np_histogram must be finite and not negative")
    return counts, edges


def _count_of(count: Any) -> float:
    number = float(count)
    return int(number) if number.is_integer() else number


def _listed(values: Any) -> list[Any]:
    found = values.tolist() if hasattr(values, "tolist") else list(values)
    return found if isinstance(found, list) else [found]


def _on_host(value: Any) -> Any:
    """A tensor without its graph, in main memory, of a type that Python has."""
    if not hasattr(type(value), "detach"):
        return value
    value = value.detach()
    if str(getattr(value, "dtype", "")) in {"torch.bfloat16", "torch.float16"}:
        value = value.float()
    return value.cpu()


def _flat_array(numpy: Any, sequence: Any) -> Any:
    value = _on_host(sequence)
    if not hasattr(value, "__array__") and not isinstance(value, list | tuple):
        value = list(_walk(value))
    try:
        return numpy.asarray(value, dtype=float).reshape(-1)
    except (TypeError, ValueError):
        return numpy.asarray(_flat(value), dtype=float)


def _flat(sequence: Any) -> list[float]:
    """Raises ValueError for what is no number."""
    value = _on_host(sequence)
    return list(_walk(value.tolist() if hasattr(value, "tolist") else value))


def _walk(value: Any) -> Iterable[float]:
    todo = [iter([value])]
    while todo:
        each = next(todo[-1], todo)
        if each is todo:
            todo.pop()
        elif isinstance(each, int | float):
            yield float(each)
        elif isinstance(each, str | bytes) or not hasattr(each, "__iter__"):
            try:
                yield float(each)  # type: ignore[arg-type]
            except (TypeError, ValueError):
                raise ValueError(f"a histogram is of numbers; found {each!r:.80}") from None
        elif len(todo) > limits.NESTING:
            raise ValueError(f"nested deeper than {limits.NESTING} levels")
        else:
            todo.append(iter(each))
