"""Artifacts on the wire: drafts that become versions, collections and their marks, lineage, space.

A version is written in three steps. A draft is opened; entries are added to it in pages, each answered with the contents that
the server lacks; the commit gives it a number, or answers with the version that has the same content. Many writers may add to
one draft, and a draft may begin with another version's entries."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from assay.wire.manifest import Entry

State = Literal["committed", "expired", "deleted"]


class TimeSpan(msgspec.Struct, frozen=True):
    """What span of time the data covers, seconds since the epoch, half open: `dataset@2017..2019` finds it."""

    start: float
    end: float


class DraftRequest(msgspec.Struct, omit_defaults=True):
    """`base`: a version (`vN`, alias or digest) whose entries the draft begins with. `shared_id`: writers that give the same
    one in a project add to the same draft. `run_id`: the run that logs it. `ttl_s` 0: kept until it is deleted;
    None: as the collection's rule says. `step`: the history step it belongs to."""

    name: str
    type: str
    description: str = ""
    metadata: dict[str, Any] = {}
    aliases: list[str] = []
    tags: list[str] = []
    base: str = ""
    run_id: str = ""
    role: str = ""
    step: int = -1
    shared_id: str = ""
    ttl_s: float | None = None
    span: TimeSpan | None = None


class Draft(msgspec.Struct):
    """`block_bytes`: how long a content may be before it is cut. A draft nobody adds to until `expires_at` is forgotten."""

    id: str
    name: str
    type: str
    entry_count: int
    block_bytes: int
    expires_at: float


class EntriesPage(msgspec.Struct, omit_defaults=True):
    """Entries to add or replace, and paths to leave out. At most ENTRIES_PER_PAGE of both."""

    add: dict[str, Entry] = {}
    remove: list[str] = []


class MissingContent(msgspec.Struct, omit_defaults=True):
    """`url`: where to PUT exactly these bytes, with `headers`; small ones may be sent together to `…/contents` instead."""

    digest: str
    size: int
    url: str
    headers: dict[str, str] = {}


class MissingContents(msgspec.Struct):
    missing: list[MissingContent]


class ContentAddress(msgspec.Struct):
    digest: str
    url: str


class ContentAddresses(msgspec.Struct):
    """In the order asked for. Addresses expire."""

    contents: list[ContentAddress]


class ContentsRequest(msgspec.Struct):
    """Contents of a version by digest."""

    digests: list[str]


class CommitRequest(msgspec.Struct, omit_defaults=True):
    """`digest`: of the manifest as the client holds it; empty where several write. A commit asked for twice is one."""

    digest: str = ""


class RunRef(msgspec.Struct, frozen=True):
    """A run that touched a version, and as what. `project` is `entity/project`; the run may be gone since."""

    project: str
    run_id: str
    name: str
    role: str = ""
    at: float = 0.0


class ArtifactVersion(msgspec.Struct, omit_defaults=True):
    """`version` as `v3`; `path` as `entity/project/name:v3`. `size` counts every entry, `new_size` what this version brought
    that the entity did not have. `expires_at` 0: never; a version that an alias points at stays beyond it. `number` −1: several
    versions put together for a span of time. `role`: as what the run took it in or made it, in answers about a run.

    `fault`: the id of a mark that reaches it, where one version or a run's versions are asked for. `frozen_aliases`, in the
    answer to a commit: aliases asked for that a fault keeps where they are, or that the version has no room for. `frozen`, where
    one version is asked for by an alias: why that alias may not be used now, empty if it may.

    A run's `project` in `created_by` is `entity/project`, as everywhere a RunRef stands."""

    path: str
    entity: str
    project: str
    name: str
    type: str
    version: str
    number: int
    digest: str
    size: int
    new_size: int
    file_count: int
    created_at: float
    description: str = ""
    metadata: dict[str, Any] = {}
    aliases: list[str] = []
    tags: list[str] = []
    state: State = "committed"
    created_by: RunRef | None = None
    step: int = -1
    ttl_s: float | None = None
    expires_at: float = 0.0
    span: TimeSpan | None = None
    used_by_count: int = 0
    updated_at: float = 0.0
    role: str = ""
    fault: str = ""
    frozen_aliases: list[str] = []
    frozen: str = ""


