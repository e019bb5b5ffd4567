"""Two tenants on one server: with the other's ids one's own calls find nothing and change nothing (S5). Reading changes nothing
for anybody (S9)."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.attacks.calls import IN_PROJECT, PRIVATE, SECRET, send

Clients = Callable[[str], httpx.Client]
NO_ID = "0123456789abcdef"
MISSING = {
    "{run_id:str}": "nobodys", "{view_id:str}": NO_ID, "{link_id:str}": NO_ID, "{draft_id:str}": NO_ID, "{name:str}": "nobodys",
    "{ref:str}": "v77", "{fault_id:str}": NO_ID, "{comment_id:int}": "987654321", "{revision:int}": "1",
}  # fmt: skip
BLUE = {"{entity:str}": "blue", "{project:str}": "ours"}
READS = [(method, path) for method, path, _ in PRIVATE if method == "GET" and path != "/api/v1/live"]


@pytest.fixture
def blue(world: Any, clients: Clients) -> Iterator[httpx.Client]:
    """The other team's admin, with a project and a run of their own."""
    with clients("blue_admin") as client:
        assert client.put("/api/v1/projects/blue/ours/runs/b1", json={"writer": "w", "config": {"lr": 1}}).is_success
        batch = {"writer": "w", "first_seq": 0, "rows": [{"step": 1, "values": {"loss": 2.0}}]}
        assert client.post("/api/v1/projects/blue/ours/runs/b1/batches", json=batch).is_success
        yield client


def _seen(client: httpx.Client, names: dict[str, str]) -> dict[str, bytes]:
    """Everything there is to read in red's project, but for what the clock changes."""
    read = {path: send(client, "GET", path, names).content for method, path in READS if "{entity:str}" in path}
    return {path: re.sub(rb'/blobs/[\w.-]+|"(duration_s|heartbeat_at)":[^,]+', b"", content) for path, content in read.items()}


def _shape(answer: httpx.Response, names: dict[str, str]) -> tuple[int, str]:
    """What an answer says, without the names that were asked with and what differs each time."""
    text = answer.text
    for name in sorted(names.values(), key=len, reverse=True):
        text = text.replace(name, "…")
    return answer.status_code, re.sub(r'"(id|time|created_at|updated_at)":[^,}]+', "", text)


def test_with_the_others_ids_ones_own_calls_find_what_nobody_has(world: Any, blue: httpx.Client, clients: Clients) -> None:
    red = {**world.places["red_admin"], "{run_id:str}": "r1"}
    with clients("red_admin") as owner:
        before = _seen(owner, red)
        assert sum(SECRET.encode() in content for content in before.values()) > 8, "the world has nothing to steal"
    for method, path, _ in IN_PROJECT:
        if path == "/api/v1/projects/{entity:str}/{project:str}" and method == "DELETE":
            continue
        theirs = send(_Quiet(blue), method, path, {**red, **BLUE}, artifact="red/plans/cats:v0")  # type: ignore[arg-type]
        nobodys = send(_Quiet(blue), method, path, {**MISSING, **BLUE}, artifact="red/nothing/nobodys:v0")  # type: ignore[arg-type]
        assert SECRET not in theirs.text, f"{method} {path}"
        assert theirs.status_code < 500, f"{method} {path}: {theirs.text}"
        assert theirs.status_code == nobodys.status_code, f"{method} {path}: {theirs.text} / {nobodys.text}"
        if theirs.status_code == 404:
            there = [*red.values(), "red/plans/cats:v0", "red/plans", "cats"]
            assert _shape(theirs, dict(enumerate(there))) == _shape(  # type: ignore[arg-type]
                nobodys,
                dict(enumerate([*MISSING.values(), "red/nothing/nobodys:v0", "red/nothing"])),  # type: ignore[arg-type]
            ), f"{method} {path}"
    with clients("red_admin") as owner:
        after = _seen(owner, red)
        assert [(path, after[path], before[path]) for path in before if after[path] != before[path]] == []


