"""What a run logged over time: history, system metrics, structured values and console lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from assay.server.compute.buckets import Envelope
from assay.server.compute.lines import LineBlock
from assay.server.domain.runs import RunRef
from assay.wire.batch import Batch
from assay.wire.records import Channel

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
ValueKind = Literal["f", "i", "b", "o"]


@dataclass(frozen=True, slots=True)
class Appended:
    """`acked_seq`: the writer's highest durable sequence. `is_new`: something was kept. `keys`: metric names the *run* saw
    first, per channel. `last_step`: the run's newest history step, −1 without one."""

    acked_seq: int
    is_new: bool
    keys: dict[Channel, tuple[str, ...]]
    last_step: int


@dataclass(frozen=True, slots=True)
class SeriesQuery:
    """Buckets of every (run, key). `x`: step, time (seconds since the epoch), relative (seconds since the time of the run's
    first history row) or metric (`x_key`'s value at the same step; points without one are left out). `window` is [from, to)
    on x. `since`: only points whose step is greater. `buckets` ≥ 1; when a series has no more points than that, every point
    is its own bucket."""

    runs: tuple[RunRef, ...]
    keys: tuple[str, ...]
    x: Literal["step", "time", "relative", "metric"] = "step"
    x_key: str = ""
    window: tuple[float, float] | None = None
    since: int | None = None
    buckets: int = 1_000
    channel: Channel = "history"


@dataclass(frozen=True, slots=True)
class Series:
    """One (run, key). `envelope` holds non-empty buckets in order of x. `bucket_width` 0 when raw."""

    run: RunRef
    key: str
    envelope: Envelope
    point_count: int
    is_raw: bool
    bucket_width: float
    last_step: int


@dataclass(frozen=True, slots=True)
class AlignedQuery:
    """R5: the runs' values aligned on the same step buckets and combined: for each bucket, over the runs that have it, of
    each run's bucket mean: count of runs, mean, std, min, max."""

    runs: tuple[RunRef, ...]
    key: str
    window: tuple[float, float] | None = None
    buckets: int = 1_000


@dataclass(frozen=True, slots=True)
class Aligned:
    """Columns of length b: `x` is the bucket's lower edge."""

    x: Float64
    run_count: Int64
    mean: Float64
    std: Float64
    min: Float64
    max: Float64


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """Values of one key at row positions `rows` (ascending, into the chunk). `values` is f64, i64, bool or object."""

    kind: ValueKind
    rows: NDArray[np.int32]
    values: NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Rows:
    """A chunk of rows, ascending by step. A row is a step (with `all_rows`: a write). `next_step` None: no more."""

    steps: Int64
    times: Float64
    columns: dict[str, ValueColumn]
    next_step: int | None


@dataclass(frozen=True, slots=True)
class RowsQuery:
    """Rows with first_step <= step < last_step. `keys` None: all. With `all_rows` every write is a row of its own."""

    run: RunRef
    keys: tuple[str, ...] | None = None
    channel: Channel = "history"
    first_step: int = 0
    last_step: int | None = None
    limit: int | None = None
    all_rows: bool = False


class Points(NamedTuple):
    """Every point of one series in order of step: columns of length n. Read them, do not write to them: they may be the
    store's own memory."""

    steps: Int64
    times: Float64
    values: Float64


@dataclass(frozen=True, slots=True)
class MetricColumns:
    """R3: automatic summaries of one metric, a place per run asked for; `count` 0 and NaN elsewhere where the run has none.

    min, max and mean are over finite values; last and first are as logged (by step). `*_step` −1 where there is none.
    `is_whole`, `is_boolean`: whether every number was logged as an integer, or as a boolean. Run position → value: `last_other`
    where the newest value is no number, `last_exact` where it is an integer that no double holds."""

    count: Int64
    last: Float64
    first: Float64
    min: Float64
    max: Float64
    mean: Float64
    last_step: Int64
    min_step: Int64
    max_step: Int64
    is_whole: NDArray[np.bool_]
    is_boolean: NDArray[np.bool_]
    last_other: dict[int, object] = field(default_factory=dict)
    last_exact: dict[int, int] = field(default_factory=dict)


class MetricKey(msgspec.Struct, frozen=True):  # a run may have a hundred thousand of them
    name: str
    channel: Channel
    kinds: str
    run_count: int