class ArtifactCollection(msgspec.Struct, omit_defaults=True):
    """`latest`: its newest version, or none while nothing is committed."""

    entity: str
    project: str
    name: str
    type: str
    version_count: int
    size: int
    created_at: float
    updated_at: float
    description: str = ""
    tags: list[str] = []
    ttl_s: float | None = None
    latest: ArtifactVersion | None = None


class ArtifactType(msgspec.Struct):
    type: str
    collection_count: int
    version_count: int
    size: int


class ArtifactTypes(msgspec.Struct):
    types: list[ArtifactType]


class CollectionPage(msgspec.Struct):
    collections: list[ArtifactCollection]
    total: int
    next: str


class VersionPage(msgspec.Struct):
    """Newest first."""

    versions: list[ArtifactVersion]
    total: int
    next: str


class ShownEntry(msgspec.Struct, omit_defaults=True):
    """`url`: where its bytes are read whole; empty for a reference that the server does not pass on. `is_new`: the version
    brought it, against the one before."""

    path: str
    digest: str
    size: int
    ref: str = ""
    url: str = ""
    is_new: bool = False
    extra: dict[str, Any] = {}


class EntryFolder(msgspec.Struct):
    path: str
    file_count: int
    size: int


class EntryListing(msgspec.Struct):
    """One folder of a version: the folders and files directly in it, by name. `total` counts both."""

    folders: list[EntryFolder]
    files: list[ShownEntry]
    total: int
    next: str


class VersionEdit(msgspec.Struct, omit_defaults=True):
    """What is given changes; the rest stays. An alias moves here from the version that had it. `ttl_s` −1: as the collection."""

    description: str | None = None
    metadata: dict[str, Any] | None = None
    add_aliases: list[str] = []
    remove_aliases: list[str] = []
    add_tags: list[str] = []
    remove_tags: list[str] = []
    ttl_s: float | None = None
    span: TimeSpan | None = None


class CollectionEdit(msgspec.Struct, omit_defaults=True):
    name: str | None = None
    description: str | None = None
    add_tags: list[str] = []
    remove_tags: list[str] = []
    ttl_s: float | None = None


class AliasMove(msgspec.Struct):
    """One line of an alias' history. Empty `from_version`: it was new; empty `to_version`: it was removed."""

    alias: str
    from_version: str
    to_version: str
    at: float
    by: str


class AliasMoves(msgspec.Struct):
    moves: list[AliasMove]


class UseRequest(msgspec.Struct, omit_defaults=True):
    """A run took a version in. `artifact`: `name:alias`, `project/name:alias` or `entity/project/name:alias`."""

    artifact: str
    role: str = ""


class OutputRequest(msgspec.Struct, omit_defaults=True):
    """A run, also one that ended, made a version that exists."""

    artifact: str
    role: str = ""


class UsedBy(msgspec.Struct):
    """Runs that took a version in, newest first."""

    runs: list[RunRef]


class Checkpoint(msgspec.Struct):
    """A version that a run made at a step. `run` is its id, `path` as `entity/project/name:version`."""

    run: str
    path: str
    type: str
    step: int
    at: float
    aliases: list[str]


class CheckpointQuery(msgspec.Struct):
    runs: list[str] = []


class CheckpointPage(msgspec.Struct):
    """By run, in the order asked, then by step. `is_cut`: there are more, and the newest of them are here."""

    checkpoints: list[Checkpoint]
    is_cut: bool = False


class RunArtifacts(msgspec.Struct):
    """What a run took in and what it made."""

    inputs: list[ArtifactVersion]
    outputs: list[ArtifactVersion]


Change = Literal["added", "removed", "changed"]


class ChangedEntry(msgspec.Struct):
    """A size of −1: it is not there, or unknown."""

    path: str
    change: Change
    size_before: int
    size_after: int


class MetadataChange(msgspec.Struct):
    key: str
    before: Any = None
    after: Any = None


class VersionComparison(msgspec.Struct):
    """Of `before` to `after`. `entries` holds the first ENTRIES_PER_PAGE changes; the counts are of all."""

    before: ArtifactVersion
    after: ArtifactVersion
    added_count: int
    removed_count: int
    changed_count: int
    same_count: int
    entries: list[ChangedEntry]
    metadata: list[MetadataChange]


class TableColumn(msgspec.Struct):
    """A column of a table in two versions. `before`, `after`: what it holds, as the files say (Parquet) or as its rows show;
    empty where that is not known or the version has no such column."""

    name: str
    change: Literal["same", "added", "removed", "retyped"]
    before: str
    after: str


