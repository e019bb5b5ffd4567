"""Runs that change their project, in the store in dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.server.domain.errors import StaleWrite
from assay.server.domain.runs import Run
from assay.server.domain.transfers import Transfer
from assay.wire.errors import Conflict, NotFound

if TYPE_CHECKING:
    from assay.testing.memory.metadata import State


class MemoryMoves:
    def __init__(self, state: State) -> None:
        self._state = state

    def reserve(self, project_key: int) -> int:
        assert project_key in self._state.projects, project_key
        return self._state.next("run")

    def begin(self, transfers: Sequence[Transfer]) -> None:
        for one in transfers:
            self._state.transfers[one.run_key] = one

    def under_way(self) -> list[Transfer]:
        return [self._state.transfers[key] for key in sorted(self._state.transfers)]

    def end(self, run_keys: Sequence[int]) -> None:
        for key in run_keys:
            self._state.transfers.pop(key, None)

    def move(self, before: Run, project_key: int, run_id: str, ordinal: int = 0) -> Run:
        state = self._state
        stored = state.runs.get(before.key)
        home = state.projects.get(project_key)
        if stored is None or home is None:
            raise NotFound(what="run", name=before.id)
        if stored.revision != before.revision:
            raise StaleWrite(what="Run", name=before.id)
        if any(each.project_key == project_key and each.id == run_id for each in state.runs.values()):
            raise Conflict(detail=f"Run {run_id!r} exists in this project, perhaps in the trash. Choose another id, or resume it")
        after = replace(
            stored, project_key=home.key, entity=home.entity, project=home.name, id=run_id,
            ordinal=ordinal or state.next(f"ordinal {home.key}"), revision=stored.revision + 1,
        )  # fmt: skip
        state.runs[before.key] = after
        state.alerts = {
            number: (home.key if alert.run_key == before.key else at, alert) for number, (at, alert) in state.alerts.items()
        }
        state.notes = {number: (home.key, *note[1:]) if note[1] == before.key else note for number, note in state.notes.items()}
        state.mentions = {
            number: replace(one, project_key=home.key) if one.run_key == before.key else one
            for number, one in state.mentions.items()
        }
        state.edges = {
            number: replace(edge, project_key=home.key, run_id=run_id) if edge.run_key == before.key else edge
            for number, edge in state.edges.items()
        }
        state.addresses.pop((home.key, run_id), None)
        state.addresses[before.project_key, before.id] = before.key
        return deepcopy(after)

    def copy_parts(self, source_key: int, run: Run) -> None:
        state = self._state
        state.files |= {(run.key, path): file for (key, path), file in state.files.items() if key == source_key}
        for _, alert in list(state.alerts.values()):
            if alert.run_key == source_key:
                number = state.next("alert")
                state.alerts[number] = (run.project_key, replace(alert, id=number, run_key=run.key))
        for change in list(state.changes.values()):
            if change[0] == source_key:
                state.changes[state.next("change")] = (run.key, *change[1:])
        for note in list(state.notes.values()):
            if note[1] == source_key:
                state.notes[state.next("note")] = (run.project_key, run.key, *note[2:])
        for turn in list(state.turns.values()):
            if turn.run_key == source_key:
                state.turns[state.next("turn")] = replace(turn, run_key=run.key)
        state.seqs |= {(run.key, writer): seq for (key, writer), seq in state.seqs.items() if key == source_key}
        state.writers |= {(run.key, name): writer for (key, name), writer in state.writers.items() if key == source_key}

    def moved(self, project_key: int, run_id: str) -> int | None:
        return self._state.addresses.get((project_key, run_id))

    def holders(self, project_key: int, run_ids: Sequence[str]) -> dict[str, int]:
        wanted = set(run_ids)
        before = {
            run_id: key for (home, run_id), key in self._state.addresses.items() if home == project_key and run_id in wanted
        }
        now = {run.id: run.key for run in self._state.runs.values() if run.project_key == project_key and run.id in wanted}
        return before | now
