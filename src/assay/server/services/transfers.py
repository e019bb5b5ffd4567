"""Runs go to another project, or a copy of them does, with everything they have.

A run's row, and all that hangs on it, changes its project in one unit of work; its key stays, and with it the files and the edges
of artifacts. Only the rows it logged are kept by project: they are copied first, then the unit says where the run is, then the
old ones go. What is on its way is written down, so that a crash at any moment leaves the run wholly here or wholly there, and the
next start clears away the rest. Runs are taken in parts that grow while they are quick, and a request that has used up its time
answers with what remains: a large move is many short requests, and nobody else waits for it."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from assay.server.domain.accounts import Actor
from assay.server.domain.errors import StaleWrite
from assay.server.domain.events import Event
from assay.server.domain.homes import run_space
from assay.server.domain.projects import Project
from assay.server.domain.runs import Run, RunRef
from assay.server.domain.transfers import Transfer, free_id
from assay.server.domain.undos import UndoPart
from assay.server.ports.bus import News
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit
from assay.server.services.contents import copy_blob
from assay.server.services.files import CONSOLE_FILE, FileService
from assay.server.services.gates import Gates
from assay.server.services.handles import Handles
from assay.server.services.projects import delete_blobs
from assay.server.services.projects import find as find_project
from assay.server.services.revisions import Revisions
from assay.server.services.run_selections import selected
from assay.server.services.run_sets import RunSets
from assay.server.services.stores import Stores
from assay.wire.errors import Conflict, InvalidRequest, NotFound, PublicError, TooManyRequests
from assay.wire.messages import runs as messages
from assay.wire.names import ProjectPath

_PART = 100  # runs of one unit of work
_QUICK_S = 0.5  # a part that took less makes the next one twice as large
_REQUEST_S = 3.0  # after which a request answers with what remains
_WAIT_S = 5.0  # for a backup, or for somebody else's part

Kind = Literal["move", "copy"]


@dataclass(frozen=True, slots=True)
class _Going:
    """A run on its way: as it was when its data was copied, its key and the id wanted where it goes. `ordinal` 0: the next."""

    before: Run
    key: int
    wanted_id: str
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class _Way:
    kind: Kind
    actor: Actor
    source: Project
    target: Project

    @property
    def source_path(self) -> ProjectPath:
        return ProjectPath(self.source.entity, self.source.name)

    @property
    def target_path(self) -> ProjectPath:
        return ProjectPath(self.target.entity, self.target.name)


@dataclass(slots=True)
class _Done:
    runs: list[Run] = field(default_factory=list)
    old_ids: list[str] = field(default_factory=list)
    refused: list[messages.RunRefused] = field(default_factory=list)


Finish = Callable[[Unit, list[tuple[Run, Run]]], None]
"""Called in the unit that moves, with (run before, run after)."""


class TransferService:
    """`moving`: held while a part is on its way, and by whoever needs runs to stay where they are, as a backup does."""

    def __init__(
        self, stores: Stores, sets: RunSets, handles: Handles, revisions: Revisions, gates: Gates, files: FileService
    ) -> None:
        self._stores = stores
        self._sets = sets
        self._handles = handles
        self._revisions = revisions
        self._gates = gates
        self._files = files
        self.moving = threading.Lock()

    def move(self, actor: Actor, path: ProjectPath, asked: messages.RunTransfer) -> messages.RunsTransferred:
        """Move runs that have ended to another project, where the actor may write. Each keeps its id if it is free there, and its
        old address leads to it. Live runs, and those in the trash, stay and are named with the reason."""
        return self._transfer("move", actor, path, asked, "run:move")

    def copy(self, actor: Actor, path: ProjectPath, asked: messages.RunTransfer) -> messages.RunsTransferred:
        """Copies of runs that have ended, in another project. A copy took in the versions of artifacts that its original took in;
        what the original made stays the original's alone."""
        return self._transfer("copy", actor, path, asked, "run:read")

    def undo(self, actor: Actor, path: ProjectPath, parts: Sequence[UndoPart]) -> messages.RunsChanged:
        """Move runs back, or move their copies to the trash, as far as there is time. What has gone elsewhere since stays."""
        done, give_up_at = _Done(), time.monotonic() + _REQUEST_S
        for at, part in enumerate(parts):
            if at and time.monotonic() > give_up_at:
                return messages.RunsChanged(len(done.runs), [run.id for run in done.runs], "", done.refused, len(parts) - at)
            one = self._undo_move(actor, path, part) if part.action == "move" else self._undo_copy(actor, path, part)
            done.runs += one.runs
            done.refused += one.refused
        return messages.RunsChanged(len(done.runs), [run.id for run in done.runs], "", done.refused)

    def clean_up(self) -> int:
        """Clear away what a crash left of transfers; a worker calls it. Answers how many."""
        if not self.moving.acquire(timeout=_WAIT_S):
            return 0
        try:
            return self._clean_up()
        finally:
            self.moving.release()

    def _transfer(
        self, kind: Kind, actor: Actor, path: ProjectPath, asked: messages.RunTransfer, action: access.Action
    ) -> messages.RunsTransferred:
        goal = ProjectPath.parse(asked.to)
        # The oldest first: in the other project, too, they are numbered in the order in which they began.
        keys = sorted(selected(self._stores, self._sets, actor, path, asked, action))
        access.require(actor, "run:write", goal.entity, what="project", name=str(goal))
        if goal == path:
            raise InvalidRequest(detail=f"The runs are in {path} already. Name another project")
        done = _Done()
        with self._stores.metadata.read() as unit:
            source = find_project(unit, actor, path, action)
            keys = _ready(unit.runs.by_keys(keys, whole=False, with_deleted=True), source.key, done)
        if not keys:  # no project is made for nothing
            return messages.RunsTransferred(str(goal), [], done.refused, [], asked.undo)
        way, number = self._way(kind, actor, path, goal, asked.undo, action)
        token = asked.undo or secrets.token_urlsafe(15)
        at, size, give_up_at = 0, 1, time.monotonic() + _REQUEST_S
        while at < len(keys) and (not at or time.monotonic() < give_up_at):
            started = time.monotonic()
            part = keys[at : at + size]
            try:
                self._part(way, part, done, token, number)
            except PublicError:
                if not done.runs:
                    raise
                break  # what went is told; who asks for the rest hears why it does not go on
            at, number = at + len(part), number + 1
            size = min(_PART, 2 * size) if time.monotonic() - started < _QUICK_S else max(1, size // 2)
        with self._stores.metadata.read() as unit:
            rest = [run.id for run in unit.runs.by_keys(keys[at:], whole=False)]
            is_undoable = bool(unit.undos.parts(way.source.key, token))
        went = [messages.RunTransferred(old, run.id) for old, run in zip(done.old_ids, done.runs, strict=True)]
        return messages.RunsTransferred(str(goal), went, done.refused, rest, token if is_undoable else "")

    def _way(
        self, kind: Kind, actor: Actor, path: ProjectPath, goal: ProjectPath, token: str, action: access.Action
    ) -> tuple[_Way, int]:
        """From where to where, and the number of the next part of what can be taken back."""
        with self._stores.metadata.begin() as unit:
            source = find_project(unit, actor, path, action)
            if unit.teams.entity(goal.entity) is None:
                raise NotFound(what="entity", name=goal.entity)
            known = unit.undos.parts(source.key, token) if token else []
            if token and (not known or (known[0].action, known[0].who) != (kind, actor.username)):
                raise NotFound(what=f"{kind} to go on with", name=token[:100])
            target = unit.projects.add(goal.entity, goal.project, self._stores.now())
        return _Way(kind, actor, source, target), max((part.number + 1 for part in known), default=0)

    def _part(self, way: _Way, keys: Sequence[int], done: _Done, token: str, number: int) -> None:
        with self._stores.metadata.read() as unit:
            runs = {run.key: run for run in unit.runs.by_keys(keys, with_deleted=True)}
        # Looked at again: the first of many went some time ago.
        ready = [_Going(runs[key], key, runs[key].id) for key in _ready(list(runs.values()), way.source.key, done)]

        def finish(unit: Unit, went: list[tuple[Run, Run]]) -> None:
            now = self._stores.now()
            if way.kind == "move":
                changes = {before.id: [after.key, way.target.key, before.ordinal] for before, after in went}
            else:
                changes = {before.id: [after.key, way.target.key] for before, after in went}
            known = {part.number: part for part in unit.undos.parts(way.source.key, token)}
            place = number if number not in known else max(known) + 1
            unit.undos.add(UndoPart(token, place, way.source.key, now, way.actor.username, way.kind, changes))

        self._go(way, ready, done, finish)

    def _go(self, way: _Way, going: Sequence[_Going], done: _Done, finish: Finish) -> None:
        """Take the runs along together; where one of them cannot go, each by itself, and that one is refused."""
        if not going:
            return
        try:
            with self._held():
                went = self._together(way, going, finish)
        except (Conflict, StaleWrite, NotFound) as error:
            if len(going) > 1:
                for one in going:
                    self._go(way, [one], done, finish)
                return
            reason = str(error) if isinstance(error, Conflict) else "It was changed meanwhile. Try again."
            done.refused.append(messages.RunRefused(going[0].before.id, reason))
            return
        done.old_ids += [before.id for before, _ in went]
        done.runs += [after for _, after in went]

    @contextmanager
    def _held(self) -> Iterator[None]:
        if not self.moving.acquire(timeout=_WAIT_S):
            raise TooManyRequests(detail="A backup is being made, or other runs are on their way.", retry_after_s=2)
        try:
            yield
        finally:
            self.moving.release()

    def _together(self, way: _Way, going: Sequence[_Going], finish: Finish) -> list[tuple[Run, Run]]:
        """All of them or none."""
        self._clean_up()
        self._require_still_there(way, going)
        with self._stores.metadata.read() as unit:
            self._require_own_place(unit, way, going)
        if way.kind == "copy":
            going = self._prepared(way, going)
        moved = [one.key for one in going] if way.kind == "move" else []
        sources = [one.before.ref for one in going]
        with self._gates.closed(moved):
            with self._stores.metadata.begin() as unit:
                source_key = way.source.key if moved else 0
                unit.moves.begin([Transfer(one.key, source_key, way.target.key) for one in going])
            try:
                copied = {one.key: self._copy_blobs(one.before.key, one.key) for one in going} if way.kind == "copy" else {}
                self._stores.metrics.copy(
                    [(source, RunRef(way.target.key, one.key)) for source, one in zip(sources, going, strict=True)]
                )
                with self._stores.metadata.begin() as unit:
                    # Files are not rows of a run's history, and no gate holds them up: some may have come meanwhile.
                    self._require_own_place(unit, way, going)
                    self._require_copied(unit, going, copied)
                    went = self._rehomed(unit, way, going)
                    finish(unit, went)
            except BaseException:
                self._clean_up()
                raise
            for run_key in moved:
                self._handles.forget(run_key)
            self._revisions.bump(way.source.key, *moved)
            self._revisions.bump(way.target.key, *(after.key for _, after in went))
            # The run is there now. A crash from here on leaves bytes that the next start clears away.
            self._clean_up()
        for project in (way.source, way.target):
            self._stores.bus.publish(News("runs", project.key, project.entity, project.name))
        return went

    def _require_still_there(self, way: _Way, going: Sequence[_Going]) -> None:
        """Somebody else may have moved or deleted one of them while this waited for its turn. Raises Conflict."""
        with self._stores.metadata.read() as unit:
            for run in unit.runs.by_keys([one.before.key for one in going], whole=False, with_deleted=True):
                if reason := _reason(run, way.source.key):
                    raise Conflict(detail=reason)

    @staticmethod
    def _require_own_place(unit: Unit, way: _Way, going: Sequence[_Going]) -> None:
        """What a team keeps in its own bucket does not become another team's. Raises Conflict."""
        if way.source.entity == way.target.entity:
            return
        for one in going:
            if any(file.bucket for file in unit.runs.files(one.before.key)):
                reason = f"Its files are in a bucket of {way.source.entity}, which stays that team's. Download them, or move it "
                raise Conflict(detail=reason + f"to another project of {way.source.entity}")

    @staticmethod
    def _require_copied(unit: Unit, going: Sequence[_Going], copied: Mapping[int, set[tuple[str, int]]]) -> None:
        """Raises StaleWrite if one of the originals got a file whose content was not copied along."""
        for one in going:
            if one.key in copied and not _contents(unit, one.before.key).keys() <= copied[one.key]:
                raise StaleWrite(what="Run", name=one.before.id)

    def _prepared(self, way: _Way, going: Sequence[_Going]) -> list[_Going]:
        """With keys for the copies, and the originals' consoles among their files."""
        for one in going:
            with self._stores.metadata.read() as unit:
                has_file = bool(unit.runs.files(one.before.key, [CONSOLE_FILE]))
            if not has_file:
                self._files.keep_console(one.before.key)
        with self._stores.metadata.begin() as unit:
            return [replace(one, key=unit.moves.reserve(way.target.key)) for one in going]

    def _rehomed(self, unit: Unit, way: _Way, going: Sequence[_Going]) -> list[tuple[Run, Run]]:
        now, target = self._stores.now(), way.target
        went = []
        for one in going:
            wanted = one.wanted_id
            holders = unit.moves.holders(target.key, [wanted])
            while holders.get(wanted, one.key) != one.key:
                wanted = free_id(one.wanted_id, {*holders})
                holders |= unit.moves.holders(target.key, [wanted])
            if way.kind == "move":
                after = unit.moves.move(one.before, target.key, wanted, one.ordinal)
            else:
                after = self._copied(unit, one, target, wanted)
            went.append((one.before, after))
            old, new = f"{way.source_path}/{one.before.id}", f"{way.target_path}/{after.id}"
            data = {"run_key": one.before.key, "to": new}
            kinds = ("RunMoved", "RunArrived") if way.kind == "move" else ("", "RunCopied")
            if kinds[0]:
                unit.events.add(Event(kinds[0], way.source.key, old, now, way.actor.username, data))
            unit.events.add(Event(kinds[1], target.key, new, now, way.actor.username, {"run_key": after.key, "from": old}))
        if way.kind == "copy":
            unit.moves.end([one.key for one in going])
        unit.projects.touch(target.key, now)
        audit.note(
            unit, way.actor, f"run:{way.kind}", str(way.source_path), now, to=str(way.target_path), count=len(went),
            runs=[before.id for before, _ in went], new_ids=[after.id for _, after in went],
        )  # fmt: skip
        return went

    def _copied(self, unit: Unit, one: _Going, target: Project, run_id: str) -> Run:
        now_there = next(iter(unit.runs.by_keys([one.before.key], with_deleted=True)), None)
        if now_there is None or now_there.revision != one.before.revision:
            raise StaleWrite(what="Run", name=one.before.id)
        new = replace(one.before, key=one.key, id=run_id, ordinal=0, revision=0)
        after = unit.runs.add(replace(new, project_key=target.key, entity=target.entity, project=target.name))
        unit.moves.copy_parts(one.before.key, after)
        for edge in unit.artifacts.edges_of_runs([one.before.key]):
            if edge.kind == "in":
                unit.artifacts.add_edge(replace(edge, id=0, run_key=after.key, project_key=target.key, run_id=run_id))
        return after

    def _copy_blobs(self, source_key: int, target_key: int) -> set[tuple[str, int]]:
        """Each file's content goes to the same place, beside the original's; answers which did."""
        with self._stores.metadata.read() as unit:
            files = _contents(unit, source_key)
        for (digest, bucket), size in files.items():
            copy_blob(self._stores.blobs, run_space(source_key, bucket), run_space(target_key, bucket), digest, size)
        return set(files)

    def _clean_up(self) -> int:
        """Holds `moving`: nothing that is written down is on its way."""
        with self._stores.metadata.read() as unit:
            left = unit.moves.under_way()
            homes = {
                run.key: run.project_key
                for run in unit.runs.by_keys([one.run_key for one in left], whole=False, with_deleted=True)
            }
        if not left:
            return 0
        self._stores.metrics.delete([stray for one in left for stray in one.strays(homes.get(one.run_key, 0))])
        for one in left:
            if one.run_key not in homes:
                delete_blobs(self._stores, one.run_key)
        with self._stores.metadata.begin() as unit:
            for one in left:
                target = unit.projects.by_key(one.target_key)
                entity = unit.teams.entity(target.entity) if target is not None and one.run_key not in homes else None
                if entity is not None:
                    unit.buckets.queue_clearings(entity.id, [one.run_key])
            unit.moves.end([one.run_key for one in left])
        return len(left)

    def _undo_move(self, actor: Actor, path: ProjectPath, part: UndoPart) -> _Done:
        done = _Done()
        ids = {key: (old, place, ordinal) for old, (key, place, ordinal) in part.changes.items()}
        with self._stores.metadata.read() as unit:
            home = find_project(unit, actor, path, "run:write")
            found = {run.key: run for run in unit.runs.by_keys(list(ids), with_deleted=True)}
            runs = [run for run in found.values() if run.project_key == ids[run.key][1]]
            place = unit.projects.by_key(runs[0].project_key) if runs else None
        elsewhere = [
            messages.RunRefused(old, where_now(actor, run))
            for key, (old, goal, _) in ids.items()
            if (run := found.get(key)) is None or run.project_key not in (goal, home.key)
        ]
        ready = []
        for run in runs:
            access.require(actor, "run:move", run.entity, what="run", name=f"{run.entity}/{run.project}/{run.id}")
            if run.is_live:
                done.refused.append(messages.RunRefused(run.id, _LIVE))
            else:
                ready.append(_Going(run, run.key, ids[run.key][0], ids[run.key][2]))

        if place is not None:
            self._go(_Way("move", actor, place, home), ready, done, lambda _unit, _went: None)
        if not done.refused:
            with self._stores.metadata.begin() as unit:
                unit.undos.remove(part.token, part.number)
        done.refused += elsewhere
        return done

    def _undo_copy(self, actor: Actor, path: ProjectPath, part: UndoPart) -> _Done:
        done, now = _Done(), self._stores.now()
        with self._stores.metadata.begin() as unit:
            find_project(unit, actor, path)
            places = {key: (goal, old) for old, (key, goal) in part.changes.items()}
            found = {run.key: run for run in unit.runs.by_keys(list(places), with_deleted=True)}
            for key, (goal, old) in places.items():
                run = found.get(key)
                if run is None or run.project_key != goal:
                    done.refused.append(messages.RunRefused(old, where_now(actor, run)))
                elif not run.deleted_at:
                    name = f"{run.entity}/{run.project}/{run.id}"
                    access.require(actor, "run:delete", run.entity, what="run", name=name)
                    done.runs.append(unit.runs.save(replace(run, deleted_at=now), expected=run))
                    unit.events.add(Event("RunDeleted", run.project_key, name, now, actor.username, {"run_key": run.key}))
            if done.runs:
                where = f"{done.runs[0].entity}/{done.runs[0].project}"
                audit.note(unit, actor, "run:delete", where, now, runs=[run.id for run in done.runs], count=len(done.runs))
            unit.undos.remove(part.token, part.number)
        for run in done.runs:
            self._handles.forget(run.key)
            self._revisions.bump(run.project_key, run.key)
        for run in done.runs[:1]:
            self._stores.bus.publish(News("runs", run.project_key, run.entity, run.project))
        return done


def _contents(unit: Unit, run_key: int) -> dict[tuple[str, int], int]:
    """(digest, bucket) of the run's files → bytes."""
    return {(file.digest, file.bucket): file.size for file in unit.runs.files(run_key)}


def where_now(actor: Actor, run: Run | None) -> str:
    """Why an edit of a run that went away since is not taken back: where it is, as far as the actor may know."""
    if run is None:
        return "It was deleted for good."
    place = f"{run.entity}/{run.project}" if access.may(actor, "run:read", run.entity) else "another project"
    return f"It was moved to {place} since."


_LIVE = "It is running. Stop it, or wait until it has ended."


def _ready(runs: Sequence[Run], project_key: int, done: _Done) -> list[int]:
    """Keys of the runs that can go; the others are noted as refused."""
    reasons = {run.key: _reason(run, project_key) for run in runs}
    done.refused += [messages.RunRefused(run.id, reasons[run.key]) for run in runs if reasons[run.key]]
    return [run.key for run in runs if not reasons[run.key]]


def _reason(run: Run, project_key: int) -> str:
    """Why the run cannot go; empty if it can."""
    if run.project_key != project_key:
        return "It is in another project already."
    if run.deleted_at:
        return "It is in the trash. Restore it first."
    return _LIVE if run.is_live else ""
