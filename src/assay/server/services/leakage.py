"""Whether an evaluation set holds rows of a training set: both are versions of artifacts with tables in files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from assay.server.compute import leakage
from assay.server.compute.blob_file import Read
from assay.server.compute.table_rows import SUFFIXES, Unreadable, suffix_of
from assay.server.domain.accounts import Actor
from assay.server.services.artifact_finding import ArtifactPath
from assay.server.services.artifacts import ArtifactService, Opened
from assay.wire import limits
from assay.wire.errors import InvalidRequest, TooLarge
from assay.wire.manifest import Entry
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath

T = TypeVar("T")
_EXAMPLES = 20


@dataclass(frozen=True)
class _Rows:
    """Hashes of all rows of a version, one file after another; `ends[i]` is where the rows of `paths[i]` end."""

    hashes: NDArray[np.uint64]
    paths: list[str]
    ends: NDArray[np.int64]

    def place(self, row: int) -> tuple[str, int]:
        """(file, number of the row in it, from 0)."""
        file = int(np.searchsorted(self.ends, row, side="right"))
        return self.paths[file], row - (int(self.ends[file - 1]) if file else 0)


class LeakageService:
    def __init__(self, artifacts: ArtifactService) -> None:
        self._artifacts = artifacts

    def report(self, actor: Actor, path: ProjectPath, name: str, ref: str, training: str, ignore: str) -> messages.LeakageReport:
        """Rows of the evaluation set `name:ref` that stand in the training set too, compared over the columns that all files of
        both have, without those to `ignore` (names, by commas). Raises InvalidRequest where there is nothing to compare."""
        evaluation = self._artifacts.open(actor, path, name, ref)
        wanted = ArtifactPath.parse(training, path)
        trained = self._artifacts.open(actor, wanted.project, wanted.name, wanted.ref)
        columns = self._columns([trained, evaluation], {each.strip() for each in ignore.split(",")})
        mine, theirs = self._rows(evaluation, columns), self._rows(trained, columns)
        shared = leakage.overlap(theirs.hashes, mine.hashes)
        examples = []
        for row in shared[:_EXAMPLES].tolist():
            there = leakage.first_place(theirs.hashes, mine.hashes[row])
            examples.append(messages.LeakedRow(*mine.place(row), *theirs.place(there)))
        return messages.LeakageReport(
            training=trained.shown.path, evaluation=evaluation.shown.path, columns=columns,
            training_rows=len(theirs.hashes), evaluation_rows=len(mine.hashes), shared_rows=len(shared),
            share=len(shared) / len(mine.hashes) if len(mine.hashes) else 0.0, examples=examples,
        )  # fmt: skip

    def _columns(self, versions: list[Opened], ignored: set[str]) -> list[str]:
        common: set[str] | None = None
        for opened in versions:
            tables = _tables(opened)
            if not tables:
                raise InvalidRequest(
                    detail=f"{opened.shown.path} has no table to compare; expected files that end in "
                    f"{', '.join('.' + suffix for suffix in SUFFIXES)}"
                )
            for each in tables:
                found = self._readable(opened, each, leakage.columns_of)
                common = set(found) if common is None else common & set(found)
        columns = sorted((common or set()) - ignored)
        if not columns:
            raise InvalidRequest(
                detail="The files have no column in common (those to ignore left out), so no row can be compared"
            )
        return columns

    def _rows(self, opened: Opened, columns: list[str]) -> _Rows:
        parts: list[NDArray[np.uint64]] = []
        count, ends, tables = 0, [], _tables(opened)
        for each in tables:
            for hashes in self._readable(opened, each, partial(_hashes, columns=columns)):
                parts.append(hashes)
                count += len(hashes)
                if count > limits.LEAKAGE_ROWS:
                    raise TooLarge(
                        what=f"The table {opened.shown.path}", actual=f"more than {limits.LEAKAGE_ROWS} rows long",
                        limit=limits.LEAKAGE_ROWS, name="LEAKAGE_ROWS",
                    )  # fmt: skip
            ends.append(count)
        hashes = np.concatenate(parts) if parts else np.empty(0, np.uint64)
        return _Rows(hashes, tables, np.array(ends, np.int64))

    def _readable(self, opened: Opened, path: str, look: Callable[[str, int, Read], list[T]]) -> list[T]:
        entry: Entry = opened.listing.manifest.entries[path]
        try:
            return look(path, entry.size, self._artifacts.reader(opened, path))
        except Unreadable as error:
            raise InvalidRequest(detail=f"{path[:300]} of {opened.shown.path} cannot be read as a table: {error}") from error


def _hashes(path: str, size: int, read: Read, *, columns: list[str]) -> list[NDArray[np.uint64]]:
    parts, count = [], 0
    for part in leakage.row_hashes(path, size, read, columns):
        parts.append(part)
        count += len(part)
        if count > limits.LEAKAGE_ROWS:
            break  # the caller refuses it
    return parts


def _tables(opened: Opened) -> list[str]:
    entries = opened.listing.manifest.entries
    return [path for path in opened.listing.paths if not entries[path].ref and suffix_of(path) in SUFFIXES]
