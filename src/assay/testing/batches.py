"""Batches to order, as a writer's process would fold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assay.wire.batch import Batch
from assay.wire.records import Channel, Console, Record, Row, Shape, Stream

EPOCH = 1_760_000_000.0
Values = Mapping[str, Any]


class BatchWriter:
    """One writer of one run: numbers its records from 0 and folds what it is told into batches."""

    def __init__(self, name: str = "w1", *, first_seq: int = 0) -> None:
        self.name = name
        self.next_seq = first_seq
        self._shapes: dict[int, Shape] = {}
        self._shape_ids: dict[tuple[Channel, tuple[str, ...]], int] = {}

    def fold(self, records: Iterable[Record]) -> Batch:
        numbered = list(enumerate(records, self.next_seq))
        self.next_seq += len(numbered)
        return Batch.fold(self.name, numbered, self._shapes)

    def log(self, *rows: tuple[int, Values], at: float | None = None, channel: Channel = "history") -> Batch:
        """A batch of (step, values). Row times rise a second a step from EPOCH, or are all `at`."""
        return self.fold(self._rows(((step, EPOCH + step if at is None else at, values) for step, values in rows), channel))

    def log_at(self, *rows: tuple[int, float, Values], channel: Channel = "history") -> Batch:
        """A batch of (step, time, values)."""
        return self.fold(self._rows(rows, channel))

    def print(self, *lines: str, stream: Stream = "stdout", time: float = EPOCH, label: str = "") -> Batch:
        """A batch of console lines."""
        return self.fold([Console(stream, [time] * len(lines), list(lines), label)])

    def _rows(self, rows: Iterable[tuple[int, float, Values]], channel: Channel) -> list[Record]:
        records: list[Record] = []
        for step, time, values in rows:
            shape = self._shape_ids.get((channel, tuple(values)))
            if shape is None:
                shape = len(self._shape_ids)
                self._shape_ids[channel, tuple(values)] = shape
                records.append(Shape(shape, list(values), channel))
            records.append(Row(shape, step, time, list(values.values())))
        return records


def curve(key: str, values: Sequence[float], *, writer: str = "w1", first_step: int = 0) -> Batch:
    """A whole series as one batch."""
    return BatchWriter(writer).log(*((first_step + i, {key: value}) for i, value in enumerate(values)))
