"""Data folders of older versions are opened by this one, with everything that was in them, and by a real server.

Each archive was written once by the version that its name tells (see `data_folders/write.py`) and is never written again; a
new schema adds another beside them."""

from __future__ import annotations

import json
import math
import sqlite3
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.sdk.query.api import Api
from assay.server.adapters.metadata_sql.migrate import SCHEMA
from assay.server.data_folder import DataFolder
from assay.testing.servers import RunningServer

ARCHIVES = sorted((Path(__file__).parent / "data_folders").glob("schema_*.zip"))
ME = "root"  # who the server of the archives ran as


class Opened:
    """A server of this version on an older one's folder. `story`: what the older one could keep."""

    def __init__(self, archive: Path, folder: Path) -> None:
        self.story = set(unpack(archive, folder))
        self.data = folder / "data"
        self.server = RunningServer(self.data).start()
        self.api = Api({"base_url": self.server.url}, api_key=self.server.key)

    def get(self, path: str) -> Any:
        asked = urllib.request.Request(f"{self.server.url}/api/v1{path}")
        asked.add_header("Authorization", f"Bearer {self.server.key}")
        with urllib.request.urlopen(asked) as answer:
            return json.load(answer)


def unpack(archive: Path, folder: Path) -> list[str]:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    (folder / "data").chmod(0o700)
    story: list[str] = json.loads((folder / "story.json").read_text())
    return story


@pytest.fixture(scope="module", params=ARCHIVES, ids=lambda path: path.stem)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    opened = Opened(request.param, tmp_path_factory.mktemp("upgrade"))
    yield opened
    opened.server.stop()


def test_the_newest_schema_has_an_archive() -> None:
    assert f"schema_{SCHEMA}" in {path.stem for path in ARCHIVES}


def test_runs_are_as_they_were(opened: Opened) -> None:
    first, second = (opened.api.run(f"{ME}/digits/{name}") for name in ("first", "second"))
    assert (first.name, first.state, first.notes, sorted(first.tags)) == (
        "steady-otter", "finished", "**Kept** for upgrades.", ["golden", "kept"],
    )  # fmt: skip
    assert first.config == {"lr": 0.1, "model": {"layers": [64, 10], "name": "mlp"}, "none": None}
    assert dict(first.summary)["best"] == {"loss": 0.25, "at": 3}
    assert (second.name, second.state, second.group) == ("brisk-fern", "failed", "folds")
    assert [run.id for run in opened.api.runs(f"{ME}/digits", filters="config.lr < 0.15")] == ["first"]


def test_every_row_is_as_it_was(opened: Opened) -> None:
    rows = list(opened.api.run(f"{ME}/digits/first").scan_history())
    assert [row["loss"] for row in rows[:300]] == [1 / (1 + step) for step in range(300)]
    assert [row["odd"] for row in rows[:300]] == [bool(step % 2) for step in range(300)]
    assert [row["epoch"] for row in rows[:300]] == [step // 100 for step in range(300)]
    assert math.isnan(rows[300]["loss"])
    assert rows[300]["note"] == "the last word"
    assert ("histogram" in opened.story) == any("weights" in row for row in rows)
    assert ("image" in opened.story) == any("picture" in row for row in rows)


def test_console_and_files_are_as_they_were(opened: Opened, tmp_path: Path) -> None:
    lines = opened.get(f"/projects/{ME}/digits/runs/first/console")["lines"]
    assert [line["text"] for line in lines] == ["a line of the console"]
    files = {file.name: file for file in opened.api.run(f"{ME}/digits/first").files()}
    files["notes.txt"].download(root=str(tmp_path))
    assert (tmp_path / "notes.txt").read_text() == "a file of the run\n"


def test_what_people_wrote_and_decided_is_as_it_was(opened: Opened) -> None:
    assert opened.get(f"/projects/{ME}/digits")["description"] == "Golden digits."
    views = opened.get(f"/projects/{ME}/digits/views")["views"]
    assert ("view" in opened.story) == ([view["name"] for view in views] == ["Kept view"])
    if "comment" in opened.story:
        (comment,) = opened.get(f"/projects/{ME}/digits/comments?kind=region&subject=r1")["comments"]
        assert comment["text"] == "See @root here."
    presets = opened.get(f"/entities/{ME}/presets")["presets"]
    assert [preset["label"] for preset in presets] == (["Kept rates"] if "preset" in opened.story else [])
    if "fault" in opened.story:
        (fault,) = opened.get(f"/entities/{ME}/faults")["faults"]
        assert fault["reason"] == "One word only."
    if "acceptance" in opened.story:
        (fault,) = opened.get(f"/projects/{ME}/digits/artifacts/words/versions/v0/faults")["faults"]
        assert (fault["accepted_by"], fault["accepted_reason"]) == (ME, "Long enough.")


def test_artifacts_are_as_they_were(opened: Opened, tmp_path: Path) -> None:
    if "artifact" not in opened.story:
        with pytest.raises(Exception, match="words"):
            opened.api.artifact(f"{ME}/digits/words:latest")
        return
    for version, text in (("v0", "one"), ("latest", "one two")):
        artifact = opened.api.artifact(f"{ME}/digits/words:{version}")
        folder = Path(artifact.download(root=str(tmp_path / version)))
        assert (folder / "words.txt").read_text() == text
        assert artifact.metadata == {"count": len(text.split())}
    assert [run.id for run in opened.api.artifact(f"{ME}/digits/words:v0").used_by()] == ["second"]


def test_the_old_folder_takes_new_runs(opened: Opened, tmp_path: Path) -> None:
    script = "import assay\nwith assay.init(project='digits', id='third') as run:\n    run.log({'loss': 0.5})\n"
    environment = opened.server.environment | {"ASSAY_BASE_URL": opened.server.url, "ASSAY_API_KEY": opened.server.key}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True)
    assert opened.api.run(f"{ME}/digits/third").summary["loss"] == 0.5


