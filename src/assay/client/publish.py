"""Make files a version of an artifact: hash them, ask what the server lacks, send that in parallel, commit.

Every step is safe to repeat, so whoever was interrupted begins again: digests come from the cache, contents that arrived are not
sent a second time, and a commit asked for twice is one. Memory stays flat however much there is."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial

from assay.client import artifact_calls as calls
from assay.client.addresses import REFUSED_AGAIN_S, Addresses, is_refused
from assay.client.digests import DigestCache
from assay.client.hashing import THREADS, Hashed, Stamp, check_unchanged, each, fill, hash_file, open_regular
from assay.client.http import Connection
from assay.wire import limits
from assay.wire.errors import FileChanged, InvalidName, InvalidRequest, NotFound, PublicError, TooLarge
from assay.wire.manifest import Entry, Manifest
from assay.wire.messages.artifacts import ArtifactVersion, DraftRequest, EntriesPage, MissingContent
from assay.wire.names import ProjectPath, is_entry_path

SENDERS = 6  # contents on their way at once, some of which wait for the disk; each takes a block of memory
PACK_BYTES = 8 * limits.MIB  # small contents that travel in one request
SMALL_BYTES = 2 * limits.MIB  # a content that is packed with others where the server takes the bytes itself
_TINY_BYTES = 64 * limits.KIB  # and where an object store does: below it, a request of its own costs more than the way round
_PAGE_BYTES = 64 * limits.MIB  # read since the last question to the server; so that sending begins while hashing goes on
_ADDRESS_TRIES = 3


@dataclass(frozen=True, slots=True)
class LocalFile:
    """`path` in the artifact, `source` on this machine. `stamp`: what the file was when it was added, if that must hold.

    Paths are text here: ten thousand Path objects cost more than all else that is done with files which are known."""

    path: str
    source: str
    stamp: Stamp | None = None


@dataclass(slots=True)
class Progress:
    """How far a transfer is, for people. `hashed` counts bytes whose digest is known, `read` those that had to be read for it,
    `sent` what travelled of `to_send`."""

    files: int = 0
    files_done: int = 0
    bytes: int = 0
    hashed: int = 0
    read: int = 0
    sent: int = 0
    to_send: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, **counts: int) -> None:
        with self.lock:
            for name, count in counts.items():
                setattr(self, name, getattr(self, name) + count)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the bytes of a content lie on this machine."""

    source: str
    offset: int
    stamp: Stamp