class TableCell(msgspec.Struct):
    """None: nothing, which an empty text is too."""

    column: str
    before: str | None
    after: str | None


class TableRow(msgspec.Struct):
    """A row that differs, counted from 0 in each file; −1 where it is not. `key` is what it is told by. `cells`: of a changed one
    those that differ, else all of it."""

    change: Change
    row_before: int
    row_after: int
    key: list[str | None]
    cells: list[TableCell]


class TableComparison(msgspec.Struct):
    """Of a table in the version `before` to the one of the same path in `after`. Values are compared as texts that are the same
    in every format (1, 1.0 and "1" are one), over the columns that both have. `key`: the columns that tell rows apart, which were
    found (`is_key_found`) or named; empty, whole rows are compared and none is changed. Counts are exact and of all rows;
    `rows` are those from `offset` on of the kind asked for: changed ones, then added, then removed. `total`: how many of that
    kind there are."""

    path: str
    before: str
    after: str
    key: list[str]
    is_key_found: bool
    before_count: int
    after_count: int
    changed_count: int
    added_count: int
    removed_count: int
    same_count: int
    columns: list[TableColumn]
    rows: list[TableRow]
    offset: int
    total: int


class MetricChange(msgspec.Struct):
    """A number of both versions or of one. `origin`: the run that made them, or what their metadata says. NaN and infinities are
    texts. `goal` as a run defined it for a metric of this name; `verdict` follows from it."""

    key: str
    origin: Literal["run", "metadata"]
    before: int | float | str | None
    after: int | float | str | None
    delta: float | None
    goal: Literal["", "minimize", "maximize"]
    verdict: Literal["", "better", "worse"]


class MetricsSide(msgspec.Struct):
    """Whose numbers they are: `run` made the version, at `step` if that is not −1. None: no run did, or none you can see."""

    path: str
    run: RunRef | None
    step: int


class MetricsComparison(msgspec.Struct):
    """Of `before` to `after`. A run's numbers are its summary; of a version that was made at a step (a checkpoint), what every
    metric was there: its last value until then. By key; `is_cut`: there are more."""

    before: MetricsSide
    after: MetricsSide
    metrics: list[MetricChange]
    is_cut: bool


NodeKind = Literal["version", "run", "group"]


class LineageNode(msgspec.Struct, omit_defaults=True):
    """`id` is stable between answers. `level`: longest path from the first node drawn. A group stands for `count` alike nodes
    (same collection or job type, same neighbours). `hidden_up`, `hidden_down`: neighbours that are not in the answer.
    `fault`: the id of the mark that reaches it."""

    id: str
    kind: NodeKind
    label: str
    project: str
    level: int
    at: float
    type: str = ""
    name: str = ""
    version: str = ""
    run_id: str = ""
    state: str = ""
    aliases: list[str] = []
    count: int = 1
    members: list[str] = []
    hidden_up: int = 0
    hidden_down: int = 0
    is_stale: bool = False
    fault: str = ""


class LineageEdge(msgspec.Struct):
    source: str
    target: str
    role: str


class Lineage(msgspec.Struct):
    """`total`: nodes of the whole history in the directions asked; at most LINEAGE_NODES are drawn, the rest in groups."""

    root: str
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    total: int


FaultKind = Literal["version", "commit", "package", "run"]


class FaultRequest(msgspec.Struct, omit_defaults=True):
    """Something turned out bad. `target`: a version's path, a git commit, `package==version`, or a run's path. `freeze`: aliases
    that lead nowhere until they point at a clean version or the fault is taken back: `alias` of whatever is downstream, or
    `entity/project/name:alias`."""

    kind: FaultKind
    target: str
    reason: str
    freeze: list[str] = []


class Fault(msgspec.Struct):
    """`clean_since`: versions downstream that were built again without it, by collection path."""

    id: str
    kind: FaultKind
    target: str
    reason: str
    by: str
    at: float
    version_count: int
    run_count: int
    freeze: list[str]
    clean_since: dict[str, str]
    taken_back_at: float = 0.0


class Reach(msgspec.Struct):
    """Everything downstream of a fault, before or after it is marked; or above or below a version. The first thousand versions
    and runs are listed, the counts are of all that the caller may read. `protected_aliases`: as `entity/project/name:alias`,
    those that point at versions in it, `latest` left out."""

    versions: list[ArtifactVersion]
    runs: list[RunRef]
    version_count: int
    run_count: int
    protected_aliases: list[str]


