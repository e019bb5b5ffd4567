"""Console lines in blocks: many at once as columns, cut out of the stored objects without making one object of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.server.adapters.metrics_segment.intake import CONSOLE_METRIC
from assay.server.adapters.metrics_segment.parts import Span, View
from assay.server.adapters.metrics_segment.rows import TIME_METRIC
from assay.server.adapters.metrics_segment.zones import SeriesReader
from assay.server.compute.lines import LineBlock

BLOCK_LINES = 32_768  # about what one stored block of a megabyte holds
_WORD = 8  # bytes of a label that fits a number

I64 = NDArray[np.int64]


def read_lines(view: View, lineage: list[Span], first: int, end: int) -> Iterator[LineBlock]:
    """Lines first … end in blocks, in order, without holes."""
    clock, reader = SeriesReader(view, lineage, TIME_METRIC), SeriesReader(view, lineage, CONSOLE_METRIC)
    for a in range(first, end, BLOCK_LINES):
        b = min(end, a + BLOCK_LINES)
        objects: list[bytes] = []
        for cut in reader.rows(a, b):
            objects += [cut.objects[place] for place in cut.bits.tolist()]
        if objects:
            yield _block(a, clock.points(a, b)[1], objects)


def _block(first: int, times: Any, objects: list[bytes]) -> LineBlock:
    """Each object is the msgpack array (stream, label, text) that `intake.console_piece` wrote: its head is read by columns and
    becomes the newlines between the texts."""
    lengths = np.fromiter(map(len, objects), dtype=np.int64, count=len(objects))
    data = bytearray().join(objects)
    body = np.frombuffer(data, dtype=np.uint8)
    ends = np.cumsum(lengths)
    offsets = ends - lengths
    # An array of three (0x93), then "stdout" or "stderr" as a short string: its fifth byte tells them apart.
    is_plain = bool((body[offsets] == 0x93).all() and (body[offsets + 1] == 0xA6).all())
    assert is_plain, "a console line was stored in another way than intake writes"
    streams = (body[offsets + 5] == ord("e")).astype(np.uint8)
    label_from, label_bytes = _string(body, offsets + 8)
    starts, text_bytes = _string(body, label_from + label_bytes)
    assert bool((starts + text_bytes == ends).all()), "a console line is longer than its text"
    labels, names = _labels(body, data, label_from, label_bytes)
    if b"\n" in data:  # within a line, or as the length of a text
        _blank_newlines(body, starts, ends)
    heads = starts - offsets
    for place in range(int(heads.max())):
        body[(offsets + place)[heads > place]] = 10
    return LineBlock(first, times, bytes(data), starts, ends, streams, labels, names)


def _string(body: NDArray[np.uint8], at: I64) -> tuple[I64, I64]:
    """(where the strings at `at` begin, their bytes)."""
    head = body[at]
    last = len(body) - 1
    one, two, three, four = (body[np.minimum(at + k, last)].astype(np.int64) for k in (1, 2, 3, 4))
    is_short, is_8, is_16 = (head & 0xE0) == 0xA0, head == 0xD9, head == 0xDA
    wide = (one << 8) | two
    sizes = np.where(is_short, head & 0x1F, np.where(is_8, one, np.where(is_16, wide, (wide << 16) | (three << 8) | four)))
    return at + np.where(is_short, 1, np.where(is_8, 2, np.where(is_16, 3, 5))), sizes.astype(np.int64)


def _labels(body: NDArray[np.uint8], data: bytearray, starts: I64, sizes: I64) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    longest = int(sizes.max())
    if longest == 0:
        return np.zeros(len(starts), dtype=np.int32), ("",)
    if longest <= _WORD:
        # Ranks have short names: as numbers they are told apart a thousand at a time.
        words = np.zeros(len(starts), dtype=np.uint64)
        for place in range(longest):
            letters = body[np.minimum(starts + place, len(body) - 1)].astype(np.uint64)
            words |= np.where(sizes > place, letters, 0).astype(np.uint64) << np.uint64(8 * place)
        found, labels = np.unique(words, return_inverse=True)
        return labels.astype(np.int32), tuple(int(word).to_bytes(8, "little").rstrip(b"\0").decode() for word in found)
    places: dict[bytes, int] = {}
    named = [places.setdefault(bytes(data[a : a + n]), len(places)) for a, n in zip(starts.tolist(), sizes.tolist(), strict=True)]
    return np.array(named, dtype=np.int32), tuple(name.decode() for name in places)


def _blank_newlines(body: NDArray[np.uint8], starts: I64, ends: I64) -> None:
    """A newline within a text would be two lines."""
    at = np.flatnonzero(body == 10)
    row = np.searchsorted(starts, at, side="right") - 1
    inside = (row >= 0) & (at < ends[np.maximum(row, 0)])
    body[at[inside]] = 32
