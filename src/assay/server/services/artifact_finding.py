"""Artifacts by what people call them, and as answers show them. Every service of artifacts begins here."""

from __future__ import annotations

from collections.abc import Collection as Group
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assay.server.domain.accounts import Actor
from assay.server.domain.artifacts import Collection, Slice, Version, is_digest, parse_ref
from assay.server.domain.homes import home_of
from assay.server.domain.projects import Project
from assay.server.domain.retention import expires_at
from assay.server.ports.metadata import Unit
from assay.server.services import access
from assay.server.services.projects import find as find_project
from assay.wire.errors import Gone, InvalidName, NotFound
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath


@dataclass(frozen=True, slots=True)
class Found:
    """A version with where it lives."""

    project: Project
    entity_id: int
    collection: Collection
    version: Version

    @property
    def home(self) -> int:
        """Where its contents are."""
        return home_of(self.entity_id, self.version.bucket)

    @property
    def path(self) -> str:
        return f"{self.project.entity}/{self.project.name}/{self.collection.name}:{self.version.label}"


@dataclass(frozen=True, slots=True)
class ArtifactPath:
    """`entity/project/name`, and what of it is meant: a version's number, an alias, a digest or a span of time."""

    project: ProjectPath
    name: str
    ref: str

    @classmethod
    def parse(cls, text: str, home: ProjectPath) -> ArtifactPath:
        """`name:ref`, `project/name:ref` or `entity/project/name:ref`; without a ref the latest. Also `name@START..END`.

        Raises InvalidName."""
        where, separator, ref = text.partition(":")
        if not separator:
            where, _, ref = text.partition("@")
        match where.split("/"):
            case [name]:
                project = home
            case [project_name, name]:
                project = ProjectPath.parse(f"{home.entity}/{project_name}")
            case [entity, project_name, name]:
                project = ProjectPath.parse(f"{entity}/{project_name}")
            case _:
                raise InvalidName(
                    text=text[:300], what="artifact", expected="name:alias, project/name:alias or entity/project/name:v3"
                )
        if not name:
            raise InvalidName(
                text=text[:300], what="artifact", expected="name:alias, project/name:alias or entity/project/name:v3"
            )
        return cls(project, name, ref or "latest")

    def __str__(self) -> str:
        return f"{self.project}/{self.name}:{self.ref}"


def entity_id_of(unit: Unit, entity: str) -> int:
    """Raises NotFound."""
    found = unit.teams.entity(entity)
    if found is None:
        raise NotFound(what="entity", name=entity)
    return found.id


def find_collection(
    unit: Unit, actor: Actor, path: ProjectPath, name: str, action: access.Action = "artifact:read", *, with_deleted: bool = False
) -> tuple[Project, Collection]:
    """The collection, once the actor may `action` it. Raises NotFound or Forbidden."""
    project = find_project(unit, actor, path, action)
    collection = unit.artifacts.collection(project.key, name, with_deleted=with_deleted)
    if collection is None:
        raise NotFound(what="artifact", name=f"{path}/{name}"[:300])
    return project, collection


def find_version(
    unit: Unit, actor: Actor, path: ProjectPath, name: str, ref: str, action: access.Action = "artifact:read",
    *, with_deleted: bool = False,
) -> Found:  # fmt: skip
    """One version by `v3`, an alias or a digest. Raises NotFound, Forbidden, Gone for a deleted one, InvalidName for a span."""
    project, collection = find_collection(unit, actor, path, name, action, with_deleted=with_deleted)
    if isinstance(parse_ref(ref), Slice):
        raise InvalidName(
            text=ref[:300], what="version", expected="v and a number, an alias or a digest here, not a span of time"
        )
    version = resolve(unit, collection, ref)
    if version is None:
        raise NotFound(what="version", name=f"{path}/{name}:{ref}"[:300])
    if version.deleted_at and not with_deleted:
        raise Gone(
            what="Version",
            name=f"{path}/{name}:{version.label}",
            detail="Its content was freed." if version.is_purged else "It can be restored until its space is freed.",
        )
    return Found(project, entity_id_of(unit, project.entity), collection, version)


