"""Presets of custom charts from Python: `assay.Api().create_custom_chart(…)` saves one for the team."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assay.client import calls
from assay.client.http import Connection
from assay.wire.errors import InvalidRequest, NotFound, PublicError
from assay.wire.messages.presets import PresetSave


def save(connection: Connection, entity: str, name: str, label: str, spec: Mapping[str, Any] | str) -> str:
    """Save `spec` as the newest version of the entity's preset; answers what charts call it, `entity/name`. Raises
    InvalidRequest for text that is no JSON object."""
    read = _read(spec)
    calls.save_preset(connection, entity, name, PresetSave(read, label, _revision(connection, entity, name)))
    return f"{entity}/{name}"


def _read(spec: Mapping[str, Any] | str) -> dict[str, Any]:
    if isinstance(spec, str):
        try:
            spec = json.loads(spec)
        except ValueError as error:
            raise InvalidRequest(detail=f"The specification is not JSON: {error}") from None
    if not isinstance(spec, Mapping):
        raise InvalidRequest(detail=f"A Vega-Lite specification is an object, not a {type(spec).__name__}")
    return dict(spec)


def _revision(connection: Connection, entity: str, name: str) -> int:
    """Of the newest save, 0 where there is none or it was deleted."""
    try:
        return calls.get_preset(connection, entity, name).revision
    except NotFound:
        return 0
    except PublicError as error:
        if error.code == "preset_deleted":
            return 0
        raise
