"""One path of an artifact, as scripts hold it."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from assay.wire.errors import InvalidRequest
from assay.wire.manifest import Entry

if TYPE_CHECKING:
    from assay.sdk.artifact import Artifact


class ArtifactEntry:
    """One path of an artifact."""

    def __init__(self, artifact: Artifact, path: str, entry: Entry) -> None:
        self._artifact = artifact
        self._entry = entry
        self.path = path

    def __repr__(self) -> str:
        return f"<ArtifactEntry {self.path} ({self.size} bytes)>"

    @property
    def name(self) -> str:
        return self.path

    @property
    def digest(self) -> str:
        return self._entry.digest

    @property
    def size(self) -> int:
        """−1 where it is unknown."""
        return self._entry.size

    @property
    def ref(self) -> str | None:
        return self._entry.ref or None

    @property
    def extra(self) -> dict[str, Any]:
        return self._entry.extra

    def ref_target(self) -> str:
        """Where a reference points. Raises InvalidRequest for a file."""
        if not self._entry.ref:
            raise InvalidRequest(detail=f"{self.path} is a file, not a reference.")
        return self._entry.ref

    def ref_url(self) -> str:
        """Names this entry for scripts and for fsspec."""
        return f"assay://{self._artifact.qualified_name}/{self.path}"

    def download(self, root: str | os.PathLike[str] | None = None, skip_cache: bool | None = None) -> str:
        """Bring the file below `root`; answers where it lies."""
        folder = self._artifact.download(root, skip_cache=skip_cache, path_prefix=self.path)
        return str(Path(folder) / self.path)

    def open(self) -> AbstractContextManager[IO[bytes]]:
        """The bytes for reading, without downloading the file whole: `with entry.open() as f: …`"""
        return self._artifact.committed.open(self.path)
