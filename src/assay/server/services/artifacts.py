"""Reading artifacts: types, collections, versions, what a version contains, its files and where their bytes are."""

from __future__ import annotations

from collections.abc import Collection as Group
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from assay.server.compute import previews
from assay.server.compute.blob_file import Read
from assay.server.domain.accounts import Actor
from assay.server.domain.artifacts import Collection, Slice, Version, parse_ref
from assay.server.domain.folding import folded
from assay.server.domain.homes import home_in, home_of, space_of
from assay.server.domain.projects import Project
from assay.server.domain.runs import RunFile
from assay.server.ports.metadata import Unit
from assay.server.services.aliases import Aliases
from assay.server.services.artifact_finding import (
    Found,
    entity_id_of,
    find_collection,
    find_version,
    locate,
    readable_projects,
    shown,
)
from assay.server.services.contents import ContentService, pack
from assay.server.services.faults import FaultService
from assay.server.services.manifests import Listing, ManifestService
from assay.server.services.projects import find as find_project
from assay.server.services.stores import Stores
from assay.server.services.tickets import Ticket, Tickets
from assay.server.services.zips import zipped
from assay.wire import limits
from assay.wire import manifest as wire
from assay.wire.errors import InvalidRequest, NotFound, TooLarge, Unavailable
from assay.wire.manifest import Entry, Manifest
from assay.wire.messages import artifacts as messages
from assay.wire.messages.files import FilePreview
from assay.wire.names import ProjectPath

_MOVES = 1_000  # lines of an alias' history in one answer
_REFERENCES = "references.txt"
_MERGED = 1_000  # versions that one span of time puts together


@dataclass(frozen=True, slots=True)
class Opened:
    """What a reference stands for: one version, or several put together for a span of time. `shown` is how it is answered."""

    versions: tuple[Found, ...]
    shown: messages.ArtifactVersion
    listing: Listing
    sources: dict[str, tuple[Listing, str]] = field(default_factory=dict)

    def source(self, path: str) -> tuple[Listing, str]:
        """The listing of the version that a path comes from, and its path there."""
        return self.sources[path] if self.sources else (self.listing, path)

    def contents(self) -> dict[str, tuple[int, int]]:
        """Content → its size, and the home it is in."""
        listings = {id(each): each for each, _ in self.sources.values()}.values() if self.sources else [self.listing]
        return {digest: (size, each.home) for each in listings for digest, size in each.manifest.contents()}


