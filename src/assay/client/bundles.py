"""Many small files at once: one request announces them, their contents travel side by side, one request makes them the run's."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from assay.client import calls
from assay.client.http import Connection
from assay.client.transfer import LocalFile, Sent
from assay.wire import limits
from assay.wire.errors import NotFound, PublicError
from assay.wire.messages.runs import FileDraft, FilesDraft
from assay.wire.names import RunPath

FILE_BYTES = 8 * limits.MIB  # bytes; a longer file is sent by itself
FILES = 200  # files of one bundle
BYTES = 64 * limits.MIB  # bytes of one bundle; they are held in memory while it is sent
_SIDE_BY_SIDE = 4
_TIMEOUT_S = 180.0


def upload_many(connection: Connection, run: RunPath, files: Sequence[LocalFile]) -> dict[str, Sent | NotFound]:
    """Send them and make them the run's, by path what was sent, or that there is no such file. Raises what keeps one of them, or
    the whole bundle, from arriving; nothing is the run's then, and sending again moves only what is still missing."""
    outcome: dict[str, Sent | NotFound] = {}
    contents: dict[str, bytes] = {}
    drafts: list[FileDraft] = []
    for file in files:
        try:
            content, mtime_ns = _read(file)
        except NotFound as error:
            outcome[file.path] = error
            continue
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        contents[file.path] = content
        drafts.append(FileDraft(file.path, digest, len(content)))
        outcome[file.path] = Sent(digest, len(content), mtime_ns)
    if drafts:
        tickets = calls.draft_files(connection, run, FilesDraft(drafts)).tickets
        _put(connection, {ticket.upload_url: contents[ticket.path] for ticket in tickets if ticket.upload_url})
        calls.draft_files(connection, run, FilesDraft(drafts, commit=True))
    return outcome


def _put(connection: Connection, contents: dict[str, bytes]) -> None:
    def put(item: tuple[str, bytes]) -> PublicError | None:
        url, content = item
        try:
            connection.request("PUT", url, content=content, content_type="application/octet-stream", timeout_s=_TIMEOUT_S)
        except PublicError as error:
            return error
        return None

    with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="assay-put") as pool:
        failures = [error for error in pool.map(put, contents.items()) if error is not None]
    if failures:
        raise failures[0]


def _read(file: LocalFile) -> tuple[bytes, int]:
    """The content and its mtime. Only a regular file of a bundle's size: a FIFO would block for ever, a device never ends."""
    try:
        fd = os.open(file.source, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise NotFound(what="file", name=str(file.source)) from error
    with os.fdopen(fd, "rb") as content:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            raise NotFound(what="regular file", name=str(file.source))
        # One that grows meanwhile is sent as far as it was when it was looked at.
        return content.read(info.st_size), info.st_mtime_ns
