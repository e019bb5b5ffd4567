"""Saved views: what a person arranged on a page, under a name, for themselves or for everybody in the project."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assay.wire import limits
from assay.wire.errors import InvalidName, InvalidRequest, TooLarge
from assay.wire.messages.views import Page, Sharing
from assay.wire.names import LABEL_FORM, is_label

_LINK_CHARS = 16  # of base32: 80 bits of the content's hash; two of a project's links never meet


@dataclass(frozen=True, slots=True)
class View:
    """`key` is unique across the installation, `id` in the project. `revision` counts saves from 1. `spec` is kept as given; a
    listed view comes without it. `is_default`: the one that the page opens with, at most one per page and shared."""

    key: int
    project_key: int
    id: str
    page: Page
    name: str
    sharing: Sharing
    owner: str
    created_at: float
    updated_at: float
    updated_by: str
    is_locked: bool = False
    is_default: bool = False
    deleted_at: float = 0.0
    revision: int = 0
    spec: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ViewVersion:
    """A view as it was after save `revision`. Listed ones come without `spec`. `sharing`: whether others have seen it, which is
    so for good once the view is shared with it as its newest version."""

    revision: int
    at: float
    who: str
    name: str
    sharing: Sharing
    spec: dict[str, Any] = field(default_factory=dict)


def check_name(name: str) -> None:
    """Raises InvalidName."""
    if not is_label(name):
        raise InvalidName(text=name[:300], what="name of a view", expected=LABEL_FORM)


def check_spec(spec: Mapping[str, Any]) -> str:
    """The spec as JSON text. Raises TooLarge or InvalidRequest; what a newer version wrote is not looked into."""
    version = spec.get("format", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InvalidRequest(detail=f"format of the view is {version!r}; expected a number from 1 on")
    text = json.dumps(spec, separators=(",", ":"))
    if len(text) > limits.VIEW_BYTES:
        raise TooLarge(what="The view", actual=f"{len(text)} bytes", limit=limits.VIEW_BYTES, name="VIEW_BYTES")
    return text


def canonical(spec: Mapping[str, Any]) -> str:
    """The same text for equal content, whatever the order of its keys. `true` is no 1, though Python calls them equal."""
    return json.dumps(spec, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def link_id(spec: Mapping[str, Any]) -> str:
    """The short name of this content: the same for equal content."""
    return base64.b32encode(hashlib.sha256(canonical(spec).encode()).digest()).decode().lower()[:_LINK_CHARS]
