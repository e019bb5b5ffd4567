"""Secrets that the server has to read again: sealed with a key that lies in the data folder and in no backup.

AES-256-GCM; the sealed bytes are a format's number, a nonce and the ciphertext. What they are about is signed along, so that one
cannot be put in the place of another."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assay.wire.errors import InvalidRequest

FILE = "bucket.key"
_FORMAT, _NONCE_BYTES, _KEY_BYTES = b"\x01", 12, 32


class SealBroken(Exception):
    """It cannot be opened here; says why in a few words without anything secret."""


class Seal:
    """`file`: where the keys are, one a line in hex; made with the first secret. The first one seals, and each opens: there are
    two only while secrets are sealed anew."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def close(self, text: str, about: str) -> bytes:
        """The text, sealed. Raises InvalidRequest if the library for it is not installed."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + bytes(_cipher(self._keys(make=True)[0]).encrypt(nonce, text.encode(), about.encode()))

    def open(self, sealed: bytes, about: str) -> str:
        """Raises SealBroken."""
        try:
            ciphers = [_cipher(key) for key in self._keys(make=False)]
        except InvalidRequest as error:
            raise SealBroken(error.fields["detail"]) from error
        if sealed[:1] != _FORMAT:
            raise SealBroken("a newer version sealed them")
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        for cipher in ciphers:
            with contextlib.suppress(Exception):  # the library's own class, which is not there without it
                return bytes(cipher.decrypt(nonce, rest, about.encode())).decode()
        raise SealBroken(f"{FILE} is not the key they were sealed with")

    def exists(self) -> bool:
        return self._file.exists()

    def widen(self) -> str:
        """Put a new key before those that are there, and answer it: from now on it seals, and all open. It is on the disk when
        this returns. Raises SealBroken, and InvalidRequest if the library for it is not installed."""
        _cipher(bytes(_KEY_BYTES))
        fresh = os.urandom(_KEY_BYTES)
        self._write([fresh, *self._keys(make=False)] if self.exists() else [fresh])
        return fresh.hex()

    def narrow(self, key: str) -> None:
        """Forget all keys but this one, which seals; if another one does by now, whoever put it there will. Raises SealBroken."""
        keys = self._keys(make=False)
        if keys[0].hex() == key and len(keys) > 1:
            self._write(keys[:1])

    def _keys(self, *, make: bool) -> list[bytes]:
        try:
            keys = [bytes.fromhex(line) for line in self._file.read_text().split()]
        except FileNotFoundError as error:
            if not make:
                raise SealBroken(f"{FILE} is not there") from error
            return self._made()
        except (OSError, ValueError) as error:
            raise SealBroken(f"{FILE} cannot be read") from error
        if not keys or any(len(key) != _KEY_BYTES for key in keys):
            raise SealBroken(f"{FILE} is not whole")
        return keys

    def _made(self) -> list[bytes]:
        """A new key, or the one that another process made a moment ago."""
        with self._drafted([os.urandom(_KEY_BYTES)]) as draft, contextlib.suppress(FileExistsError):
            os.link(draft, self._file)
        return self._keys(make=False)

    def _write(self, keys: list[bytes]) -> None:
        """In one step: whoever reads meanwhile, or after a power cut, finds the file before or after it, and whole."""
        with self._drafted(keys) as draft:
            draft.rename(self._file)
        for left in self._file.parent.glob(f".{self._file.name}.*"):  # by one that was killed
            left.unlink(missing_ok=True)
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextlib.contextmanager
    def _drafted(self, keys: list[bytes]) -> Iterator[Path]:
        """A file of these keys beside the real one, on the disk, for as long as it takes to give it its name."""
        draft = self._file.with_name(f".{self._file.name}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(handle, "w") as file:
                file.write("".join(f"{key.hex()}\n" for key in keys))
                file.flush()
                os.fsync(file.fileno())
            yield draft
        finally:
            draft.unlink(missing_ok=True)


def _cipher(key: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ModuleNotFoundError as error:
        raise InvalidRequest(
            detail="A team's own bucket needs cryptography, which is not installed. Run: pip install 'assay[scale]'"
        ) from error
    return AESGCM(key)
