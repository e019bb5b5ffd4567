"""What notes of runs and projects said before, kept whenever somebody writes them anew; and who is told that they are named."""

from __future__ import annotations

from datetime import UTC, datetime

from assay.server.domain.projects import Project
from assay.server.domain.runs import Run
from assay.server.ports.metadata import Unit
from assay.server.services import people
from assay.wire.errors import Conflict

SHOWN = 1_000  # changes in one answer


def require_known(unit: Unit, before: Run | Project, text: str | None, known: str | None) -> None:
    """Raises Conflict, naming who wrote the note last and when, if it is to become `text` but says neither that nor `known`,
    which was read before. None: it stays, or whatever it says may be replaced."""
    if isinstance(before, Run):
        said, project_key, run_key = before.notes, before.project_key, before.key
    else:
        said, project_key, run_key = before.description, before.key, None
    if text is None or known is None or said in (text, known):
        return
    at, who, _ = next(iter(unit.runs.notes(project_key, run_key, 1)), (before.created_at, "", ""))
    when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    raise Conflict(
        detail=f"{who or 'Somebody'} wrote the notes of {before.name} on {when}, after you read them. "
        "Read them again and repeat the change",
        user=who, time=at,
    )  # fmt: skip


def keep(unit: Unit, before: Run | Project, text: str, now: float, who: str, *, is_told: bool = True) -> None:
    """Remember that the note becomes `text`; the first time, what it said until then as well. Not `is_told`: one edit of many
    runs, whose first one tells those whom the note names."""
    if isinstance(before, Run):
        said, author, project_key, run_key = before.notes, before.user, before.project_key, before.key
    else:
        said, author, project_key, run_key = before.description, "", before.key, None
    if text == said:
        return
    if said and not unit.runs.notes(project_key, run_key, 1):
        unit.runs.add_note(project_key, run_key, before.created_at, author, said)
    unit.runs.add_note(project_key, run_key, now, who, text)
    if is_told:
        people.tell(unit, before.entity, project_key, said, text, now, who, run_key=run_key)
