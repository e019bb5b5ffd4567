"""What may be in a draft, and how its pages become a manifest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from assay.server.domain.artifacts import check_alias, check_name, check_tag
from assay.server.domain.nested import depth, packed_size
from assay.wire import limits
from assay.wire.errors import InvalidName, InvalidRequest, TooLarge
from assay.wire.manifest import Entry, Manifest
from assay.wire.messages.artifacts import DraftRequest, EntriesPage, TimeSpan
from assay.wire.names import LABEL_FORM, is_entry_path, is_label

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_STORE_DIGEST = re.compile(r"(?:etag|md5|sha256|version):[\x21-\x7e]{1,1024}\Z")
_ADDRESS = re.compile(r"(?:s3|gs|az|abfs|abfss|https?|file)://[^\x00-\x20\x7f]{1,8192}\Z")
_EXTRA_BYTES = 64 * limits.KIB
_SHARED_ID_CHARS = 256


def check_request(asked: DraftRequest) -> None:
    """Raises InvalidName, InvalidRequest or TooLarge for what cannot become a version."""
    check_name(asked.name, "artifact name")
    check_name(asked.type, "artifact type")
    check_marks(asked.aliases, asked.tags)
    check_texts(asked.description, asked.metadata)
    check_lifetime(asked.ttl_s)
    check_span(asked.span)
    if len(asked.shared_id) > _SHARED_ID_CHARS or (asked.shared_id and not is_label(asked.shared_id)):
        raise InvalidName(text=asked.shared_id[:300], what="shared id", expected=LABEL_FORM)
    check_role(asked.role)
    if not -1 <= asked.step <= limits.STEP_MAX:
        raise InvalidRequest(detail=f"step is {asked.step}; expected a step of the run's history, or -1 for none")


def check_role(role: str) -> None:
    if role and not is_label(role):
        raise InvalidName(text=role[:300], what="role", expected=LABEL_FORM)


def check_marks(aliases: Iterable[str], tags: Iterable[str]) -> None:
    for what, names, check in (("aliases", list(aliases), check_alias), ("tags", list(tags), check_tag)):
        if len(names) > limits.ALIASES:
            raise TooLarge(what=f"The list of {what}", actual=len(names), limit=limits.ALIASES, name="ALIASES")
        for name in names:
            check(name)


def check_texts(description: str | None, metadata: Mapping[str, object] | None) -> None:
    if description is not None and len(description.encode(errors="replace")) > limits.NOTE_BYTES:
        size = len(description.encode(errors="replace"))
        raise TooLarge(what="The description", actual=f"{size} bytes", limit=limits.NOTE_BYTES, name="NOTE_BYTES")
    if metadata is not None:
        _check_nesting(metadata, "The metadata")
        packed_size(metadata, "The metadata")
        size = len(msgspec.json.encode(metadata))
        if size > limits.ARTIFACT_METADATA_BYTES:
            raise TooLarge(
                what="The metadata",
                actual=f"{size} bytes as JSON",
                limit=limits.ARTIFACT_METADATA_BYTES,
                name="ARTIFACT_METADATA_BYTES",
            )


def _check_nesting(value: object, what: str) -> None:
    if depth(value, limits.NESTING) > limits.NESTING:
        raise TooLarge(what=what, actual=f"nested more than {limits.NESTING} deep", limit=limits.NESTING, name="NESTING")


def check_lifetime(ttl_s: float | None) -> None:
    if ttl_s is not None and not 0 <= ttl_s < 1e11:
        raise InvalidRequest(detail=f"ttl_s is {ttl_s}; expected seconds, or 0 to keep it until it is deleted")


def check_span(span: TimeSpan | None) -> None:
    if span is not None and not -1e13 < span.start < span.end < 1e13:
        raise InvalidRequest(detail=f"The span is {span.start} to {span.end}; expected seconds since the epoch, the start first")


def check_page(page: EntriesPage) -> None:
    """Raises InvalidName, InvalidRequest or TooLarge, naming the first path that cannot be an entry."""
    count = len(page.add) + len(page.remove)
    if count > limits.ENTRIES_PER_PAGE:
        raise TooLarge(what="The page of entries", actual=count, limit=limits.ENTRIES_PER_PAGE, name="ENTRIES_PER_PAGE")
    for path, entry in page.add.items():
        if not is_entry_path(path):
            raise InvalidName(text=path[:300], what="path in an artifact", expected="a relative path of plain names, joined by /")
        if entry.ref:
            _check_reference(path, entry)
        else:
            _check_content(path, entry)
        if entry.extra:
            _check_nesting(entry.extra, f"What is noted beside {path[:300]}")
        if entry.extra and len(msgspec.json.encode(entry.extra)) > _EXTRA_BYTES:
            raise TooLarge(what=f"What is noted beside {path[:300]}", actual="longer", limit=_EXTRA_BYTES, name="64 KiB")


def _check_content(path: str, entry: Entry) -> None:
    if not _DIGEST.match(entry.digest):
        raise InvalidName(text=entry.digest[:100], what=f"digest (of {path[:200]})", expected="sha256: and 64 hex digits")
    if not 0 <= entry.size <= limits.FILE_BYTES:
        raise TooLarge(what=path[:300], actual=f"{entry.size} bytes", limit=limits.FILE_BYTES, name="FILE_BYTES")
    expected = -(-entry.size // limits.BLOCK_BYTES) if entry.size > limits.BLOCK_BYTES else 0
    if len(entry.blocks) != expected or not all(map(_DIGEST.match, entry.blocks)):
        raise InvalidRequest(
            detail=f"{path[:300]} has {entry.size} bytes and lists {len(entry.blocks)} blocks; expected {expected} digests of "
            f"blocks of {limits.BLOCK_BYTES} bytes"
        )


def _check_reference(path: str, entry: Entry) -> None:
    if not _ADDRESS.match(entry.ref):
        raise InvalidName(
            text=entry.ref[:300], what=f"reference (of {path[:200]})", expected="an address of s3, gs, az, http, https or file"
        )
    if (entry.digest and not _STORE_DIGEST.match(entry.digest)) or entry.blocks or not -1 <= entry.size < 1 << 62:
        raise InvalidRequest(
            detail=f"The reference {path[:300]} has a digest, size or blocks that no reference has; expected etag:…, md5:…, "
            "sha256:… or version:…, and a size of -1 if it is unknown"
        )


def fold(base: Manifest, pages: Iterable[EntriesPage]) -> Manifest:
    """The pages' changes, in order, on top of the base. Raises TooLarge or InvalidRequest if no folder could hold the result."""
    entries = dict(base.entries)
    for page in pages:
        for path in page.remove:
            entries.pop(path, None)
        entries.update(page.add)
    if len(entries) > limits.ENTRY_COUNT:
        raise TooLarge(what="The list of entries", actual=len(entries), limit=limits.ENTRY_COUNT, name="ENTRY_COUNT")
    folders = {path.rpartition("/")[0] for path in entries if "/" in path}
    for folder in folders:
        while folder:
            if folder in entries:
                raise InvalidRequest(
                    detail=f"{folder[:300]} is a file and also a folder with files in it; no disk could hold both. Rename one"
                )
            folder = folder.rpartition("/")[0]
    return Manifest(entries)
