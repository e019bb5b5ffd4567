"""`assay server …` on a folder that holds no data: nothing is said about data that are not there."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from assay.server.bootstrap import open_metadata_catalog
from assay.server.data_folder import LOCK, NOTE, DataFolder
from assay.server.services.places import seal_text
from assay.server.services.sealing import FILE, Seal
from assay.testing.factories import a_team_bucket
from assay.wire.errors import DataFolderInUse, InvalidRequest, Unavailable
from tests.unit.cli.conftest import Shell


@pytest.mark.parametrize(
    "command",
    [
        "verify-audit",
        "revoke-all",
        "rotate-secrets",
        "user email ada",
        "team member add vision ada viewer",
        "team bucket show vision",
        "key --user nobody",
        "link --user nobody",
        "backup copy",
    ],
)
def test_what_asks_about_data_refuses_a_folder_without_any_and_makes_none(command: str, shell: Shell, tmp_path: Path) -> None:
    mistyped = tmp_path / "mistyped"
    done = shell("server", *command.split(), "--data", str(mistyped))
    assert done.returncode == 2
    assert f"{mistyped} holds no data of a server" in done.stderr
    assert not mistyped.exists()


@pytest.mark.parametrize(
    "command",
    [
        ["key", "--name", "two\nlines"],
        ["user", "add", "no name"],
        ["user", "add", "ada", "--email", "no address"],
        ["team", "add", "no name"],
        ["doctor"],
        ["restore", "nothing-here"],
    ],
)  # fmt: skip
def test_what_cannot_be_done_makes_no_data_folder(command: list[str], shell: Shell, tmp_path: Path) -> None:
    data = tmp_path / "new"
    assert shell("server", *command, "--data", str(data)).returncode != 0
    assert not data.exists()


def test_a_command_that_makes_a_data_folder_says_so_once(shell: Shell, tmp_path: Path) -> None:
    data = tmp_path / "new"
    first = shell("server", "key", "--data", str(data))
    assert first.stdout.startswith("asy_") and f"{data} held no data of a server" in first.stderr
    assert not shell("server", "user", "add", "ada", "--data", str(data)).stderr
    assert shell("server", "verify-audit", "--data", str(data)).returncode == 0


@pytest.mark.parametrize("name", ["", "x" * 257, "two\nlines"])
def test_a_key_is_named_as_the_settings_page_would_have_it(name: str, shell: Shell, tmp_path: Path) -> None:
    done = shell("server", "key", "--name", name, "--data", str(tmp_path / "data"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no key name" in done.stderr


def test_a_backup_is_never_written_over_anything(shell: Shell, tmp_path: Path) -> None:
    assert shell("server", "key", "--data", str(tmp_path / "data")).returncode == 0
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.txt").write_text("mine")
    done = shell("server", "backup", str(tmp_path / "taken"), "--data", str(tmp_path / "data"))
    assert done.returncode == 2
    assert f"{tmp_path / 'taken'} is not empty, and nothing is ever written over" in done.stderr


def test_a_second_server_does_not_say_where_the_contents_of_the_first_are(shell: Shell, tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    folder.lock()
    try:
        shell.environment["ASSAY_SERVER_BLOBS"] = "s3://elsewhere/assay"
        done = shell("server", "start", "--port", "0", "--data", str(folder.path))
    finally:
        folder.release()
    assert done.returncode == 10 and "is in use" in done.stderr
    assert not list(folder.blobs.iterdir())


def test_a_start_with_an_address_that_no_bucket_has_leaves_the_contents_where_they_are(shell: Shell, tmp_path: Path) -> None:
    shell.environment["ASSAY_SERVER_BLOBS"] = "file:///elsewhere"
    done = shell("server", "start", "--data", str(tmp_path / "data"), "--port", "0")
    assert done.returncode == InvalidRequest.exit_code
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "data").rglob("place.json"))


def test_a_backup_from_a_server_that_does_not_answer_says_so(shell: Shell, tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    assert shell("server", "key", "--data", str(folder.path)).returncode == 0
    (folder.path / NOTE).write_text('{"url": "http://127.0.0.1:1", "pid": 1, "key": "asy_of_a_server_that_was_killed"}')
    folder.lock()
    try:
        asked = [shell("server", "backup", str(tmp_path / "monday"), "--data", str(folder.path))]
        assert not (folder.path / NOTE).exists(), "what a killed server left is gone with the next one's lock"
        folder.write_note("http://127.0.0.1:1", "asy_")
        asked.append(shell("server", "backup", str(tmp_path / "monday"), "--data", str(folder.path)))
    finally:
        folder.release()
    assert "does not say where it listens" in asked[0].stderr and "did not make a backup" in asked[1].stderr
    for done in asked:
        assert done.returncode == Unavailable.exit_code and "Traceback" not in done.stderr
    assert not (tmp_path / "monday").exists()


def test_who_asks_whether_a_server_runs_is_not_taken_for_one(tmp_path: Path) -> None:
    folder, other = DataFolder(tmp_path), DataFolder(tmp_path)
    folder.lock()
    folder.release()
    with (tmp_path / LOCK).open() as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        assert not folder.is_locked()
        soon = threading.Timer(0.05, fcntl.flock, (asking, fcntl.LOCK_UN))
        soon.start()
        folder.lock()
        soon.join()
    with pytest.raises(DataFolderInUse):
        other.lock()
    folder.release()


def test_a_server_whose_output_nobody_reads_any_more_goes_on(shell: Shell, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "assay", "server", "start", "--port", "0", "--data", str(tmp_path / "data")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    server = subprocess.Popen(command, env=shell.environment, cwd=shell.work, text=True, **pipes)
    try:
        assert server.stdout is not None and server.stderr is not None
        server.stdout.close()
        deadline = time.monotonic() + 60
        while not (tmp_path / "data" / NOTE).exists() and server.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.5)  # it says where it is after it has left its note
        assert server.poll() is None, server.stderr.read()
    finally:
        server.terminate()
        _, told = server.communicate(timeout=60)
    assert (server.returncode, told) == (0, "")


def test_an_empty_data_folder_is_the_default_and_not_the_folder_one_stands_in(shell: Shell, tmp_path: Path) -> None:
    shell.environment["ASSAY_DATA"] = str(tmp_path / "meant")
    assert shell("server", "key", "--data", "").stdout.startswith("asy_")
    assert (tmp_path / "meant" / "metadata.db").exists()
    assert not list(shell.work.iterdir())


def test_a_settings_file_with_an_empty_data_folder_is_refused(shell: Shell) -> None:
    settings = shell.home / ".config" / "assay" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[server]\ndata = ""\n')
    done = shell("server", "key")
    assert done.returncode == 2 and f"data is '' (from {settings}); expected folder" in done.stderr
    assert not list(shell.work.iterdir())


def test_a_backup_of_before_the_secrets_changed_says_which_key_it_needs(shell: Shell, tmp_path: Path) -> None:
    """The key that seals lies in no backup, and is another one since: restore and doctor name what waits for the old one."""
    pytest.importorskip("cryptography")
    data, copy, back = (tmp_path / name for name in ("data", "copy", "back"))
    assert shell("server", "team", "add", "vision", "--data", str(data)).returncode == 0
    keys = json.dumps({"aws_access_key_id": "AKIA"})
    with open_metadata_catalog(data) as catalog, catalog.stores.metadata.begin() as unit:
        team = unit.teams.entity("vision")
        assert team is not None
        row = a_team_bucket(team.id)
        unit.buckets.add(replace(row, keys=Seal(data / FILE).close(keys, seal_text(row))))
    assert shell("server", "backup", str(copy), "--data", str(data)).returncode == 0
    old = (data / FILE).read_text()
    assert "Backups of before need the bucket.key of before" in shell("server", "rotate-secrets", "--data", str(data)).stdout
    assert (data / FILE).read_text() != old
    told = shell("server", "restore", str(copy), "--data", str(back)).stdout
    assert f"{back / FILE}" in told
    assert "s3://ours/assay of vision" in told
    again = shell("server", "restore", str(copy), "--data", str(tmp_path / "json"), "--json").stdout
    assert json.loads(again)["sealed"] == [{"team": "vision", "bucket": "s3://ours/assay"}]
    assert f"{FILE} is not there" in shell("server", "doctor", "--data", str(back)).stdout
    (back / FILE).write_text((data / FILE).read_text())
    assert "is not the key they were sealed with" in shell("server", "doctor", "--data", str(back)).stdout
    (back / FILE).write_text((data / FILE).read_text() + old)
    with open_metadata_catalog(back) as catalog, catalog.stores.metadata.read() as unit:
        (row,) = unit.buckets.all()
    assert Seal(back / FILE).open(row.keys, seal_text(row)) == keys
