"""Logs: a torn tail is left out, damage before what was durable is named, a refused group leaves nothing."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from assay.server.adapters.metrics_segment import log
from assay.server.adapters.metrics_segment.files import Files
from assay.server.adapters.metrics_segment.log import LogWriter, scan
from assay.wire.errors import Unavailable


def written(folder: Path, *groups: list[bytes]) -> tuple[Path, list[int]]:
    """A log of groups of batch frames, and where each group ends."""
    writer = LogWriter(Files(), folder, 1, b"s" * 16, 1 << 12)
    ends = []
    for group in groups:
        writer.append([(log.BATCH, payload) for payload in group])
        ends.append(writer.offset)
    writer.close()
    return writer.path, ends


def payloads(path: Path) -> list[bytes]:
    return [payload for _, payload in scan(path).frames]


def test_frames_come_back_in_order_with_their_kind(tmp_path: Path) -> None:
    writer = LogWriter(Files(), tmp_path, 1, b"s" * 16, 1 << 12)
    writer.append([(log.NAMES, b"names"), (log.BATCH, b"")])
    writer.close()
    found = scan(writer.path)
    assert found.frames == [(log.NAMES, b"names"), (log.BATCH, b"")]
    assert (found.end, found.damages) == (writer.offset, [])
    assert writer.path.stat().st_size == writer.offset


def test_a_log_that_outgrows_its_reserve_goes_on(tmp_path: Path) -> None:
    path, _ = written(tmp_path, *([bytes([n]) * 3_000] for n in range(5)))
    assert payloads(path) == [bytes([n]) * 3_000 for n in range(5)]


def test_a_tail_torn_anywhere_is_left_out(tmp_path: Path) -> None:
    path, ends = written(tmp_path, [b"first"], [b"second"])
    whole = path.read_bytes()
    for size in range(ends[0], ends[1]):
        path.write_bytes(whole[:size])
        assert payloads(path) == [b"first"]
        assert scan(path).damages == []


def test_a_byte_changed_before_what_was_durable_is_damage(tmp_path: Path) -> None:
    path, ends = written(tmp_path, [b"first"], [b"second"], [b"third"])
    changed = bytearray(path.read_bytes())
    changed[ends[0] + log.FRAME_HEADER_BYTES] ^= 1
    path.write_bytes(changed)
    found = scan(path)
    assert [payload for _, payload in found.frames] == [b"first", b"third"]
    assert [(damage.first, damage.last) for damage in found.damages] == [(ends[0], ends[1])]


def test_a_byte_changed_in_the_last_group_is_a_torn_tail(tmp_path: Path) -> None:
    path, ends = written(tmp_path, [b"first"], [b"second", b"third"])
    changed = bytearray(path.read_bytes())
    changed[ends[0] + log.FRAME_HEADER_BYTES] ^= 1
    path.write_bytes(changed)
    assert payloads(path) == [b"first"]
    assert scan(path).damages == []


def test_a_log_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path, _ = written(tmp_path, [b"first"])
    changed = bytearray(path.read_bytes())
    changed[8] = 9
    path.write_bytes(changed)
    with pytest.raises(Unavailable, match="newer"):
        scan(path)


class FullDisk(Files):
    """Refuses to write once, after having written half."""

    def __init__(self) -> None:
        self.is_full = False

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        if self.is_full:
            self.is_full = False
            super().write(fd, memoryview(data)[: len(data) // 2], offset)
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(fd, data, offset)


def test_a_group_that_was_refused_is_not_there_when_the_next_is(tmp_path: Path) -> None:
    files = FullDisk()
    writer = LogWriter(files, tmp_path, 1, b"s" * 16, 1 << 12)
    writer.append([(log.BATCH, b"first")])
    files.is_full = True
    with pytest.raises(OSError, match="No space"):
        writer.append([(log.BATCH, b"refused"), (log.BATCH, b"refused too")])
    writer.append([(log.BATCH, b"second")])
    writer.close()
    assert payloads(writer.path) == [b"first", b"second"]
