"""Smoothed series. Every kind works on all points of a series, never on buckets of them, so that a wider panel or a zoom shows
the same curve.

A point that is not finite takes no part and is NaN in the answer; windows count the finite points. Everything is O(n) or
O(n log n), in blocks, so that memory beside input and answer stays small."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

VIEWPORT = 1_000.0  # parts that the range of x is cut into for the time-weighted average
_LARGE, _DIVISOR = 2.0**900, 2.0**200
_MEDIAN_BLOCK = 1 << 20  # points of one call of the median filter


def smooth(kind: str, strength: float, x: Float64, y: Float64) -> Float64:
    """`y`, given in order of x, smoothed by one of `KINDS`."""
    if kind == "time_ema":
        return time_ema(x, y, strength)
    if kind == "ema":
        return ema(y, strength)
    return KINDS[kind](y, strength)


def ema(y: Float64, weight: float) -> Float64:
    """The exponential moving average m[i] = w m[i-1] + (1 - w) y[i] from m = 0, divided by 1 - w^i so that the beginning is not
    drawn to zero. As TensorBoard smooths (`vz_line_chart2`, `resmoothDataset`); the correction is Kingma & Ba's, Adam, 2015."""

    def finite(values: Float64) -> Float64:
        if weight == 0 or len(values) == 0:
            return values.copy()
        mean = _scan(values, weight)
        mean *= 1 - weight
        # 1 - w^i without loss where w^i is near 1; beyond a few thousand points it is 1.
        head = min(len(values), max(1, math.ceil(-40 / math.log(weight))))
        mean[:head] /= -np.expm1(np.arange(1, head + 1) * math.log(weight))
        return mean

    return _of_finite(finite, y)


def time_ema(x: Float64, y: Float64, strength: float) -> Float64:
    """The average of what came before, each point weighted by w^d with d its distance in thousandths of the range of x.

    w = min(sqrt(strength), 0.999). As W&B's "time weighted EMA" (its documentation, "Smoothing line plots"), so that runs logging
    at different intervals are smoothed alike; the range is the series' own, from its first point to its last."""
    keep = np.isfinite(y) & np.isfinite(x)
    if not keep.all():
        return _scattered(keep, time_ema(x[keep], y[keep], strength))
    return _tamed(lambda values: _time_ema(x, values, strength), y)


def _time_ema(x: Float64, y: Float64, strength: float) -> Float64:
    weight = min(math.sqrt(strength), 0.999)
    span = float(x[-1] - x[0]) if len(x) else 0.0
    if weight == 0 or len(y) < 2 or span <= 0:
        flat: Float64 = y.copy() if weight == 0 or len(y) < 2 else np.cumsum(y) / np.arange(1, len(y) + 1)
        return flat
    apart = np.diff(x)
    scale = VIEWPORT / span * math.log(weight)
    first = float(apart[0])
    if (apart == first).all():
        # Evenly spaced, as steps mostly are: the weight is one number and its sum a geometric series.
        step = math.exp(first * scale)
        weight_sum: Float64 = np.expm1(np.arange(1, len(y) + 1) * (first * scale)) / math.expm1(first * scale)
        return _scan(y, step) / weight_sum
    weights = np.empty(len(y))
    weights[0] = 0.0
    np.exp(apart * scale, out=weights[1:])
    total, weight_sum = _scan_with_weights(y, weights)
    total /= weight_sum
    return total


def gaussian(y: Float64, sigma: float) -> Float64:
    """The mean of the points around, weighted by exp(-d² / 2 sigma²), d in points, cut at 4 sigma. At the ends the weights of the
    points that exist are brought to 1, which leaves a constant series as it is."""

    def finite(values: Float64) -> Float64:
        half = min(math.ceil(4 * sigma), len(values))
        if sigma <= 0 or half < 1:
            return values.copy()
        kernel = np.exp(-0.5 * (np.arange(-half, half + 1) / sigma) ** 2)
        return _around(values, kernel / kernel.sum(), is_mean=True)

    return _of_finite(finite, y)


def mean(y: Float64, window: float) -> Float64:
    """The mean of `window` points (made odd) around each; at the ends, of those that exist."""

    def finite(values: Float64) -> Float64:
        half = int(window) // 2
        if half < 1:
            return values.copy()
        padded = np.concatenate((np.zeros(half), values, np.zeros(half)))
        total = _window_sums(padded, 2 * half + 1)
        place = np.arange(len(values))
        count = np.minimum(place + half, len(values) - 1) - np.maximum(place - half, 0) + 1
        mean_of: Float64 = total / count
        return mean_of

    return _of_finite(finite, y)


