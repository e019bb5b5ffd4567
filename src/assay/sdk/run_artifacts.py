"""A run and its artifacts: what it logs goes to the run's folder and from there to the server, what it uses is asked for.

Logging never waits for a network, with a server or without. Using an artifact has to: its content is needed."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from assay.client import artifact_calls as calls
from assay.client.staging import Action, KeepBest, Staged
from assay.journal.interrupts import is_interrupt
from assay.sdk.artifact import Artifact
from assay.sdk.artifact_draft import ArtifactDraft
from assay.sdk.artifact_fields import check_label, clean_labels
from assay.sdk.artifact_version import CommittedVersion, parse
from assay.wire.errors import InvalidRequest, PublicError
from assay.wire.messages.artifacts import UseRequest
from assay.wire.names import RunPath, is_name
from assay.wire.records import Artifact as ArtifactRecord

if TYPE_CHECKING:
    from assay.client.http import Connection
    from assay.sdk.run import Run

_POLL_S = 0.1
_NUMBERS_MAX = 200  # metrics that a checkpoint carries
_FIRST_WORD_S = 60.0
UNSPECIFIED = "unspecified"


class RunArtifacts:
    """The artifacts of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._connection: Connection | None = None
        self._shared: dict[str, Artifact] = {}

    def log(
        self,
        artifact_or_path: Artifact | str | os.PathLike[str],
        name: str | None,
        type: str | None,  # noqa: A002 - the word people know
        aliases: Sequence[str] | str | None,
        tags: Sequence[str] | None,
        *,
        step: int | None = None,
        action: Action = "log",
        keep: KeepBest | None = None,
    ) -> Artifact:
        """Keep what it consists of and a record of it; the version is made in the background."""
        artifact = self._as_artifact(artifact_or_path, name, type or UNSPECIFIED)
        draft = artifact.draft
        if self._run.disabled or self._run.is_closed("log_artifact"):
            return self._not_kept(artifact, f"run {self._run.id} had ended when it was logged")
        artifact.aliases = clean_labels(aliases if aliases is not None else (artifact.aliases or ["latest"]), "alias")
        artifact.tags = clean_labels([*artifact.tags, *(tags or ())], "tag")
        request = artifact.request()
        request.step = self._step(step)
        try:
            folder = draft.move_to(self._run.folder.path)
            folder.write_spec(
                Staged(
                    draft.id, action, request, list(draft.files.values()), draft.references, list(draft.removed), keep=keep,
                    base_project=draft.base_project, base_digest=draft.base.digest if draft.base is not None else "",
                )
            )  # fmt: skip
        except OSError as error:
            if is_interrupt(error):
                raise
            return self._refused(artifact, error)
        self._record(draft.id, request.name, request.type, action, request.step)
        artifact.logged_with(self._run)
        return artifact

    def upsert(self, artifact_or_path: Artifact | str | os.PathLike[str], name: str | None, type: str | None,  # noqa: A002
               aliases: Sequence[str] | str | None, distributed_id: str | None, action: Action) -> Artifact:  # fmt: skip
        """Add to the version that all writers with the same id make together; `finish` makes it one."""
        shared_id = distributed_id or self._run.group
        if not shared_id:
            raise InvalidRequest(
                detail="Several writers of one artifact need an id in common: pass distributed_id, or give the runs a group."
            )
        artifact = self._as_artifact(artifact_or_path, name, type or UNSPECIFIED)
        artifact.distributed_id = check_label(shared_id, "distributed id")
        return self.log(artifact, None, None, aliases, None, action=action)

    def use(
        self, artifact_or_name: Artifact | str, type: str | None, use_as: str | None  # noqa: A002 - the word people know
    ) -> Artifact:  # fmt: skip
        """The version, noted as an input of the run. Raises NotFound, InvalidRequest (offline, or another type)."""
        if isinstance(artifact_or_name, Artifact):
            return self._use_object(artifact_or_name, use_as)
        if self._run.disabled:
            raise InvalidRequest(detail=f"use_artifact({artifact_or_name!r}): the run is disabled, so there is no server to ask.")
        role = check_label(use_as, "role")
        connection, run = self._reach(f"use_artifact({artifact_or_name!r})")
        project, name, ref = parse(artifact_or_name, run.entity, run.project)
        info = calls.use(connection, run, UseRequest(f"{project}/{name}:{ref}", role))
        if type and info.type != type:
            raise InvalidRequest(detail=f"{info.path} is of type {info.type}, not {type}.")
        return Artifact.of(CommittedVersion(connection, info), role)

    def use_dataset(self, data: Any, name: str | None, role: str, description: str) -> Artifact:
        """Note a dataset as an input by its digest: nothing of it is uploaded."""
        from assay.sdk import datasets

        text = os.fspath(data).rstrip("/").rpartition("/")[2] if isinstance(data, str | os.PathLike) else "dataset"
        chosen = name or _name_of(text)
        described = datasets.describe(data)
        artifact = Artifact(chosen, "dataset", description, described.metadata, use_as=role)
        artifact.draft.references.update(described.references)
        if not described.references:
            try:
                with artifact.new_file("dataset.json", "wb") as file:
                    file.write(msgspec.json.encode(described.metadata, order="sorted"))
            except OSError as error:
                if is_interrupt(error):
                    raise
                return self._refused(artifact, error)
        return self.log(artifact, None, None, None, None, action="input")

    def log_model(self, path: str | os.PathLike[str], name: str | None, aliases: Sequence[str] | str | None) -> Artifact:
        return self.log(path, name, "model", aliases, None)

    def log_checkpoint(
        self, path: str | os.PathLike[str], name: str | None, step: int | None, metric: str, goal: str, keep: int | None,
        aliases: Sequence[str] | None,
    ) -> Artifact:  # fmt: skip
        """A model with the step it is of and the numbers of that moment; with `keep`, only the best of them stay."""
        if goal not in {"minimize", "maximize"}:
            raise InvalidRequest(detail=f"log_checkpoint: goal {goal!r} is unknown. Expected minimize or maximize.")
        if keep is not None and (keep < 1 or not metric):
            raise InvalidRequest(detail="log_checkpoint: keep needs a metric to tell the best by, and a number above 0.")
        known = {
            key: value
            for key, value in dict(self._run.summary).items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        # Of a metric that is not a number just now, as after a step that went wrong, there is nothing to rank: the version stays.
        numbers = {key: value for key, value in known.items() if math.isfinite(value)}
        if metric and metric not in known:
            raise InvalidRequest(
                detail=f"log_checkpoint: {metric!r} has no number yet. Log it first: run.log({{{metric!r}: …}}). Known: "
                f"{', '.join(sorted(known)[:10]) or 'none'}"
            )
        chosen = {key: numbers[key] for key in sorted(numbers, key=lambda key: (key != metric, key))[:_NUMBERS_MAX]}
        text = os.fspath(path)
        artifact = Artifact(name or _name_of(f"run-{self._run.id}-checkpoint"), "model", metadata={"metrics": chosen})
        if os.path.isdir(text):  # noqa: PTH112
            artifact.add_dir(text)
        else:
            artifact.add_file(text)
        rule = KeepBest(keep, metric, goal) if keep is not None else None  # type: ignore[arg-type]
        return self.log(artifact, None, None, aliases, None, step=step, keep=rule)

    def use_model(self, name: str) -> str:
        """The path of the model's only file, or of its folder."""
        artifact = self.use(name, None, None)
        if "model" not in artifact.type:
            raise InvalidRequest(detail=f"{artifact.qualified_name} is of type {artifact.type}, not a model.")
        folder = artifact.download()
        paths = list(artifact.manifest.entries)
        return str(Path(folder) / paths[0]) if len(paths) == 1 else folder

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _as_artifact(self, given: Artifact | str | os.PathLike[str], name: str | None, kind: str) -> Artifact:
        if isinstance(given, Artifact):
            return given
        text = os.fspath(given)
        base = text.rstrip("/").rpartition("/")[2]
        artifact = Artifact(name or _name_of(f"run-{self._run.id}-{base}"), kind)
        if "://" in text:
            artifact.add_reference(text)
        elif os.path.isdir(text):  # noqa: PTH112 - a path as it was given
            artifact.add_dir(text)
        else:
            artifact.add_file(text)
        return artifact

    def _use_object(self, artifact: Artifact, use_as: str | None) -> Artifact:
        if artifact.is_draft():
            if artifact.run_logged_with is None:
                self.log(artifact, None, None, None, None)
            if self._run.offline or self._run.disabled:
                return artifact
            artifact.wait()
        role = check_label(use_as or artifact.use_as, "role")
        connection, run = self._reach(f"use_artifact({artifact.name})")
        calls.use(connection, run, UseRequest(artifact.qualified_name, role))
        return artifact

    def _reach(self, what: str) -> tuple[Connection, RunPath]:
        """A connection of the script's own, once the server knows the run."""
        run = self._run
        if run.offline:
            raise InvalidRequest(detail=f"{what}: the run is offline, and content has to come from a server. Go online for it.")
        status = run.keeper.wait_for_first_word(_FIRST_WORD_S) if run.keeper is not None else None
        if status is None or not status.url:
            reason = status.message if status is not None and status.message else "it has not answered"
            raise InvalidRequest(detail=f"{what}: the server does not know this run yet ({reason}). Try again when it is there.")
        if self._connection is None:
            from assay.sdk.query import Api

            # The run's own server, whatever was set since.
            self._connection = Api(overrides={"base_url": status.server}, timeout=60).connection
        return self._connection, RunPath(status.entity, status.project, run.id)

    def _refused(self, artifact: Artifact, error: OSError) -> Artifact:
        """The disk takes nothing: training goes on without it, and that is recorded and told."""
        reason = f"{error.strerror or error} in {self._run.folder.path}"
        self._run.refuse(f"artifact {artifact.request().name}", f"{reason}; its files are where they were")
        return self._not_kept(artifact, f"it could not be written down when it was logged ({reason})")

    def _not_kept(self, artifact: Artifact, reason: str) -> Artifact:
        artifact.draft.not_kept = reason
        artifact.logged_with(self._run)
        return artifact

    def _record(self, artifact_id: str, name: str, kind: str, action: str, step: int) -> None:
        self._run.write(ArtifactRecord(artifact_id, name, kind, action, time.time(), step))

    def _step(self, step: int | None) -> int:
        """The step given, else the newest that was logged. Of a checkpoint that is saved, its step is the least: one that is none
        is refused alone."""
        wanted = self._run.wanted_step(step, "the version has the newest step")
        return wanted if wanted is not None else self._run.step - 1


def wait_for(run: Run, draft: ArtifactDraft, name: str, timeout: float | None) -> CommittedVersion:
    """The version that the draft became. Raises TimeoutError, and the error that kept it from becoming one."""
    if draft.not_kept and not run.disabled:
        raise InvalidRequest(
            detail=f"{name} is not kept: {draft.not_kept}. To make it a version without a run: "
            "artifact.publish(assay.Api(), project) of a draft that was not logged."
        )
    if run.offline or run.disabled:
        raise InvalidRequest(detail=f"{name} becomes a version when the run is sent (assay sync {run.folder.path}), not before.")
    give_up_at = None if timeout is None else time.monotonic() + timeout
    while (outcome := draft.folder.read_outcome()) is None:
        status = run.keeper.look() if run.keeper is not None else None
        if status is not None and status.state == "refused":
            raise InvalidRequest(detail=f"{name} is not a version: the server does not take the run. {status.message}")
        if give_up_at is not None and time.monotonic() > give_up_at:
            raise TimeoutError(f"{name} is not a version after {timeout} s; it stays on its way. {_line(run)}")
        time.sleep(_POLL_S)
    if outcome.error:
        raise _Failed.as_told(f"{name} is not a version: {outcome.error}", {})
    if outcome.version is None:
        raise InvalidRequest(detail=f"{name} was added to a version that is not finished: finish_artifact() makes it one.")
    from assay.sdk.query import Api

    server = outcome.server.partition(" ")[0]
    return CommittedVersion(Api(overrides={"base_url": server}).connection, outcome.version)


class _Failed(PublicError):
    code = "artifact_failed"
    status = 422
    text = "{detail}"


def _line(run: Run) -> str:
    status = run.keeper.look() if run.keeper is not None else None
    return status.artifacts_line if status is not None else ""


def _name_of(text: str) -> str:
    """A name made of a path: what a name cannot hold becomes a dash."""
    name = "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "-" for c in text)[:128].lstrip(".")
    return name if is_name(name) else "artifact"
