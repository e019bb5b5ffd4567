"""What a server that dies, or meets another, may not do (V1, V8): lose what it acknowledged, keep it twice, share its data."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from assay.testing.servers import RunningServer
from tests.infra.storms import Storm, die_at
from tests.infra.writers import Writers


def test_killing_the_server_loses_no_acknowledged_batch_and_doubles_none(tmp_path: Path, storm: Storm) -> None:
    kills = storm.times(8, 500)
    server = RunningServer(tmp_path / "data").start()
    try:
        with Writers(server, storm.seed) as writers:
            for _ in range(kills):
                writers.until_more(30)
                time.sleep(storm.dice.random() * 0.05)
                server.kill()
                server.start()
            findings = writers.judge()
    finally:
        server.stop()
    storm.tell(injected="kill -9 of the server while batches arrive", times=kills, acked=findings.acked, lost=0)


def test_a_server_that_dies_between_writing_and_answering_loses_and_doubles_nothing(tmp_path: Path, storm: Storm) -> None:
    points = ("log.written", "log.synced", "batch.kept")
    kills = storm.times(len(points), 150)
    server = RunningServer(tmp_path / "data").start()
    try:
        with Writers(server, storm.seed) as writers:
            for kill in range(kills):
                die_at(server, points[kill % len(points)], storm.dice.randrange(1, 200))
                writers.until_more(30)
            findings = writers.judge()
    finally:
        server.stop()
    storm.tell(injected=f"death of the server at {', '.join(points)}", times=kills, acked=findings.acked, lost=0)


def test_a_second_server_on_one_data_folder_refuses(server: RunningServer) -> None:
    command = [sys.executable, "-m", "assay", "server", "start", "--data", str(server.data), "--port", "0"]
    second = subprocess.run(command, env=server.environment, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 10
    assert "in use by another server" in second.stderr
    assert f", {server.url}). Stop it" in second.stderr
    assert "Traceback" not in second.stderr
    assert httpx.get(f"{server.url}/readyz").status_code == 200


def test_an_explicit_port_that_is_taken_is_an_error_with_the_next_step(server: RunningServer, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    with pytest.raises(AssertionError, match=rf"Cannot listen on 127\.0\.0\.1 port {port}.*--port") as error:
        RunningServer(tmp_path / "other", "--port", port).start()
    assert "Traceback" not in str(error.value)


def test_other_machines_are_let_in_only_when_an_admin_has_a_password(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no admin has a password yet"):
        RunningServer(tmp_path / "open", "--host", "0.0.0.0").start()


def test_a_folder_that_cannot_be_made_is_one_clear_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AssertionError, match=r"cannot be used .*--data") as error:
        RunningServer(tmp_path / "unused", "--data", str(tmp_path / "file" / "data")).start()
    assert "Traceback" not in str(error.value)
