"""What becomes of a run between the script and the server: it is moved, sent later, gone on with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from assay.sdk.query import Api
from assay.testing.servers import RunningServer
from tests.journeys.test_log_to_api import environment_of


def api_of(server: RunningServer) -> Api:
    return Api({"base_url": server.url}, api_key=server.key)


OFFLINE_SCRIPT = """
import pathlib, assay
run = assay.init(project="lives", id="moved", mode="offline", settings=assay.Settings(silent=True, save_code=True))
run.log({"page": "x" * 5_000_000})
pathlib.Path(run.dir, "own.txt").write_text("own")
pathlib.Path("now.txt").write_text("now")
pathlib.Path("live.txt").write_text("live")
run.save("now.txt", policy="now")
run.save("live.txt")
run.finish()
"""


def test_a_folder_that_was_moved_brings_all_that_it_holds(server: RunningServer, tmp_path: Path) -> None:
    where, elsewhere = tmp_path / "here", tmp_path / "there" / "another name"
    where.mkdir()
    elsewhere.parent.mkdir()
    script = where / "train.py"
    script.write_text(OFFLINE_SCRIPT)
    environment = environment_of(server, tmp_path)
    subprocess.run([sys.executable, str(script)], cwd=where, env=environment, check=True, timeout=100)
    (where / ".assay" / "moved").rename(elsewhere)
    done = subprocess.run(
        [sys.executable, "-m", "assay", "sync", str(elsewhere)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert "1 could not be taken" in done.stderr and "live.txt: it lies outside" in done.stderr
    run = api_of(server).run("lives/moved")
    [page] = [row["page"]["path"] for row in run.scan_history(keys=["page"])]
    assert {"own.txt", "now.txt", "code/train.py", page} <= {file.name for file in run.files()}
    with run.file("now.txt").download(tmp_path) as content:
        assert content.read() == "now"


RESUMING_SCRIPT = """
import assay
import math
config = {"clip": math.nan, "note": "NaN"}
run = assay.init(project="lives", id="two-lives", config=config, settings=assay.Settings(silent=True))
run.log({"loss": 1.0})
run.summary["best"] = {"val": {"acc": 0.5}, "epoch": 1}
run.finish()
run = assay.init(project="lives", id="two-lives", resume="must", settings=assay.Settings(silent=True))
assert math.isnan(run.config["clip"]) and run.config["note"] == "NaN", run.config
run.summary["best"]["val"]["acc"] = 0.9
run.summary["best"]["step"] = 7
del run.summary["best"]["epoch"]
assert run.summary["best"] == {"val": {"acc": 0.9}, "step": 7}, run.summary
run.finish()
"""


def test_a_resumed_run_changes_what_is_nested_in_its_summary(server: RunningServer, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", RESUMING_SCRIPT], cwd=tmp_path, env=environment_of(server, tmp_path), check=True, timeout=100
    )
    assert api_of(server).run("lives/two-lives").summary == {"loss": 1.0, "best": {"val": {"acc": 0.9}, "step": 7}}


ARTIFACT_SCRIPT = """
import pathlib, assay
run = assay.init(project="lives", id="maker", mode="offline", settings=assay.Settings(silent=True))
pathlib.Path("data.txt").write_text("rows")
run.log_artifact("data.txt", name="data", type="dataset")
run.finish()
"""


def test_an_artifact_that_one_run_has_is_not_lost_for_it_by_sending_the_folder_elsewhere(
    server: RunningServer, tmp_path: Path
) -> None:
    environment = {**environment_of(server, tmp_path), "ASSAY_MONITOR_S": "0"}
    subprocess.run([sys.executable, "-c", ARTIFACT_SCRIPT], cwd=tmp_path, env=environment, check=True, timeout=100)

    def sync(*options: str) -> str:
        command = [sys.executable, "-m", "assay", "sync", ".assay/maker", *options]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100)
        return done.stdout + done.stderr

    assert "could not" not in sync()
    assert "It cannot be read any more" in sync("--id", "twin")
    assert "sent" in sync("--dry-run") and "artifacts" not in sync("--dry-run")
    assert "could not" not in sync()
    assert [artifact.name for artifact in api_of(server).run("lives/maker").logged_artifacts()] == ["data:v0"]
