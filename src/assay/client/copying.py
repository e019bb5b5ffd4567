"""A version from one server, or project, to another: entries as they are, and only the contents that the other side lacks.
Nothing touches this machine's disk."""

from __future__ import annotations

from collections.abc import Iterator

from assay.client import artifact_calls as calls
from assay.client.addresses import Addresses
from assay.client.fetch import ContentSource, VersionPath
from assay.client.hashing import each
from assay.client.http import Connection
from assay.client.publish import PACK_BYTES, SENDERS, SMALL_BYTES, Progress
from assay.wire import limits
from assay.wire.manifest import Entry, Manifest
from assay.wire.messages.artifacts import ArtifactVersion, DraftRequest, EntriesPage, MissingContent
from assay.wire.names import ProjectPath


def copy_version(
    source: Connection,
    version: VersionPath,
    manifest: Manifest,
    target: Connection,
    project: ProjectPath,
    request: DraftRequest,
    progress: Progress | None = None,
) -> ArtifactVersion:
    """The version at the target: a new one, or the one that has the same content. Contents are verified on the way."""
    progress = progress or Progress()
    progress.add(files=len(manifest.entries), bytes=manifest.size)
    draft = calls.open_draft(target, project, request)
    contents, addresses = ContentSource(source, version), Addresses(target)

    def send(pack: list[MissingContent]) -> None:
        found = [(one, contents.whole(one.digest, one.size)) for one in pack]
        if len(found) == 1:
            one, content = found[0]
            addresses.put(one.url, content, one.headers)
        else:
            calls.put_contents(target, project, draft.id, calls.pack([(one.digest, content) for one, content in found]))
        progress.add(sent=sum(one.size for one in pack))

    try:
        asked: set[str] = set()
        for page in _pages(manifest.entries):
            missing = [one for one in calls.add_entries(target, project, draft.id, page) if one.digest not in asked]
            asked.update(one.digest for one in missing)
            progress.add(to_send=sum(one.size for one in missing))
            for _ in each(send, _packs(missing), threads=SENDERS):
                pass
    finally:
        contents.close()
        addresses.close()
    return calls.commit_draft(target, project, draft.id, manifest.digest)


def _pages(entries: dict[str, Entry]) -> Iterator[EntriesPage]:
    paths = list(entries)
    for at in range(0, len(paths), limits.ENTRIES_PER_PAGE):
        yield EntriesPage({path: entries[path] for path in paths[at : at + limits.ENTRIES_PER_PAGE]})


def _packs(missing: list[MissingContent]) -> Iterator[list[MissingContent]]:
    """Small contents together where the server takes the bytes itself; the others alone."""
    pack: list[MissingContent] = []
    size = 0
    for one in missing:
        if one.size > SMALL_BYTES or not one.url.startswith("/"):
            yield [one]
            continue
        if pack and size + one.size > PACK_BYTES:
            yield pack
            pack, size = [], 0
        pack.append(one)
        size += one.size
    if pack:
        yield pack
