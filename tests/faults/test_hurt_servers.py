"""A server whose disk fails or is full, that is stopped, overrun or copied while clients write: it keeps its word (V4–V15)."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from assay.testing.checker import History, rows_of
from assay.testing.factories import a_batch
from assay.testing.servers import RunningServer
from assay.wire import failpoints
from tests.infra.disks import small_disk
from tests.infra.storms import Storm
from tests.infra.writers import BATCH, Writers


def until(what: str, holds, deadline_s: float = 60) -> None:
    deadline = time.monotonic() + deadline_s
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def client(server: RunningServer) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {server.key}"}, timeout=60)


def new_run(server: RunningServer, beside: str, bytes_: int) -> int:
    """The status that the start of a run with so much config is answered with."""
    entity, project, _ = beside.split("/")
    address = f"/api/v1/projects/{entity}/{project}/runs/n{time.monotonic_ns()}"
    return client(server).put(address, json={"config": {"text": "x" * bytes_}, "writer": "w9"}).status_code


def test_a_server_whose_disk_fails_a_sync_acknowledges_nothing_more_and_says_so(tmp_path: Path, storm: Storm) -> None:
    server = RunningServer(tmp_path / "data").start()
    turns, acked = storm.times(1, 20), 0
    try:
        with Writers(server, storm.seed) as writers:
            for _ in range(turns):
                server.stop()
                server.environment[failpoints.VARIABLE] = f"log.written:{storm.dice.randrange(2, 100)}:EIO"
                server.start()
                until("a refused batch", lambda: writers.refusals)
                writers.refusals.clear()
                time.sleep(0.2)  # what was on its way when the sync failed is answered
                known = writers.acked
                until("refused batches", lambda: len(writers.refusals) > 10)
                assert {refusal.status_code for refusal in writers.refusals} == {503}
                assert "read-only" in writers.refusals[-1].json()["detail"]
                assert writers.acked == known
                assert rows_of(server.url, server.key, writers.run), "reading goes on"
                del server.environment[failpoints.VARIABLE]
                server.stop()
                writers.refusals.clear()
                server.start()
                writers.until_more(30)
            acked = writers.judge().acked
    finally:
        server.stop()
    storm.tell(injected="a sync of the log that fails with EIO", times=turns, acked=acked, lost=0)


def test_a_full_disk_stops_writers_only_and_only_while_it_is_full(tmp_path: Path, storm: Storm) -> None:
    turns = storm.times(1, 20)
    with small_disk(tmp_path / "disk", 96) as disk:
        server = RunningServer(disk / "data").start()
        try:
            with Writers(server, storm.seed) as writers:
                ballast = disk / "ballast"
                for _ in range(turns):
                    writers.until_more(30)
                    with ballast.open("wb") as file, pytest.raises(OSError, match="No space"):
                        while True:
                            os.write(file.fileno(), bytes(1 << 16))
                    # What the log had reserved is used up first; a run that is new needs room at once.
                    until("507", lambda: new_run(server, writers.run, 500_000) == 507)
                    assert len(rows_of(server.url, server.key, writers.run)) > 0
                    ballast.unlink()
                    until("room", lambda: new_run(server, writers.run, 1) == 200)
                    writers.until_more(30)
                acked = writers.judge().acked
        finally:
            server.stop()
    storm.tell(injected="a full disk of the server", times=turns, acked=acked, lost=0)


def test_a_server_that_stood_still_is_not_replaced_under_its_feet(shared_server: RunningServer, storm: Storm) -> None:
    server = shared_server
    command = [sys.executable, "-m", "assay", "server", "start", "--data", str(server.data), "--port", "0"]
    turns = storm.times(1, 20)
    with Writers(server, storm.seed) as writers:
        for _ in range(turns):
            writers.until_more(30)
            assert server.process is not None
            server.process.send_signal(signal.SIGSTOP)
            try:
                second = subprocess.run(command, env=server.environment, capture_output=True, text=True, timeout=60, check=False)
            finally:
                server.process.send_signal(signal.SIGCONT)
            assert second.returncode == 10
            assert f"process {server.process.pid}" in second.stderr
            writers.until_more(30)
        acked = writers.judge().acked
    storm.tell(injected="a second server while the first one stands still", times=turns, acked=acked, lost=0)


def test_runs_go_on_after_a_restart_and_none_is_called_crashed(tmp_path: Path, storm: Storm) -> None:
    count = storm.times(20, 1_000)
    server = RunningServer(tmp_path / "data").start()
    try:
        api = client(server)
        me = api.get("/api/v1/me").json()["username"]
        history = History(storm.seed)
        for n in range(count):
            address = f"/api/v1/projects/{me}/many/runs/r{n}"
            assert api.put(address, json={"writer": f"w{n}"}).status_code == 200
        for turn in range(2):
            for n in range(count):
                first = history.acked.get(f"w{n}", 0)
                batch = a_batch(history.rows(f"w{n}", 3), writer=f"w{n}", first_seq=first, first_step=first)
                answer = api.post(f"/api/v1/projects/{me}/many/runs/r{n}/batches", content=batch.encode(), headers=BATCH)
                history.ok(f"w{n}", answer.json()["acked_seq"] + 1)
            if turn == 0:
                server.kill()
                server.start()
                api = client(server)
        states = set()
        rows = []
        for n in range(count):
            states.add(api.get(f"/api/v1/projects/{me}/many/runs/r{n}").json()["state"])
            rows += rows_of(server.url, server.key, f"{me}/many/r{n}")
        assert states == {"running"}
        findings = history.require_clean(rows)
    finally:
        server.stop()
    storm.tell(injected="restart under connected runs", times=count, acked=findings.acked, lost=0)


def test_idle_and_slow_connections_do_not_keep_others_from_writing(shared_server: RunningServer, storm: Storm) -> None:
    server = shared_server
    port = int(server.url.rpartition(":")[2])
    count = storm.times(200, 3_000)
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(count, soft - 200)
    head = b"POST /api/v1/projects/a/b/runs/c/batches HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999\r\n"
    with Writers(server, storm.seed) as writers:
        sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
        try:
            for number, each in enumerate(sockets):
                if number % 2:  # half of them say half of what they want, and no more
                    each.sendall(head)
            writers.until_more(200)
        finally:
            for each in sockets:
                each.close()
        acked = writers.judge().acked
    storm.tell(injected="idle and half-finished connections", times=count, acked=acked, lost=0)


def test_a_server_without_file_descriptors_comes_back_when_it_has_some(shared_server: RunningServer, storm: Storm) -> None:
    server = shared_server
    port = int(server.url.rpartition(":")[2])
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    turns = storm.times(1, 20)
    with Writers(server, storm.seed) as writers:
        for _ in range(turns):
            writers.until_more(30)
            limits = process.rlimit(psutil.RLIMIT_NOFILE)
            process.rlimit(psutil.RLIMIT_NOFILE, (process.num_fds() + 5, limits[1]))
            sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
            time.sleep(0.5)
            for each in sockets:
                each.close()
            process.rlimit(psutil.RLIMIT_NOFILE, limits)
            writers.until_more(60)
        acked = writers.judge().acked
    storm.tell(injected="no file descriptors left", times=turns, acked=acked, lost=0)


def test_repeated_overlapping_and_hasty_batches_leave_each_row_once(shared_server: RunningServer, storm: Storm) -> None:
    """What a network may do to batches: two writers, any range again, overlaps, and gaps, which are refused with a number."""
    server = shared_server
    api = client(server)
    me = api.get("/api/v1/me").json()["username"]
    address = f"/api/v1/projects/{me}/faults/runs/mutated"
    history, gaps, turns = History(storm.seed), 0, storm.times(300, 10_000)
    for writer in ("a", "b"):
        assert api.put(address, json={"writer": writer}).status_code == 200
    for _ in range(turns):
        writer = storm.dice.choice("ab")
        known = history.acked.get(writer, 0)
        first = max(0, known + storm.dice.choice([-20, -3, -1, 0, 0, 0, 1, 5]))
        count = storm.dice.randrange(1, 12)
        if first > known:
            rows = [History(storm.seed).rows(writer, count, first)[n] for n in range(count)]
        else:
            rows = history.rows(writer, count, first)
        batch = a_batch(rows, writer=writer, first_seq=first, first_step=first)
        answer = api.post(f"{address}/batches", content=batch.encode(), headers=BATCH)
        if first > known:
            gaps += 1
            assert (answer.status_code, answer.json()["code"]) == (409, "sequence_gap")
            assert answer.json()["fields"]["expected"] == known
            continue
        assert answer.status_code == 200
        history.ok(writer, answer.json()["acked_seq"] + 1)
        assert history.acked[writer] == max(known, first + count)
    assert gaps
    findings = history.require_clean(rows_of(server.url, server.key, f"{me}/faults/mutated"))
    storm.tell(injected="repeats, overlaps and gaps", times=turns, acked=findings.acked, lost=0)


def test_a_backup_taken_while_clients_write_holds_all_that_was_acknowledged_before(
    shared_server: RunningServer, tmp_path: Path, storm: Storm
) -> None:
    server = shared_server
    turns, acked = storm.times(1, 20), 0

    def assay(*words: str) -> None:
        command = [sys.executable, "-m", "assay", "server", *words]
        done = subprocess.run(command, env=server.environment, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr

    with Writers(server, storm.seed) as writers:
        for turn in range(turns):
            writers.until_more(60)
            known = dict(writers.history.acked)
            assay("backup", str(tmp_path / f"copy{turn}"), "--data", str(server.data))
            assay("restore", str(tmp_path / f"copy{turn}"), "--data", str(tmp_path / f"again{turn}"))
            again = RunningServer(tmp_path / f"again{turn}").start()
            try:
                rows = rows_of(again.url, again.key, writers.run)
            finally:
                again.stop()
            history = History(storm.seed, invoked=dict(writers.history.invoked), acked=known)
            acked += history.require_clean(rows, "restored").acked
        writers.judge()
    storm.tell(injected="backup and restore while clients write", times=turns, acked=acked, lost=0)


def test_a_server_that_gets_no_more_memory_refuses_or_dies_and_keeps_its_word(tmp_path: Path, storm: Storm) -> None:
    server = RunningServer(tmp_path / "data").start()
    turns, deaths = storm.times(1, 40), 0
    try:
        with Writers(server, storm.seed) as writers:
            for _ in range(turns):
                writers.until_more(30)
                assert server.process is not None
                process = psutil.Process(server.process.pid)
                limits = process.rlimit(psutil.RLIMIT_AS)
                process.rlimit(psutil.RLIMIT_AS, (process.memory_info().vms + storm.dice.randrange(1 << 22), limits[1]))
                for _ in range(5):  # each of them asks for much at once
                    try:
                        new_run(server, writers.run, 4_000_000)
                    except httpx.HTTPError:
                        pass
                try:
                    server.process.wait(1)  # one that dies tells first what it died of
                    deaths += 1
                    server.kill()
                    server.start()
                except subprocess.TimeoutExpired:
                    process.rlimit(psutil.RLIMIT_AS, limits)
                writers.until_more(60)
            acked = writers.judge().acked
    finally:
        server.stop()
    storm.tell(injected="no more memory", times=turns, acked=acked, lost=0, deaths=deaths)
