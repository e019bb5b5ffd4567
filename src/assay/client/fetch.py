"""Bring a version's files to this machine: from the local cache, else in parallel from where the server says, verified as they
arrive. A file is at its target whole or not at all; what an interrupted try had fetched is used by the next."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from assay.client import artifact_calls as calls
from assay.client.addresses import REFUSED_AGAIN_S, Addresses, is_refused
from assay.client.contents import ContentCache, settle
from assay.client.digests import SETTLED_NS, DigestCache
from assay.client.hashing import THREADS, Hashed, Stamp, digest_of, each, hash_file
from assay.client.http import Connection
from assay.client.linking import Links, beside, place, scratch_name
from assay.client.own_disk import refused, writing
from assay.client.publish import PACK_BYTES, SMALL_BYTES, Progress, check_path
from assay.client.transfer import hold, no_link
from assay.wire import limits
from assay.wire.errors import ContentDamaged, PublicError
from assay.wire.manifest import Entry
from assay.wire.names import ProjectPath, one_form

RECEIVERS = max(4, THREADS)
_ADDRESSES_AT_ONCE = 500
_TRIES = 3
KEPT = "Files that arrived whole stay there and are not fetched again."
KEPT_LONG = f"{KEPT} What came of this one is kept beside it for the next try."
_KEPT_OF_CACHE = f"{KEPT} That is the cache of this machine; ASSAY_CACHE_GB=0 does without it."


@dataclass(frozen=True, slots=True)
class VersionPath:
    """`ref` is a version or a digest, never an alias: that may move while the files are on their way."""

    project: ProjectPath
    name: str
    ref: str

    def __str__(self) -> str:
        return f"{self.project}/{self.name}:{self.ref}"


def chosen(paths: Sequence[str], pattern: str = "", prefix: str = "") -> list[str]:
    """The paths below the folder `prefix` (or that path itself) that match `pattern`: `*` within a folder, `**` across them."""
    prefix, pattern = one_form(prefix.strip("/")), one_form(pattern)
    below = [path for path in paths if not prefix or path == prefix or path.startswith(prefix + "/")]
    return [path for path in below if not pattern or matches(path, pattern)]


def matches(path: str, pattern: str) -> bool:
    """Whether the path matches, part by part: `**` stands for any folders, none among them. Without a `/` the name decides."""
    if "/" not in pattern and pattern != "**":
        return fnmatchcase(path.rpartition("/")[2], pattern)
    return _match(path.split("/"), pattern.strip("/").split("/"))


def fetch(
    connection: Connection,
    version: VersionPath,
    entries: Mapping[str, Entry],
    root: Path,
    *,
    digests: DigestCache,
    cache: ContentCache | None,
    links: Links = "auto",
    progress: Progress | None = None,
) -> None:
    """Put the entries below `root`; references are the caller's. What is there already and is right is left as it is.

    Raises InvalidName for a path that would leave `root`, ContentDamaged, DiskRefused, and what the server says."""
    fetcher = _Fetcher(connection, version, root, digests, cache, links, progress or Progress())
    try:
        fetcher.run({check_path(path): entry for path, entry in entries.items() if not entry.ref})
    except OSError as error:
        raise refused(error, root, KEPT) from error
    finally:
        fetcher.close()


class Reader:
    """Parts of files without downloading them. Keeps addresses and the block read last."""

    def __init__(self, connection: Connection, version: VersionPath) -> None:
        self._source = ContentSource(connection, version)
        self._last: tuple[str, bytes] = ("", b"")

    def read(self, entry: Entry, start: int, end: int) -> bytes:
        """The bytes from `start` to before `end`. A block that is read whole is verified."""
        start, end = max(0, start), min(end, entry.size)
        parts, at = [], start
        while at < end:
            index = at // limits.BLOCK_BYTES
            digest, size = entry.contents[index]
            first = at - index * limits.BLOCK_BYTES
            last = min(size, end - index * limits.BLOCK_BYTES)
            parts.append(self._part(digest, size, first, last))
            at = index * limits.BLOCK_BYTES + last
        return b"".join(parts)

    def close(self) -> None:
        self._source.close()

    def _part(self, digest: str, size: int, first: int, last: int) -> bytes:
        if self._last[0] == digest:
            return self._last[1][first:last]
        if last - first < size:
            return self._source.part(digest, first, last)
        self._last = (digest, self._source.whole(digest, size))
        return self._last[1]


class ContentSource:
    """Contents of one version by digest, verified. Safe to share between threads."""

    def __init__(self, connection: Connection, version: VersionPath) -> None:
        self._connection = connection
        self._version = version
        self._addresses = Addresses(connection)
        self._urls: dict[str, str] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        self._addresses.close()

    def prepare(self, digests: Sequence[str]) -> None:
        """Ask for many addresses at once; older ones are forgotten."""
        version = self._version
        for at in range(0, len(digests), _ADDRESSES_AT_ONCE):
            part = list(digests[at : at + _ADDRESSES_AT_ONCE])
            found = calls.content_addresses(self._connection, version.project, version.name, version.ref, part)
            with self._lock:
                self._urls.update({one.digest: one.url for one in found})

    def forget(self) -> None:
        with self._lock:
            self._urls.clear()

    def is_served(self, digest: str) -> bool:
        """Whether the server itself hands out the bytes, so that many small ones can come in one answer."""
        self.prepare([digest])
        return self._urls[digest].startswith("/")

    def packed(self, digests: list[str]) -> dict[str, bytes]:
        version = self._version
        return calls.get_packed(self._connection, version.project, version.name, version.ref, digests)

    def whole(self, digest: str, size: int) -> bytes:
        """Raises ContentDamaged if it arrives damaged time after time."""
        for _ in range(_TRIES):
            content = self._get(digest, size, 0, None)
            if len(content) == size and digest_of(content) == digest:
                return content
        raise ContentDamaged(
            what=f"A content of {self._version}",
            detail=f"{digest[:19]}… arrived {_TRIES} times as {len(content)} bytes that hash to {digest_of(content)[:19]}…",
            safe="Nothing of it was kept. Ask the server's admin to run `assay server verify`.",
        )

    def part(self, digest: str, start: int, end: int) -> bytes:
        return self._get(digest, end - start, start, end)

    def _get(self, digest: str, size: int, start: int, end: int | None) -> bytes:
        for tries_left in reversed(range(_TRIES)):
            url = self._urls.get(digest)
            if url is None:
                self.prepare([digest])
                url = self._urls[digest]
            try:
                return self._addresses.get(url, size, start, end)
            except PublicError as error:
                if not is_refused(error) or not tries_left:
                    raise
                if tries_left == 1:
                    time.sleep(REFUSED_AGAIN_S)
                with self._lock:
                    self._urls.pop(digest, None)  # it has expired
        raise AssertionError(digest)


class _Fetcher:
    def __init__(
        self, connection: Connection, version: VersionPath, root: Path, digests: DigestCache, cache: ContentCache | None,
        links: Links, progress: Progress,
    ) -> None:  # fmt: skip
        self._source = ContentSource(connection, version)
        self._root = root
        self._digests = digests
        self._cache = cache
        self._links: Links = links
        self._progress = progress
        self._fresh: list[tuple[str, Hashed]] = []
        self._cap = cache.cap_bytes if cache is not None else 0

    def close(self) -> None:
        self._digests.keep(self._fresh)
        self._source.close()
        if self._cache is not None and self._progress.sent:
            self._cache.trim()

    def run(self, entries: dict[str, Entry]) -> None:
        self._progress.add(files=len(entries), bytes=sum(entry.size for entry in entries.values()))
        for folder in {(self._root / path).parent for path in entries}:
            folder.mkdir(parents=True, exist_ok=True)
        wanted: dict[str, list[str]] = {}
        for path in self._absent(entries):
            wanted.setdefault(entries[path].digest, []).append(path)
        missing: list[tuple[Entry, list[str]]] = []
        for digest, paths in wanted.items():
            entry = entries[paths[0]]
            if not self._take(entry, paths):
                missing.append((entry, paths))
            del digest
        self._progress.add(to_send=sum(entry.size for entry, _ in missing))
        small = [one for one in missing if one[0].size <= SMALL_BYTES]
        short = [one for one in missing if not one[0].blocks and one[0].size > SMALL_BYTES]
        if small and self._source.is_served(small[0][0].digest):
            for _ in each(self._pack, _packs(small), threads=RECEIVERS):
                pass
        else:
            short = small + short
        for at in range(0, len(short), _ADDRESSES_AT_ONCE):
            part = short[at : at + _ADDRESSES_AT_ONCE]
            self._source.forget()
            self._source.prepare([entry.digest for entry, _ in part])
            for _ in each(lambda one: self._short(*one), part, threads=RECEIVERS):
                pass
        for entry, paths in missing:
            if entry.blocks:
                self._long(entry, paths)

    def _absent(self, entries: dict[str, Entry]) -> list[str]:
        """Paths whose file is not there, or not right."""
        stamps: dict[str, Stamp] = {}
        for path in entries:
            with suppress(OSError):
                info = os.lstat(self._root / path)
                if info.st_size == entries[path].size:
                    stamps[path] = Stamp.of(info)
        known = self._digests.find([(str(self._root / path), stamp) for path, stamp in stamps.items()])

        def is_right(path: str) -> bool:
            target = self._root / path
            one = known.get(str(target))
            if one is None:
                began_ns = time.time_ns()
                try:
                    one = hash_file(target)
                except PublicError:
                    return False
                if one.stamp.mtime_ns + SETTLED_NS < began_ns:
                    self._fresh.append((str(target), one))
            if one.digest != entries[path].digest:
                return False
            if self._links == "copy" and not _is_own(target):
                with writing(target, KEPT):
                    place(target, target, links="copy")
                self._fresh.append((str(target), replace(one, stamp=Stamp.of(target.stat()))))
            return True

        right = {path for path, answer in zip(stamps, each(is_right, stamps), strict=True) if answer} if stamps else set()
        self._progress.add(files_done=len(right))
        return [path for path in entries if path not in right]

    def _take(self, entry: Entry, paths: list[str]) -> bool:
        """From the cache, if it is there."""
        if self._cache is None:
            return False
        found = self._cache.find(entry.digest, entry.size)
        if found is None:
            return False
        try:
            self._place(found, entry, paths)
        except FileNotFoundError:
            return False
        return True

    def _place(self, source: Path, entry: Entry, paths: list[str]) -> None:
        for path in paths:
            target = self._root / path
            with writing(target, KEPT):
                place(source, target, links=self._links)
            self._placed(target, entry)

    def _placed(self, target: Path, entry: Entry) -> None:
        self._fresh.append((str(target), Hashed(entry.digest, entry.size, tuple(entry.blocks), Stamp.of(target.stat()))))
        self._progress.add(files_done=1)

    def _pack(self, pack: list[tuple[Entry, list[str]]]) -> None:
        """Small files that come in one answer."""
        contents = self._source.packed([entry.digest for entry, _ in pack])
        for entry, paths in pack:
            content = contents.pop(entry.digest, b"")
            if len(content) != entry.size or digest_of(content) != entry.digest:
                content = self._source.whole(entry.digest, entry.size)  # tries again, and says so if it is in vain
            self._write(entry, paths, content)

    def _short(self, entry: Entry, paths: list[str]) -> None:
        self._write(entry, paths, self._source.whole(entry.digest, entry.size))

    def _write(self, entry: Entry, paths: list[str], content: bytes) -> None:
        is_placed = False
        if self._is_cached(entry):
            assert self._cache is not None
            source = self._cache.path(entry.digest)
            with writing(source, _KEPT_OF_CACHE):
                kept = self._cache.keep_bytes(content, entry.digest)
            is_placed = self._place_kept(source, kept, entry, paths)
        if not is_placed:
            self._deliver_past_cache(entry, paths, lambda scratch: _write(scratch, content))
        self._progress.add(sent=entry.size)

    def _is_cached(self, entry: Entry) -> bool:
        return self._cache is not None and entry.size <= self._cap // 2

    def _long(self, entry: Entry, paths: list[str]) -> None:
        self._deliver(entry, paths, lambda scratch: self._gather(entry, scratch))

    def _deliver(self, entry: Entry, paths: list[str], fill: Callable[[Path], None]) -> None:
        """Have `fill` write the content, then let it appear at every path."""
        if self._is_cached(entry):
            assert self._cache is not None
            source = self._cache.path(entry.digest)
            with writing(source, _KEPT_OF_CACHE), self._cache.incoming(entry.digest) as partial:
                fill(partial)
                kept = self._cache.keep(partial, entry.digest, entry.size, entry.blocks)
            if self._place_kept(source, kept, entry, paths):
                return
        self._deliver_past_cache(entry, paths, fill)

    def _place_kept(self, source: Path, kept: Hashed, entry: Entry, paths: list[str]) -> bool:
        """Whether what the cache just took in could be placed: another process may have emptied it in between."""
        try:
            self._place(source, entry, paths)
        except FileNotFoundError:
            return False
        self._fresh.append((str(source), kept))
        return True

    def _deliver_past_cache(self, entry: Entry, paths: list[str], fill: Callable[[Path], None]) -> None:
        first = self._root / paths[0]
        with writing(first, KEPT_LONG if entry.blocks else KEPT), _scratch(first, entry) as scratch:
            fill(scratch)
            settle(scratch)
            scratch.replace(first)
        self._placed(first, entry)
        self._place_copies(first, entry, paths[1:])

    def _place_copies(self, source: Path, entry: Entry, paths: list[str]) -> None:
        for path in paths:
            with writing(self._root / path, KEPT):
                place(source, self._root / path, links="copy")
            self._placed(self._root / path, entry)

    def _gather(self, entry: Entry, scratch: Path) -> None:
        """Write the blocks that `scratch` lacks, each at its place."""
        fd = no_link(str(scratch), os.O_RDWR | os.O_CREAT)
        try:
            have = os.fstat(fd).st_size
            if have > entry.size:
                os.ftruncate(fd, 0)
                have = 0

            def bring(job: tuple[int, str, int]) -> None:
                at, digest, size = job
                if at + size <= have and digest_of(os.pread(fd, size, at)) == digest:
                    self._progress.add(to_send=-size)
                    return
                content = memoryview(self._source.whole(digest, size))
                written = 0
                while written < size:
                    written += os.pwrite(fd, content[written:], at + written)
                self._progress.add(sent=size)

            jobs = [(place * limits.BLOCK_BYTES, digest, size) for place, (digest, size) in enumerate(entry.contents)]
            for first in range(0, len(jobs), _ADDRESSES_AT_ONCE):
                part = jobs[first : first + _ADDRESSES_AT_ONCE]
                self._source.forget()
                self._source.prepare([digest for _, digest, _ in part])
                for _ in each(bring, part, threads=RECEIVERS):
                    pass
        finally:
            os.close(fd)


def _packs(small: list[tuple[Entry, list[str]]]) -> Iterator[list[tuple[Entry, list[str]]]]:
    """Groups of at most PACK_BYTES and _ADDRESSES_AT_ONCE files."""
    pack: list[tuple[Entry, list[str]]] = []
    size = 0
    for one in small:
        if pack and (size + one[0].size > PACK_BYTES or len(pack) >= _ADDRESSES_AT_ONCE):
            yield pack
            pack, size = [], 0
        pack.append(one)
        size += one[0].size
    if pack:
        yield pack


@contextmanager
def _scratch(target: Path, entry: Entry) -> Iterator[Path]:
    """Where to gather what becomes `target`. A long file keeps what it has for the next try, so its name must be found again,
    unless another process gathers the same file now."""
    held = None
    path = beside(target)
    if entry.blocks:
        kept = target.with_name(scratch_name(target, entry.digest[-12:]))
        held = hold(kept)
        path = path if held is None else kept
    try:
        yield path
    except BaseException:
        if held is None:
            path.unlink(missing_ok=True)
        raise
    finally:
        if held is not None:
            os.close(held)


def _is_own(path: Path) -> bool:
    """Whether writing to the file changes nothing but it: an earlier download may have left a link into the cache."""
    info = path.lstat()
    return stat.S_ISREG(info.st_mode) and info.st_nlink == 1 and bool(info.st_mode & stat.S_IWUSR)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _match(path: list[str], pattern: list[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_match(path[at:], pattern[1:]) for at in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and _match(path[1:], pattern[1:])
