"""Workspaces as objects and as data, without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

import assay.workspace as ws
from assay.sdk.workspace.sections import read_panel
from assay.wire.errors import InvalidRequest
from assay.wire.messages.panels import AnyPanel

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "panels.json").read_text())


def written(board: ws.Workspace) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads(board.to_json())
    return spec


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_panel_is_read_and_written_unchanged(vector: dict[str, Any]) -> None:
    panel = read_panel(vector["panel"])
    assert not isinstance(panel, dict)
    assert json.loads(msgspec.json.encode(panel)) == vector["panel"]


def test_the_vectors_have_every_kind_whole_and_small() -> None:
    kinds = {kind.__struct_config__.tag for kind in AnyPanel.__args__}  # type: ignore[attr-defined]
    assert [vector["panel"]["kind"] for vector in VECTORS].count("line") == 2
    assert {vector["panel"]["kind"] for vector in VECTORS} == kinds
    assert len(VECTORS) == 2 * len(kinds)


def test_a_workspace_survives_being_written_and_read() -> None:
    board = ws.Workspace(
        "best", "digits",
        [ws.Section("Loss", [ws.LinePanel(id="", y=[ws.Y("loss")])], sections=[ws.Section("Deep", id="deep")])],
        ws.RunSet(filter="loss < 1", derived=[ws.DerivedColumn("cost", "${a} * 2")], group=[ws.GroupKey("config.lr", 0.1)]),
        ws.Settings(x="time"), [ws.KpiPanel(id="k", metric="loss")],
    )  # fmt: skip
    again = ws.Workspace.from_json(board.to_json(), name="best", project="digits")
    assert again == board
    assert [section.id for section in again.sections] == ["section-1"]
    assert again.section("Deep").id == "deep"
    assert again.section("Loss").panel("panel-2") is again.sections[0].panels[0]
    with pytest.raises(KeyError, match="Loss, Deep"):
        again.section("nothing")


def test_what_a_newer_version_wrote_is_kept() -> None:
    spec = {
        "format": 9, "future": {"x": [1]}, "mode": "manual",
        "sections": [
            {
                "id": "s", "title": "T", "colour": "red",
                "panels": [{"kind": "hologram", "id": "h", "depth": 3}, {"kind": "kpi", "id": "k", "metric": "a", "glow": True}],
                "sections": [{"id": "inner", "title": "I", "shape": "round"}],
            }
        ],
    }  # fmt: skip
    board = ws.Workspace.from_json(json.dumps(spec), name="n", project="p")
    assert written(board) == spec
    kpi = board.section("T").panel("k")
    assert isinstance(kpi, ws.KpiPanel)
    kpi.metric = "b"
    assert written(board)["sections"][0]["panels"][1] == {"kind": "kpi", "id": "k", "metric": "b", "glow": True}


def test_a_wrong_field_is_named() -> None:
    bad = {"sections": [{"id": "s", "title": "T", "panels": [{"kind": "bar", "id": "b", "most": "many"}]}]}
    with pytest.raises(msgspec.ValidationError, match=r"most"):
        ws.Workspace.from_json(json.dumps(bad), name="n", project="p")


def test_an_address_without_a_view_is_refused() -> None:
    for url in ("http://h/ann/digits", "http://h/?view=x", "nonsense"):
        with pytest.raises(InvalidRequest, match="view=ID"):
            ws.Workspace.from_url(url)
