"""C1: `kill -9` of the script, its sender, or both, right after `log()`: no row that was logged is lost, none is doubled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay.journal.folder import RunFolder
from assay.sdk.query import Api
from assay.testing.checker import History, accounts
from assay.testing.servers import RunningServer
from tests.infra.senders import senders_of
from tests.infra.storms import Storm

SCRIPT = """
import sys, assay
from assay.testing.checker import row
run_id, folder, rows, seed = sys.argv[1:]
run = assay.init(project="kills", id=run_id, dir=folder, settings=assay.Settings(silent=True))
for step in range(int(rows)):
    run.log(row(int(seed), run_id, step))
    sys.stdout.write(f"{step}\\n")
    sys.stdout.flush()
sys.stdin.read()
"""


def start(run_id: str, folder: Path, rows: int, seed: int, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, run_id, str(folder), str(rows), str(seed)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


def environment_of(server: RunningServer, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
    return {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key,
            "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"), "ASSAY_MONITOR_S": "1"}  # fmt: skip


def wait_for(what: str, true, deadline_s: float = 60.0):
    give_up_at = time.monotonic() + deadline_s
    while not (found := true()):
        assert time.monotonic() < give_up_at, what
        time.sleep(0.02)
    return found


@pytest.mark.slow
def test_a_kill_right_after_log_loses_no_row(tmp_path: Path, shared_server: RunningServer, storm: Storm) -> None:
    dice, kills, acked = storm.dice, storm.times(15, 300), 0
    environment = environment_of(shared_server, tmp_path)
    api = Api({"base_url": shared_server.url}, api_key=shared_server.key)
    for kill in range(kills):
        victim = ("script", "sync", "both")[kill % 3]
        run_id, rows = f"kill-{kill}", dice.choice([1, 5, 50, 400])
        script = start(run_id, tmp_path, rows, storm.seed, environment)
        assert script.stdout is not None
        logged = -1
        stop_after = dice.randint(1, rows)
        for line in script.stdout:
            logged = int(line)
            if logged + 1 >= stop_after:
                break
        folder = tmp_path / ".assay" / run_id
        if dice.random() < 0.5:  # sometimes the sender is still starting, sometimes in the middle of it
            wait_for("a sender", lambda folder=folder: senders_of(folder))
        if victim in {"script", "both"}:
            script.send_signal(signal.SIGKILL)
            script.wait()
        if victim in {"sync", "both"}:
            for sender in senders_of(folder):
                sender.kill()
        if victim == "sync":
            script.kill()  # it logs no more; what it had logged is in the journal
            script.wait()
        written = RunFolder(folder).journals()
        assert written, (kill, victim)

        # Whatever the killed sender left undone, `assay sync` does; where one still lives, it says so and we wait for it.
        def sent(folder: Path = folder) -> bool:
            result = subprocess.run(
                [sys.executable, "-m", "assay", "sync", "--json", str(folder)], env=environment, capture_output=True, text=True
            )
            assert result.returncode == 0, result.stderr
            (outcome,) = json.loads(result.stdout)
            return outcome["state"] == "sent"

        wait_for("everything sent", sent, 120)
        run = api.run(f"kills/{run_id}")
        history = History(storm.seed, invoked={run_id: rows}, acked={run_id: logged + 1})
        findings = history.require_clean(run.scan_history(), kill, victim)
        acked += findings.acked
        accounts(RunFolder(folder), findings.stored, findings.stored).require_balance()
        assert run.state == "crashed", (kill, victim)
        script.stdin.close() if script.stdin else None
        script.stdout.close()
    storm.tell(injected="kill -9 of script, sender or both right after log()", times=kills, acked=acked, lost=0)


def test_a_sender_that_dies_is_replaced_while_the_script_trains(tmp_path: Path, shared_server: RunningServer) -> None:
    environment = environment_of(shared_server, tmp_path)
    script = start("replaced", tmp_path, 3, 0, environment)
    folder = tmp_path / ".assay" / "replaced"
    (first, *_) = wait_for("a sender", lambda: senders_of(folder))
    first.kill()
    wait_for("another sender", lambda: [p for p in senders_of(folder) if p.pid != first.pid], 90)
    assert script.stdin is not None
    out, _ = script.communicate("", timeout=90)
    assert out.split() == ["0", "1", "2"]
    api = Api({"base_url": shared_server.url}, api_key=shared_server.key)
    wait_for("the run's end", lambda: _state(api, "kills/replaced") == "finished")
    History(0, acked={"replaced": 3}, invoked={"replaced": 3}).require_clean(api.run("kills/replaced").scan_history())


def _state(api: Api, path: str) -> str:
    try:
        return api.run(path).state
    except Exception:
        return ""
