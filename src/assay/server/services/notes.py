"""What notes of runs said before: kept whenever somebody writes them anew."""

from __future__ import annotations

from assay.server.domain.runs import Run
from assay.server.ports.metadata import Unit

SHOWN = 1_000  # changes in one answer


def keep(unit: Unit, before: Run, text: str, now: float, who: str) -> None:
    """Remember that the run's note becomes `text`; the first time, what it said until then as well."""
    if text == before.notes:
        return
    if before.notes and not unit.runs.notes(before.project_key, before.key, 1):
        unit.runs.add_note(before.project_key, before.key, before.created_at, before.user, before.notes)
    unit.runs.add_note(before.project_key, before.key, now, who, text)
