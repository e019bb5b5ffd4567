"""Artifacts in the metadata store: collections, versions, aliases, lineage, drafts; the contents that versions name; faults."""

from __future__ import annotations

from collections.abc import Collection as Group
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assay.server.domain.artifacts import Acceptance, AliasChange, Collection, Draft, Edge, EdgeKind, Fault, Rule, Version
from assay.server.domain.buckets import TeamBucket

Int64 = NDArray[np.int64]


class Artifacts(Protocol):
    """A collection belongs to a project and has one type. Deleted rows are left out unless asked for; a purged version is a
    deleted one without a manifest. Everything of a project goes with it."""

    def collection(self, project_key: int, name: str, *, with_deleted: bool = False) -> Collection | None: ...
    def collections_by_key(self, keys: Iterable[int]) -> dict[int, Collection]:
        """Deleted ones too."""

    def add_collection(self, collection: Collection) -> Collection:
        """With its key. Raises Conflict if the project has the name, deleted or not."""

    def save_collection(self, collection: Collection) -> None:
        """Everything but key, project, creation and counts. Raises Conflict if the new name is taken."""

    def collections(
        self, project_key: int, *, type_: str = "", search: str = "", after: str = "", limit: int = 100
    ) -> tuple[list[Collection], int]:
        """(those whose name is above `after`, by name; how many match in all). `search` is part of a name or description."""

    def types(self, project_key: int) -> list[tuple[str, int, int, int]]:
        """(type, collections, versions, bytes), by type."""

    def add_version(self, version: Version) -> Version:
        """With its key, and as number the collection's next one. Moves the collection's counts and `updated_at`."""

    def save_version(self, version: Version) -> None:
        """Description, metadata, tags, lifetime, span, deletion and manifest; the collection's counts follow."""

    def versions_by_key(self, keys: Iterable[int]) -> dict[int, Version]:
        """Deleted ones too."""

    def version_places(self, keys: Int64) -> Int64:
        """(n, 4): key, collection, number, project of the versions with these keys, deleted ones too, by key. For many."""

    def version(self, collection_key: int, number: int, *, with_deleted: bool = False) -> Version | None: ...
    def version_of_digest(self, collection_key: int, digest: str) -> Version | None:
        """The newest."""

    def versions(
        self, collection_key: int, *, below: int | None = None, limit: int = 100, with_deleted: bool = False
    ) -> tuple[list[Version], int]:
        """(those numbered below `below`, newest first; how many there are)."""

    def newest_numbers(self, collection_keys: Iterable[int]) -> dict[int, int]:
        """Collection → the number of its newest version, where it has any."""

    def all_versions(self, project_keys: Sequence[int], *, with_deleted: bool = False) -> list[Version]:
        """Of whole projects, without their metadata, in the order of their keys. Purged ones are left out."""

    def deleted_versions(self, before: float, limit: int) -> list[Version]:
        """Deleted before, not yet purged."""

    def end_told(self, ends: Mapping[int, float]) -> None:
        """By key: people know that the version ends then."""

    def aliases(self, version_keys: Iterable[int]) -> dict[int, list[str]]:
        """Version → its aliases, sorted, where it has any."""

    def alias(self, collection_key: int, alias: str) -> int:
        """The key of the version it points at; 0 if there is no such alias."""

    def move_alias(self, collection_key: int, alias: str, version_key: int, at: float, by: str) -> bool:
        """Point it at the version (0: remove it) and write that down. False, and nothing written, if it is so already."""

    def alias_changes(self, collection_key: int, limit: int) -> list[AliasChange]:
        """Newest first."""

    def add_edge(self, edge: Edge) -> bool:
        """False if the run and the version have such an edge already; then only a role that is given changes."""

    def edges_of_runs(self, run_keys: Iterable[int]) -> list[Edge]:
        """In the order in which they were added."""

    def edges_of_versions(self, version_keys: Iterable[int], kind: EdgeKind | None = None) -> list[Edge]:
        """Those of one kind, or all, in the order in which they were added."""

    def edge_columns(self, after_id: int) -> tuple[Int64, Int64, Int64, Int64]:
        """Of all edges added after that id: (id, version key, run key, 1 where the run made it and 0 where it took it in)."""

    def edge_count(self) -> int:
        """Edges that are there now: with `edge_columns` it tells whether one has gone."""

    def use_counts(self, version_keys: Iterable[int]) -> dict[int, int]:
        """Version → how many runs took it in, where any did."""

    def add_draft(self, draft: Draft) -> Draft:
        """Free for a shared id that has an open draft of the project: the answer is that one."""

    def draft(self, draft_id: str) -> Draft | None: ...
    def save_draft(self, draft: Draft) -> None:
        """`request`, counts, `touched_at` and `version_key`; a committed draft keeps no pages."""

    def add_page(self, draft_id: str, number: int, data: bytes) -> None: ...
    def pages(self, draft_id: str) -> list[bytes]:
        """In order."""

    def remove_draft(self, draft_id: str) -> None: ...
    def remove_drafts(self, untouched_since: float) -> int: ...
    def rules(self, entity_id: int) -> list[Rule]:
        """By project and type."""

    def set_rules(self, entity_id: int, rules: Sequence[Rule]) -> None:
        """Instead of those there were."""


