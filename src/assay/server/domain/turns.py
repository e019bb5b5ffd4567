"""Where the course of a run turned: it was resumed, or rewound to a step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from assay.server.domain.runs import Run, Writer
from assay.wire.messages.runs import RunStart

TurnKind = Literal["resumed", "rewound"]


@dataclass(frozen=True, slots=True)
class Turn:
    """`step`: the last one before the turn; −1: there was none. `at`: when the process began that resumed the run, or when it
    was rewound."""

    run_key: int
    kind: TurnKind
    at: float
    step: int
    who: str


def is_resumed(before: Run, start: RunStart, writers: Iterable[Writer], turns: Iterable[Turn]) -> bool:
    """Whether another process goes on with the run: not a helper of the one before, nor the same process in another folder.

    The one before need not have ended for the server: a script that is started again at once is often faster than the news of
    its end."""
    if start.rank > 0 or not any(writer.is_primary for writer in writers):
        return False
    if start.created_at in {before.started_at, *(turn.at for turn in turns)}:
        return False
    return not before.is_live or start.resume not in ("", "never")


def standing(turns: Sequence[Turn]) -> list[Turn]:
    """Those of one run, in order, whose step has not been cut off by a later rewind."""
    kept: list[Turn] = []
    for turn in turns:
        if turn.kind == "rewound":
            kept = [other for other in kept if other.step <= turn.step]
        kept.append(turn)
    return kept