def test_nothing_is_damaged_and_the_old_state_is_kept_aside(opened: Opened, request: pytest.FixtureRequest) -> None:
    doctor = subprocess.run(
        [sys.executable, "-m", "assay", "server", "doctor", "--data", str(opened.data)],
        env=opened.server.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    copies = list(opened.data.glob("metadata.db.before-*"))
    is_current = SCHEMA in request.node.callspec.id
    assert len(copies) == (0 if is_current else 1)
    if copies:
        assert _schema(copies[0]) == request.node.callspec.id.rpartition("_")[2]


@pytest.mark.parametrize("archive", [ARCHIVES[0], ARCHIVES[-1]], ids=lambda path: path.stem)
def test_a_folder_of_a_newer_version_is_refused_and_left_as_it_is(archive: Path, tmp_path: Path) -> None:
    unpack(archive, tmp_path)
    with sqlite3.connect(tmp_path / "data/metadata.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    before = _contents(tmp_path / "data")
    server = RunningServer(tmp_path / "data")
    with pytest.raises(AssertionError, match="exit code"):
        server.start()
    assert "was written by a newer Assay (schema 9999" in server.output
    assert "Traceback" not in server.output
    after = _contents(tmp_path / "data")
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("command", ["key", "doctor", "verify-audit"])
def test_a_command_beside_a_running_server_of_an_older_version_leaves_its_folder_as_it_is(command: str, tmp_path: Path) -> None:
    unpack(ARCHIVES[0], tmp_path)
    folder = DataFolder(tmp_path / "data")
    folder.lock()
    try:
        before = _dump(folder.metadata)
        words = [sys.executable, "-m", "assay", "server", command, "--data", str(folder.path)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    finally:
        folder.release()
    assert done.returncode == (1 if command == "doctor" else 10)
    assert f"is of an older Assay (schema 0001, this one writes {SCHEMA}), and a server runs on it" in done.stdout + done.stderr
    assert _dump(folder.metadata) == before
    assert not list(folder.path.glob("metadata.db.before-*"))


def test_a_migration_that_fails_leaves_the_old_state_and_is_done_at_the_next_start(tmp_path: Path) -> None:
    unpack(ARCHIVES[0], tmp_path)
    database = tmp_path / "data/metadata.db"
    with sqlite3.connect(database) as db:  # what a person left behind who tried something out
        db.execute("CREATE TABLE views (mine TEXT)")
    db.close()
    before = _dump(database)
    server = RunningServer(tmp_path / "data")
    with pytest.raises(AssertionError, match="exit code"):
        server.start()
    assert _dump(database) == before
    assert f"could not be brought from schema 0001 to {SCHEMA}: table views already exists. It is as it was" in server.output
    assert "Traceback" not in server.output
    with sqlite3.connect(database) as db:
        db.execute("DROP TABLE views")
    db.close()
    server.start()
    try:
        api = Api({"base_url": server.url}, api_key=server.key)
        assert api.run(f"{ME}/digits/first").name == "steady-otter"
        assert _schema(database) == SCHEMA
    finally:
        server.stop()


def _schema(database: Path) -> str:
    with sqlite3.connect(database) as db:
        (found,) = db.execute("SELECT version_num FROM alembic_version").fetchone()
    db.close()
    return str(found)


def _dump(database: Path) -> list[str]:
    with sqlite3.connect(database) as db:
        lines = list(db.iterdump())
    db.close()
    return lines


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
