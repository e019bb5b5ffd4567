"""Where a version comes from and what came of it: as a graph to draw, as a list, and whether runs used the same data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.lineage import Graph, grouped, levels, reached
from assay.server.domain.accounts import Actor
from assay.server.ports.metadata import Unit
from assay.server.services.artifact_finding import Found, find_version, locate
from assay.server.services.faults import FaultService
from assay.server.services.histories import Histories, RunNode, is_run, readable_nodes, run_node, version_node
from assay.server.services.projects import find as find_project
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest, NotFound
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath

Int64 = NDArray[np.int64]
_EQUAL = 5
_MEMBERS = 1_000  # members of a group that are named
_COMPARED_RUNS = 1_000


class LineageService:
    def __init__(self, stores: Stores, histories: Histories, faults: FaultService) -> None:
        self._stores = stores
        self._histories = histories
        self._faults = faults

    def lineage(
        self, actor: Actor, path: ProjectPath, name: str, ref: str, direction: str, depth: int, *, is_direct: bool,
        is_each: bool = False,
    ) -> messages.Lineage:  # fmt: skip
        """The history around a version, drawn in at most LINEAGE_NODES nodes. `depth` −1: whole, else so many steps. Direct: what
        led to it and what came of it; otherwise everything that hangs together with it. Not `is_each`: five and more that are
        equal in all that a graph shows are one node, such as the checkpoints of a run."""
        _check(direction, depth)
        with self._stores.metadata.read() as unit:
            root = find_version(unit, actor, path, name, ref, with_deleted=True)
            graph = self._histories.graph(unit)
            start = graph.places(np.array([version_node(root.version.key)], np.int64))
            if not len(start):
                versions, runs = readable_nodes(unit, actor, [version_node(root.version.key)])
                node = _Drawing(unit, self._faults, graph, versions, runs).single(version_node(root.version.key), 0)
                return messages.Lineage(node.id, [node], [], 1)
            distance = _distance(graph, start, direction, depth, is_direct=is_direct)
            places = np.flatnonzero(distance >= 0)
            versions, runs = readable_nodes(unit, actor, graph.ids[places].tolist())
            is_readable = np.array([node in versions or node in runs for node in graph.ids[places].tolist()])
            places = places[is_readable]
            drawing = _Drawing(unit, self._faults, graph, versions, runs)
            return drawing.draw(places, distance[places], version_node(root.version.key), is_each=is_each)

    def reach(
        self, actor: Actor, path: ProjectPath, name: str, ref: str, direction: str, depth: int, type_: str
    ) -> messages.Reach:
        """Everything above or below a version, as lists. `type_`: versions of one type only."""
        _check(direction, depth)
        with self._stores.metadata.read() as unit:
            root = find_version(unit, actor, path, name, ref, with_deleted=True)
            graph = self._histories.graph(unit)
            start = graph.places(np.array([version_node(root.version.key)], np.int64))
            distance = _distance(graph, start, direction, depth, is_direct=True)
            nodes = set(graph.ids[distance > 0].tolist())
            return self._faults.reach_of(unit, actor, nodes, type_=type_)

    def compare_inputs(self, actor: Actor, path: ProjectPath, asked: messages.InputsQuery) -> messages.InputsComparison:
        """Whether runs took in the same data, role by role, by the digests of what they took in."""
        if not 1 <= len(asked.runs) <= _COMPARED_RUNS:
            raise InvalidRequest(detail=f"{len(asked.runs)} runs; expected 1 to {_COMPARED_RUNS}")
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "artifact:read")
            runs = {run.key: run.id for run in unit.runs.by_ids(project.key, asked.runs)}
            lacking = set(asked.runs) - set(runs.values())
            if lacking:
                raise NotFound(what="run", name=f"{path}/{min(lacking)}"[:300])
            edges = [edge for edge in unit.artifacts.edges_of_runs(runs) if edge.kind == "in"]
            found = locate(unit, actor, {edge.version_key for edge in edges})
        roles: dict[str, dict[str, messages.SharedInput]] = {}
        for edge in edges:
            version = found.get(edge.version_key)
            if version is None or asked.role not in ("", edge.role):
                continue
            inputs = roles.setdefault(edge.role, {})
            shared = inputs.setdefault(version.version.digest, messages.SharedInput(version.version.digest, version.path, []))
            if runs[edge.run_key] not in shared.runs:
                shared.runs.append(runs[edge.run_key])
        if asked.role and asked.role not in roles:
            roles[asked.role] = {}
        return messages.InputsComparison(
            [_role(role, list(inputs.values()), sorted(runs.values())) for role, inputs in sorted(roles.items())]
        )


def _role(role: str, inputs: list[messages.SharedInput], runs: Sequence[str]) -> messages.RoleInputs:
    said = {run for each in inputs for run in each.runs}
    missing = [run for run in runs if run not in said]
    if missing:
        return messages.RoleInputs(role, "unknown", inputs, missing)
    is_same = all(len(each.runs) == len(runs) for each in inputs)
    return messages.RoleInputs(role, "same" if is_same else "different", inputs, [])


def _check(direction: str, depth: int) -> None:
    if direction not in ("both", "up", "down"):
        raise InvalidRequest(detail=f"direction is {direction[:50]!r}; expected both, up or down")
    if depth < -1:
        raise InvalidRequest(detail=f"depth is {depth}; expected how many steps, or -1 for the whole history")


def _distance(graph: Graph, start: Int64, direction: str, depth: int, *, is_direct: bool) -> Int64:
    if direction != "both" or not is_direct:
        return reached(graph, start, up=direction != "down", down=direction != "up", depth=depth)
    above, below = (reached(graph, start, up=up, down=not up, depth=depth) for up in (True, False))
    return np.where((below < 0) | ((above >= 0) & (above < below)), above, below)


class _Drawing:
    def __init__(
        self, unit: Unit, faults: FaultService, graph: Graph, versions: dict[int, Found], runs: dict[int, RunNode]
    ) -> None:
        self._unit = unit
        self._graph = graph
        self._versions = versions
        self._runs = runs
        keys = [found.version.key for found in versions.values()]
        self._aliases = unit.artifacts.aliases(keys)
        self._newest = unit.artifacts.newest_numbers({found.collection.key for found in versions.values()})
        self._faults = faults.marks(unit, graph)

    def draw(self, places: Int64, distance: Int64, root: int, *, is_each: bool) -> messages.Lineage:
        level = levels(self._graph, places)
        ids = self._graph.ids[places].tolist()
        alike = [self._alike(node) for node in ids]
        marked = [at for at, node in enumerate(ids) if self._is_marked(node)]
        equal_from = 0 if is_each else _EQUAL
        groups = grouped(
            self._graph, places, level, distance, alike, limits.LINEAGE_NODES, equal_from=equal_from, apart=set(marked)
        )
        shown: dict[int, str] = {}
        nodes = []
        for group in groups:
            members = self._graph.ids[places[group]].tolist()
            first_level = int(level[group].min())
            node = self.single(members[0], first_level) if len(members) == 1 else self._group(members, first_level)
            nodes.append(node)
            shown |= dict.fromkeys(places[group].tolist(), node.id)
        edges: dict[tuple[str, str], None] = {}
        drawn = {node.id: node for node in nodes}
        for place in places.tolist():
            for is_up in (True, False):
                for other in self._graph.neighbours(place, up=is_up).tolist():
                    if other not in shown:
                        node = drawn[shown[place]]
                        if is_up:
                            node.hidden_up += 1
                        else:
                            node.hidden_down += 1
                    elif not is_up and shown[place] != shown[other]:
                        edges[shown[place], shown[other]] = None
        roles = self._roles(node for node in self._graph.ids[places].tolist() if is_run(node) and node_id(node) in drawn)
        lines = [messages.LineageEdge(source, target, roles.get((source, target), "")) for source, target in edges]
        return messages.Lineage(node_id(root), nodes, lines, len(places))

    def _roles(self, runs: Iterable[int]) -> dict[tuple[str, str], str]:
        """Edge, by the nodes at its ends → the role, where one was said. Of runs that stand alone."""
        roles = {}
        for edge in self._unit.artifacts.edges_of_runs([node // 2 for node in runs]):
            version, run = node_id(version_node(edge.version_key)), node_id(run_node(edge.run_key))
            roles[(version, run) if edge.kind == "in" else (run, version)] = edge.role
        return roles

    def _alike(self, node: int) -> tuple[str, object, object]:
        if is_run(node):
            run = self._runs[node]
            return "run", run.home, run.run.job_type if run.run else ""
        return "version", self._versions[node].collection.key, ""

    def single(self, node: int, level: int) -> messages.LineageNode:
        if is_run(node):
            run = self._runs[node]
            return messages.LineageNode(
                id=node_id(node), kind="run", label=run.name or run.id, project=run.home, level=level, at=run.at,
                type=run.run.job_type if run.run else "", run_id=run.id, state=run.run.state if run.run else "purged",
                fault=self._faults.get(node, ""),
            )  # fmt: skip
        found = self._versions[node]
        version = found.version
        return messages.LineageNode(
            id=node_id(node), kind="version", label=f"{found.collection.name}:{version.label}",
            project=f"{found.project.entity}/{found.project.name}", level=level, at=version.created_at,
            type=found.collection.type, name=found.collection.name, version=version.label,
            state="committed" if not version.deleted_at else version.deleted_as or "deleted",
            aliases=self._aliases.get(version.key, []), is_stale=self._is_stale(node), fault=self._faults.get(node, ""),
        )  # fmt: skip

    def _group(self, members: Sequence[int], level: int) -> messages.LineageNode:
        first = self.single(members[0], level)
        kinds = {self._alike(node)[0] for node in members}
        what = "versions" if kinds == {"version"} else "runs" if kinds == {"run"} else "versions and runs"
        of = {self._alike(node)[1:] for node in members}
        label = f"{len(members)} {what}"
        if len(of) == 1 and (first.name or first.type):
            label += f" of {first.name or first.type}"
        return messages.LineageNode(
            id=f"group-{first.id}", kind="group", label=label, project=first.project if len(of) == 1 else "", level=level,
            at=min(self._at(node) for node in members), type=first.type if len(of) == 1 else "",
            name=first.name if len(of) == 1 else "", count=len(members), members=[node_id(node) for node in members[:_MEMBERS]],
            is_stale=any(self._is_stale(node) for node in members),
            fault=next((self._faults[node] for node in members if node in self._faults), ""),
        )  # fmt: skip

    def _at(self, node: int) -> float:
        return self._runs[node].at if is_run(node) else self._versions[node].version.created_at

    def _is_marked(self, node: int) -> bool:
        """Whether somebody said something of it that one among many would not show."""
        return node in self._faults or (not is_run(node) and bool(self._aliases.get(self._versions[node].version.key)))

    def _is_stale(self, node: int) -> bool:
        """Whether a run that made the version took in what has a newer version by now."""
        if is_run(node):
            return False
        mine = self._versions[node].collection.key
        return any(
            taken is not None
            and taken.collection.key != mine
            and self._newest.get(taken.collection.key, -1) > taken.version.number
            for taken in self._taken_for(node)
        )

    def _taken_for(self, node: int) -> Iterable[Found | None]:
        (place,) = self._graph.places(np.array([node], np.int64)).tolist() or (None,)
        if place is None:
            return
        for run in self._graph.neighbours(place, up=True).tolist():
            for taken in self._graph.neighbours(run, up=True).tolist():
                yield self._versions.get(int(self._graph.ids[taken]))


def node_id(node: int) -> str:
    return f"run-{node // 2}" if is_run(node) else f"version-{node // 2}"
