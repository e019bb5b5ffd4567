"""Artifacts, the contents they name, and faults, of the store in dictionaries."""

from __future__ import annotations

from collections.abc import Collection as Group
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assay.server.domain.artifacts import Acceptance, AliasChange, Collection, Draft, Edge, EdgeKind, Fault, Rule, Version
from assay.server.domain.buckets import TeamBucket
from assay.server.domain.folding import folded
from assay.server.domain.homes import home_of
from assay.wire.errors import Conflict

if TYPE_CHECKING:
    from assay.testing.memory.metadata import State

Int64 = NDArray[np.int64]


class Content(NamedTuple):
    size: int
    name_count: int
    idle_since: float
    is_leaving: bool = False


class MemoryArtifacts:
    def __init__(self, state: State) -> None:
        self._state = state

    def collection(self, project_key: int, name: str, *, with_deleted: bool = False) -> Collection | None:
        for collection in self._state.collections.values():
            if (collection.project_key, collection.name) == (project_key, name):
                return collection if with_deleted or not collection.deleted_at else None
        return None

    def collections_by_key(self, keys: Iterable[int]) -> dict[int, Collection]:
        return {key: self._state.collections[key] for key in sorted(set(keys)) if key in self._state.collections}

    def add_collection(self, collection: Collection) -> Collection:
        if self.collection(collection.project_key, collection.name, with_deleted=True) is not None:
            raise Conflict(detail=f"There is an artifact {collection.name!r} in this project already")
        added = replace(collection, key=self._state.next("collection"))
        self._state.collections[added.key] = added
        return added

    def save_collection(self, collection: Collection) -> None:
        other = self.collection(collection.project_key, collection.name, with_deleted=True)
        if other is not None and other.key != collection.key:
            raise Conflict(detail=f"There is an artifact {collection.name!r} in this project already")
        saved = {
            name: getattr(collection, name)
            for name in ("name", "type", "ttl_s", "updated_at", "deleted_at", "description", "tags")
        }
        self._state.collections[collection.key] = replace(self._state.collections[collection.key], **saved)

    def collections(
        self, project_key: int, *, type_: str = "", search: str = "", after: str = "", limit: int = 100
    ) -> tuple[list[Collection], int]:
        found = [
            each
            for each in self._state.collections.values()
            if each.project_key == project_key
            and not each.deleted_at
            and type_ in ("", each.type)
            and any(folded(search) in folded(text) for text in (each.name, each.description))
        ]
        rest = sorted((each for each in found if each.name > after), key=lambda each: each.name)
        return rest[:limit], len(found)

    def types(self, project_key: int) -> list[tuple[str, int, int, int]]:
        mine = [each for each in self._state.collections.values() if each.project_key == project_key and not each.deleted_at]
        return [
            (type_, len(same), sum(each.version_count for each in same), sum(each.size for each in same))
            for type_ in sorted({each.type for each in mine})
            if (same := [each for each in mine if each.type == type_])
        ]

    def add_version(self, version: Version) -> Version:
        collection = self._state.collections[version.collection_key]
        added = replace(deepcopy(version), key=self._state.next("version"), number=collection.next_number)
        self._state.versions[added.key] = added
        self._state.collections[collection.key] = replace(
            collection, next_number=collection.next_number + 1, updated_at=version.created_at
        )
        self._count(collection.key)
        return deepcopy(added)

    def save_version(self, version: Version) -> None:
        saved = {
            name: getattr(version, name)
            for name in (
                "description", "metadata", "tags", "ttl_s", "span_start", "span_end", "updated_at", "deleted_at", "deleted_as",
                "manifest", "bucket",
            )
        }  # fmt: skip
        self._state.versions[version.key] = replace(self._state.versions[version.key], **deepcopy(saved))
        self._count(version.collection_key)

    def _count(self, collection_key: int) -> None:
        live = self._of(collection_key)
        self._state.collections[collection_key] = replace(
            self._state.collections[collection_key], version_count=len(live), size=sum(version.size for version in live)
        )

    def _of(self, collection_key: int, *, with_deleted: bool = False) -> list[Version]:
        """Newest first."""
        found = [
            version
            for version in self._state.versions.values()
            if version.collection_key == collection_key and (with_deleted or not version.deleted_at)
        ]
        return sorted(found, key=lambda version: -version.number)

    def versions_by_key(self, keys: Iterable[int]) -> dict[int, Version]:
        return {key: deepcopy(self._state.versions[key]) for key in sorted(set(keys)) if key in self._state.versions}

    def version_places(self, keys: Int64) -> Int64:
        found = [self._state.versions[key] for key in sorted(set(keys.tolist())) if key in self._state.versions]
        rows = [
            (each.key, each.collection_key, each.number, self._state.collections[each.collection_key].project_key)
            for each in found
        ]
        return np.array(rows, np.int64).reshape(-1, 4)

    def version(self, collection_key: int, number: int, *, with_deleted: bool = False) -> Version | None:
        found = (each for each in self._of(collection_key, with_deleted=with_deleted) if each.number == number)
        return deepcopy(next(found, None))

    def version_of_digest(self, collection_key: int, digest: str) -> Version | None:
        return deepcopy(next((each for each in self._of(collection_key) if each.digest == digest), None))

    def versions(
        self, collection_key: int, *, below: int | None = None, limit: int = 100, with_deleted: bool = False
    ) -> tuple[list[Version], int]:
        found = self._of(collection_key, with_deleted=with_deleted)
        return deepcopy([each for each in found if below is None or each.number < below][:limit]), len(found)

    def newest_numbers(self, collection_keys: Iterable[int]) -> dict[int, int]:
        return {key: live[0].number for key in set(collection_keys) if (live := self._of(key))}

    def end_told(self, ends: Mapping[int, float]) -> None:
        for key, end in ((key, end) for key, end in ends.items() if key in self._state.versions):
            self._state.versions[key] = replace(self._state.versions[key], end_told=end)

    def all_versions(self, project_keys: Sequence[int], *, with_deleted: bool = False) -> list[Version]:
        return [
            replace(version, metadata={})
            for _, version in sorted(self._state.versions.items())
            if version.manifest
            and (with_deleted or not version.deleted_at)
            and self._state.collections[version.collection_key].project_key in project_keys
        ]

    def deleted_versions(self, before: float, limit: int) -> list[Version]:
        found = [each for each in self._state.versions.values() if 0 < each.deleted_at < before and each.manifest]
        return deepcopy(sorted(found, key=lambda version: (version.deleted_at, version.key))[:limit])

    def aliases(self, version_keys: Iterable[int]) -> dict[int, list[str]]:
        wanted = set(version_keys)
        found: dict[int, list[str]] = {}
        for (_, alias), key in sorted(self._state.aliases.items(), key=lambda item: item[0][1]):
            if key in wanted:
                found.setdefault(key, []).append(alias)
        return found

    def alias(self, collection_key: int, alias: str) -> int:
        return self._state.aliases.get((collection_key, alias), 0)

    def move_alias(self, collection_key: int, alias: str, version_key: int, at: float, by: str) -> bool:
        before = self.alias(collection_key, alias)
        if before == version_key:
            return False
        if version_key:
            self._state.aliases[collection_key, alias] = version_key
        else:
            del self._state.aliases[collection_key, alias]
        number = self._state.next("alias_change")
        self._state.alias_changes[number] = (collection_key, AliasChange(alias, before, version_key, at, by))
        return True

    def alias_changes(self, collection_key: int, limit: int) -> list[AliasChange]:
        return [change for key, change in reversed(self._state.alias_changes.values()) if key == collection_key][:limit]

    def add_edge(self, edge: Edge) -> bool:
        for number, known in self._state.edges.items():
            if (known.version_key, known.run_key, known.kind) == (edge.version_key, edge.run_key, edge.kind):
                self._state.edges[number] = replace(known, role=edge.role or known.role)
                return False
        number = self._state.next("edge")
        self._state.edges[number] = replace(edge, id=number)
        return True

    def edges_of_runs(self, run_keys: Iterable[int]) -> list[Edge]:
        wanted = set(run_keys)
        return [edge for edge in self._state.edges.values() if edge.run_key in wanted]

    def edges_of_versions(self, version_keys: Iterable[int], kind: EdgeKind | None = None) -> list[Edge]:
        wanted = set(version_keys)
        return [edge for edge in self._state.edges.values() if edge.version_key in wanted and kind in (None, edge.kind)]

    def edge_columns(self, after_id: int) -> tuple[Int64, Int64, Int64, Int64]:
        rows = [
            (edge.id, edge.version_key, edge.run_key, int(edge.kind == "out"))
            for edge in self._state.edges.values()
            if edge.id > after_id
        ]
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
        return table[:, 0], table[:, 1], table[:, 2], table[:, 3]

    def edge_count(self) -> int:
        return len(self._state.edges)

    def use_counts(self, version_keys: Iterable[int]) -> dict[int, int]:
        used = [edge.version_key for edge in self.edges_of_versions(version_keys, "in")]
        return {key: used.count(key) for key in set(used)}

    def add_draft(self, draft: Draft) -> Draft:
        for known in self._state.drafts.values():
            same = (known.project_key, known.shared_id, known.name) == (draft.project_key, draft.shared_id, draft.name)
            if draft.shared_id and same and not known.version_key:
                return known
        self._state.drafts[draft.id] = draft
        return draft

    def draft(self, draft_id: str) -> Draft | None:
        return self._state.drafts.get(draft_id)

    def save_draft(self, draft: Draft) -> None:
        saved = {name: getattr(draft, name) for name in ("request", "touched_at", "page_count", "entry_count", "version_key")}
        self._state.drafts[draft.id] = replace(self._state.drafts[draft.id], **saved)
        if draft.version_key:
            self._forget_pages({draft.id})

    def _forget_pages(self, drafts: set[str]) -> None:
        self._state.draft_pages = {key: data for key, data in self._state.draft_pages.items() if key[0] not in drafts}

    def add_page(self, draft_id: str, number: int, data: bytes) -> None:
        self._state.draft_pages[draft_id, number] = data

    def pages(self, draft_id: str) -> list[bytes]:
        return [data for (draft, _), data in sorted(self._state.draft_pages.items()) if draft == draft_id]

    def remove_draft(self, draft_id: str) -> None:
        self._state.drafts.pop(draft_id, None)
        self._forget_pages({draft_id})

    def remove_drafts(self, untouched_since: float) -> int:
        old = {draft.id for draft in self._state.drafts.values() if draft.touched_at < untouched_since}
        for draft_id in old:
            self.remove_draft(draft_id)
        return len(old)

    def rules(self, entity_id: int) -> list[Rule]:
        return self._state.rules.get(entity_id, [])

    def set_rules(self, entity_id: int, rules: Sequence[Rule]) -> None:
        self._state.rules[entity_id] = sorted(rules, key=lambda rule: (rule.project_key, rule.type))

    def forget_project(self, project_key: int) -> None:
        state = self._state
        gone = {key for key, each in state.collections.items() if each.project_key == project_key}
        versions = {key for key, each in state.versions.items() if each.collection_key in gone}
        state.collections = {key: each for key, each in state.collections.items() if key not in gone}
        state.versions = {key: each for key, each in state.versions.items() if key not in versions}
        state.aliases = {key: each for key, each in state.aliases.items() if key[0] not in gone}
        state.alias_changes = {key: each for key, each in state.alias_changes.items() if each[0] not in gone}
        state.edges = {key: each for key, each in state.edges.items() if each.version_key not in versions}
        state.acceptances = {key: each for key, each in state.acceptances.items() if key[1] not in versions}
        for draft in [draft for draft in state.drafts.values() if draft.project_key == project_key]:
            self.remove_draft(draft.id)


