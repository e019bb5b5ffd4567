"""Places where a test may end the process or fail a call, named in the code where it would hurt most.

`ASSAY_FAILPOINTS=name:nth:action[,…]` is read once, at start: the nth time that `name` is reached, `kill` ends the process as
`kill -9` does, and the name of an error (`EIO`, `ENOSPC`) raises it, then and every time after. Without the variable a failpoint
is one comparison. Every name is listed in `NAMES`, so that a storm can go through them all."""

from __future__ import annotations

import errno
import os
import signal
import threading

import msgspec

from assay.wire.errors import InvalidRequest

VARIABLE = "ASSAY_FAILPOINTS"
NAMES = {
    "log.written": "frames are in the log, not synced",
    "log.synced": "frames are on the disk, nobody sees them yet",
    "seal.written": "a segment is whole, the catalogue does not name it",
    "seal.named": "the catalogue names a segment, its log is still there",
    "merge.written": "a merged segment is whole, the catalogue names the old ones",
    "merge.named": "the catalogue names the merged segment, the old files are still there",
    "unit.ready": "a unit of work is done, not committed",
    "unit.committed": "a unit of work is committed, nobody was told",
    "batch.kept": "a batch's rows are kept, its events are not applied",
    "blob.written": "a content is on the disk without its name",
    "blob.named": "a content has its name, the folder is not synced",
    "blobs.written": "a bundle of contents is on the disk without names",
    "blobs.named": "a bundle of contents has its names, the folders are not synced",
    "secrets.widened": "the seal has a new key beside the old one, nothing is sealed with it",
}


class _Point(msgspec.Struct):
    nth: int
    action: str
    reached: int = 0


def parse(text: str) -> dict[str, _Point]:
    """Raises InvalidRequest, quoting the part that is not `name:nth:action` of a known name."""
    points: dict[str, _Point] = {}
    for part in filter(None, text.split(",")):
        name, _, rest = part.partition(":")
        nth, _, action = rest.partition(":")
        is_action = action == "kill" or isinstance(getattr(errno, action, None), int)
        if name not in NAMES or not nth.isdecimal() or int(nth) < 1 or not is_action:
            raise InvalidRequest(
                detail=f"{part[:200]!r} (from ${VARIABLE}) is no failpoint; expected name:nth:action: nth counts from 1, the "
                f"action is kill or an error such as EIO, and the name is one of {', '.join(NAMES)}"
            )
        points[name] = _Point(int(nth), action)
    return points


_armed = parse(os.environ.get(VARIABLE, ""))
_lock = threading.Lock()


def reach(name: str) -> None:
    """Do what is asked for at this place; nothing, almost always."""
    if _armed and (point := _armed.get(name)) is not None:
        _act(point)


def _act(point: _Point) -> None:
    with _lock:
        point.reached += 1
        is_due = point.reached >= point.nth
    if is_due and point.action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if is_due:
        number = getattr(errno, point.action)
        raise OSError(number, os.strerror(number))
