"""Domain events: something that happened to a noun, past tense. They are added to the unit of work that makes them true."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
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


def seal(entry: AuditEntry, sequence: int, previous_hash: str) -> AuditEntry:
    """The entry as line `sequence` of the chain, behind the line whose hash is `previous_hash` (empty for the first)."""
    # What a store gives back is plain JSON, so that is what is sealed.
    data = json.loads(json.dumps(entry.data, default=str))
    placed = replace(entry, at=float(entry.at), data=data, sequence=sequence, previous_hash=previous_hash)
    return replace(placed, hash=_hash(placed))


def verify_chain(entries: Iterable[AuditEntry], after: AuditEntry | None = None) -> str | None:
    """A sentence that names the first broken line of `entries`, in order; None if every line is whole and follows the last.

    `after` is the line before the first one given. Lines cut off the end leave a whole chain: to notice that, keep the newest
    hash elsewhere."""
    sequence, previous_hash = (0, "") if after is None else (after.sequence, after.hash)
    for entry in entries:
        sequence += 1
        if entry.sequence != sequence:
            return f"Audit line {sequence} is missing: line {entry.sequence} is where it should be."
        if entry.previous_hash != previous_hash:
            return f"Audit line {sequence} does not follow line {sequence - 1}: one of them was replaced."
        if entry.hash != _hash(entry):
            return f"Audit line {sequence} ({entry.action} by {entry.actor!r}) was changed after it was written."
        previous_hash = entry.hash
    return None


def _hash(entry: AuditEntry) -> str:
    """SHA-256 in hex over canonical JSON: every field but the hash itself, sorted keys, ASCII, no spaces."""
    fields = {name: getattr(entry, name) for name in AuditEntry.__dataclass_fields__ if name != "hash"}
    line = json.dumps(fields, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()
