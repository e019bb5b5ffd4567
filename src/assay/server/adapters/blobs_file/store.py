"""A folder of files named by what they contain: `<space>/<algorithm>/<ab>/<cd>/<digest>`.

A blob is written to `.incoming`, hashed on the way, flushed, and renamed to its place: a name in place is a whole blob. The
layout is described in `docs/architecture/formats/blobs.md`."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from assay.journal.file_systems import flush_file_system, reserve
from assay.journal.flush import flush_folder
from assay.server.domain.errors import DigestMismatch
from assay.wire import disks, failpoints, limits
from assay.wire.errors import InvalidName, NotFound, StorageFull
from assay.wire.together import Together

CHUNK_BYTES = 1 << 20  # bytes read at a time
_SPACE = re.compile(r"[A-Za-z0-9_\-][A-Za-z0-9_.\-]{0,127}\Z")
_DIGEST = re.compile(r"(?:(sha256):([0-9a-f]{64})|(md5):([0-9a-f]{32}))\Z")
_FOLDERS_KNOWN = 100_000
_BATCH, _LOCK = ".batch", "lock"


class FileBlobStore:
    """A BlobStore in `folder`, readable and writable by its owner alone."""

    can_sign = False
    put_headers: Mapping[str, str] = {}

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._incoming = self._folder / ".incoming"
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._flush_all = Together[None](lambda _: flush_file_system(self._folder))
        self._flush_names = Together(self._flush_folders)
        self._lasting: set[Path] = set()  # folders whose own names were flushed
        self._remove_abandoned()

    def put(self, space: str, digest: str, content: BinaryIO, size: int) -> None:
        target = self._path(space, digest)
        if target.exists():
            # It may have got its name a moment ago, or before a flush that failed: it is kept when the name is.
            self._flush_names(target.parent)
            return
        temporary = self._incoming / secrets.token_hex(16)
        try:
            with _created(temporary) as file:
                # Held while it is written, so that another process which opens the store leaves it alone.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                reserve(file.fileno(), min(size, limits.BLOCK_BYTES))  # no more on the word of whoever announced it
                _receive(content, file, digest, size)
                os.fsync(file.fileno())
            failpoints.reach("blob.written")
            _make_folder(str(target.parent))
            temporary.replace(target)
            failpoints.reach("blob.named")
            self._flush_names(target.parent)
        except OSError as error:
            raise self._explained(error, f"a content of {size} bytes does not fit") from error
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()

    def put_many(self, space: str, contents: Sequence[tuple[str, bytes | memoryview]]) -> None:
        # Paths are text here: a thousand Path objects cost more than hashing what they name.
        missing: dict[str, bytes | memoryview] = {}
        for digest, data in contents:
            target, algorithm = self._place(space, digest), digest.partition(":")[0]
            actual = f"{algorithm}:{_hasher(algorithm, data).hexdigest()}"
            if actual != digest:
                raise DigestMismatch(actual=actual, expected=digest)
            if not os.path.exists(target):  # noqa: PTH110
                missing[target] = data
        if not missing:
            self._flush_all(None)  # as in `put`
            return
        batch = self._incoming / f"{secrets.token_hex(16)}{_BATCH}"
        try:
            batch.mkdir(mode=0o700)
            with _created(batch / _LOCK) as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for number, data in enumerate(missing.values()):
                    with _created(f"{batch}/{number}") as file:
                        _write(file, data)
                # Two flushes for all of them: what is inside before any has its name, and the names before we answer.
                self._flush_all(None)
                failpoints.reach("blobs.written")
                for folder in {target.rpartition("/")[0] for target in missing}:
                    _make_folder(folder)
                for number, target in enumerate(missing):
                    os.replace(f"{batch}/{number}", target)  # noqa: PTH105
                failpoints.reach("blobs.named")
                self._flush_all(None)
        except OSError as error:
            raise self._explained(error, f"{len(missing)} contents do not fit") from error
        finally:
            shutil.rmtree(batch, ignore_errors=True)

    def _explained(self, error: OSError, detail: str) -> Exception:
        return StorageFull(detail=detail, where=str(self._folder)) if disks.is_full(error) else error

    def has(self, space: str, digest: str) -> bool:
        return self._path(space, digest).exists()

    def size(self, space: str, digest: str) -> int:
        try:
            return self._path(space, digest).stat().st_size
        except FileNotFoundError as error:
            raise NotFound(what="content", name=digest) from error

    def read(self, space: str, digest: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        try:
            file = self._path(space, digest).open("rb")
        except FileNotFoundError as error:
            raise NotFound(what="content", name=digest) from error
        return _chunks(file, start, end)

    def delete(self, space: str, digest: str) -> None:
        path = self._path(space, digest)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            flush_folder(path.parent)

    def digests(self, space: str) -> Iterator[str]:
        self._check_space(space)
        for path in sorted(self._folder.glob(f"{space}/*/??/??/*")):
            yield f"{path.parents[2].name}:{path.name}"

    def signed_url(self, method: str, space: str, digest: str, expires_s: int) -> str:
        raise NotImplementedError("a folder of files has no addresses; see `can_sign`")

    def verify(self) -> list[str]:
        wrong = []
        for path in sorted(self._folder.glob("*/*/??/??/*")):
            digest = f"{path.parents[2].name}:{path.name}"
            if not _DIGEST.match(digest) or path != self._path(path.parents[3].name, digest):
                wrong.append(f"{path} is not a blob: its name is no digest, or it lies in the wrong folder.")
                continue
            try:
                actual = _hash_file(path)
            except OSError as error:
                wrong.append(f"{path} cannot be read: {error.strerror}.")
                continue
            if actual != path.name:
                wrong.append(
                    f"{path} is damaged: it hashes to {actual}. Restore it from a backup, or delete it and send it again."
                )
        return wrong

    def _path(self, space: str, digest: str) -> Path:
        return Path(self._place(space, digest))

    def _place(self, space: str, digest: str) -> str:
        self._check_space(space)
        match = _DIGEST.match(digest)
        if match is None:
            raise InvalidName(what="digest", text=digest, expected="sha256: and 64 hex digits")
        algorithm, name = match[1] or match[3], match[2] or match[4]
        return f"{self._folder}/{space}/{algorithm}/{name[:2]}/{name[2:4]}/{name}"

    def _check_space(self, space: str) -> None:
        if not _SPACE.match(space):
            raise InvalidName(what="blob space", text=space, expected="letters, digits, _ . -, not starting with .")

    def _flush_folders(self, folders: Sequence[Path]) -> None:
        """Make durable what names are in these folders, and the names that lead to them, unless those are known to be. After all
        of them are made, because the first flush then carries most of what the others are for."""
        changed, lasting = set(folders), set[Path]()
        for folder in folders:
            while folder != self._folder and folder not in self._lasting and folder not in lasting:
                lasting.add(folder)
                folder = folder.parent
                changed.add(folder)
        for folder in changed:
            flush_folder(folder)
        if len(self._lasting) > _FOLDERS_KNOWN:
            self._lasting.clear()
        self._lasting.update(lasting)

    def _remove_abandoned(self) -> None:
        """Delete what a crash left in `.incoming`."""
        for path in self._incoming.iterdir():
            with contextlib.suppress(OSError), (path / _LOCK if path.name.endswith(_BATCH) else path).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails for one that is being written
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _make_folder(folder: str) -> None:
    try:
        os.mkdir(folder, 0o700)  # noqa: PTH102
    except FileExistsError:
        pass
    except FileNotFoundError:
        _make_folder(folder.rpartition("/")[0])
        _make_folder(folder)


def _created(path: Path | str) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)


def _receive(content: BinaryIO, file: BinaryIO, digest: str, size: int) -> None:
    """Copy `content` to `file`. Raises DigestMismatch as soon as it cannot be what was announced."""
    algorithm, _, expected = digest.partition(":")
    hasher = _hasher(algorithm)
    received = 0
    while chunk := content.read(limits.BLOCK_BYTES):
        received += len(chunk)
        if received > size:
            raise DigestMismatch(actual=f"more than the {size} bytes announced", expected=digest)
        hasher.update(chunk)
        _write(file, chunk)
    if received != size:
        raise DigestMismatch(actual=f"{received} bytes where {size} were announced", expected=digest)
    if hasher.hexdigest() != expected:
        raise DigestMismatch(actual=f"{algorithm}:{hasher.hexdigest()}", expected=digest)


def _write(file: BinaryIO, data: bytes | memoryview) -> None:
    rest = memoryview(data)
    while rest:  # a write to a nearly full disk may take only a part
        rest = rest[file.write(rest) :]


def _hasher(algorithm: str, data: bytes | memoryview = b"") -> hashlib._Hash:
    # MD5 names content that another client named so; it protects nothing.
    return hashlib.new(algorithm, data, usedforsecurity=algorithm != "md5")


def _hash_file(path: Path) -> str:
    hasher = _hasher(path.parents[2].name)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            hasher.update(chunk)
    return hasher.hexdigest()


def _chunks(file: BinaryIO, start: int, end: int | None) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = None if end is None else max(0, end - start)
        while left is None or left:
            chunk = file.read(CHUNK_BYTES if left is None else min(left, CHUNK_BYTES))
            if not chunk:
                return
            if left is not None:
                left -= len(chunk)
            yield chunk
