"""Runs and artifacts: what a run took in and what it made. Nothing is declared before, and both may be added to old runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from assay.server.domain.accounts import Actor
from assay.server.domain.artifact_drafts import check_role
from assay.server.domain.artifacts import Edge, EdgeKind, Slice, parse_ref
from assay.server.domain.events import Event
from assay.server.domain.runs import Run
from assay.server.ports.bus import News
from assay.server.ports.metadata import Unit
from assay.server.services.aliases import Aliases
from assay.server.services.artifact_finding import ArtifactPath, Found, find_version, locate, shown
from assay.server.services.artifacts import ArtifactService
from assay.server.services.faults import FaultService
from assay.server.services.projects import find as find_project
from assay.server.services.runs import find as find_run
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath, RunPath


class ArtifactRunService:
    def __init__(self, stores: Stores, artifacts: ArtifactService, aliases: Aliases, faults: FaultService) -> None:
        self._faults = faults
        self._stores = stores
        self._artifacts = artifacts
        self._aliases = aliases

    def use(self, actor: Actor, path: RunPath, asked: messages.UseRequest) -> messages.ArtifactVersion:
        """The run took the version in. Of a span of time it took in every version in it. Raises Conflict for an alias that a
        fault freezes."""
        check_role(asked.role)
        wanted = ArtifactPath.parse(asked.artifact, path.parent)
        if isinstance(parse_ref(wanted.ref), Slice):
            opened = self._artifacts.open(actor, wanted.project, wanted.name, wanted.ref)
            self._add(actor, path, opened.versions, "in", asked.role)
            return opened.shown
        with self._stores.metadata.read() as unit:
            found = find_version(unit, actor, wanted.project, wanted.name, wanted.ref)
            self._aliases.require_usable(unit, actor, found, wanted.ref)
        return self._add(actor, path, [found], "in", asked.role)[0]

    def output(self, actor: Actor, path: RunPath, asked: messages.OutputRequest) -> messages.ArtifactVersion:
        """The run, also one that ended, made a version that exists."""
        check_role(asked.role)
        wanted = ArtifactPath.parse(asked.artifact, path.parent)
        with self._stores.metadata.read() as unit:
            found = find_version(unit, actor, wanted.project, wanted.name, wanted.ref, "artifact:write")
        return self._add(actor, path, [found], "out", asked.role)[0]

    def _add(
        self, actor: Actor, path: RunPath, versions: Iterable[Found], kind: EdgeKind, role: str
    ) -> list[messages.ArtifactVersion]:
        now, found = self._stores.now(), list(versions)
        with self._stores.metadata.begin() as unit:
            run = find_run(unit, actor, path, "run:write", with_deleted=True)
            for each in found:
                edge = Edge(each.version.key, run.key, kind, role, now, run.project_key, run.id, run.name)
                if unit.artifacts.add_edge(edge):
                    data = {"run": str(path), "role": role, "version_key": each.version.key}
                    name = "ArtifactUsed" if kind == "in" else "ArtifactMade"
                    unit.events.add(Event(name, run.project_key, each.path, now, actor.username, data))
            answer = shown(unit, actor, found)
        self._stores.bus.publish(News("run", run.project_key, path.entity, path.project, path.run_id))
        return [msgspec.structs.replace(each, role=role) for each in answer]

    def of_run(self, actor: Actor, path: RunPath) -> messages.RunArtifacts:
        """In the order in which they came. Versions of projects that the actor cannot read are left out."""
        with self._stores.metadata.read() as unit:
            run = find_run(unit, actor, path, with_deleted=True)
            return messages.RunArtifacts(
                self._of(unit, actor, run, "in"),
                self._of(unit, actor, run, "out"),
            )

    def checkpoints(self, actor: Actor, path: ProjectPath, run_ids: Sequence[str]) -> messages.CheckpointPage:
        """Versions that these runs made at a step and that are still there. Runs that are gone are left out."""
        if len(run_ids) > limits.PAGE_ROWS:
            raise InvalidRequest(detail=f"{len(run_ids)} runs in one question; at most {limits.PAGE_ROWS}")
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "run:read")
            runs = {run.key: run.id for run in unit.runs.by_ids(project.key, list(dict.fromkeys(run_ids)))}
            edges = [edge for edge in unit.artifacts.edges_of_runs(runs) if edge.kind == "out"]
            made = locate(unit, actor, [edge.version_key for edge in edges])
            found = [
                (edge, made[edge.version_key])
                for edge in edges
                if edge.version_key in made
                and made[edge.version_key].version.step >= 0
                and not made[edge.version_key].version.deleted_at
            ]
            is_cut = len(found) > limits.PAGE_ROWS
            found = found[-limits.PAGE_ROWS :]
            aliases = unit.artifacts.aliases([one.version.key for _, one in found])
        place = {run_id: at for at, run_id in enumerate(runs.values())}
        shown = [
            messages.Checkpoint(
                runs[edge.run_key], one.path, one.collection.type, one.version.step, one.version.created_at,
                aliases.get(one.version.key, []),
            )
            for edge, one in found
        ]  # fmt: skip
        return messages.CheckpointPage(sorted(shown, key=lambda one: (place[one.run], one.step)), is_cut)

    def _of(self, unit: Unit, actor: Actor, run: Run, kind: EdgeKind) -> list[messages.ArtifactVersion]:
        edges = [edge for edge in unit.artifacts.edges_of_runs([run.key]) if edge.kind == kind]
        found = locate(unit, actor, [edge.version_key for edge in edges])
        edges = [edge for edge in edges if edge.version_key in found]
        answers = shown(unit, actor, [found[edge.version_key] for edge in edges])
        answers = self._faults.marked(unit, answers, [edge.version_key for edge in edges])
        return [msgspec.structs.replace(answer, role=edge.role) for answer, edge in zip(answers, edges, strict=True)]
