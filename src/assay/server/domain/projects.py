"""Projects."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """`key` identifies it in every store. `last_activity_at` moves when any run of it does."""

    key: int
    entity: str
    name: str
    description: str
    created_at: float
    last_activity_at: float
    run_count: int = 0
    running_count: int = 0
