"""An artifact on its way: what a script said of it, kept in the run's folder until the server has it.

`artifacts/<id>/` holds `spec`, the copies that were taken of files (`files/`), and in the end `outcome`; before that, if several
write the version, `commit`. The script writes the first two, `sync` the others; either may die in between, and the folder can be
carried to another machine."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from assay.client.hashing import Stamp
from assay.client.publish import LocalFile
from assay.wire.errors import InvalidRequest, PublicError
from assay.wire.manifest import Entry
from assay.wire.messages.artifacts import ArtifactVersion, DraftRequest
from assay.wire.names import is_run_id

Action = Literal["log", "upsert", "finish", "input"]
SPEC = "spec"
OUTCOME = "outcome"
COMMIT = "commit"
COPIES = "files"


class StagedFile(msgspec.Struct, array_like=True, frozen=True):
    """`source`: below the artifact's own folder where it is relative. `stamp`: size, time of change and inode when it was
    added, for a file that is read in place; empty for a copy of ours."""

    path: str
    source: str
    stamp: list[int] = []


class KeepBest(msgspec.Struct, frozen=True):
    """How many of a run's checkpoints stay, by which metric of their metadata."""

    count: int
    metric: str
    goal: Literal["minimize", "maximize"]


class Staged(msgspec.Struct, omit_defaults=True):
    """`project`: `entity/project` it goes to; empty: the run's. `input`: the run takes it in and did not make it.
    `base_project`: where the version that the draft began with is, if the script knew; `base_digest` names what that held."""

    id: str
    action: Action
    request: DraftRequest
    files: list[StagedFile] = []
    references: dict[str, Entry] = {}
    removed: list[str] = []
    project: str = ""
    keep: KeepBest | None = None
    base_project: str = ""
    base_digest: str = ""


class Outcome(msgspec.Struct, omit_defaults=True):
    """What became of it on `server`. Neither a version nor an error: its part was added to a draft that others end."""

    server: str
    version: ArtifactVersion | None = None
    error: str = ""
    code: str = ""


_decode_spec = msgspec.msgpack.Decoder(Staged).decode
_decode_commit = msgspec.msgpack.Decoder(tuple[str, str]).decode
_decode_outcome = msgspec.msgpack.Decoder(Outcome).decode


class StagingFolder:
    """`artifacts/<id>` of a run's folder, or such a folder of its own before there is a run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of_run(cls, run_folder: Path, artifact_id: str) -> StagingFolder:
        """Raises InvalidRequest for an id that is no plain name: a journal may come from anybody."""
        if not is_run_id(artifact_id) or artifact_id.startswith("."):
            raise InvalidRequest(detail=f"{artifact_id[:40]!r} cannot be the id of a staged artifact")
        return cls(run_folder / "artifacts" / artifact_id)

    @property
    def copies(self) -> Path:
        return self.path / COPIES

    def create(self) -> None:
        self.copies.mkdir(parents=True, exist_ok=True, mode=0o700)

    def move_to(self, other: StagingFolder) -> None:
        """Become the folder `other`. Raises OSError."""
        other.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self.path.rename(other.path)
        except OSError:
            import shutil

            shutil.move(self.path, other.path)
        self.path = other.path

    def write_spec(self, spec: Staged) -> None:
        self.create()
        _write(self.path / SPEC, msgspec.msgpack.encode(spec))

    def read_spec(self) -> Staged:
        """Raises InvalidRequest where there is none, or none that can be read."""
        try:
            return _decode_spec((self.path / SPEC).read_bytes())
        except (OSError, msgspec.MsgspecError) as error:
            raise InvalidRequest(detail=f"What was to be logged cannot be read in {self.path}: {error}") from error

    def write_outcome(self, outcome: Outcome) -> None:
        _write(self.path / OUTCOME, msgspec.msgpack.encode(outcome))

    def read_outcome(self) -> Outcome | None:
        try:
            return _decode_outcome((self.path / OUTCOME).read_bytes())
        except (OSError, msgspec.MsgspecError):
            return None

    def note_commit(self, server: str, draft_id: str) -> None:
        """The draft on `server` holds all of it and is about to be committed."""
        _write(self.path / COMMIT, msgspec.msgpack.encode((server, draft_id)))

    def noted_commit(self, server: str) -> str:
        """The draft that was about to be committed there; empty if none was."""
        try:
            noted, draft_id = _decode_commit((self.path / COMMIT).read_bytes())
        except (OSError, msgspec.MsgspecError):
            return ""
        return draft_id if noted == server else ""

    def drop_copies(self) -> None:
        """Free the space of what arrived."""
        import shutil

        shutil.rmtree(self.copies, ignore_errors=True)

    def local_files(self, files: Iterable[StagedFile]) -> list[LocalFile]:
        own = f"{self.path}/"
        return [
            LocalFile(
                file.path,
                file.source if file.source.startswith("/") else own + file.source,
                Stamp(*file.stamp) if len(file.stamp) == 3 else None,
            )
            for file in files
        ]


def new_id() -> str:
    return f"a{secrets.token_hex(6)}"


def failed(server: str, error: PublicError) -> Outcome:
    return Outcome(server, error=str(error), code=type(error).code)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, also after a power cut: the journal names it from then on."""
    scratch = path.with_name(f".{path.name}-{os.getpid()}")
    fd = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(fd, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(fd)
    scratch.replace(path)
