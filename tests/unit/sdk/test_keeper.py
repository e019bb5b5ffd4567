"""What a run hears from who sends it."""

from __future__ import annotations

import time

import pytest

import assay
from assay.journal import folder as journal_folder
from assay.journal.folder import RunFolder, SyncStatus
from assay.sdk.keeper import Keeper


def test_a_clock_that_is_set_back_does_not_make_a_run_deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    run = assay.init(project="clocks", mode="offline")
    keeper = Keeper(run, interval_s=60.0, sender=None)
    monkeypatch.setattr(journal_folder.time, "time", lambda began=time.time(): began - 3600)
    run.folder.write_status(SyncStatus(state="live", url="http://here/run", stop=True))
    status = keeper.look()
    assert status is not None and status.stop


def test_what_an_earlier_session_left_behind_does_not_count() -> None:
    run = assay.init(project="clocks", mode="offline")
    RunFolder(run.folder.path).write_status(SyncStatus(state="refused", message="no"))
    keeper = Keeper(run, interval_s=60.0, sender=None)
    assert keeper.look() is None
    run.folder.write_status(SyncStatus(state="live", url="http://here/run"))
    status = keeper.look()
    assert status is not None and status.state == "live"
