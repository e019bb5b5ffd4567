"""Runs that move between projects, over HTTP, from scripts and from a terminal, against a real server; and one that is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from assay.sdk.query import Api, transfers
from assay.testing.servers import RunningServer
from assay.wire.errors import Conflict, StorageFull
from assay.wire.messages.runs import RunsTransferred, RunTransfer, RunTransferred
from assay.wire.names import ProjectPath
from tests.infra.storms import Storm


class Place:
    """A server as tests speak to it."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.http = httpx.Client(base_url=f"{server.url}/api/v1/", headers={"authorization": f"Bearer {server.key}"}, timeout=60)
        self.api = Api({"base_url": server.url}, api_key=server.key)
        self.me = self.http.get("me").json()["username"]

    def url(self, project: str, rest: str = "") -> str:
        return f"projects/{self.me}/{project}/{rest}"

    def put(self, project: str, run_id: str, rows: int = 3, *, is_live: bool = False) -> None:
        start = {"writer": "w", "config": {"n": rows}, "tags": ["kept"]}
        self.http.put(self.url(project, f"runs/{run_id}"), json=start).raise_for_status()
        logged = [{"step": n, "values": {"loss": n / 3, "n": n}} for n in range(rows)]
        self.http.post(
            self.url(project, f"runs/{run_id}/batches"), json={"writer": "w", "first_seq": 0, "rows": logged}
        ).raise_for_status()
        if not is_live:
            end = {"writer": "w", "first_seq": rows, "finish": {"state": "finished"}}
            self.http.post(self.url(project, f"runs/{run_id}/batches"), json=end).raise_for_status()

    def ids(self, project: str) -> list[str]:
        answer = self.http.post(self.url(project, "runs/query"), json={"limit": 1000})
        return sorted(run["id"] for run in answer.json()["runs"]) if answer.status_code == 200 else []

    def losses(self, project: str, run_id: str) -> list[float]:
        return [row["loss"] for row in self.api.run(f"{self.me}/{project}/{run_id}").scan_history()]


@pytest.fixture(scope="module")
def place(shared_server: RunningServer) -> Place:
    return Place(shared_server)


@pytest.fixture
def api(shared_server: RunningServer) -> Api:
    return Api({"base_url": shared_server.url}, api_key=shared_server.key)


def test_an_old_address_redirects_whatever_is_asked_there(place: Place) -> None:
    place.put("old", "a b")
    moved = place.http.post(place.url("old", "runs/move"), json={"ids": ["a b"], "to": f"{place.me}/new"}).json()
    assert [run["new_id"] for run in moved["runs"]] == ["a b"]
    asked = place.http.get(place.url("old", "runs/a%20b/files"), params={"limit": 5})
    assert asked.status_code == 308
    assert asked.headers["location"] == f"/api/v1/projects/{place.me}/new/runs/a%20b/files?limit=5"
    assert asked.json()["code"] == "moved" and asked.json()["fields"]["moved_to"] == f"{place.me}/new/a b"
    assert "no-store" in asked.headers["cache-control"]
    followed = place.http.patch(place.url("old", "runs/a%20b"), json={"notes": "after"}, follow_redirects=True)
    assert (followed.status_code, followed.json()["project"], followed.json()["notes"]) == (200, "new", "after")


def test_a_script_moves_and_copies_and_finds(place: Place, api: Api, capfd: pytest.CaptureFixture[str]) -> None:
    place.put("scripts", "s1", 50)
    place.put("scripts", "s2", is_live=True)
    run = api.run(f"{place.me}/scripts/s1")
    twin = run.copy("elsewhere")
    assert (twin.path, twin.config, twin.tags) == ([place.me, "elsewhere", "s1"], {"n": 50}, ["kept"])
    assert list(twin.scan_history()) == list(run.scan_history())
    assert run.move("elsewhere").path == [place.me, "elsewhere", "s1-2"]
    assert [row["loss"] for row in run.scan_history()] == [n / 3 for n in range(50)]
    capfd.readouterr()
    found = api.run(f"{place.me}/scripts/s1")
    assert found.path == [place.me, "elsewhere", "s1-2"]
    assert "was moved" in capfd.readouterr().err
    with pytest.raises(Conflict, match="running"):
        api.run(f"{place.me}/scripts/s2").move("elsewhere")


def test_a_terminal_moves_what_a_filter_finds_and_takes_it_back(place: Place, tmp_path: Path) -> None:
    for n in range(4):
        place.put("cli", f"c{n}", n + 1)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
    environment = {**kept, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "ASSAY_BASE_URL": place.server.url,
                   "ASSAY_API_KEY": place.server.key, "PYTHONPATH": os.environ.get("PYTHONPATH", "")}  # fmt: skip

    def assay(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "assay", "run", *words], env=environment, capture_output=True, text=True, timeout=60
        )

    done = assay("mv", f"{place.me}/cli", f"{place.me}/there", "--filter", "config.n > 2")
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == [f"{place.me}/cli/c{n} → {place.me}/there/c{n}" for n in (2, 3)]
    assert place.ids("there") == ["c2", "c3"]
    undo = done.stderr.split("To take it back: assay run ")[1].split()
    back = assay(*undo)
    assert (back.returncode, back.stdout) == (0, "2 runs are as they were before.\n")
    assert place.ids("cli") == ["c0", "c1", "c2", "c3"]
    copied = assay("cp", f"{place.me}/cli/c0", f"{place.me}/cli/c1", f"{place.me}/there", "--json")
    (answer,) = json.loads(copied.stdout).values()
    assert [run["new_id"] for run in answer["runs"]] == ["c0", "c1"]
    place.put("cli", "live", is_live=True)
    refused = assay("mv", f"{place.me}/cli/live", f"{place.me}/there")
    assert refused.returncode == Conflict.exit_code
    assert "live stays where it is: It is running." in refused.stderr


