"""Whether artifacts are what their rows say: every version whole, every content counted as often as it is named."""

from __future__ import annotations

from collections import Counter

from assay.server.domain.homes import home_of, space_of
from assay.server.ports.metadata import Unit
from assay.server.services.manifests import ManifestDamaged, ManifestService
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
            for _, home, manifest in unit.contents.queued_releases(1 << 31):
                queued.setdefault(home, []).append(manifest)
            for entity in unit.teams.entities():
                manifests = _manifests(unit, entity.name)
                for bucket in [0, *(each.key for each in unit.buckets.all(entity.id))]:
                    home = home_of(entity.id, bucket)
                    gone = [(f"a deleted version of {entity.name}", each) for each in queued.get(home, [])]
                    try:
                        wrong += self._home(unit, home, entity.name, [*manifests.get(bucket, []), *gone])
                    except Unavailable as error:
                        wrong.append(f"What {entity.name} has in its bucket was not looked at: {error}")
        return wrong

    def _home(self, unit: Unit, home: int, entity: str, manifests: list[tuple[str, str]]) -> list[str]:
        wrong: list[str] = []
        named: Counter[str] = Counter()
        is_complete = True
        for path, manifest in manifests:
            try:
                named.update(self._manifests.contents(home, manifest))
            except (NotFound, Unavailable) as error:
                if home < 0 and isinstance(error, Unavailable) and not isinstance(error, ManifestDamaged):
                    raise
                is_complete = False
                wrong.append(f"The list of files of {path} cannot be read: {error}")
        counts = unit.contents.counts(home)
        for digest in named:
            if digest not in counts:
                wrong.append(f"The content {digest} of {entity} is named by {named[digest]} versions and not noted as there.")
        blobs, space = self._stores.blobs, space_of(home)
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


def _manifests(unit: Unit, entity: str) -> dict[int, list[tuple[str, str]]]:
    """Bucket → (a version's path, its manifest) of every version in it that was not purged; 0: in the server's place."""
    found: dict[int, list[tuple[str, str]]] = {}
    cursor = ""
    while True:
        page, _, cursor = unit.projects.list([entity], cursor, limits.PAGE_ROWS)
        names = {project.key: project.name for project in page}
        versions = unit.artifacts.all_versions(list(names), with_deleted=True)
        collections = unit.artifacts.collections_by_key({version.collection_key for version in versions})
        for version in versions:
            shelf = collections[version.collection_key]
            path = f"{entity}/{names[shelf.project_key]}/{shelf.name}:{version.label}"
            found.setdefault(version.bucket, []).append((path, version.manifest))
        if not cursor:
            return found
