"""Runs: starting, reading, editing, querying. Times are seconds since the epoch, 0 where something has not happened."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

RunState = Literal["pending", "running", "preempting", "preempted", "finished", "failed", "crashed", "killed"]
CodeSaving = Literal["allow", "force", "forbid"]
Resume = Literal["", "allow", "must", "never", "auto"]


class RunStart(msgspec.Struct, omit_defaults=True):
    """`PUT …/runs/{id}`: start it, or join or resume it. Safe to repeat: the same writer starting again changes nothing.

    `name` empty: the server gives `adjective-noun-N`, keeping `suggested_name`'s two words when they are given. In `config` the
    words NaN, Infinity and -Infinity are the numbers that JSON has no form for."""

    writer: str
    name: str = ""
    suggested_name: str = ""
    notes: str = ""
    tags: list[str] = []
    group: str = ""
    job_type: str = ""
    config: dict[str, Any] = {}
    resume: Resume = ""
    created_at: float = 0.0
    host: str = ""
    program: str = ""
    sdk_version: str = ""
    label: str = ""
    rank: int = -1
    world_size: int = 0


class Run(msgspec.Struct):
    """A run as lists and pages show it. `ordinal` counts runs of the project in the order they started and never changes:
    colours follow it. `summary` holds explicit values over automatic last ones. `columns` of a query come in `values`.
    Numbers that JSON has no form for are the words NaN, Infinity and -Infinity."""

    entity: str
    project: str
    id: str
    name: str
    ordinal: int
    state: RunState
    exit_code: int | None
    user: str
    notes: str
    tags: list[str]
    group: str
    job_type: str
    created_at: float
    started_at: float
    heartbeat_at: float
    finished_at: float
    deleted_at: float
    duration_s: float
    host: str
    program: str
    sdk_version: str
    last_step: int
    progress_step: int
    progress_total: int
    stop_requested: bool
    config: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    environment: dict[str, Any] = {}
    definitions: list[MetricDefinition] = []
    refused: list[RefusedValue] = []
    values: dict[str, Any] = {}


class MetricDefinition(msgspec.Struct):
    name: str
    step_metric: str = ""
    step_sync: bool = True
    hidden: bool = False
    summary: list[str] = []
    goal: str = ""
    unit: str = ""


class DefinitionQuery(msgspec.Struct, forbid_unknown_fields=True):
    """`runs` null: all of the project that are not in the trash, the newest first; of more than 1,000 different definitions the
    newest thousand."""

    runs: list[str] | None = []


class DefinedMetric(msgspec.Struct):
    """What the definitions of some runs make of the metric `key`. `step_metric`: what it stands over, empty unless all of them
    that have it say the same and measured that too. The rest is as the first run says that defines the metric."""

    key: str
    step_metric: str = ""
    hidden: bool = False
    goal: str = ""
    unit: str = ""


class DefinedMetrics(msgspec.Struct):
    """By name. Metrics that no run defines are left out."""

    metrics: list[DefinedMetric]


class RefusedValue(msgspec.Struct):
    key: str
    reason: str
    count: int


class RunStarted(msgspec.Struct):
    """`is_new`: the run did not exist. `writer_next_seq`: where this writer goes on (0 for a new one).
    `last_step` −1: no history yet. `url` is the run's page as the caller reached the server. `code_saving`: whether code may,
    must or must not be kept with runs."""

    run: Run
    is_new: bool
    is_resumed: bool
    writer_next_seq: int
    last_step: int
    url: str
    code_saving: CodeSaving = "allow"


class BatchAck(msgspec.Struct):
    """Everything of the writer up to `acked_seq` is on the server's disk. `ack` is always "assay", so a captive page
    that answers 200 is never taken for an acknowledgement. `pace_s`: the writer is asked to gather its records for so many
    seconds before it sends again; 0: as it likes."""

    ack: str
    acked_seq: int
    stop: bool = False
    preempt: bool = False
    name: str = ""
    pace_s: float = 0.0


class RunEdit(msgspec.Struct, forbid_unknown_fields=True):
    """Only what is set changes. Config and summary keys are dotted paths; null removes. The words NaN, Infinity and -Infinity are
    those numbers. `known_name` and `known_notes`: what was read before; where the run says otherwise by now, nothing changes and
    the answer is 409, with who wrote notes since and when."""

    name: str | None = None
    notes: str | None = None
    tags: list[str] | None = None
    group: str | None = None
    job_type: str | None = None
    config: dict[str, Any] | None = None
    summary: dict[str, Any] | None = None
    known_name: str | None = None
    known_notes: str | None = None


class SortKey(msgspec.Struct):
    """`key` in the grammar of filters: `name`, `state`, `created_at`, `config.lr`, `summary.loss`, `metrics.loss.min`."""

    key: str
    descending: bool = False


class GroupKey(msgspec.Struct, omit_defaults=True):
    """One level of grouping. `bin_width` above 0 puts numbers into ranges `[k · width, (k + 1) · width)`."""

    key: str
    bin_width: float = 0.0


class GroupSort(msgspec.Struct, omit_defaults=True):
    """An order of groups, on every level: by what the numbers of the column `key` come to, by how many runs a group has
    (`count` without a key), or by the `value` that its runs share."""

    key: str = ""
    aggregate: Literal["value", "count", "mean", "min", "max", "std"] = "mean"
    descending: bool = False


class DerivedColumn(msgspec.Struct, omit_defaults=True):
    """A column that an expression makes of the run's config and summary: `${config.lr} * ${config.batch}`."""

    name: str
    expression: str


class RunSetQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which runs, in which order. `filter` is the text form or the Mongo form. `search`: words that are all somewhere in a run's
    name, id, tags, group, job type, notes or config values; with `is_regex` one regular expression over each of these; with
    `only_names` in the name alone. Case and accents do not matter. `only_mine`: runs the caller started. `ids`: only these,
    unknown ones left out; null: all. `hide`: ids left out.
    `derived`: columns that expressions make, for `derived.NAME` wherever a key stands. `trash`: deleted runs instead of live
    ones."""

    filter: str | dict[str, Any] = ""
    search: str = ""
    is_regex: bool = False
    only_names: bool = False
    only_mine: bool = False
    sort: list[SortKey] = []
    ids: list[str] | None = None
    hide: list[str] = []
    derived: list[DerivedColumn] = []
    trash: bool = False


class RunQueryRequest(RunSetQuery, forbid_unknown_fields=True):
    """`columns` are keys whose values come back with each run; `["*"]`: config, summary and environment whole. `group` keys give
    `groups` instead of `runs`, nested a level per key, `depth` levels deep (0: all of them). Groups come in the order of
    `group_sort`, then in that of their first runs."""

    columns: list[str] = []
    group: list[str | GroupKey] = []
    group_sort: list[GroupSort] = []
    depth: int = 0
    cursor: str = ""
    limit: int = 100


class RunValuesRequest(RunSetQuery, forbid_unknown_fields=True):
    """`keys` in the grammar of filters: one column each, for the first `limit` runs of the order. `baseline`: the id of a run
    that is added as the last row where it is not among them. A column of numbers has the digits of integers beyond 2^53, by
    row, in its field's metadata: `exact`."""

    keys: list[str] = []
    limit: int = 100_000
    baseline: str = ""


class RunExport(RunSetQuery, forbid_unknown_fields=True):
    """`columns` in the grammar of filters, after the run's id and name. None given: state, user, times, and every config and
    summary key that the runs have."""

    columns: list[str] = []


class RunGroup(msgspec.Struct):
    """One group with the aggregates of its columns: count, mean, min, max, std of the numbers among them, where
    booleans count as 1 and 0.

    `keys` are the values of the levels so far, `path` the same in order, `label` the last of them as text. A range is a list
    [from, to). `condition` is the filter that its runs meet. `groups` is the next level."""

    keys: dict[str, Any]
    run_count: int
    running_count: int
    aggregates: dict[str, dict[str, float]]
    path: list[Any] = []
    label: str = ""
    condition: str = ""
    groups: list[RunGroup] = []


