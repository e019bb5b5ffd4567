"""Run files, and the signed addresses their bytes travel by."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from litestar import Request, Response
from litestar.response import Stream

from assay.server.api.auth import PUBLIC
from assay.server.api.pool import in_thread
from assay.server.api.raw import body_pieces, whole_body
from assay.server.api.rest.media import page_answer
from assay.server.api.rest.paths import RUN, run_path
from assay.server.api.routing import get, post, put
from assay.server.compute import media_types
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire import limits
from assay.wire.errors import PublicError
from assay.wire.messages import runs as messages
from assay.wire.messages.files import FilePreview

_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")
_PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # an SVG has styles of its own; nothing in it runs
_UNCHANGING = "private, max-age=31536000, immutable"  # an address names a digest
_ASKED_AGAIN = "private, no-cache"  # kept, and used when the server says that it is still the same
_PIECE_BYTES = 1 << 20
_PATIENCE_S = 60  # seconds without a byte after which an upload is given up


class RangeRefused(PublicError):
    code = "range_refused"
    status = 416
    exit_code = 2
    text = "The range {range!r} is not within the file's {size} bytes."


@post(RUN + "/files", permission="run:write")
def draft_files(
    entity: str, project: str, run_id: str, data: messages.FilesDraft, actor: Actor, catalog: Catalog
) -> messages.FilesTickets:
    """Announce files: the answer says which contents are missing and where to put them. Then commit."""
    return catalog.files.draft(actor, run_path(entity, project, run_id), data)


@get(RUN + "/files", permission="run:read")
def list_files(
    entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog, cursor: str = "", limit: int = 1_000
) -> messages.FilePage:
    """A run's files by path, each with an address to read it from."""
    return catalog.files.list(actor, run_path(entity, project, run_id), cursor, limit)


@get(RUN + "/files/preview", permission="run:read")
def preview_file(entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog, path: str = "") -> FilePreview:
    """What is in a file of a run: text, rows, tensors, cells, bounded; and the address to read all of it from."""
    return catalog.files.preview(actor, run_path(entity, project, run_id), path)


@get(RUN + "/files.zip", permission="run:read")
def zip_files(entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog, under: str = "") -> Response[Any]:
    """A run's files as one zip file, or those below a folder."""
    return zip_answer(f"{run_id}.zip", catalog.files.archive(actor, run_path(entity, project, run_id), under))


def zip_answer(file_name: str, pieces: Iterator[bytes]) -> Response[Any]:
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
    }
    return Stream(pieces, headers=headers, media_type="application/zip")


@put("/blobs/{ticket:str}", permission=PUBLIC, accepts=frozenset({"application/octet-stream"}), status_code=204)
async def put_blob(ticket: str, request: Request[Any, Any, Any], catalog: Catalog) -> None:
    """Upload content by a signed address. It must be exactly what was announced."""
    opened = catalog.files.open_ticket("PUT", ticket)
    request.scope["body_limit"] = opened.size  # type: ignore[typeddict-unknown-key]
    if opened.size <= limits.BLOCK_BYTES:
        # A block fits into memory, and is handed over once instead of eight times.
        block = _Block(await whole_body(request, patience_s=_PATIENCE_S))
        await in_thread(catalog.files.receive, opened, cast(BinaryIO, block))
        return
    reader = _BodyReader(body_pieces(request, patience_s=_PATIENCE_S), asyncio.get_running_loop())
    try:
        await in_thread(catalog.files.receive, opened, cast(BinaryIO, reader))
    finally:
        reader.close()


@get("/blobs/{ticket:str}", permission=PUBLIC)
async def get_blob(
    ticket: str, request: Request[Any, Any, Any], catalog: Catalog, w: int = 0, page: bool = False
) -> Response[Any]:
    """Content by a signed address, whole or one range of it. Pictures, films and sounds (by their first bytes) are shown, all
    else is a download, never a page. With `w` a picture comes as WebP, at most about so many pixels wide; with `page` a logged
    HTML page comes as one, for a frame, with an origin of its own."""
    if w and not page:
        opened = await in_thread(catalog.files.open_ticket, "GET", ticket)
        kept = await in_thread(catalog.thumbnails.kept, opened, w)
        few = request.app.state.few["thumbnails"]
        return _thumbnail(kept if kept is not None else await few.call(catalog.thumbnails.read, opened, w))
    return await in_thread(_blob, ticket, request, catalog, is_page=page)


def _blob(ticket: str, request: Request[Any, Any, Any], catalog: Catalog, *, is_page: bool) -> Response[Any]:
    opened = catalog.files.open_ticket("GET", ticket)
    if is_page:
        return page_answer(opened, catalog)
    read = partial(catalog.files.read, opened)
    return content_answer(request, opened.size, opened.digest, opened.file_name, read, is_fixed=True)


