"""`assay artifact …` as a person uses it, against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assay.testing.servers import RunningServer

SOURCE = Path(__file__).resolve().parents[2] / "src"


class Shell:
    """Runs `assay` in a folder, with a home of its own."""

    def __init__(self, server: RunningServer, home: Path) -> None:
        self.work = home / "work"
        self.work.mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
        self.environment = {
            **kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_CACHE_HOME": str(home / "cache"),
            "PYTHONPATH": str(SOURCE), "ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key, "ASSAY_PROJECT": "shelf",
        }  # fmt: skip

    def __call__(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "assay", "artifact", *arguments],
            cwd=self.work, env=self.environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", code=code))

    def fill(self, folder: str, **files: str) -> None:
        (self.work / folder).mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (self.work / folder / f"{name}.txt").write_text(text)


@pytest.fixture
def shell(shared_server: RunningServer, tmp_path: Path) -> Shell:
    return Shell(shared_server, tmp_path / "home")


@pytest.fixture
def second_server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path / "second" / "data")
    running.data.parent.mkdir(parents=True)
    running.start()
    yield running
    running.stop()


def test_a_folder_is_put_and_comes_back(shell: Shell) -> None:
    shell.fill("set", a="one", b="two")
    said = shell("put", "set", "--type", "dataset", "--alias", "gold", "--tag", "x", "-m", "rows=2", "-m", "note=fine")
    assert "shelf/set:v0  2 files, 6 bytes, 6 bytes sent" in said
    assert "nothing to send" in shell("put", "set")
    got = shell("get", "set:gold", "--root", "out")
    assert "set:v0 → out  2 files, 6 bytes, 6 bytes received" in got
    assert (shell.work / "out" / "a.txt").read_text() == "one"
    assert "nothing to fetch" in shell("get", "set:gold", "--root", "out")
    assert shell.json("get", "set", "--root", "part", "--pattern", "b*")["files"] == 1
    assert "out is" in shell("verify", "set", "out")
    (shell.work / "out" / "a.txt").unlink()
    (shell.work / "out" / "c.txt").write_text("more")
    assert "1 missing (a.txt); 1 not part of it (c.txt)" in shell("verify", "set", "out", code=9)
    assert shell.json("verify", "set", "out", code=9)["missing"] == ["a.txt"]


def test_artifacts_versions_and_files_are_listed(shell: Shell) -> None:
    shell.fill("listed", a="1")
    path = shell.json("put", "listed", "--name", "inventory/things", "--type", "model")["path"].partition(":")[0]
    shell.fill("listed", a="22")
    shell("put", "listed", "--name", "inventory/things", "--type", "model", "--alias", "best")
    table = shell("ls", "inventory").splitlines()
    assert table[0].split() == ["NAME", "TYPE", "VERSIONS", "LATEST", "SIZE", "CHANGED"]
    assert table[1].split()[:4] == ["things", "model", "2", "v1"]
    assert "has no artifacts that match" in shell("ls", "inventory", "--type", "dataset")
    versions = shell.json("ls", path)
    assert [one["version"] for one in versions] == ["v1", "v0"]
    assert set(versions[0]["aliases"]) == {"best", "latest"}
    assert "best" in shell("ls", path).splitlines()[1]
    assert [one["path"] for one in shell.json("ls", f"{path}:v0")] == ["a.txt"]
    assert "2 bytes  sha256:" in shell("ls", f"{path}:best")


def test_a_version_begins_with_another(shell: Shell) -> None:
    shell.fill("first", a="1", b="2")
    shell.fill("second", b="other", c="3")
    shell("put", "first", "--name", "grown")
    assert shell.json("put", "second", "--name", "grown", "--base", "latest")["file_count"] == 3
    assert {one["path"] for one in shell.json("ls", "grown:latest")} == {"a.txt", "b.txt", "c.txt"}


def test_a_copy_to_another_server_is_the_same_version(shell: Shell, second_server: RunningServer) -> None:
    (shell.work / "big").mkdir()
    (shell.work / "big" / "long.bin").write_bytes(os.urandom(9_000_000))
    shell.fill("big", small="s")
    made = shell.json("put", "big", "--type", "dataset")
    login = [sys.executable, "-m", "assay", "login", second_server.url, "--key-stdin"]
    assert "assay login" in shell("cp", "big", "elsewhere/big", "--to", second_server.url, code=3)
    environment = {name: value for name, value in shell.environment.items() if not name.startswith("ASSAY_")}
    done = subprocess.run(login, env=environment, input=second_server.key, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    copied = shell.json("cp", "big", "elsewhere/big", "--to", second_server.url, "--alias", "moved")
    assert (copied["digest"], copied["sent"]) == (made["digest"], 9_000_001)
    assert copied["metadata"]["copied_from"] == made["path"]
    assert shell.json("cp", "big", "elsewhere/big", "--to", second_server.url)["sent"] == 0


def test_the_cache_is_told_of_cut_and_emptied(shell: Shell) -> None:
    shell.fill("kept", a="x" * 5000, b="y" * 5000)
    shell("put", "kept")
    shell("get", "kept", "--root", "out")
    told = shell.json("cache", "info")
    assert (told["file_count"], told["size"]) == (2, 10_000)
    assert shell.json("cache", "cleanup", "6kB")["freed"] == 5000
    assert "5.0 kB are free again." in shell("cache", "purge")
    assert (shell.work / "out" / "a.txt").read_text() == "x" * 5000
    assert "20GB" in shell("cache", "cleanup", "much", code=2)


def test_mistakes_are_one_line_that_says_what_to_do(shell: Shell) -> None:
    assert "There is no file" in shell("put", "nothing", code=5)
    assert "expected KEY=VALUE" in shell("put", ".", "-m", "odd", code=2)
    assert "30d, 12h, 2w" in shell("put", ".", "--ttl", "soon", code=2)
    assert "To keep it for ever: never" in shell("put", ".", "--ttl", "99999999999y", code=2)
    assert "There is no" in shell("get", "nowhere/nothing:v7", code=5)
    shell.environment.pop("ASSAY_PROJECT")
    assert "set ASSAY_PROJECT" in shell("get", "nothing", code=2)


def test_a_version_is_verified_where_it_was_put(shell: Shell) -> None:
    shell.fill("data", a="one")
    shell("put", "data", "--name", "somewhere")
    shell.environment["ASSAY_ARTIFACT_DIR"] = "elsewhere"
    shell("get", "somewhere")
    assert "elsewhere/somewhere:v0 is" in shell("verify", "somewhere")


def test_nothing_is_put_where_the_command_cannot_be_done_as_it_says(shell: Shell) -> None:
    shell.fill("data", a="one")
    assert "gets the next number" in shell("put", "data", "--name", "undone:v7", code=2)
    assert "no run" in shell("put", "data", "--name", "undone", "--run", "nobody", code=5)
    assert shell.json("ls", "--search", "undone") == []
    shell("put", "data", "--name", "source")
    assert "gets the next number" in shell("cp", "source:v0", "copy@2017..2018", code=2)


def test_marks_move_and_their_history_is_told(shell: Shell) -> None:
    shell.fill("marked", a="1")
    shell("put", "marked")
    shell.fill("marked", a="2")
    shell("put", "marked")
    assert "marked:v0  aliases prod; kept until it is deleted" in shell("alias", "marked:v0", "prod")
    assert "aliases latest, prod" in shell("alias", "marked:v1", "prod")
    history = shell.json("alias", "marked")
    assert [(one["alias"], one["from_version"], one["to_version"]) for one in history if one["alias"] == "prod"] == [
        ("prod", "v0", "v1"),
        ("prod", "", "v0"),
    ]
    assert "prod" in shell("alias", "marked")
    assert "prod" not in shell("alias", "marked:v1", "prod", "--remove")
    assert "tags x, checked" in shell("tag", "marked:v0", "x", "checked")
    assert shell.json("tag", "marked:v0", "x", "--remove")["tags"] == ["checked"]
    assert shell.json("ttl", "marked:v0", "30d")["ttl_s"] == 30 * 86_400
    assert "kept until 20" in shell("ttl", "marked:v0", "2w")
    assert "kept until it is deleted" in shell("ttl", "marked:v0", "never")
    assert "cannot be an alias" in shell("alias", "marked:v0", "a:b", code=2)


def test_what_changed_between_versions_is_told(shell: Shell) -> None:
    shell.fill("compared", a="1", b="2")
    shell("put", "compared", "-m", "rows=2")
    (shell.work / "compared" / "a.txt").unlink()
    shell.fill("compared", b="22", c="3")
    newest = shell.json("put", "compared", "-m", "rows=3")
    said = shell("diff", "compared:v0", "v1", code=1)
    assert "1 added, 1 removed, 1 changed, 0 the same" in said
    assert "- a.txt  (1 bytes)" in said
    assert "~ b.txt  (1 bytes → 2 bytes)" in said
    assert "metadata rows: 2 → 3" in said
    assert shell.json("diff", "compared:v0", "v0")["added_count"] == 0
    after = shell.json("diff", "compared:v0", "v1", code=1)["after"]
    for other in ("compared:v1", after["digest"], after["path"], "compared:latest"):
        assert shell.json("diff", "compared:v0", other, code=1)["after"]["version"] == "v1"
    for other in ("tables:v1", f"{after['entity']}/elsewhere/compared:v1"):
        assert "/compared. Versions of one artifact are compared" in shell("diff", "compared:v0", other, code=2)
    assert shell("diff", "shelf/compared:v0", newest["digest"], code=1) == said


def test_rows_and_numbers_of_two_versions_are_compared(shell: Shell) -> None:
    folder = shell.work / "tables"
    folder.mkdir()
    (folder / "t.csv").write_text("id,label,gone\n1,cat,x\n2,dog,x\n3,eel,x\n")
    shell("put", "tables", "-m", "accuracy=0.5")
    (folder / "t.csv").write_text("id,label,score\n2,wolf,0.5\n1,cat,0.25\n4,fox,1\n")
    shell("put", "tables", "-m", "accuracy=0.75")
    said = shell("diff", "tables:v0", "v1", "--table", "t.csv", code=1)
    assert "t.csv: 1 rows changed, 1 added, 1 removed, 1 the same (told apart by id)" in said
    assert "~ row 1  id=2; label dog → wolf" in said
    assert "+ row 3  id=4; label=fox, score=1" in said
    assert "- row 3  id=3; label=eel, gone=x" in said
    assert "+ column score" in said
    assert "- column gone" in said
    assert "… and 2 more" in shell("diff", "tables:v0", "v1", "--table", "t.csv", "--limit", "1", code=1)
    by_label = shell.json("diff", "tables:v0", "v1", "--table", "t.csv", "--key", "label", code=1)
    assert (by_label["key"], by_label["changed_count"], by_label["added_count"]) == (["label"], 0, 2)
    assert "0 rows changed" in shell("diff", "tables:v0", "v0", "--table", "t.csv")
    assert "no column 'x' in both" in shell("diff", "tables:v0", "v1", "--table", "t.csv", "--key", "x", code=2)
    assert "--table FILE" in shell("diff", "tables:v0", "v1", "--key", "id", code=2)
    numbers = shell("diff", "tables:v0", "v1", "--metrics", code=1)
    assert "accuracy  metadata  0.5     0.75   +0.25" in numbers
    assert "no run that you can see" in numbers


def test_versions_and_artifacts_are_deleted(shell: Shell) -> None:
    for text in ("1", "2", "3"):
        shell.fill("gone", a=f"alone {text}")
        shell("put", "gone")
    shell("alias", "gone:v0", "keep")
    assert "stays" in shell("rm", "gone:v0", "--yes", code=6)
    assert shell.json("rm", "gone:v1", "--dry-run")["version_count"] == 1
    assert "1 version deleted; " in shell("rm", "gone:v1", "--yes")
    shell("rm", "gone:v0", "--yes", "--aliases")
    assert "was deleted" in shell("get", "gone:v1", code=5)
    assert "gone:v1 is back" in shell("restore", "gone:v1")
    assert "nothing to send" not in shell("get", "gone:v1")
    assert shell.json("rm", "gone", "--all", "--yes", "--aliases")["version_count"] == 2
    assert "gone" not in shell("ls")


def test_where_a_version_comes_from_and_leads_to_is_told_as_a_tree(shell: Shell) -> None:
    shell.fill("origin", a="root of it all")
    made = shell.json("put", "origin", "--type", "dataset")
    script = """
        import assay
        run = assay.init(project="shelf", id="fit", name="the fit", settings=assay.Settings(silent=True))
        run.use_artifact("origin", use_as="train")
        model = assay.Artifact("fitted", "model")
        with model.new_file("w") as file:
            file.write("weights of the fit")
        run.log_artifact(model, aliases=["best"])
        run.finish()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=shell.work, env=shell.environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    down = shell("lineage", "origin", "--direction", "down").splitlines()
    assert down[0].startswith("origin:v0")
    assert down[1] == "leads to"
    assert "the fit" in down[2]
    assert "fitted:v0" in down[3]
    assert "best" in down[3]
    up = shell("lineage", "fitted:best")
    assert "origin:v0" in up
    assert "nothing yet" in up
    assert made["path"] in json.dumps(shell.json("lineage", "origin")) or shell.json("lineage", "origin")["total"] == 3


