"""Artifacts up and down with real processes: one machine logs, another uses; crashes, repeats, bad inputs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import assay
from assay.client import artifact_calls
from assay.client.contents import ContentCache
from assay.client.digests import DigestCache
from assay.client.hashing import Hashed
from assay.client.http import Connection
from assay.client.publish import LocalFile, Progress, publish
from assay.client.staging import Staged, StagedFile, StagingFolder
from assay.client.target import Target
from assay.sdk.query import Api
from assay.sync.artifacts import ArtifactUploads
from assay.testing.servers import RunningServer
from assay.wire import limits
from assay.wire.errors import ContentDamaged, FileChanged, InvalidRequest, NotFound, PublicError, ServerUnreachable
from assay.wire.messages.artifacts import ArtifactVersion, DraftRequest, Fault, FaultRequest
from assay.wire.names import ProjectPath, RunPath
from assay.wire.records import Artifact as ArtifactRecord

SOURCE = Path(__file__).resolve().parents[2] / "src"


class Machine:
    """A folder, a home and a cache of its own."""

    def __init__(self, server: RunningServer, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
        self.environment = {
            **kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_CACHE_HOME": str(home / "cache"),
            "PYTHONPATH": str(SOURCE), "ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key, "ASSAY_MONITOR_S": "0",
            "ASSAY_CAPTURE_ENVIRONMENT": "0", "ASSAY_DISABLE_GIT": "1",
        }  # fmt: skip

    def start(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script), *arguments], cwd=self.home, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, script: str, *arguments: str) -> str:
        process = self.start(script, *arguments)
        out, err = process.communicate(timeout=200)
        assert process.returncode == 0, err
        return out

    def assay(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "assay", *arguments]
        return subprocess.run(command, cwd=self.home, env=self.environment, capture_output=True, text=True, timeout=200)


@pytest.fixture
def machine(shared_server: RunningServer, tmp_path: Path) -> Machine:
    return Machine(shared_server, tmp_path / "one")


@pytest.fixture
def other(shared_server: RunningServer, tmp_path: Path) -> Machine:
    return Machine(shared_server, tmp_path / "two")


@pytest.fixture
def api(shared_server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setenv("ASSAY_CACHE_DIR", str(tmp_path / "cache"))
    return Api({"base_url": shared_server.url, "project": "artifacts"}, api_key=shared_server.key)


@pytest.fixture
def connection(shared_server: RunningServer) -> Iterator[Connection]:
    with Connection(Target(shared_server.url, shared_server.key, "")) as connection:
        yield connection


@pytest.fixture
def project(api: Api) -> ProjectPath:
    return api.project_path(None)


def fill(folder: Path, count: int, size: int = 1000) -> list[LocalFile]:
    """Files that were last changed a while ago."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / f"{number:05}.bin"
        path.write_bytes(os.urandom(size))
        os.utime(path, (time.time() - 100, time.time() - 100))
    return [LocalFile(path.name, str(path)) for path in sorted(folder.iterdir())]


LOG = """
    import os, pathlib, assay
    data = pathlib.Path("data"); (data / "sub").mkdir(parents=True)
    for n in range(20):
        (data / "sub" / f"{n}.txt").write_text(f"row {n}\\n" * 100)
    (data / "big.bin").write_bytes(os.urandom(20_000_000))
    run = assay.init(project="artifacts", id="maker", settings=assay.Settings(silent=True))
    run.log({"loss": 0.5})
    artifact = run.log_artifact("data", name="two-machines", type="dataset", aliases=["gold"])
    (data / "big.bin").write_bytes(b"what comes later does no harm")
    print(artifact.wait(60).digest)
    run.finish()
"""

USE = """
    import assay
    run = assay.init(project="artifacts", id="taker", settings=assay.Settings(silent=True))
    artifact = run.use_artifact("two-machines:gold", use_as="train")
    folder = artifact.download()
    artifact.verify(folder)
    print(artifact.digest, folder, sum(1 for _ in __import__("pathlib").Path(folder).rglob("*.txt")))
    run.finish()
"""


def test_what_one_machine_logs_another_uses_verified(machine: Machine, other: Machine, api: Api) -> None:
    digest = machine.run(LOG).strip()
    used, folder, count = other.run(USE).split()
    assert (used, folder, count) == (digest, "artifacts/two-machines:v0", "20")
    assert (other.home / folder / "big.bin").stat().st_size == 20_000_000
    artifact = api.artifact("two-machines:gold")
    maker = artifact.logged_by()
    assert maker is not None
    assert maker.id == "maker"
    assert [run.id for run in artifact.used_by()] == ["taker"]
    assert [one.name for one in api.run("maker").logged_artifacts()] == ["two-machines:v0"]
    assert [one.name for one in api.run("taker").used_artifacts()] == ["two-machines:v0"]
    assert artifact.history_step == 0