class ArtifactService:
    def __init__(
        self,
        stores: Stores,
        contents: ContentService,
        manifests: ManifestService,
        tickets: Tickets,
        faults: FaultService,
        aliases: Aliases,
    ) -> None:
        self._stores = stores
        self._faults = faults
        self._aliases = aliases
        self._contents = contents
        self._manifests = manifests
        self._tickets = tickets

    def types(self, actor: Actor, path: ProjectPath) -> messages.ArtifactTypes:
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "artifact:read")
            return messages.ArtifactTypes([messages.ArtifactType(*row) for row in unit.artifacts.types(project.key)])

    def collections(
        self, actor: Actor, path: ProjectPath, type_: str, search: str, cursor: str, limit: int
    ) -> messages.CollectionPage:
        """By name; a name is the cursor, which later arrivals do not move."""
        _check_limit(limit)
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "artifact:read")
            found, total = unit.artifacts.collections(project.key, type_=type_, search=search, after=cursor, limit=limit + 1)
            page = collections_shown(unit, actor, project, found[:limit])
        return messages.CollectionPage(page, total, page[-1].name if len(found) > limit else "")

    def collection(self, actor: Actor, path: ProjectPath, name: str) -> messages.ArtifactCollection:
        with self._stores.metadata.read() as unit:
            project, collection = find_collection(unit, actor, path, name)
            return collections_shown(unit, actor, project, [collection])[0]

    def versions(
        self, actor: Actor, path: ProjectPath, name: str, cursor: str, limit: int, *, with_deleted: bool = False
    ) -> messages.VersionPage:
        """Newest first; the last number shown is the cursor."""
        _check_limit(limit)
        if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 12):
            raise InvalidRequest(detail="The cursor is not one of this listing. Begin again without a cursor")
        with self._stores.metadata.read() as unit:
            project, collection = find_collection(unit, actor, path, name)
            entity_id = entity_id_of(unit, project.entity)
            found, total = unit.artifacts.versions(
                collection.key, below=int(cursor) if cursor else None, limit=limit + 1, with_deleted=with_deleted
            )
            page = shown(unit, actor, [Found(project, entity_id, collection, version) for version in found[:limit]])
            page = self._faults.marked(unit, page, [version.key for version in found[:limit]])
        return messages.VersionPage(page, total, str(page[-1].number) if len(found) > limit else "")

    def version(self, actor: Actor, path: ProjectPath, name: str, ref: str) -> messages.ArtifactVersion:
        """One version, also a deleted one by its number; or what stands for a span of time."""
        if isinstance(parse_ref(ref), Slice):
            return self.open(actor, path, name, ref).shown
        with self._stores.metadata.read() as unit:
            found = find_version(unit, actor, path, name, ref, with_deleted=isinstance(parse_ref(ref), int))
            answer = self._faults.marked(unit, shown(unit, actor, [found]), [found.version.key])[0]
            answer.frozen = self._aliases.why_frozen(unit, actor, found, ref)
            return answer

    def alias_moves(self, actor: Actor, path: ProjectPath, name: str) -> messages.AliasMoves:
        """Newest first."""
        with self._stores.metadata.read() as unit:
            _, collection = find_collection(unit, actor, path, name)
            changes = unit.artifacts.alias_changes(collection.key, _MOVES)
            keys = {key for change in changes for key in (change.from_version, change.to_version) if key}
            labels = {key: version.label for key, version in unit.artifacts.versions_by_key(keys).items()}
        return messages.AliasMoves(
            [
                messages.AliasMove(c.alias, labels.get(c.from_version, ""), labels.get(c.to_version, ""), c.at, c.by)
                for c in changes
            ]
        )

    def open(self, actor: Actor, path: ProjectPath, name: str, ref: str) -> Opened:
        """The version with what it contains. Raises NotFound, Forbidden, Gone."""
        span = parse_ref(ref)
        with self._stores.metadata.read() as unit:
            if isinstance(span, Slice):
                project, collection = find_collection(unit, actor, path, name)
                entity_id = entity_id_of(unit, project.entity)
                chosen = _within(unit, collection, span)
                if not chosen:
                    raise NotFound(what="version", name=f"{path}/{name}@{ref}"[:300])
                versions = tuple(Found(project, entity_id, collection, version) for version in chosen)
                answers = shown(unit, actor, versions)
            else:
                versions = (find_version(unit, actor, path, name, ref),)
                answers = shown(unit, actor, versions)
        listings = [self._manifests.read(found.home, found.version.manifest) for found in versions]
        if len(versions) == 1:
            return Opened(versions, answers[0], listings[0])
        sources = _merged(versions, listings)
        merged = Manifest({path: listing.manifest.entries[there] for path, (listing, there) in sources.items()})
        assert isinstance(span, Slice)
        answer = _merged_shown(span, versions, answers, merged)
        return Opened(versions, answer, Listing.of(merged), sources)

    def _open_to_use(self, actor: Actor, path: ProjectPath, name: str, ref: str) -> Opened:
        """For its contents, not to look at what is in it. Raises Conflict besides, for an alias that a fault freezes."""
        opened = self.open(actor, path, name, ref)
        if not isinstance(parse_ref(ref), Slice):
            with self._stores.metadata.read() as unit:
                self._aliases.require_usable(unit, actor, opened.versions[0], ref)
        return opened

    def entries(
        self, actor: Actor, path: ProjectPath, name: str, ref: str, folder: str, search: str, cursor: str, limit: int
    ) -> messages.EntryListing:
        """One folder: the folders and files directly in it. With a search: every file below whose path contains it."""
        _check_limit(limit)
        opened = self.open(actor, path, name, ref)
        listing = opened.listing
        before = self._before(opened)
        folders: dict[str, list[int]] = {}
        files: list[str] = []
        prefix = folder.strip("/") + "/" if folder.strip("/") else ""
        needle = folded(search)
        for entry_path in listing.below(folder):
            inner, separator, _ = entry_path[len(prefix) :].partition("/")
            if search:
                if needle in folded(entry_path):
                    files.append(entry_path)
            elif separator:
                count = folders.setdefault(prefix + inner, [0, 0])
                count[0] += 1
                count[1] += max(0, listing.manifest.entries[entry_path].size)
            else:
                files.append(entry_path)
        if prefix and not folders and not files and not search:
            raise NotFound(what="folder", name=folder[:300])
        # Folders come first; a path alone says which kind the page goes on with.
        names = sorted([(0, each) for each in folders] + [(1, each) for each in files])
        rest = [each for each in names if each > _read_cursor(cursor)] if cursor else names
        page = rest[:limit]
        return messages.EntryListing(
            folders=[messages.EntryFolder(each, *folders[each]) for kind, each in page if kind == 0],
            files=[self._entry_shown(opened, before, each) for kind, each in page if kind == 1],
            total=len(names),
            next=f"{page[-1][0]}{page[-1][1]}" if len(rest) > limit else "",
        )

    def _before(self, opened: Opened) -> Manifest | None:
        """What the version before it contains; None for the first, or for several put together."""
        if len(opened.versions) > 1:
            return None
        found = opened.versions[0]
        with self._stores.metadata.read() as unit:
            earlier, _ = unit.artifacts.versions(found.collection.key, below=found.version.number, limit=1)
        if not earlier:
            return None
        try:
            return self._manifests.read(home_of(found.entity_id, earlier[0].bucket), earlier[0].manifest).manifest
        except Unavailable:  # it is in another place, which does not let us in; this one is to be seen all the same
            return None

    def _entry_shown(self, opened: Opened, before: Manifest | None, path: str) -> messages.ShownEntry:
        entry = opened.listing.manifest.entries[path]
        known = before.entries.get(path) if before is not None else None
        is_new = known is None or (known.digest, known.ref) != (entry.digest, entry.ref)
        url = self._file_address(opened, path, entry)
        return messages.ShownEntry(path, entry.digest, entry.size, entry.ref, url, is_new, entry.extra)

    def _file_address(self, opened: Opened, path: str, entry: Entry) -> str:
        """Where the whole file is read; empty for a reference."""
        if entry.ref:
            return ""
        name = path.rpartition("/")[2]
        listing, there = opened.source(path)
        if not entry.blocks:
            return self._contents.address("GET", listing.home, entry.digest, entry.size, name)
        return self._tickets.sign_blocks(
            space_of(listing.home), entry.digest, entry.size, name, listing.digest, listing.place(there)
        )

    def manifest(self, actor: Actor, path: ProjectPath, name: str, ref: str) -> Iterator[bytes]:
        """The manifest as msgpack, in pieces."""
        opened = self.open(actor, path, name, ref)
        if opened.listing.digest:
            return self._manifests.raw(opened.listing.home, opened.listing.digest)
        return iter([wire.encode(opened.listing.manifest)])

    def addresses(
        self, actor: Actor, path: ProjectPath, name: str, ref: str, asked: messages.ContentsRequest
    ) -> messages.ContentAddresses:
        """Where to read contents of the version. Raises NotFound for one that is not in it."""
        if len(asked.digests) > limits.ENTRIES_PER_PAGE:
            raise TooLarge(
                what="The list of contents", actual=len(asked.digests), limit=limits.ENTRIES_PER_PAGE, name="ENTRIES_PER_PAGE"
            )
        opened = self._open_to_use(actor, path, name, ref)
        contents = opened.contents()
        answer = []
        for digest in asked.digests:
            if digest not in contents:
                raise NotFound(what="content of this version", name=digest[:100])
            size, home = contents[digest]
            address = self._contents.address("GET", home, digest, size)
            answer.append(messages.ContentAddress(digest, address))
        return messages.ContentAddresses(answer)

    def packed(
        self, actor: Actor, path: ProjectPath, name: str, ref: str, asked: messages.ContentsRequest
    ) -> Iterator[bytes]:  # fmt: skip
        """Small contents of the version in one stream, framed as they are when they come in. Raises NotFound for one that is not
        in it, TooLarge for more than BODY_BYTES together."""
        opened = self._open_to_use(actor, path, name, ref)
        contents = opened.contents()
        unknown = next((digest for digest in asked.digests if digest not in contents), None)
        if unknown is not None:
            raise NotFound(what="content of this version", name=unknown[:100])
        chosen = [(digest, *contents[digest]) for digest in asked.digests]
        total = sum(size for _, size, _ in chosen)
        if total > limits.BODY_BYTES:
            raise TooLarge(what="What is asked for", actual=f"{total} bytes", limit=limits.BODY_BYTES, name="BODY_BYTES")
        for home in {home for _, _, home in chosen}:  # told before the answer has begun
            self._contents.require_open(home)
        return pack((digest, size, self._stores.blobs.read(space_of(home), digest)) for digest, size, home in chosen)

    def file(self, actor: Actor, path: ProjectPath, name: str, ref: str, entry_path: str) -> tuple[int, Entry]:
        """(home, entry) of one file. Raises NotFound, and InvalidRequest for a reference: its bytes are elsewhere."""
        opened = self._open_to_use(actor, path, name, ref)
        entry = opened.listing.entry(entry_path)
        if entry.ref:
            raise InvalidRequest(
                detail=f"{entry_path[:300]} is a reference to {entry.ref[:500]}; its bytes are there, not here. Read them with "
                "your own access to it"
            )
        return opened.source(entry_path)[0].home, entry

    def archive(self, actor: Actor, path: ProjectPath, name: str, ref: str, under: str = "") -> tuple[str, Iterator[bytes]]:
        """The version's files, or those below the folder `under`, as a zip file in pieces, and what to call it. References are
        listed in a text file beside them. Access is checked before the first piece is taken."""
        opened = self._open_to_use(actor, path, name, ref)
        chosen = {each: opened.listing.manifest.entries[each] for each in opened.listing.below(under)}
        if not chosen:
            raise NotFound(what="folder", name=under[:300])
        files = {each: (opened.source(each)[0].home, entry) for each, entry in chosen.items() if not entry.ref}
        for home in {home for home, _ in files.values()}:  # told before the answer has begun
            self._contents.require_open(home)
        at = opened.shown.created_at

        def members() -> Iterator[tuple[RunFile, Iterator[bytes]]]:
            for each, (home, entry) in files.items():
                yield RunFile(each, entry.digest, entry.size, at), self.pieces(home, entry, 0, entry.size)
            if references := [f"{each}\t{entry.ref}\n" for each, entry in chosen.items() if entry.ref]:
                text = "".join(references).encode()
                yield RunFile(_free_name(_REFERENCES, chosen), "", len(text), at), iter([text])

        return f"{name}-{opened.shown.version or ref}.zip", zipped(members())

    def pieces(self, home: int, entry: Entry, start: int, end: int) -> Iterator[bytes]:
        """Bytes start … end of a file, its blocks joined."""
        return joined(self._stores, space_of(home), entry, start, end)

    def reader(self, opened: Opened, path: str) -> Read:
        """What gives ranges of the bytes of a file that is no reference."""
        home, entry = opened.source(path)[0].home, opened.listing.manifest.entries[path]

        def read(start: int, end: int) -> bytes:
            return b"".join(self.pieces(home, entry, start, end)) if end > start else b""

        return read

    def ticket_entry(self, ticket: Ticket) -> Entry:
        """The file that a signed address of blocks is for. Raises NotFound if it was deleted since."""
        listing = self._manifests.read(home_in(ticket.space), ticket.manifest)
        entry = listing.manifest.entries[listing.paths[ticket.place]]
        assert entry.digest == ticket.digest, ticket
        return entry

    def preview(self, actor: Actor, path: ProjectPath, name: str, ref: str, entry_path: str) -> FilePreview:
        """What is in a file of a version, as far as a page shows it."""
        opened = self.open(actor, path, name, ref)
        entry = opened.listing.entry(entry_path)
        if entry.ref:
            note = "It is a reference: its bytes are where the address says, and are not read from here."
            return FilePreview(
                entry_path, "binary", entry.size, entry.digest, "", opened.shown.created_at, text=entry.ref, note=note
            )

        found = previews.preview(entry_path, entry.size, self.reader(opened, entry_path))
        return FilePreview(
            path=entry_path, kind=found.kind, size=entry.size, digest=entry.digest,
            url=self._file_address(opened, entry_path, entry), updated_at=opened.shown.created_at, media_type=found.media_type,
            text=found.text, is_cut=found.is_cut, note=found.note, table=found.table, tensors=found.tensors,
            notebook=found.notebook, facts=found.facts,
        )  # fmt: skip

    def used_by(self, actor: Actor, path: ProjectPath, name: str, ref: str) -> list[messages.RunRef]:
        """Runs that took the version in, newest first, of projects that the actor may read."""
        with self._stores.metadata.read() as unit:
            found = find_version(unit, actor, path, name, ref, with_deleted=True)
            edges = unit.artifacts.edges_of_versions([found.version.key], "in")
            homes = readable_projects(unit, actor, {edge.project_key for edge in edges})
        return [
            messages.RunRef(homes[edge.project_key], edge.run_id, edge.run_name, edge.role, edge.at)
            for edge in reversed(edges)
            if edge.project_key in homes
        ]


