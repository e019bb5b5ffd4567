from __future__ import annotations

from typing import Any

import pytest

from assay.client.staging import KeepBest
from assay.sync.checkpoints import ranking
from assay.wire.messages.artifacts import ArtifactVersion


def version(number: int, metrics: Any) -> ArtifactVersion:
    return ArtifactVersion("e/p/m", "e", "p", "m", "model", f"v{number}", number, "", 0, 0, 0, 0.0, metadata={"metrics": metrics})


@pytest.mark.parametrize(("goal", "order"), [("minimize", ["v3", "v1", "v0"]), ("maximize", ["v0", "v3", "v1"])])
def test_the_best_come_first_and_of_equals_the_newer(goal: Any, order: list[str]) -> None:
    versions = [
        version(0, {"loss": 2}),
        version(1, {"loss": 0.5}),
        version(2, {"loss": float("nan")}),
        version(3, {"loss": 0.5}),
        version(4, {"other": 0}),
        version(5, None),
        version(6, {"loss": "0.1"}),
        version(7, {"loss": True}),
    ]
    assert [one.version for one in ranking(versions, KeepBest(1, "loss", goal))] == order
