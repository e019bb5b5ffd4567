"""Projects and runs of the store in dictionaries. A query looks at every run: `domain.filters.evaluate` is the answer others
must give too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.patterns import compile_pattern
from assay.server.compute.patterns import search as find_pattern
from assay.server.domain.errors import StaleWrite
from assay.server.domain.filters import (
    ABSENT,
    Field,
    Filter,
    conditions,
    evaluate,
    flatten,
    kind_of,
    run_value,
    search_pattern,
    search_text,
    search_words,
)
from assay.server.domain.folding import folded
from assay.server.domain.projects import Project
from assay.server.domain.runs import Alert, Run, RunFile, Writer
from assay.server.domain.turns import Turn
from assay.testing.memory.metadata_artifacts import MemoryArtifacts
from assay.testing.memory.metadata_comments import MemoryComments, MemoryMentions
from assay.testing.memory.metadata_views import MemoryUndos, MemoryViews
from assay.wire.errors import Conflict, InvalidRequest, NotFound
from assay.wire.messages.runs import MetricDefinition

if TYPE_CHECKING:
    from assay.testing.memory.metadata import State

_DOCUMENTS = ("config", "summary", "environment")


class MemoryProjects:
    def __init__(self, state: State) -> None:
        self._state = state

    def get(self, entity: str, name: str) -> Project | None:
        found = (project for project in self._state.projects.values() if (project.entity, project.name) == (entity, name))
        return self._counted(next(found, None))

    def by_key(self, key: int) -> Project | None:
        return self._counted(self._state.projects.get(key))

    def _counted(self, project: Project | None) -> Project | None:
        if project is None:
            return None
        runs = [run for run in self._state.runs.values() if run.project_key == project.key and not run.deleted_at]
        return replace(project, run_count=len(runs), running_count=sum(run.is_live for run in runs))

    def add(self, entity: str, name: str, at: float) -> Project:
        found = self.get(entity, name)
        if found is not None:
            return found
        if entity not in self._state.entities:
            raise NotFound(what="user or team", name=entity)
        project = Project(self._state.next("project"), entity, name, "", at, at)
        self._state.projects[project.key] = project
        return project

    def save(self, project: Project) -> None:
        stored = self._state.projects.get(project.key)
        if stored is None:
            raise NotFound(what="project", name=f"{project.entity}/{project.name}")
        self._state.projects[project.key] = replace(stored, description=project.description)

    def touch(self, key: int, at: float) -> None:
        stored = self._state.projects.get(key)
        if stored is None:
            raise NotFound(what="project", name=str(key))
        self._state.projects[key] = replace(stored, last_activity_at=at)

    def list(self, entities: Sequence[str] | None, cursor: str, limit: int) -> tuple[list[Project], int, str]:
        mine = [project for project in self._state.projects.values() if entities is None or project.entity in entities]
        mine.sort(key=lambda project: (project.last_activity_at, project.key), reverse=True)
        total = len(mine)
        if cursor:
            try:
                at, key = cursor.split(" ")
                place = float(at), int(key)
            except ValueError as error:
                raise InvalidRequest(detail="The cursor is not one of this listing. Start again without one") from error
            mine = [project for project in mine if (project.last_activity_at, project.key) < place]
        page = [counted for project in mine[:limit] if (counted := self._counted(project))]
        return page, total, f"{page[-1].last_activity_at!r} {page[-1].key}" if len(mine) > limit else ""

    def delete(self, key: int) -> None:
        runs = MemoryRuns(self._state)
        runs.forget([run.key for run in self._state.runs.values() if run.project_key == key])
        MemoryViews(self._state).forget_project(key)
        MemoryUndos(self._state).forget_project(key)
        MemoryComments(self._state).forget_project(key)
        MemoryMentions(self._state).forget(lambda mention: mention.project_key == key)
        MemoryArtifacts(self._state).forget_project(key)
        self._state.notes = {number: note for number, note in self._state.notes.items() if note[0] != key}
        self._state.addresses = {place: run for place, run in self._state.addresses.items() if place[0] != key}
        self._state.projects.pop(key, None)


class MemoryRuns:
    def __init__(self, state: State) -> None:
        self._state = state

    def get(self, project_key: int, run_id: str, with_deleted: bool = False) -> Run | None:
        for run in self._of(project_key):
            if run.id == run_id and (with_deleted or not run.deleted_at):
                return deepcopy(run)
        return None

    def by_key(self, key: int) -> Run | None:
        run = self._state.runs.get(key)
        return None if run is None or run.deleted_at else deepcopy(run)

    def by_keys(self, keys: Sequence[int], *, whole: bool = True, with_deleted: bool = False) -> list[Run]:
        stored = [run for key in keys if (run := self._state.runs.get(int(key)))]
        found = [deepcopy(run) for run in stored if with_deleted or not run.deleted_at]
        return found if whole else list(map(_light, found))

    def by_ids(self, project_key: int, run_ids: Sequence[str]) -> list[Run]:
        return [_light(run) for run_id in run_ids if (run := self.get(project_key, run_id))]

    def _of(self, project_key: int) -> list[Run]:
        return [run for run in self._state.runs.values() if run.project_key == project_key]

    def add(self, run: Run) -> Run:
        if self.get(run.project_key, run.id, with_deleted=True):
            raise Conflict(detail=f"Run {run.id!r} exists in this project, perhaps in the trash. Choose another id, or resume it")
        if run.project_key not in self._state.projects:
            raise NotFound(what="project", name=str(run.project_key))
        ordinal = self._state.next(f"ordinal {run.project_key}")
        added = replace(run, key=run.key or self._state.next("run"), ordinal=ordinal, revision=1)
        self._state.runs[added.key] = deepcopy(added)
        return added

    def save(self, run: Run, *, expected: Run | None = None) -> Run:
        stored = self._state.runs.get(run.key)
        if stored is None:
            raise NotFound(what="run", name=run.id)
        if expected is not None and expected.revision != stored.revision:
            raise StaleWrite(what="Run", name=run.id)
        saved = replace(run, revision=stored.revision + 1, heartbeat_at=max(run.heartbeat_at, stored.heartbeat_at))
        documents = {} if run.is_whole else {name: getattr(stored, name) for name in _DOCUMENTS}
        self._state.runs[run.key] = deepcopy(replace(saved, is_whole=True, **documents))
        return saved

    def next_name_number(self, project_key: int) -> int:
        return self._state.next(f"name {project_key}")

    def touch(self, heartbeats: dict[int, float]) -> None:
        for key, at in heartbeats.items():
            run = self._state.runs.get(key)
            if run is not None:
                self._state.runs[key] = replace(run, heartbeat_at=max(at, run.heartbeat_at))

    def silent_since(self, before: float) -> list[Run]:
        return [
            deepcopy(run) for run in self._state.runs.values() if run.is_live and not run.deleted_at and run.heartbeat_at < before
        ]

    def keys_of(self, project_key: int, run_ids: Sequence[str]) -> NDArray[np.int64]:
        wanted = set(run_ids)
        return np.array(sorted(run.key for run in self._of(project_key) if run.id in wanted), np.int64)

    def matching(
        self,
        project_key: int,
        where: Filter,
        *,
        search: str = "",
        is_regex: bool = False,
        only_names: bool = False,
        trash: bool = False,
    ) -> NDArray[np.int64]:
        for condition in conditions(where):
            if condition.operator == "~":
                compile_pattern(condition.value)
        if is_regex:
            compile_pattern(search)
        pattern = search_pattern(search) if is_regex and search.strip() else ""
        words = [] if is_regex else search_words(search)
        found = [
            run.key
            for run in self._of(project_key)
            if bool(run.deleted_at) == trash
            and _matches(run, where)
            and find_pattern(pattern, text := folded(run.name) if only_names else search_text(run))
            and all(word in text for word in words)
        ]
        return np.array(sorted(found), np.int64)

    def values(self, project_key: int, fields: Sequence[Field], runs: NDArray[np.int64]) -> list[dict[int, Any]]:
        wanted = set(map(int, runs))
        mine = [run for run in self._of(project_key) if run.key in wanted]
        return [{run.key: _plain(value) for run in mine if (value := run_value(run, field)) is not ABSENT} for field in fields]

    def columns(
        self, project_key: int, section: str, prefix: str, limit: int, offset: int
    ) -> tuple[list[tuple[str, str, int, bool]], int]:
        values: dict[str, list[Any]] = {}
        for run in self._of(project_key):
            if not run.deleted_at:
                for path, value in flatten(getattr(run, section)).items():
                    values.setdefault(path, []).append(value)
        paths = sorted(path for path in values if folded(prefix) in folded(path))
        page = []
        for path in paths[offset : offset + limit]:
            kinds = {_kind(value) for value in values[path]}
            differs = len({(_kind(value), repr(value)) for value in values[path]}) > 1
            page.append((path, "".join(kind for kind in "fibslz" if kind in kinds), len(values[path]), differs))
        return page, len(paths)

    def definitions(self, project_key: int, keys: Sequence[int] | None = None) -> dict[int, tuple[MetricDefinition, ...]]:
        wanted = None if keys is None else set(keys)
        defined = [run for run in self._of(project_key) if run.definitions and (wanted is None or run.key in wanted)]
        # Runs that define the same share one object.
        shared: list[tuple[MetricDefinition, ...]] = []
        found: dict[int, tuple[MetricDefinition, ...]] = {}
        for run in defined:
            if run.definitions not in shared:
                shared.append(run.definitions)
            found[run.key] = shared[shared.index(run.definitions)]
        return found

    def forget(self, keys: Sequence[int]) -> None:
        gone = set(map(int, keys))
        state = self._state
        for key in gone:
            state.runs.pop(key, None)
        state.files = {key: value for key, value in state.files.items() if key[0] not in gone}
        state.alerts = {key: value for key, value in state.alerts.items() if value[1].run_key not in gone}
        state.changes = {key: value for key, value in state.changes.items() if value[0] not in gone}
        state.seqs = {key: value for key, value in state.seqs.items() if key[0] not in gone}
        state.notes = {key: value for key, value in state.notes.items() if value[1] not in gone}
        MemoryMentions(state).forget(lambda mention: mention.run_key in gone)
        state.turns = {key: value for key, value in state.turns.items() if value.run_key not in gone}
        state.writers = {key: value for key, value in state.writers.items() if key[0] not in gone}
        state.addresses = {key: value for key, value in state.addresses.items() if value not in gone}

    def file_sizes(self, project_keys: Sequence[int]) -> dict[int, int]:
        sizes: dict[int, int] = {}
        for (run_key, _), file in self._state.files.items():
            project_key = self._state.runs[run_key].project_key
            if project_key in project_keys and file.size:
                sizes[project_key] = sizes.get(project_key, 0) + file.size
        return sizes

    def places(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        found = [self._state.runs[key] for key in sorted(set(keys.tolist())) if key in self._state.runs]
        return np.array([(run.key, run.project_key) for run in found], np.int64).reshape(-1, 2)

    def in_environment(self, project_keys: Sequence[int], text: str) -> NDArray[np.int64]:
        found = [
            run.key
            for run in self._state.runs.values()
            if run.project_key in project_keys and text in json.dumps(run.environment, separators=(",", ":"), default=str)
        ]
        return np.array(sorted(found), np.int64)

    def deleted_before(self, before: float) -> list[Run]:
        return [deepcopy(run) for run in self._state.runs.values() if 0 < run.deleted_at < before]

    def files(self, run_key: int, paths: Sequence[str] | None = None) -> list[RunFile]:
        found = (file for (key, path), file in self._state.files.items() if key == run_key and (paths is None or path in paths))
        return sorted(found, key=lambda file: file.path)

    def file_count(self, run_key: int) -> int:
        return len(self.files(run_key))

    def save_file(self, run_key: int, file: RunFile) -> None:
        self._state.files[run_key, file.path] = file

    def alerts(self, project_key: int, run_key: int | None = None, *, limit: int) -> list[Alert]:
        found = [
            alert
            for home, alert in self._state.alerts.values()
            if home == project_key and run_key in {None, alert.run_key} and self.by_key(alert.run_key)
        ]
        return sorted(found, key=lambda alert: (alert.time, alert.id), reverse=True)[:limit]

    def add_alert(self, project_key: int, alert: Alert) -> Alert | None:
        same = (alert.run_key, alert.time, alert.title)
        if any((each.run_key, each.time, each.title) == same for _, each in self._state.alerts.values()):
            return None
        added = replace(alert, id=self._state.next("alert"))
        self._state.alerts[added.id] = (project_key, added)
        return added

    def config_history(self, run_key: int) -> list[tuple[float, str, Any, str]]:
        return [change[1:] for change in self._state.changes.values() if change[0] == run_key]

    def add_config_change(self, run_key: int, at: float, path: str, value: Any, who: str) -> None:
        self._state.changes[self._state.next("change")] = (run_key, at, path, deepcopy(value), who)

    def applied_seq(self, run_key: int, writer: str) -> int:
        return self._state.seqs.get((run_key, writer), -1)

    def set_applied_seq(self, run_key: int, writer: str, seq: int) -> None:
        self._state.seqs[run_key, writer] = seq

    def writers(self, run_key: int) -> list[Writer]:
        return [writer for (key, _), writer in self._state.writers.items() if key == run_key]

    def save_writer(self, run_key: int, writer: Writer) -> None:
        self._state.writers[run_key, writer.id] = writer

    def turns(self, run_keys: Sequence[int]) -> list[Turn]:
        return sorted((turn for turn in self._state.turns.values() if turn.run_key in run_keys), key=lambda turn: turn.run_key)

    def add_turn(self, turn: Turn) -> None:
        self._state.turns[self._state.next("turn")] = turn

    def add_note(self, project_key: int, run_key: int | None, at: float, who: str, text: str) -> None:
        self._state.notes[self._state.next("note")] = (project_key, run_key, at, who, text)

    def notes(self, project_key: int, run_key: int | None, limit: int) -> list[tuple[float, str, str]]:
        mine = [note[2:] for note in self._state.notes.values() if note[:2] == (project_key, run_key)]
        return mine[::-1][:limit]


def _light(run: Run) -> Run:
    return replace(run, config={}, summary={}, environment={}, is_whole=False)


def _matches(run: Run, where: Filter) -> bool:
    return evaluate(where, lambda field: run_value(run, field), find_pattern)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else deepcopy(value)


def _kind(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "f" if isinstance(value, float) else "i"
    return {"boolean": "b", "text": "s", "list": "l", "null": "z"}[kind_of(value)]