def joined(stores: Stores, space: str, entry: Entry, start: int, end: int) -> Iterator[bytes]:
    """Bytes start … end of an entry's contents. Raises NotFound before the first piece if the first content is gone."""
    at, parts = 0, []
    for digest, size in entry.contents:
        first, last = max(start - at, 0), min(end - at, size)
        if first < last:
            parts.append((digest, first, last))
        at += size
    if not parts:
        return iter(())
    opened = stores.blobs.read(space, parts[0][0], parts[0][1], parts[0][2])
    return _chained(stores, space, opened, parts[1:])


def _chained(stores: Stores, space: str, first: Iterator[bytes], rest: Sequence[tuple[str, int, int]]) -> Iterator[bytes]:
    yield from first
    for digest, start, end in rest:
        yield from stores.blobs.read(space, digest, start, end)


def collections_shown(
    unit: Unit, actor: Actor, project: Project, found: Sequence[Collection]
) -> list[messages.ArtifactCollection]:
    entity_id = entity_id_of(unit, project.entity)
    keys = {each.key: unit.artifacts.alias(each.key, "latest") for each in found}
    newest = locate(unit, actor, [key for key in keys.values() if key])
    latest = dict(zip(newest, shown(unit, actor, list(newest.values())), strict=True))
    assert all(each.entity_id == entity_id for each in newest.values()), entity_id
    return [
        messages.ArtifactCollection(
            entity=project.entity, project=project.name, name=each.name, type=each.type, version_count=each.version_count,
            size=each.size, created_at=each.created_at, updated_at=each.updated_at, description=each.description,
            tags=list(each.tags), ttl_s=each.ttl_s, latest=latest.get(keys[each.key]),
        )
        for each in found
    ]  # fmt: skip