class _Quiet:
    """Asks for nothing by the secret's name: an answer may say again what it was asked."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def request(self, method: str, address: str, **asked: Any) -> httpx.Response:
        if asked.get("json") is not None:
            asked["json"] = json.loads(json.dumps(asked["json"]).replace(SECRET, "loss"))
        return self._client.request(method, address, **asked)


@pytest.mark.parametrize("way", ["move", "copy"])
def test_a_run_cannot_be_put_into_anothers_project(blue: httpx.Client, clients: Clients, way: str) -> None:
    answer = blue.post(f"/api/v1/projects/blue/ours/runs/{way}", json={"ids": ["b1"], "to": "red/plans"})
    missing = blue.post(f"/api/v1/projects/blue/ours/runs/{way}", json={"ids": ["b1"], "to": "nobody/plans"})
    assert (answer.status_code, missing.status_code) == (404, 404)
    assert answer.json()["detail"].replace("red", "nobody") == missing.json()["detail"]


def test_a_key_is_its_owners(world: Any, blue: httpx.Client) -> None:
    of_red = world.keys["red_admin"][4:12]
    assert blue.delete(f"/api/v1/keys/{of_red}").status_code == blue.delete("/api/v1/keys/AAAAAAAA").status_code == 404
    with world.client("red_admin") as owner:
        assert owner.get("/api/v1/me").status_code == 200


def test_a_place_in_a_listing_leads_nowhere_in_anothers(world: Any, blue: httpx.Client, clients: Clients) -> None:
    listed = "/api/v1/projects/{}/runs/query"
    with clients("red_member") as member:
        for run in ("r2", "r3"):
            member.put(f"/api/v1/projects/red/plans/runs/{run}", json={"writer": "w", "config": {"secret": SECRET}})
        cursor = member.post(listed.format("red/plans"), json={"limit": 1}).json()["next"]
    assert cursor
    blue.put("/api/v1/projects/blue/listed/runs/b9", json={"writer": "w"}).raise_for_status()
    answer = blue.post(listed.format("blue/listed"), json={"limit": 1, "cursor": cursor})
    assert SECRET not in answer.text
    assert {run["id"] for run in answer.json().get("runs", [])} <= {"b9"}


def test_listings_across_projects_and_the_live_stream_are_the_callers_own(blue: httpx.Client, clients: Clients) -> None:
    assert {project["entity"] for project in blue.get("/api/v1/projects").json()["projects"]} == {"blue"}
    for search in ("plans", "", "%", "_"):
        assert "red" not in blue.get("/api/v1/projects", params={"search": search}).text
    assert blue.get("/api/v1/live", params={"project": "red/plans"}).status_code in (404, 422)


# When a key was used last, how far the upkeep has come, and a run's last sign of life: workers write these now and then, whatever
# is asked.
_BY_THE_CLOCK = r'INSERT INTO "(api_keys|installation_values|sqlite_sequence)"'


def _written(data: Path) -> tuple[list[str], dict[str, int]]:
    """All that is stored: the database's rows, and the files beside it with their sizes."""
    with sqlite3.connect(f"file:{data / 'metadata.db'}?mode=ro", uri=True) as kept, sqlite3.connect(":memory:") as database:
        kept.backup(database)
        database.execute("UPDATE runs SET heartbeat_at = 0")
        rows = [line for line in database.iterdump() if not re.match(_BY_THE_CLOCK, line)]
    files = {
        str(path.relative_to(data)): path.stat().st_size
        for folder in (data / "blobs", data / "metrics")
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }
    return rows, files


@pytest.mark.parametrize("person", ["red_admin", "admin"])
def test_reading_writes_nothing(world: Any, clients: Clients, person: str) -> None:
    with clients(person) as client:
        client.get("/api/v1/me")
        before = _written(world.server.data)
        answered = 0
        for method, path in READS:
            answer = send(client, method, path, world.places["red_admin"])
            answered += answer.is_success
            client.head(answer.request.url)
        assert answered > 0.8 * len(READS)
        (rows, files), (rows_before, files_before) = _written(world.server.data), before
    assert set(rows) ^ set(rows_before) == set()
    assert files == files_before
