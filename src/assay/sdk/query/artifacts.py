"""Artifacts as scripts read them back: types, collections, versions, and the runs that they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assay.client import artifact_calls as calls
from assay.client import calls as run_calls
from assay.client.http import Connection
from assay.sdk.artifact import Artifact
from assay.sdk.artifact_version import CommittedVersion
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath, RunPath

if TYPE_CHECKING:
    from assay.sdk.query.runs import Run


class ArtifactType:
    """Artifacts of one kind in a project."""

    def __init__(self, connection: Connection, project: ProjectPath, info: messages.ArtifactType) -> None:
        self._connection = connection
        self._project = project
        self.info = info

    def __repr__(self) -> str:
        return f"<ArtifactType {self.name}>"

    @property
    def name(self) -> str:
        return self.info.type

    type = name

    def collections(self) -> list[ArtifactCollection]:
        return list(list_collections(self._connection, self._project, self.name))

    def collection(self, name: str) -> ArtifactCollection:
        """Raises NotFound."""
        return ArtifactCollection(self._connection, calls.get_collection(self._connection, self._project, name))


class ArtifactCollection:
    """A named line of versions. `description` and `tags` may be changed; `save()` keeps it."""

    def __init__(self, connection: Connection, info: messages.ArtifactCollection) -> None:
        self._connection = connection
        self._take(info)

    def _take(self, info: messages.ArtifactCollection) -> None:
        self.info = info
        self.name, self.description, self.tags = info.name, info.description, list(info.tags)

    def __repr__(self) -> str:
        return f"<ArtifactCollection {self.info.name} ({self.type})>"

    @property
    def project(self) -> ProjectPath:
        return ProjectPath(self.info.entity, self.info.project)

    @property
    def type(self) -> str:
        return self.info.type

    @property
    def entity(self) -> str:
        return self.info.entity

    def is_sequence(self) -> bool:
        """Whether versions are made in it; collections of a registry hold links."""
        return True

    def artifacts(self, per_page: int = 50) -> Iterator[Artifact]:
        """Its versions, newest first."""
        del per_page
        return versions_of(self._connection, self.project, self.info.name)

    versions = artifacts

    def alias_moves(self) -> list[messages.AliasMove]:
        """Every move of an alias, newest first."""
        return calls.alias_moves(self._connection, self.project, self.info.name)

    @property
    def aliases(self) -> list[str]:
        """All aliases that point somewhere now."""
        return sorted({alias for version in self.artifacts() for alias in version.aliases})

    def save(self) -> None:
        edit = messages.CollectionEdit()
        edit.name = self.name if self.name != self.info.name else None
        edit.description = self.description if self.description != self.info.description else None
        edit.add_tags = [tag for tag in self.tags if tag not in self.info.tags]
        edit.remove_tags = [tag for tag in self.info.tags if tag not in self.tags]
        if edit != messages.CollectionEdit():
            self._take(calls.edit_collection(self._connection, self.project, self.info.name, edit))

    def delete(self) -> None:
        """Delete it with all its versions."""
        calls.delete_collection(self._connection, self.project, self.info.name)


def list_types(connection: Connection, project: ProjectPath) -> list[ArtifactType]:
    return [ArtifactType(connection, project, info) for info in calls.types(connection, project)]


def list_collections(
    connection: Connection, project: ProjectPath, kind: str = "", search: str = ""
) -> Iterator[ArtifactCollection]:  # fmt: skip
    for info in calls.collections(connection, project, kind, search):
        yield ArtifactCollection(connection, info)


def versions_of(connection: Connection, project: ProjectPath, name: str) -> Iterator[Artifact]:
    """Newest first."""
    for info in calls.versions(connection, project, name):
        yield Artifact.of(CommittedVersion(connection, info))


def run_artifacts(connection: Connection, run: RunPath, side: str) -> list[Artifact]:
    """What a run took in (`inputs`) or made (`outputs`)."""
    found: Any = getattr(calls.run_artifacts(connection, run), side)
    return [Artifact.of(CommittedVersion(connection, info)) for info in found]


def run_of(connection: Connection, ref: messages.RunRef) -> Run:
    """Raises NotFound if the run is gone."""
    from assay.sdk.query.runs import Run

    return Run(connection, run_calls.get_run(connection, RunPath.parse(f"{ref.project}/{ref.run_id}")))
