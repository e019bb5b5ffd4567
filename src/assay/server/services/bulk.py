"""One change to many runs: tags, groups, notes; into the trash and out of it; stopping; and taking such a change back.

The runs are changed in parts, a unit of work each, so that a large edit keeps nobody else from writing. What a part changed is
kept with it: however far an edit came, all of it can be undone. So once a part is done the answer is what was done, and names
what stays: an error would say that nothing was."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from assay.server.domain import run_edits, undos
from assay.server.domain.accounts import Actor
from assay.server.domain.events import Event
from assay.server.domain.homes import run_space
from assay.server.domain.projects import Project
from assay.server.domain.runs import Run
from assay.server.domain.undos import UndoPart
from assay.server.ports.bus import News
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit, notes
from assay.server.services.artifact_finding import Found, locate
from assay.server.services.handles import Handles
from assay.server.services.projects import delete_blobs, queue_clearings
from assay.server.services.projects import find as find_project
from assay.server.services.revisions import Revisions
from assay.server.services.run_selections import selected
from assay.server.services.run_sets import RunSets
from assay.server.services.stores import Stores
from assay.server.services.transfers import TransferService, where_now
from assay.wire import limits
from assay.wire.errors import Conflict, NotFound, PublicError
from assay.wire.messages import runs as messages
from assay.wire.names import ProjectPath

_PART = 100  # runs of one unit of work; about a tenth of a second in which nobody else writes

_NAMED = 20  # aliases that a preview names

Change = Callable[[Run, float], tuple[Run, Any]]
"""(run, now) → (the run after, what takes it back; None where nothing changed). Raises _Stays."""


class _Stays(Exception):
    """Why this one of the runs cannot be changed, as a sentence."""


class BulkService:
    def __init__(self, stores: Stores, sets: RunSets, handles: Handles, revisions: Revisions, transfers: TransferService) -> None:
        self._transfers = transfers
        self._stores = stores
        self._sets = sets
        self._handles = handles
        self._revisions = revisions

    def edit(self, actor: Actor, path: ProjectPath, edit: messages.RunBulkEdit) -> messages.RunsChanged:
        """Raises what an edit of one run raises, before anything is changed. Runs in the trash, and those that it would give more
        tags than a run has, stay as they are and are named."""
        for fields in (
            {"tags": [*edit.add_tags, *edit.set_tags]},
            {"group": edit.group, "job_type": edit.job_type, "notes": edit.notes},
        ):
            run_edits.check_texts(fields)
        run_edits.check_keyed(edit.set_tags)

        def change(run: Run, _now: float) -> tuple[Run, Any]:
            after, undo = undos.edited(run, edit)
            if len(after.tags) > max(limits.TAG_COUNT, len(run.tags)):
                raise _Stays(f"It would have {len(after.tags)} tags; a run has at most {limits.TAG_COUNT} (TAG_COUNT).")
            return after, undo or None

        return self._apply(actor, path, edit, "run:edit", "RunEdited", "edit", change)

    def delete(self, actor: Actor, path: ProjectPath, asked: messages.RunSelection) -> messages.RunsChanged:
        """Move runs to the trash. Nothing they logged is lost yet."""

        def change(run: Run, now: float) -> tuple[Run, Any]:
            return (run, None) if run.deleted_at else (replace(run, deleted_at=now), {"deleted_at": now})

        return self._apply(actor, path, asked, "run:delete", "RunDeleted", "delete", change, in_trash=True)

    def restore(self, actor: Actor, path: ProjectPath, asked: messages.RunSelection) -> messages.RunsChanged:
        """Bring runs back from the trash."""

        def change(run: Run, _now: float) -> tuple[Run, Any]:
            return (replace(run, deleted_at=0.0), True) if run.deleted_at else (run, None)

        return self._apply(actor, path, asked, "run:restore", "RunRestored", "restore", change, trash=True, in_trash=True)

    def stop(self, actor: Actor, path: ProjectPath, asked: messages.RunSelection) -> messages.RunsChanged:
        """Ask live runs to stop; each learns so with its next flush. Runs in the trash are named."""

        def change(run: Run, now: float) -> tuple[Run, Any]:
            return (replace(run, stop_requested_at=now), True) if run.is_live and not run.stop_requested_at else (run, None)

        return self._apply(actor, path, asked, "run:stop", "RunStopRequested", None, change)

    def undo(self, actor: Actor, path: ProjectPath, token: str) -> messages.RunsChanged:
        """Take an edit back, as far as runs still are as it left them: what was changed again since then keeps its newer value,
        runs that are elsewhere or gone stay so, and `refused` names them. Where the answer says that something is `remaining`,
        the call is repeated."""
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "run:edit")
            parts = unit.undos.parts(project.key, token)
        if not parts or parts[0].at < self._stores.now() - limits.UNDO_DAYS * 86_400:
            raise NotFound(what="edit to undo", name=token[:100])
        if parts[0].action in ("move", "copy"):
            return self._transfers.undo(actor, path, parts)
        action: access.Action = {"delete": "run:restore", "restore": "run:delete"}.get(parts[0].action, "run:edit")  # type: ignore[assignment]
        changed: list[Run] = []
        refused: list[messages.RunRefused] = []
        for part in parts:
            back: list[Run] = []
            with self._stores.metadata.begin() as unit:
                project = find_project(unit, actor, path, action)
                # Somebody may have taken this part back a moment ago.
                if any(known.number == part.number for known in unit.undos.parts(project.key, token)):
                    undos_of, elsewhere = _still_here(unit, actor, project, part)
                    back, _, _ = self._save_part(
                        unit, actor, project, path, sorted(undos_of), action, _EVENTS[part.action],
                        _reversed(part.action, undos_of, refused), "", in_trash=True,
                    )  # fmt: skip
                    refused += elsewhere
                    unit.undos.remove(token, part.number)
            changed += back
            self._seen(project, back)
        self._publish(project, path)
        return messages.RunsChanged(len(changed), [run.id for run in changed], "", refused)

    def purge(self, actor: Actor, path: ProjectPath, asked: messages.RunSelection) -> messages.RunsPurged:
        """Forget runs that are in the trash, with all they logged, for good. Raises Conflict, forgetting none, if one of them is
        not there; one that is restored meanwhile stays."""
        keys = selected(self._stores, self._sets, actor, path, asked, "run:purge", trash=True)
        with self._stores.metadata.read() as unit:
            _require_in_trash(unit, find_project(unit, actor, path, "run:purge"), keys)
        gone: list[Run] = []
        values = size = 0
        for start in range(0, len(keys), _PART):
            try:
                project, part, part_values, part_size = self._purge_part(actor, path, keys[start : start + _PART])
            except PublicError:
                if not gone:
                    raise
                break  # what went is told; who asks for the rest hears why it does not go on
            # What no row points at any more can be forgotten at leisure; a crash here leaves only unreachable bytes.
            self._stores.metrics.delete([run.ref for run in part])
            for run in part:
                delete_blobs(self._stores, run.key)
            gone += part
            values, size = values + part_values, size + part_size
            self._seen(project, part)
        if gone:
            self._publish(project, path)
        return messages.RunsPurged(len(gone), [run.id for run in gone], values, size)

    def _purge_part(self, actor: Actor, path: ProjectPath, keys: Sequence[int]) -> tuple[Project, list[Run], int, int]:
        """(project, runs that went, values they logged, bytes of their files)."""
        # Added up before the unit of work: a place of contents may take its time, and everyone's writing would wait for it.
        with self._stores.metadata.read() as unit:
            sizes = self._sizes(unit, unit.runs.by_keys(keys, whole=False, with_deleted=True))
        with self._stores.metadata.begin() as unit:
            project = find_project(unit, actor, path, "run:purge")
            part = [run for run in _here(unit, project, keys) if run.deleted_at]
            values, size = (sum(sizes.get(run.key, (0, 0))[place] for run in part) for place in (0, 1))
            queue_clearings(unit, part)
            unit.runs.forget([run.key for run in part])
            now, ids = self._stores.now(), [run.id for run in part]
            for run in part:
                unit.events.add(Event("RunPurged", project.key, f"{path}/{run.id}", now, actor.username, {"run_key": run.key}))
            if part:
                audit.note(unit, actor, "run:purge", str(path), now, runs=ids, count=len(ids), values=values, file_bytes=size)
        return project, part, values, size

    def preview_purge(self, actor: Actor, path: ProjectPath, asked: messages.RunSelection) -> messages.PurgePreview:
        """What `purge` would do; nothing is changed. Raises Conflict as it does."""
        keys = selected(self._stores, self._sets, actor, path, asked, "run:purge", trash=True)
        count = values = size = 0
        made: dict[int, Found] = {}
        for start in range(0, len(keys), _PART):
            with self._stores.metadata.read() as unit:
                project = find_project(unit, actor, path, "run:purge")
                part = _require_in_trash(unit, project, keys[start : start + _PART])
                sizes = self._sizes(unit, part).values()
                edges = unit.artifacts.edges_of_runs([run.key for run in part])
                made |= locate(unit, actor, {edge.version_key for edge in edges if edge.kind == "out"})
            count += len(part)
            values, size = values + sum(each for each, _ in sizes), size + sum(each for _, each in sizes)
        standing = {key: found for key, found in made.items() if not found.version.deleted_at}
        with self._stores.metadata.read() as unit:
            aliases = unit.artifacts.aliases(standing)
        # `latest` names whichever version is the newest: nobody chose it.
        named = sorted(
            f"{found.path.rpartition(':')[0]}:{alias}"
            for key, found in standing.items()
            for alias in aliases.get(key, [])
            if alias != "latest"
        )
        return messages.PurgePreview(count, values, size, len(standing), len(named), named[:_NAMED])

    def forget_old(self) -> int:
        """Forget how to take back what is too old for it; a worker calls it."""
        with self._stores.metadata.begin() as unit:
            return unit.undos.forget_before(self._stores.now() - limits.UNDO_DAYS * 86_400)

    def _sizes(self, unit: Unit, runs: Sequence[Run]) -> dict[int, tuple[int, int]]:
        """Run key → values that the run logged, and bytes of its files."""
        blobs, sizes = self._stores.blobs, {}
        for run in runs:
            values = sum(
                int(columns.count[0])
                for channel in _CHANNELS
                for columns in self._stores.metrics.run_summaries(run.ref, channel).values()
            )
            space = run_space(run.key)
            size = 0
            for digest in list(blobs.digests(space)):
                with contextlib.suppress(NotFound):  # somebody else purges the run just now
                    size += blobs.size(space, digest)
            # A bucket is not asked within a unit of work.
            size += sum({file.digest: file.size for file in unit.runs.files(run.key) if file.bucket}.values())
            sizes[run.key] = values, size
        return sizes

    def _apply(
        self, actor: Actor, path: ProjectPath, asked: messages.RunSelection, action: access.Action, event: str,
        undo: undos.Action | None, change: Change, *, trash: bool = False, in_trash: bool = False,
    ) -> messages.RunsChanged:  # fmt: skip
        """`trash`: what is not named by ids is looked for there. `in_trash`: runs there are changed, too."""
        keys = selected(self._stores, self._sets, actor, path, asked, action, trash=trash)
        token = secrets.token_urlsafe(15) if undo else ""
        changed: list[Run] = []
        refused: list[messages.RunRefused] = []
        for number, start in enumerate(range(0, len(keys), _PART)):
            try:
                with self._stores.metadata.begin() as unit:
                    project = find_project(unit, actor, path, action)
                    part, changes, left = self._save_part(
                        unit, actor, project, path, keys[start : start + _PART], action, event, change, token, in_trash=in_trash
                    )
                    if undo and changes:
                        unit.undos.add(UndoPart(token, number, project.key, self._stores.now(), actor.username, undo, changes))
            except PublicError as error:
                if not changed:
                    raise
                refused += self._left(project, keys[start:], str(error))
                break
            changed += part
            refused += left
            self._seen(project, part)
        if changed:
            self._publish(project, path)
        return messages.RunsChanged(len(changed), [run.id for run in changed], token if changed else "", refused)

    def _left(self, project: Project, keys: Sequence[int], why: str) -> list[messages.RunRefused]:
        """What an edit that ended early did not come to."""
        with self._stores.metadata.read() as unit:
            runs = unit.runs.by_keys(keys, whole=False, with_deleted=True)
        return [messages.RunRefused(run.id, why) for run in runs if run.project_key == project.key]

    def _save_part(
        self, unit: Unit, actor: Actor, project: Project, path: ProjectPath, keys: Sequence[int], action: access.Action,
        event: str, change: Change, token: str, *, in_trash: bool,
    ) -> tuple[list[Run], dict[str, Any], list[messages.RunRefused]]:  # fmt: skip
        """The runs as they are now, what takes each change back, and which stay as they are because they are in the trash."""
        now = self._stores.now()
        changed: list[Run] = []
        refused: list[messages.RunRefused] = []
        changes: dict[str, Any] = {}
        for before in unit.runs.by_keys(keys, with_deleted=True):
            if before.project_key != project.key:  # moved away since it was selected, to where others may decide
                continue
            if before.deleted_at and not in_trash:
                refused.append(messages.RunRefused(before.id, "It is in the trash. Restore it first."))
                continue
            try:
                after, undo = change(before, now)
            except _Stays as why:
                refused.append(messages.RunRefused(before.id, str(why)))
                continue
            if undo is None:
                continue
            notes.keep(unit, before, after.notes, now, actor.username, is_told=not changed)
            unit.runs.save(after, expected=before)
            unit.events.add(Event(event, before.project_key, f"{path}/{before.id}", now, actor.username, {"run_key": before.key}))
            changes[before.id] = undos.noted(before, undo)
            changed.append(after)
        if changed:
            data = {"undo": token} if token else {}
            audit.note(unit, actor, action, str(path), now, runs=[run.id for run in changed], count=len(changed), **data)
        return changed, changes, refused

    def _seen(self, project: Project, runs: Sequence[Run]) -> None:
        for run in runs:
            self._handles.forget(run.key)
        if runs:
            self._revisions.bump(project.key, *(run.key for run in runs))

    def _publish(self, project: Project, path: ProjectPath) -> None:
        self._stores.bus.publish(News("runs", project.key, path.entity, path.project))


def _here(unit: Unit, project: Project, keys: Sequence[int]) -> list[Run]:
    """Those of these runs that still are in the project, light, in the trash or not."""
    return [run for run in unit.runs.by_keys(keys, whole=False, with_deleted=True) if run.project_key == project.key]


def _require_in_trash(unit: Unit, project: Project, keys: Sequence[int]) -> list[Run]:
    """Those of these runs that still are in the project, light. Raises Conflict for one that is not in the trash."""
    runs = _here(unit, project, keys)
    for run in runs:
        if not run.deleted_at:
            raise Conflict(detail=f"Run {run.id} is not in the trash. Delete it first; purging cannot be undone")
    return runs


_EVENTS = {"edit": "RunEdited", "delete": "RunRestored", "restore": "RunDeleted"}
"""Action → what taking it back is."""
_CHANNELS: tuple[Literal["history", "system"], ...] = ("history", "system")


def _still_here(unit: Unit, actor: Actor, project: Project, part: UndoPart) -> tuple[dict[int, Any], list[messages.RunRefused]]:
    """Run key → what takes its change back, of those that still are in the project, in the trash or not; and of the others where
    they are."""
    kept = {run_id: undos.read(change) for run_id, change in part.changes.items()}
    old = [run_id for run_id, (key, _) in kept.items() if key is None]
    known = {
        run.id: run.key for run in unit.runs.by_keys(unit.runs.keys_of(project.key, old).tolist(), whole=False, with_deleted=True)
    }
    keys = {run_id: known.get(run_id, 0) if key is None else key for run_id, (key, _) in kept.items()}
    runs = {run.key: run for run in unit.runs.by_keys(sorted({*keys.values()}), whole=False, with_deleted=True)}
    here: dict[int, Any] = {}
    refused: list[messages.RunRefused] = []
    for run_id, key in keys.items():
        run = runs.get(key)
        if run is not None and run.project_key == project.key:
            here[key] = kept[run_id][1]
        else:
            refused.append(messages.RunRefused(run_id, where_now(actor, run)))
    return here, refused


def _reversed(action: undos.Action, undos_of: Mapping[int, Any], refused: list[messages.RunRefused]) -> Change:
    """`refused` is told what stays of a run's change, and why."""

    def change(run: Run, now: float) -> tuple[Run, Any]:
        undo, stays = undos_of[run.key], ""
        match action:
            case "delete":
                # True: of an earlier version, which did not keep when.
                if run.deleted_at and undo is not True and run.deleted_at != undo["deleted_at"]:
                    after, stays = run, "It was restored and deleted again since."
                else:
                    after = replace(run, deleted_at=0.0)
            case "restore":
                after = run if run.deleted_at else replace(run, deleted_at=now)
            case _:
                after, stays = undos.undone(run, undo)
        if stays:
            refused.append(messages.RunRefused(run.id, stays))
        return after, True if after != run else None

    return change
