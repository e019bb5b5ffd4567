"""Whether artifacts are what their rows say: every version whole, every content counted as often as it is named."""

from __future__ import annotations

from collections import Counter

from assay.server.ports.metadata import Unit
from assay.server.services.contents import space_of
from assay.server.services.manifests import ManifestService
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import NotFound, Unavailable


class ArtifactCheck:
    """For a data folder that nobody else uses."""

    def __init__(self, stores: Stores, manifests: ManifestService) -> None:
        self._stores = stores
        self._manifests = manifests

    def verify(self) -> list[str]:
        """One sentence for each thing that is not as it should be. O(entries of all versions)."""
        wrong: list[str] = []
        with self._stores.metadata.read() as unit:
            queued: dict[int, list[str]] = {}
            for _, entity_id, manifest in unit.contents.queued_releases(1 << 31):
                queued.setdefault(entity_id, []).append(manifest)
            for entity in unit.teams.entities():
                wrong += self._entity(unit, entity.id, entity.name, queued.get(entity.id, []))
        return wrong

    def _entity(self, unit: Unit, entity_id: int, entity: str, queued: list[str]) -> list[str]:
        wrong: list[str] = []
        named: Counter[str] = Counter()
        is_complete = True
        for path, manifest in [*_manifests(unit, entity), *((f"a deleted version of {entity}", each) for each in queued)]:
            try:
                named.update(self._manifests.contents(entity_id, manifest))
            except (NotFound, Unavailable) as error:
                is_complete = False
                wrong.append(f"The list of files of {path} cannot be read: {error}")
        counts = unit.contents.counts(entity_id)
        for digest in named:
            if digest not in counts:
                wrong.append(f"The content {digest} of {entity} is named by {named[digest]} versions and not noted as there.")
        blobs, space = self._stores.blobs, space_of(entity_id)
        for digest, (size, count) in counts.items():
            if is_complete and count != named[digest]:
                wrong.append(f"The content {digest} of {entity} counts {count} versions; {named[digest]} name it.")
            try:
                actual = blobs.size(space, digest)
            except NotFound:
                wrong.append(f"The content {digest} of {entity} is noted as there and is missing.")
                continue
            if actual != size:
                wrong.append(f"The content {digest} of {entity} has {actual} bytes, not {size}.")
        return wrong


def _manifests(unit: Unit, entity: str) -> list[tuple[str, str]]:
    """(a version's path, its manifest) of every version that was not purged."""
    found, cursor = [], ""
    while True:
        page, _, cursor = unit.projects.list([entity], cursor, limits.PAGE_ROWS)
        names = {project.key: project.name for project in page}
        versions = unit.artifacts.all_versions(list(names), with_deleted=True)
        collections = unit.artifacts.collections_by_key({version.collection_key for version in versions})
        for version in versions:
            home = collections[version.collection_key]
            found.append((f"{entity}/{names[home.project_key]}/{home.name}:{version.label}", version.manifest))
        if not cursor:
            return found
