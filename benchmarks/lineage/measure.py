"""The walk beside a plain search, and the service on a database."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from assay.server.adapters.metadata_sql import SqlMetadataStore
from assay.server.adapters.metadata_sql.tables import artifact_collections, artifact_edges, artifact_versions, runs
from assay.server.compute.lineage import Graph, all_below
from assay.server.domain.accounts import SYSTEM
from assay.server.services.faults import FaultService
from assay.server.services.histories import Histories
from assay.server.services.stores import Stores
from assay.testing.factories import a_run, stored_project
from assay.testing.memory.blobs import MemoryBlobStore
from assay.testing.memory.bus import MemoryEventBus
from assay.testing.memory.metrics import MemoryMetricStore
from assay.wire.messages.artifacts import FaultRequest
from benchmarks.harness import Length, Result, Target, compare_calls, single

Int64 = NDArray[np.int64]


def history(count: int, seed: int = 7) -> list[tuple[int, int, str]]:
    """(version, run, in or out), keys from 1: `count` runs, each of which makes the version of its number."""
    chance = random.Random(seed)
    edges = []
    for run in range(1, count + 1):
        taken = set()
        for _ in range(chance.randint(1, 4)):
            back = int(chance.paretovariate(0.6))
            if run - back >= 1:
                taken.add(run - back)
        edges += [(version, run, "in") for version in sorted(taken)]
        edges.append((run, run, "out"))
    return edges


def nodes_of(edges: list[tuple[int, int, str]]) -> tuple[Int64, Int64]:
    source = [version * 2 if kind == "in" else run * 2 + 1 for version, run, kind in edges]
    target = [run * 2 + 1 if kind == "in" else version * 2 for version, run, kind in edges]
    return np.array(source, np.int64), np.array(target, np.int64)


def plain(source: Int64, target: Int64, starts: list[int]) -> list[set[int]]:
    below: dict[int, set[int]] = defaultdict(set)
    for one, other in zip(source.tolist(), target.tolist(), strict=True):
        below[one].add(other)
    answers = []
    for start in starts:
        found, todo = {start}, [start]
        while todo:
            for other in below[todo.pop()] - found:
                found.add(other)
                todo.append(other)
        answers.append(found)
    return answers


def walked(source: Int64, target: Int64, starts: list[int]) -> list[set[int]]:
    graph = Graph.of(source, target)
    answers = []
    for start in starts:
        below = all_below(graph, graph.places(np.array([start], np.int64)))
        answers.append(set(graph.ids[below].tolist()))
    return answers


def main(length: Length) -> list[Result]:
    count = length.pick(2_000, 50_000, 50_000)
    edges = history(count)
    source, target = nodes_of(edges)
    bad = random.Random(1).sample(range(1, count // 10), 20)
    starts = [version * 2 for version in bad]
    expected, found = plain(source, target, starts), walked(source, target, starts)
    assert found == expected, "the walk and the plain search differ"
    one = compare_calls(
        f"One fault's reach among {2 * count:,} nodes and {len(edges):,} edges (up to {max(map(len, found)):,} reached)",
        {"assay": lambda: walked(source, target, starts[:1]), "dictionary of sets": lambda: plain(source, target, starts[:1])},
        rounds=length.pick(3, 3, 7),
        targets=[Target(1_000)],
    )
    return [one, *_served(edges, count, bad, expected)]


def _served(edges: list[tuple[int, int, str]], count: int, bad: list[int], expected: list[set[int]]) -> list[Result]:
    folder = Path(tempfile.mkdtemp(prefix="assay-lineage-"))
    try:
        store = SqlMetadataStore(folder / "metadata.db")
        _fill(store, edges, count)
        stores = Stores(store, MemoryMetricStore(), MemoryBlobStore(), MemoryEventBus(), time.time)
        first, again = [], []
        for version, nodes in list(zip(bad, expected, strict=True))[:5]:
            faults = FaultService(stores, Histories())
            asked = FaultRequest("version", f"ann/digits/a{version % 100}:v{version // 100}", "bad")
            for times in (first, again):
                start = time.process_time()
                reach = faults.preview(SYSTEM, "ann", asked)
                times.append((time.process_time() - start) * 1_000)
                assert reach.version_count + reach.run_count == len(nodes), (version, len(nodes))
        store.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [
        single("Lists of what a fault reaches, first answer", first, unit="ms CPU"),
        single("Lists of what a fault reaches, again", again, unit="ms CPU", targets=[Target(1_000)]),
    ]


def _fill(store: SqlMetadataStore, edges: list[tuple[int, int, str]], count: int) -> None:
    with store.begin() as unit:
        project = stored_project(unit)
        template = unit.runs.add(a_run(project, id="r1"))
        connection = unit.artifacts._connection
        row = dict(connection.execute(sa.select(runs).where(runs.c.key == template.key)).mappings().one())
        more = [{**row, "key": n, "id": f"r{n}", "ordinal": n} for n in range(2, count + 1)]
        connection.execute(sa.insert(runs), more)
        documents = [{"run_key": n} for n in range(2, count + 1)]
        connection.execute(sa.text("INSERT INTO run_documents (run_key) VALUES (:run_key)"), documents)
        names = [
            {"key": n, "project_key": project.key, "name": f"a{n - 1}", "type": "model", "next_number": count}
            for n in range(1, 101)
        ]
        connection.execute(sa.insert(artifact_collections), names)
        made = [
            {
                "key": n, "collection_key": n % 100 + 1, "number": n // 100, "digest": f"sha256:{n:064x}", "manifest": "m",
                "step": -1, "run_key": n,
            }
            for n in range(1, count + 1)
        ]  # fmt: skip
        connection.execute(sa.insert(artifact_versions), made)
        lines = [
            {"version_key": v, "run_key": r, "kind": kind, "project_key": project.key, "run_id": f"r{r}"} for v, r, kind in edges
        ]
        connection.execute(sa.insert(artifact_edges), lines)
