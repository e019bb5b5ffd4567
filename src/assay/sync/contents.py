"""What a run has beside its rows: files and artifacts, each kind with a sender of its own.

A sender is made for the first of its kind. Most runs have neither, and to import what reads, encodes and hashes takes longer than
to send a short run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from assay.wire.names import RunPath
from assay.wire.records import Artifact, File

if TYPE_CHECKING:
    from assay.client.http import Connection
    from assay.sync.artifacts import ArtifactUploads
    from assay.sync.files import FileUploads
    from assay.wire.errors import PublicError

FILES_SENT = "files.sent"  # what the senders of earlier sessions left: see `files.FilesSent`


class Contents:
    """`add` names what there is, `finish` says that no more will change. `root` None: files may lie anywhere."""

    def __init__(self, folder: Path, connect: Callable[[], Connection | None], *, root: Path | None) -> None:
        self._folder = folder
        self._connect = connect
        self._root = root
        self._files: FileUploads | None = None
        self._artifacts: ArtifactUploads | None = None
        self._begun: tuple[str, RunPath] | None = None
        if (folder / FILES_SENT).exists():
            self._for_files()

    @property
    def pending_count(self) -> int:
        return self.pending_files + self.pending_artifacts

    @property
    def pending_files(self) -> int:
        return self._files.pending_count if self._files is not None else 0

    @property
    def pending_artifacts(self) -> int:
        return self._artifacts.pending_count if self._artifacts is not None else 0

    @property
    def refused(self) -> dict[str, str]:
        """Those that the server will not get, and why."""
        return {**(self._files.refused if self._files is not None else {}), **self.refused_artifacts}

    @property
    def refused_media(self) -> dict[str, str]:
        """The first few of them, for the script to tell."""
        return self._files.refused_media if self._files is not None else {}

    @property
    def refused_artifacts(self) -> dict[str, str]:
        return self._artifacts.refused if self._artifacts is not None else {}

    @property
    def artifacts_told(self) -> list[str]:
        """What a person should know of artifacts that arrived."""
        return list(self._artifacts.told) if self._artifacts is not None else []

    @property
    def artifacts_moved(self) -> int:
        """Grows with every byte of an artifact that is read or sent."""
        return self._artifacts.moved if self._artifacts is not None else 0

    @property
    def artifacts_line(self) -> str:
        """What happens now, for people; empty if nothing does."""
        return self._artifacts.line if self._artifacts is not None else ""

    @property
    def trouble(self) -> PublicError | None:
        """Why contents have to wait, as long as they have."""
        for uploads in (self._artifacts, self._files):
            if uploads is not None and uploads.trouble is not None:
                return uploads.trouble
        return None

    def add(self, record: File | Artifact) -> None:
        """Send it, unless that was done before."""
        if isinstance(record, Artifact):
            self._for_artifacts().add(record)
        else:
            self._for_files().add(record)

    def begin(self, server: str, run: RunPath) -> None:
        """The server knows the run: start sending."""
        self._begun = server, run
        for uploads in (self._files, self._artifacts):
            if uploads is not None:
                uploads.begin(server, run)

    def finish(self) -> None:
        """The run has ended: files of policy `end` are due, live ones for a last time."""
        if self._files is not None:
            self._files.finish()

    def close(self) -> None:
        for uploads in (self._files, self._artifacts):
            if uploads is not None:
                uploads.close()

    def _for_files(self) -> FileUploads:
        if self._files is None:
            from assay.sync.files import FileUploads

            self._files = FileUploads(self._folder, self._connect, root=self._root)
            if self._begun is not None:
                self._files.begin(*self._begun)
        return self._files

    def _for_artifacts(self) -> ArtifactUploads:
        if self._artifacts is None:
            from assay.sync.artifacts import ArtifactUploads

            self._artifacts = ArtifactUploads(self._folder, self._connect, root=self._root)
            if self._begun is not None:
                self._artifacts.begin(*self._begun)
        return self._artifacts
