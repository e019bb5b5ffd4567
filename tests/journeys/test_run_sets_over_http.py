"""Run sets, views and files as a page and a script use them, against a real server."""

from __future__ import annotations

import io

import httpx
import pyarrow as pa
import pyarrow.parquet
import pytest

import assay.workspace as ws
from assay.sdk.query import Api
from assay.testing.servers import RunningServer
from assay.wire.errors import Conflict, NotFound


@pytest.fixture(scope="module")
def http(shared_server: RunningServer) -> httpx.Client:
    client = httpx.Client(base_url=shared_server.url, headers={"authorization": f"Bearer {shared_server.key}"}, timeout=60)
    me = client.get("/api/v1/me").json()["username"]
    client.base_url = httpx.URL(f"{shared_server.url}/api/v1/projects/{me}/sets/")
    for n in range(12):
        run = {"writer": "w", "config": {"lr": n / 10, "opt": ["adam", "sgd"][n % 2]}, "tags": ["old"]}
        client.put(f"runs/r{n}", json=run).raise_for_status()
        rows = [{"step": 0, "values": {"loss": (n - 6.0) ** 2}}]
        client.post(f"runs/r{n}/batches", json={"writer": "w", "first_seq": 0, "rows": rows}).raise_for_status()
    return client


@pytest.fixture
def api(shared_server: RunningServer) -> Api:
    return Api({"base_url": shared_server.url, "project": "sets"}, api_key=shared_server.key)


def test_values_groups_and_columns_of_a_set_agree(http: httpx.Client) -> None:
    asked = {"filter": "loss < 10", "derived": [{"name": "half", "expression": "${loss} / 2"}], "sort": [{"key": "ordinal"}]}
    answer = http.post("runs/values", json={**asked, "keys": ["config.opt", "derived.half"]})
    assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table["run"].to_pylist() == [f"r{n}" for n in range(3, 10)]
    assert table["derived.half"].to_pylist() == [(n - 6) ** 2 / 2 for n in range(3, 10)]
    page = http.post("runs/query", json={**asked, "group": ["config.opt"], "columns": ["loss"]}).json()
    assert [(group["path"], group["run_count"]) for group in page["groups"]] == [(["sgd"], 4), (["adam"], 3)]
    columns = http.post("columns/query", json={**asked, "section": "config", "only_distinct": True}).json()
    assert [(column["key"], column["distinct_count"]) for column in columns["columns"]] == [("config.lr", 7), ("config.opt", 2)]


def test_files_hold_the_whole_result(http: httpx.Client) -> None:
    answer = http.post("runs/export", params={"format": "csv"}, json={"columns": ["config.lr"], "sort": [{"key": "ordinal"}]})
    assert answer.headers["content-disposition"] == 'attachment; filename="sets-runs.csv"'
    assert answer.text.splitlines()[0] == "id,name,config.lr"
    assert len(answer.text.splitlines()) == 13
    parquet = http.post("runs/export", params={"format": "parquet"}, json={"columns": ["config.opt"]}).content
    assert pyarrow.parquet.read_table(io.BytesIO(parquet)).num_rows == 12
    assert len(http.post("runs/export", params={"format": "json"}, json={}).json()) == 12
    refused = http.post("runs/export", params={"format": "xls"}, json={})
    assert (refused.status_code, "csv, json, parquet" in refused.json()["detail"]) == (422, True)


def test_an_edit_of_many_runs_is_undone(http: httpx.Client) -> None:
    done = http.post("runs/edit", json={"filter": 'config.opt = "sgd"', "add_tags": ["new"]}).json()
    assert done["count"] == 6
    assert http.get("tags").json()["tags"] == [{"name": "old", "run_count": 12}, {"name": "new", "run_count": 6}]
    assert http.post("runs/undo", json={"undo": done["undo"]}).json()["count"] == 6
    assert [tag["name"] for tag in http.get("tags").json()["tags"]] == ["old"]


def test_importance_is_answered(http: httpx.Client) -> None:
    found = http.post("importance", json={"target": "loss"}).json()
    assert (found["used_count"], {param["key"] for param in found["params"]}) == (12, {"config.lr", "config.opt"})
    assert "12 runs are few" in found["warning"]


def test_a_script_makes_edits_and_shares_a_workspace(http: httpx.Client, api: Api, shared_server: RunningServer) -> None:
    board = ws.Workspace("board", "sets", [ws.Section("Loss", [ws.LinePanel(id="loss", y=[ws.Y("loss")])])])
    board.save(api=api)
    assert (board.revision, len(board.id)) == (1, 16)
    page = f"{shared_server.url}/{board.project}?view={board.id}"
    other = ws.Workspace.from_url(page, api=api)
    assert (other, other.sections) == (board, board.sections)
    other.section("Loss").panels.append(ws.BarPanel(id="bar", value="summary.loss"))
    other.save(api=api)
    board.name = "mine"
    with pytest.raises(Conflict, match="saved view 'board' on"):
        board.save(api=api)
    assert len(ws.Workspace.load("sets", "board", api=api).section("Loss").panels) == 2
    link = http.post("view-links", json={"spec": other.to_spec()}).json()["id"]
    linked = ws.Workspace.from_url(f"{shared_server.url}/{other.project}?link={link}", api=api)
    assert linked.to_spec() == other.to_spec()
    other.save_as("copy", api=api).delete(api=api)
    with pytest.raises(NotFound):
        ws.Workspace.load("sets", "copy", api=api)
