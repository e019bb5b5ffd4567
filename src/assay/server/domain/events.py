"""Domain events: something that happened to a noun, past tense. They are added to the unit of work that makes them true."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` as `RunFinished`. `project_key` 0: none. `id` is given by the store and orders the log."""

    kind: str
    project_key: int
    subject: str
    at: float
    actor: str
    data: dict[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log; `hash` is SHA-256 over the previous line's hash and this line's canonical JSON."""

    at: float
    action: str
    actor: str
    via: str
    address: str
    subject: str
    data: dict[str, Any]
    request_id: str = ""
    sequence: int = 0
    previous_hash: str = ""
    hash: str = ""
