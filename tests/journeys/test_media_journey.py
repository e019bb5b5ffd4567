"""A picture's whole way: logged by a script that is killed at once, encoded and sent by the process beside it, or later."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import PIL.Image
import pytest

from assay.testing.servers import RunningServer
from tests.infra.senders import kill_senders

LOG = """
import os, signal, sys
import numpy as np
import assay

run = assay.init(project="vision", id=sys.argv[1], mode=sys.argv[2])
for step in range(20):
    pixels = np.full((40, 30, 3), step, np.uint8)
    masks = {"truth": {"mask_data": np.full((40, 30), step)}}
    run.log({"picture": assay.Image(pixels, caption=f"step {step}", masks=masks), "wrong": assay.Image("nowhere.png")})
if sys.argv[3] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
run.finish()
"""


@pytest.fixture(scope="module")
def server(shared_server: RunningServer) -> RunningServer:
    """One for all: each test has runs of its own."""
    return shared_server


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "log.py").write_text(LOG)
    yield tmp_path / "work"
    # The sender of a script that was killed would call a server that is gone for as long as it might come back.
    kill_senders(tmp_path / "work")


def environment(server: RunningServer) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
    return {**kept, "ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key, "ASSAY_CONSOLE": "off"}


def until(what: Callable[[], Any]) -> Any:
    """The first answer that is one; a minute is far more than any machine needs."""
    end = time.monotonic() + 60
    while not (found := what()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def client(server: RunningServer) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {server.key}"})


def files(http: httpx.Client, run: str) -> dict[str, str]:
    entity = http.get("/api/v1/me").json()["default_entity"]
    answer = http.get(f"/api/v1/projects/{entity}/vision/runs/{run}/files")
    listed = answer.json()["files"] if answer.status_code == 200 else []
    return {file["path"]: file["url"] for file in listed if file["path"].startswith("media/")}


def check(http: httpx.Client, found: dict[str, str]) -> None:
    for path, url in found.items():
        step = int(path.rsplit("/", 1)[-1].split("_")[1])
        pixels = np.asarray(PIL.Image.open(io.BytesIO(http.get(url).content)))
        assert pixels.shape == ((40, 30) if "/mask/" in path else (40, 30, 3))
        assert (pixels == step).all()


def test_pictures_of_a_script_that_was_killed_arrive_whole(server: RunningServer, work: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "log.py", "r1", "online", "killed"], cwd=work, env=environment(server), capture_output=True, check=False
    )
    assert ended.returncode == -9, ended.stderr
    with client(server) as http:
        found = until(lambda: all_ if len(all_ := files(http, "r1")) == 40 else None)
        check(http, found)
    staged = work / ".assay" / "r1" / "staged"
    until(lambda: not [path for path in staged.rglob("*") if path.is_file()])


def test_finish_waits_for_pictures_and_what_is_refused_is_told(server: RunningServer, work: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "log.py", "r2", "online", "finished"],
        cwd=work, env=environment(server), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "everything is on the server" in ended.stderr
    assert ended.stderr.count("wrong is not kept: there is no file 'nowhere.png'") == 1
    with client(server) as http:
        assert len(files(http, "r2")) == 40


@pytest.mark.parametrize("end", ["killed", "finished"])
def test_pictures_of_an_offline_run_are_sent_later(server: RunningServer, work: Path, end: str) -> None:
    run = f"offline-{end}"
    ended = subprocess.run(
        [sys.executable, "log.py", run, "offline", end], cwd=work, env=environment(server), capture_output=True, check=False
    )
    assert ended.returncode == (-9 if end == "killed" else 0), ended.stderr
    # Another machine: the folder was copied, and lies elsewhere.
    (work / ".assay").rename(work.parent / "copied")
    sent = subprocess.run(
        [sys.executable, "-m", "assay", "sync", str(work.parent / "copied" / run)],
        cwd=work.parent, env=environment(server), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert sent.returncode == 0, sent.stdout + sent.stderr
    with client(server) as http:
        found = files(http, run)
        assert len(found) == 40
        check(http, found)


def test_a_picture_that_cannot_be_encoded_is_refused_by_name_and_the_others_arrive(server: RunningServer, work: Path) -> None:
    subprocess.run(
        [sys.executable, "log.py", "r4", "offline", "killed"], cwd=work, env=environment(server), capture_output=True, check=False
    )
    folder = work / ".assay" / "r4"
    # The process beside an offline run encodes too.
    until(lambda: len(list((folder / "media").glob("**/[!.]*.png"))) == 40)
    # As if the machine had lost power: of what was written last only a part is there.
    victim = min((folder / "media" / "images").glob("picture_7_*.png"))
    path = victim.relative_to(folder).as_posix()
    (folder / "staged" / "images").mkdir(parents=True, exist_ok=True)
    (folder / "staged" / "images" / victim.name).write_bytes(b'{"size": 10}')
    victim.unlink()
    command = [sys.executable, "-m", "assay", "sync", str(folder)]
    sent = subprocess.run(command, cwd=work, env=environment(server), capture_output=True, text=True, check=False)
    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert "1 could not be taken" in sent.stderr
    with client(server) as http:
        assert len(files(http, "r4")) == 39
        entity = http.get("/api/v1/me").json()["default_entity"]
        run = http.get(f"/api/v1/projects/{entity}/vision/runs/r4").json()
        (refused,) = [value for value in run["refused"] if value["key"] == path]
        assert refused["count"] == 1
        assert "cannot be read" in refused["reason"]
