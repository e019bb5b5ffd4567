"""An offline run records its system metrics too, and `assay sync` finds them in the folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from assay.journal.reader import JournalReader
from assay.wire.records import Finish, Row, Shape

SCRIPT = """
import time, assay
run = assay.init(project="p", mode="offline", settings=assay.Settings(monitor_s=1))
end = time.monotonic() + 60
import glob
while time.monotonic() < end and not any(len(open(p, "rb").read()) > 1500 for p in glob.glob(".assay/*/s*.journal")):
    run.log({"loss": 1.0})
    time.sleep(0.1)
"""


def test_system_metrics_are_recorded_without_a_server(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "HOME": str(tmp_path),
        "ASSAY_DATA": str(tmp_path / "none"),
    }
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    (journal,) = tmp_path.glob(".assay/*/s*.journal")
    deadline = time.monotonic() + 30
    while not isinstance((records := _records(journal))[-1], Finish) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert isinstance(records[-1], Finish), "the process beside the script ends with it"
    keys = {key for record in records if isinstance(record, Shape) for key in record.keys if record.channel == "system"}
    assert {"cpu", "memory_percent"} <= keys
    assert any(isinstance(record, Row) for record in records)


def _records(path: Path) -> list[object]:
    with JournalReader(path) as reader:
        return [record for _, record, _ in reader.records()]
