"""The API's description is what the routes say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


def test_the_checked_in_description_is_what_the_routes_say(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(repository))
    sys.modules.pop("tools.openapi", None)
    from tools import openapi

    assert openapi.FILE.read_text() == openapi.render(), "Write it again: python -m tools.openapi"


def test_every_route_is_described_and_says_what_it_needs(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(repository))
    from tools import openapi

    document = openapi.document()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path}"
            assert operation["x-permission"], f"{method} {path}"