def test_a_frozen_alias_brings_nothing_until_its_people_accept_the_mark(shell: Shell, shared_server: RunningServer) -> None:
    shell.fill("weights", a="weights that turn out bad")
    made = shell.json("put", "weights", "--type", "model", "--alias", "production")
    address = f"{shared_server.url}/api/v1/entities/{made['path'].partition('/')[0]}/faults"
    bad = {"kind": "version", "target": made["path"], "reason": "learned from the test set", "freeze": ["production"]}
    headers = {"authorization": f"Bearer {shared_server.key}"}
    httpx.post(address, json=bad, headers=headers).raise_for_status()
    for command in (["get"], ["cp"]):
        said = shell(*command, "weights:production", *(["elsewhere/weights"] if command == ["cp"] else []), code=6)
        assert "is frozen" in said
        assert "assay artifact accept" in said
    assert not (shell.work / "artifacts").exists()
    assert "a.txt" in shell("ls", "weights:production"), "to look is free"
    shell("get", "weights:v0", "--root", "by-number")
    assert "learned from the test set" in shell("accept", "weights:production")
    assert "frozen: production" in shell("accept", "weights")
    said = shell("accept", "weights:production", "--reason", "the test set was not used")
    assert "accepted by" in said
    assert "frozen" not in said
    shell("get", "weights:production", "--root", "out")
    shell("accept", "weights:v0", "--remove")
    shell("get", "weights:production", "--root", "out", code=6)
    shell("accept", "weights", "--remove", "--reason", "both", code=2)
