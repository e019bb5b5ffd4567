"""Presets of custom charts: Vega-Lite specifications with slots that everybody of an entity draws with."""

from __future__ import annotations

from typing import Any

import msgspec


class Preset(msgspec.Struct):
    """A preset as its newest save left it. A panel or a logged chart names it `entity/name`, or `entity/name/v3` for a version of
    it. `label`: what choosers call it. `revision` counts saves. In lists `spec` is null."""

    entity: str
    name: str
    label: str
    revision: int
    created_at: float
    created_by: str
    updated_at: float
    updated_by: str
    may_edit: bool
    spec: dict[str, Any] | None = None


class PresetPage(msgspec.Struct):
    """By name. `may_write`: whether the reader could save one here."""

    presets: list[Preset]
    may_write: bool


class PresetSave(msgspec.Struct, forbid_unknown_fields=True):
    """A save over `revision`, the one that was read; 0 makes a new preset. Where somebody saved since, or the name is taken, 409
    says who and when. `spec` has `${field:NAME}` and `${string:NAME}` where its slots are."""

    spec: dict[str, Any]
    label: str = ""
    revision: int = 0


class PresetVersion(msgspec.Struct):
    """The preset as a save left it. In lists `spec` is null."""

    revision: int
    time: float
    user: str
    label: str
    spec: dict[str, Any] | None = None


class PresetVersionPage(msgspec.Struct):
    """Newest first. `is_deleted`: the preset was deleted; bringing a version back brings it back."""

    versions: list[PresetVersion]
    is_deleted: bool


class PresetRestore(msgspec.Struct, forbid_unknown_fields=True):
    """`revision`: the newest save that the reader knows of."""

    revision: int
