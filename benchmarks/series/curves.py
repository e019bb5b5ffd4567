"""R2 with smoothing, and groups of runs, each beside compiled code on arrays that are in memory already."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
from scipy.signal import lfilter

from assay.server.adapters.metadata_sql import SqlMetadataStore
from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.domain.accounts import SYSTEM, Actor
from assay.server.domain.runs import RunRef
from assay.server.services.catalog import Catalog
from assay.server.services.revisions import Revisions
from assay.server.services.run_columns import RunColumns
from assay.server.services.series import SeriesService
from assay.server.services.stores import Stores
from assay.testing.clock import FixedClock
from assay.testing.memory.blobs import MemoryBlobStore
from assay.testing.memory.bus import MemoryEventBus
from assay.wire.batch import Batch
from assay.wire.messages.panels import Smoothing
from assay.wire.messages.runs import RunStart
from assay.wire.messages.series import GroupsRequest, SeriesGroup, SeriesRequest
from assay.wire.names import ProjectPath, RunPath
from benchmarks.harness import Length, Result, Target, compare_calls

PROJECT = ProjectPath("ann", "curves")
WEIGHT = 0.99


def measure(folder: Path, store: SegmentMetricStore, batch: Callable[[int, int], Batch], length: Length) -> list[Result]:
    """Appends runs of its own to `store` and seals it. Their metadata is kept in `folder`."""
    count, n, rounds = length.pick((20, 20_000, 3), (100, 50_000, 5), (100, 50_000, 7))
    stores = Stores(SqlMetadataStore(folder / "curves.db"), store, MemoryBlobStore(), MemoryEventBus(), FixedClock())
    catalog = Catalog(stores, random=Random(1))
    catalog.accounts.add_user(SYSTEM, "ann")
    ann = catalog.accounts.by_key(catalog.accounts.new_key_for(SYSTEM, "ann", "bench").secret)
    ids = [f"r{number}" for number in range(count)]
    refs = [_start(catalog, ann, run_id) for run_id in ids]
    for seed, ref in enumerate(refs):
        store.append(ref, batch(n, 1_000 + seed))
    store.seal()
    arrays = [np.array(store.points(ref, "loss").values) for ref in refs]
    width = 1 << max(0, (n // 1_000).bit_length())
    starts = np.arange(0, n, width)

    def fresh() -> SeriesService:
        return SeriesService(stores, RunColumns(stores, Revisions()))

    kept = fresh()
    smoothed = SeriesRequest(ids, ["loss"], smoothing=Smoothing("ema", WEIGHT))
    grouped = GroupsRequest([SeriesGroup("all", ids)], ["loss"], band="std")

    def floor_of_smoothing() -> None:
        for values in arrays:
            smooth = lfilter([1 - WEIGHT], [1, -WEIGHT], values)
            for of in (np.minimum, np.maximum, np.add):
                of.reduceat(values, starts)
            np.add.reduceat(smooth, starts)

    def floor_of_groups() -> None:
        means = np.stack([np.add.reduceat(values, starts) for values in arrays]) / width
        middle, half = means.mean(axis=0), means.std(axis=0)
        assert len(middle - half) == len(middle + half) == len(starts)

    return [
        compare_calls(
            f"R2 smoothed: {count} runs × {n:,} points, ema on every point, 1,000 buckets",
            {
                "assay": lambda: fresh().read(ann, PROJECT, smoothed),
                "assay, kept": lambda: kept.read(ann, PROJECT, smoothed),
                "scipy and numpy on arrays": floor_of_smoothing,
            },
            rounds,
            [Target(8, "scipy and numpy on arrays")],
        ),
        compare_calls(
            f"Groups: mean and std of {count} runs × {n:,} points",
            {"assay": lambda: fresh().groups(ann, PROJECT, grouped), "numpy on arrays": floor_of_groups},
            rounds,
            [Target(4, "numpy on arrays")],
        ),
    ]


def _start(catalog: Catalog, ann: Actor, run_id: str) -> RunRef:
    path = RunPath("ann", "curves", run_id)
    catalog.runs.start(ann, path, RunStart(writer="w"), "http://bench")
    with catalog.stores.metadata.read() as unit:
        project = unit.projects.get("ann", "curves")
        assert project is not None
        (run,) = unit.runs.by_ids(project.key, [run_id])
        return run.ref
