"""Users, keys, sessions, and the actor every service takes first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Role = Literal["admin", "member", "viewer"]
ROLE_ORDER: dict[str, int] = {"viewer": 0, "member": 1, "admin": 2}


@dataclass(frozen=True, slots=True)
class User:
    """`id` is the entity id of the user's own space. `password_hash` empty: no password set (link and keys only). `email` empty:
    no mail."""

    id: int
    username: str
    display_name: str
    password_hash: str
    is_admin: bool
    created_at: float
    is_active: bool = True
    email: str = ""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`id` is the public part; only the hash of the secret is kept."""

    id: str
    user_id: int
    name: str
    secret_hash: str
    created_at: float
    last_used_at: float = 0.0
    revoked_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's sign-in. `token_hash` is SHA-256 of the cookie's value."""

    token_hash: str
    user_id: int
    created_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class Ended:
    """How many sessions, keys and one-time links let nobody in any more that did before."""

    sessions: int
    keys: int
    links: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. `roles` maps entity name → role: the user's own space as admin, and every team.

    Admins of the installation (`is_admin`) may do everything everywhere. `via` is for the audit log: a key's id or `session`.
    `session`: the hash of the session's token, empty for others."""

    user_id: int
    username: str
    is_admin: bool
    roles: dict[str, Role] = field(default_factory=dict)
    via: str = "session"
    address: str = ""
    request_id: str = ""
    session: str = ""


SYSTEM = Actor(user_id=0, username="assay", is_admin=True, via="system")
