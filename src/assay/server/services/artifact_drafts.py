"""Writing a version: a draft, its entries in pages, the contents that lack, the commit. A version is whole or it is not there.

Everything the commit relies on is durable before its unit of work begins; the unit gives the number, moves the aliases and counts
the contents, all or nothing. Asking again for a commit answers with what the first one made."""

from __future__ import annotations

import secrets
import zlib
from dataclasses import replace

import msgspec

from assay.server.domain import artifact_drafts as rules
from assay.server.domain.accounts import Actor
from assay.server.domain.artifacts import Collection, Draft, Edge, Version
from assay.server.domain.events import Event
from assay.server.domain.homes import home_of
from assay.server.domain.projects import Project
from assay.server.domain.runs import Run
from assay.server.ports.bus import News
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit
from assay.server.services.aliases import LATEST, Aliases
from assay.server.services.artifact_finding import Found, distinct, entity_id_of, resolve, shown
from assay.server.services.contents import ContentService
from assay.server.services.manifests import ManifestService
from assay.server.services.projects import find as find_project
from assay.server.services.runs import find as find_run
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import Conflict, Gone, InvalidRequest, NotFound, TooLarge
from assay.wire.manifest import Manifest
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath, RunPath

_TRIES = 5  # commits begun anew because another writer added entries meanwhile
_decode_page = msgspec.msgpack.Decoder(messages.EntriesPage).decode


class Asked(messages.DraftRequest, omit_defaults=True):
    """What was asked of a draft. `makers`: the runs that write it, each with its role, where several share it."""

    makers: tuple[tuple[str, str], ...] = ()


_decode_request = msgspec.msgpack.Decoder(Asked).decode


