"""The order of rows by columns of numbers: what numpy's lexsort says, in a third to two thirds of its time. Least significant
digits first, each digit of 16 bits by numpy's radix sort."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SIGN = np.int64(-(1 << 63))
_LAST = np.int64(-1)  # every bit set
_DIGITS = range(4) if sys.byteorder == "little" else range(3, -1, -1)


def order_of(columns: Sequence[tuple[NDArray[np.float64], bool]]) -> NDArray[np.int64]:
    """Places of the rows, sorted by the first column, equals by the next, and so on; equals of all stay as they are. A column
    is (values, whether the greatest come first); NaN comes last either way, 0.0 and -0.0 are equal. At least one column."""
    order: NDArray[np.int64] | None = None
    for values, is_descending in reversed(columns):
        digits = _rising(values, is_descending).view(np.uint16).reshape(-1, 4)
        for digit in _DIGITS:
            column = digits[:, digit].copy()
            if len(column) and (column == column[0]).all():
                continue
            by_digit = np.argsort(column if order is None else column[order], kind="stable")
            order = by_digit if order is None else order[by_digit]
    return np.arange(len(columns[0][0])) if order is None else order


def _rising(values: NDArray[np.float64], is_descending: bool) -> NDArray[np.int64]:
    """Bits that are, as unsigned integers, in the order of the values."""
    numbers = values + 0.0
    is_absent = np.isnan(numbers)
    bits = numbers.view(np.int64)
    # As integers, positive floats are in their order and negative ones in the opposite.
    bits ^= (bits >> 63) | _SIGN
    if is_descending:
        np.invert(bits, out=bits)
    if is_absent.any():
        bits[is_absent] = _LAST
    return bits
