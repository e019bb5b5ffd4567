"""C8–C11, V12: a real sender, a real server, and a network between them that loses, tears, delays and lies.

Zero lost, zero doubled, read back through the API: every value is its own step."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from assay.client.target import Target
from assay.journal.folder import RunFolder
from assay.journal.frames import Head
from assay.journal.writer import JournalWriter
from assay.sdk.query import Api
from assay.sync.run import RunSync
from assay.testing.servers import RunningServer
from assay.wire.records import Console, File, Finish, Start
from tests.infra.faulty_proxy import ALL, Fault, FaultyProxy


class HurriedClock:
    """Time that runs as fast as it is asked to: waits of a minute cost nothing, and their order stays."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.skipped


def run_folder(tmp_path: Path, run_id: str, writers: int = 1) -> tuple[RunFolder, list[JournalWriter]]:
    folder = RunFolder(tmp_path / ".assay" / run_id)
    folder.create()
    journals = []
    for number in range(writers):
        name = f"w{number:08x}"
        journal = JournalWriter.create(folder.journal_path(name), Head(name, run_id, "", "faults"))
        journal.append(Start("", "faults", run_id, name, {"writer": name, "rank": number}, "", number == 0))
        journals.append(journal)
    return folder, journals


def send_all(sync: RunSync, clock: HurriedClock, deadline_s: float = 120) -> None:
    give_up_at = time.monotonic() + deadline_s
    while not (sync.has_ended and sync.is_complete):
        assert time.monotonic() < give_up_at, sync.status
        assert not sync.is_refused, sync.status
        before = time.monotonic()
        wait_s = sync.tick()
        if sync.status.state != "live":
            clock.skipped += max(0.0, wait_s - (time.monotonic() - before))
        sync.contents.finish() if sync.has_ended else None
        time.sleep(0.002)


def api(server: RunningServer) -> Api:
    return Api({"base_url": server.url}, api_key=server.key)


@pytest.mark.parametrize("seed", range(3))
def test_a_storm_of_faults_loses_nothing_and_doubles_nothing(tmp_path: Path, shared_server: RunningServer, seed: int) -> None:
    print(f"seed {seed}")
    dice = Random(seed)
    run_id = f"storm-{seed}"
    folder, (first, second) = run_folder(tmp_path, run_id, writers=2)
    (tmp_path / "weights.bin").write_bytes(dice.randbytes(300_000))
    clock = HurriedClock()
    with FaultyProxy(shared_server.url, dice=dice, odds=0.4) as proxy:
        sync = RunSync(
            folder, lambda: Target(proxy.url, shared_server.key, "test"), files_root=tmp_path, clock=clock, random=dice
        )
        first.append(File("weights.bin", "now", str(tmp_path / "weights.bin")))
        for step in range(3000):
            first.append_row(("a",), step, float(step), [float(step)])
            second.append_row(("b",), step, float(step), [step])
            if step % 100 == 0:
                clock.skipped += 61  # no wait is longer: every tick calls the server, whatever the one before met
                sync.tick()
            if step % 500 == 0:
                first.append(Console("stdout", [float(step)], [f"line {step}"]))
        for journal in (first, second):
            journal.append(Finish("finished", 0, 3000.0))
            journal.close()
        send_all(sync, clock)
        sync.close("done")
        assert sum(proxy.faults.values()) > 3, proxy.faults
    run = api(shared_server).run(f"faults/{run_id}")
    rows = list(run.scan_history())
    assert [row["a"] for row in rows] == [float(step) for step in range(3000)]
    assert [row["b"] for row in rows] == list(range(3000))
    assert run.console() == [f"line {step}" for step in range(0, 3000, 500)]
    assert run.state == "finished"
    content = run.file("weights.bin").download(tmp_path / "down").name
    assert Path(content).read_bytes() == (tmp_path / "weights.bin").read_bytes()


@pytest.mark.parametrize("fault", ALL)
def test_each_fault_alone_is_survived(tmp_path: Path, shared_server: RunningServer, fault: Fault) -> None:
    folder, (journal,) = run_folder(tmp_path, f"one-{fault}")
    for step in range(200):
        journal.append_row(("a",), step, float(step), [float(step)])
    journal.append(Finish("finished", 0, 200.0))
    journal.close()
    clock = HurriedClock()
    with FaultyProxy(shared_server.url) as proxy:
        proxy.matches = lambda line: "/batches" in line
        proxy.plan.extend([fault, fault, None])
        sync = RunSync(folder, lambda: Target(proxy.url, shared_server.key, "test"), clock=clock)
        send_all(sync, clock)
        sync.close("done")
        assert proxy.faults[fault] >= 1
    rows = list(api(shared_server).run(f"faults/one-{fault}").scan_history())
    assert [row["a"] for row in rows] == [float(step) for step in range(200)]


def test_batches_too_large_for_a_proxy_are_cut_until_they_pass(tmp_path: Path, shared_server: RunningServer) -> None:
    """A 413 that is not ours: nginx in front of the server."""
    folder, (journal,) = run_folder(tmp_path, "small-door")
    for step in range(500):
        journal.append_row(("a",), step, float(step), [float(step)])
    journal.append(Finish("finished", 0, 500.0))
    journal.close()
    clock = HurriedClock()
    with FaultyProxy(shared_server.url) as proxy:
        proxy.matches = lambda line: "/batches" in line
        proxy.plan.extend(["413", "413", "413"])
        sync = RunSync(folder, lambda: Target(proxy.url, shared_server.key, "test"), clock=clock)
        send_all(sync, clock)
        assert sync.refused_count == 0
        sync.close("done")
    assert len(list(api(shared_server).run("faults/small-door").scan_history())) == 500


def test_two_senders_of_one_folder_leave_one_copy(tmp_path: Path, shared_server: RunningServer) -> None:
    """C19: another host sends the same journal from a copy, interleaved."""
    folder, (journal,) = run_folder(tmp_path, "twice")
    clock = HurriedClock()
    senders = [RunSync(folder, lambda: Target(shared_server.url, shared_server.key, "test"), clock=clock) for _ in range(2)]
    for step in range(300):
        journal.append_row(("a",), step, float(step), [float(step)])
        senders[step % 2].tick() if step % 10 < 2 else None
    journal.append(Finish("finished", 0, 300.0))
    journal.close()
    for sync in senders:
        send_all(sync, clock)
    for sync in senders:
        sync.close("done")
    run = api(shared_server).run("faults/twice")
    assert [row["a"] for row in run.scan_history()] == [float(step) for step in range(300)]
    assert run.state == "finished"
