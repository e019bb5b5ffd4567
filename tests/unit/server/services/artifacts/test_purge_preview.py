"""What a purge of runs would forget, and which artifacts would lose the run that made them."""

from __future__ import annotations

import pytest

from assay.testing.factories import a_batch
from assay.wire.errors import Conflict, Forbidden, NotFound
from assay.wire.messages.runs import PurgePreview, RunSelection
from assay.wire.names import ProjectPath
from tests.unit.server.services.artifacts.conftest import HOME, Shelf


def test_a_preview_counts_and_changes_nothing(shelf: Shelf) -> None:
    ann, catalog = shelf.house.ann, shelf.catalog
    for run_id in ("r1", "r2", "r3"):
        shelf.run(run_id)
    catalog.ingest.append(ann, shelf.run("r1"), a_batch([{"a": 1.0, "b": 2.0}, {"a": 3.0}], writer="w"))
    shelf.log({"w": b"one"}, name="ckpt", type="model", run_id="r1", aliases=["best", "b e"])
    shelf.log({"w": b"two"}, name="ckpt", type="model", run_id="r1")
    shelf.log({"w": b"three"}, name="ckpt", type="model", run_id="r3", aliases=["other"])
    catalog.bulk.delete(ann, HOME, RunSelection(ids=["r1", "r2"]))
    asked = RunSelection(ids=["r1", "r2"])
    expected = PurgePreview(2, 3, 0, 2, 2, ["ann/digits/ckpt:b e", "ann/digits/ckpt:best"])
    assert catalog.bulk.preview_purge(ann, HOME, asked) == expected
    assert catalog.bulk.preview_purge(ann, HOME, RunSelection(is_everything=True)) == expected
    catalog.artifact_edits.delete_version(ann, HOME, "ckpt", "v0", with_aliases=True, is_dry=False)
    assert catalog.bulk.preview_purge(ann, HOME, asked) == PurgePreview(2, 3, 0, 1, 0, [])
    done = catalog.bulk.purge(ann, HOME, asked)
    assert (done.count, done.value_count, done.file_bytes) == (2, 3, 0)


def test_it_asks_for_what_a_purge_asks_for(shelf: Shelf) -> None:
    shelf.run("r1")
    with pytest.raises(Conflict, match="not in the trash"):
        shelf.catalog.bulk.preview_purge(shelf.house.ann, HOME, RunSelection(ids=["r1"]))
    with pytest.raises(NotFound):
        shelf.catalog.bulk.preview_purge(shelf.house.zoe, HOME, RunSelection(ids=["r1"]))
    plans = ProjectPath("red", "plans")
    shelf.run("r1", home=plans)
    with pytest.raises(Forbidden):
        shelf.catalog.bulk.preview_purge(shelf.house.ann, plans, RunSelection(ids=["r1"]))
