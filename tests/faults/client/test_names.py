"""A server whose name cannot be looked up, or only after a while: logging goes on, what is wrong is said, and everything arrives
once the name is known again (C22)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.journal.folder import RunFolder
from assay.sdk.query import Api
from assay.testing.checker import History, accounts
from assay.testing.servers import RunningServer
from tests.infra.faulty_proxy import FaultyProxy
from tests.infra.names import NAME, Kind, NameServer
from tests.infra.storms import Storm

SOURCE = Path(__file__).resolve().parents[3] / "src"
ROWS = 200
LOG_S_MAX = 1.0  # of one call on a busy machine; what it has to do takes microseconds
INIT_S_MAX = 10.0
REQUEST_S_MAX = 25.0  # ten seconds for the name, and a busy machine's start of Python
SCRIPT = """
import sys, time, assay
from assay.testing.checker import row
seed, run_id, rows = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
began = time.monotonic()
run = assay.init(project="names", id=run_id, settings=assay.Settings(console="off", finish_timeout=60, monitor_s=0))
init_s, worst_s = time.monotonic() - began, 0.0
for step in range(rows):
    if step == rows // 2:
        print(init_s, worst_s, flush=True)
        sys.stdin.readline()
    began = time.monotonic()
    run.log(row(seed, "w", step))
    worst_s = max(worst_s, time.monotonic() - began)
run.finish()
print(worst_s, flush=True)
"""
UNTIL_TOLD = """
import sys, threading, time, assay
from assay.testing.checker import row
seed, run_id = int(sys.argv[1]), sys.argv[2]
run = assay.init(project="names", id=run_id, settings=assay.Settings(console="off", finish_timeout=60, monitor_s=0))
is_told = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), is_told.set()), daemon=True).start()
print("ready", flush=True)
step, worst_s = 0, 0.0
while not is_told.wait(0.005):
    began = time.monotonic()
    run.log(row(seed, "w", step))
    worst_s = max(worst_s, time.monotonic() - began)
    step += 1
run.finish()
print(step, worst_s, flush=True)
"""
SAID = {
    "unknown": f"its name {NAME} is not known",
    "failing": f"its name {NAME} cannot be looked up now",
    "silent": f"its name {NAME} was not found within 10 seconds",
    "garbage": f"its name {NAME}",
}


@pytest.fixture
def names(tmp_path: Path) -> Iterator[NameServer]:
    server = NameServer(tmp_path)
    yield server
    server.close()


@pytest.fixture(scope="module")
def named_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One that answers to a name of another machine."""
    running = RunningServer(tmp_path_factory.mktemp("server") / "data", "--allow-host", NAME)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def environment_of(server: RunningServer, home: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_")) and "proxy" not in name
    }
    port = server.url.rpartition(":")[2]
    return kept | {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "PYTHONPATH": str(SOURCE),
                   "ASSAY_BASE_URL": f"http://{NAME}:{port}", "ASSAY_API_KEY": server.key}  # fmt: skip


def start(
    names: NameServer, folder: Path, environment: dict[str, str], *arguments: object, code: str = SCRIPT
) -> subprocess.Popen[str]:
    command = names.command(sys.executable, "-c", code, *map(str, arguments))
    return subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(script: subprocess.Popen[str]) -> list[float]:
    assert script.stdout is not None
    return [float(word) for word in script.stdout.readline().split()]


