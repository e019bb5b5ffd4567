"""What an edit must say: the dotted paths of what differs between two nested dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.wire.values import is_same


def changed(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Paths with their new values; None where something went away."""
    edit: dict[str, Any] = {prefix + key: None for key in before if key not in after}
    for key, value in after.items():
        if key in before and is_same(before[key], value):
            continue
        if isinstance(value, Mapping) and value and isinstance(before.get(key, {}), Mapping):
            edit.update(changed(before.get(key, {}), value, f"{prefix}{key}."))
        else:
            edit[f"{prefix}{key}"] = value
    return edit
