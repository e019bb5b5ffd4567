"""Presets of custom charts: a team's Vega-Lite specifications with slots, each under a name that panels and scripts say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assay.wire import limits
from assay.wire.errors import InvalidName, InvalidRequest, TooLarge
from assay.wire.names import LABEL_FORM, is_label, is_name


@dataclass(frozen=True, slots=True)
class Preset:
    """`key` is unique across the installation, `name` in the entity. `revision` counts saves from 1. A listed one comes without
    `spec`. `deleted_at` 0: it is there."""

    key: int
    entity_id: int
    name: str
    label: str
    created_at: float
    created_by: str
    updated_at: float
    updated_by: str
    deleted_at: float = 0.0
    revision: int = 0
    spec: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PresetVersion:
    """A preset as it was after save `revision`. Listed ones come without `spec`."""

    revision: int
    at: float
    who: str
    label: str
    spec: dict[str, Any] = field(default_factory=dict)


def check_names(name: str, label: str) -> None:
    """Raises InvalidName. Names stand in paths of three parts, so they are as those of projects."""
    if not is_name(name):
        expected = "1 to 128 of letters, digits, _ . -, not starting with ."
        raise InvalidName(text=name[:300], what="name of a preset", expected=expected)
    if label and not is_label(label):
        raise InvalidName(text=label[:300], what="label of a preset", expected=LABEL_FORM)


def check_spec(spec: Mapping[str, Any]) -> None:
    """Raises InvalidRequest for one that draws nothing, TooLarge. What Vega-Lite makes of the rest is the drawing's business: a
    newer version may understand more."""
    if not any(part in spec for part in _DRAWS):
        parts = ", ".join(_DRAWS)
        raise InvalidRequest(detail=f"The specification draws nothing: it has none of {parts}. Give a Vega-Lite specification")
    size = len(json.dumps(spec, separators=(",", ":")))
    if size > limits.PRESET_BYTES:
        raise TooLarge(what="The preset", actual=f"{size} bytes", limit=limits.PRESET_BYTES, name="PRESET_BYTES")


_DRAWS = ("mark", "layer", "facet", "repeat", "concat", "hconcat", "vconcat")
"""What a Vega-Lite specification of any kind has one of."""
