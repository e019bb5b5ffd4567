"""Which parameters explain a number: importance by a random forest, correlation, and what the forest expects along one of them.

A forest is grown on each of several bootstrap samples. A parameter's importance is how much worse the forest explains the runs
that the sample left out when that parameter's values are shuffled among them: it does not favour parameters with many values, as
the impurity of the splits would. The spread over the samples is its interval. The same input and seed give the same answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

SAMPLES = 20  # bootstrap samples, each with a forest of its own
TREES = 24  # of one forest
CATEGORIES = 12  # kinds of a category that are told apart; the rarer ones are one kind
_GRID = 24  # places of a partial dependence
_PARTIAL_RUNS = 500  # runs whose predictions a partial dependence averages; evenly spread over all
_LOW, _HIGH = 0.05, 0.95  # quantiles over the samples that bound an interval
_LEAST_LEFT = 4  # runs a sample must leave out for its forest to be judged


@dataclass(frozen=True, slots=True)
class Parameter:
    """`numbers`: one per run, NaN where it has none. `kinds`: names of categories, whose places `numbers` are then; empty for
    numbers."""

    key: str
    numbers: Float64
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Importance:
    """`importance` is a share of what all parameters explain together, with `low` … `high` around it. Correlations are None for
    categories, and where there is nothing to correlate; `by_kind` is the mean target of each category."""

    key: str
    kind: Literal["number", "category"]
    importance: float
    low: float
    high: float
    pearson: float | None
    spearman: float | None
    by_kind: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class Partial:
    """The mean prediction with the parameter at each place of `grid` (a category's name or a number) in every run."""

    key: str
    grid: list[Any]
    mean: Float64
    low: Float64
    high: Float64


@dataclass(frozen=True, slots=True)
class Explained:
    """`params` by importance, the greatest first. `r2`: what share of the target's variance the forests explain in runs that they
    have not seen; near 0 or below, no importance means anything."""

    params: list[Importance]
    r2: float
    partial: Partial | None


def explain(params: Sequence[Parameter], target: Float64, *, seed: int, shown: str = "") -> Explained:
    """Explain `target` (finite, a place per run) by `params`, none of them constant. `shown`: the parameter of the partial
    dependence; empty for the most important one.

    O(samples · trees · runs · log(runs) + samples · params · trees · runs)."""
    # Scikit-learn takes a second to load: only a server that is asked pays for it.
    from sklearn.ensemble import RandomForestRegressor

    blocks = [_features(param) for param in params]
    ends = np.cumsum([block.shape[1] for block in blocks])
    spans = [slice(int(end) - block.shape[1], int(end)) for end, block in zip(ends, blocks, strict=True)]
    features = np.hstack(blocks)
    random = np.random.default_rng(seed)
    forests, drops, scores = [], [], []
    for _ in range(SAMPLES):
        drawn = random.integers(0, len(target), len(target))
        left = np.setdiff1d(np.arange(len(target)), drawn)
        forest = RandomForestRegressor(
            n_estimators=TREES, max_features=0.5, min_samples_leaf=2, random_state=int(random.integers(2**31)), n_jobs=1
        )
        forest.fit(features[drawn], target[drawn])
        forests.append(forest)
        if len(left) < _LEAST_LEFT or np.ptp(target[left]) == 0:
            continue
        error = _error(forest, features[left], target[left])
        scores.append(1 - error / float(np.var(target[left])))
        drops.append([_shuffled(forest, features[left], target[left], span, random) - error for span in spans])
    shares = _shares(np.array(drops).reshape(len(drops), len(params)))
    found = [_importance(param, target, shares[:, place]) for place, param in enumerate(params)]
    chosen = next((n for n, param in enumerate(params) if param.key == shown), -1)
    if chosen < 0 and params:
        chosen = int(np.argmax([each.importance for each in found]))
    partial = None if chosen < 0 else _partial(params[chosen], forests, features, spans[chosen])
    found.sort(key=lambda each: -each.importance)
    return Explained(found, float(np.mean(scores)) if scores else 0.0, partial)


def _features(param: Parameter) -> Float64:
    """(n, f): a number beside whether it is missing (where any is), or a column per category."""
    missing = np.isnan(param.numbers)
    if param.kinds:
        columns = [(param.numbers == kind).astype(np.float64) for kind in range(len(param.kinds))]
        return np.column_stack(columns)
    filled = np.where(missing, np.median(param.numbers[~missing]) if not missing.all() else 0.0, param.numbers)
    # Trees split by order alone, so ranks serve as well as numbers, and fit the forest's 32-bit floats whatever their size.
    ranks = np.unique(filled, return_inverse=True)[1].astype(np.float64)
    return np.column_stack([ranks, missing]) if missing.any() else ranks[:, None]


def _predicted(forest: Any, features: Float64) -> Float64:
    """As `forest.predict`, without the pool of workers that it sets up each time, which takes longer than a small forest."""
    rows = np.ascontiguousarray(features, np.float32)
    predicted: Float64 = np.mean([tree.tree_.predict(rows)[:, 0] for tree in forest.estimators_], axis=0)
    return predicted


def _error(forest: Any, features: Float64, target: Float64) -> float:
    return float(np.mean((_predicted(forest, features) - target) ** 2))


def _shuffled(forest: Any, features: Float64, target: Float64, span: slice, random: np.random.Generator) -> float:
    changed = features.copy()
    changed[:, span] = features[random.permutation(len(features)), span]
    return _error(forest, changed, target)


def _shares(drops: Float64) -> Float64:
    """Each sample's drops as shares of their sum; what shuffling improved by chance counts as nothing."""
    if not len(drops):
        return np.zeros((1, drops.shape[1]))
    kept = np.maximum(drops, 0.0)
    total = kept.sum(axis=1, keepdims=True)
    shares: Float64 = np.divide(kept, total, out=np.zeros_like(kept), where=total > 0)
    return shares


def _importance(param: Parameter, target: Float64, shares: Float64) -> Importance:
    low, high = np.quantile(shares, [_LOW, _HIGH])
    mean = float(shares.mean())
    if param.kinds:
        by_kind = {
            kind: float(target[param.numbers == code].mean())
            for code, kind in enumerate(param.kinds)
            if (param.numbers == code).any()
        }
        return Importance(param.key, "category", mean, float(low), float(high), None, None, by_kind)
    there = ~np.isnan(param.numbers)
    numbers, values = param.numbers[there], target[there]
    pearson, spearman = correlation(numbers, values), correlation(ranks(numbers), ranks(values))
    return Importance(param.key, "number", mean, float(low), float(high), pearson, spearman, None)


def correlation(x: Float64, y: Float64) -> float | None:
    """Pearson's; None for fewer than three places or where one side does not vary."""
    if len(x) < 3:
        return None
    # Scaled first: squares of large numbers are no numbers any more.
    x, y = _scaled(x), _scaled(y)
    spread = float(np.sqrt((x**2).sum() * (y**2).sum()))
    return float(np.clip((x * y).sum() / spread, -1, 1)) if spread > 0 else None


def _scaled(x: Float64) -> Float64:
    largest = np.abs(x).max()
    centred = x / largest if largest > 0 else x
    centred = centred - centred.mean()
    return np.where(np.abs(centred) < 1e-12, 0.0, centred)


def ranks(x: Float64) -> Float64:
    """Place of each in their order, from 0; equal ones share the middle of theirs."""
    _, at, counts = np.unique(x, return_inverse=True, return_counts=True)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    shared: Float64 = (first + (counts - 1) / 2)[at]
    return shared


def _partial(param: Parameter, forests: Sequence[Any], features: Float64, span: slice) -> Partial:
    block = features[:, span]
    if param.kinds:
        grid: list[Any] = list(param.kinds)
        rows = np.eye(len(param.kinds))
    else:
        there = ~np.isnan(param.numbers)
        different, at = np.unique(param.numbers[there], return_index=True)
        if len(different) > _GRID:
            chosen = np.unique(np.round(np.linspace(0, len(different) - 1, _GRID)).astype(np.int64))
            different, at = different[chosen], at[chosen]
        grid = different.tolist()
        rows = block[there][at]
    means = np.empty((len(forests), len(grid)))
    changed = features[np.linspace(0, len(features) - 1, min(len(features), _PARTIAL_RUNS)).astype(np.int64)]
    for place, row in enumerate(rows):
        changed[:, span] = row
        for number, forest in enumerate(forests):
            means[number, place] = _predicted(forest, changed).mean()
    return Partial(param.key, grid, means.mean(axis=0), np.quantile(means, _LOW, axis=0), np.quantile(means, _HIGH, axis=0))
