"""What is searched is folded alike on the server and in the browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assay.server.domain.folding import folded, unaccented

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[3] / "vectors" / "folding.json").read_text())


@pytest.mark.parametrize(("text", "expected"), VECTORS["folded"].items())
def test_a_text_is_folded_whatever_its_case_its_accents_and_its_form(text: str, expected: str) -> None:
    assert folded(text) == expected
    assert folded(expected) == expected


@pytest.mark.parametrize(("text", "expected"), VECTORS["unaccented"].items())
def test_a_pattern_loses_its_accents_and_nothing_else(text: str, expected: str) -> None:
    assert unaccented(text) == expected
