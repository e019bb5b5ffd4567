"""Runs and the rules of their states."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from assay.wire import limits
from assay.wire.messages.runs import MetricDefinition, RefusedValue, RunState

LIVE: frozenset[RunState] = frozenset({"pending", "running", "preempting"})


@dataclass(frozen=True, slots=True)
class RunRef:
    """A run as the stores know it."""

    project_key: int
    run_key: int


@dataclass(frozen=True, slots=True)
class Run:
    """`key` is unique across the installation, `id` within the project. `ordinal` counts the project's runs from 1.

    `config` and `summary` are nested; `summary` holds explicitly set values only (automatic ones are the metric store's).
    `revision` counts saves and tells a lost update. Not `is_whole`: read without config, summary and environment."""

    key: int
    project_key: int
    entity: str
    project: str
    id: str
    name: str
    ordinal: int
    state: RunState
    user: str
    created_at: float
    started_at: float
    heartbeat_at: float
    finished_at: float = 0.0
    deleted_at: float = 0.0
    exit_code: int | None = None
    notes: str = ""
    tags: tuple[str, ...] = ()
    group: str = ""
    job_type: str = ""
    host: str = ""
    program: str = ""
    sdk_version: str = ""
    progress_step: int = 0
    progress_total: int = 0
    stop_requested_at: float = 0.0
    config: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, Any] = field(default_factory=dict)
    definitions: tuple[MetricDefinition, ...] = ()
    refused: tuple[RefusedValue, ...] = ()
    revision: int = 0
    is_whole: bool = True

    @property
    def ref(self) -> RunRef:
        return RunRef(self.project_key, self.key)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    def heard(self, at: float) -> Run:
        """The run after a sign of life: a crashed run that speaks again is running again."""
        if self.state == "crashed":
            return replace(self, state="running", heartbeat_at=at, finished_at=0.0)
        return replace(self, heartbeat_at=max(at, self.heartbeat_at))

    def silent(self, now: float) -> Run:
        """The run after the clock moved: crashed if it was live and silent for too long."""
        if self.is_live and now - self.heartbeat_at > limits.CRASHED_AFTER_S:
            return replace(self, state="crashed", finished_at=self.heartbeat_at)
        return self


@dataclass(frozen=True, slots=True)
class Writer:
    """A process that writes the run. `finish_state` empty: it has not finished. The primary's finish decides the run's state."""

    id: str
    is_primary: bool = True
    finish_state: str = ""
    exit_code: int = 0
    finished_at: float = 0.0


@dataclass(frozen=True, slots=True)
class RunFile:
    """`bucket`: where its content is; 0: in the server's own place."""

    path: str
    digest: str
    size: int
    updated_at: float
    bucket: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    id: int
    run_key: int
    title: str
    text: str
    level: str
    time: float
    step: int
