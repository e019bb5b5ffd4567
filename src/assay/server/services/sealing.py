"""Secrets that the server has to read again: sealed with a key that lies in the data folder and in no backup.

AES-256-GCM; the sealed bytes are a format's number, a nonce and the ciphertext. What they are about is signed along, so that one
cannot be put in the place of another."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from assay.wire.errors import InvalidRequest

FILE = "bucket.key"
_FORMAT, _NONCE_BYTES, _KEY_BYTES = b"\x01", 12, 32


class SealBroken(Exception):
    """It cannot be opened here; says why in a few words without anything secret."""


class Seal:
    """`file`: where the key is; made with the first secret."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def close(self, text: str, about: str) -> bytes:
        """The text, sealed. Raises InvalidRequest if the library for it is not installed."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + bytes(_cipher(self._key(make=True)).encrypt(nonce, text.encode(), about.encode()))

    def open(self, sealed: bytes, about: str) -> str:
        """Raises SealBroken."""
        try:
            cipher = _cipher(self._key(make=False))
        except InvalidRequest as error:
            raise SealBroken(error.fields["detail"]) from error
        if sealed[:1] != _FORMAT:
            raise SealBroken("a newer version sealed them")
        try:
            nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
            return bytes(cipher.decrypt(nonce, rest, about.encode())).decode()
        except Exception as error:  # the library's own class, which is not there without it
            raise SealBroken(f"{FILE} is not the key they were sealed with") from error

    def _key(self, *, make: bool) -> bytes:
        try:
            key = bytes.fromhex(self._file.read_text().strip())
        except FileNotFoundError as error:
            if not make:
                raise SealBroken(f"{FILE} is not there") from error
            return self._made()
        except (OSError, ValueError) as error:
            raise SealBroken(f"{FILE} cannot be read") from error
        if len(key) != _KEY_BYTES:
            raise SealBroken(f"{FILE} is not whole")
        return key

    def _made(self) -> bytes:
        """A new key, or the one that another process made a moment ago."""
        temporary = self._file.with_name(f".{self._file.name}.{secrets.token_hex(4)}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(os.urandom(_KEY_BYTES).hex() + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(temporary, self._file)
            except FileExistsError:
                pass
        finally:
            temporary.unlink()
        return self._key(make=False)


def _cipher(key: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ModuleNotFoundError as error:
        raise InvalidRequest(
            detail="A team's own bucket needs cryptography, which is not installed. Run: pip install 'assay[scale]'"
        ) from error
    return AESGCM(key)
