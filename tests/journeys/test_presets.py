"""A team's preset of a custom chart as scripts and pages use it, against a real server and a real run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import assay.workspace as ws
from assay.sdk.query import Api
from assay.testing.servers import RunningServer
from assay.wire.errors import InvalidRequest

SPEC = {"mark": "line", "title": "${string:title}", "encoding": {"x": {"field": "${field:x}", "type": "quantitative"}}}
SCRIPT = """
import assay
with assay.init(project="charts", id="r1") as run:
    run.log({"curve": assay.plot_table("root/rates", {"epoch": [1, 2], "rate": [0.1, 0.2]}, {"x": "rate"}, {"title": "Rates"})})
"""


@pytest.fixture
def api(shared_server: RunningServer) -> Api:
    return Api({"base_url": shared_server.url, "project": "charts"}, api_key=shared_server.key)


@pytest.fixture
def http(shared_server: RunningServer) -> httpx.Client:
    return httpx.Client(base_url=f"{shared_server.url}/api/v1/", headers={"authorization": f"Bearer {shared_server.key}"})


def test_a_preset_is_saved_from_python_and_named_by_charts_and_panels(
    shared_server: RunningServer, api: Api, http: httpx.Client, tmp_path: Path
) -> None:
    assert api.create_custom_chart("root", "rates", "Learning rates", "vega2", "private", SPEC) == "root/rates"
    api.create_custom_chart("root", "rates", "Rates", "vega2", "private", json.dumps({**SPEC, "mark": "bar"}))
    found = http.get("entities/root/presets/rates").json()
    assert (found["revision"], found["label"], found["spec"]["mark"]) == (2, "Rates", "bar")
    assert http.get("entities/root/presets/rates/versions/1").json()["spec"] == SPEC

    environment = shared_server.environment | {"ASSAY_BASE_URL": shared_server.url, "ASSAY_API_KEY": shared_server.key}
    subprocess.run([sys.executable, "-c", SCRIPT], cwd=tmp_path, env=environment, check=True)
    (row,) = api.run("root/charts/r1").scan_history()
    assert (row["curve"]["preset"], row["curve"]["fields"], row["curve"]["strings"]) == (
        "root/rates", {"x": "rate"}, {"title": "Rates"},
    )  # fmt: skip
    board = ws.Workspace("rates", "root/charts", [ws.Section("Rates", [ws.ChartPanel(id="c", preset="root/rates/v1")])])
    board.save(api=api)
    (section,) = ws.Workspace.load("root/charts", "rates", api=api).sections
    (panel,) = section.panels
    assert isinstance(panel, ws.ChartPanel)
    assert panel.preset == "root/rates/v1"


def test_a_deleted_preset_answers_that_it_was_deleted_until_a_save_brings_the_name_back(api: Api, http: httpx.Client) -> None:
    api.create_custom_chart("root", "gone", "", "vega2", "private", SPEC)
    assert http.delete("entities/root/presets/gone").status_code == 204
    answer = http.get("entities/root/presets/gone")
    assert (answer.status_code, answer.json()["code"]) == (410, "preset_deleted")
    assert http.get("entities/root/presets/never").status_code == 404
    assert http.get("entities/root/presets/gone/versions").json()["is_deleted"]
    api.create_custom_chart("root", "gone", "", "vega2", "private", SPEC)
    assert http.get("entities/root/presets/gone").status_code == 200


def test_what_cannot_be_a_preset_is_refused_in_words(api: Api) -> None:
    for given, said in (
        (("root", "x", "", "vega2", "private", "{"), "not JSON"),
        (("root", "x", "", "vega2", "private", "[1]"), "is an object, not a list"),
        (("root", "x", "", "vega2", "private", {"marks": []}), "draws nothing"),
        (("root", "x", "", "vega2", "public", SPEC), "members of root alone"),
        (("root", "x", "", "plotly", "private", SPEC), "called 'vega2'"),
    ):
        with pytest.raises(InvalidRequest, match=said):
            api.create_custom_chart(*given)  # type: ignore[arg-type]