class DraftService:
    def __init__(self, stores: Stores, contents: ContentService, manifests: ManifestService, aliases: Aliases) -> None:
        self._stores = stores
        self._contents = contents
        self._manifests = manifests
        self._aliases = aliases

    def open(self, actor: Actor, path: ProjectPath, asked: messages.DraftRequest) -> messages.Draft:
        """A draft of a new version. The project is made with its first artifact, as with its first run."""
        access.require(actor, "artifact:write", path.entity, what="project", name=str(path))
        rules.check_request(asked)
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            if asked.run_id:
                find_run(unit, actor, RunPath(path.entity, path.project, asked.run_id), "artifact:write", with_deleted=True)
            entity_id = entity_id_of(unit, path.entity)
            project = unit.projects.add(path.entity, path.project, now)
            collection = unit.artifacts.collection(project.key, asked.name)
            _check_type(collection, asked.type)
            base = _base(unit, collection, path, asked)
            draft = unit.artifacts.add_draft(
                Draft(
                    secrets.token_urlsafe(15), project.key, asked.name, asked.type, msgspec.msgpack.encode(asked), now, now,
                    actor.username, base.manifest if base else "", asked.shared_id, 0, base.file_count if base else 0,
                    bucket=unit.buckets.current(entity_id), base_bucket=base.bucket if base else 0,
                )
            )  # fmt: skip
            if draft.type != asked.type:
                raise Conflict(detail=f"The draft {asked.shared_id!r} of {asked.name!r} was opened as a {draft.type}")
            if asked.shared_id:
                joined = _joined(_decode_request(draft.request), asked)
                rules.check_marks(joined.aliases, joined.tags)
                rules.check_texts(joined.description, joined.metadata)
                draft = replace(draft, request=msgspec.msgpack.encode(joined), touched_at=now)
                unit.artifacts.save_draft(draft)
        return _shown(draft)

    def add(self, actor: Actor, path: ProjectPath, draft_id: str, page: messages.EntriesPage) -> messages.MissingContents:
        """Add a page; the answer is which contents of it are not here, and where to put them."""
        rules.check_page(page)
        contents = dict(content for entry in page.add.values() for content in entry.contents)
        now = self._stores.now()
        with self._stores.metadata.read() as unit:
            home = self._home(unit, *self._open_draft(unit, actor, path, draft_id))
        self._contents.require_open(home)  # told before the page is added: whoever is refused sends it again
        with self._stores.metadata.begin() as unit:
            _, draft = self._open_draft(unit, actor, path, draft_id)
            known = unit.contents.known(home, contents)
            for digest, (size, _) in known.items():
                if contents[digest] != size:
                    raise InvalidRequest(detail=f"The content {digest} has {size} bytes, not {contents[digest]}")
            # What no version names yet stays at least as long as the draft does.
            unit.contents.renew(home, (digest for digest, (_, count) in known.items() if not count), now)
            entry_count = draft.entry_count + len(page.add)
            if entry_count > 2 * limits.ENTRY_COUNT:
                raise TooLarge(what="The draft", actual=entry_count, limit=limits.ENTRY_COUNT, name="ENTRY_COUNT")
            unit.artifacts.add_page(draft.id, draft.page_count, zlib.compress(msgspec.msgpack.encode(page), 1))
            unit.artifacts.save_draft(replace(draft, page_count=draft.page_count + 1, entry_count=entry_count, touched_at=now))
        headers = self._contents.put_headers(home)
        return messages.MissingContents(
            [
                messages.MissingContent(digest, size, self._contents.address("PUT", home, digest, size), headers)
                for digest, size in contents.items()
                if digest not in known
            ]
        )

    def receive(self, actor: Actor, path: ProjectPath, draft_id: str, body: bytes | memoryview) -> None:
        """Keep small contents that came in one body, durable on return."""
        with self._stores.metadata.read() as unit:
            home = self._home(unit, *self._open_draft(unit, actor, path, draft_id))
        self._contents.receive_packed(home, body)

    def discard(self, actor: Actor, path: ProjectPath, draft_id: str) -> None:
        """Forget the draft. Free for one that was committed: its version stays."""
        with self._stores.metadata.begin() as unit:
            project = find_project(unit, actor, path, "artifact:write")
            draft = unit.artifacts.draft(draft_id)
            if draft is None or draft.project_key != project.key:
                raise NotFound(what="draft", name=draft_id[:100])
            if not draft.version_key:
                unit.artifacts.remove_draft(draft_id)

    def commit(self, actor: Actor, path: ProjectPath, draft_id: str, asked: messages.CommitRequest) -> messages.ArtifactVersion:
        """Make the draft a version, or answer with the collection's version that has the same content. Raises InvalidRequest if
        contents have not arrived, Conflict if the manifest is not the one the client holds."""
        for _ in range(_TRIES):
            with self._stores.metadata.read() as unit:
                project = find_project(unit, actor, path, "artifact:write")
                draft = self._draft(unit, project, draft_id)
                if draft.version_key:
                    return self._answer(unit, actor, project, draft.version_key)
                entity_id = entity_id_of(unit, project.entity)
                pages = unit.artifacts.pages(draft_id)
            manifest = self._manifest(entity_id, draft, pages)
            if asked.digest and asked.digest != manifest.digest:
                raise Conflict(
                    detail=f"The draft's entries amount to {manifest.digest}, not to {asked.digest}: something was added or left "
                    "out. Nothing was committed; open a new draft and add the entries again"
                )
            version = self._commit(actor, project, draft, manifest, self._kept(entity_id, draft, manifest))
            if version is not None:
                self._stores.bus.publish(News("artifacts", project.key, path.entity, path.project, keys=(draft.name,)))
                return version
        raise Conflict(detail=f"Others went on adding to the draft {draft_id}. Commit it when all of them are done")

    def _kept(self, entity_id: int, draft: Draft, manifest: Manifest) -> str:
        """The digest of the blob with the manifest, durable; empty if the collection has a version with this content already
        and that stays where it is."""
        with self._stores.metadata.read() as unit:
            collection = unit.artifacts.collection(draft.project_key, draft.name)
            known = collection and unit.artifacts.version_of_digest(collection.key, manifest.digest)
            if known and not _goes_along(unit, entity_id, draft, known):
                return ""
        home, sizes = home_of(entity_id, draft.bucket), dict(manifest.contents())
        self._contents.take_in_signed(home, sizes)
        if draft.base_manifest and draft.base_bucket != draft.bucket:
            self._contents.bring(home_of(entity_id, draft.base_bucket), home, sizes)
        return self._manifests.keep(home, manifest)

    def _manifest(self, entity_id: int, draft: Draft, pages: list[bytes]) -> Manifest:
        base = Manifest({})
        if draft.base_manifest:
            try:
                base = self._manifests.read(home_of(entity_id, draft.base_bucket), draft.base_manifest).manifest
            except NotFound as error:
                raise Gone(what="Version", name="the draft began with", detail="Open a new draft.") from error
        return rules.fold(base, (_decode_page(zlib.decompress(page)) for page in pages))

    def _commit(
        self, actor: Actor, project: Project, draft: Draft, manifest: Manifest, blob: str
    ) -> messages.ArtifactVersion | None:
        """None if the draft grew meanwhile, or the version that had the same content was deleted or moved to another place."""
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            current = self._draft(unit, project, draft.id)
            asked = _decode_request(current.request)
            if current.version_key:
                return self._answer(unit, actor, project, current.version_key)
            if current.page_count != draft.page_count:
                return None
            entity_id = entity_id_of(unit, project.entity)
            collection = _collection(unit, project, draft, asked, now)
            makers = _makers(unit, project, asked)
            run = makers[0][0] if makers else None
            version = unit.artifacts.version_of_digest(collection.key, manifest.digest)
            is_tagged = False
            is_new, moves = version is None, version is not None and _goes_along(unit, entity_id, draft, version)
            if is_new or moves:
                if not blob:
                    return None
                home, contents = home_of(entity_id, draft.bucket), dict(manifest.contents())
                new_size = _require_known(unit, home, manifest, contents, blob)
                unit.contents.name(home, [*contents, blob])
            if version is None:
                version = unit.artifacts.add_version(_version(collection, draft, asked, manifest, blob, new_size, run, now))
            else:
                if moves:
                    unit.contents.queue_release(home_of(entity_id, version.bucket), [version.manifest])
                    version = replace(version, bucket=draft.bucket, manifest=blob, updated_at=now)
                    unit.artifacts.save_version(version)
                tags = distinct([*version.tags, *asked.tags])[: limits.ALIASES]
                is_tagged = tags != list(version.tags)
                if is_tagged:
                    version = replace(version, tags=tuple(tags), updated_at=now)
                    unit.artifacts.save_version(version)
            found = Found(project, entity_id, collection, version)
            for maker, role in makers:
                unit.artifacts.add_edge(Edge(version.key, maker.key, "out", role, now, project.key, maker.id, maker.name))
            # A training's end must not fail for an alias: the version is kept, and the answer says which stayed where they were.
            staying = self._aliases.move_free(unit, actor, found, distinct([*asked.aliases, LATEST]))
            if is_new:
                data = {"version_key": version.key, "digest": version.digest, "run": asked.run_id}
                unit.events.add(Event("ArtifactVersionCommitted", project.key, found.path, now, actor.username, data))
                audit.note(unit, actor, "artifact:create", found.path, now, digest=version.digest, size=version.size)
            if is_tagged:
                edited = {"fields": ["tags"]}
                unit.events.add(Event("ArtifactVersionEdited", project.key, found.path, now, actor.username, edited))
                audit.note(unit, actor, "artifact:edit", found.path, now, **edited)
            unit.artifacts.save_draft(replace(current, touched_at=now, version_key=version.key))
            unit.projects.touch(project.key, now)
            return msgspec.structs.replace(shown(unit, actor, [found])[0], frozen_aliases=staying)

    @staticmethod
    def _home(unit: Unit, project: Project, draft: Draft) -> int:
        """Where the draft's contents go."""
        return home_of(entity_id_of(unit, project.entity), draft.bucket)

    @staticmethod
    def _draft(unit: Unit, project: Project, draft_id: str) -> Draft:
        draft = unit.artifacts.draft(draft_id)
        if draft is None or draft.project_key != project.key:
            raise NotFound(what="draft", name=draft_id[:100])
        return draft

    def _open_draft(self, unit: Unit, actor: Actor, path: ProjectPath, draft_id: str) -> tuple[Project, Draft]:
        project = find_project(unit, actor, path, "artifact:write")
        draft = self._draft(unit, project, draft_id)
        if draft.version_key:
            raise Conflict(detail=f"The draft {draft_id} was committed; a version does not change. Open a new draft")
        return project, draft

    @staticmethod
    def _answer(unit: Unit, actor: Actor, project: Project, version_key: int) -> messages.ArtifactVersion:
        version = unit.artifacts.versions_by_key([version_key])[version_key]
        collection = unit.artifacts.collections_by_key([version.collection_key])[version.collection_key]
        return shown(unit, actor, [Found(project, entity_id_of(unit, project.entity), collection, version)])[0]


