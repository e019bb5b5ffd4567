"""File contents up and down: hashed, streamed, resumed, verified. Nothing is held in memory whole."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from assay.client import calls
from assay.client.http import Connection
from assay.client.linking import beside, scratch_name
from assay.client.locking import lock
from assay.client.own_disk import writing
from assay.wire import limits
from assay.wire.errors import InvalidRequest, NotFound, TooLarge
from assay.wire.messages.runs import FileDraft, FilesDraft, RunFile
from assay.wire.names import RunPath

_CHUNK = 256 * limits.KIB
_SLOWEST = 64 * limits.KIB  # bytes a second; a transfer slower than this is given up and tried again


@dataclass(frozen=True, slots=True)
class LocalFile:
    """`path` is its name in the run, `source` where it lies."""

    path: str
    source: Path


@dataclass(frozen=True, slots=True)
class Sent:
    digest: str
    size: int
    mtime_ns: int


def upload(connection: Connection, run: RunPath, file: LocalFile) -> Sent:
    """Send one file and make it the run's; a content the server has is not sent again. A file that changes underway is refused
    by its digest (InvalidRequest); the next try sees the new content. Raises NotFound if there is no regular file."""
    with _open(file.source) as content:
        info = os.fstat(content.fileno())
        if info.st_size > limits.FILE_BYTES:
            raise TooLarge(what=f"File {file.path}", actual=info.st_size, limit=limits.FILE_BYTES, name="FILE_BYTES")
        digest, size = _digest(content)
        draft = FileDraft(file.path, digest, size)
        tickets = calls.draft_files(connection, run, FilesDraft([draft])).tickets
        for ticket in tickets:
            if ticket.upload_url:
                content.seek(0)
                connection.request(
                    "PUT",
                    ticket.upload_url,
                    content=_chunks(content, size),
                    content_type="application/octet-stream",
                    size=size,
                    timeout_s=60 + size / _SLOWEST,
                )
        calls.draft_files(connection, run, FilesDraft([draft], commit=True))
    return Sent(digest, size, info.st_mtime_ns)


def no_link(path: str, flags: int) -> int:
    """An opener that makes files, and fails where a link lies: in a folder that others may write to it could lead anywhere."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)


def hold(path: Path) -> int | None:
    """The file, made if it was not there, held open under a lock; None while another process has it. Raises OSError."""
    fd = no_link(str(path), os.O_RDWR | os.O_CREAT)
    try:
        is_ours = lock(fd, path)
    except OSError:
        is_ours = True  # a file system without locks
    if is_ours:
        return fd
    os.close(fd)
    return None


def download(connection: Connection, file: RunFile, target: Path) -> Path:
    """Put the file's content at `target`, which appears whole or not at all. What an earlier try fetched is kept and used.

    Raises DiskRefused, and what the server says."""
    with writing(target, "What came of it is kept beside it for the next try."):
        return connection.patiently(lambda: _download(connection, file, target))


def _download(connection: Connection, file: RunFile, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(scratch_name(target, file.digest[-12:]))
    held = hold(partial)
    if held is not None:
        try:
            return _gather(connection, file, partial, target)
        finally:
            os.close(held)
    # Another process is fetching the same file to the same place.
    own = beside(target)
    try:
        return _gather(connection, file, own, target)
    finally:
        own.unlink(missing_ok=True)


def _gather(connection: Connection, file: RunFile, partial: Path, target: Path) -> Path:
    """Fetch what `partial` lacks, and let it become `target`."""
    have = partial.stat().st_size if partial.is_file() else 0
    if have > file.size:
        have = 0
    if have < file.size or file.size == 0:
        timeout_s = 60 + file.size / _SLOWEST
        with (
            open(partial, "ab", opener=no_link) as out,
            connection.stream("GET", file.url, timeout_s=timeout_s, accept="*/*", first_byte=have) as response,
        ):
            if response.status_code != 206:
                out.truncate(0)
            for chunk in response.iter_bytes(_CHUNK):
                out.write(chunk)
    with partial.open("rb") as content:
        found, size = _digest(content)
    if file.digest and found != file.digest:
        partial.unlink()
        raise InvalidRequest(
            detail=f"{file.path} arrived damaged ({size} of {file.size} bytes, {found[:19]}…). Nothing was kept; try again."
        )
    partial.replace(target)
    return target


def _open(source: Path) -> BinaryIO:
    """Only a regular file: a FIFO would block for ever, a device never ends."""
    try:
        fd = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise NotFound(what="file", name=str(source)) from error
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise NotFound(what="regular file", name=str(source))
    return os.fdopen(fd, "rb")


def _digest(content: BinaryIO) -> tuple[str, int]:
    hasher, size = hashlib.sha256(), 0
    while chunk := content.read(_CHUNK):
        hasher.update(chunk)
        size += len(chunk)
    return f"sha256:{hasher.hexdigest()}", size


def _chunks(content: BinaryIO, size: int) -> Iterator[bytes]:
    """Exactly `size` bytes: a file that grew meanwhile is cut, one that shrank is filled with zeros and fails its digest."""
    left = size
    while left > 0:
        chunk = content.read(min(_CHUNK, left)) or bytes(min(_CHUNK, left))
        left -= len(chunk)
        yield chunk
