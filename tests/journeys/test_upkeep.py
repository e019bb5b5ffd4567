"""Looking after a server's data as its operator does: back up while it works, restore elsewhere, check, prove the audit log."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from assay.sdk.query import Api
from assay.testing.servers import RunningServer
from assay.wire.errors import StorageFull
from tests.infra.disks import small_disk

SCRIPT = """
import assay
run = assay.init(project="kept", id="r1", config={"lr": 0.1}, settings=assay.Settings(silent=True))
for step in range(5000):
    run.log({"loss": 1 / (step + 1)})
with open("notes.txt", "w") as out:
    out.write("kept " * 1000)
run.save("notes.txt", policy="now")
print("the last line")
run.finish()
"""


def assay(server: RunningServer, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`assay …` as the server's owner types it."""
    environment = {**server.environment, "ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key, **more}
    command = [sys.executable, "-m", "assay", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def trained(shared_server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> RunningServer:
    environment = {**shared_server.environment, "ASSAY_BASE_URL": shared_server.url, "ASSAY_API_KEY": shared_server.key}
    folder = tmp_path_factory.mktemp("script")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=folder, env=environment, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return shared_server


@pytest.fixture(scope="module")
def backup(trained: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup taken while the server works."""
    target = tmp_path_factory.mktemp("backups") / "monday"
    done = assay(trained, "server", "backup", str(target), "--data", str(trained.data), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] >= 3
    return target


@pytest.fixture
def restored(backup: Path, trained: RunningServer, tmp_path: Path) -> Generator[RunningServer, None, None]:
    """A second server on what the backup holds."""
    server = RunningServer(tmp_path / "second")
    done = assay(trained, "server", "restore", str(backup), "--data", str(server.data))
    assert done.returncode == 0, done.stderr
    assert str(server.data) in done.stdout
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_a_restored_backup_of_a_working_server_has_every_row_file_line_and_account(
    trained: RunningServer, restored: RunningServer, tmp_path: Path
) -> None:
    # The same accounts and keys: a key of the first server opens the second.
    run = Api({"base_url": restored.url, "project": "kept"}, api_key=trained.key).run("r1")
    assert [row["loss"] for row in run.scan_history()] == [1 / (step + 1) for step in range(5000)]
    assert run.config == {"lr": 0.1}
    assert run.state == "finished"
    run.file("notes.txt").download(root=tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "kept " * 1000
    console = httpx.get(
        f"{restored.url}/api/v1/projects/{run.entity}/kept/runs/r1/console", headers={"authorization": f"Bearer {trained.key}"}
    )
    assert [line["text"] for line in console.json()["lines"]] == ["the last line"]


@pytest.mark.parametrize("is_link", [False, True])
def test_an_empty_folder_that_is_there_takes_a_backup_and_a_restore_and_stays_the_same(
    is_link: bool, backup: Path, trained: RunningServer, tmp_path: Path
) -> None:
    # As a volume of a container is, or a folder below one that only root may write.
    for name, command in (("monday", ["backup"]), ("second", ["restore", str(backup), "--data"])):
        folder = tmp_path / name
        folder.mkdir()
        number = folder.stat().st_ino
        shown = folder
        if is_link:
            shown = tmp_path / f"link-to-{name}"
            shown.symlink_to(folder)
        more = ["--data", str(trained.data)] if name == "monday" else []
        done = assay(trained, "server", *command, str(shown), *more)
        assert done.returncode == 0, done.stderr
        assert (folder.stat().st_ino, folder.stat().st_mode & 0o777) == (number, 0o700)
        assert not [path.name for path in folder.iterdir() if "restoring" in path.name]
    assert assay(trained, "server", "doctor", "--data", str(tmp_path / "second")).returncode == 0
    assert assay(trained, "server", "restore", str(tmp_path / "monday"), "--data", str(tmp_path / "third")).returncode == 0


def test_a_backup_that_finds_no_room_leaves_nothing_and_says_why(trained: RunningServer, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        (disk / "ballast").write_bytes(bytes(1_000_000))
        done = assay(trained, "server", "backup", str(disk / "monday"), "--data", str(trained.data))
        assert done.returncode == 2 and "Traceback" not in done.stderr
        assert f"{disk / 'monday'} cannot be written" in done.stderr and "No space left" in done.stderr
        assert "monday" not in [path.name for path in disk.iterdir()]


def test_a_server_on_a_full_disk_says_that_it_is_full_and_doctor_what_it_finds(trained: RunningServer, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2) as disk:
        data = ["--data", str(disk / "data")]
        assert assay(trained, "server", "key", *data).returncode == 0
        with (disk / "ballast").open("wb") as file, pytest.raises(OSError, match="No space"):
            while True:
                os.write(file.fileno(), bytes(512))
        started = assay(trained, "server", "start", "--port", "0", *data)
        assert started.returncode == StorageFull.exit_code and "disk is full" in started.stderr
        looked = assay(trained, "server", "doctor", "--json", *data)
        found = {each["what"]: each for each in json.loads(looked.stdout)["findings"]}
        assert looked.returncode == 1 and not found["disk"]["is_fine"]
        assert "disk is full" in found["data"]["text"]


def test_a_restore_never_writes_over_data(backup: Path, trained: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.txt").write_text("mine")
    done = assay(trained, "server", "restore", str(backup), "--data", str(tmp_path / "taken"))
    assert done.returncode != 0
    assert "not empty" in done.stderr
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("harm", ["flip", "cut", "remove", "add"])
def test_a_damaged_backup_is_refused_by_name_and_leaves_nothing_behind(
    harm: str, backup: Path, trained: RunningServer, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", str(backup), str(copy)], check=True)
    victim = next(path for path in sorted((copy / "blobs").rglob("*")) if path.is_file() and path.stat().st_size > 8)
    content = victim.read_bytes()
    match harm:
        case "flip":
            victim.write_bytes(content[:4] + bytes([content[4] ^ 1]) + content[5:])
        case "cut":
            victim.write_bytes(content[:-1])
        case "remove":
            victim.unlink()
        case "add":
            victim = victim.with_name("stranger")
            victim.write_bytes(b"x")
    done = assay(trained, "server", "restore", str(copy), "--data", str(tmp_path / "second"))
    assert done.returncode == 9
    assert victim.name in done.stderr
    assert "Nothing was written" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]


def test_doctor_finds_a_working_server_and_a_stopped_one_well(backup: Path, trained: RunningServer, tmp_path: Path) -> None:
    live = assay(trained, "server", "doctor", "--data", str(trained.data), "--json")
    assert live.returncode == 0, live.stdout
    found = {finding["what"]: finding for finding in json.loads(live.stdout)["findings"]}
    assert trained.url in found["server"]["text"]
    assay(trained, "server", "restore", str(backup), "--data", str(tmp_path / "second"))
    still = assay(trained, "server", "doctor", "--data", str(tmp_path / "second"), "--json")
    found = {finding["what"]: finding for finding in json.loads(still.stdout)["findings"]}
    assert still.returncode == 0, still.stdout
    assert {"metadata", "metrics", "files"} <= set(found)


def test_doctor_names_a_damaged_file_and_an_open_folder(backup: Path, trained: RunningServer, tmp_path: Path) -> None:
    data = tmp_path / "second"
    assay(trained, "server", "restore", str(backup), "--data", str(data))
    victim = next(path for path in sorted((data / "blobs").rglob("*")) if path.is_file() and path.stat().st_size > 8)
    content = victim.read_bytes()
    victim.chmod(0o600)
    victim.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    data.chmod(0o755)
    done = assay(trained, "server", "doctor", "--data", str(data), "--json")
    found = {finding["what"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert done.returncode == 1
    assert not found["files"]["is_fine"] and victim.name in found["files"]["text"]
    assert not found["permissions"]["is_fine"] and "chmod 700" in found["permissions"]["text"]
    assert found["metadata"]["is_fine"] and found["metrics"]["is_fine"]


def test_the_audit_log_is_whole_and_one_changed_line_is_named(backup: Path, trained: RunningServer, tmp_path: Path) -> None:
    whole = assay(trained, "server", "verify-audit", "--data", str(trained.data), "--json")
    assert whole.returncode == 0, whole.stderr
    assert json.loads(whole.stdout)["lines"] >= 2
    data = tmp_path / "second"
    assay(trained, "server", "restore", str(backup), "--data", str(data))
    with sqlite3.connect(data / "metadata.db") as database:
        (line,) = database.execute("select max(sequence) from audit").fetchone()
        database.execute("update audit set actor = 'somebody else' where sequence = ?", (line,))
    changed = assay(trained, "server", "verify-audit", "--data", str(data))
    assert changed.returncode != 0
    assert str(line) in changed.stderr
