"""A disk of the client's own that is full or can only be read, in the middle of a download: said as that, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assay.sdk.query import Api
from assay.testing.servers import RunningServer
from assay.wire import limits
from assay.wire.errors import DiskRefused
from tests.infra.disks import small_disk

SMALL, SMALL_BYTES = 40, 50_000
LONG_BYTES = 2 * limits.BLOCK_BYTES + 100  # a file of several blocks, each fetched for itself

SCRIPT = f"""
import os
from pathlib import Path
import assay
with assay.init(project="disks", id="r1", settings=assay.Settings(silent=True)) as run:
    for name, count, size in (("small", {SMALL}, {SMALL_BYTES}), ("long", 1, {LONG_BYTES})):
        made = assay.Artifact(name, type="dataset")
        for number in range(count):
            Path(f"{{name}}-{{number}}.bin").write_bytes(os.urandom(size))
            made.add_file(f"{{name}}-{{number}}.bin")
        run.log_artifact(made).wait()
    run.save("long-0.bin", policy="now")
"""


@pytest.fixture(scope="module")
def api(shared_server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Api:
    environment = shared_server.environment | {"ASSAY_BASE_URL": shared_server.url, "ASSAY_API_KEY": shared_server.key}
    folder = tmp_path_factory.mktemp("made")
    subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, env=environment, check=True)
    return Api({"base_url": shared_server.url}, api_key=shared_server.key)


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSAY_CACHE_GB", "0")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def grow(disk: Path) -> None:
    """What a person does who is told that it is full."""
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)


def test_small_files_that_do_not_fit_are_said_by_name_and_the_others_stay(api: Api, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        with pytest.raises(DiskRefused) as told:
            api.artifact("root/disks/small:v0").download(root=str(disk / "out"))
        assert str(told.value).startswith(f"Cannot write {disk / 'out'}/small-")
        assert ".bin on this machine: No space left on device. Files that arrived whole stay there" in str(told.value)
        assert str(told.value).endswith("Free space there, or choose another folder, and try again.")
        whole = {path: path.stat().st_mtime_ns for path in (disk / "out").iterdir()}
        assert 0 < len(whole) < SMALL
        assert {path.stat().st_size for path in whole} == {SMALL_BYTES}  # nothing half, no scratch left
        grow(disk)
        api.artifact("root/disks/small:v0").download(root=str(disk / "out"))
        assert len(list((disk / "out").iterdir())) == SMALL
        assert {path: path.stat().st_mtime_ns for path in whole} == whole
        api.artifact("root/disks/small:v0").verify(str(disk / "out"))


@pytest.mark.parametrize("what", ["artifact", "file"])
def test_a_long_file_that_does_not_fit_keeps_what_came_of_it(api: Api, tmp_path: Path, what: str) -> None:
    def download(folder: Path) -> Path:
        if what == "artifact":
            return Path(api.artifact("root/disks/long:v0").download(root=str(folder))) / "long-0.bin"
        (file,) = [file for file in api.run("root/disks/r1").files() if file.name == "long-0.bin"]
        with file.download(root=folder) as opened:
            return Path(opened.name)

    with small_disk(tmp_path / "disk", 12) as disk:
        with pytest.raises(DiskRefused, match="No space left on device") as told:
            download(disk / "out")
        assert told.value.fields["path"] == str(disk / "out/long-0.bin")
        assert "is kept beside it for the next try" in str(told.value)
        assert "Cannot reach" not in str(told.value)
        (kept,) = (disk / "out").iterdir()
        assert kept.name.endswith(".part")
        assert kept.stat().st_size > 0
        grow(disk)
        assert download(disk / "out").stat().st_size == LONG_BYTES
        assert not kept.exists()


def test_a_disk_that_can_only_be_read_is_said(api: Api, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        (disk / "out").mkdir()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for ask in (
            lambda: api.artifact("root/disks/small:v0").download(root=str(disk / "out")),
            lambda: api.artifact("root/disks/small:v0").download(root=str(disk / "new")),
            lambda: next(iter(api.run("root/disks/r1").files())).download(root=disk / "out"),
        ):
            with pytest.raises(
                DiskRefused, match=r"Read-only file system\. .* Choose another folder, or have it mounted"
            ) as told:
                ask()
            assert str(disk) in told.value.fields["path"]


def test_a_cache_that_is_full_is_named_and_how_to_do_without(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        monkeypatch.setenv("XDG_CACHE_HOME", str(disk))
        monkeypatch.setenv("ASSAY_CACHE_GB", "1")
        with pytest.raises(DiskRefused, match="ASSAY_CACHE_GB=0 does without it") as told:
            api.artifact("root/disks/small:v0").download(root=str(tmp_path / "out"))
        assert told.value.fields["path"].startswith(str(disk))
        monkeypatch.setenv("ASSAY_CACHE_GB", "0")
        api.artifact("root/disks/small:v0").download(root=str(tmp_path / "out"))
        assert len(list((tmp_path / "out").iterdir())) == SMALL


def test_a_full_disk_is_not_said_of_the_cache_that_the_file_comes_from(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_CACHE_GB", "1")
    api.artifact("root/disks/small:v0").download(root=str(tmp_path / "out"))
    with small_disk(tmp_path / "disk", 1) as disk:
        with pytest.raises(DiskRefused, match="No space left on device") as told:
            api.artifact("root/disks/small:v0").download(root=str(disk / "out"))
        assert told.value.fields["path"].startswith(f"{disk / 'out'}/small-")
        assert told.value.fields["path"].endswith(".bin")
        assert {path.stat().st_size for path in (disk / "out").iterdir()} == {SMALL_BYTES}


def test_the_command_says_it_in_one_line(api: Api, shared_server: RunningServer, tmp_path: Path) -> None:
    environment = {**os.environ, "ASSAY_BASE_URL": shared_server.url, "ASSAY_API_KEY": shared_server.key, "HOME": str(tmp_path)}
    with small_disk(tmp_path / "disk", 1) as disk:
        done = subprocess.run(
            [sys.executable, "-m", "assay", "artifact", "get", "root/disks/small:v0", "--root", str(disk / "out")],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = [line for line in done.stderr.splitlines() if "Error" in line]
        assert (done.returncode, len(said)) == (8, 1), done.stderr
        assert "Traceback" not in done.stderr
        assert "No space left on device" in said[0]