@dataclass(frozen=True, slots=True)
class Line:
    """A console line. `number` counts the run's lines from 0 in order of arrival."""

    number: int
    time: float
    stream: str
    label: str
    text: str


class MetricStore(Protocol):
    """Append-only, per run and writer. Safe to share between threads.

    `append` is durable when it returns and idempotent by (run, writer, sequence): the same batch twice leaves one copy, an
    overlapping one only its new records. Reads see every append that returned. Per (step, key) the record accepted last is
    what reads show; the others stay readable with `all_rows`. Buckets are exact."""

    def append(self, run: RunRef, batch: Batch) -> Appended:
        """Keep the batch's rows and console lines. Raises SequenceGap if records before it are missing, StorageFull if
        the disk is (what was acknowledged stays readable)."""

    def next_seq(self, run: RunRef, writer: str) -> int:
        """The sequence the writer goes on from: 0 for one never heard of."""

    def last_steps(self, runs: Sequence[RunRef]) -> Int64:
        """The newest visible history step of each run, −1 without one."""

    def rewritten(self, runs: Sequence[RunRef]) -> Int64:
        """For each run a number that is another one when rows, or times of rows, that were readable before may read otherwise
        now: a step was written again or late, the run was rewound, or deleted and begun again. Rows at later steps alone need
        not change it. −1 for a run without rows. It holds for as long as the store is open: for caches."""

    def read(self, query: SeriesQuery) -> Iterator[Series]:
        """R1, R2: one Series per (run, key), runs outer. A run without the key gives an empty envelope."""

    def aligned(self, query: AlignedQuery) -> Aligned:
        """R5."""

    def rows(self, query: RowsQuery) -> Iterator[Rows]:
        """R4: in chunks of at most 65,536 rows."""

    def points(
        self, run: RunRef, key: str, channel: Channel = "history", first_step: int = 0, last_step: int | None = None
    ) -> Points:
        """The numbers of one key at full resolution, first_step <= step < last_step: what smoothing and expressions are
        computed on. One point per step, the value accepted last; steps whose newest value is no number are left out.
        Integers and booleans come as floats; `times` are those of `rows`. Empty for a run or key without numbers. O(points)."""

    def summaries(self, project_key: int, runs: NDArray[np.int64], key: str, channel: Channel = "history") -> MetricColumns:
        """R3, for run keys `runs` of one project."""

    def run_summaries(self, run: RunRef, channel: Channel = "history") -> dict[str, MetricColumns]:
        """Every metric of one run; columns of length 1."""

    def keys(self, project_key: int, runs: NDArray[np.int64] | None = None) -> list[MetricKey]:
        """The metric names of a project (or of some of its runs), sorted by channel and name."""

    def console(self, run: RunRef, first: int, limit: int) -> list[Line]:
        """Lines `first …`, at most `limit`. A negative `first` counts from the end."""

    def console_blocks(self, run: RunRef, first: int, end: int) -> Iterator[LineBlock]:
        """Lines first … end as columns, in order and without holes, in blocks of some ten thousand: for looking through them."""

    def console_count(self, run: RunRef) -> int: ...

    def truncate(self, run: RunRef, step: int) -> None:
        """Rewind: hide every history row with a step greater than `step`. Later appends go on from there."""

    def fork(self, parent: RunRef, step: int, child: RunRef) -> None:
        """`child`, still without rows, begins with the parent's history up to and with `step`, by reference."""

    def copy(self, pairs: Sequence[tuple[RunRef, RunRef]]) -> None:
        """Each second run, of any project and still without anything, gets what the first one has: every write that can be
        read, with its kind and its order, system metrics, console lines, sequence marks. All of them or none, durable on
        return; the first ones stay. Raises Conflict, and copies nothing, if a second run has something or a first one is
        written to meanwhile. Memory stays flat, and nobody else waits."""

    def delete(self, runs: Sequence[RunRef]) -> None:
        """Forget the runs and everything of them; forks of them keep what they inherited."""

    def finish(self, run: RunRef) -> None:
        """A hint that the run ended: a good moment to merge what it wrote."""

    def snapshot(self, folder: str) -> None:
        """A consistent copy of the store in an empty folder, taken while writing goes on."""

    def verify(self) -> list[str]:
        """Check every stored checksum; one sentence per thing that is wrong."""

    def close(self) -> None: ...
