"""Panels as data: the vectors that the browser reads too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.wire.messages.panels import read_panel

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "vectors/panels.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_panel_of_each_kind_is_written_as_it_was_read(vector: dict[str, Any]) -> None:
    assert json.loads(msgspec.json.encode(read_panel(vector["panel"]))) == vector["panel"]


def test_a_field_of_another_type_is_refused_by_its_name() -> None:
    with pytest.raises(msgspec.ValidationError, match="brushes"):
        read_panel({"kind": "parallel", "id": "p", "axes": [{"key": "a", "brushes": [[1, "x"]]}]})
