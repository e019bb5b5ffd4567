"""What a script may say of an artifact: names, aliases, tags, metadata, how long it is kept."""

from __future__ import annotations

import enum
import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from assay.wire import limits, names
from assay.wire.errors import InvalidName, InvalidRequest, TooLarge
from assay.wire.odd_numbers import shown
from assay.wire.texts import cut


class ArtifactTTL(enum.Enum):
    """How long a version is kept where no time is given: as its collection says."""

    INHERIT = "inherit"


def check_name(text: str, what: str) -> str:
    """Raises InvalidName."""
    if not isinstance(text, str) or not names.is_name(text):
        raise InvalidName(what=what, text=str(text)[:200], expected="1 to 128 letters, digits, _ - and . (not in front)")
    return text


def clean_metadata(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """The metadata as JSON has it: NaN and the infinities, which it has not, are words. Raises InvalidRequest, TooLarge."""
    if metadata is None:
        return {}
    try:
        encoded = msgspec.json.encode(shown(json.loads(json.dumps(dict(metadata), default=_plain))))
        found = msgspec.json.decode(encoded, type=dict[str, Any])
    except UnicodeEncodeError as error:
        raise InvalidRequest(detail=f"metadata: {error.object[:100]!r} is not valid Unicode (a lone surrogate).") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequest(detail=f"metadata: it is not a JSON dictionary ({error}).") from error
    if len(encoded) > limits.ARTIFACT_METADATA_BYTES:
        limit = limits.ARTIFACT_METADATA_BYTES
        raise TooLarge(what="The metadata", actual=f"{len(encoded)} bytes", limit=limit, name="ARTIFACT_METADATA_BYTES")
    return found


def clean_description(text: object) -> str:
    """A description as it can be kept: valid Unicode, cut to length; None is none."""
    return "" if text is None else cut(str(text), limits.NOTE_BYTES)


def check_label(text: str | None, what: str) -> str:
    """`text`, which may be empty. Raises InvalidName."""
    if text and not (isinstance(text, str) and names.is_label(text)):
        raise InvalidName(what=what, text=str(text)[:200], expected=names.LABEL_FORM)
    return text or ""


def clean_labels(labels: Iterable[str] | str | None, what: str) -> list[str]:
    """Aliases or tags without repeats. Raises InvalidRequest."""
    given = [labels] if isinstance(labels, str) else list(labels or ())
    for label in given:
        if what == "alias" and not (isinstance(label, str) and names.is_alias(label)):
            raise InvalidRequest(detail=f"{label!r} cannot be an alias. Expected {names.ALIAS_FORM}.")
        if not (isinstance(label, str) and names.is_label(label)):
            raise InvalidRequest(detail=f"{label!r} cannot be a {what}. Expected {names.LABEL_FORM}.")
    if len(given) > limits.ALIASES:
        raise InvalidRequest(detail=f"{len(given)} {what}es or tags; the limit is {limits.ALIASES} (ALIASES).")
    return list(dict.fromkeys(given))


def _plain(value: Any) -> Any:
    """Numbers of numpy and torch, dates and paths as JSON."""
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:
        return value.item()
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, datetime | os.PathLike):
        return value.isoformat() if isinstance(value, datetime) else os.fspath(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def ttl_seconds(ttl: timedelta | ArtifactTTL | None) -> float | None:
    if ttl is ArtifactTTL.INHERIT:
        return None
    return ttl.total_seconds() if isinstance(ttl, timedelta) else 0.0


def ttl_of(ttl_s: float | None) -> timedelta | ArtifactTTL | None:
    if ttl_s is None:
        return ArtifactTTL.INHERIT
    return timedelta(seconds=ttl_s) if ttl_s else None
