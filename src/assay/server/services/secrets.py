"""Passwords, tokens and keys: how they are made, hashed and compared. Nothing here is kept or logged."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from assay.wire import limits
from assay.wire.errors import InvalidRequest

KEY_PREFIX = "asy_"
_KEY_ID_CHARS, _KEY_SECRET_CHARS = 8, 28
# Letters and digits only: some clients split keys on a dash.
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

# 32 MiB for about 50 ms of one core; two at a time, so a flood of sign-ins takes at most 64 MiB.
_hasher = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)
_hashing = threading.BoundedSemaphore(2)
_dummy_hash = ""


def hash_password(password: str) -> str:
    """Raises InvalidRequest for one that is too short, or too long to hash at a bounded cost."""
    if len(password) < limits.PASSWORD_CHARS_MIN:
        raise InvalidRequest(detail=f"A password needs at least {limits.PASSWORD_CHARS_MIN} characters. A sentence is fine")
    if len(password) > 1024:
        raise InvalidRequest(detail="A password has at most 1024 characters")
    with _hashing:
        return _hasher.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    """Costs the same when there is no hash, so that answers do not tell which names exist."""
    global _dummy_hash
    with _hashing:
        if not _dummy_hash:
            _dummy_hash = _hasher.hash(secrets.token_hex(16))
        try:
            return _hasher.verify(password_hash or _dummy_hash, password[:1024]) and bool(password_hash)
        except (Argon2Error, InvalidHashError):
            return False


def new_token() -> str:
    """256 random bits for a cookie or a link."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token. Full entropy needs no slow hash."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def new_key() -> tuple[str, str]:
    """(public id, whole key): `asy_`, 8 of the id, 28 of secret."""
    key_id = "".join(secrets.choice(_ALPHABET) for _ in range(_KEY_ID_CHARS))
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(_KEY_SECRET_CHARS))
    return key_id, f"{KEY_PREFIX}{key_id}{secret}"


def key_id_of(key: str) -> str | None:
    """The public id inside a key, None if it does not have a key's form."""
    if len(key) != len(KEY_PREFIX) + _KEY_ID_CHARS + _KEY_SECRET_CHARS or not key.startswith(KEY_PREFIX):
        return None
    body = key[len(KEY_PREFIX) :]
    return body[:_KEY_ID_CHARS] if body.isascii() and body.isalnum() else None


def same(a: str, b: str) -> bool:
    """Compare hex digests in constant time."""
    return hmac.compare_digest(a.encode(), b.encode())