def test_what_went_is_told_where_the_rest_does_not_go(place: Place, api: Api, tmp_path: Path) -> None:
    place.put("told-1", "a")
    place.put("told-2", "b")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
    environment = {**kept, "HOME": str(tmp_path), "ASSAY_BASE_URL": place.server.url, "ASSAY_API_KEY": place.server.key}
    command = ["run", "cp", f"{place.me}/told-1/a", f"{place.me}/told-2/b", f"{place.me}/told-2"]
    done = subprocess.run(
        [sys.executable, "-m", "assay", *command], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2
    assert done.stdout == f"{place.me}/told-1/a → {place.me}/told-2/a\n"
    assert f"To take it back: assay run undo {place.me}/told-1" in done.stderr
    assert "in " in done.stderr and "already. Name another project" in done.stderr


def test_an_error_in_the_middle_says_how_to_take_back_what_went(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [
        RunsTransferred("ada/b", [RunTransferred("a", "a")], [], ["c"], "undo-it"),
        StorageFull(detail="no room", where="/data"),
    ]

    def part(*_: object) -> RunsTransferred:
        answer = parts.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(transfers.calls, "transfer_runs", part)
    with pytest.raises(
        StorageFull, match="disk is full.*1 runs went before that; to take them back: assay run undo ada/a undo-it"
    ):
        transfers.transfer(place.api.connection, "move", ProjectPath("ada", "a"), RunTransfer(ids=["a", "c"], to="ada/b"))


def test_a_killed_server_has_every_run_wholly_in_one_place(tmp_path: Path, storm: Storm) -> None:
    random, kills = storm.dice, storm.times(6, 200)
    server = RunningServer(tmp_path / "data").start()
    try:
        place = Place(server)
        names = [f"r{n}" for n in range(40)]
        for n, name in enumerate(names):
            place.put("here", name, 20 + n)
        for number in range(kills):
            kind = "copy" if number % 3 == 2 else "move"
            source, target = ("here", "there") if place.ids("here") else ("there", "here")
            asked: dict[str, Any] = {"is_everything": True, "to": f"{place.me}/{target if kind == 'move' else f'twin{number}'}"}

            def go(place: Place = place, kind: str = kind, source: str = source, asked: dict[str, Any] = asked) -> None:
                try:
                    place.http.post(place.url(source, f"runs/{kind}"), json=asked)
                except httpx.HTTPError:
                    pass  # it was killed

            asking = threading.Thread(target=go)
            asking.start()
            asking.join(random.uniform(0.0, 0.4))
            server.kill()
            asking.join()
            server.start()
            place = Place(server)
            found = {name: [project for project in ("here", "there") if name in place.ids(project)] for name in names}
            assert {name: len(projects) for name, projects in found.items()} == dict.fromkeys(names, 1)
            for n, name in enumerate(names):
                assert place.losses(found[name][0], name) == [step / 3 for step in range(20 + n)], (number, name)
            if kind == "copy":
                for name in place.ids(f"twin{number}"):
                    assert place.losses(f"twin{number}", name) == place.losses(found[name][0], name)
        storm.tell(injected="kill -9 of the server while runs are moved and copied", times=kills, acked=len(names), lost=0)
        server.stop()
        doctor = subprocess.run(
            [sys.executable, "-m", "assay", "server", "doctor", "--data", str(tmp_path / "data")],
            capture_output=True, text=True, timeout=60, env=server.environment,
        )  # fmt: skip
        assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    finally:
        server.stop()


RESUMES = """
import sys, assay
run = assay.init(project="lab", id="again", resume="allow", settings=assay.Settings(silent=True))
for step in range(int(sys.argv[1]), int(sys.argv[1]) + 20):
    run.log({"loss": float(step)}, step=step)
print("more output")
with open("notes.txt", "w") as out:
    out.write("kept")
run.save("notes.txt", policy="now")
run.finish()
"""


def test_a_script_that_goes_on_finds_its_run_where_it_is(place: Place, api: Api, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
    environment = {
        **kept, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "ASSAY_BASE_URL": place.server.url,
        "ASSAY_API_KEY": place.server.key, "PYTHONPATH": os.environ.get("PYTHONPATH", ""), "ASSAY_MONITOR_S": "1",
    }  # fmt: skip

    def go(first: int) -> None:
        done = subprocess.run(
            [sys.executable, "-c", RESUMES, str(first)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr

    go(0)
    first = api.run(f"{place.me}/lab/again")
    first.wait_until_finished(timeout=30)
    first.move("kept")
    go(20)
    run = api.run(f"{place.me}/kept/again")
    give_up_at = time.monotonic() + 30
    while (run.load().state, run.last_step) != ("finished", 39) and time.monotonic() < give_up_at:
        time.sleep(0.2)
    assert [row["loss"] for row in run.scan_history()] == [float(step) for step in range(40)]
    assert run.console().count("more output") == 2
    assert "notes.txt" in [file.name for file in run.files()]
    assert place.ids("lab") == []