def content_answer(
    request: Request[Any, Any, Any], size: int, digest: str, file_name: str, read: Callable[[int, int], Iterator[bytes]],
    *, is_fixed: bool,
) -> Response[Any]:  # fmt: skip
    """Bytes of users' files, whole or the range asked for. Only pictures, films and sounds are shown by a browser. `is_fixed`:
    the address always has this content; a browser asks about another one before it shows again what it has."""
    etag = f'"{digest}"'
    if not is_fixed and _names(request.headers.get("if-none-match"), etag):
        return Response(b"", status_code=304, headers={"cache-control": _ASKED_AGAIN, "etag": etag})
    # What its name does not ask to show is not looked at: most of what travels here are blocks of artifacts.
    is_looked_at = size > 0 and media_types.expected(file_name) != ""
    head = b"".join(read(0, min(size, media_types.HEAD_BYTES))) if is_looked_at else b""
    media_type = media_types.shown_as(file_name, head)
    # A part of this content is no use to who has the beginning of another one.
    is_other = "if-range" in request.headers and request.headers["if-range"] != etag
    start, end, is_part = _range(None if is_other else request.headers.get("range"), size)
    disposition = "inline" if media_type else "attachment"
    headers = {
        "content-disposition": f"{disposition}; filename*=UTF-8''{quote(file_name or 'file', safe='')}",
        "content-security-policy": _PICTURE if media_type else "default-src 'none'; sandbox",
        "cache-control": (_UNCHANGING if is_fixed else _ASKED_AGAIN) if media_type else "private, no-store",
        "accept-ranges": "bytes",
        "content-length": str(end - start),
        "etag": etag,
    }
    if is_part:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    media_type = media_type or "application/octet-stream"
    return Stream(read(start, end), status_code=206 if is_part else 200, headers=headers, media_type=media_type)


def _names(header: str | None, etag: str) -> bool:
    """Whether `etag` is among those of an If-None-Match."""
    return header is not None and any(each.strip().removeprefix("W/") in (etag, "*") for each in header.split(","))


def _thumbnail(content: bytes) -> Response[Any]:
    headers = {"content-security-policy": _PICTURE, "cache-control": _UNCHANGING, "content-disposition": "inline"}
    return Response(content, headers=headers, media_type="image/webp")


def _range(header: str | None, size: int) -> tuple[int, int, bool]:
    """(start, end, whether it is a part). One range is answered; several, or another unit, give the whole."""
    found = _RANGE.match(header) if header and len(header) < 60 else None
    if found is None or not any(found.groups()):
        return 0, size, False
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        raise RangeRefused(range=header, size=size)
    return start, end, True


class _Block:
    """Bytes in memory as a file, whose pieces are views of them."""

    def __init__(self, content: bytes | memoryview) -> None:
        self._content = memoryview(content)
        self._at = 0

    def read(self, size: int = -1) -> memoryview:
        start, self._at = self._at, len(self._content) if size < 0 else min(len(self._content), self._at + size)
        return self._content[start : self._at]


class _BodyReader:
    """A request's body as a file, for code in a thread. The event loop gathers the next piece while the thread works on the
    last one: handing over costs more than a network packet's worth of bytes."""

    def __init__(self, stream: AsyncIterator[bytes | memoryview], loop: asyncio.AbstractEventLoop) -> None:
        self._stream = stream
        self._loop = loop
        self._next: Future[bytes | memoryview] | None = None
        self._piece: bytes | memoryview = b""
        self._at = 0

    def read(self, size: int = -1) -> bytes | memoryview:
        """Up to `size` bytes, or a view of them where the body is long; as many as there are at once without one. None are left
        when it is empty."""
        if self._at == len(self._piece):
            future = self._next or self._gathering()
            self._piece, self._at = future.result(), 0
            self._next = self._gathering() if self._piece else None
        start, self._at = self._at, len(self._piece) if size < 0 else min(len(self._piece), self._at + size)
        return self._piece[start : self._at]

    def close(self) -> None:
        """Nothing more is wanted."""
        if self._next is not None:
            self._next.cancel()

    def _gathering(self) -> Future[bytes | memoryview]:
        return asyncio.run_coroutine_threadsafe(self._gather(), self._loop)

    async def _gather(self) -> bytes | memoryview:
        pieces: list[bytes | memoryview] = []
        size = 0
        while size < _PIECE_BYTES and (piece := await anext(self._stream, None)) is not None:
            pieces.append(piece)
            size += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


HANDLERS = [draft_files, list_files, preview_file, zip_files, put_blob, get_blob]
