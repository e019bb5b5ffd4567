"""A script whose server is gone, whose clock jumps, whose home takes no files: it trains on, ends as it would, and the accounts
of its rows balance (C7, C10, C12, C17, C21)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay.journal.folder import RunFolder
from assay.journal.reader import last_records
from assay.sdk.query import Api
from assay.testing.checker import History, accounts
from assay.testing.servers import RunningServer
from assay.wire.records import Finish, Row
from tests.infra.faulty_proxy import FaultyProxy
from tests.infra.senders import kill_senders
from tests.infra.storms import Storm

ROWS = 300
SCRIPT = """
import os, sys, time, assay
from assay.testing.checker import row
seed, run_id, jumps = int(sys.argv[1]), sys.argv[2], sys.argv[3] == "jumps"
run = assay.init(project="hurt", id=run_id, settings=assay.Settings(console="off", finish_timeout=2))
real = time.time
for step in range(300):
    if jumps:
        time.time = lambda: real() + (step % 3 - 1) * 365 * 86_400
    run.log(row(seed, "w", step))
sys.exit(3)
"""


def environment_of(url: str, key: str, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
    return kept | {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "ASSAY_BASE_URL": url, "ASSAY_API_KEY": key}


def train(folder: Path, run_id: str, seed: int, environment: dict[str, str], kind: str = "-") -> subprocess.CompletedProcess[str]:
    """What the script ends with must be its own; that it ends at all, the deadline says."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(seed), run_id, kind], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=150, check=False,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    return done


def sync(folder: Path, environment: dict[str, str]) -> None:
    kill_senders(folder)  # one that is left from the script would go on calling where it was told to
    command = [sys.executable, "-m", "assay", "sync", str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("fault", ["refuse", "lose_reply", "captive"])
def test_a_script_without_a_server_ends_as_it_would_and_its_rows_wait(
    tmp_path: Path, shared_server: RunningServer, storm: Storm, fault: str
) -> None:
    """Nothing arrives from the first batch on; later `assay sync` brings every row there, once."""
    run_id = f"gone-{fault.replace('_', '-')}"
    history = History(storm.seed)
    history.ok("w", ROWS)
    api = Api({"base_url": shared_server.url}, api_key=shared_server.key)
    with FaultyProxy(shared_server.url, odds=1.0, kinds=(fault,)) as proxy:  # type: ignore[arg-type]
        proxy.matches = lambda line: "/batches" in line
        told = train(tmp_path, run_id, storm.seed, environment_of(proxy.url, shared_server.key, tmp_path)).stderr
        assert proxy.faults[fault] > 0
    folder = RunFolder(tmp_path / ".assay" / run_id)
    assert "assay sync" in told, told
    if fault != "lose_reply":
        before = accounts(folder, ROWS, 0)
        before.require_balance()
        assert before.waiting == ROWS
    sync(folder.path, environment_of(shared_server.url, shared_server.key, tmp_path))
    findings = history.require_clean(api.run(f"hurt/{run_id}").scan_history(), fault)
    after = accounts(folder, ROWS, findings.stored)
    after.require_balance()
    assert after.waiting == 0
    storm.tell(injected=f"a server that is not there ({fault})", times=1, acked=ROWS, lost=0)


def test_system_metrics_end_with_a_script_whose_server_is_away(tmp_path: Path) -> None:
    """Who sends goes on calling for an hour; what the machine does meanwhile is not the run's."""
    script = (
        "import time, assay\n"
        "run = assay.init(project='hurt', id='away', settings=assay.Settings(console='off', finish_timeout=0, monitor_s=1))\n"
        "run.log({'x': 1})\ntime.sleep(2.5)\n"
    )
    environment = environment_of("http://127.0.0.1:9", "asy_" + "a" * 36, tmp_path)
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60)
    folder = RunFolder(tmp_path / ".assay" / "away")
    try:
        (readings,) = (path for path in folder.journals() if path.name.startswith("s"))
        until = time.monotonic() + 10
        while not (tail := last_records(readings)) or not isinstance(tail[-1][1], Finish):
            assert time.monotonic() < until, tail[-1:]
            time.sleep(0.05)
        assert any(isinstance(record, Row) for _, record in tail)
    finally:
        kill_senders(folder.path)


def test_rows_keep_their_order_while_the_clock_jumps_by_years(tmp_path: Path, shared_server: RunningServer, storm: Storm) -> None:
    environment = environment_of(shared_server.url, shared_server.key, tmp_path)
    train(tmp_path, "jumping", storm.seed, environment, "jumps")
    folder = tmp_path / ".assay" / "jumping"
    sync(folder, environment)
    history = History(storm.seed)
    history.ok("w", ROWS)
    run = Api({"base_url": shared_server.url}, api_key=shared_server.key).run("hurt/jumping")
    findings = history.require_clean(run.scan_history())
    assert run.state == "failed"
    storm.tell(injected="the script's clock set by a year, before every row", times=ROWS, acked=findings.acked, lost=0)


@pytest.mark.parametrize("hurt", ["home", "temporary", "sender"])
def test_a_script_with_a_home_that_takes_nothing_or_no_sender_keeps_its_rows(
    tmp_path: Path, shared_server: RunningServer, storm: Storm, hurt: str
) -> None:
    environment = environment_of(shared_server.url, shared_server.key, tmp_path)
    if hurt == "home":  # root writes anywhere but here
        environment |= {"HOME": "/proc/nowhere", "XDG_CONFIG_HOME": "/proc/nowhere", "XDG_CACHE_HOME": "/proc/nowhere"}
    elif hurt == "temporary":
        environment |= {"TMPDIR": "/proc/nowhere"}
    else:  # a sender that ends before it has begun
        package = tmp_path / "blocked"
        package.mkdir()
        (package / "sitecustomize.py").write_text("import os, sys\nif 'assay.sync' in sys.orig_argv: os._exit(1)\n")
        environment["PYTHONPATH"] = os.pathsep.join([str(package), environment.get("PYTHONPATH", "")])
    train(tmp_path, f"no-{hurt}", storm.seed, environment)
    folder = RunFolder(tmp_path / ".assay" / f"no-{hurt}")
    sync(folder.path, environment_of(shared_server.url, shared_server.key, tmp_path))
    history = History(storm.seed)
    history.ok("w", ROWS)
    run = Api({"base_url": shared_server.url}, api_key=shared_server.key).run(f"hurt/no-{hurt}")
    findings = history.require_clean(run.scan_history(), hurt)
    accounts(folder, ROWS, findings.stored).require_balance()
