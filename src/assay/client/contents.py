"""Artifact files kept on this machine by digest, so that the same content is fetched once: `~/.cache/assay/artifacts`.

Files handed out may be hard links of the ones here, so these are for reading alone. Whoever writes through one all the same is
noticed by the time of change: the file is hashed before it is given out again, and dropped if it is another content now. The
folder never stays above its cap: what was used longest ago goes first."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assay.client.digests import DigestCache
from assay.client.hashing import Hashed, Stamp, hash_file
from assay.client.linking import Links, place
from assay.client.locking import lock
from assay.client.places import cache_folder
from assay.wire import limits
from assay.wire.errors import InvalidRequest, PublicError

CAP_BYTES = 64 * 1024 * limits.MIB  # by default, and never more than a quarter of the disk
_SETTLED_S = 10  # seconds before now that a kept file says it was changed: any later write then shows
_UNFINISHED_S = 7 * 86_400
_BEING_WRITTEN_S = 3_600  # a short file under its first name that is younger may be another process' that is at it


@dataclass(frozen=True, slots=True)
class CacheUse:
    file_count: int
    size: int
    cap: int


class ContentCache:
    """Safe to share between threads and processes."""

    def __init__(self, digests: DigestCache, root: Path | None = None, cap_bytes: int | None = None) -> None:
        """Raises InvalidRequest for a cap that cannot be read."""
        self._digests = digests
        self._root = root or cache_folder() / "artifacts"
        self._cap_bytes = cap_bytes if cap_bytes is not None else _cap_from_environment()

    @property
    def root(self) -> Path:
        return self._root

    @property
    def cap_bytes(self) -> int:
        """What the folder may hold."""
        if self._cap_bytes >= 0:
            return self._cap_bytes
        try:
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            disk = os.statvfs(self._root)
        except OSError:
            return CAP_BYTES
        return min(CAP_BYTES, disk.f_frsize * disk.f_blocks // 4)

    def path(self, digest: str) -> Path:
        name = digest.removeprefix("sha256:")
        return self._root / "sha256" / name[:2] / name[2:]

    def find(self, digest: str, size: int) -> Path | None:
        """Where the content lies, if it does and still is what its name says."""
        path = self.path(digest)
        try:
            stamp = Stamp.of(path.stat())
        except OSError:
            return None
        known = self._digests.find([(str(path), stamp)]).get(str(path)) if stamp.size == size else None
        if known is None and stamp.size == size:
            try:
                known = hash_file(path)
            except PublicError:
                known = None
            else:
                self._digests.keep([(str(path), known)])
        if known is None or known.digest != digest:
            self._drop(path)
            return None
        with contextlib.suppress(OSError):
            os.utime(path, ns=(time.time_ns(), stamp.mtime_ns))
        return path

    def take(self, digest: str, size: int, target: Path, links: Links) -> bool:
        """Put the content at `target` if it is here. Raises OSError where the target cannot be written."""
        path = self.find(digest, size)
        if path is None:
            return False
        try:
            place(path, target, links=links)
        except FileNotFoundError:
            return False  # trimmed by another process in between, or the target's folder is gone: the caller finds out
        return True

    @contextlib.contextmanager
    def incoming(self, digest: str) -> Iterator[Path]:
        """A file to gather the content in: what an earlier try left, unless another process gathers it now."""
        folder = self._root / "incoming"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / digest.removeprefix("sha256:")
        fd = _locked(path)
        if fd is None:
            path = folder / f"{path.name}.{os.getpid()}-{time.monotonic_ns()}"
            fd = _locked(path)
        if fd is None:  # a file system without locks
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield path
        finally:
            os.close(fd)

    def keep(self, partial: Path, digest: str, size: int, blocks: Sequence[str] = ()) -> Hashed:
        """Take over a gathered and verified file. The caller remembers the answer under `path(digest)`, many at a time."""
        path = self.path(digest)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        settle(partial)
        partial.chmod(0o444)
        stamp = Stamp.of(partial.stat())  # under its new name another process may delete it at once
        partial.replace(path)
        return Hashed(digest, size, tuple(blocks), stamp)

    def keep_bytes(self, content: bytes, digest: str) -> Hashed:
        """Take in a verified content. The caller remembers the answer under `path(digest)`, many at a time."""
        path = self.path(digest)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        scratch = f"{path.parent}/.{secrets.token_hex(8)}"
        fd = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
        try:
            rest = memoryview(content)
            while rest:  # a disk that fills up takes a part of it without an error
                rest = rest[os.write(fd, rest) :]
            now_ns = time.time_ns()
            os.utime(fd, ns=(now_ns, now_ns - _SETTLED_S * 1_000_000_000))
            stamp = Stamp.of(os.fstat(fd))
            os.rename(scratch, path)  # noqa: PTH104 - once per file
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(scratch)  # noqa: PTH108
            raise
        finally:
            os.close(fd)
        return Hashed(digest, len(content), (), stamp)

    def use(self) -> CacheUse:
        found = list(self._files())
        return CacheUse(len(found), sum(size for _, size, _ in found), self.cap_bytes)

    def trim(self, cap_bytes: int | None = None) -> int:
        """Delete what was used longest ago until no more than the cap is left, and tries given up. Returns bytes freed."""
        cap = self.cap_bytes if cap_bytes is None else cap_bytes
        found = sorted(self._files())
        total, freed, gone = sum(size for _, size, _ in found), 0, []
        for _, size, path in found:
            if total - freed <= cap:
                break
            if self._drop(path):
                freed += size
                gone.append(str(path))
        self._digests.forget(gone)
        return freed + self._sweep(everything=cap == 0)

    def _sweep(self, *, everything: bool) -> int:
        freed = 0
        folder = self._root / "incoming"
        for path in folder.iterdir() if folder.is_dir() else ():
            try:
                info = path.stat()
                if everything or info.st_mtime < time.time() - _UNFINISHED_S:
                    fd = _locked(path)
                    if fd is not None:
                        path.unlink()
                        freed += info.st_size
                        os.close(fd)
            except OSError:
                continue
        return freed

    def _files(self) -> Iterator[tuple[int, int, Path]]:
        """(used at, size, path) of every content, and of what a process left that died while it wrote one."""
        base = self._root / "sha256"
        since_ns = time.time_ns() - _BEING_WRITTEN_S * 1_000_000_000
        if not base.is_dir():
            return
        for folder in os.scandir(base):
            for entry in os.scandir(folder.path) if folder.is_dir(follow_symlinks=False) else ():
                try:
                    info = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                if entry.name.startswith(".") and info.st_atime_ns > since_ns:
                    continue
                yield info.st_atime_ns, info.st_size, Path(entry.path)

    def _drop(self, path: Path) -> bool:
        try:
            path.unlink()
        except OSError:
            return False
        return True


def settle(path: Path) -> None:
    """Let a file that was just written and verified say that it changed a while ago: then any later write shows."""
    now_ns = time.time_ns()
    os.utime(path, ns=(now_ns, now_ns - _SETTLED_S * 1_000_000_000))


def _cap_from_environment() -> int:
    text = os.environ.get("ASSAY_CACHE_GB", "")
    if not text:
        return -1
    try:
        cap = float(text)
        if not 0 <= cap < 1e9:
            raise ValueError
    except ValueError as error:
        raise InvalidRequest(detail=f"ASSAY_CACHE_GB is {text!r}; expected gigabytes, as 50 or 0.5, or 0 to keep none") from error
    return int(cap * 1024 * limits.MIB)


def _locked(path: Path) -> int | None:
    """The file held open under a lock; None while another process has it, or it was renamed meanwhile."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if lock(fd, path):
            return fd
    except OSError:
        pass
    os.close(fd)
    return None