def _within(unit: Unit, collection: Collection, span: Slice) -> list[Version]:
    """Versions whose span touches `span`, oldest first. One that later ones cover whole is left out."""
    found, _ = unit.artifacts.versions(collection.key, limit=1_000_000)
    chosen: list[Version] = []
    for version in found:
        start, end = version.span_start, version.span_end
        if start is None or end is None or not (start < span.end and span.start < end):
            continue
        if any(_covers(newer, start, end) for newer in chosen):
            continue
        chosen.append(version)
    if len(chosen) > _MERGED:
        raise TooLarge(what=f"The span {span.text}", actual=f"{len(chosen)} versions", limit=_MERGED, name="versions of a span")
    return sorted(chosen, key=lambda version: (version.span_start or 0.0, version.number))


def _covers(version: Version, start: float, end: float) -> bool:
    assert version.span_start is not None and version.span_end is not None, version
    return version.span_start <= start and end <= version.span_end


def _merged(versions: Sequence[Found], listings: Sequence[Listing]) -> dict[str, tuple[Listing, str]]:
    """Path → where it comes from, of all versions together. Where two of them say different things of a path, or it is a file in
    one and a folder in another, each version's files stand in a folder `vN` instead."""
    sources: dict[str, tuple[Listing, str]] = {}
    is_clear = True
    for listing in listings:
        for path, entry in listing.manifest.entries.items():
            known, there = sources.setdefault(path, (listing, path))
            first = known.manifest.entries[there]
            is_clear = is_clear and (first.digest, first.ref) == (entry.digest, entry.ref)
    if is_clear and not _is_also_folder(sources):
        return sources
    return {
        f"{found.version.label}/{path}": (listing, path)
        for found, listing in zip(versions, listings, strict=True)
        for path in listing.paths
    }


