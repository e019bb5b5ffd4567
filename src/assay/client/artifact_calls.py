"""One function per endpoint of artifacts, typed at both ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from assay.client.http import MSGPACK, Connection, json_of, path_of
from assay.wire import limits, manifest
from assay.wire.manifest import Manifest
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath, RunPath

OCTETS = "application/octet-stream"
COMMIT_S = 600.0  # a commit looks whether every content arrived
TABLE_S = 120.0  # two large tables are read, after those that others compare
TABLE_PAGE = 500  # rows of a comparison in one answer


def open_draft(connection: Connection, project: ProjectPath, request: messages.DraftRequest) -> messages.Draft:
    return connection.send("POST", _project(project) + "/artifacts/drafts", request, messages.Draft)


def add_entries(
    connection: Connection, project: ProjectPath, draft_id: str, page: messages.EntriesPage
) -> list[messages.MissingContent]:
    """What the server lacks of the contents of these entries. Safe to repeat."""
    path = _draft(project, draft_id) + "/entries"
    return connection.send("POST", path, page, messages.MissingContents, safe=True).missing


def put_contents(connection: Connection, project: ProjectPath, draft_id: str, packed: bytes | memoryview) -> None:
    """Small contents together, each behind its `content_head`. Safe to repeat."""
    connection.request("POST", _draft(project, draft_id) + "/contents", content=packed, content_type=OCTETS, safe=True)


def commit_draft(connection: Connection, project: ProjectPath, draft_id: str, digest: str) -> messages.ArtifactVersion:
    """Safe to repeat: a commit asked for twice is one."""
    content = json_of(messages.CommitRequest(digest))
    answer = connection.request(
        "POST", _draft(project, draft_id) + "/commit", content=content, content_type="application/json",
        timeout_s=COMMIT_S, safe=True,
    )  # fmt: skip
    return msgspec.json.decode(answer.body, type=messages.ArtifactVersion)


def types(connection: Connection, project: ProjectPath) -> list[messages.ArtifactType]:
    return connection.get(_project(project) + "/artifact-types", messages.ArtifactTypes).types


def collections(
    connection: Connection, project: ProjectPath, type: str = "", search: str = ""  # noqa: A002 - the word people know
) -> Iterator[messages.ArtifactCollection]:  # fmt: skip
    cursor: str | None = None
    while True:
        page = connection.get(
            _project(project) + "/artifacts", messages.CollectionPage,
            type=type or None, search=search or None, cursor=cursor, limit=limits.PAGE_ROWS,
        )  # fmt: skip
        yield from page.collections
        cursor = page.next
        if not cursor:
            return


def get_collection(connection: Connection, project: ProjectPath, name: str) -> messages.ArtifactCollection:
    return connection.get(_collection(project, name), messages.ArtifactCollection)


def edit_collection(
    connection: Connection, project: ProjectPath, name: str, edit: messages.CollectionEdit
) -> messages.ArtifactCollection:
    # Under another name it is not found here a second time.
    return connection.send("PATCH", _collection(project, name), edit, messages.ArtifactCollection, once=edit.name is not None)


def delete_collection(
    connection: Connection, project: ProjectPath, name: str, *, with_aliases: bool = True, is_dry: bool = False
) -> messages.Deletion:
    """With all its versions. `is_dry`: only say what it would do."""
    return _deleted(connection, _collection(project, name), with_aliases, is_dry)


def versions(connection: Connection, project: ProjectPath, name: str) -> Iterator[messages.ArtifactVersion]:
    """Newest first."""
    cursor: str | None = None
    while True:
        page = connection.get(
            _collection(project, name) + "/versions", messages.VersionPage, cursor=cursor, limit=limits.PAGE_ROWS
        )  # fmt: skip
        yield from page.versions
        cursor = page.next
        if not cursor:
            return


def alias_moves(connection: Connection, project: ProjectPath, name: str) -> list[messages.AliasMove]:
    return connection.get(_collection(project, name) + "/aliases", messages.AliasMoves).moves


def get_version(connection: Connection, project: ProjectPath, name: str, ref: str) -> messages.ArtifactVersion:
    """`ref`: vN, an alias, a digest, or a span of time as `2017..2019`."""
    return connection.get(_version(project, name, ref), messages.ArtifactVersion)


def edit_version(
    connection: Connection, project: ProjectPath, name: str, ref: str, edit: messages.VersionEdit
) -> messages.ArtifactVersion:
    return connection.send("PATCH", _version(project, name, ref), edit, messages.ArtifactVersion)


def delete_version(
    connection: Connection, project: ProjectPath, name: str, ref: str, *, with_aliases: bool = False, is_dry: bool = False
) -> messages.Deletion:
    """`is_dry`: only say what it would do."""
    return _deleted(connection, _version(project, name, ref), with_aliases, is_dry)


def restore_version(connection: Connection, project: ProjectPath, name: str, ref: str) -> messages.ArtifactVersion:
    return connection.send("POST", _version(project, name, ref) + "/restore", {}, messages.ArtifactVersion, once=True)


def get_manifest(connection: Connection, project: ProjectPath, name: str, ref: str) -> Manifest:
    path = _version(project, name, ref) + "/manifest"

    def read() -> bytes:
        # A manifest may be longer than any other answer.
        with connection.stream("GET", path, accept=MSGPACK, timeout_s=COMMIT_S) as response:
            return b"".join(response.iter_bytes())

    try:
        return manifest.decode(connection.patiently(read))
    except msgspec.MsgspecError as error:
        raise connection.unexpected(f"the manifest of {name}:{ref} cannot be read: {error}") from error


def content_addresses(
    connection: Connection, project: ProjectPath, name: str, ref: str, digests: list[str]
) -> list[messages.ContentAddress]:
    """Where the contents can be read, in the order asked for."""
    path = _version(project, name, ref) + "/contents"
    return connection.send("POST", path, messages.ContentsRequest(digests), messages.ContentAddresses, safe=True).contents


def get_packed(connection: Connection, project: ProjectPath, name: str, ref: str, digests: list[str]) -> dict[str, bytes]:
    """Small contents by digest, in one answer. At most BODY_BYTES together. Not verified yet."""
    content = json_of(messages.ContentsRequest(digests))
    path = _version(project, name, ref) + "/packed"
    body = connection.request(
        "POST", path, content=content, content_type="application/json", accept=OCTETS, timeout_s=COMMIT_S, safe=True
    ).body
    try:
        return dict(unpack(body))
    except (ValueError, msgspec.MsgspecError) as error:
        raise connection.unexpected(f"its packed contents of {name}:{ref} cannot be read: {error}") from error


def compare(connection: Connection, project: ProjectPath, name: str, before: str, after: str) -> messages.VersionComparison:
    """What changed on the way from `before` to `after`."""
    return connection.get(_version(project, name, after) + "/compare", messages.VersionComparison, **{"with": before})


def compare_tables(
    connection: Connection, project: ProjectPath, name: str, before: str, after: str, path: str, key: Sequence[str], limit: int
) -> messages.TableComparison:  # fmt: skip
    """Which rows of the table `path` changed on the way from `before` to `after`, and the first `limit` of them."""
    asked: dict[str, Any] = {"with": before, "path": path, "key": list(key)}

    def page(offset: int) -> messages.TableComparison:
        query = {**asked, "offset": offset, "limit": min(limit - offset, TABLE_PAGE)}
        address = _version(project, name, after) + "/compare/table"
        answer = connection.request("GET", address, query=query, timeout_s=TABLE_S, idle_s=TABLE_S, safe=True)
        return msgspec.json.decode(answer.body, type=messages.TableComparison)

    found = page(0)
    while len(found.rows) < min(limit, found.total) and (more := page(len(found.rows)).rows):
        found.rows += more
    return found


def compare_metrics(
    connection: Connection, project: ProjectPath, name: str, before: str, after: str
) -> messages.MetricsComparison:
    """Numbers of the runs that made `before` and `after`, and of their metadata."""
    path = _version(project, name, after) + "/compare/metrics"
    return connection.get(path, messages.MetricsComparison, **{"with": before})


def lineage(
    connection: Connection, project: ProjectPath, name: str, ref: str, direction: str = "both", depth: int | None = None
) -> messages.Lineage:
    """Every node by itself, also those that a drawing would stack."""
    path = _version(project, name, ref) + "/lineage"
    return connection.get(path, messages.Lineage, direction=direction, depth=depth, each="true")


def faults_of(connection: Connection, project: ProjectPath, name: str, ref: str) -> messages.VersionFaults:
    return connection.get(_version(project, name, ref) + "/faults", messages.VersionFaults)


def accept_faults(
    connection: Connection, project: ProjectPath, name: str, ref: str, request: messages.AcceptRequest
) -> messages.VersionFaults:
    return connection.send("PUT", _version(project, name, ref) + "/faults/acceptance", request, messages.VersionFaults)


def withdraw_acceptance(connection: Connection, project: ProjectPath, name: str, ref: str) -> messages.VersionFaults:
    return connection.send("DELETE", _version(project, name, ref) + "/faults/acceptance", {}, messages.VersionFaults)


def used_by(connection: Connection, project: ProjectPath, name: str, ref: str) -> list[messages.RunRef]:
    return connection.get(_version(project, name, ref) + "/used-by", messages.UsedBy).runs


def use(connection: Connection, run: RunPath, request: messages.UseRequest) -> messages.ArtifactVersion:
    return connection.send("POST", _run(run) + "/inputs", request, messages.ArtifactVersion, safe=True)


def add_output(connection: Connection, run: RunPath, request: messages.OutputRequest) -> messages.ArtifactVersion:
    return connection.send("POST", _run(run) + "/outputs", request, messages.ArtifactVersion, safe=True)


def run_artifacts(connection: Connection, run: RunPath) -> messages.RunArtifacts:
    return connection.get(_run(run) + "/artifacts", messages.RunArtifacts)


def pack(contents: list[tuple[str, bytes]]) -> bytes:
    """(digest, bytes) as one body."""
    return b"".join(part for digest, content in contents for part in (content_head(digest, len(content)), content))


def content_head(digest: str, size: int) -> bytes:
    """What stands before each of several contents in one body: u32 little endian length of a header, the header [digest, size]
    in msgpack."""
    header = msgspec.msgpack.encode([digest, size])
    return len(header).to_bytes(4, "little") + header


def unpack(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Contents, each behind its `content_head`. Raises ValueError, MsgspecError."""
    view, at = memoryview(body), 0
    while at < len(body):
        length = int.from_bytes(view[at : at + 4], "little")
        digest, size = _decode_header(view[at + 4 : at + 4 + length])
        at += 4 + length
        if size < 0 or at + size > len(body):
            raise ValueError(f"the content at byte {at} is cut")
        yield digest, bytes(view[at : at + size])
        at += size


_decode_header = msgspec.msgpack.Decoder(tuple[str, int]).decode


def _deleted(connection: Connection, path: str, with_aliases: bool, is_dry: bool) -> messages.Deletion:
    query = {"with_aliases": "true" if with_aliases else None, "is_dry": "true" if is_dry else None}
    answer = connection.request("DELETE", path, query=query, once=not is_dry)
    return msgspec.json.decode(answer.body, type=messages.Deletion)


def _project(path: ProjectPath) -> str:
    return "/projects" + path_of(path.entity, path.project)


def _run(path: RunPath) -> str:
    return _project(path.parent) + "/runs" + path_of(path.run_id)


def _draft(project: ProjectPath, draft_id: str) -> str:
    return _project(project) + "/artifacts/drafts" + path_of(draft_id)


def _collection(project: ProjectPath, name: str) -> str:
    return _project(project) + "/artifacts" + path_of(name)


def _version(project: ProjectPath, name: str, ref: str) -> str:
    return _collection(project, name) + "/versions" + path_of(ref)