class MemoryContents:
    def __init__(self, state: State) -> None:
        self._state = state

    def known(self, home: int, digests: Iterable[str]) -> dict[str, tuple[int, int]]:
        rows = self._among(home, digests).items()
        return {digest: (row.size, row.name_count) for digest, row in rows if not row.is_leaving}

    def being_freed(self, home: int, digests: Iterable[str]) -> set[str]:
        return {digest for digest, row in self._among(home, digests).items() if row.is_leaving}

    def _among(self, home: int, digests: Iterable[str]) -> dict[str, Content]:
        rows = self._state.contents
        return {digest: rows[home, digest] for digest in digests if (home, digest) in rows}

    def arrived(self, home: int, contents: Mapping[str, int], at: float) -> None:
        for digest, size in contents.items():
            row = self._state.contents.get((home, digest))
            if row is None:
                self._state.contents[home, digest] = Content(size, 0, at)
            elif not row.is_leaving and not row.name_count:
                self._state.contents[home, digest] = row._replace(idle_since=at)

    def renew(self, home: int, digests: Iterable[str], at: float) -> None:
        for digest, row in self._among(home, digests).items():
            if not row.is_leaving and not row.name_count:
                self._state.contents[home, digest] = row._replace(idle_since=at)

    def name(self, home: int, contents: Iterable[str]) -> None:
        for digest in contents:
            row = self._state.contents[home, digest]
            self._state.contents[home, digest] = row._replace(name_count=row.name_count + 1, idle_since=0.0)

    def release(self, home: int, contents: Iterable[str], at: float) -> None:
        for digest, row in self._among(home, contents).items():
            if row.name_count:
                count = row.name_count - 1
                self._state.contents[home, digest] = row._replace(name_count=count, idle_since=0.0 if count else at)

    def counts(self, home: int) -> dict[str, tuple[int, int]]:
        return {
            digest: (row.size, row.name_count)
            for (owner, digest), row in self._state.contents.items()
            if owner == home and not row.is_leaving
        }

    def totals(self, home: int) -> tuple[int, int, int]:
        mine = [row for (owner, _), row in self._state.contents.items() if owner == home]
        return sum(row.size for row in mine), sum(row.size for row in mine if not row.name_count), len(mine)

    def take_idle(self, before: float, limit: int, without: Group[int] = ()) -> list[tuple[int, str, int]]:
        rows = [(key, row) for key, row in self._state.contents.items() if key[0] not in without]
        idle = [(key, row) for key, row in rows if 0 < row.idle_since < before or row.is_leaving]
        idle.sort(key=lambda item: (not item[1].is_leaving, item[1].idle_since))
        for key, row in idle[:limit]:
            self._state.contents[key] = row._replace(is_leaving=True)
        return [(owner, digest, row.size) for (owner, digest), row in idle[:limit]]

    def forget(self, home: int, digests: Iterable[str]) -> None:
        for digest, row in self._among(home, digests).items():
            if row.is_leaving:
                del self._state.contents[home, digest]
        self._state.next("contents_epoch")

    def epoch(self) -> int:
        return self._state.counters.get("contents_epoch", 0)

    def queue_release(self, home: int, manifests: Iterable[str]) -> None:
        for manifest in manifests:
            if manifest:
                self._state.releases[self._state.next("release")] = (home, manifest)

    def queue_release_of_project(self, project_key: int) -> None:
        entity_id = self._state.entities[self._state.projects[project_key].entity].id
        for version in MemoryArtifacts(self._state).all_versions([project_key], with_deleted=True):
            self.queue_release(home_of(entity_id, version.bucket), [version.manifest])

    def queued_releases(self, limit: int, after: int = 0) -> list[tuple[int, int, str]]:
        return [(number, *release) for number, release in self._state.releases.items() if number > after][:limit]

    def release_done(self, release_id: int) -> bool:
        return self._state.releases.pop(release_id, None) is not None


