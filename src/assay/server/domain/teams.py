"""Entities: users' own spaces and teams, with roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assay.server.domain.accounts import Role


@dataclass(frozen=True, slots=True)
class Entity:
    """Owner of projects. A user's entity has the user's name."""

    id: int
    name: str
    kind: Literal["user", "team"]
    created_at: float


@dataclass(frozen=True, slots=True)
class Member:
    entity: str
    username: str
    role: Role
