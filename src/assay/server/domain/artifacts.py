"""Artifacts: collections, their numbered versions, aliases, drafts, and the rules of their names."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from assay.wire.errors import InvalidName
from assay.wire.names import ALIAS_FORM, LABEL_FORM, is_alias, is_label, is_name

RESERVED_NAMES = frozenset({"drafts"})
"""Names that stand for something else in addresses."""

_NUMBER = re.compile(r"v(0|[1-9][0-9]{0,9})\Z")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2}))?)?)?)?\Z")


@dataclass(frozen=True, slots=True)
class Collection:
    """`next_number` is what the next version is called; numbers are never given twice. `version_count` and `size` are of the
    versions that are not deleted. `ttl_s` None: as the rules of the project and the entity say; 0: kept."""

    key: int
    project_key: int
    name: str
    type: str
    created_at: float
    updated_at: float
    description: str = ""
    tags: tuple[str, ...] = ()
    ttl_s: float | None = None
    next_number: int = 0
    version_count: int = 0
    size: int = 0
    deleted_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Version:
    """`manifest` is the digest of the blob that lists its entries, empty once it was purged: then only the row is left, so that
    what came from it keeps its origin. `bucket`: where all its contents are; 0: in the server's own place. `run_key` 0: no run
    made it. `deleted_as` says why it was deleted. `end_told`: the end of its time that people were told of; 0: none."""

    key: int
    collection_key: int
    number: int
    digest: str
    manifest: str
    size: int
    new_size: int
    file_count: int
    created_at: float
    created_by: str = ""
    description: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    run_key: int = 0
    step: int = -1
    ttl_s: float | None = None
    span_start: float | None = None
    span_end: float | None = None
    updated_at: float = 0.0
    deleted_at: float = 0.0
    deleted_as: Literal["", "deleted", "expired"] = ""
    bucket: int = 0
    end_told: float = 0.0

    @property
    def label(self) -> str:
        return f"v{self.number}"

    @property
    def is_purged(self) -> bool:
        return not self.manifest


@dataclass(frozen=True, slots=True)
class AliasChange:
    """Version keys; 0: none."""

    alias: str
    from_version: int
    to_version: int
    at: float
    by: str


EdgeKind = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Edge:
    """A run took a version in (`in`) or made it (`out`). What names the run is kept here too: it outlives the run."""

    version_key: int
    run_key: int
    kind: EdgeKind
    role: str
    at: float
    project_key: int
    run_id: str
    run_name: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """Entries on their way to becoming a version. `request` is what was asked when it was opened, as JSON. `version_key` ≠ 0: it
    was committed as that version. `bucket`: where its contents go, as a version's; `base_bucket`: where those of its base are."""

    id: str
    project_key: int
    name: str
    type: str
    request: bytes
    created_at: float
    touched_at: float
    by: str
    base_manifest: str = ""
    shared_id: str = ""
    page_count: int = 0
    entry_count: int = 0
    version_key: int = 0
    bucket: int = 0
    base_bucket: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that turned out bad. `versions` and `runs` are where it begins, by key. `freeze`: aliases that may not lead to
    what it reaches."""

    id: str
    entity: str
    kind: str
    target: str
    reason: str
    by: str
    at: float
    versions: tuple[int, ...] = ()
    runs: tuple[int, ...] = ()
    freeze: tuple[str, ...] = ()
    taken_back_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Those whose version it is use it although the fault reaches it, and say why: its aliases are not frozen by that fault."""

    fault_id: str
    version_key: int
    reason: str
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Rule:
    """How long versions are kept where neither they nor their collection say. `project_key` 0: in all of the entity; `type`
    empty: of every type. `ttl_s` 0: for ever."""

    project_key: int
    type: str
    ttl_s: float


@dataclass(frozen=True, slots=True)
class Slice:
    """Seconds since the epoch, half open."""

    start: float
    end: float
    text: str = ""


def check_name(text: str, what: str) -> None:
    """Raises InvalidName unless `text` can name a collection or a type."""
    if not is_name(text) or text in RESERVED_NAMES:
        raise InvalidName(
            text=text[:300], what=what, expected="1 to 128 letters, digits, _ . - , not starting with . , and not 'drafts'"
        )


def check_alias(text: str) -> None:
    """Raises InvalidName unless `text` can point at a version: it must not look like a number, a digest or a span of time."""
    if not is_alias(text):
        raise InvalidName(text=text[:300], what="alias", expected=ALIAS_FORM)


def check_tag(text: str) -> None:
    if not is_label(text):
        raise InvalidName(text=text[:300], what="tag", expected=LABEL_FORM)


def parse_ref(text: str) -> int | str | Slice:
    """What `text` says behind a collection's name: a number for `v3`, a Slice for `2017..2019`, else the alias or digest itself.

    Raises InvalidName for a span that cannot be read."""
    if match := _NUMBER.match(text):
        return int(match[1])
    if ".." in text:
        return parse_slice(text)
    return text


def is_digest(text: str) -> bool:
    return _DIGEST.match(text) is not None


def parse_slice(text: str) -> Slice:
    """`2017..2019` is from the beginning of 2017 to the end of 2019; months, days and times work alike; a side may be empty.

    Raises InvalidName."""
    start_text, _, end_text = text.partition("..")
    start = _moment(start_text)[0] if start_text else float("-inf")
    end = _moment(end_text)[1] if end_text else float("inf")
    if start is None or end is None or not start < end or (not start_text and not end_text):
        raise InvalidName(
            text=text[:300],
            what="span of time",
            expected="START..END as years, 2017-03, 2017-03-14 or 2017-03-14T09:26, in order",
        )
    return Slice(start, end, text)


def _moment(text: str) -> tuple[float | None, float | None]:
    """When what `text` names begins and ends; None if it names nothing."""
    match = _DATE.match(text)
    if match is None:
        return None, None
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups())
    try:
        begin = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=UTC)
    except ValueError:
        return None, None
    if month is None:
        return begin.timestamp(), _timestamp_after(begin, 366 if monthrange(begin.year, 2)[1] == 29 else 365)
    if day is None:
        return begin.timestamp(), _timestamp_after(begin, monthrange(begin.year, month)[1])
    length = timedelta(days=1) if hour is None else timedelta(minutes=1) if second is None else timedelta(seconds=1)
    return begin.timestamp(), begin.timestamp() + length.total_seconds()


def _timestamp_after(begin: datetime, days: int) -> float:
    return begin.timestamp() + days * 86_400.0
