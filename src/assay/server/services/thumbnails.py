"""Small pictures of contents: made once by a process apart, kept in a folder that may be emptied at any time."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path

from assay.server.compute import media_types
from assay.server.compute.thumbnailer import ANSWER, REQUEST
from assay.server.services.stores import Stores
from assay.server.services.tickets import Ticket
from assay.wire import limits
from assay.wire.errors import InvalidRequest, NotFound, PublicError, Unavailable

WIDTHS = (80, 160, 320, 640, limits.THUMBNAIL_SIDE)  # pixels; others are rounded up, so that few are kept
SOURCE_BYTES = 128 * limits.MIB  # bytes of a picture that a thumbnail is made of
CACHE_BYTES = 1024 * limits.MIB  # bytes of thumbnails kept on the disk; about 200,000 of them
_TIME_S = 20.0  # seconds one may take
_WORKERS = 2
_REASONS = 10_000  # contents that are known to give none
_ANSWER_BYTES = 16 * limits.MIB


class NoThumbnail(PublicError):
    code = "no_thumbnail"
    status = 422
    exit_code = 2
    text = "There is no thumbnail of this content: {detail}. The file itself is safe and can be saved."


class ThumbnailService:
    """Safe to share between threads. `read` gives bytes of a ticket's content; `folder` None: nothing is kept."""

    def __init__(self, stores: Stores, read: Callable[[Ticket, int, int], Iterator[bytes]], folder: Path | None) -> None:
        self._stores = stores
        self._read = read
        self._folder = folder
        self._workers = [_Worker() for _ in range(_WORKERS)]
        self._free = threading.Semaphore(_WORKERS)
        self._lock = threading.Lock()
        self._reasons: OrderedDict[tuple[str, str], str] = OrderedDict()

    def kept(self, ticket: Ticket, width: int) -> bytes | None:
        """As `read`, and soon: None where it has to be made first."""
        if not 1 <= width <= limits.THUMBNAIL_SIDE:
            raise InvalidRequest(detail=f"w is {width}; expected 1 to {limits.THUMBNAIL_SIDE} (THUMBNAIL_SIDE)")
        width = next(each for each in WIDTHS if each >= width)
        # What was deleted must not be shown from here.
        if not ticket.manifest and not self._stores.blobs.has(ticket.space, ticket.digest):
            raise NotFound(what="content", name=ticket.digest)
        kept = self._path(ticket, width)
        if kept is not None:
            with contextlib.suppress(OSError):
                content = kept.read_bytes()
                os.utime(kept)
                return content
        if (reason := self._reasons.get((ticket.space, ticket.digest))) is not None:
            raise NoThumbnail(detail=reason)
        return None

    def read(self, ticket: Ticket, width: int) -> bytes:
        """A WebP at most about `width` pixels wide; up to tens of seconds. Raises NoThumbnail, NotFound, InvalidRequest."""
        if (content := self.kept(ticket, width)) is not None:
            return content
        width = next(each for each in WIDTHS if each >= width)
        kept, known = self._path(ticket, width), (ticket.space, ticket.digest)
        try:
            made = self._make(ticket, width)
        except NoThumbnail as error:
            with self._lock:
                self._reasons[known] = error.fields["detail"]
                while len(self._reasons) > _REASONS:
                    self._reasons.popitem(last=False)
            raise
        if kept is not None:
            _keep(kept, made)
        return made

    def prune(self) -> int:
        """Forget the thumbnails used longest ago beyond CACHE_BYTES, and those of contents that are gone. Returns how many."""
        if self._folder is None or not self._folder.is_dir():
            return 0
        found: list[tuple[float, int, Path]] = []
        gone = 0
        for path in self._folder.glob("*/*"):
            with contextlib.suppress(OSError):
                info = path.stat()
                digest = f"sha256:{path.name.partition('-')[0]}"
                if path.suffix == ".webp" and self._is_there(path.parent.name, digest):
                    found.append((info.st_mtime, info.st_size, path))
                elif time.time() - info.st_mtime > 60:
                    path.unlink()
                    gone += 1
        over = sum(size for _, size, _ in found) - CACHE_BYTES
        for _, size, path in sorted(found):
            if over <= 0:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                over -= size
                gone += 1
        return gone

    def _is_there(self, space: str, digest: str) -> bool:
        """Whether the content is there, as far as one can know: what is in a place that does not let us in is not gone."""
        try:
            return self._stores.blobs.has(space, digest)
        except Unavailable:
            return True

    def close(self) -> None:
        for worker in self._workers:
            worker.stop()

    def _path(self, ticket: Ticket, width: int) -> Path | None:
        # Both come from our own signature, so neither can name another folder.
        return (
            self._folder / ticket.space / f"{ticket.digest.partition(':')[2]}-{width}.webp" if self._folder is not None else None
        )

    def _make(self, ticket: Ticket, width: int) -> bytes:
        head = b"".join(self._read(ticket, 0, min(ticket.size, media_types.HEAD_BYTES)))
        if media_types.sniffed(head) not in media_types.IMAGES:
            raise NoThumbnail(detail="it is no picture of a kind that is known (png, jpg, webp, gif, bmp, avif)")
        if ticket.size > SOURCE_BYTES:
            raise NoThumbnail(detail=f"it has {ticket.size} bytes; thumbnails are made of up to {SOURCE_BYTES}")
        content = b"".join(self._read(ticket, 0, ticket.size))
        with self._free:
            with self._lock:
                worker = self._workers.pop()
            try:
                status, answer = worker.ask(content, width)
            finally:
                with self._lock:
                    self._workers.append(worker)
        if status:
            raise NoThumbnail(detail=answer.decode(errors="replace"))
        return answer


