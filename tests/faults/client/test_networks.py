"""A network that drops packets between a script and its server (C23)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import get_args

from assay.journal.folder import RunFolder
from assay.sdk.query import Api
from assay.server.bootstrap import open_metadata_catalog
from assay.server.services import secrets
from assay.testing.checker import History, accounts
from assay.testing.servers import RunningServer
from tests.infra.networks import SERVER, Cable, Fault, two_machines
from tests.infra.senders import kill_senders
from tests.infra.storms import Storm

SOURCE = Path(__file__).resolve().parents[3] / "src"
LOG_S_MAX = 1.0  # of one call on a busy machine; what it has to do takes microseconds
SENT_S = 180  # a request that fell into the void is given up after half a minute, and the next try may wait as long
SCRIPT = """
import sys, threading, time, assay
from assay.testing.checker import row
seed = int(sys.argv[1])
run = assay.init(project="networks", id="r1", settings=assay.Settings(console="off", finish_timeout=5, monitor_s=0))
is_told = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), is_told.set()), daemon=True).start()
print("ready", flush=True)
step, worst_s = 0, 0.0
while not is_told.wait(0.005):
    began = time.monotonic()
    run.log(row(seed, "w", step))
    worst_s = max(worst_s, time.monotonic() - began)
    step += 1
began = time.monotonic()
run.finish()
print(step, worst_s, time.monotonic() - began, flush=True)
"""


def server_in(cable: Cable, data: Path) -> RunningServer:
    """One that listens on the cable: other machines are let in once an admin has a password."""
    with open_metadata_catalog(data) as catalog:
        admin = catalog.accounts.first_admin("ada")
        with catalog.stores.metadata.begin() as unit:
            unit.accounts.save_user(replace(admin, password_hash=secrets.hash_password("correct horse battery staple")))
    return RunningServer(data, "--host", SERVER, launcher=cable.command(cable.server))


def test_a_network_that_drops_packets_costs_time_and_no_row(tmp_path: Path, storm: Storm) -> None:
    faults = storm.times(6, 80)
    history, folder = History(storm.seed), RunFolder(tmp_path / ".assay" / "r1")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_")) and "proxy" not in name
    }
    with two_machines() as cable:
        server = server_in(cable, tmp_path / "data").start()
        try:
            environment = {**kept, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config"), "PYTHONPATH": str(SOURCE),
                           "ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key}  # fmt: skip
            command = cable.command(cable.client, sys.executable, "-c", SCRIPT, str(storm.seed))
            with subprocess.Popen(
                command, cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            ) as script:
                assert script.stdout is not None and script.stdout.readline() == "ready\n"
                kinds: tuple[Fault, ...] = get_args(Fault)
                assert cable.reaches(server.url)
                for number in range(faults):
                    fault = kinds[number] if number < len(kinds) else storm.dice.choice(kinds)
                    cable.hurt(fault)
                    assert number >= len(kinds) or not cable.reaches(server.url), f"{fault} hurts nobody"
                    time.sleep(storm.dice.uniform(0.2, 2.0))
                    cable.mend()
                    time.sleep(storm.dice.uniform(0.1, 0.6))
                said = script.communicate("\n", timeout=60)[0].split()
            assert script.returncode == 0
            rows, worst_s, finish_s = int(said[0]), float(said[1]), float(said[2])
            assert worst_s < LOG_S_MAX
            assert finish_s < 30
            history.ok("w", rows)
            deadline = time.monotonic() + SENT_S
            while (status := folder.read_status()) is None or status.state != "done":
                assert time.monotonic() < deadline, status
                time.sleep(0.2)
        finally:
            server.stop()
            kill_senders(folder.path)
    again = RunningServer(tmp_path / "data").start()
    try:
        run = Api({"base_url": again.url}, api_key=again.key).run("networks/r1")
        findings = history.require_clean(run.scan_history())
        assert run.state == "finished"
    finally:
        again.stop()
    after = accounts(folder, rows, findings.stored)
    after.require_balance()
    assert after.waiting == 0
    storm.tell(injected="a network that drops everything, its replies, or has no way", times=faults, acked=rows, lost=0)
