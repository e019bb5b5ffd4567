"""A zip file made while it is sent."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterable, Iterator

from assay.server.domain.runs import RunFile

_GIB = 1 << 30


def zipped(files: Iterable[tuple[RunFile, Iterator[bytes]]]) -> Iterator[bytes]:
    """The archive in pieces. What is stored compressed already is not made smaller again, so the quickest level is taken."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file, pieces in files:
            when = time.gmtime(max(file.updated_at, 315_532_800))[:6]  # a zip file knows no time before 1980
            entry = zipfile.ZipInfo(file.path, when)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w", force_zip64=file.size > _GIB) as target:
                for piece in pieces:
                    target.write(piece)
                    if taken := sink.take():
                        yield taken
    yield sink.take()


class _Sink(io.RawIOBase):
    """Takes what the archive writes and forgets it when it was handed on. It cannot seek, so sizes follow their files."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(memoryview(data))  # type: ignore[arg-type]
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
