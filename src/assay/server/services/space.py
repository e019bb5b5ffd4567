"""What an entity's artifacts and run files take up: by project, type, artifact, run or age; and what deleting would give back."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from assay.server.compute.space import own_sizes
from assay.server.domain.accounts import Actor
from assay.server.domain.artifacts import Collection, Version
from assay.server.domain.homes import home_of
from assay.server.domain.projects import Project
from assay.server.domain.runs import Run
from assay.server.ports.metadata import Unit
from assay.server.services import access
from assay.server.services.artifact_finding import entity_id_of
from assay.server.services.manifests import ManifestDamaged, ManifestService
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidRequest, NotFound, Unavailable
from assay.wire.messages import artifacts as messages

_DAY = 86_400.0
_AGES = ((7, "this week"), (30, "this month"), (90, "three months"), (365, "this year"))
_PARTS = 50  # parts of one share that are listed; the rest is one more
_SHARES = 200


@dataclass(frozen=True, slots=True)
class _Row:
    """A version with where it is. `run` names the run that made it, if the actor may read it; `home`: where its contents are."""

    version: Version
    collection: Collection
    project: Project
    run: str
    home: int


class SpaceService:
    def __init__(self, stores: Stores, manifests: ManifestService) -> None:
        self._stores = stores
        self._manifests = manifests

    def space(self, actor: Actor, entity: str, by: str) -> messages.Space:
        """Shares of what is stored, largest first, each with its own parts: projects by type, and alike. What run files take is a
        share of its own."""
        access.require(actor, "artifact:read", entity, what="entity", name=entity)
        keys = self._keys()
        if by not in keys:
            raise InvalidRequest(detail=f"by is {by[:50]!r}; expected one of {', '.join(keys)}")
        with self._stores.metadata.read() as unit:
            entity_id = entity_id_of(unit, entity)
            rows, projects = _rows(unit, actor, entity)
            homes = {home_of(entity_id, bucket.key): bucket for bucket in unit.buckets.all(entity_id)}
            totals = {home: unit.contents.totals(home) for home in [entity_id, *homes]}
            counts = {(home, digest): row for home in totals for digest, row in unit.contents.counts(home).items()}
            file_sizes = unit.runs.file_sizes([project.key for project in projects])
        first, second = keys[by]
        own = self._own(counts, rows, [first(row) for row in rows])
        inner = self._own(counts, rows, [(first(row), second(row)) for row in rows])
        shares = _shares(rows, first, second, own, inner)
        files = _files_share(projects, file_sizes)
        if files is not None:
            shares.append(files)
        listed = sum(row.version.size for row in rows) + sum(file_sizes.values())
        shares.sort(key=lambda share: (-share.size, share.label))
        stored, waiting = (sum(total[place] for total in totals.values()) for place in (0, 1))
        places = [messages.SpacePlace(homes[home].address if home < 0 else "", total[0]) for home, total in totals.items()]
        return messages.Space(stored + sum(file_sizes.values()), listed, waiting, _cut(shares, _SHARES), places if homes else [])

    def duplicates(self, actor: Actor, entity: str) -> messages.Duplicates:
        """Versions of equal content under several names, and the largest that nothing ever took in."""
        access.require(actor, "artifact:read", entity, what="entity", name=entity)
        with self._stores.metadata.read() as unit:
            rows, _ = _rows(unit, actor, entity)
            uses = unit.artifacts.use_counts([row.version.key for row in rows])
            aliases = unit.artifacts.aliases([row.version.key for row in rows])
        same: dict[str, list[_Row]] = {}
        for row in rows:
            same.setdefault(row.version.digest, []).append(row)
        twins = sorted((group for group in same.values() if len(group) > 1), key=lambda group: -group[0].version.size)
        unused = sorted(
            (row for row in rows if row.version.key not in uses and not set(aliases.get(row.version.key, [])) - {"latest"}),
            key=lambda row: (-row.version.size, row.version.key),
        )
        largest = sorted(rows, key=lambda row: (-row.version.size, row.version.key))
        return messages.Duplicates(
            [[_item(row) for row in group[:_PARTS]] for group in twins[:_SHARES]],
            [_item(row) for row in unused[:_SHARES]],
            [_item(row) for row in largest[:_SHARES]],
        )

    def _keys(self) -> dict[str, tuple[Callable[[_Row], str], Callable[[_Row], str]]]:
        now = self._stores.now()

        def age(row: _Row) -> str:
            days = (now - row.version.created_at) / _DAY
            return next((label for bound, label in _AGES if days < bound), "older")

        def project(row: _Row) -> str:
            return row.project.name

        def kind(row: _Row) -> str:
            return row.collection.type

        def artifact(row: _Row) -> str:
            return f"{row.project.name}/{row.collection.name}"

        def version(row: _Row) -> str:
            return row.version.label

        return {
            "project": (project, artifact), "type": (kind, artifact), "artifact": (artifact, version),
            "run": (lambda row: row.run or "no run", artifact), "age": (age, artifact),
        }  # fmt: skip

    def _own(
        self, counts: dict[tuple[int, str], tuple[int, int]], rows: list[_Row], groups: Sequence[Hashable]
    ) -> dict[Hashable, int]:
        number = {content: place for place, content in enumerate(counts)}
        group_number: dict[Hashable, int] = {}
        contents, owners = [], []
        for row, group in zip(rows, groups, strict=True):
            owner = group_number.setdefault(group, len(group_number))
            named = [number[row.home, digest] for digest in self._contents(row) if (row.home, digest) in number]
            contents.append(np.array(named, np.int64))
            owners.append(np.full(len(named), owner, np.int64))
        if not contents:
            return {}
        sizes = np.array([size for size, _ in counts.values()], np.int64)
        names = np.array([count for _, count in counts.values()], np.int64)
        own = own_sizes(np.concatenate(contents), np.concatenate(owners), len(group_number), sizes, names)
        return {group: int(own[place]) for group, place in group_number.items()}

    def _contents(self, row: _Row) -> list[str]:
        """What the version names; nothing if it is in a bucket that does not let us in, or cannot be read."""
        try:
            return self._manifests.contents(row.home, row.version.manifest)
        except (ManifestDamaged, NotFound):
            return []
        except Unavailable:
            if row.home > 0:
                raise
            return []


def _rows(unit: Unit, actor: Actor, entity: str) -> tuple[list[_Row], list[Project]]:
    projects: list[Project] = []
    cursor = ""
    while True:
        page, _, cursor = unit.projects.list([entity], cursor, limits.PAGE_ROWS)
        projects += page
        if not cursor:
            break
    entity_id = entity_id_of(unit, entity)
    homes = {project.key: project for project in projects}
    versions = unit.artifacts.all_versions(list(homes))
    collections = unit.artifacts.collections_by_key({version.collection_key for version in versions})
    runs = unit.runs.by_keys(sorted({v.run_key for v in versions if v.run_key}), whole=False, with_deleted=True)
    names = {run.key: _name(run, entity) for run in runs if access.may(actor, "run:read", run.entity)}
    rows = []
    for version in versions:
        collection = collections[version.collection_key]
        project, home = homes[collection.project_key], home_of(entity_id, version.bucket)
        rows.append(_Row(version, collection, project, names.get(version.run_key, ""), home))
    return rows, projects


def _name(run: Run, entity: str) -> str:
    """As the entity's people know it; one that was moved to another entity, with that."""
    return f"{run.project}/{run.id}" if run.entity == entity else f"{run.entity}/{run.project}/{run.id}"