class _Worker:
    """One process, started when it is first needed and again when it ended. For one caller at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, content: bytes, width: int) -> tuple[int, bytes]:
        """(0, WebP) or (1, the reason). Raises Unavailable where no process can be started."""
        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        until = time.monotonic() + _TIME_S
        try:
            # Nothing is answered before all is read, so the two pipes cannot wait for each other.
            _send(process.stdin.fileno(), REQUEST.pack(width, len(content)) + content, until)
            status, size = ANSWER.unpack(_receive(process.stdout.fileno(), ANSWER.size, until))
            if size > _ANSWER_BYTES:
                raise BrokenPipeError
            return status, _receive(process.stdout.fileno(), size, until)
        except TimeoutError:
            self.stop()
            return 1, f"it took longer than {_TIME_S:.0f} seconds".encode()
        except OSError:
            self.stop()
            return 1, b"the decoder of pictures failed on it"

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.stop()
        package = str(Path(__file__).resolve().parents[3])
        # It gets what Python needs to start, and none of the server's settings or secrets.
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "HOME") if name in os.environ}
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "assay.server.compute.thumbnailer"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0, cwd="/",
                env={**environment, "PYTHONPATH": package}, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise Unavailable(detail=f"Thumbnails cannot be made now: no process can be started ({error.strerror})") from error
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
        return self._process


def _send(fd: int, data: bytes, until: float) -> None:
    left = memoryview(data)
    while left:
        _wait(write=fd, until=until)
        with contextlib.suppress(BlockingIOError):
            left = left[os.write(fd, left) :]


def _receive(fd: int, size: int, until: float) -> bytes:
    found = bytearray()
    while len(found) < size:
        _wait(read=fd, until=until)
        with contextlib.suppress(BlockingIOError):
            piece = os.read(fd, size - len(found))
            if not piece:
                raise BrokenPipeError
            found += piece
    return bytes(found)


def _wait(*, read: int = -1, write: int = -1, until: float) -> None:
    """Raises TimeoutError. `poll`, because `select` knows no descriptor beyond 1,024 and a busy server has them."""
    poller = select.poll()
    poller.register(read if read >= 0 else write, select.POLLIN if read >= 0 else select.POLLOUT)
    if not poller.poll(max(0.0, until - time.monotonic()) * 1000):
        raise TimeoutError


def _keep(path: Path, content: bytes) -> None:
    """A disk that refuses costs only the time to make it again."""
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        scratch.write_bytes(content)
        scratch.replace(path)