def trailing_mean(y: Float64, points: int) -> Float64:
    """The mean of the last `points` points, that one included; at the beginning, of those that exist."""

    def finite(values: Float64) -> Float64:
        padded = np.concatenate((np.zeros(points - 1), values))
        return _window_sums(padded, points) / np.minimum(np.arange(1, len(values) + 1), points)

    return _of_finite(finite, y)


def median(y: Float64, window: float) -> Float64:
    """The median of `window` points (made odd) around each; at the ends, of those that exist."""

    def finite(values: Float64) -> Float64:
        half, n = int(window) // 2, len(values)
        if half < 1 or n == 0:
            return values.copy()
        out = np.empty(n)
        if n > 2 * half:
            # Loaded with the first median asked for: a tenth of a second that a starting server does not have.
            from scipy.ndimage import median_filter

            for start in range(half, n - half, _MEDIAN_BLOCK):
                end = min(start + _MEDIAN_BLOCK, n - half)
                out[start:end] = median_filter(values[start - half : end + half], 2 * half + 1)[half : half + end - start]
        _median_at_ends(values, half, out)
        return out

    return _of_finite(finite, y)


def savgol(y: Float64, window: float) -> Float64:
    """The value at each point of the parabola that fits `window` points (made odd, at least 5) around it best; near the ends, of
    the parabola through the first or last window. Savitzky & Golay, Analytical Chemistry 36 (1964) 1627."""

    def finite(values: Float64) -> Float64:
        half, n = max(2, int(window) // 2), len(values)
        half = min(half, (n - 1) // 2)
        if half < 2:
            return values.copy()
        place = np.arange(-half, half + 1) / half
        basis = np.stack([np.ones(len(place)), place, place**2], axis=1)
        # The weights of the fit's value at the middle: the first row of the pseudo-inverse.
        kernel = np.linalg.pinv(basis)[0]
        out = _around(values, kernel, is_mean=False)
        for cut, where in ((slice(0, 2 * half + 1), slice(0, half)), (slice(n - 2 * half - 1, n), slice(n - half, n))):
            coefficients = np.linalg.lstsq(basis, values[cut], rcond=None)[0]
            out[where] = (basis @ coefficients)[:half] if where.start == 0 else (basis @ coefficients)[half + 1 :]
        return out

    return _of_finite(finite, y)


KINDS: dict[str, Callable[[Float64, float], Float64]] = {"gaussian": gaussian, "mean": mean, "median": median, "savgol": savgol}


def _of_finite(of: Callable[[Float64], Float64], y: Float64) -> Float64:
    keep = np.isfinite(y)
    return _tamed(of, y) if keep.all() else _scattered(keep, _tamed(of, y[keep]))


def _tamed(of: Callable[[Float64], Float64], y: Float64) -> Float64:
    """`of(y)`, of which a multiple of `y` has the same multiple; where sums of the values would be beyond what a double holds,
    of a fraction of them."""
    if not len(y) or max(float(y.max()), -float(y.min())) <= _LARGE:
        return of(y)
    with np.errstate(over="ignore"):
        found: Float64 = np.nan_to_num(of(y / _DIVISOR) * _DIVISOR, nan=np.nan)
    return found


def _scattered(keep: NDArray[np.bool_], values: Float64) -> Float64:
    out = np.full(len(keep), np.nan)
    out[keep] = values
    return out


def _scan(y: Float64, weight: float) -> Float64:
    """s[i] = weight s[i-1] + y[i], from s = 0.

    The series is cut into √n lines of √n points, which all advance together, a point at a time; then what each line hands to the
    next is added with the weights that lie between. Weights are at most 1, so that nothing grows."""
    total = _lines(y)
    for i in range(1, len(total)):
        total[i] += weight * total[i - 1]
    product: Float64 = np.power(weight, np.arange(1.0, len(total) + 1))[:, None]
    return _joined(total, product, len(y))


def _scan_with_weights(y: Float64, weights: Float64) -> tuple[Float64, Float64]:
    """The same with a weight per point; also the scan of ones, which is what the weights of each sum come to."""
    product = _lines(weights)
    total, ones = _lines(y), _lines(np.ones(len(y)))
    for i in range(1, len(total)):
        weight = product[i]
        total[i] += weight * total[i - 1]
        ones[i] += weight * ones[i - 1]
        weight *= product[i - 1]
    return _joined(total, product, len(y)), _joined(ones, product, len(y))


def _joined(total: Float64, product: Float64, n: int) -> Float64:
    """The lines end to end, each with what the one before hands on."""
    carried = np.zeros(total.shape[1])
    ends, passes = total[-1].tolist(), np.broadcast_to(product[-1], carried.shape).tolist()
    for line in range(1, len(carried)):
        carried[line] = ends[line - 1] + passes[line - 1] * carried[line - 1]
    total += product * carried
    return total.T.reshape(-1)[:n]


def _lines(values: Float64) -> Float64:
    """(width, lines): the values cut into lines of `width`, each a column, zeros at the end of the last."""
    width = max(1, math.isqrt(max(0, len(values) - 1)) + 1)
    whole, rest = divmod(len(values), width)
    out = np.zeros((width, whole + (rest > 0)))
    out[:, :whole] = values[: whole * width].reshape(whole, width).T
    out[:rest, whole:] = values[whole * width :, None]
    return out


def _window_sums(y: Float64, window: int) -> Float64:
    """Sums of `window` neighbours, of length n - window + 1.

    Each window is the tail of one block of that length and the head of the next, both summed in advance: no differences of large
    sums, so that a spike costs its neighbours no digits (van Herk's trick, Pattern Recognition Letters 13 (1992) 517)."""
    n = len(y) - window + 1
    if n <= 0:
        return np.empty(0)
    blocks = -(-len(y) // window)
    padded = np.zeros(blocks * window)
    padded[: len(y)] = y
    cut = padded.reshape(blocks, window)
    heads = np.cumsum(cut, axis=1).reshape(-1)
    tails = np.cumsum(cut[:, ::-1], axis=1)[:, ::-1].reshape(-1)
    out = tails[:n].copy()
    # A window that begins a block is that block whole; its head and tail would count it twice.
    starts = np.arange(n)
    apart = starts % window != 0
    out[apart] += heads[window - 1 : window - 1 + n][apart]
    return out


def _around(y: Float64, kernel: Float64, *, is_mean: bool) -> Float64:
    """Weighted sums of the points around each, zeros beyond the ends; with `is_mean`, over the weights of those that exist."""
    half, n = len(kernel) // 2, len(y)
    out = _convolve(y, kernel)
    if is_mean:
        weight = np.cumsum(kernel)
        edge = min(half, n)
        # The weights of a symmetrical kernel that lie inside: all but the tail beyond the near end, and beyond the far one.
        place = np.arange(n) if n <= 2 * half else np.concatenate((np.arange(edge), np.arange(n - edge, n)))
        upper = weight[np.minimum(half + (n - 1 - place), 2 * half)]
        lower = np.where(half - place - 1 >= 0, weight[np.maximum(half - place - 1, 0)], 0.0)
        out[place] /= upper - lower
    return out


def _convolve(y: Float64, kernel: Float64) -> Float64:
    """np.convolve(y, kernel, "same") for an odd kernel; by transforms of blocks where the kernel is long."""
    half, n = len(kernel) // 2, len(y)
    if len(kernel) <= 129 or n <= 4 * len(kernel):
        return np.convolve(y, kernel)[half : half + n]
    # Blocks, so that a spike's rounding reaches no further than its neighbours.
    size = 1 << max(12, (8 * len(kernel)).bit_length())
    step = size - len(kernel) + 1
    spectrum = np.fft.rfft(kernel, size)
    out = np.zeros(n + len(kernel) - 1)
    for start in range(0, n, step):
        piece = np.fft.irfft(np.fft.rfft(y[start : start + step], size) * spectrum, size)
        end = min(start + size, len(out))
        out[start:end] += piece[: end - start]
    return out[half : half + n]


def _median_at_ends(values: Float64, half: int, out: Float64) -> None:
    """The first and the last `half` medians, whose windows are cut short: each is one insertion more than the one before."""
    n = len(values)
    for direction in (1, -1):
        given = values[::direction]
        answer = out[::direction]
        ordered = np.empty(min(2 * half, n))
        filled = 0
        for i in range(min(half, n)):
            for value in given[filled : min(i + half + 1, n)]:
                at = int(ordered[:filled].searchsorted(value))
                ordered[at + 1 : filled + 1] = ordered[at:filled]
                ordered[at] = value
                filled += 1
            middle = filled // 2
            answer[i] = ordered[middle] if filled % 2 else 0.5 * (ordered[middle - 1] + ordered[middle])
        if n <= half:
            return
