"""Histograms as scripts make them: numpy's counts, with or without numpy, and nothing lost that is not finite."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import assay
from assay.sdk.values.plain import flatten
from assay.wire import limits

SOURCE = Path(__file__).resolve().parents[3] / "src"
RNG = np.random.default_rng(0)


def counted(values: Any, **given: Any) -> assay.Histogram:
    return assay.Histogram(values, **given)


@pytest.mark.parametrize("num_bins", [1, 10, 64, 512])
@pytest.mark.parametrize(
    "values", [RNG.normal(size=1_000), RNG.integers(0, 10, 500), np.array([3.0]), np.array([1e300, -1e300, 0.0]), np.zeros(5)]
)
def test_counts_are_numpys(values: Any, num_bins: int) -> None:
    found = counted(values, num_bins=num_bins)
    expected, _ = np.histogram(values, bins=np.array(found.bins))
    assert found.histogram == expected.tolist()
    assert sum(found.histogram) == len(values)
    np.testing.assert_allclose(found.bins, np.histogram_bin_edges(values.astype(float), num_bins), rtol=1e-9, atol=1e-12)


def test_without_numpy_the_counts_are_the_same() -> None:
    values = [round(float(value), 3) for value in RNG.normal(size=500)] + [math.nan, math.inf, -math.inf]
    script = (
        "import sys, assay\n"
        f"nan, inf = float('nan'), float('inf')\nstored = assay.Histogram([{values!r}], num_bins=20).stored()\n"
        "assert 'numpy' not in sys.modules\nprint(stored)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == repr(counted(np.array(values), num_bins=20).stored())


def test_weights_are_summed_and_what_is_not_finite_is_counted_apart() -> None:
    found = counted([0.0, 1.0, 1.0, math.nan, math.inf], num_bins=2, weights=[1, 0.5, 0.25, 9, 9])
    assert found.stored() == {
        "_type": "histogram", "values": [1.0, 0.75], "bins": [0.0, 0.5, 1.0], "nan": 1, "posinf": 1,
    }  # fmt: skip


def test_any_shape_counts_as_its_values() -> None:
    assert counted([[1, 2], [3, [4]]], num_bins=4).histogram == [1, 1, 1, 1]
    assert counted(np.arange(8).reshape(2, 2, 2), num_bins=4).histogram == [2, 2, 2, 2]
    assert counted((n for n in range(8)), num_bins=4).histogram == [2, 2, 2, 2]
    assert counted([], num_bins=3).stored()["values"] == [0, 0, 0]


def test_numpys_own_histogram_is_taken_as_it_is() -> None:
    counts, edges = np.histogram([1.0, 2.0, 2.0, 5.0], bins=[0, 1.5, 3, 10])
    found = assay.Histogram(np_histogram=(counts, edges))
    assert (found.histogram, found.bins) == ([1, 2, 1], [0.0, 1.5, 3.0, 10.0])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "either a sequence"),
        ({"sequence": [1], "np_histogram": ([1], [0, 1])}, "either a sequence"),
        ({"sequence": ["a"]}, "found 'a'"),
        ({"sequence": "text"}, "found 'text'"),
        ({"sequence": [1], "num_bins": 0}, "num_bins"),
        ({"sequence": [1], "num_bins": limits.HISTOGRAM_BINS + 1}, "HISTOGRAM_BINS"),
        ({"sequence": [1], "num_bins": 2.0}, "num_bins"),
        ({"sequence": [1, 2], "weights": [1]}, "1 weights for 2 values"),
        ({"sequence": [1, 2], "weights": [1, -1]}, "not negative"),
        ({"np_histogram": 3}, "as numpy.histogram answers"),
        ({"np_histogram": ([1, 2], [0, 1])}, "one more edge"),
        ({"np_histogram": ([1], [1, 1])}, "ascend"),
        ({"np_histogram": ([1], [0, math.nan])}, "finite"),
        ({"np_histogram": ([-1], [0, 1])}, "not negative"),
        ({"np_histogram": ([1] * 600, list(range(601)))}, "HISTOGRAM_BINS"),
        ({"np_histogram": ([], [0])}, "0 bins"),
    ],
)
def test_what_is_no_histogram_is_refused_with_the_reason(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        assay.Histogram(**given)


def test_a_row_holds_it_as_one_value() -> None:
    row, refused = flatten({"grads": {"layer1": counted([1, 2], num_bins=2)}})
    assert row == {"grads.layer1": {"_type": "histogram", "values": [1, 1], "bins": [1.0, 1.5, 2.0]}}
    assert refused == {}