def test_a_script_that_is_killed_right_after_logging_loses_nothing(machine: Machine, api: Api) -> None:
    script = """
        import os, signal, assay
        open("weights.bin", "wb").write(os.urandom(30_000_000))
        run = assay.init(project="artifacts", id="killed", settings=assay.Settings(silent=True))
        run.log_model("weights.bin", name="killed-model")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    process = machine.start(script)
    process.communicate(timeout=100)
    assert process.returncode == -signal.SIGKILL
    assert _until(lambda: api.artifact_exists("killed-model"))
    assert api.artifact("killed-model").size == 30_000_000
    assert _until(lambda: api.run("killed").state == "crashed")


def test_a_sender_that_is_killed_in_the_middle_is_gone_on_with(machine: Machine, api: Api) -> None:
    """Whatever moment it dies at, the version is whole or it is not there; sending again completes it."""
    script = """
        import os, assay
        os.mkdir("d")
        for n in range(200):
            open(f"d/{n}", "wb").write(os.urandom(300_000))
        run = assay.init(project="artifacts", id="torn", mode="offline", settings=assay.Settings(silent=True))
        run.log_artifact("d", name="torn", type="dataset")
        run.finish()
    """
    machine.run(script)
    folder = machine.home / ".assay" / "torn"
    for wait_s in (0.6, 0.9, 1.3):
        command = [sys.executable, "-m", "assay", "sync", str(folder)]
        sender = subprocess.Popen(
            command, cwd=machine.home, env=machine.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            sender.wait(timeout=wait_s)
        except subprocess.TimeoutExpired:
            sender.kill()
            sender.wait()
        if api.artifact_exists("torn"):
            assert api.artifact("torn").file_count == 200
    done = machine.assay("sync", str(folder))
    assert done.returncode == 0, done.stderr
    artifact = api.artifact("torn")
    assert (artifact.version, artifact.file_count, artifact.size) == ("v0", 200, 60_000_000)
    assert not list((folder / "artifacts").glob("*/files/*"))  # the copies' space is free again
    assert machine.assay("sync", str(folder)).returncode == 0
    assert len(list(api.artifacts("dataset", "torn"))) == 1


def test_the_second_upload_of_the_same_content_moves_nothing(
    connection: Connection, project: ProjectPath, api: Api, tmp_path: Path
) -> None:
    files = fill(tmp_path / "data", 500)
    request = DraftRequest("again", "dataset")
    first, second, third = Progress(), Progress(), Progress()
    digests = DigestCache()
    one = publish(connection, project, request, files, digests=digests, progress=first)
    two = publish(connection, project, request, files, digests=digests, progress=second)
    assert one is not None
    assert two is not None
    assert (one.version, two.version) == ("v0", "v0")
    assert (first.sent, first.read) == (500_000, 500_000)
    assert (second.sent, second.read) == (0, 0)
    changed = tmp_path / "data" / "00123.bin"
    changed.write_bytes(b"other content")
    three = publish(connection, project, request, files, digests=digests, progress=third)
    assert three is not None
    assert three.version == "v1"
    assert (third.sent, third.read) == (13, 13)


def test_a_version_made_of_another_sends_what_changed_alone(api: Api, tmp_path: Path) -> None:
    files = fill(tmp_path / "data", 50)
    first = assay.Artifact("drafted", "dataset")
    first.add_dir(tmp_path / "data", policy="immutable")
    first.publish(api)
    draft = first.new_draft()
    draft.remove(files[0].path)
    with draft.new_file("new.txt") as file:
        file.write("new")
    progress = Progress()
    draft.publish(api, progress=progress)
    assert (draft.version, draft.file_count, progress.sent) == ("v1", 50, 3)
    assert set(draft.manifest.entries) == {file.path for file in files[1:]} | {"new.txt"}
    incremental = assay.Artifact("drafted", "dataset", incremental=True)
    with incremental.new_file("more.txt") as file:
        file.write("more")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert incremental.publish(api).file_count == 51
    assert not [str(one.message) for one in warned if "TemporaryDirectory" in str(one.message)]


def test_a_draft_of_another_projects_version_has_that_versions_files(api: Api, machine: Machine) -> None:
    for project, file_name in (("artifacts", "ours.txt"), ("elsewhere", "theirs.txt")):
        version = assay.Artifact("crossing", "dataset")
        with version.new_file(file_name) as file:
            file.write(file_name)
        version.publish(api, project)
    draft = api.artifact("crossing:v0").new_draft()
    with draft.new_file("new.txt") as file:
        file.write("new")
    draft.publish(api, "elsewhere")
    assert sorted(draft.manifest.entries) == ["new.txt", "ours.txt"]
    assert draft.project == "elsewhere"
    logged = machine.run(
        """
        import assay
        run = assay.init(project="elsewhere", id="crossing", settings=assay.Settings(silent=True))
        draft = assay.Api().artifact("artifacts/crossing:v0").new_draft()
        draft.remove("ours.txt")
        for name in ("ours.txt", "other.txt"):
            with draft.new_file(name) as file:
                file.write("by a run")
        run.log_artifact(draft)
        draft.wait(60)
        print(sorted(draft.manifest.entries), draft.get_entry("ours.txt").size)
        run.finish()
        """
    )
    assert logged.strip() == "['other.txt', 'ours.txt'] 8"


def test_a_draft_may_begin_with_a_span_of_time(api: Api, machine: Machine) -> None:
    for year in (2017, 2018):
        version = assay.Artifact("years", "dataset")
        version.time_span = (datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
        with version.new_file("rows.txt") as file:
            file.write(str(year))
        version.publish(api)
    draft = api.artifact("years@2017..2018").new_draft()
    with draft.new_file("README.md") as file:
        file.write("both")
    assert sorted(draft.publish(api).manifest.entries) == ["README.md", "v0/rows.txt", "v1/rows.txt"]
    logged = machine.run(
        """
        import assay
        run = assay.init(project="artifacts", settings=assay.Settings(silent=True))
        draft = assay.Api().artifact("artifacts/years@2017..2018").new_draft()
        draft.remove("v0/rows.txt")
        run.log_artifact(draft)
        print(sorted(draft.wait(60).manifest.entries))
        run.finish()
        """
    )
    assert logged.strip() == "['v1/rows.txt']"


def test_an_incremental_version_may_be_the_first(machine: Machine, api: Api) -> None:
    script = """
        import sys, assay
        run = assay.init(project="artifacts", settings=assay.Settings(silent=True))
        part = assay.Artifact("growing", "dataset", incremental=True)
        with part.new_file(sys.argv[1]) as file:
            file.write("x")
        run.log_artifact(part)
        run.finish()
    """
    machine.run(script, "1.txt")
    newest = api.artifact("growing:v0")
    newest.aliases = ["kept"]  # without latest: the newest version is still the one to begin with
    newest.save()
    machine.run(script, "2.txt")
    assert sorted(api.artifact("growing").manifest.entries) == ["1.txt", "2.txt"]
    machine.run(
        """
        import assay
        run = assay.init(project="artifacts", settings=assay.Settings(silent=True))
        part = assay.Artifact("growing", "dataset", incremental=True)
        part.remove("1.txt")  # before the server has said a word
        run.log_artifact(part)
        run.finish()
        """
    )
    assert sorted(api.artifact("growing").manifest.entries) == ["2.txt"]


def test_what_is_changed_inside_metadata_is_kept(api: Api) -> None:
    made = assay.Artifact("kinds", "dataset", metadata={"deep": {"flag": 1, "sizes": [1]}})
    with made.new_file("a.txt") as file:
        file.write("a")
    made.publish(api)
    made.metadata["deep"].update(flag=True, sizes=[1.5])
    made.save()
    made.metadata["deep"]["flag"] = 1
    made.save()
    made.metadata["deep"]["flag"] = True
    made.save()
    assert api.artifact("kinds").metadata["deep"]["flag"] is True
    assert api.artifact("kinds").metadata["deep"]["sizes"] == [1.5]


def test_several_writers_make_one_version(machine: Machine, other: Machine, api: Api) -> None:
    script = """
        import sys, assay
        me, action = sys.argv[1], sys.argv[2]
        run = assay.init(project="artifacts", id=f"part{me}", group="job", settings=assay.Settings(silent=True))
        part = assay.Artifact("together", "dataset")
        with part.new_file(f"{me}.txt") as file:
            file.write(me)
        getattr(run, action)(part)
        run.finish()
    """
    machine.run(script, "1", "upsert_artifact")
    other.run(script, "2", "upsert_artifact")
    assert not api.artifact_exists("together")
    machine.run(script, "3", "finish_artifact")
    assert sorted(api.artifact("together").manifest.entries) == ["1.txt", "2.txt", "3.txt"]


def test_a_version_of_several_writers_is_one_also_if_the_answer_to_its_commit_is_lost(
    machine: Machine, api: Api, connection: Connection, project: ProjectPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.run('import assay; assay.init(project="artifacts", id="finisher").finish()')
    commit, lost = artifact_calls.commit_draft, []

    def commit_unheard(*given: Any) -> ArtifactVersion:
        version = commit(*given)
        if not lost:
            lost.append(version)
            raise ServerUnreachable(url="http://here", reason="the connection was cut", safe="")
        return version

    monkeypatch.setattr(artifact_calls, "commit_draft", commit_unheard)
    asked = DraftRequest("cut-off", "dataset", shared_id="cut-off")
    publish(connection, project, asked, fill(tmp_path / "first", 2), commit=False)
    folder = StagingFolder.of_run(tmp_path / "run", "a1")
    (tmp_path / "last.bin").write_bytes(b"last")
    folder.write_spec(Staged("a1", "finish", asked, [StagedFile("last.bin", str(tmp_path / "last.bin"))]))
    uploads = ArtifactUploads(tmp_path / "run", lambda: connection, root=None)
    uploads.add(ArtifactRecord("a1", "cut-off", "dataset", "finish", 0.0, 0))
    uploads.begin(connection.url, RunPath(project.entity, project.project, "finisher"))
    assert _until(lambda: not uploads.pending_count)
    uploads.close()
    assert lost
    assert [version.version for version in api.artifacts("dataset", "cut-off")] == ["v0"]
    assert sorted(api.artifact("cut-off").manifest.entries) == ["00000.bin", "00001.bin", "last.bin"]


def test_an_alias_that_stays_where_it_was_is_told(machine: Machine, api: Api, connection: Connection) -> None:
    script = """
        import sys, assay
        run = assay.init(project="artifacts", id=f"staying-{sys.argv[1]}", mode=sys.argv[1])
        made = assay.Artifact("bad-source", "dataset")
        with made.new_file("a.txt") as file:
            file.write("bad")
        run.log_artifact(made, aliases=["frozen-one", "free-one"])
        run.finish()
    """
    bad = assay.Artifact("bad-source", "dataset")
    with bad.new_file("a.txt") as file:
        file.write("bad")
    bad.publish(api)
    marked = FaultRequest("version", bad.qualified_name, "labels are wrong", ["frozen-one"])
    connection.send("POST", f"/entities/{bad.entity}/faults", marked, Fault)
    (machine.home / "a.txt").write_text("bad")

    said = machine.start(script, "online").communicate(timeout=200)[1]
    machine.run(script, "offline")
    sent = machine.assay("sync", str(machine.home / ".assay" / "staying-offline")).stderr
    put = machine.assay("artifact", "put", "a.txt", "--name", "artifacts/bad-source", "--alias", "frozen-one").stderr
    for text in (said, sent, put):
        assert "bad-source:v0 is there, but frozen-one stayed where it was" in text
    assert sorted(api.artifact("bad-source").aliases) == ["free-one", "latest"]


def test_a_part_is_downloaded_and_only_that(api: Api, tmp_path: Path) -> None:
    (tmp_path / "d" / "x").mkdir(parents=True)
    for path in ("a.csv", "x/b.csv", "x/c.txt"):
        (tmp_path / "d" / path).write_text(path)
    artifact = assay.Artifact("parts", "dataset")
    artifact.add_dir(tmp_path / "d")
    artifact.publish(api)

    def below(folder: str) -> list[str]:
        return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())

    assert below(artifact.download(tmp_path / "1", path_prefix="x")) == ["x/b.csv", "x/c.txt"]
    assert below(artifact.download(tmp_path / "2", pattern="**/*.csv")) == ["a.csv", "x/b.csv"]
    assert Path(artifact.get_entry("x/c.txt").download(tmp_path / "3")).read_text() == "x/c.txt"
    with pytest.raises(NotFound, match="matches"):
        artifact.download(tmp_path / "4", pattern="*.parquet")
    (tmp_path / "2" / "own.txt").write_text("mine")
    (tmp_path / "2" / "a.csv").unlink()
    (tmp_path / "2" / "a.csv").write_text("changed")
    with pytest.raises(ContentDamaged, match=r"1 missing \(x/c\.txt\); 1 changed \(a\.csv\); 1 not part of it \(own\.txt\)"):
        artifact.verify(tmp_path / "2")
    assert below(artifact.checkout(tmp_path / "2")) == ["a.csv", "x/b.csv", "x/c.txt"]
    artifact.verify(tmp_path / "2")


@pytest.mark.parametrize("is_checkout", [True, False])
def test_files_to_write_are_no_links_even_where_links_were(api: Api, tmp_path: Path, is_checkout: bool) -> None:
    artifact = assay.Artifact("written", "dataset")
    with artifact.new_file("x/a.txt") as file:
        file.write(str(is_checkout))
    artifact.publish(api)
    here, there = (Path(artifact.download(tmp_path / name)) / "x/a.txt" for name in ("here", "there"))
    if is_checkout:
        artifact.checkout(tmp_path / "here")
    else:
        artifact.download(tmp_path / "here", links="copy")
    assert here.stat().st_nlink == 1
    assert here.stat().st_mode & 0o200
    here.write_text("mine")
    assert there.read_text() == str(is_checkout)


def test_a_checkout_makes_way_for_what_is_part_of_it_and_for_nothing_else(api: Api, tmp_path: Path) -> None:
    artifact = assay.Artifact("cleared", "dataset")
    for path in ("a.txt", "b/c.txt", "d/e.txt"):
        with artifact.new_file(path) as file:
            file.write(path)
    artifact.publish(api)
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root / "a.txt", root / "empty", outside):
        folder.mkdir(parents=True)
    (root / "a.txt" / "old").write_text("a folder where a file goes")
    (root / "b").write_text("a file where a folder goes")
    (outside / "e.txt").write_text("not ours")
    (root / "d").symlink_to(outside)
    (root / "more").symlink_to(outside)
    (root / "dead").symlink_to("nowhere")
    artifact.checkout(root)
    assert sorted(path.relative_to(root).as_posix() for path in root.rglob("*")) == [
        "a.txt", "b", "b/c.txt", "d", "d/e.txt"
    ]  # fmt: skip
    assert (root / "d" / "e.txt").read_text() == "d/e.txt"
    assert (outside / "e.txt").read_text() == "not ours"


def test_a_long_file_is_gone_on_with_at_the_block_where_it_stopped(api: Api, tmp_path: Path) -> None:
    content = os.urandom(3 * limits.BLOCK_BYTES + 5)
    (tmp_path / "big.bin").write_bytes(content)
    artifact = assay.Artifact("long", "model")
    artifact.add_file(tmp_path / "big.bin")
    artifact.publish(api)
    entry = artifact.manifest.entries["big.bin"]
    out = tmp_path / "out"
    out.mkdir()
    # What a broken try left: the first block whole, the second damaged, nothing after that.
    partial = out / f".big.bin.{entry.digest[-12:]}.part"
    partial.write_bytes(content[: limits.BLOCK_BYTES] + bytes(limits.BLOCK_BYTES))
    progress = Progress()
    artifact.download(out, skip_cache=True, progress=progress)
    assert (out / "big.bin").read_bytes() == content
    assert progress.sent == 2 * limits.BLOCK_BYTES + 5
    assert not partial.exists()
    with artifact.get_entry("big.bin").open() as file:
        file.seek(limits.BLOCK_BYTES - 3)
        assert file.read(6) == content[limits.BLOCK_BYTES - 3 :][:6]
        assert file.seek(-2, os.SEEK_END) == len(content) - 2
        assert file.read() == content[-2:]


def test_several_fetch_a_long_file_to_the_same_folder_without_a_cache(api: Api, tmp_path: Path) -> None:
    content = os.urandom(2 * limits.BLOCK_BYTES + 5)
    (tmp_path / "big.bin").write_bytes(content)
    artifact = assay.Artifact("long-at-once", "model")
    artifact.add_file(tmp_path / "big.bin")
    artifact.publish(api)
    at_once = threading.Barrier(4)
    errors: list[BaseException] = []

    class Waiting(Progress):
        def add(self, **counts: int) -> None:
            if counts.get("to_send", 0) > 0:
                at_once.wait(60)  # all have seen that it is not there
            super().add(**counts)

    def fetch() -> None:
        try:
            api.artifact("long-at-once").download(tmp_path / "out", skip_cache=True, progress=Waiting())
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["big.bin"]
    assert (tmp_path / "out" / "big.bin").read_bytes() == content


def test_what_was_fetched_once_comes_from_the_cache(api: Api, tmp_path: Path) -> None:
    fill(tmp_path / "data", 30)
    artifact = assay.Artifact("cached", "dataset")
    artifact.add_dir(tmp_path / "data", policy="immutable")
    artifact.publish(api)
    first, second, third = Progress(), Progress(), Progress()
    artifact.download(tmp_path / "1", progress=first)
    artifact.download(tmp_path / "2", progress=second)
    artifact.download(tmp_path / "2", progress=third)
    assert (first.sent, second.sent, third.sent) == (30_000, 0, 0)
    artifact.verify(tmp_path / "2")


def test_a_cache_that_is_emptied_meanwhile_fails_no_download(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "data", 5)
    fill(tmp_path / "data" / "more", 1, limits.BLOCK_BYTES + 5)
    artifact = assay.Artifact("emptied", "dataset")
    artifact.add_dir(tmp_path / "data", policy="immutable")
    artifact.publish(api)
    keep, keep_bytes = ContentCache.keep, ContentCache.keep_bytes

    def kept(cache: ContentCache, *given: Any) -> Hashed:
        found = keep(cache, *given)
        ContentCache(DigestCache()).trim(0)  # as `assay artifact cache purge` does in another process
        return found

    def kept_bytes(cache: ContentCache, *given: Any) -> Hashed:
        found = keep_bytes(cache, *given)
        ContentCache(DigestCache()).trim(0)
        return found

    monkeypatch.setattr(ContentCache, "keep", kept)
    monkeypatch.setattr(ContentCache, "keep_bytes", kept_bytes)
    artifact.download(tmp_path / "out")
    artifact.verify(tmp_path / "out")


def test_damage_on_the_way_is_never_at_the_target(shared_server: RunningServer, api: Api, tmp_path: Path) -> None:
    content = os.urandom(5000)
    (tmp_path / "f").write_bytes(content)
    artifact = assay.Artifact("damaged", "dataset")
    artifact.add_file(tmp_path / "f")
    artifact.publish(api)
    digest = artifact.manifest.entries["f"].digest.removeprefix("sha256:")
    [blob] = [path for path in shared_server.data.rglob("*") if path.is_file() and digest[6:] in path.name]
    blob.chmod(0o600)
    blob.write_bytes(content[:-1] + b"x" if content[-1:] != b"x" else content[:-1] + b"y")
    with pytest.raises(ContentDamaged, match="Nothing of it was kept"):
        artifact.download(tmp_path / "out", skip_cache=True)
    assert not list((tmp_path / "out").iterdir())
    blob.write_bytes(content)
    artifact.download(tmp_path / "out")
    assert (tmp_path / "out" / "f").read_bytes() == content


def test_a_file_that_changes_before_it_is_read_is_told_and_not_kept(machine: Machine, api: Api) -> None:
    script = """
        import assay, os
        open("moving.bin", "wb").write(b"first")
        run = assay.init(project="artifacts", id="moving", mode="offline", settings=assay.Settings(silent=True))
        artifact = assay.Artifact("moving", "dataset")
        artifact.add_file("moving.bin", policy="immutable")
        run.log_artifact(artifact)
        run.log({"loss": 1})
        run.finish()
        open("moving.bin", "wb").write(b"second")
    """
    machine.run(script)
    done = machine.assay("sync", str(machine.home / ".assay" / "moving"))
    assert "not what it was when it was added" in done.stderr
    assert api.run("moving").state == "finished"
    assert not api.artifact_exists("moving")


def test_each_of_several_artifacts_of_a_name_that_are_refused_is_told(machine: Machine) -> None:
    script = """
        import pathlib, assay
        run = assay.init(project="artifacts", id="refused-twice", mode="offline")
        for number in range(3):
            path = pathlib.Path(f"{number}.txt")
            path.write_text("1")
            artifact = assay.Artifact("refused-twice", "dataset")
            artifact.add_file(path, policy="immutable")
            run.log_artifact(artifact)
            path.write_text("changed" * (1 + number))
        run.finish()
    """
    machine.run(script)
    done = machine.assay("sync", str(machine.home / ".assay" / "refused-twice"))
    assert "3 could not be taken" in done.stderr
    assert [f"{number}.txt" for number in range(3) if f"{number}.txt" in done.stderr] == ["0.txt", "1.txt", "2.txt"]


def test_a_reference_that_is_gone_or_changed_is_told_when_it_is_used(api: Api, tmp_path: Path) -> None:
    target = tmp_path / "raw.bin"
    target.write_bytes(b"as it was")
    artifact = assay.Artifact("pointing", "dataset")
    artifact.add_reference(target.as_uri())
    artifact.publish(api)
    copy = Path(artifact.download(tmp_path / "1")) / "raw.bin"
    assert copy.read_bytes() == b"as it was"
    artifact.verify(tmp_path / "1")
    copy.write_bytes(b"damaged b")
    with pytest.raises(ContentDamaged, match=r"1 changed \(raw\.bin\)"):
        artifact.verify(tmp_path / "1")
    target.write_bytes(b"another")
    with pytest.raises(PublicError, match="is not what it was when it was added"):
        artifact.download(tmp_path / "2")
    target.unlink()
    with pytest.raises(NotFound):
        artifact.download(tmp_path / "2")
    artifact.download(tmp_path / "2", allow_missing_references=True)
    assert not list((tmp_path / "2").iterdir())


def test_a_reference_is_checked_also_where_it_is_read_in_place(api: Api, shared_server: RunningServer, tmp_path: Path) -> None:
    from assay.sdk.filesystem import AssayFileSystem

    target = tmp_path / "raw.bin"
    target.write_bytes(b"as it was")
    artifact = assay.Artifact("read-in-place", "dataset")
    artifact.add_reference(target.as_uri())
    artifact.publish(api)
    with artifact.get_entry("raw.bin").open() as file:
        assert file.read() == b"as it was"
    target.write_bytes(b"otherwise")
    with pytest.raises(PublicError, match="is not what it was when it was added"), artifact.get_entry("raw.bin").open():
        pass
    files = AssayFileSystem(shared_server.url, shared_server.key)
    path = f"assay://{artifact.qualified_name}/raw.bin"
    for read in (files.cat_file, files.open):
        with pytest.raises(PublicError, match="is not what it was when it was added"):
            read(path)


class _Endless(BaseHTTPRequestHandler):
    """Answers without saying how long the answer is."""

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(b"as long as it is")

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("kind", ["file", "http"])
def test_a_reference_of_unknown_length_is_read_to_its_end(
    api: Api, shared_server: RunningServer, tmp_path: Path, kind: str
) -> None:
    from assay.sdk.filesystem import AssayFileSystem

    (tmp_path / "raw.bin").write_bytes(b"as long as it is")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Endless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/raw.bin" if kind == "http" else (tmp_path / "raw.bin").as_uri()
        artifact = assay.Artifact(f"unknown-length-{kind}", "dataset")
        artifact.add_reference(address, checksum=False)
        artifact.publish(api)
        with artifact.get_entry("raw.bin").open() as file:
            assert file.read() == b"as long as it is"
            file.seek(-2, os.SEEK_END)
            assert file.read() == b"is"
        files = AssayFileSystem(shared_server.url, shared_server.key)
        path = f"assay://{artifact.qualified_name}/raw.bin"
        assert files.cat_file(path) == b"as long as it is"
        assert files.cat_file(path, 3, -2) == b"long as it "
        with files.open(path) as file:
            assert file.read() == b"as long as it is"
        assert files.ls(path)[0]["size"] == (None if kind == "http" else 16)
        server.shutdown()


def test_a_journal_of_a_stranger_reads_no_file_outside_its_folder(machine: Machine, api: Api, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mine alone")
    script = """
        import sys, assay
        run = assay.init(project="artifacts", id="stranger", mode="offline", settings=assay.Settings(silent=True))
        artifact = assay.Artifact("stolen", "dataset")
        artifact.add_file(sys.argv[1], policy="immutable")
        run.log_artifact(artifact)
        run.finish()
    """
    machine.run(script, str(tmp_path / "secret"))
    done = machine.assay("sync", str(machine.home / ".assay" / "stranger"))
    assert "--files-from" in done.stderr
    assert not api.artifact_exists("stolen")
    again = machine.assay("sync", "--files-from", str(tmp_path), str(machine.home / ".assay" / "stranger"))
    assert again.returncode == 0, again.stderr
    assert api.artifact("stolen").file_count == 1


def test_a_deleted_version_does_not_exist(api: Api) -> None:
    artifact = assay.Artifact("going", "dataset")
    with artifact.new_file("x") as file:
        file.write("x")
    artifact.publish(api)
    assert api.artifact_exists("going:v0", "dataset")
    assert not api.artifact_exists("going:v0", "model")
    artifact.delete()
    assert api.artifact("going:v0").state == "DELETED"
    for ref in ("v0", "latest", artifact.digest):
        assert not api.artifact_exists(f"going:{ref}")


def test_marks_of_a_version_are_kept_by_save(api: Api, tmp_path: Path) -> None:
    artifact = assay.Artifact("typed", "dataset", metadata={"rows": 3})
    with artifact.new_file("x") as file:
        file.write("x")
    artifact.publish(api)
    assert api.artifact("typed").metadata == {"rows": 3}
    with pytest.raises(InvalidRequest, match="not model"):
        api.artifact("typed", type="model")
    with pytest.raises(PublicError, match="type"):
        other = assay.Artifact("typed", "model")
        other.publish(api)
    with pytest.raises(FileChanged):
        changed = assay.Artifact("changed", "dataset")
        (tmp_path / "f").write_text("1")
        changed.add_file(tmp_path / "f", policy="immutable")
        (tmp_path / "f").write_text("22")
        changed.publish(api)


def _until(is_so: object, limit_s: float = 60.0) -> bool:
    assert callable(is_so)
    give_up_at = time.monotonic() + limit_s
    while time.monotonic() < give_up_at:
        try:
            if is_so():
                return True
        except NotFound:
            pass
        time.sleep(0.1)
    return False


def test_files_are_read_where_they_lie_through_fsspec(api: Api, shared_server: RunningServer, tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    from assay.sdk.filesystem import AssayFileSystem

    fsspec.register_implementation("assay", AssayFileSystem, clobber=True)  # as the installed package's entry point does
    pandas = pytest.importorskip("pandas")
    (tmp_path / "d" / "sub").mkdir(parents=True)
    pandas.DataFrame({"x": range(1000)}).to_parquet(tmp_path / "d" / "sub" / "t.parquet")
    (tmp_path / "d" / "big.bin").write_bytes(content := os.urandom(limits.BLOCK_BYTES + 100))
    artifact = assay.Artifact("open", "dataset")
    artifact.add_dir(tmp_path / "d")
    artifact.publish(api)
    options = {"base_url": shared_server.url, "api_key": shared_server.key}
    base = f"assay://{artifact.entity}/artifacts/open:latest"
    assert pandas.read_parquet(f"{base}/sub/t.parquet", storage_options=options)["x"].sum() == 499_500
    files = fsspec.filesystem("assay", **options)
    assert [Path(name).name for name in files.ls(base, detail=False)] == ["big.bin", "sub"]
    assert files.find(base) == [f"{base.removeprefix('assay://')}/{path}" for path in ("big.bin", "sub/t.parquet")]
    assert files.cat_file(f"{base}/big.bin", limits.BLOCK_BYTES - 2, limits.BLOCK_BYTES + 2) == content[-102:-98]
    with files.open(f"{base}/big.bin") as file:
        file.seek(-50, os.SEEK_END)
        assert file.read() == content[-50:]
    assert not files.exists(f"{base}/nothing")
    with pytest.raises(FileNotFoundError):
        files.ls(f"assay://{artifact.entity}/artifacts/none:latest")
    with pytest.raises(NotImplementedError):
        files.open(f"{base}/new", "wb")


def test_a_name_with_accents_of_their_own_is_found_as_it_was_given(
    api: Api, shared_server: RunningServer, tmp_path: Path
) -> None:
    from assay.sdk.filesystem import AssayFileSystem

    name = "re\u0301sume\u0301.txt"  # as file names of macOS are
    (tmp_path / "f").write_text("kept")
    artifact = assay.Artifact("accents", "dataset")
    artifact.add_file(tmp_path / "f", f"d/{name}")
    artifact.publish(api)
    found = api.artifact("artifacts/accents:latest")
    assert Path(found.get_entry(f"d/{name}").download(str(tmp_path / "down"))).read_text() == "kept"
    files = AssayFileSystem(shared_server.url, shared_server.key)
    base = f"assay://{artifact.entity}/artifacts/accents:latest/d"
    assert files.cat_file(f"{base}/{name}") == b"kept"
    assert len(files.ls(f"{base}/{name}")) == 1


def test_of_many_checkpoints_the_best_and_the_newest_stay(machine: Machine, api: Api) -> None:
    script = """
        import assay
        run = assay.init(project="artifacts", id="trainer", settings=assay.Settings(silent=True))
        for step, loss in enumerate([0.9, 0.3, 0.5, 0.2, 0.7]):
            run.log({"loss": loss})
            open("ckpt", "w").write(f"weights at {step}")
            run.log_checkpoint("ckpt", name="ckpt", metric="loss", keep=2)
        run.finish()
    """
    machine.run(script)
    assert _until(lambda: api.artifact("ckpt").version == "v4")
    assert _until(lambda: len(list(api.artifacts("model", "ckpt"))) == 3)
    found = {one.version: one for one in api.artifacts("model", "ckpt")}
    assert {version: one.metadata["metrics"]["loss"] for version, one in found.items()} == {"v1": 0.3, "v3": 0.2, "v4": 0.7}
    assert {version: one.history_step for version, one in found.items()} == {"v1": 1, "v3": 3, "v4": 4}
    assert "best" in found["v3"].aliases
