"""Media of a run on this machine: `staged/` holds what waits, raw, to be encoded; `media/` what is ready to be sent.

A row names a run's file `media/images/x.png` before that file exists: `log()` writes the pixels to `staged/images/x.png` and goes
on. Whoever sends the run, or watches it offline, makes the file of them and removes what was staged. So a script that is killed
loses no picture, and encoding costs the training nothing. `docs/architecture/formats/staging.md` describes the bytes."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

Buffer = bytes | bytearray | memoryview

PREFIX = "media/"
_HEAD_BYTES_MAX = 4_096


class RawImage(msgspec.Struct, tag="image", frozen=True):
    """Rows of pixels from the top, without padding. Mode I;16B is gray in two bytes, the higher one first."""

    mode: Literal["L", "LA", "RGB", "RGBA", "I;16B"]
    width: int
    height: int
    format: str


class RawVideo(msgspec.Struct, tag="video", frozen=True):
    """Frames one after the other, each as an image of mode L, RGB or RGBA."""

    mode: Literal["L", "RGB", "RGBA"]
    width: int
    height: int
    frame_count: int
    fps: float
    format: str


class _Head(msgspec.Struct, frozen=True):
    size: int
    raw: RawImage | RawVideo
    version: int = 1


class NotStaged(Exception):
    """There is no whole staged content: `str(error)` says what is there instead."""


def is_media_path(path: str) -> bool:
    return path.startswith(PREFIX)


def staged_path(folder: Path, path: str) -> Path:
    """Where the raw content of the run's file `path` waits."""
    return folder / "staged" / path.removeprefix(PREFIX)


def media_path(folder: Path, path: str) -> Path:
    """Where the content of the run's file `path` lies, ready to be sent."""
    return folder / path


def stage(folder: Path, path: str, raw: RawImage | RawVideo, parts: Sequence[Buffer]) -> int:
    """Write what is to be encoded; it is there whole or not at all. Returns the bytes. Raises OSError."""
    target = staged_path(folder, path)
    head = msgspec.json.encode(_Head(sum(memoryview(part).nbytes for part in parts), raw)) + b"\n"
    scratch = target.with_name(target.name + ".part")
    size = write(scratch, [head, *parts])
    scratch.replace(target)
    return size


def write(target: Path, parts: Sequence[Buffer]) -> int:
    """A new file of `parts`, for its owner alone, with the folders above it. Returns the bytes. Raises OSError."""
    try:
        fd = _create(target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = _create(target)
    try:
        return sum(_write_all(fd, memoryview(part).cast("B")) for part in parts)
    except OSError:
        target.unlink(missing_ok=True)
        raise
    finally:
        os.close(fd)


def read(path: Path) -> tuple[RawImage | RawVideo, memoryview]:
    """What is staged in the file. Raises NotStaged, or FileNotFoundError."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(fd, "rb") as file:
        line = file.readline(_HEAD_BYTES_MAX)
        try:
            head = msgspec.json.decode(line, type=_Head)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise NotStaged("what was written of it cannot be read") from error
        if head.version != 1:
            raise NotStaged(f"a newer Assay staged it (format {head.version}); upgrade: pip install -U assay")
        # A head may say anything: what is allocated is what the file has.
        if os.fstat(fd).st_size - len(line) != head.size:
            raise NotStaged("only a part of it was written")
        content = file.read()
    if len(content) != head.size:
        raise NotStaged("only a part of it was written")
    return head.raw, memoryview(content)


def waiting(folder: Path) -> Iterator[str]:
    """The run's files whose content is staged, in the order of their names."""
    root = folder / "staged"
    for path in sorted(root.rglob("*")):
        if path.suffix != ".part" and path.is_file() and not path.is_symlink():
            yield PREFIX + path.relative_to(root).as_posix()


def staged_bytes(folder: Path) -> int:
    """Bytes that wait to be encoded."""
    total = 0
    for path in waiting(folder):
        try:
            total += staged_path(folder, path).stat().st_size
        except OSError:
            continue  # it was encoded meanwhile
    return total


def _create(target: Path) -> int:
    return os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _write_all(fd: int, data: memoryview) -> int:
    left = data
    while left:
        count = os.write(fd, left)
        if count == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left = left[count:]
    return len(data)
