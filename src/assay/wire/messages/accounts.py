"""Who is signed in, keys, teams."""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["admin", "member", "viewer"]


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    username: str
    password: str


class LinkSignIn(msgspec.Struct, forbid_unknown_fields=True):
    """A one-time token from `assay server start`. `username` and `password` set up the first account when none exists."""

    token: str


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """`current` may be empty when the account has no password yet."""

    current: str
    new: str


class EmailChange(msgspec.Struct, forbid_unknown_fields=True):
    """Empty: no mail."""

    email: str


class TeamMembership(msgspec.Struct):
    team: str
    role: Role


class Me(msgspec.Struct):
    """`default_entity` is where runs go that name no entity. `email` empty: no mail."""

    username: str
    display_name: str
    is_admin: bool
    has_password: bool
    default_entity: str
    teams: list[TeamMembership]
    server_version: str
    email: str = ""


class KeyCreate(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class Key(msgspec.Struct):
    """`id` is the public part. Times are seconds since the epoch; `last_used_at` 0: never."""

    id: str
    name: str
    created_at: float
    last_used_at: float


class KeyCreated(msgspec.Struct):
    """The only time the whole `secret` (40 characters) is shown."""

    key: Key
    secret: str


class Capabilities(msgspec.Struct):
    """What this server can do, so that clients need not guess from versions. `mail`: whether it sends any."""

    server_version: str
    batch_format: int
    limits: dict[str, int]
    signed_blobs: bool
    code_saving: Literal["allow", "force", "forbid"] = "allow"
    mail: bool = False
