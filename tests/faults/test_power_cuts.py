"""Loss of power, on a real file system: its image is copied at a random moment and holds what had reached the disk (C2, V2)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay.journal.folder import RunFolder
from assay.journal.reader import JournalReader
from assay.testing.checker import History, rows_of
from assay.testing.servers import RunningServer
from assay.wire.records import Row, Shape
from tests.infra.disks import fragile_disk
from tests.infra.storms import Storm
from tests.infra.writers import Writers

SCRIPT = """
import sys, time, assay
from assay.testing.checker import row
seed, folder, durability = sys.argv[1:]
settings = assay.Settings(silent=True, console="off")
run = assay.init(project="p", id="r", dir=folder, mode="offline", settings=settings, durability=durability)
step = 0
while True:
    run.log(row(int(seed), "w", step))
    sys.stdout.write(f"{step} {time.monotonic()}\\n")
    sys.stdout.flush()
    step += 1
    time.sleep(0.002)
"""


def test_a_server_has_every_acknowledged_batch_after_a_power_cut(tmp_path: Path, storm: Storm) -> None:
    cuts, acked = storm.times(2, 200), 0
    with fragile_disk(tmp_path / "disk") as disk:
        server = RunningServer(disk.folder / "data").start()
        try:
            with Writers(server, storm.seed) as writers:
                for cut in range(cuts):
                    writers.until_more(60)
                    time.sleep(storm.dice.random() * 0.2)
                    assert server.process is not None
                    server.process.send_signal(signal.SIGSTOP)
                    known = dict(writers.history.acked)
                    try:
                        with disk.lose_power() as found:
                            # Whatever is acknowledged from here on is none of the copy's business; what it invented would be.
                            server.process.send_signal(signal.SIGCONT)
                            again = RunningServer(found / "data").start()
                            try:
                                rows = rows_of(again.url, again.key, writers.run)
                            finally:
                                again.stop()
                    finally:
                        server.process.send_signal(signal.SIGCONT)
                    history = History(storm.seed, invoked=dict(writers.history.invoked), acked=known)
                    acked += history.require_clean(rows, f"power cut {cut}").acked
        finally:
            server.stop()
    storm.tell(injected="power cut of the server's disk", times=cuts, acked=acked, lost=0)


@pytest.mark.parametrize("durability", ["row", "interval"])
def test_a_script_loses_at_most_what_was_not_yet_flushed(tmp_path: Path, storm: Storm, durability: str) -> None:
    """With `durability="row"` nothing. Else the rows since the last flush, never a wrong one and none before."""
    cuts, lost_s = storm.times(3, 100), 0.0
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
    environment |= {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "ASSAY_DATA": str(tmp_path / "none"),
                    "ASSAY_FLUSH_INTERVAL": "0.1"}  # fmt: skip
    acked = flushed = 0
    with fragile_disk(tmp_path / "disk") as disk:
        command = [sys.executable, "-c", SCRIPT, str(storm.seed), str(disk.folder), durability]
        said = tmp_path / "said"
        with said.open("w") as out, subprocess.Popen(command, stdout=out, env=environment) as script:
            try:
                for _ in range(cuts):
                    before = said.stat().st_size
                    while said.stat().st_size < before + 4_000:
                        assert script.poll() is None
                        time.sleep(0.01)
                    time.sleep(storm.dice.random())
                    script.send_signal(signal.SIGSTOP)
                    logged = [line.split() for line in said.read_text().splitlines(keepends=True) if line.endswith("\n")]
                    try:
                        with disk.lose_power() as found:
                            kept = _rows(RunFolder(found / ".assay" / "r"))
                    finally:
                        script.send_signal(signal.SIGCONT)
                    # One row may be in the journal without having been told.
                    history = History(storm.seed, invoked={"w": len(logged) + 1})
                    # What was logged at the cut before has been flushed a few times since.
                    history.ok("w", len(logged) if durability == "row" else flushed)
                    flushed = len(logged)
                    findings = history.require_clean(kept, durability)
                    acked += findings.acked
                    assert [values["w/i"] for values in kept] == [float(number) for number in range(len(kept))]
                    if len(kept) < len(logged):
                        lost_s = max(lost_s, float(logged[-1][1]) - float(logged[len(kept)][1]))
            finally:
                script.kill()
    storm.tell(injected=f"power cut of a script's disk, durability {durability}", times=cuts, acked=acked,
               lost=0, seconds_not_flushed=round(lost_s, 3))  # fmt: skip


def _rows(folder: RunFolder) -> list[dict[str, float]]:
    found: list[dict[str, float]] = []
    for path in folder.journals():
        with JournalReader(path) as reader:
            shapes: dict[int, list[str]] = {}
            for _, record, _ in reader.records():
                if isinstance(record, Shape):
                    shapes[record.id] = record.keys
                elif isinstance(record, Row) and "w/i" in shapes[record.shape]:
                    found.append(dict(zip(shapes[record.shape], record.values, strict=True)))
    return found
