"""Projects in lists and on their own."""

from __future__ import annotations

import msgspec


class Project(msgspec.Struct):
    """Times are seconds since the epoch. `running_count` counts live runs. `role` is the reader's own."""

    entity: str
    name: str
    description: str
    created_at: float
    last_activity_at: float
    run_count: int
    running_count: int
    role: str


class ProjectPage(msgspec.Struct):
    """`next` is the cursor of the following page; empty on the last."""

    projects: list[Project]
    total: int
    next: str = ""


class ProjectEdit(msgspec.Struct, forbid_unknown_fields=True):
    """`known_description`: what was read before; if it says otherwise by now, nothing changes and the answer is 409, with who
    wrote it and when."""

    description: str | None = None
    known_description: str | None = None
