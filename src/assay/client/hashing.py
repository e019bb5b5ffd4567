"""SHA-256 of files in threads. A file is read once for both of its names: the digest of the whole, and of each block.

Nothing here trusts a file to hold still: what changes while it is read is an error that says so, never a wrong digest."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from assay.wire import limits
from assay.wire.errors import FileChanged, NotFound

THREADS = max(2, min(8, os.cpu_count() or 2))
_READ_BYTES = limits.MIB  # of a short file at a time
_WINDOW = 4  # results per thread that may wait to be taken

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file system says of a file without reading it. A file whose stamp is as it was is taken to be as it was."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, info: os.stat_result) -> Stamp:
        return cls(info.st_size, info.st_mtime_ns, info.st_ino)


@dataclass(frozen=True, slots=True)
class Hashed:
    """`blocks` are empty for a file of one block. `stamp` is from before and after reading."""

    digest: str
    size: int
    blocks: tuple[str, ...]
    stamp: Stamp


def digest_of(content: bytes | memoryview) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def open_regular(path: Path | str) -> int:
    """A file descriptor of a regular file; a FIFO would block for ever, a device never ends. Raises NotFound."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise NotFound(what=f"file that can be read ({error.strerror})", name=str(path)) from error
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise NotFound(what="regular file", name=str(path))
    return fd


def hash_file(path: Path | str, *, beside: Executor | None = None, on_bytes: Callable[[int], None] | None = None) -> Hashed:
    """Both names of a file. `beside`: threads for the blocks of long files, so that one of them uses two processors.
    `on_bytes` hears how many more bytes were read. Raises NotFound, FileChanged."""
    fd = open_regular(path)
    try:
        before = Stamp.of(os.fstat(fd))
        if before.size <= limits.BLOCK_BYTES:
            digest, size = _hash_short(fd, before.size)
            blocks: tuple[str, ...] = ()
            if on_bytes is not None:
                on_bytes(size)
        else:
            digest, size, blocks = _hash_long(fd, beside, on_bytes)
        check_unchanged(path, before, os.fstat(fd), size)
    finally:
        os.close(fd)
    return Hashed(digest, size, blocks, before)


def check_unchanged(path: Path | str, before: Stamp, info: os.stat_result, size: int | None = None) -> None:
    """Raises FileChanged unless the file still is as `before` says, and `size` bytes of it were read."""
    after = Stamp.of(info)
    if size is not None and size != before.size:
        raise FileChanged(path=path, detail=f"it had {before.size} bytes at first and {size} were read")
    if after.size != before.size:
        raise FileChanged(path=path, detail=f"its size went from {before.size} to {after.size} bytes")
    if after.mtime_ns != before.mtime_ns:
        raise FileChanged(path=path, detail="it was written to")
    if after.inode != before.inode:
        raise FileChanged(path=path, detail="another file took its place")


def each(work: Callable[[T], R], items: Iterable[T], *, threads: int = THREADS) -> Iterator[R]:
    """`work` on every item, in threads, answers in order. The first error ends it: what has not begun is not done any more."""
    with ThreadPoolExecutor(threads, thread_name_prefix="assay-transfer") as pool:
        waiting: list[Future[R]] = []
        source = iter(items)
        stop = threading.Event()

        def guarded(item: T) -> R:
            if stop.is_set():
                raise _Stopped
            return work(item)

        try:
            for item in source:
                waiting.append(pool.submit(guarded, item))
                if len(waiting) >= threads * _WINDOW:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            stop.set()


class _Stopped(Exception):
    """Work that was not begun any more; nobody sees it."""


def _hash_short(fd: int, size: int) -> tuple[str, int]:
    hasher, total = hashlib.sha256(), 0
    view = memoryview(_buffers(1)[0])[:_READ_BYTES]
    while count := fill(fd, view, total):
        hasher.update(view[:count])
        total += count
        if total > size or count < len(view):
            break
    return f"sha256:{hasher.hexdigest()}", total


def _hash_long(fd: int, beside: Executor | None, on_bytes: Callable[[int], None] | None) -> tuple[str, int, tuple[str, ...]]:
    whole, total = hashlib.sha256(), 0
    blocks: list[str | Future[str]] = []
    buffers = _buffers(2 if beside is not None else 1)
    users: list[Future[str] | None] = [None] * len(buffers)
    while True:
        turn = len(blocks) % len(buffers)
        if (user := users[turn]) is not None:
            user.result()  # the buffer is free again
        view = memoryview(buffers[turn])
        count = fill(fd, view, total)
        if not count:
            break
        block = view[:count]
        if beside is None:
            blocks.append(digest_of(block))
        else:
            users[turn] = future = beside.submit(digest_of, block)
            blocks.append(future)
        whole.update(block)
        total += count
        if on_bytes is not None:
            on_bytes(count)
    names = tuple(block if isinstance(block, str) else block.result() for block in blocks)
    return f"sha256:{whole.hexdigest()}", total, names if len(names) > 1 else ()


_kept = threading.local()


def _buffers(count: int) -> list[bytearray]:
    """This thread's blocks to read into: new ones for every file would cost as much as hashing a part of it."""
    found: list[bytearray] = getattr(_kept, "buffers", [])
    while len(found) < count:
        found.append(bytearray(limits.BLOCK_BYTES))
    _kept.buffers = found
    return found[:count]


def fill(fd: int, view: memoryview, at: int) -> int:
    """Read from byte `at` on until `view` is full or the file ends. Returns how many bytes there were."""
    total = 0
    while total < len(view):
        count = os.preadv(fd, [view[total:]], at + total)
        if not count:
            break
        total += count
    return total
