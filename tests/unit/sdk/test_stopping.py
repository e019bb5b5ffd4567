"""A stop from the run's page reaches the script: as an exception, unless it looks for itself."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import assay
from assay.journal.folder import SyncStatus


def _stop(run: assay.Run) -> None:
    """What `sync` writes when an acknowledgement says so."""
    run.folder.write_status(SyncStatus(pid=os.getpid(), state="live", url="http://h/r", stop=True, updated_at=time.time()))


def test_a_script_that_looks_is_told_and_not_interrupted(alone: Path) -> None:
    run = assay.init(mode="offline")
    assert not run.should_stop()
    _stop(run)
    assert run.keeper is not None
    run.keeper.tick()
    assert run.should_stop()


def test_on_stop_flag_leaves_the_script_alone(alone: Path) -> None:
    run = assay.init(mode="offline", settings={"on_stop": "flag"})
    _stop(run)
    assert run.keeper is not None
    run.keeper.tick()
    assert run.should_stop()


@pytest.mark.parametrize("ignores", [False, True], ids=["foreground", "background job of a shell"])
def test_a_script_that_does_not_look_gets_an_interrupt(alone: Path, ignores: bool) -> None:
    script = textwrap.dedent(
        f"""
        import os, signal, time
        if {ignores}:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        import assay
        from assay.journal.folder import SyncStatus
        run = assay.init(mode="offline", settings={{"flush_interval": 0.05}})
        status = SyncStatus(pid=os.getpid(), state="live", url="http://h/r", stop=True, updated_at=time.time())
        run.folder.write_status(status)
        try:
            with run:
                for _ in range(10_000):
                    time.sleep(0.01)
        except KeyboardInterrupt:
            print("stopped", flush=True)
            raise SystemExit(0)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=90, env={**os.environ, "ASSAY_SILENT": "0"}
    )
    assert "stopped" in done.stdout, done.stderr
    assert "was asked to stop" in done.stderr + done.stdout
