"""Versions that runs made at a step: the marks on their curves."""

from __future__ import annotations

import pytest

from assay.wire import limits
from assay.wire.errors import InvalidRequest, NotFound
from tests.unit.server.services.artifacts.conftest import HOME, Shelf


def test_versions_made_at_a_step_are_found_by_their_runs(shelf: Shelf) -> None:
    ann, catalog = shelf.house.ann, shelf.catalog
    shelf.run("r1"), shelf.run("r2")
    for run, step, content in (("r1", 20, b"b"), ("r2", 5, b"c"), ("r1", 10, b"a"), ("r1", -1, b"d")):
        shelf.log({"w": content}, name="ckpt", type="model", run_id=run, step=step)
    found = catalog.artifact_runs.checkpoints(ann, HOME, ["r2", "r1", "gone"])
    assert [(one.run, one.step, one.path) for one in found.checkpoints] == [
        ("r2", 5, "ann/digits/ckpt:v1"), ("r1", 10, "ann/digits/ckpt:v2"), ("r1", 20, "ann/digits/ckpt:v0"),
    ]  # fmt: skip
    assert not found.is_cut
    catalog.artifact_edits.delete_version(ann, HOME, "ckpt", "v2", with_aliases=True, is_dry=False)
    assert [one.step for one in catalog.artifact_runs.checkpoints(ann, HOME, ["r1"]).checkpoints] == [20]


def test_they_are_shown_to_those_who_may_read_the_project(shelf: Shelf) -> None:
    shelf.run("r1")
    with pytest.raises(NotFound):
        shelf.catalog.artifact_runs.checkpoints(shelf.house.vic, HOME, ["r1"])
    with pytest.raises(InvalidRequest, match="at most"):
        shelf.catalog.artifact_runs.checkpoints(shelf.house.ann, HOME, ["r1"] * (limits.PAGE_ROWS + 1))
