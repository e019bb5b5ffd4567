"""Rows in flat columns: what a memtable is sealed from, what segments are merged as, what overlaps are resolved in.

A row is one value: (key, kind, step, order, bits). The key is stream << 32 | metric; metric 0 is the wall time of the write.
`order` numbers the writes of a run as they were accepted. `bits` holds a float, integer or boolean as it is, and for an
object its place in `objects`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOAT, INT, BOOL, OBJECT = 0, 1, 2, 3
REPLACED = 4  # added to the kind of a row that a later write of the same step and key has replaced
TIME_METRIC = 0
KIND_LETTERS = "fibo"

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
Array = NDArray[Any]


@dataclass(slots=True)
class Table:
    key: U64
    kind: U8
    step: I64
    order: I64
    bits: I64
    objects: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.key)

    def take(self, rows: Array) -> Table:
        return Table(self.key[rows], self.kind[rows], self.step[rows], self.order[rows], self.bits[rows], self.objects)


def join(tables: list[Table]) -> Table:
    """Tables one after another; object places are shifted to the joined list."""
    if len(tables) == 1:
        return tables[0]
    objects: list[bytes] = []
    bits = []
    for table in tables:
        moved = table.bits
        if table.objects and objects:
            moved = moved + np.where(table.kind % REPLACED == OBJECT, len(objects), 0)
        bits.append(moved)
        objects += table.objects
    return Table(
        np.concatenate([t.key for t in tables] or [np.empty(0, np.uint64)]),
        np.concatenate([t.kind for t in tables] or [np.empty(0, np.uint8)]),
        np.concatenate([t.step for t in tables] or [np.empty(0, np.int64)]),
        np.concatenate([t.order for t in tables] or [np.empty(0, np.int64)]),
        np.concatenate(bits or [np.empty(0, np.int64)]),
        objects,
    )


def settle(table: Table) -> Table:
    """The rows sorted by (key, kind, step, order), those replaced by a later write of their (key, step) marked.

    Costs one pass when the rows are in order already, as those of a run that never goes back are."""
    if len(table) == 0:
        return table
    key, step = table.key, table.step
    same = key[1:] == key[:-1]
    if not (((key[1:] > key[:-1]) | (same & (step[1:] > step[:-1]))).all()):
        order = np.lexsort((table.order, step, key))
        table = table.take(order)
        key, step = table.key, table.step
        same = key[1:] == key[:-1]
    repeated = same & (step[1:] == step[:-1])
    kind = table.kind % REPLACED
    if repeated.any():
        kind[:-1][repeated] += REPLACED
    table = Table(key, kind, step, table.order, table.bits, table.objects)
    if (same & (kind[1:] != kind[:-1])).any():
        table = table.take(np.lexsort((table.order, step, kind, key)))
    return table


def latest(step: I64, rank: I64, order: I64) -> I64:
    """Row numbers, ascending by step, of the last accepted row of each step. `rank` is the lineage place, before `order`."""
    rows = np.lexsort((order, rank, step))
    sorted_step = step[rows]
    keep = np.append(sorted_step[1:] != sorted_step[:-1], True)
    kept: I64 = rows[keep]
    return kept


def as_floats(kind: int, bits: I64) -> NDArray[np.float64]:
    """Numbers of one kind as floats."""
    if kind == FLOAT:
        return bits.view(np.float64)
    return np.asarray(bits, dtype=np.float64)
