"""Rows that a training and an evaluation set share. Rows are compared as texts of their columns, so that a number in a CSV file
and the same number in a Parquet file are one; each row is kept as eight bytes of a hash, of which two alike by chance are one in
a million for five million rows on either side."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.blob_file import Read
from assay.server.compute.table_rows import Table, Unreadable, texts_of

UInt64 = NDArray[np.uint64]
_SEPARATOR, _NOTHING = "\x1f", "\x00"


def columns_of(path: str, size: int, read: Read) -> list[str]:
    """The names of a file's columns. Raises Unreadable."""
    return list(Table(path, size, read).columns)


def row_hashes(path: str, size: int, read: Read, columns: Sequence[str]) -> Iterator[UInt64]:
    """A hash for each row of the file, over `columns` in the order given, in parts. Raises Unreadable."""
    table = Table(path, size, read)
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise Unreadable(f"it has no column {missing[0]!r}")
    for batch in table.batches(columns):
        texts = [[text or _NOTHING for text in texts_of(column)] for column in batch]
        lines = (_SEPARATOR.join(parts).encode("utf-8", "surrogatepass") for parts in zip(*texts, strict=True))
        yield np.array([int.from_bytes(hashlib.blake2b(line, digest_size=8).digest(), "little") for line in lines], np.uint64)


def overlap(training: UInt64, evaluation: UInt64) -> NDArray[np.int64]:
    """Places of the rows of the evaluation set that are in the training set too. O(n log n)."""
    return np.flatnonzero(np.isin(evaluation, training))


def first_place(training: UInt64, row: np.uint64) -> int:
    """Where the training set has the row first."""
    return int(np.flatnonzero(training == row)[0])
