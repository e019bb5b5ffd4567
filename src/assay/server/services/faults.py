"""Blast radius: something turned out bad, and everything that came of it is found, marked, and kept from being relied on.

What a fault reaches is walked anew each time, so what is made from it later is marked too, and what was built again without it is
clean by itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from assay.server.compute.lineage import Graph, all_below
from assay.server.domain.accounts import Actor
from assay.server.domain.artifact_drafts import check_marks
from assay.server.domain.artifacts import Acceptance, Fault
from assay.server.domain.events import Event
from assay.server.ports.bus import News
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit
from assay.server.services.aliases import LATEST
from assay.server.services.artifact_finding import ArtifactPath, Found, find_version, locate, shown
from assay.server.services.histories import Histories, is_run, readable, readable_nodes, run_node, version_node
from assay.server.services.runs import find as find_run
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import Conflict, InvalidRequest, NotFound
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath, RunPath

Int64 = NDArray[np.int64]
_REASON_BYTES = 16 * limits.KIB
_TARGET_CHARS = 2_048
_AT_ONCE = 200  # runs whose environments are held at once; one may have ten megabytes
_HIDDEN = "something that it came of, which you may not read, was marked as bad by another team"


class FaultService:
    """Also who knows which aliases are frozen (`aliases.Freezes`)."""

    def __init__(self, stores: Stores, histories: Histories) -> None:
        self._stores = stores
        self._histories = histories
        self._marks: tuple[Graph | None, tuple[str, ...], dict[int, str]] = (None, (), {})

    def preview(self, actor: Actor, entity: str, asked: messages.FaultRequest) -> messages.Reach:
        """What the fault would reach, before it is marked."""
        access.require(actor, "fault:read", entity, what="entity", name=entity)
        with self._stores.metadata.read() as unit:
            fault = self._fault(unit, actor, entity, asked)
            return self.reach_of(unit, actor, _nodes(self._histories.graph(unit), fault))

    def mark(self, actor: Actor, entity: str, asked: messages.FaultRequest) -> messages.Fault:
        access.require(actor, "fault:write", entity, what="entity", name=entity)
        _check_reason(asked.reason, "A fault")
        _check_freeze(actor, asked.freeze)
        # Before the unit of work: to look through all environments of a team takes its time, and everyone's writing would wait.
        with self._stores.metadata.read() as unit:
            fault = self._fault(unit, actor, entity, asked)
        with self._stores.metadata.begin() as unit:
            unit.faults.add(fault)
            self._note(unit, actor, "FaultMarked", "fault:mark", fault)
        with self._stores.metadata.read() as unit:
            return self._shown(unit, actor, fault)

    def take_back(self, actor: Actor, entity: str, fault_id: str) -> messages.Fault:
        """It was no fault after all; free if that was said before."""
        with self._stores.metadata.begin() as unit:
            fault = self._find(unit, actor, entity, fault_id, "fault:write")
            if not fault.taken_back_at:
                fault = replace(fault, taken_back_at=self._stores.now())
                unit.faults.save(fault)
                self._note(unit, actor, "FaultTakenBack", "fault:take_back", fault)
        with self._stores.metadata.read() as unit:
            return self._shown(unit, actor, fault)

    def get(self, actor: Actor, entity: str, fault_id: str) -> messages.FaultDetail:
        with self._stores.metadata.read() as unit:
            fault = self._find(unit, actor, entity, fault_id, "fault:read")
            reach = self.reach_of(unit, actor, _nodes(self._histories.graph(unit), fault))
            return messages.FaultDetail(self._shown(unit, actor, fault), reach)

    def marks(self, unit: Unit, graph: Graph) -> dict[int, str]:
        """Node → id of the newest fault that reaches it, of those not taken back."""
        active = [fault for fault in unit.faults.list(None) if not fault.taken_back_at]
        asked = tuple(fault.id for fault in active)
        known_graph, known, marks = self._marks
        if known_graph is graph and known == asked:
            return marks
        marks = {}
        for fault in reversed(active):
            marks |= dict.fromkeys(_nodes(graph, fault), fault.id)
        self._marks = graph, asked, marks
        return marks

    def marked(self, unit: Unit, answers: list[messages.ArtifactVersion], keys: Sequence[int]) -> list[messages.ArtifactVersion]:
        """The answers with the fault that reaches each version."""
        if not any(not fault.taken_back_at for fault in unit.faults.list(None)):
            return answers
        marks = self.marks(unit, self._histories.graph(unit))
        return [
            msgspec.structs.replace(answer, fault=marks.get(version_node(key), ""))
            for answer, key in zip(answers, keys, strict=True)
        ]

    def frozen(self, unit: Unit, actor: Actor, found: Found, aliases: Sequence[str]) -> dict[str, str]:
        """Of the aliases, those that may not lead to this version: alias → why, as far as the actor may read it."""
        why: dict[str, str] = {}
        for fault in unit.faults.list(None):
            stopped = [alias for alias in aliases if _freezes(fault, found, alias)]
            if not stopped or fault.taken_back_at:
                continue
            if any(one.fault_id == fault.id for one in unit.faults.accepted(found.version.key)):
                continue
            if version_node(found.version.key) in _nodes(self._histories.graph_within(unit), fault):
                why |= dict.fromkeys(stopped, _why(actor, fault))
        return why

    def of_version(self, actor: Actor, path: ProjectPath, name: str, ref: str) -> messages.VersionFaults:
        """What reaches a version, newest first, as far as the actor may read it, and what of it its own people accepted."""
        with self._stores.metadata.read() as unit:
            return self._of_version(unit, actor, find_version(unit, actor, path, name, ref, with_deleted=True))

    def accept(self, actor: Actor, path: ProjectPath, name: str, ref: str, reason: str) -> messages.VersionFaults:
        """Use the version although faults reach it, whoever marked them: those of now freeze its aliases no more; a later one
        does. Safe to repeat. Raises Conflict if none reaches it."""
        _check_reason(reason, "What is used although it is marked as bad")
        with self._stores.metadata.begin() as unit:
            found = find_version(unit, actor, path, name, ref, "fault:write")
            reaching = self._reaching(unit, found)
            if not reaching:
                raise Conflict(detail=f"No mark reaches {found.path}: there is nothing to accept")
            known = {one.fault_id for one in unit.faults.accepted(found.version.key)}
            new = [fault.id for fault in reaching if fault.id not in known]
            now = self._stores.now()
            for fault_id in new:
                unit.faults.accept(Acceptance(fault_id, found.version.key, reason, actor.username, now))
            if new:
                self._note_version(unit, actor, found, "FaultAccepted", "fault:accept", {"faults": new, "reason": reason})
            answer = self._of_version(unit, actor, found)
        self._publish(found)
        return answer

    def withdraw(self, actor: Actor, path: ProjectPath, name: str, ref: str) -> messages.VersionFaults:
        """What reaches the version counts for it again; free if nothing was accepted."""
        with self._stores.metadata.begin() as unit:
            found = find_version(unit, actor, path, name, ref, "fault:write")
            gone = [one.fault_id for one in unit.faults.accepted(found.version.key)]
            if gone:
                unit.faults.withdraw(found.version.key)
                self._note_version(unit, actor, found, "FaultAcceptanceWithdrawn", "fault:withdraw", {"faults": gone})
            answer = self._of_version(unit, actor, found)
        self._publish(found)
        return answer

    def _reaching(self, unit: Unit, found: Found) -> Sequence[Fault]:
        """Faults that reach the version and are not taken back, newest first."""
        active = [fault for fault in unit.faults.list(None) if not fault.taken_back_at]
        graph = self._histories.graph_within(unit) if active else Graph.empty()
        return [fault for fault in active if version_node(found.version.key) in _nodes(graph, fault)]

    def _of_version(self, unit: Unit, actor: Actor, found: Found) -> messages.VersionFaults:
        accepted = {one.fault_id: one for one in unit.faults.accepted(found.version.key)}
        aliases = unit.artifacts.aliases([found.version.key]).get(found.version.key, [])
        answer = []
        for fault in self._reaching(unit, found):
            said = accepted.get(fault.id)
            frozen = [] if said else [alias for alias in aliases if _freezes(fault, found, alias)]
            answer.append(
                messages.VersionFault(
                    fault.id, _why(actor, fault), frozen, said.reason if said else "", said.by if said else "",
                    said.at if said else 0.0,
                )
            )  # fmt: skip
        return messages.VersionFaults(answer)

    def _note_version(self, unit: Unit, actor: Actor, found: Found, event: str, action: str, data: dict[str, object]) -> None:
        now = self._stores.now()
        unit.events.add(Event(event, found.project.key, found.path, now, actor.username, data))
        audit.note(unit, actor, action, found.path, now, **data)

    def _publish(self, found: Found) -> None:
        project = found.project
        self._stores.bus.publish(News("artifacts", project.key, project.entity, project.name, keys=(found.collection.name,)))

    def reach_of(self, unit: Unit, actor: Actor, nodes: Iterable[int], *, type_: str = "") -> messages.Reach:
        """The nodes that the actor may read, as lists."""
        found = readable(unit, actor, nodes)
        collections = unit.artifacts.collections_by_key(np.unique(found.versions[:, 1]).tolist())
        fitting = [key for key, collection in collections.items() if type_ in ("", collection.type)]
        keys: Int64 = found.versions[np.isin(found.versions[:, 1], np.array(fitting, np.int64))][:, 0]
        aliases = unit.artifacts.aliases(keys.tolist())
        pointed = locate(unit, actor, sorted(aliases)[: limits.PAGE_ROWS])
        protected = [
            f"{one.project.entity}/{one.project.name}/{one.collection.name}:{alias}"
            for key, one in sorted(pointed.items())
            for alias in aliases[key]
            if alias != LATEST
        ]
        listed = locate(unit, actor, keys[: limits.PAGE_ROWS].tolist())
        answers = shown(unit, actor, [one for _, one in sorted(listed.items())])
        _, runs = readable_nodes(unit, actor, [run_node(key) for key in found.runs[: limits.PAGE_ROWS].tolist()])
        refs = [messages.RunRef(run.home, run.id, run.name, "", run.at) for _, run in sorted(runs.items())]
        return messages.Reach(answers, refs, len(keys), len(found.runs), protected[: limits.PAGE_ROWS])

    def _fault(self, unit: Unit, actor: Actor, entity: str, asked: messages.FaultRequest) -> Fault:
        """What was asked for, with where it begins. Raises NotFound if there is nothing of the kind."""
        if not 0 < len(asked.target) <= _TARGET_CHARS:
            raise InvalidRequest(detail=f"The target is empty or longer than {_TARGET_CHARS} characters")
        versions: tuple[int, ...] = ()
        runs: tuple[int, ...] = ()
        if asked.kind == "version":
            parsed = ArtifactPath.parse(asked.target, ProjectPath(entity, "-"))
            _require_own(parsed.project, entity, asked.target)
            found = find_version(unit, actor, parsed.project, parsed.name, parsed.ref, with_deleted=True)
            versions, asked = (found.version.key,), msgspec.structs.replace(asked, target=found.path)
        elif asked.kind == "run":
            path = RunPath.parse(asked.target)
            _require_own(path.parent, entity, asked.target)
            runs = (find_run(unit, actor, path, with_deleted=True).key,)
        else:
            runs = tuple(self._runs_with(unit, entity, asked))
            if not runs:
                raise NotFound(what=f"run with the {asked.kind}", name=asked.target[:300])
        return Fault(
            secrets.token_urlsafe(9), entity, asked.kind, asked.target, asked.reason, actor.username, self._stores.now(),
            versions, runs, tuple(dict.fromkeys(asked.freeze)),
        )  # fmt: skip

    @staticmethod
    def _runs_with(unit: Unit, entity: str, asked: messages.FaultRequest) -> list[int]:
        """Runs of the entity on the commit, or with the package in that version."""
        projects, cursor = [], ""
        while True:
            page, _, cursor = unit.projects.list([entity], cursor, limits.PAGE_ROWS)
            projects += [project.key for project in page]
            if not cursor:
                break
        if asked.kind == "commit":
            text = f'"commit":{msgspec.json.encode(asked.target).decode()}'
            place, name, value = "git", "commit", asked.target
        else:
            name, separator, value = asked.target.partition("==")
            if not separator or not name or not value:
                raise InvalidRequest(
                    detail=f"{asked.target[:300]!r} is no package; expected its name and version, as torch==2.1.0"
                )
            text = f"{msgspec.json.encode(name).decode()}:{msgspec.json.encode(value).decode()}"
            place = "packages"
        keys = unit.runs.in_environment(projects, text).tolist()
        return [
            run.key
            for start in range(0, len(keys), _AT_ONCE)
            for run in unit.runs.by_keys(keys[start : start + _AT_ONCE], with_deleted=True)
            if _says(run.environment.get(place), name, value)
        ]

    def _find(self, unit: Unit, actor: Actor, entity: str, fault_id: str, action: access.Action) -> Fault:
        access.require(actor, action, entity, what="entity", name=entity)
        fault = unit.faults.get(fault_id)
        if fault is None or fault.entity != entity:
            raise NotFound(what="fault", name=fault_id[:100])
        return fault

    def _shown(self, unit: Unit, actor: Actor, fault: Fault) -> messages.Fault:
        nodes = _nodes(self._histories.graph(unit), fault)
        found = readable(unit, actor, nodes)
        return messages.Fault(
            id=fault.id, kind=fault.kind, target=fault.target, reason=fault.reason, by=fault.by, at=fault.at,  # type: ignore[arg-type]
            version_count=len(found.versions), run_count=len(found.runs), freeze=_shown_freeze(actor, fault),
            clean_since=_clean_since(unit, actor, found.versions, nodes), taken_back_at=fault.taken_back_at,
        )  # fmt: skip

    def _note(self, unit: Unit, actor: Actor, event: str, action: str, fault: Fault) -> None:
        now = self._stores.now()
        data = {"fault": fault.id, "kind": fault.kind, "target": fault.target, "freeze": list(fault.freeze)}
        for key in sorted(self._projects(unit, fault)) or [0]:
            project = unit.projects.by_key(key)
            if project is None or project.entity == fault.entity:
                unit.events.add(Event(event, key, f"{fault.entity}: {fault.target}", now, actor.username, data))
            else:  # another team's people are told that something of theirs came of it, and no name that they may not read
                unit.events.add(Event(event, key, f"{project.entity}/{project.name}", now, "", {"fault": fault.id}))
        audit.note(unit, actor, action, f"{fault.entity}: {fault.target}", now, **data)

    def _projects(self, unit: Unit, fault: Fault) -> set[int]:
        """Projects with versions that it reaches: their people are told by its event."""
        nodes = _nodes(self._histories.graph_within(unit), fault)
        keys = np.array([node // 2 for node in nodes if not is_run(node)], np.int64)
        return set(unit.artifacts.version_places(keys)[:, 3].tolist())

    def list(self, actor: Actor, entity: str) -> messages.FaultList:
        access.require(actor, "fault:read", entity, what="entity", name=entity)
        with self._stores.metadata.read() as unit:
            return messages.FaultList([self._shown(unit, actor, fault) for fault in unit.faults.list(entity)])


def _check_reason(reason: str, what: str) -> None:
    if not reason.strip() or len(reason.encode(errors="replace")) > _REASON_BYTES:
        raise InvalidRequest(detail=f"{what} needs a reason that others can read, of at most {_REASON_BYTES} bytes")


def _why(actor: Actor, fault: Fault) -> str:
    """What happened, as far as the actor may read it."""
    if not access.may(actor, "fault:read", fault.entity):
        return _HIDDEN
    return f"{fault.target} was marked as bad by {fault.by} ({fault.reason[:200]})"


def _freezes(fault: Fault, found: Found, alias: str) -> bool:
    home = f"{found.project.entity}/{found.project.name}/{found.collection.name}"
    return not {alias, f"{home}:{alias}"}.isdisjoint(fault.freeze)


def _check_freeze(actor: Actor, names: Sequence[str]) -> None:
    """Aliases, alone or as `entity/project/name:alias` of what the actor may read."""
    check_marks([name.rpartition(":")[2] for name in names], [])
    for name in names:
        home, colon, _ = name.rpartition(":")
        if colon and (len(parts := home.split("/")) != 3 or not all(parts) or len(name) > _TARGET_CHARS):
            detail = f"{name[:300]!r} cannot be frozen: name an alias, or one of one artifact as entity/project/name:alias"
            raise InvalidRequest(detail=detail)
        if colon:
            access.require(actor, "artifact:read", home.partition("/")[0], what="artifact", name=home[:300])


def _shown_freeze(actor: Actor, fault: Fault) -> list[str]:
    """What the fault freezes, without artifacts that the actor may not read: they may have another name since."""
    return [name for name in fault.freeze if "/" not in name or access.may(actor, "artifact:read", name.partition("/")[0])]


def _nodes(graph: Graph, fault: Fault) -> set[int]:
    """Everything that the fault reaches, where it begins among it."""
    starts = [*map(version_node, fault.versions), *map(run_node, fault.runs)]
    found: list[int] = graph.ids[all_below(graph, graph.places(np.array(sorted(starts), np.int64)))].tolist()
    return {*starts, *found}


def _clean_since(unit: Unit, actor: Actor, versions: Int64, nodes: set[int]) -> dict[str, str]:
    """Artifact → its first version behind all that are reached, where there is one. `versions` as in `Readable`."""
    last: dict[int, tuple[int, int]] = {}
    for key, collection, number, _ in versions.tolist():
        last[collection] = max(last.get(collection, (-1, 0)), (number, key))
    newest = unit.artifacts.newest_numbers(last)
    rebuilt = {collection: at for collection, at in last.items() if newest.get(collection, -1) > at[0]}
    homes = locate(unit, actor, [key for _, key in rebuilt.values()])
    clean = {}
    for collection, (number, key) in rebuilt.items():
        later, _ = unit.artifacts.versions(collection, limit=newest[collection] - number)
        behind = [each for each in later if each.number > number and version_node(each.key) not in nodes]
        if behind:
            home = homes[key]
            clean[f"{home.project.entity}/{home.project.name}/{home.collection.name}"] = behind[-1].label
    return clean


def _require_own(path: ProjectPath, entity: str, target: str) -> None:
    if path.entity != entity:
        raise InvalidRequest(detail=f"{target[:300]!r} is not {entity}'s. Mark it where it is: entities/{path.entity}")


def _says(section: object, name: str, value: str) -> bool:
    return isinstance(section, dict) and section.get(name) == value