def resolve(unit: Unit, collection: Collection, ref: str) -> Version | None:
    """What `ref` (no span) stands for in the collection, deleted or not."""
    wanted = parse_ref(ref)
    if isinstance(wanted, int):
        return unit.artifacts.version(collection.key, wanted, with_deleted=True)
    if is_digest(ref):
        return unit.artifacts.version_of_digest(collection.key, ref)
    key = unit.artifacts.alias(collection.key, ref)
    return unit.artifacts.versions_by_key([key]).get(key) if key else None


def shown(unit: Unit, actor: Actor, found: Sequence[Found]) -> list[messages.ArtifactVersion]:
    """Versions as answers show them, in order; a few queries for all of them."""
    keys = [each.version.key for each in found]
    aliases, uses = unit.artifacts.aliases(keys), unit.artifacts.use_counts(keys)
    makers = {}
    for edge in unit.artifacts.edges_of_versions(keys, "out"):
        if edge.version_key not in makers:
            makers[edge.version_key] = edge
    homes = readable_projects(unit, actor, {edge.project_key for edge in makers.values()})
    rules = {entity_id: unit.artifacts.rules(entity_id) for entity_id in {each.entity_id for each in found}}
    answer = []
    for each in found:
        version, maker = each.version, makers.get(each.version.key)
        home = homes.get(maker.project_key) if maker else None
        answer.append(
            messages.ArtifactVersion(
                path=each.path, entity=each.project.entity, project=each.project.name, name=each.collection.name,
                type=each.collection.type, version=version.label, number=version.number, digest=version.digest,
                size=version.size, new_size=version.new_size, file_count=version.file_count, created_at=version.created_at,
                description=version.description, metadata=version.metadata, aliases=aliases.get(version.key, []),
                tags=list(version.tags), state="committed" if not version.deleted_at else version.deleted_as or "deleted",
                created_by=messages.RunRef(home, maker.run_id, maker.run_name, maker.role, maker.at) if maker and home else None,
                step=version.step, ttl_s=version.ttl_s, span=span_of(version),
                expires_at=expires_at(version, each.collection, rules[each.entity_id]),
                used_by_count=uses.get(version.key, 0), updated_at=version.updated_at,
            )
        )  # fmt: skip
    return answer


def span_of(version: Version) -> messages.TimeSpan | None:
    if version.span_start is None or version.span_end is None:
        return None
    return messages.TimeSpan(version.span_start, version.span_end)


def readable_projects(unit: Unit, actor: Actor, keys: Iterable[int]) -> dict[int, str]:
    """Key → `entity/project` of the projects that the actor may read."""
    found = {}
    for key in set(keys):
        project = unit.projects.by_key(key)
        if project is not None and access.may(actor, "artifact:read", project.entity):
            found[key] = f"{project.entity}/{project.name}"
    return found


def locate(unit: Unit, actor: Actor, version_keys: Iterable[int]) -> dict[int, Found]:
    """The versions with these keys that the actor may read, deleted ones too."""
    versions = unit.artifacts.versions_by_key(version_keys)
    collections = unit.artifacts.collections_by_key({version.collection_key for version in versions.values()})
    projects: dict[int, tuple[Project, int]] = {}
    for key in {collection.project_key for collection in collections.values()}:
        project = unit.projects.by_key(key)
        if project is not None and access.may(actor, "artifact:read", project.entity):
            projects[key] = project, entity_id_of(unit, project.entity)
    answer = {}
    for key, version in versions.items():
        collection = collections[version.collection_key]
        home = projects.get(collection.project_key)
        if home is not None:
            answer[key] = Found(*home, collection, version)
    return answer


def distinct(texts: Iterable[str], taken: Group[str] = ()) -> list[str]:
    """In order, each once, without those taken."""
    return [text for text in dict.fromkeys(texts) if text not in taken]