def _joined(before: Asked, asked: messages.DraftRequest) -> Asked:
    """What all writers of a draft asked for together: of each the aliases, tags and metadata, and what the last said of the
    rest. Asking for the same again changes nothing."""
    makers = dict(before.makers)
    if asked.run_id:
        makers[asked.run_id] = asked.role or makers.get(asked.run_id, "")
    return msgspec.structs.replace(
        before, makers=tuple(makers.items()),
        description=asked.description or before.description, metadata={**before.metadata, **asked.metadata},
        aliases=distinct([*before.aliases, *asked.aliases]), tags=distinct([*before.tags, *asked.tags]),
        step=max(before.step, asked.step), ttl_s=before.ttl_s if asked.ttl_s is None else asked.ttl_s,
        span=asked.span or before.span,
    )  # fmt: skip


def _makers(unit: Unit, project: Project, asked: Asked) -> list[tuple[Run, str]]:
    """The runs that made it, with their roles; without those that are gone."""
    named = asked.makers or ([(asked.run_id, asked.role)] if asked.run_id else ())
    found = [(unit.runs.get(project.key, run_id, with_deleted=True), role) for run_id, role in named]
    return [(run, role) for run, role in found if run is not None]


def _check_type(collection: Collection | None, type_: str) -> None:
    if collection is not None and collection.type != type_:
        raise Conflict(
            detail=f"The artifact {collection.name!r} of this project is of type {collection.type!r}, not {type_!r}. Use that "
            "type, or another name"
        )