class MemoryBuckets:
    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, bucket: TeamBucket) -> TeamBucket:
        bucket = replace(bucket, key=self._state.next("bucket"))
        self._state.buckets[bucket.key] = bucket
        return bucket

    def save(self, bucket: TeamBucket) -> None:
        self._state.buckets[bucket.key] = bucket

    def get(self, key: int) -> TeamBucket | None:
        return self._state.buckets.get(key)

    def all(self, entity_id: int | None = None) -> list[TeamBucket]:
        return [bucket for _, bucket in sorted(self._state.buckets.items()) if entity_id in (None, bucket.entity_id)]

    def current(self, entity_id: int) -> int:
        return next((bucket.key for bucket in self.all(entity_id) if not bucket.ended_at), 0)

    def queue_clearings(self, entity_id: int, run_keys: Iterable[int]) -> None:
        self._state.clearings |= {(bucket.key, key): None for key in run_keys for bucket in self.all(entity_id)}

    def clearings(self, bucket: int, limit: int) -> list[int]:
        return sorted(run_key for home, run_key in self._state.clearings if home == bucket)[:limit]

    def cleared(self, bucket: int, run_key: int) -> None:
        self._state.clearings.pop((bucket, run_key), None)


class MemoryFaults:
    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, fault: Fault) -> None:
        self._state.faults[fault.id] = fault

    def save(self, fault: Fault) -> None:
        known = self._state.faults[fault.id]
        self._state.faults[fault.id] = replace(known, taken_back_at=fault.taken_back_at, freeze=fault.freeze)

    def get(self, fault_id: str) -> Fault | None:
        return self._state.faults.get(fault_id)

    def list(self, entity: str | None) -> list[Fault]:
        found = [fault for fault in self._state.faults.values() if entity in (None, fault.entity)]
        return sorted(found, key=lambda fault: (fault.at, fault.id), reverse=True)

    def accept(self, acceptance: Acceptance) -> None:
        self._state.acceptances.setdefault((acceptance.fault_id, acceptance.version_key), acceptance)

    def accepted(self, version_key: int) -> Sequence[Acceptance]:
        return [each for (_, key), each in sorted(self._state.acceptances.items()) if key == version_key]

    def withdraw(self, version_key: int) -> None:
        for each in self.accepted(version_key):
            del self._state.acceptances[each.fault_id, version_key]