class Contents(Protocol):
    """The blobs of entities in each place: which there are, how many versions name each, and since when none does. `home` is an
    entity's id for its blobs in the server's own place, and the negative of a bucket's key for those there (`domain.homes`).

    A content that nobody names is freed in two steps, so that none can be named while its blob goes: `take_idle` hides it,
    then the blob is deleted, then `forget` drops the row and moves `epoch`."""

    def known(self, home: int, digests: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Digest → (size, how many versions name it), of those whose blob is there to stay. What is being freed is left out."""

    def being_freed(self, home: int, digests: Iterable[str]) -> set[str]: ...
    def arrived(self, home: int, contents: Mapping[str, int], at: float) -> None:
        """Their blobs are stored. What no version names yet counts as idle since `at`; free for the others."""

    def renew(self, home: int, digests: Iterable[str], at: float) -> None:
        """Those of the contents that no version names yet count as idle since `at`."""

    def name(self, home: int, contents: Iterable[str]) -> None:
        """One more version names each of these, which are known."""

    def release(self, home: int, contents: Iterable[str], at: float) -> None:
        """One version fewer names each of these."""

    def counts(self, home: int) -> dict[str, tuple[int, int]]:
        """Digest → (size, how many versions name it), what is being freed left out."""

    def totals(self, home: int) -> tuple[int, int, int]:
        """(bytes stored, bytes of them that no version names, contents)."""

    def take_idle(self, before: float, limit: int, without: Group[int] = ()) -> list[tuple[int, str, int]]:
        """(home, digest, size) of contents idle since before, now being freed; those of an earlier call that were not
        forgotten come first. Homes in `without` are passed over."""

    def forget(self, home: int, digests: Iterable[str]) -> None: ...
    def epoch(self) -> int:
        """Moves when contents are forgotten: a blob seen before may be gone after."""

    def queue_release(self, home: int, manifests: Iterable[str]) -> None:
        """A version with this manifest is gone: what it named is released later."""

    def queue_release_of_project(self, project_key: int) -> None:
        """As `queue_release`, for every version of the project."""

    def queued_releases(self, limit: int, after: int = 0) -> list[tuple[int, int, str]]:
        """(id, home, manifest) with an id above `after`, oldest first."""

    def release_done(self, release_id: int) -> bool:
        """Take it off the queue; False if somebody else did."""


class Buckets(Protocol):
    """Buckets that teams named, and the runs whose files in them are still to be deleted. No bucket is ever forgotten."""

    def add(self, bucket: TeamBucket) -> TeamBucket:
        """With its key given."""

    def save(self, bucket: TeamBucket) -> None:
        """Everything but key, owner, folder and when it was made."""

    def get(self, key: int) -> TeamBucket | None: ...
    def all(self, entity_id: int | None = None) -> list[TeamBucket]:
        """By key; of all entities without one."""

    def current(self, entity_id: int) -> int:
        """The key of the bucket that the entity's new contents go to; 0: the server's own place."""

    def queue_clearings(self, entity_id: int, run_keys: Iterable[int]) -> None:
        """The runs are gone: their files in every bucket of the entity are to be deleted."""

    def clearings(self, bucket: int, limit: int) -> list[int]:
        """Keys of runs, ascending."""

    def cleared(self, bucket: int, run_key: int) -> None: ...


class Faults(Protocol):
    def add(self, fault: Fault) -> None: ...
    def save(self, fault: Fault) -> None:
        """When it was taken back, and what it freezes; the rest never changes."""

    def get(self, fault_id: str) -> Fault | None: ...
    def list(self, entity: str | None) -> list[Fault]:
        """Newest first; of all entities without one."""

    def accept(self, acceptance: Acceptance) -> None:
        """Of a fault and a version that exist; it goes with either. One that is there stays as it is."""

    def accepted(self, version_key: int) -> Sequence[Acceptance]:
        """By fault's id."""

    def withdraw(self, version_key: int) -> None:
        """Nothing of the version is accepted any more."""