class SpaceShare(msgspec.Struct, omit_defaults=True):
    """`size` as listed, `own_size` what deleting it alone would free."""

    label: str
    key: str
    size: int
    own_size: int
    version_count: int
    parts: list[SpaceShare] = []


class SpacePlace(msgspec.Struct):
    """What of an entity's artifacts is in one place; `bucket` empty: the server's own."""

    bucket: str
    stored: int


class Space(msgspec.Struct, omit_defaults=True):
    """What an entity's artifacts and run files take. `stored` counts each content once in each place; `listed` as often as it is
    listed. `places`: where the contents of artifacts are, for a team that has or had a bucket of its own."""

    stored: int
    listed: int
    waiting: int
    shares: list[SpaceShare]
    places: list[SpacePlace] = []


class SpaceItem(msgspec.Struct):
    path: str
    type: str
    size: int
    created_at: float


class Duplicates(msgspec.Struct):
    """`same`: versions of equal content, largest first; they are stored once. `unused`: versions that no run took in and no alias
    but `latest` points at. `largest`: of all."""

    same: list[list[SpaceItem]]
    unused: list[SpaceItem]
    largest: list[SpaceItem]


class Deletion(msgspec.Struct, omit_defaults=True):
    """What deleting did, or would do (`is_dry`). `freed`: bytes that nothing else names; they are given back once the versions
    can no longer be restored. `kept`: versions that stay, each with the reason. `used_by`: runs that took one of them in."""

    version_count: int
    freed: int
    is_dry: bool = False
    kept: list[tuple[str, str]] = []
    used_by: list[RunRef] = []


class VersionsRequest(msgspec.Struct, omit_defaults=True):
    """`versions`: paths. `is_dry`: say what would happen. `with_aliases`: also versions that a name points at."""

    versions: list[str]
    is_dry: bool = False
    with_aliases: bool = False


class RetentionRule(msgspec.Struct):
    """How long versions are kept where neither they nor their artifact say. `project` and `type` empty: all of them; the more
    exact rule wins. `ttl_s` 0: for ever."""

    project: str
    type: str
    ttl_s: float


class RetentionRules(msgspec.Struct):
    rules: list[RetentionRule]


class FaultList(msgspec.Struct):
    """Newest first."""

    faults: list[Fault]


class FaultDetail(msgspec.Struct):
    fault: Fault
    reach: Reach


class VersionFault(msgspec.Struct):
    """A fault that reaches a version. `why`: what happened, as far as the caller may read it. `frozen`: aliases of the version
    that may not be used for it. `accepted_by` empty: nobody accepted it for this version."""

    id: str
    why: str
    frozen: list[str]
    accepted_reason: str
    accepted_by: str
    accepted_at: float


class VersionFaults(msgspec.Struct):
    """Newest first, without those taken back."""

    faults: list[VersionFault]


class AcceptRequest(msgspec.Struct):
    """Why a version is used although it is marked as bad."""

    reason: str


class InputsQuery(msgspec.Struct, omit_defaults=True):
    """Runs of a project by id; `role` empty: every role."""

    runs: list[str]
    role: str = ""


class SharedInput(msgspec.Struct):
    """One content that runs took in under a role: the version as the first of them used it, and the runs that took it."""

    digest: str
    path: str
    runs: list[str]


class RoleInputs(msgspec.Struct):
    """`verdict`: same (every run took in exactly the same contents under the role), different, or unknown (a run says nothing:
    it is in `missing`)."""

    role: str
    verdict: Literal["same", "different", "unknown"]
    inputs: list[SharedInput]
    missing: list[str]


class InputsComparison(msgspec.Struct):
    roles: list[RoleInputs]


class LeakedRow(msgspec.Struct):
    """A row of the evaluation set, and where the training set has the same first. Rows count from 0, the header left out."""

    path: str
    row: int
    training_path: str
    training_row: int


class LeakageReport(msgspec.Struct):
    """`share`: of the evaluation set's rows. Rows are the same if they are alike in all `columns`, compared as texts."""

    training: str
    evaluation: str
    columns: list[str]
    training_rows: int
    evaluation_rows: int
    shared_rows: int
    share: float
    examples: list[LeakedRow]
