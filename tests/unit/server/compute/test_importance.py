"""Importance against a truth that was planted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from assay.server.compute.importance import Parameter, correlation, explain, ranks

RANDOM = np.random.default_rng(3)
RUNS = 150
LR = 10 ** RANDOM.uniform(-5, 0, RUNS)
KIND = RANDOM.integers(0, 3, RUNS).astype(float)
NOISE = RANDOM.normal(size=RUNS)
SEED = np.arange(RUNS, dtype=float)
TARGET = np.log10(LR) + np.array([0.0, 0.0, 1.5])[KIND.astype(int)] + 0.05 * RANDOM.normal(size=RUNS)
PARAMS = [
    Parameter("seed", SEED),
    Parameter("lr", LR),
    Parameter("noise", NOISE),
    Parameter("opt", KIND, ("adam", "lion", "sgd")),
]


def test_what_makes_the_target_is_found_and_what_does_not_is_not() -> None:
    found = explain(PARAMS, TARGET, seed=7)
    by_key = {param.key: param for param in found.params}
    assert [param.key for param in found.params[:2]] == ["lr", "opt"]
    assert sum(param.importance for param in found.params) == pytest.approx(1)
    assert by_key["lr"].importance > 0.6
    # Many different values are no reason to be important.
    assert by_key["seed"].importance < 0.02
    assert by_key["noise"].importance < 0.02
    for param in found.params:
        assert 0 <= param.low <= param.importance <= param.high <= 1
    assert found.r2 > 0.8


def test_correlations_are_of_numbers_and_means_of_categories() -> None:
    by_key = {param.key: param for param in explain(PARAMS, TARGET, seed=7).params}
    assert by_key["lr"].spearman == pytest.approx(np.corrcoef(ranks(LR), ranks(TARGET))[0, 1])
    assert by_key["lr"].pearson == pytest.approx(np.corrcoef(LR, TARGET)[0, 1])
    assert by_key["lr"].by_kind is None
    assert by_key["opt"].pearson is None
    assert by_key["opt"].by_kind == pytest.approx(
        {name: TARGET[code == KIND].mean() for code, name in enumerate(["adam", "lion", "sgd"])}
    )


def test_the_same_question_has_the_same_answer_and_another_seed_another() -> None:
    first, again, other = (explain(PARAMS, TARGET, seed=seed) for seed in (1, 1, 2))
    assert first.params == again.params
    assert first.partial is not None
    assert again.partial is not None
    assert first.partial.mean.tolist() == again.partial.mean.tolist()
    assert first.params != other.params


def test_the_partial_dependence_follows_the_truth() -> None:
    partial = explain(PARAMS, TARGET, seed=7).partial
    assert partial is not None
    assert partial.key == "lr"
    assert len(partial.grid) == 24
    assert correlation(np.log10(np.array(partial.grid)), partial.mean) > 0.98  # type: ignore[operator]
    assert (partial.low <= partial.mean).all()
    assert (partial.mean <= partial.high).all()
    kinds = explain(PARAMS, TARGET, seed=7, shown="opt").partial
    assert kinds is not None
    assert kinds.grid == ["adam", "lion", "sgd"]
    assert kinds.mean[2] - kinds.mean[0] == pytest.approx(1.5, abs=0.3)


def test_being_absent_can_be_what_matters() -> None:
    given = np.where(np.arange(RUNS) % 2 == 0, np.nan, LR)
    target = np.isnan(given).astype(float) + 0.01 * NOISE
    found = explain([Parameter("lr", given), Parameter("noise", NOISE)], target, seed=1)
    assert found.params[0].key == "lr"
    assert found.params[0].importance > 0.95


def test_targets_and_parameters_of_any_size_are_explained() -> None:
    for scale in (1e-300, 1e150):
        found = explain([Parameter("lr", LR * scale), Parameter("noise", NOISE)], TARGET, seed=1)
        assert found.params[0].key == "lr"
        assert math.isfinite(found.params[0].pearson or math.nan)


def test_correlation_needs_something_that_varies() -> None:
    assert correlation(np.array([1.0, 2.0]), np.array([1.0, 2.0])) is None
    assert correlation(np.ones(5), np.arange(5.0)) is None
    assert correlation(np.arange(5.0), -np.arange(5.0)) == -1
    assert ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [2.5, 0, 2.5, 1]
