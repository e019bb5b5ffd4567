"""What a run can say. One record is one journal frame; its sequence number is the frame's.

Records are msgpack arrays that begin with a number naming the kind, so a field can be added at the end of any of them and
older readers still read newer files. History and hardware readings are both rows: a `Shape` names the keys once, each `Row`
points at it. Row values are None (absent), bool, int64, float64 (NaN and infinities included), str, datetime, or lists and
dicts of these."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

FORMAT = 1

Channel = Literal["history", "system"]
Level = Literal["info", "warn", "error"]
Stream = Literal["stdout", "stderr"]
FilePolicy = Literal["live", "now", "end"]
FinishState = Literal["finished", "failed", "crashed", "killed", "preempted"]


class Row(msgspec.Struct, array_like=True, tag=1, frozen=True):
    """Values at a step, in the order of the shape's keys. `time`: seconds since the epoch.

    In the system channel `step` is the sample's time in whole milliseconds since the epoch."""

    shape: int
    step: int
    time: float
    values: list[Any]


class Shape(msgspec.Struct, array_like=True, tag=2, frozen=True):
    """An ordered list of keys, numbered within the writer."""

    id: int
    keys: list[str]
    channel: Channel = "history"


class Start(msgspec.Struct, array_like=True, tag=3, frozen=True):
    """The first record of every writer: which run it writes and who it is.

    `info` carries the fields of `messages.runs.RunStart`."""

    entity: str
    project: str
    run_id: str
    writer: str
    info: dict[str, Any]
    label: str = ""
    is_primary: bool = True


class Config(msgspec.Struct, array_like=True, tag=4, frozen=True):
    """Config entries set and removed. Keys of `set` are paths of nested keys."""

    set: list[tuple[list[str], Any]]
    remove: list[list[str]] = []
    time: float = 0.0


class Summary(msgspec.Struct, array_like=True, tag=5, frozen=True):
    """Summary values set by hand; they win over the automatic ones."""

    set: list[tuple[list[str], Any]]
    remove: list[list[str]] = []


class Define(msgspec.Struct, array_like=True, tag=6, frozen=True):
    """A metric definition. `name` may be a glob with `*`; an exact name refines it.

    `summary`: any of min, max, mean, last, first, best, copy, none. `goal`: minimize, maximize or empty."""

    name: str
    step_metric: str = ""
    step_sync: bool = True
    hidden: bool = False
    summary: list[str] = []
    goal: str = ""
    unit: str = ""
    overwrite: bool = False


class Console(msgspec.Struct, array_like=True, tag=7, frozen=True):
    """Whole output lines with their times (seconds since the epoch), one stream at a time.

    `tail`: what is printed of lines that are not finished, as it stands now: shown while it lasts, not kept as lines."""

    stream: Stream
    times: list[float]
    lines: list[str]
    label: str = ""
    tail: list[str] = []


class File(msgspec.Struct, array_like=True, tag=8, frozen=True):
    """A file to keep with the run. `source` is where it lies on the writer's machine and never leaves it in a batch."""

    path: str
    policy: FilePolicy
    source: str = ""
    digest: str = ""
    size: int = -1


class Alert(msgspec.Struct, array_like=True, tag=9, frozen=True):
    title: str
    text: str
    level: Level
    time: float
    step: int = -1
    wait_s: float = 0.0


class Environment(msgspec.Struct, array_like=True, tag=10, frozen=True):
    """What the run ran in: git, Python, packages, host, hardware, command. Later ones update earlier ones by top-level key."""

    facts: dict[str, Any]


class Progress(msgspec.Struct, array_like=True, tag=11, frozen=True):
    """`total` 0: unknown."""

    step: int
    total: int
    time: float


class Refused(msgspec.Struct, array_like=True, tag=12, frozen=True):
    """Values that could not be kept, for the accounting: accepted = stored + refused + waiting."""

    key: str
    reason: str
    count: int
    step: int = -1


class Edit(msgspec.Struct, array_like=True, tag=13, frozen=True):
    """Fields of the run changed from the script: name, notes, tags, group, job_type."""

    set: dict[str, Any]


class Finish(msgspec.Struct, array_like=True, tag=14, frozen=True):
    """The writer's last record."""

    state: FinishState
    exit_code: int
    time: float


class Artifact(msgspec.Struct, array_like=True, tag=15, frozen=True):
    """An artifact that the script logged, or took in. What it consists of is in the run's folder under `id` until it is sent;
    the version itself reaches the server apart from the rows. `action`: log, upsert, finish or input."""

    id: str
    name: str
    artifact_type: str
    action: str
    time: float
    step: int = -1


Record = (
    Row | Shape | Start | Config | Summary | Define | Console | File | Alert | Environment | Progress | Refused | Edit | Finish
    | Artifact
)  # fmt: skip
Event = Start | Config | Summary | Define | Console | File | Alert | Environment | Progress | Refused | Edit | Finish | Artifact

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Record).decode
