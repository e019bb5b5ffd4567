"""Runs, one at a time: started, resumed, read, edited, stopped, cut back. What is done to many at once is in `bulk`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from assay.server.domain import nested, run_edits
from assay.server.domain.accounts import Actor
from assay.server.domain.events import Event
from assay.server.domain.projects import Project
from assay.server.domain.run_names import name_for
from assay.server.domain.runs import Run, Writer
from assay.server.domain.turns import Turn, is_resumed
from assay.server.ports.bus import News
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit, notes, people
from assay.server.services.apply import refuse
from assay.server.services.gates import Gates
from assay.server.services.handles import Handles
from assay.server.services.projects import delete_blobs, queue_clearings
from assay.server.services.projects import find as find_project
from assay.server.services.revisions import Revisions
from assay.server.services.stores import Stores
from assay.server.services.views import run_shown, summary_of
from assay.wire import limits
from assay.wire.errors import Conflict, Gone, InvalidRequest, Moved, NotFound
from assay.wire.messages import runs as messages
from assay.wire.names import ProjectPath, RunPath
from assay.wire.values import is_same

_ALERTS = 10_000  # alerts of one answer; a script that alerts at every step has more
_PART = 100  # runs of one unit of work; about a third of a second in which nobody else writes


def find(unit: Unit, actor: Actor, path: RunPath, action: access.Action = "run:read", *, with_deleted: bool = False) -> Run:
    """The run, once the actor may `action` it. Raises NotFound, Forbidden, Moved, or Gone for one in the trash."""
    access.require(actor, action, path.entity, what="run", name=str(path))
    project = unit.projects.get(path.entity, path.project)
    run = unit.runs.get(project.key, path.run_id, with_deleted=True) if project is not None else None
    if run is None:
        moved = moved_from(unit, project.key, path.run_id) if project is not None else None
        if moved is not None and access.may(actor, "run:read", moved.entity):
            raise Moved(name=str(path), moved_to=f"{moved.entity}/{moved.project}/{moved.id}")
        raise NotFound(what="run", name=str(path))
    if run.deleted_at and not with_deleted:
        raise Gone(what="Run", name=str(path), detail="It is in the project's trash; restore it there to go on with it.")
    return run


def moved_from(unit: Unit, project_key: int, run_id: str) -> Run | None:
    """The run that had this address before it moved to another project, light, in the trash or not."""
    key = unit.moves.moved(project_key, run_id)
    return next(iter(unit.runs.by_keys([key], whole=False, with_deleted=True)), None) if key is not None else None


class RunService:
    def __init__(
        self, stores: Stores, handles: Handles, revisions: Revisions, gates: Gates, random: Random,
        code_saving: messages.CodeSaving = "allow",
    ) -> None:  # fmt: skip
        self._gates = gates
        self._code_saving = code_saving
        self._stores = stores
        self._handles = handles
        self._revisions = revisions
        self._random = random

    def start(self, actor: Actor, path: RunPath, start: messages.RunStart, base_url: str) -> messages.RunStarted:
        """Start the run, join it as one more writer, or resume it. The same writer starting again changes nothing.

        Raises Conflict if `resume` is never and the run exists, NotFound if it is must and it does not, Gone if it is in
        the trash, Moved if it is to be gone on with and is in another project now."""
        access.require(actor, "run:write", path.entity, what="project", name=str(path.parent))
        start = run_edits.shown(start)
        run_edits.check_start(start)
        now = self._stores.now()
        changes = self._handles.changes
        with self._stores.metadata.begin() as unit:
            if unit.teams.entity(path.entity) is None:
                raise NotFound(what="entity", name=path.entity)
            project = unit.projects.get(path.entity, path.project)
            run = unit.runs.get(project.key, path.run_id, with_deleted=True) if project is not None else None
            if run is None and project is not None:
                self._require_never_moved(unit, actor, project, path, start)
            if run is None and start.resume == "must":
                raise NotFound(what="run", name=str(path))
            if project is None:
                project = unit.projects.add(path.entity, path.project, now)
            is_new, was_live = run is None, run is not None and run.is_live
            is_known_writer = False
            if run is None:
                run = self._create(unit, actor, project, path, start, now)
            elif run.deleted_at:
                raise Gone(what="Run", name=str(path), detail="Restore it from the project's trash, or use another run id.")
            else:
                writers = unit.runs.writers(run.key)
                is_known_writer = any(known.id == start.writer for known in writers)
                if not is_known_writer:
                    self._note_turn(unit, actor, run, start, writers, now)
                    run = self._join(unit, actor, run, start, now)
            if not is_known_writer:
                unit.runs.save_writer(run.key, Writer(start.writer, is_primary=start.rank <= 0))
                unit.projects.touch(project.key, now)
        if is_new:
            self._handles.put(path, run, changes)  # its first rows come in a moment
        elif not is_known_writer:
            self._handles.forget(run.key)
        if not is_known_writer:
            self._revisions.bump(run.project_key, run.key)
            self._stores.bus.publish(News("runs" if is_new else "run", run.project_key, path.entity, path.project, path.run_id))
        last_step = int(self._stores.metrics.last_steps([run.ref])[0]) if not is_new else -1
        return messages.RunStarted(
            run=run_shown(run, last_step=last_step),
            is_new=is_new,
            is_resumed=not is_new and (bool(start.resume) or not was_live),
            writer_next_seq=self._stores.metrics.next_seq(run.ref, start.writer),
            last_step=last_step,
            url=f"{base_url}/{path.entity}/{path.project}/runs/{path.run_id}",
            code_saving=self._code_saving,
        )

    def _require_never_moved(self, unit: Unit, actor: Actor, project: Project, path: RunPath, start: messages.RunStart) -> None:
        """A run that was moved away goes on where it is now; nobody begins another one at its old address by mistake."""
        moved = moved_from(unit, project.key, path.run_id)
        if moved is None:
            return
        if not access.may(actor, "run:read", moved.entity):
            raise Conflict(detail=f"Run {path} was moved to another project. Use another id")
        here = f"{moved.entity}/{moved.project}/{moved.id}"
        is_known = any(writer.id == start.writer for writer in unit.runs.writers(moved.key))
        if is_known or start.resume not in ("", "never"):
            raise Moved(name=str(path), moved_to=here)
        raise Conflict(detail=f"Run {path} was moved to {here}. Use another id, or go on with it there: resume='allow'")

    def _create(self, unit: Unit, actor: Actor, project: Project, path: RunPath, start: messages.RunStart, now: float) -> Run:
        # A run that was recorded offline says when it began; a clock that runs ahead must not put it into the future.
        began = start.created_at if 0 < start.created_at <= now else now
        name = start.name or name_for(unit.runs.next_name_number(project.key), start.suggested_name, self._random)
        run = unit.runs.add(
            Run(
                key=0, project_key=project.key, entity=path.entity, project=path.project, id=path.run_id, name=name, ordinal=0,
                state="running", user=actor.username, created_at=began, started_at=began, heartbeat_at=now, notes=start.notes,
                tags=tuple(dict.fromkeys(start.tags)), group=start.group, job_type=start.job_type, host=start.host,
                program=start.program, sdk_version=start.sdk_version, config=start.config,
            )
        )  # fmt: skip
        people.tell(unit, path.entity, project.key, "", run.notes, now, actor.username, run_key=run.key)
        unit.events.add(Event("RunStarted", project.key, str(path), now, actor.username, {"run_key": run.key}))
        return run

    def _join(self, unit: Unit, actor: Actor, before: Run, start: messages.RunStart, now: float) -> Run:
        if start.resume == "never":
            path = f"{before.entity}/{before.project}/{before.id}"
            raise Conflict(detail=f"Run {path} exists and resume is 'never'. Use another id, or resume='allow' to go on with it")
        config, tags = nested.merged(before.config, start.config), tuple(dict.fromkeys([*before.tags, *start.tags]))
        refused = before
        # Each writer brings no more than a run may have, and many together could bring any amount. A script does not stop at it.
        if not run_edits.is_config(config):
            refused = refuse(refused, "config", "the config would be larger or deeper than allowed")
            config = before.config
        if len(tags) > limits.TAG_COUNT:
            refused = refuse(refused, "tags", f"a run has at most {limits.TAG_COUNT} tags")
            tags = tags[: max(limits.TAG_COUNT, len(before.tags))]
        for key_path, value in nested.leaves(start.config) if config is not before.config else ():
            if not is_same(nested.value_at(before.config, key_path), value):
                unit.runs.add_config_change(before.key, now, ".".join(key_path), value, actor.username)
        run = replace(
            before,
            state="running",
            finished_at=0.0,
            exit_code=None,
            stop_requested_at=0.0,
            heartbeat_at=now,
            name=start.name or before.name,
            notes=start.notes or before.notes,
            group=start.group or before.group,
            job_type=start.job_type or before.job_type,
            host=start.host or before.host,
            program=start.program or before.program,
            sdk_version=start.sdk_version or before.sdk_version,
            tags=tags,
            config=config,
            refused=refused.refused,
        )
        notes.keep(unit, before, run.notes, now, actor.username)
        unit.runs.save(run, expected=before)
        if not before.is_live:
            subject = f"{run.entity}/{run.project}/{run.id}"
            unit.events.add(Event("RunResumed", run.project_key, subject, now, actor.username, {"run_key": run.key}))
        return run

    def _note_turn(
        self, unit: Unit, actor: Actor, run: Run, start: messages.RunStart, writers: Sequence[Writer], now: float
    ) -> None:
        if is_resumed(run, start, writers, unit.runs.turns([run.key])):
            began = start.created_at if 0 < start.created_at <= now else now
            last_step = int(self._stores.metrics.last_steps([run.ref])[0])
            unit.runs.add_turn(Turn(run.key, "resumed", began, last_step, actor.username))

    def get(self, actor: Actor, path: RunPath) -> messages.Run:
        """The whole run, with its summary. A run in the trash is shown too: `deleted_at` says so."""
        with self._stores.metadata.read() as unit:
            run = find(unit, actor, path, with_deleted=True)
        summary = summary_of(run, self._stores.metrics.run_summaries(run.ref))
        last_step = int(self._stores.metrics.last_steps([run.ref])[0])
        return run_shown(run, last_step=last_step, summary=summary)

    def edit(self, actor: Actor, path: RunPath, edit: messages.RunEdit) -> messages.Run:
        """Raises Conflict if its name or notes were changed since the edit's writer read them."""
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            before = find(unit, actor, path, "run:edit")
            run_edits.require_known_name(before, edit)
            notes.require_known(unit, before, edit.notes, edit.known_notes)
            run, changes = run_edits.apply_edit(before, edit)
            if run_edits.differs(run, before):
                for key_path, value in changes:
                    unit.runs.add_config_change(run.key, now, key_path, value, actor.username)
                notes.keep(unit, before, run.notes, now, actor.username)
                unit.runs.save(run, expected=before)
                fields = [name for name in ("name", "notes", "tags", "group", "job_type", "config", "summary")
                          if getattr(edit, name) is not None]  # fmt: skip
                unit.events.add(Event("RunEdited", run.project_key, str(path), now, actor.username, {"fields": fields}))
                audit.note(unit, actor, "run:edit", str(path), now, fields=fields)
        self._changed(run, "run")
        return self.get(actor, path)

    def stop(self, actor: Actor, path: RunPath) -> None:
        """Ask the run to stop. It learns so with the first acknowledgement after STOP_HELD_S; until then `undo_stop` takes it
        back. Free if it has ended or was asked before."""
        with self._stores.metadata.begin() as unit:
            before = find(unit, actor, path, "run:stop")
            if before.is_live and not before.stop_requested_at:
                now = self._stores.now()
                unit.runs.save(replace(before, stop_requested_at=now), expected=before)
                unit.events.add(Event("RunStopRequested", before.project_key, str(path), now, actor.username))
                audit.note(unit, actor, "run:stop", str(path), now)
        self._changed(before, "run")

    def undo_stop(self, actor: Actor, path: RunPath) -> None:
        """Take a stop back. Free if there is none. Raises Conflict once the run has been told, STOP_HELD_S later."""
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            before = find(unit, actor, path, "run:stop")
            if before.is_live and before.stop_requested_at:
                if now - before.stop_requested_at >= limits.STOP_HELD_S:
                    raise Conflict(detail=f"Run {path} was told to stop already; what it has logged is safe. Start it again")
                unit.runs.save(replace(before, stop_requested_at=0.0), expected=before)
                unit.events.add(Event("RunStopWithdrawn", before.project_key, str(path), now, actor.username))
                audit.note(unit, actor, "run:stop", str(path), now, withdrawn=True)
        self._changed(before, "run")

    def rewind(self, actor: Actor, path: RunPath, step: int) -> messages.Run:
        """Cut the history back to `step`, which stays. A step that it has not come to changes nothing and marks nothing."""
        if not -1 <= step < 1 << 63:
            raise InvalidRequest(detail=f"step is {step}; expected the last step to keep, below 2^63, or -1 for none")
        with self._stores.metadata.read() as unit:
            run = find(unit, actor, path, "run:rewind")
        with self._gates.entered(run.key):
            if step > int(self._stores.metrics.last_steps([run.ref])[0]):
                return self.get(actor, path)
            with self._stores.metadata.begin() as unit:
                run = find(unit, actor, path, "run:rewind")
                now = self._stores.now()
                unit.runs.add_turn(Turn(run.key, "rewound", now, step, actor.username))
                unit.events.add(Event("RunRewound", run.project_key, str(path), now, actor.username, {"step": step}))
                audit.note(unit, actor, "run:rewind", str(path), now, step=step)
            self._stores.metrics.truncate(run.ref, step)
        self._changed(run, "series")
        return self.get(actor, path)

    def purge_old(self, older_than_s: float) -> int:
        """Forget what has lain in the trash for so long, in parts that keep nobody else from writing; a worker calls it."""
        now = self._stores.now()
        before = now - older_than_s
        with self._stores.metadata.read() as unit:
            keys = [run.key for run in unit.runs.deleted_before(before)]
        count = 0
        for start in range(0, len(keys), _PART):
            with self._stores.metadata.begin() as unit:
                # Looked at again: somebody may have restored it meanwhile.
                part = unit.runs.by_keys(keys[start : start + _PART], whole=False, with_deleted=True)
                part = [run for run in part if 0 < run.deleted_at < before]
                queue_clearings(unit, part)
                unit.runs.forget([run.key for run in part])
                for run in part:
                    unit.events.add(Event("RunPurged", run.project_key, f"{run.entity}/{run.project}/{run.id}", now, "assay"))
            self._forget_data(part)
            for run in part:
                self._revisions.bump(run.project_key, run.key)
            count += len(part)
        return count

    def alerts(self, actor: Actor, project_path: ProjectPath, run_id: str = "") -> messages.AlertPage:
        """Of the project's runs, or of one, as many as one answer holds."""
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, project_path)
            run_key = None
            if run_id:
                run_key = find(unit, actor, RunPath(project.entity, project.name, run_id)).key
            alerts = unit.runs.alerts(project.key, run_key, limit=_ALERTS + 1)
            ids = {run.key: run.id for run in unit.runs.by_keys(sorted({alert.run_key for alert in alerts}), whole=False)}
        shown = [
            messages.Alert(a.id, ids[a.run_key], a.title, a.text, a.level, a.time, a.step) for a in alerts if a.run_key in ids
        ]
        return messages.AlertPage(shown[:_ALERTS], len(alerts) > _ALERTS)

    def notes_history(self, actor: Actor, path: RunPath) -> list[messages.NoteChange]:
        """What the run's note said, newest first. Empty: it was never changed."""
        with self._stores.metadata.read() as unit:
            run = find(unit, actor, path, with_deleted=True)
            return [messages.NoteChange(*change) for change in unit.runs.notes(run.project_key, run.key, notes.SHOWN)]

    def config_history(self, actor: Actor, path: RunPath) -> list[tuple[float, str, Any, str]]:
        with self._stores.metadata.read() as unit:
            return unit.runs.config_history(find(unit, actor, path, with_deleted=True).key)

    def _forget_data(self, runs: Sequence[Run]) -> None:
        self._stores.metrics.delete([run.ref for run in runs])
        for run in runs:
            delete_blobs(self._stores, run.key)

    def _changed(self, run: Run, kind: str) -> None:
        self._handles.forget(run.key)
        self._revisions.bump(run.project_key, run.key)
        self._stores.bus.publish(News(kind, run.project_key, run.entity, run.project, run.id))