def publish(
    connection: Connection,
    project: ProjectPath,
    request: DraftRequest,
    files: Sequence[LocalFile],
    *,
    references: Mapping[str, Entry] | None = None,
    removed: Sequence[str] = (),
    base: Manifest | None = None,
    digests: DigestCache | None = None,
    progress: Progress | None = None,
    commit: bool = True,
    before_commit: Callable[[str], None] | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> ArtifactVersion | None:
    """The version that holds the files: a new one, or the one that has the same content. None without `commit`.

    `base`: the manifest that `request.base` names; `removed`: its paths to leave out. `before_commit` hears the draft's id once
    all of it is there: what is left is `commit_draft`, which is one however often it is asked for. Raises InvalidName, NotFound,
    FileChanged, Stopped, and what the server says."""
    progress = progress or Progress()
    digests = digests or DigestCache()
    references = references or {}
    _check_paths([*(file.path for file in files), *references], len(base.entries) if base is not None else 0)
    added: dict[str, Entry] = {}
    draft = calls.open_draft(connection, project, request)
    with _Sender(connection, project, draft.id, progress, is_stopped) as sender:
        for page in _pages(_entries(files, digests, progress, sender), references, removed):
            sender.add(page)
            added.update(page.add)
    if not commit:
        return None
    if before_commit is not None:
        before_commit(draft.id)
    digest = (base or Manifest({})).changed(added, list(removed)).digest
    return calls.commit_draft(connection, project, draft.id, "" if request.shared_id else digest)


def staying_text(version: ArtifactVersion) -> str:
    """Which of the aliases asked for do not point at the version, for people; empty where all do."""
    names = ", ".join(version.frozen_aliases)
    if not names:
        return ""
    return (
        f"{version.path} is there, but {names} stayed where it was: what the version came of was marked as bad and freezes the "
        f"alias, or the version has as many aliases as it can ({limits.ALIASES})."
    )


class Stopped(Exception):
    """Somebody asked the transfer to stop. What was sent is kept."""


def hash_all(files: Sequence[LocalFile], digests: DigestCache, progress: Progress | None = None) -> Iterator[Hashed]:
    """Digests of the files in order, from the cache or by reading them in threads. Raises NotFound, FileChanged."""
    progress = progress or Progress()
    with (
        ThreadPoolExecutor(THREADS, thread_name_prefix="assay-blocks") as beside,
        # Each long file is hashed by two threads. In their order, for what is known can be sent while the next is hashed.
        ThreadPoolExecutor(max(1, THREADS // 2), thread_name_prefix="assay-long") as in_turn,
    ):
        hash_now = partial(hash_file, beside=beside, on_bytes=lambda count: progress.add(hashed=count, read=count))
        for at in range(0, len(files), limits.ENTRIES_PER_PAGE):
            part = files[at : at + limits.ENTRIES_PER_PAGE]
            began_ns = time.time_ns()
            stamps = [_stamp(file) for file in part]
            known = digests.find([(file.source, stamp) for file, stamp in zip(part, stamps, strict=True)])
            progress.add(files=len(part), bytes=sum(stamp.size for stamp in stamps))
            sizes = {file.source: stamp.size for file, stamp in zip(part, stamps, strict=True)}
            fresh: list[tuple[str, Hashed]] = []

            def read(file: LocalFile, sizes: Mapping[str, int] = sizes) -> Hashed:
                if sizes[file.source] <= limits.BLOCK_BYTES:
                    return hash_now(file.source)
                return in_turn.submit(hash_now, file.source).result()

            # What is known needs no threads: ten thousand of them would take a second in a pool.
            answers = each(read, [file for file in part if file.source not in known])
            try:
                for file in part:
                    one = known.get(file.source)
                    if one is None:
                        one = next(answers)
                        fresh.append((file.source, one))
                    else:
                        progress.add(hashed=one.size)
                    if file.stamp is not None and one.stamp != file.stamp:
                        raise FileChanged(path=file.source, detail="it is not what it was when it was added")
                    progress.add(files_done=1)
                    yield one
            finally:
                digests.keep(fresh, now_ns=began_ns)


def entry_of(hashed: Hashed) -> Entry:
    return Entry(hashed.digest, hashed.size, list(hashed.blocks))


class _Room(threading.local):
    """Each thread's own memory for what it sends, used again and again: new pages for every block would cost as much as hashing
    what is in them."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def of(self, size: int) -> memoryview:
        if len(self._bytes) < size:
            self._bytes = bytearray(size)
        return memoryview(self._bytes)[:size]


class _Sender:
    """Sends what the server lacks of the pages it is given. Leaving it waits until all is sent; an error stops the rest."""

    def __init__(
        self, connection: Connection, project: ProjectPath, draft_id: str, progress: Progress, is_stopped: Callable[[], bool]
    ) -> None:
        self._connection = connection
        self._project = project
        self._draft_id = draft_id
        self._progress = progress
        self._is_stopped = is_stopped
        self._addresses = Addresses(connection)
        self._room = _Room()
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="assay-send")
        self._running: set[Future[None]] = set()
        self._places: dict[str, _Place] = {}
        self._owners: dict[str, tuple[str, Entry]] = {}
        self._asked: set[str] = set()

    def __enter__(self) -> _Sender:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._settle(0)
        finally:
            for future in self._running:
                future.cancel()
            self._pool.shutdown(wait=True)
            self._addresses.close()

    def note(self, file: LocalFile, hashed: Hashed) -> None:
        """The contents of this file can be read there."""
        names = hashed.blocks or (hashed.digest,)
        for place, digest in enumerate(names):
            self._places.setdefault(digest, _Place(file.source, place * limits.BLOCK_BYTES, hashed.stamp))

    def add(self, page: EntriesPage) -> None:
        self._check()
        missing = [
            one
            for one in calls.add_entries(self._connection, self._project, self._draft_id, page)
            if one.digest not in self._asked
        ]
        self._asked.update(one.digest for one in missing)
        self._progress.add(to_send=sum(one.size for one in missing))
        if missing:
            wanted = {one.digest for one in missing}
            for path, entry in page.add.items():
                self._owners.update((digest, (path, entry)) for digest, _ in entry.contents if digest in wanted)
        pack: list[MissingContent] = []
        packed_bytes = 0
        for one in missing:
            if one.size > (SMALL_BYTES if one.url.startswith("/") else _TINY_BYTES):
                self._start(lambda one=one: self._send(one))  # type: ignore[misc]
                continue
            if packed_bytes + one.size > PACK_BYTES:
                self._start(lambda pack=pack: self._send_pack(pack))  # type: ignore[misc]
                pack, packed_bytes = [], 0
            pack.append(one)
            packed_bytes += one.size
        if pack:
            self._start(lambda: self._send_pack(pack))

    def _start(self, work: Callable[[], None]) -> None:
        self._settle(2 * SENDERS)
        self._running.add(self._pool.submit(work))

    def _settle(self, at_most: int) -> None:
        """Wait until no more than so many transfers are under way; raise what failed."""
        while len(self._running) > at_most:
            self._check()
            done, self._running = wait(self._running, timeout=1.0, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()

    def _check(self) -> None:
        if self._is_stopped():
            raise Stopped

    def _send(self, one: MissingContent) -> None:
        self._check()
        room = self._room.of(one.size)
        place = self._read(one, room)
        for tries_left in reversed(range(_ADDRESS_TRIES)):
            try:
                self._addresses.put(one.url, room, one.headers)
                break
            except PublicError as error:
                self._explain(one, place, error)
                if not is_refused(error) or not tries_left:
                    raise
                if tries_left == 1:
                    time.sleep(REFUSED_AGAIN_S)
                one = self._address_again(one)
        self._progress.add(sent=one.size)

    def _address_again(self, one: MissingContent) -> MissingContent:
        """The address has run out. The same entry once more changes nothing and is answered with a new one."""
        path, entry = self._owners[one.digest]
        for fresh in calls.add_entries(self._connection, self._project, self._draft_id, EntriesPage({path: entry})):
            if fresh.digest == one.digest:
                return fresh
        return one

    def _send_pack(self, pack: list[MissingContent]) -> None:
        self._check()
        if len(pack) == 1:
            self._send(pack[0])
            return
        heads = [calls.content_head(one.digest, one.size) for one in pack]
        room, at = self._room.of(sum(map(len, heads)) + sum(one.size for one in pack)), 0
        for head, one in zip(heads, pack, strict=True):
            start = at + len(head)
            room[at:start], at = head, start + one.size
            self._read(one, room[start:at])
        try:
            calls.put_contents(self._connection, self._project, self._draft_id, room)
        except PublicError as error:
            for one in pack:
                self._explain(one, self._places[one.digest], error)
            raise
        self._progress.add(sent=sum(one.size for one in pack))

    def _read(self, one: MissingContent, room: memoryview) -> _Place:
        """Put the content into `room`, which is as long as it is. Raises NotFound, FileChanged."""
        place = self._places.get(one.digest)
        if place is None:
            path, _ = self._owners[one.digest]
            raise InvalidRequest(
                detail=f"The content of {path} is neither on this machine nor known to {self._project.entity}: the draft began "
                "with a version of another team. Copy that version first (assay artifact cp), and make the draft from the copy"
            )
        fd = open_regular(place.source)
        try:
            count = fill(fd, room, place.offset)
            check_unchanged(place.source, place.stamp, os.fstat(fd))
        finally:
            os.close(fd)
        if count != one.size:
            raise FileChanged(path=place.source, detail=f"{count} of {one.size} bytes were left of a part")
        return place

    def _explain(self, one: MissingContent, place: _Place, error: PublicError) -> None:
        """If the server found other bytes than were named, the reason lies here: the file, or the way to the server."""
        if type(error).status != 422:
            return
        check_unchanged(place.source, place.stamp, os.stat(place.source))  # noqa: PTH116
        again = hash_file(place.source)
        if one.digest not in (again.digest, *again.blocks):
            raise FileChanged(path=place.source, detail="it was written to without a new time of change") from error


def _stamp(file: LocalFile) -> Stamp:
    try:
        return Stamp.of(os.stat(file.source))  # noqa: PTH116
    except OSError as error:
        raise NotFound(what=f"file that can be read ({error.strerror})", name=file.source) from error


def _entries(
    files: Sequence[LocalFile], digests: DigestCache, progress: Progress, sender: _Sender
) -> Iterator[tuple[str, Entry, int]]:
    """(path, entry, bytes that had to be read for it)."""
    before = progress.read
    for file, hashed in zip(files, hash_all(files, digests, progress), strict=True):
        sender.note(file, hashed)
        now = progress.read
        yield file.path, entry_of(hashed), now - before
        before = now


def _pages(
    entries: Iterator[tuple[str, Entry, int]], references: Mapping[str, Entry], removed: Sequence[str]
) -> Iterator[EntriesPage]:
    page, read = EntriesPage(remove=list(removed[: limits.ENTRIES_PER_PAGE])), 0
    for at in range(limits.ENTRIES_PER_PAGE, len(removed), limits.ENTRIES_PER_PAGE):
        yield page
        page = EntriesPage(remove=list(removed[at : at + limits.ENTRIES_PER_PAGE]))
    for path, entry, count in _chain(entries, references):
        if len(page.add) + len(page.remove) >= limits.ENTRIES_PER_PAGE:
            yield page
            page, read = EntriesPage(), 0
        page.add[path] = entry
        read += count
        if read >= _PAGE_BYTES:
            yield page
            page, read = EntriesPage(), 0
    if page.add or page.remove:
        yield page


def _chain(
    entries: Iterator[tuple[str, Entry, int]], references: Mapping[str, Entry]
) -> Iterator[tuple[str, Entry, int]]:  # fmt: skip
    yield from entries
    for path, entry in references.items():
        yield path, entry, 0


def _check_paths(paths: Sequence[str], known: int) -> None:
    count, seen = known, set(paths)
    for path in paths:
        check_path(path)
        count += 1
        folder = path
        while folder := folder.rpartition("/")[0]:
            if folder in seen:
                raise InvalidRequest(detail=f"{folder} is to be a file, and a folder that holds {path}. Name one of them anew.")
    if count > limits.ENTRY_COUNT:
        raise TooLarge(what="An artifact version", actual=f"{count} entries", limit=limits.ENTRY_COUNT, name="ENTRY_COUNT")


def check_path(path: str) -> str:
    """The path as it stands in an artifact. Raises InvalidName."""
    if not is_entry_path(path):
        shown = path if len(path) <= 200 else f"{path[:200]}…"
        raise InvalidName(
            what="path in an artifact",
            text=shown,
            expected=f"up to {limits.ENTRY_PATH_BYTES} bytes, relative, / between parts; a part is printable, without \\ and :, "
            "does not end in a space or a dot, and is no device of Windows (con, nul, aux, …)",
        )
    return path