def _shares(
    rows: list[_Row], first: Callable[[_Row], str], second: Callable[[_Row], str], own: dict[Hashable, int],
    inner: dict[Hashable, int],
) -> list[messages.SpaceShare]:  # fmt: skip
    shares: dict[str, messages.SpaceShare] = {}
    parts: dict[tuple[str, str], messages.SpaceShare] = {}
    for row in rows:
        key, part_key = first(row), second(row)
        share = shares.setdefault(key, messages.SpaceShare(key, key, 0, own[key], 0, []))
        part = parts.get((key, part_key))
        if part is None:
            part = messages.SpaceShare(part_key, f"{row.project.name}/{row.collection.name}", 0, inner[key, part_key], 0, [])
            parts[key, part_key] = part
            share.parts.append(part)
        for each in (share, part):
            each.size += row.version.size
            each.version_count += 1
    for share in shares.values():
        share.parts.sort(key=lambda part: (-part.size, part.label))
        share.parts = _cut(share.parts, _PARTS)
    return list(shares.values())


def _files_share(projects: list[Project], sizes: dict[int, int]) -> messages.SpaceShare | None:
    parts = [
        messages.SpaceShare(project.name, project.name, sizes[project.key], sizes[project.key], 0)
        for project in projects
        if sizes.get(project.key)
    ]
    if not parts:
        return None
    total = sum(part.size for part in parts)
    parts.sort(key=lambda part: (-part.size, part.label))
    return messages.SpaceShare("files of runs", "", total, total, 0, _cut(parts, _PARTS))


def _cut(shares: list[messages.SpaceShare], limit: int) -> list[messages.SpaceShare]:
    """The largest, and all others together as one."""
    if len(shares) <= limit:
        return shares
    rest = shares[limit - 1 :]
    other = messages.SpaceShare(
        f"{len(rest)} more", "", sum(each.size for each in rest), sum(each.own_size for each in rest),
        sum(each.version_count for each in rest),
    )  # fmt: skip
    return [*shares[: limit - 1], other]


def _item(row: _Row) -> messages.SpaceItem:
    path = f"{row.project.entity}/{row.project.name}/{row.collection.name}:{row.version.label}"
    return messages.SpaceItem(path, row.collection.type, row.version.size, row.version.created_at)
