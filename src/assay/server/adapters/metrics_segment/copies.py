"""A copy of an open store, and a look at every checksum. The caller sees to it that nothing is sealed or merged meanwhile."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from assay.server.adapters.metrics_segment import log
from assay.server.adapters.metrics_segment.contents import Contents
from assay.server.adapters.metrics_segment.recovery import describe
from assay.wire.errors import Conflict


def copy(held: Contents, target: Path) -> None:
    """What the store holds at one moment, durable in the empty folder `target`; writing goes on."""
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise Conflict(detail=f"{target} is not empty; a snapshot needs a folder of its own.")
    for name in ("wal", "seg"):
        (target / name).mkdir()
    with held.lock:
        # Nothing is published while this lock is held: the catalogue and the log end at one moment.
        held.catalogue.copy(target / "catalogue.sqlite")
        segments = list(held.segments)
        sealed = held.catalogue.number("sealed_log", 0)
        logs = [path for path in sorted(held.log_folder.glob("*.wal")) if int(path.stem) > sealed]
        ends = {held.log.path: held.log.offset} if held.log is not None else {}
    for segment in segments:
        shutil.copyfile(segment.path, target / "seg" / segment.path.name)
    for path in logs:
        with path.open("rb") as source, (target / "wal" / path.name).open("wb") as copied:
            copied.write(source.read(ends.get(path, -1)))
    for path in sorted(target.rglob("*")):
        if path.is_file():
            with path.open("rb") as written:
                os.fsync(written.fileno())


def verify(held: Contents) -> list[str]:
    """One sentence per thing that is wrong."""
    with held.lock:
        segments = list(held.segments)
        active = held.log.path if held.log is not None else None
    wrong = [*held.catalogue.damages(), *held.catalogue.check()]
    for segment in segments:
        wrong += segment.verify()
    for path in sorted(held.log_folder.glob("*.wal")):
        if path != active:
            wrong += [describe(path, damage) for damage in log.scan(path).damages]
    return list(dict.fromkeys(wrong))
