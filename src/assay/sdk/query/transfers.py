"""Runs moved or copied to another project, asked for part by part until all of them are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from assay.client import calls
from assay.client.http import Connection
from assay.wire.errors import PublicError
from assay.wire.messages.runs import RunRefused, RunsTransferred, RunTransfer, RunTransferred
from assay.wire.names import ProjectPath

Kind = Literal["move", "copy"]


def transfer(
    connection: Connection,
    kind: Kind,
    source: ProjectPath,
    asked: RunTransfer,
    on_part: Callable[[int, int], None] = lambda _done, _left: None,
) -> RunsTransferred:
    """Everything that went, and what was refused, over all parts. `on_part` hears how many runs are done and left.

    An error in between says what went until then, and how to take that back."""
    went: list[RunTransferred] = []
    refused: list[RunRefused] = []
    while True:
        try:
            answer = calls.transfer_runs(connection, source, kind, asked)
        except PublicError as error:
            if not went or not asked.undo:
                raise
            told = f"{len(went)} runs went before that; to take them back: assay run undo {source} {asked.undo}"
            raise type(error).as_told(f"{str(error).rstrip('. ')}. {told}", error.fields) from error
        went += answer.runs
        refused += answer.refused
        on_part(len(went) + len(refused), len(answer.remaining))
        if not answer.remaining:
            return RunsTransferred(answer.project, went, refused, [], answer.undo or asked.undo)
        asked = RunTransfer(ids=answer.remaining, to=asked.to, undo=answer.undo or asked.undo)


def take_back(connection: Connection, source: ProjectPath, undo: str) -> tuple[int, list[RunRefused]]:
    """How many runs went back, and which did not."""
    count, refused = 0, []
    while True:
        answer = calls.undo_runs(connection, source, undo)
        count += answer.count
        refused += answer.refused
        if not answer.remaining:
            return count, refused
