"""What the service asks of the forest, and what it says about its answer."""

from __future__ import annotations

from typing import Any

import pytest

from assay.server.compute import importance
from assay.testing.factories import a_batch
from assay.wire import limits
from assay.wire.errors import InvalidRequest, NotFound
from assay.wire.messages.importance import ImportanceAnswer, ImportanceRequest
from assay.wire.messages.runs import RunStart, SortKey
from assay.wire.names import ProjectPath, RunPath

PROJECT = ProjectPath("ann", "digits")


@pytest.fixture
def forty(house: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Forty runs whose loss is their learning rate, and small forests."""
    monkeypatch.setattr(importance, "SAMPLES", 4)
    for n in range(40):
        path = RunPath("ann", "digits", f"r{n}")
        config = {"lr": (n * 7) % 40, "opt": ["adam", "sgd"][n % 2], "same": 1, "mix": [1, "a", None][n % 3], "tags": [n % 2]}
        house.catalog.runs.start(house.ann, path, RunStart("w1", config=config), "http://h")
        if n:
            house.catalog.ingest.append(house.ann, path, a_batch([{"loss": float((n * 7) % 40)}, {"loss": 0.0}]))
    return house


def ask(house: Any, **fields: Any) -> ImportanceAnswer:
    asked = ImportanceRequest(**{"target": "loss", "aggregate": "max", **fields})
    return house.catalog.importance.explain(house.ann, PROJECT, asked)  # type: ignore[no-any-return]


def test_parameters_that_differ_are_explained_and_what_is_left_out_is_said(forty: Any) -> None:
    found = ask(forty)
    assert (found.run_count, found.used_count) == (40, 39)
    assert found.warning == "1 of 40 runs have no finite metrics.loss.max."
    assert {param.key: param.kind for param in found.params} == {
        "config.lr": "number", "config.opt": "category", "config.mix": "category", "config.tags": "category",
    }  # fmt: skip
    assert found.params[0].key == "config.lr"
    assert found.partial is not None
    assert found.partial.key == "config.lr"
    assert set(next(param for param in found.params if param.key == "config.mix").by_kind or {}) == {"1", "a", "null"}
    assert [param.key for param in ask(forty, params=["config.opt", "config.lr", "config.same"], most=1).params] == ["config.lr"]


def test_the_answer_hangs_on_the_runs_and_not_on_their_order(forty: Any) -> None:
    assert ask(forty) == ask(forty, sort=[SortKey("config.lr")])
    assert ask(forty, seed=1).params != ask(forty, seed=2).params


def test_more_runs_than_one_forest_takes_are_sampled_and_said_to_be(forty: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "IMPORTANCE_RUNS", 30)
    found = ask(forty)
    assert found.used_count == 30
    assert "a sample of 30 of 39 runs (IMPORTANCE_RUNS)" in found.warning
    assert ask(forty, sort=[SortKey("name")]) == found


def test_few_runs_are_warned_of_and_too_few_are_not_explained(forty: Any) -> None:
    assert "10 runs are few" in ask(forty, filter="ordinal in [2,3,4,5,6,7,8,9,10,11]").warning
    few = ask(forty, ids=["r1", "r2", "r3"])
    assert (few.params, few.partial, few.used_count) == ([], None, 3)
    assert "at least 6" in few.warning
    assert "no parameter differs" in ask(forty, params=["config.same"]).warning
    assert "the same in every run" in ask(forty, aggregate="min", filter="config.lr != 0").warning


def test_a_target_is_a_metric_or_any_key_with_numbers(forty: Any) -> None:
    assert ask(forty, target="metrics.loss.max") == ask(forty)
    assert ask(forty, target="=${config.lr} * 2").params[0].key == "config.lr"
    for wrong in ({"target": ""}, {"seed": -1}, {"most": 0}):
        with pytest.raises(InvalidRequest):
            ask(forty, **wrong)
    with pytest.raises(NotFound):
        forty.catalog.importance.explain(forty.zoe, PROJECT, ImportanceRequest(target="loss"))