class RunPage(msgspec.Struct):
    """`total` counts all runs that match. `next` is empty on the last page. `group_total` counts groups of the first level;
    `is_cut`: groups of deeper levels were left out, because there are more than a page may hold: ask for less `depth`, or for
    one group's members with its `condition`."""

    runs: list[Run]
    total: int
    next: str = ""
    groups: list[RunGroup] = []
    group_total: int = 0
    is_cut: bool = False


class Column(msgspec.Struct):
    """A key that runs of the project have. `section`: run, config, summary, metric or system. `is_distinct`: values differ."""

    key: str
    section: str
    kinds: list[str]
    run_count: int
    is_distinct: bool


class ColumnPage(msgspec.Struct):
    columns: list[Column]
    total: int
    next: str = ""


class ColumnQuery(RunSetQuery, forbid_unknown_fields=True):
    """Keys that the runs of a set have: what to choose columns from. `section` and `match` (a part of the name) narrow them;
    `only_distinct`: those whose values differ among the set's runs."""

    section: str = ""
    match: str = ""
    only_distinct: bool = False
    cursor: str = ""
    limit: int = 50


class ValueCount(msgspec.Struct):
    value: Any
    run_count: int


class ColumnDetail(msgspec.Struct):
    """A key as the set's runs have it. `histogram` counts numbers in equal ranges from `low` to `high`; `top` are the values that
    most runs share, where there are few or none are numbers."""

    key: str
    section: str
    kinds: list[str]
    run_count: int
    distinct_count: int
    low: float | None = None
    high: float | None = None
    histogram: list[int] = []
    top: list[ValueCount] = []


class ColumnDetailPage(msgspec.Struct):
    """`total` counts keys that the name and section let through; `run_count` the runs of the set. A page may be shorter than
    asked for while `next` goes on: looking at more would have taken too long."""

    columns: list[ColumnDetail]
    total: int
    run_count: int
    next: str = ""


class RunSelection(RunSetQuery, forbid_unknown_fields=True):
    """Runs that something is done to: `ids` (each of which must exist), or all that a filter or a search finds. `is_everything`:
    yes, every run of the project; without it a selection that narrows nothing is refused. At most 10,000 at a time."""

    is_everything: bool = False


class RunBulkEdit(RunSelection, forbid_unknown_fields=True):
    """Only what is set changes. `set_tags` are like `dataset:v2` and replace what a run's tags say of their keys;
    `remove_tag_keys` takes tags of these keys away, whatever their value. `notes` replaces what a run has."""

    add_tags: list[str] = []
    remove_tags: list[str] = []
    set_tags: list[str] = []
    remove_tag_keys: list[str] = []
    group: str | None = None
    job_type: str | None = None
    notes: str | None = None


class RunRefused(msgspec.Struct):
    """A run that stays as it is, and why."""

    id: str
    reason: str


class RunsChanged(msgspec.Struct):
    """`ids` are the runs it changed; those that were so already are not among them. `undo` takes it back for 30 days; empty:
    nothing to take back. `refused`: those that stay as they are, such as runs in the trash that were to be edited, or, when an
    edit is taken back, what was changed again since or went elsewhere; of a run among `ids` the rest was taken back. `remaining`:
    runs that there was no time for; ask again."""

    count: int
    ids: list[str]
    undo: str = ""
    refused: list[RunRefused] = []
    remaining: int = 0


class RunTransfer(RunSelection, forbid_unknown_fields=True, kw_only=True):
    """Runs that go to the project `to`, `entity/project`, which is made if it is not there. `undo`: what an earlier answer to the
    same request said, so that all parts of it are taken back as one."""

    to: str
    undo: str = ""


class RunTransferred(msgspec.Struct):
    """`id` is what the run was asked for by, `new_id` what it is where it went: another one if that project had the id."""

    id: str
    new_id: str


class RunsTransferred(msgspec.Struct):
    """`remaining` are ids of runs that there was no time for: send them again, with `undo`. `undo` takes all parts back for 30
    days; empty: nothing to take back."""

    project: str
    runs: list[RunTransferred]
    refused: list[RunRefused] = []
    remaining: list[str] = []
    undo: str = ""


