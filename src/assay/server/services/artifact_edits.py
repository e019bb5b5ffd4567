"""Changing what is said about artifacts, deleting versions and bringing them back. What a version contains never changes."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from assay.server.domain import artifact_drafts as rules
from assay.server.domain.accounts import Actor
from assay.server.domain.artifacts import Collection, Version, check_name
from assay.server.domain.events import Event
from assay.server.domain.projects import Project
from assay.server.ports.bus import News
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit
from assay.server.services.aliases import LATEST, Aliases
from assay.server.services.artifact_finding import (
    ArtifactPath,
    Found,
    distinct,
    entity_id_of,
    find_collection,
    find_version,
    readable_projects,
    shown,
)
from assay.server.services.artifacts import collections_shown
from assay.server.services.manifests import ManifestService
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import Conflict, Gone, InvalidRequest, TooLarge, Unavailable
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath
from assay.wire.values import is_same

AS_THE_COLLECTION = -1.0  # what `ttl_s` says to have no lifetime of its own
_USERS_SHOWN = 100


class ArtifactEditService:
    def __init__(self, stores: Stores, manifests: ManifestService, aliases: Aliases) -> None:
        self._stores = stores
        self._manifests = manifests
        self._aliases = aliases

    def edit_version(
        self, actor: Actor, path: ProjectPath, name: str, ref: str, edit: messages.VersionEdit
    ) -> messages.ArtifactVersion:
        """What is given changes. An alias leaves the version that had it; taking off what is not there is free."""
        rules.check_texts(edit.description, edit.metadata)
        rules.check_marks(edit.add_aliases, edit.add_tags)
        _check_ttl(edit.ttl_s)
        rules.check_span(edit.span)
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            found = find_version(unit, actor, path, name, ref, "artifact:edit")
            before = found.version
            tags = distinct([*before.tags, *edit.add_tags], edit.remove_tags)
            if len(tags) > limits.ALIASES:
                raise TooLarge(what="The list of tags", actual=len(tags), limit=limits.ALIASES, name="ALIASES")
            after = replace(
                before,
                tags=tuple(tags),
                description=before.description if edit.description is None else edit.description,
                metadata=before.metadata if edit.metadata is None else edit.metadata,
                ttl_s=before.ttl_s if edit.ttl_s is None else None if edit.ttl_s == AS_THE_COLLECTION else edit.ttl_s,
                span_start=before.span_start if edit.span is None else edit.span.start,
                span_end=before.span_end if edit.span is None else edit.span.end,
            )
            fields = [field for field in _FIELDS if not is_same(getattr(before, field), getattr(after, field))]
            if fields:
                after = replace(after, updated_at=now)
                unit.artifacts.save_version(after)
                self._note(unit, actor, found.project, "ArtifactVersionEdited", "artifact:edit", found.path, fields=fields)
            found = replace(found, version=after)
            self._aliases.remove(unit, actor, found, edit.remove_aliases)
            self._aliases.move(unit, actor, found, distinct(edit.add_aliases))
            answer = shown(unit, actor, [found])[0]
        self._publish(found.project, name)
        return answer

    def edit_collection(
        self, actor: Actor, path: ProjectPath, name: str, edit: messages.CollectionEdit
    ) -> messages.ArtifactCollection:
        rules.check_texts(edit.description, None)
        rules.check_marks([], edit.add_tags)
        _check_ttl(edit.ttl_s)
        if edit.name is not None:
            check_name(edit.name, "artifact name")
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            project, before = find_collection(unit, actor, path, name, "artifact:edit")
            tags = distinct([*before.tags, *edit.add_tags], edit.remove_tags)
            if len(tags) > limits.ALIASES:
                raise TooLarge(what="The list of tags", actual=len(tags), limit=limits.ALIASES, name="ALIASES")
            after = replace(
                before,
                name=before.name if edit.name is None else edit.name,
                tags=tuple(tags),
                description=before.description if edit.description is None else edit.description,
                ttl_s=before.ttl_s if edit.ttl_s is None else None if edit.ttl_s == AS_THE_COLLECTION else edit.ttl_s,
            )
            if after != before:
                after = replace(after, updated_at=now)
                unit.artifacts.save_collection(after)
                if after.name != before.name:
                    _keep_frozen(unit, f"{path}/{before.name}:", f"{path}/{after.name}:")
                self._note(unit, actor, project, "ArtifactEdited", "artifact:edit", f"{path}/{after.name}", before=before.name)
            answer = collections_shown(unit, actor, project, [after])[0]
        self._publish(project, name, after.name)
        return answer

    def delete_version(
        self, actor: Actor, path: ProjectPath, name: str, ref: str, *, with_aliases: bool, is_dry: bool
    ) -> messages.Deletion:
        """Delete one version; it can be restored until its space is freed. Raises Conflict if an alias that a person set points
        at it, unless told to take it along."""
        done = self._delete(actor, [ArtifactPath(path, name, ref)], with_aliases=with_aliases, is_dry=is_dry)
        if done.kept and not is_dry:
            raise Conflict(detail=f"{done.kept[0][0]} stays: {done.kept[0][1]}. Ask for it with its aliases to delete both")
        return done

    def delete_versions(self, actor: Actor, entity: str, asked: messages.VersionsRequest) -> messages.Deletion:
        """Delete versions of an entity's projects, or say what would happen. Those that an alias points at are kept, unless told
        to take the aliases along."""
        access.require(actor, "artifact:delete", entity, what="entity", name=entity)
        if len(asked.versions) > limits.PAGE_ROWS:
            raise InvalidRequest(
                detail=f"{len(asked.versions)} versions in one request; at most {limits.PAGE_ROWS}. Send them in parts"
            )
        wanted = []
        for text in asked.versions:
            parsed = ArtifactPath.parse(text, ProjectPath(entity, "-"))
            if parsed.project.entity != entity or "/" not in text:
                raise InvalidRequest(detail=f"{text[:300]!r} is not a version of {entity}; expected {entity}/project/name:v3")
            wanted.append(parsed)
        return self._delete(actor, wanted, with_aliases=asked.with_aliases, is_dry=asked.is_dry)

    def _delete(self, actor: Actor, wanted: Sequence[ArtifactPath], *, with_aliases: bool, is_dry: bool) -> messages.Deletion:
        with self._stores.metadata.read() as unit:
            going, kept = self._choose(unit, actor, wanted, with_aliases=with_aliases)
            users = self._users(unit, actor, going)
            freed = self.freed(unit, going) if going else 0
        if not is_dry and going:
            with self._stores.metadata.begin() as unit:
                # Chosen again: an alias may have moved since.
                going, kept = self._choose(unit, actor, wanted, with_aliases=with_aliases)
                for found in going:
                    self.delete_in(unit, actor, found, "deleted")
            for project in {found.project.key: found.project for found in going}.values():
                self._publish(project, *sorted({found.collection.name for found in going}))
        return messages.Deletion(len(going), freed, is_dry, kept, users)

    @staticmethod
    def _choose(
        unit: Unit, actor: Actor, wanted: Sequence[ArtifactPath], *, with_aliases: bool
    ) -> tuple[list[Found], list[tuple[str, str]]]:
        found = {}
        for each in wanted:
            one = find_version(unit, actor, each.project, each.name, each.ref, "artifact:delete")
            found[one.version.key] = one
        aliases = unit.artifacts.aliases(found)
        going, kept = [], []
        for key, one in found.items():
            own = [alias for alias in aliases.get(key, []) if alias != LATEST]
            if own and not with_aliases:
                kept.append((one.path, f"the alias {own[0]!r} points at it"))
            else:
                going.append(one)
        return going, kept

    @staticmethod
    def _users(unit: Unit, actor: Actor, going: Sequence[Found]) -> list[messages.RunRef]:
        edges = unit.artifacts.edges_of_versions([found.version.key for found in going], "in")
        homes = readable_projects(unit, actor, {edge.project_key for edge in edges})
        seen = {edge.run_key: edge for edge in edges if edge.project_key in homes}
        return [
            messages.RunRef(homes[edge.project_key], edge.run_id, edge.run_name, edge.role, edge.at)
            for edge in list(seen.values())[-_USERS_SHOWN:]
        ]

    def freed(self, unit: Unit, going: Sequence[Found]) -> int:
        """Bytes that only these versions name; none of those in a bucket that does not let us in."""
        named: dict[int, Counter[str]] = {}
        for found in going:
            with contextlib.suppress(Unavailable):
                contents = self._manifests.contents(found.home, found.version.manifest)
                named.setdefault(found.home, Counter()).update(contents)
        freed = 0
        for home, counter in named.items():
            known = unit.contents.known(home, counter)
            freed += sum(size for digest, (size, count) in known.items() if count == counter[digest])
        return freed

    def delete_in(self, unit: Unit, actor: Actor, found: Found, why: str) -> None:
        """Delete the version in `unit`, with its aliases; `latest` goes on to the newest one left."""
        assert why in ("deleted", "expired"), why
        now = self._stores.now()
        aliases = unit.artifacts.aliases([found.version.key]).get(found.version.key, [])
        self._aliases.remove(unit, actor, found, aliases)
        unit.artifacts.save_version(replace(found.version, deleted_at=now, deleted_as=why, updated_at=now))  # type: ignore[arg-type]
        if LATEST in aliases:
            self._point_latest(unit, actor, found)
        self._note(unit, actor, found.project, "ArtifactVersionDeleted", "artifact:delete", found.path, why=why)

    def _point_latest(self, unit: Unit, actor: Actor, found: Found) -> None:
        left, _ = unit.artifacts.versions(found.collection.key, limit=1)
        if left:
            self._aliases.move_free(unit, actor, replace(found, version=left[0]), [LATEST])

    def delete_collection(
        self, actor: Actor, path: ProjectPath, name: str, *, with_aliases: bool, is_dry: bool
    ) -> messages.Deletion:
        """The artifact with all its versions, which can be restored one by one."""
        with self._stores.metadata.read() as unit:
            project, collection = find_collection(unit, actor, path, name, "artifact:delete")
            found = _all_of(unit, project, collection)
            named = _named(unit, found) if not with_aliases else []
            users = self._users(unit, actor, found)
            freed = self.freed(unit, found)
        if named and is_dry:
            return messages.Deletion(0, 0, True, [(path_, f"the alias {alias!r} points at it") for path_, alias in named], users)
        if not is_dry:
            with self._stores.metadata.begin() as unit:
                project, collection = find_collection(unit, actor, path, name, "artifact:delete")
                found = _all_of(unit, project, collection)
                # Looked for again: an alias may have moved since.
                if not with_aliases and (named := _named(unit, found)):
                    raise Conflict(
                        detail=f"{path}/{name} stays: the alias {named[0][1]!r} points at {named[0][0]}. Ask for it with its "
                        "aliases to delete all of it"
                    )
                now = self._stores.now()
                for one in found:
                    mine = unit.artifacts.aliases([one.version.key]).get(one.version.key, [])
                    self._aliases.remove(unit, actor, one, mine)
                    unit.artifacts.save_version(replace(one.version, deleted_at=now, deleted_as="deleted", updated_at=now))
                unit.artifacts.save_collection(replace(collection, deleted_at=now, updated_at=now))
                self._note(unit, actor, project, "ArtifactDeleted", "artifact:delete", f"{path}/{name}", versions=len(found))
            self._publish(project, name)
        return messages.Deletion(len(found), freed, is_dry, [], users)

    def restore(self, actor: Actor, path: ProjectPath, name: str, ref: str) -> messages.ArtifactVersion:
        """Bring a deleted version back by its number, and its artifact if that was deleted too. Free for one that is there.
        Raises Gone once its space was freed."""
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            found = find_version(unit, actor, path, name, ref, "artifact:delete", with_deleted=True)
            if found.version.is_purged:
                raise Gone(what="Version", name=found.path, detail="Its content was freed; log it again from where it came.")
            if found.collection.deleted_at:
                unit.artifacts.save_collection(replace(found.collection, deleted_at=0.0, updated_at=now))
            if found.version.deleted_at:
                version = replace(found.version, deleted_at=0.0, deleted_as="", updated_at=now)
                unit.artifacts.save_version(version)
                found = replace(found, version=version)
                if not unit.artifacts.alias(found.collection.key, LATEST):
                    self._point_latest(unit, actor, found)
                self._note(unit, actor, found.project, "ArtifactVersionRestored", "artifact:restore", found.path)
            answer = shown(unit, actor, [found])[0]
        self._publish(found.project, name)
        return answer

    def _note(self, unit: Unit, actor: Actor, project: Project, event: str, action: str, subject: str, **data: object) -> None:
        now = self._stores.now()
        unit.events.add(Event(event, project.key, subject, now, actor.username, dict(data)))
        audit.note(unit, actor, action, subject, now, **data)

    def _publish(self, project: Project, *names: str) -> None:
        self._stores.bus.publish(News("artifacts", project.key, project.entity, project.name, keys=tuple(dict.fromkeys(names))))


_FIELDS = ("description", "metadata", "tags", "ttl_s", "span_start", "span_end")


def _keep_frozen(unit: Unit, before: str, after: str) -> None:
    """An alias of the artifact that a fault freezes stays frozen when the artifact gets another name."""
    for fault in unit.faults.list(None):
        freeze = tuple(after + each.removeprefix(before) if each.startswith(before) else each for each in fault.freeze)
        if freeze != fault.freeze:
            unit.faults.save(replace(fault, freeze=freeze))


def _check_ttl(ttl_s: float | None) -> None:
    if ttl_s != AS_THE_COLLECTION:
        rules.check_lifetime(ttl_s)


def _all_of(unit: Unit, project: Project, collection: Collection) -> list[Found]:
    entity_id = entity_id_of(unit, project.entity)
    versions: list[Version] = unit.artifacts.versions(collection.key, limit=1_000_000)[0]
    return [Found(project, entity_id, collection, version) for version in versions]


def _named(unit: Unit, found: Sequence[Found]) -> list[tuple[str, str]]:
    """(path, alias) of versions that have an alias that a person set."""
    aliases = unit.artifacts.aliases([one.version.key for one in found])
    return [
        (one.path, own[0]) for one in found if (own := [alias for alias in aliases.get(one.version.key, []) if alias != LATEST])
    ]
