"""The history of versions and runs as a graph, remembered between questions, and its nodes as people know them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.lineage import Graph
from assay.server.domain.accounts import Actor
from assay.server.domain.artifacts import Edge
from assay.server.domain.runs import Run
from assay.server.ports.metadata import Unit
from assay.server.services.artifact_finding import Found, locate, readable_projects

Int64 = NDArray[np.int64]


def version_node(key: int) -> int:
    return key * 2


def run_node(key: int) -> int:
    return key * 2 + 1


def is_run(node: int) -> bool:
    return bool(node & 1)


@dataclass(frozen=True, slots=True)
class RunNode:
    """A run as the graph shows it; `run` None: it was purged, and only its edges know its name. `home` is `entity/project`."""

    run: Run | None
    home: str
    id: str
    name: str
    at: float


class Histories:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_id = 0
        self._source: Int64 = np.empty(0, np.int64)
        self._target: Int64 = np.empty(0, np.int64)
        self._graph = Graph.empty()

    def graph(self, unit: Unit) -> Graph:
        """The whole history as committed; from a unit that only reads."""
        with self._lock:
            count = unit.artifacts.edge_count()
            source, target, last_id = self._grown(unit)
            if len(source) != count:  # edges went with a project
                self._last_id, self._source, self._target = 0, source[:0], target[:0]
                source, target, last_id = self._grown(unit)
            if last_id != self._last_id or len(source) != len(self._source):
                self._graph = Graph.of(source, target)
                self._last_id, self._source, self._target = last_id, source, target
            return self._graph

    def graph_within(self, unit: Unit) -> Graph:
        """The history as a unit that writes sees it. Nothing of it is remembered: the unit may fail."""
        with self._lock:
            source, target, _ = self._grown(unit)
            return Graph.of(source, target) if len(source) != len(self._source) else self._graph

    def _grown(self, unit: Unit) -> tuple[Int64, Int64, int]:
        ids, versions, runs, made = unit.artifacts.edge_columns(self._last_id)
        if not len(ids):
            return self._source, self._target, self._last_id
        version_nodes, run_nodes, is_out = versions * 2, runs * 2 + 1, made == 1
        return (
            np.concatenate([self._source, np.where(is_out, run_nodes, version_nodes)]),
            np.concatenate([self._target, np.where(is_out, version_nodes, run_nodes)]),
            int(ids[-1]),
        )


@dataclass(frozen=True)
class Readable:
    """Nodes that an actor may read, as numbers: for many at once. `versions`: (n, 4) key, collection, number, project. `runs`:
    keys, purged ones among them."""

    versions: Int64
    runs: Int64


def readable(unit: Unit, actor: Actor, nodes: Iterable[int]) -> Readable:
    """The nodes that the actor may read. A few queries, however many there are."""
    asked = np.unique(np.fromiter(nodes, np.int64))
    keys, is_run_node = asked // 2, asked % 2 == 1
    versions = unit.artifacts.version_places(keys[~is_run_node])
    runs = unit.runs.places(keys[is_run_node])
    lost = np.setdiff1d(keys[is_run_node], runs[:, 0])
    edges = {edge.run_key: edge.project_key for edge in unit.artifacts.edges_of_runs(lost.tolist())}
    gone = np.array(sorted(edges.items()), np.int64).reshape(-1, 2)
    runs = np.concatenate([runs, gone])
    homes = readable_projects(unit, actor, {*versions[:, 3].tolist(), *runs[:, 1].tolist()})
    may = np.array(sorted(homes), np.int64)
    return Readable(versions[np.isin(versions[:, 3], may)], np.sort(runs[np.isin(runs[:, 1], may)][:, 0]))


def readable_nodes(unit: Unit, actor: Actor, nodes: Iterable[int]) -> tuple[dict[int, Found], dict[int, RunNode]]:
    """(versions by node, runs by node) of those that the actor may read. Runs that were purged are among them."""
    asked = list(nodes)
    found = locate(unit, actor, [node // 2 for node in asked if not is_run(node)])
    return {version_node(key): each for key, each in found.items()}, _runs(unit, actor, [n // 2 for n in asked if is_run(n)])


def _runs(unit: Unit, actor: Actor, keys: Sequence[int]) -> dict[int, RunNode]:
    known = {run.key: run for run in unit.runs.by_keys(keys, whole=False, with_deleted=True)}
    lost: dict[int, Edge] = {}
    for edge in unit.artifacts.edges_of_runs([key for key in keys if key not in known]):
        lost.setdefault(edge.run_key, edge)
    homes = readable_projects(
        unit, actor, {run.project_key for run in known.values()} | {edge.project_key for edge in lost.values()}
    )
    answer = {
        run_node(key): RunNode(run, homes[run.project_key], run.id, run.name, run.created_at)
        for key, run in known.items()
        if run.project_key in homes
    }
    for key, edge in lost.items():
        if edge.project_key in homes:
            answer[run_node(key)] = RunNode(None, homes[edge.project_key], edge.run_id, edge.run_name, edge.at)
    return answer