def wait_for_rows(api: Api, path: str, count: int, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = len(list(api.run(path).scan_history()))
        except Exception as error:
            found, why = 0, str(error)
        else:
            why = f"{found} rows"
        if found >= count:
            return
        assert time.monotonic() < deadline, f"{count} rows did not arrive: {why}"
        time.sleep(0.3)


@pytest.mark.parametrize("kind", ["unknown", "failing", "silent", "late", "garbage"])
def test_a_name_that_is_not_found_costs_nothing_and_is_told(
    tmp_path: Path, names: NameServer, named_server: RunningServer, storm: Storm, kind: Kind
) -> None:
    names.kind = kind
    environment = environment_of(named_server, tmp_path)
    run_id, history = f"name-{kind}", History(storm.seed)
    history.ok("w", ROWS)
    folder = RunFolder(tmp_path / ".assay" / run_id)
    api = Api({"base_url": named_server.url}, api_key=named_server.key)
    with start(names, tmp_path, environment, storm.seed, run_id, ROWS) as script:
        init_s, worst_s = said(script)
        assert init_s < INIT_S_MAX
        assert worst_s < LOG_S_MAX
        if kind != "late":
            deadline = time.monotonic() + 60
            while SAID[kind] not in (((status := folder.read_status()) and status.message) or ""):
                assert time.monotonic() < deadline, status
                time.sleep(0.1)
            assert status is not None and "Your data is safe" in status.message
            began = time.monotonic()
            ask = names.command(sys.executable, "-m", "assay", "status", "--json")
            asked = subprocess.run(ask, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=100)
            assert asked.returncode == 7 and SAID[kind] in asked.stdout, asked.stdout + asked.stderr
            assert time.monotonic() - began < REQUEST_S_MAX
        assert names.asked > 0
        names.kind = "late" if kind == "late" else "answer"
        wait_for_rows(api, f"names/{run_id}", ROWS // 2)
        assert script.stdin is not None
        script.stdin.write("\n")
        script.stdin.flush()
        (worst_s,) = said(script)
        assert worst_s < LOG_S_MAX
    assert script.returncode == 0
    wait_for_rows(api, f"names/{run_id}", ROWS)
    findings = history.require_clean(api.run(f"names/{run_id}").scan_history(), kind)
    after = accounts(folder, ROWS, findings.stored)
    after.require_balance()
    assert after.waiting == 0
    storm.tell(injected=f"a name server that is {kind}", times=1, acked=ROWS, lost=0)


def test_names_that_come_and_go_while_connections_are_lost_lose_and_double_nothing(
    tmp_path: Path, names: NameServer, named_server: RunningServer, storm: Storm
) -> None:
    flips = storm.times(10, 300)
    names.late_s = 0.3
    kinds: tuple[Kind, ...] = ("answer", "unknown", "failing", "late", "garbage")
    environment = environment_of(named_server, tmp_path)
    with FaultyProxy(named_server.url, dice=storm.dice, odds=0.3, kinds=("refuse", "lose_reply")) as proxy:
        environment["ASSAY_BASE_URL"] = f"http://{NAME}:{proxy.url.rpartition(':')[2]}"
        with start(names, tmp_path, environment, storm.seed, "coming-and-going", code=UNTIL_TOLD) as script:
            assert script.stdout is not None and script.stdout.readline() == "ready\n"
            for _ in range(flips):
                names.kind = storm.dice.choice(kinds)
                time.sleep(storm.dice.uniform(0.05, 0.6))
            names.kind, proxy.odds = "answer", 0.0
            if not proxy.faults:  # while names failed hardly a request came
                proxy.plan.append("lose_reply")
            assert script.stdin is not None
            script.stdin.write("\n")
            script.stdin.flush()
            count, worst_s = said(script)
        assert script.returncode == 0
        assert worst_s < LOG_S_MAX
        history, rows = History(storm.seed), int(count)
        history.ok("w", rows)
        api = Api({"base_url": named_server.url}, api_key=named_server.key)
        wait_for_rows(api, "names/coming-and-going", rows)
        assert sum(proxy.faults.values()) > 0
    findings = history.require_clean(api.run("names/coming-and-going").scan_history())
    after = accounts(RunFolder(tmp_path / ".assay" / "coming-and-going"), rows, findings.stored)
    after.require_balance()
    assert after.waiting == 0
    storm.tell(injected="another answer of the name server, while connections are lost", times=flips, acked=rows, lost=0)
