"""What a clock does to artifacts: versions that outlived their time are deleted, deleted ones are purged, what they named is
released, blobs that nothing names are freed. Nothing that an alias points at expires."""

from __future__ import annotations

import logging
from dataclasses import replace

from assay.server.domain import artifact_drafts as checks
from assay.server.domain.accounts import SYSTEM, Actor
from assay.server.domain.artifacts import Rule
from assay.server.domain.events import Event
from assay.server.domain.homes import space_of
from assay.server.domain.retention import expires_at
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit
from assay.server.services.artifact_edits import ArtifactEditService
from assay.server.services.artifact_finding import Found, entity_id_of, locate
from assay.server.services.contents import ContentService
from assay.server.services.manifests import ManifestDamaged, ManifestService
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidName, NotFound, TooLarge, Unavailable
from assay.wire.messages import artifacts as messages

log = logging.getLogger("assay.server.retention")
_AT_ONCE = 200  # versions of one unit of work
_RULES = 1_000


class RetentionService:
    def __init__(self, stores: Stores, contents: ContentService, manifests: ManifestService, edits: ArtifactEditService) -> None:
        self._stores = stores
        self._contents = contents
        self._manifests = manifests
        self._edits = edits

    def rules(self, actor: Actor, entity: str) -> messages.RetentionRules:
        access.require(actor, "artifact:read", entity, what="entity", name=entity)
        with self._stores.metadata.read() as unit:
            found = unit.artifacts.rules(entity_id_of(unit, entity))
            names = {rule.project_key: unit.projects.by_key(rule.project_key) for rule in found if rule.project_key}
        shown = []
        for rule in found:
            project = names.get(rule.project_key)
            if not rule.project_key or project is not None:
                shown.append(messages.RetentionRule(project.name if project else "", rule.type, rule.ttl_s))
        return messages.RetentionRules(shown)

    def set_rules(self, actor: Actor, entity: str, asked: messages.RetentionRules) -> messages.RetentionRules:
        """Instead of those there were. Raises NotFound for a project that is not there."""
        access.require(actor, "artifact:rules", entity, what="entity", name=entity)
        if len(asked.rules) > _RULES:
            raise TooLarge(what="The list of rules", actual=len(asked.rules), limit=_RULES, name="rules of an entity")
        rules: dict[tuple[int, str], Rule] = {}
        with self._stores.metadata.begin() as unit:
            for rule in asked.rules:
                checks.check_lifetime(rule.ttl_s)
                project = unit.projects.get(entity, rule.project) if rule.project else None
                if rule.project and project is None:
                    raise NotFound(what="project", name=f"{entity}/{rule.project}"[:300])
                key = project.key if project else 0, rule.type
                if key in rules:
                    raise InvalidName(text=rule.type[:300], what="rule", expected="one rule for each project and type")
                rules[key] = Rule(*key, rule.ttl_s)
            unit.artifacts.set_rules(entity_id_of(unit, entity), list(rules.values()))
            audit.note(unit, actor, "artifact:rules", entity, self._stores.now(), rules=len(rules))
        return self.rules(actor, entity)

    def report(self, actor: Actor, entity: str) -> messages.Deletion:
        """What would expire now, and what would not although its time is over, each with the reason."""
        access.require(actor, "artifact:read", entity, what="entity", name=entity)
        with self._stores.metadata.read() as unit:
            going, kept = self._due(unit, entity)
            freed = self._edits.freed(unit, going) if going else 0
        return messages.Deletion(len(going), freed, True, kept[: limits.PAGE_ROWS])

    def work(self) -> None:
        """Everything that is due; a worker calls it."""
        self.expire()
        self.purge()
        self.release()
        self._contents.free()
        with self._stores.metadata.begin() as unit:
            unit.artifacts.remove_drafts(self._stores.now() - limits.DRAFT_DAYS * 86_400)

    def expire(self) -> int:
        """Delete versions whose time is over; answers how many."""
        with self._stores.metadata.read() as unit:
            entities = [entity.name for entity in unit.teams.entities()]
        count = 0
        for entity in entities:
            with self._stores.metadata.read() as unit:
                going, _ = self._due(unit, entity)
            for start in range(0, len(going), _AT_ONCE):
                with self._stores.metadata.begin() as unit:
                    # Looked at again: an alias may have come, or the time been prolonged.
                    part = locate(unit, SYSTEM, [found.version.key for found in going[start : start + _AT_ONCE]])
                    aliased = unit.artifacts.aliases(part)
                    for key, found in part.items():
                        if key not in aliased and not found.version.deleted_at and self._is_due(unit, found):
                            self._edits.delete_in(unit, SYSTEM, found, "expired")
                            count += 1
        return count

    def _is_due(self, unit: Unit, found: Found) -> bool:
        end = expires_at(found.version, found.collection, unit.artifacts.rules(found.entity_id))
        return 0 < end <= self._stores.now()

    def _due(self, unit: Unit, entity: str) -> tuple[list[Found], list[tuple[str, str]]]:
        """(versions to delete, those kept although their time is over)."""
        rules, found = versions_of(unit, entity)
        over = [one for one in found if 0 < expires_at(one.version, one.collection, rules) <= self._stores.now()]
        aliases = unit.artifacts.aliases([found.version.key for found in over])
        kept = [
            (found.path, f"the alias {aliases[found.version.key][0]!r} points at it")
            for found in over
            if found.version.key in aliases
        ]
        return [found for found in over if found.version.key not in aliases], kept

    def purge(self) -> int:
        """Give up versions that were deleted too long ago to be restored; answers how many."""
        count = 0
        while True:
            with self._stores.metadata.begin() as unit:
                before = self._stores.now() - limits.GRACE_DAYS * 86_400
                found = locate(unit, SYSTEM, [version.key for version in unit.artifacts.deleted_versions(before, _AT_ONCE)])
                for one in found.values():
                    unit.contents.queue_release(one.home, [one.version.manifest])
                    unit.artifacts.save_version(replace(one.version, manifest=""))
                    event = Event("ArtifactVersionPurged", one.project.key, one.path, self._stores.now(), SYSTEM.username)
                    unit.events.add(event)
            if not found:
                return count
            count += len(found)

    def release(self) -> int:
        """Take back what purged versions, and those of deleted projects, named; answers for how many. Those in a bucket that does
        not let us in stay in the queue, and so do those whose list is damaged."""
        count, after = 0, 0
        closed: set[int] = set()
        while True:
            with self._stores.metadata.read() as unit:
                queued = unit.contents.queued_releases(_AT_ONCE, after)
            if not queued:
                return count
            for number, home, manifest in queued:
                after = number
                if home in closed:
                    continue
                try:
                    contents = self._manifests.contents(home, manifest)
                except NotFound:
                    # Then nobody knows what it named: those blobs stay, and the check-up says so.
                    log.error("the manifest %s of %s is gone; what it named cannot be released", manifest, space_of(home))
                    contents = []
                except ManifestDamaged as error:
                    # It stays in the queue, for the day on which it is restored; nobody else's space waits for that.
                    log.error("what a deleted version of %s named cannot be released: %s", space_of(home), error)
                    continue
                except Unavailable:
                    if home > 0:
                        raise
                    closed.add(home)
                    continue
                with self._stores.metadata.begin() as unit:
                    if unit.contents.release_done(number):
                        unit.contents.release(home, contents, self._stores.now())
                count += 1


def versions_of(unit: Unit, entity: str) -> tuple[list[Rule], list[Found]]:
    """The entity's rules and all its versions, without their metadata."""
    entity_id = entity_id_of(unit, entity)
    projects, cursor = [], ""
    while True:
        page, _, cursor = unit.projects.list([entity], cursor, limits.PAGE_ROWS)
        projects += page
        if not cursor:
            break
    homes = {project.key: project for project in projects}
    versions = unit.artifacts.all_versions(list(homes))
    collections = unit.artifacts.collections_by_key({version.collection_key for version in versions})
    found = []
    for version in versions:
        collection = collections[version.collection_key]
        found.append(Found(homes[collection.project_key], entity_id, collection, version))
    return unit.artifacts.rules(entity_id), found