def _is_also_folder(files: Group[str]) -> bool:
    """Whether one of the files stands where others have a folder."""
    folders: set[str] = set()
    for path in files:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return any(folder in files for folder in folders)


def _merged_shown(
    span: Slice, versions: Sequence[Found], answers: Sequence[messages.ArtifactVersion], merged: Manifest
) -> messages.ArtifactVersion:
    first, last = answers[0], answers[-1]
    spans = [answer.span for answer in answers if answer.span is not None]
    home = versions[0]
    return messages.ArtifactVersion(
        path=f"{home.project.entity}/{home.project.name}/{home.collection.name}@{span.text}", entity=first.entity,
        project=first.project, name=first.name, type=first.type, version=span.text, number=-1, digest=merged.digest,
        size=merged.size, new_size=0, file_count=len(merged.entries), created_at=max(answer.created_at for answer in answers),
        description=f"{', '.join(answer.version for answer in answers)} put together", metadata=last.metadata,
        span=messages.TimeSpan(min(each.start for each in spans), max(each.end for each in spans)), updated_at=last.updated_at,
    )  # fmt: skip


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= limits.PAGE_ROWS:
        raise InvalidRequest(detail=f"limit is {limit}; expected 1 to {limits.PAGE_ROWS}")


def _read_cursor(cursor: str) -> tuple[int, str]:
    if cursor[0] not in "01":
        raise InvalidRequest(detail="The cursor is not one of this listing. Begin again without a cursor")
    return int(cursor[0]), cursor[1:]


def _free_name(name: str, taken: Container[str]) -> str:
    while name in taken:
        name = f"_{name}"
    return name
