"""C7: the server is killed in the middle of runs and comes back; every row is there once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from assay.client.target import Target
from assay.journal.folder import RunFolder
from assay.journal.frames import Head
from assay.journal.writer import JournalWriter
from assay.sdk.query import Api
from assay.sync.run import RunSync
from assay.testing.servers import RunningServer
from assay.wire.records import Finish, Start
from tests.infra.faulty_proxy import FaultyProxy


@pytest.mark.slow
def test_a_server_killed_mid_run_loses_and_doubles_nothing(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "data").start()
    folder = RunFolder(tmp_path / ".assay" / "restarts")
    folder.create()
    journal = JournalWriter.create(folder.journal_path("w0000001"), Head("w0000001", "restarts"))
    journal.append(Start("", "faults", "restarts", "w0000001", {"writer": "w0000001"}))
    skipped = [0.0]
    step = 0
    # The proxy keeps one address while the server takes a new port at every start.
    with FaultyProxy(server.url) as proxy:
        sync = RunSync(folder, lambda: Target(proxy.url, server.key, "test"), clock=lambda: time.monotonic() + skipped[0])
        for round_ in range(4):
            for _ in range(10):
                for _ in range(100):
                    journal.append_row(("a", "b"), step, float(step), [float(step), step])
                    step += 1
                sync.tick()
            if round_ < 3:
                server.kill()
                for _ in range(3):
                    journal.append_row(("a", "b"), step, float(step), [float(step), step])
                    step += 1
                    skipped[0] += 61
                    sync.tick()
                    assert sync.status.state == "offline"
                    assert str(folder.path) in sync.status.message
                server.start()
                proxy.point_at(server.url)
                skipped[0] += 61
        journal.append(Finish("finished", 0, float(step)))
        journal.close()
        give_up_at = time.monotonic() + 60
        while not (sync.has_ended and sync.is_complete):
            assert time.monotonic() < give_up_at, sync.status
            skipped[0] += 1
            sync.tick()
        sync.close("done")
    run = Api({"base_url": server.url}, api_key=server.key).run("faults/restarts")
    rows = list(run.scan_history())
    server.stop()
    assert [row["a"] for row in rows] == [float(number) for number in range(step)]
    assert [row["b"] for row in rows] == list(range(step))
    assert run.state == "finished"