def _goes_along(unit: Unit, entity_id: int, draft: Draft, version: Version) -> bool:
    """Whether the version is in a place that the entity has left, and its content was sent again to where it is now: then the
    version goes there too."""
    return version.bucket != draft.bucket == unit.buckets.current(entity_id)


def _base(unit: Unit, collection: Collection | None, path: ProjectPath, asked: messages.DraftRequest) -> Version | None:
    if not asked.base:
        return None
    version = resolve(unit, collection, asked.base) if collection is not None else None
    if version is None or version.deleted_at:
        raise NotFound(what="version", name=f"{path}/{asked.name}:{asked.base}"[:300])
    return version


def _require_known(unit: Unit, home: int, manifest: Manifest, contents: dict[str, int], blob: str) -> int:
    """Bytes of the contents that no version has named so far. Raises InvalidRequest unless all are here, of the sizes said."""
    known = unit.contents.known(home, contents)
    if len(known) < len(contents):
        missing = {digest for digest in contents if digest not in known}
        paths = [path for path, entry in manifest.entries.items() if any(digest in missing for digest, _ in entry.contents)]
        raise InvalidRequest(
            detail=f"The content of {len(paths)} files has not arrived ({len(missing)} contents), first {min(paths)[:300]!r}. "
            "Send it, then commit again; what has arrived is kept"
        )
    wrong = next((digest for digest, (size, _) in known.items() if contents[digest] != size), None)
    if wrong:
        raise InvalidRequest(detail=f"The content {wrong} has {known[wrong][0]} bytes, not {contents[wrong]} as an entry says")
    if not unit.contents.known(home, [blob]):
        raise InvalidRequest(detail="The list of files was not kept in time. Commit again; what has arrived is kept")
    return sum(size for size, count in known.values() if not count)


def _collection(unit: Unit, project: Project, draft: Draft, asked: messages.DraftRequest, now: float) -> Collection:
    """The collection the version goes into: made, or brought back if it was deleted."""
    known = unit.artifacts.collection(project.key, draft.name, with_deleted=True)
    if known is None:
        return unit.artifacts.add_collection(Collection(0, project.key, draft.name, draft.type, now, now))
    if known.deleted_at:
        known = replace(known, type=draft.type, deleted_at=0.0, updated_at=now)
        unit.artifacts.save_collection(known)
    _check_type(known, asked.type)
    return known


def _version(
    collection: Collection, draft: Draft, asked: messages.DraftRequest, manifest: Manifest, blob: str, new_size: int,
    run: Run | None, now: float,
) -> Version:  # fmt: skip
    return Version(
        key=0, collection_key=collection.key, number=0, digest=manifest.digest, manifest=blob, size=manifest.size,
        new_size=new_size, file_count=len(manifest.entries), created_at=now, created_by=draft.by, description=asked.description,
        metadata=asked.metadata, tags=tuple(distinct(asked.tags)), run_key=run.key if run else 0, step=asked.step,
        ttl_s=asked.ttl_s, span_start=asked.span.start if asked.span else None, span_end=asked.span.end if asked.span else None,
        updated_at=now, bucket=draft.bucket,
    )  # fmt: skip


def _shown(draft: Draft) -> messages.Draft:
    expires_at = draft.touched_at + limits.DRAFT_DAYS * 86_400
    return messages.Draft(draft.id, draft.name, draft.type, draft.entry_count, limits.BLOCK_BYTES, expires_at)