class RunsPurged(msgspec.Struct):
    """What was forgotten: runs, logged values, and bytes of files."""

    count: int
    ids: list[str]
    value_count: int
    file_bytes: int


class PurgePreview(msgspec.Struct):
    """What a purge of these runs would forget, and what it would leave behind: versions of artifacts stay, without the run that
    made them (`version_count`). `aliases`: those among them that something is called by, as `entity/project/name:alias`, at
    most 20; `alias_count`: how many there are."""

    count: int
    value_count: int
    file_bytes: int
    version_count: int
    alias_count: int
    aliases: list[str]


class RunsUndo(msgspec.Struct, forbid_unknown_fields=True):
    undo: str


class Tag(msgspec.Struct):
    """`run_count`: runs outside the trash that have it."""

    name: str
    run_count: int


class TagPage(msgspec.Struct):
    """The most used ones first. `keys`: what tags like `dataset:v2` say a value of, whatever was searched for."""

    tags: list[Tag]
    total: int
    keys: list[Tag] = []


class NoteChange(msgspec.Struct):
    """`text` is what the note said from `time` on."""

    time: float
    user: str
    text: str


class ConsoleLine(msgspec.Struct):
    """`text` as printed, colours included. `spans`: where it matches, [from, to) in UTF-16 units of the text without colours."""

    number: int
    time: float
    stream: str
    label: str
    text: str
    level: str = ""
    spans: list[tuple[int, int]] = []


class ConsoleTail(msgspec.Struct):
    """What a writer has printed of a line that is not finished: a progress bar as it stands."""

    stream: str
    label: str
    time: float
    lines: list[str]


class ConsolePage(msgspec.Struct):
    """Lines `first …` of the `total` that pass the filters, of `line_count` there are now. Not `is_complete`: the rest has not
    been looked through yet; ask again."""

    lines: list[ConsoleLine]
    total: int
    line_count: int = 0
    tails: list[ConsoleTail] = []
    is_complete: bool = True


class Alert(msgspec.Struct):
    id: int
    run: str
    title: str
    text: str
    level: str
    time: float
    step: int


class AlertPage(msgspec.Struct):
    """Newest first. `is_cut`: there are more, and these are the newest."""

    alerts: list[Alert]
    is_cut: bool = False


class TurnQuery(msgspec.Struct, forbid_unknown_fields=True):
    runs: list[str] = []


class Turn(msgspec.Struct):
    """A run was `resumed` by another process, or `rewound` by `user`. `step`: the last one before that; -1: none."""

    run: str
    kind: str
    step: int
    at: float
    user: str


class TurnPage(msgspec.Struct):
    """By run, in the order asked, then in time. Turns that a later rewind cut off are left out. `is_cut`: there are more."""

    turns: list[Turn]
    is_cut: bool = False


class FileDraft(msgspec.Struct, forbid_unknown_fields=True):
    """A file about to be uploaded. `digest` is `sha256:` and 64 hex digits of its content."""

    path: str
    digest: str
    size: int


class FileTicket(msgspec.Struct):
    """Where to put the content: `PUT upload_url` (relative to the server) with exactly `size` bytes; empty: already here."""

    path: str
    upload_url: str


class RefusedFile(msgspec.Struct, forbid_unknown_fields=True):
    """A file that rows name and that will not come."""

    path: str
    reason: str


class FilesDraft(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """First with the files' digests: the answer says which contents are missing. Then, with `commit`, they become the run's.
    `refused` are counted among the run's refused values."""

    files: list[FileDraft]
    commit: bool = False
    refused: list[RefusedFile] = []


class FilesTickets(msgspec.Struct):
    tickets: list[FileTicket]


class RunFile(msgspec.Struct):
    """`url` is signed, relative to the server and good for an hour."""

    path: str
    size: int
    digest: str
    updated_at: float
    url: str


class FilePage(msgspec.Struct):
    files: list[RunFile]
    total: int
    next: str = ""
