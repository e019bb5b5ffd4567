"""A disk that takes no more: training goes on, one line is told, the accounts are exact, and it heals by itself."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assay.wire.records import Finish, Record, Refused

Script = Callable[..., "subprocess.Popen[str]"]
Journals = Callable[[], dict[Path, list[Record]]]
Values = Callable[[list[Record]], list[dict[str, Any]]]
WATCHDOG_S = 60

# A file-size limit stands for the full disk: it needs no privilege and can be lifted again.
LIMITED = """
import assay, resource, signal, sys
from assay.sdk import recorder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
recorder.MEMORY_BYTES = {memory}
run = assay.init(project="p", id="r", settings=assay.Settings(console="off", flush_interval=0.05, fallback_dir="{fallback}"))
run.recorder._memory_bytes = {memory}
run.log({{"i": 0, "text": "x"}})
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
for i in range(1, 1000): run.log({{"i": i, "text": "x" * 100}})
print(run.recorder.held_count, run.recorder.dropped_count, flush=True)
sys.stdin.readline()
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
if {heals}:
    import time
    deadline = time.monotonic() + 30
    while run.recorder.held_count and time.monotonic() < deadline: time.sleep(0.01)
    run.log({{"i": 1000, "text": "after"}})
"""


def run_limited(script: Script, **options: Any) -> tuple[str, str]:
    code = LIMITED.format(**{"memory": 64 << 20, "fallback": "/proc/nowhere", "heals": True, **options})
    out, told = script(code).communicate("\n", timeout=WATCHDOG_S)
    return out, told


def test_rows_wait_in_memory_and_are_written_in_order_when_there_is_room(
    script: Script, journals: Journals, values: Values
) -> None:
    out, told = run_limited(script)
    held, dropped = map(int, out.split())
    assert held > 500
    assert dropped == 0
    (records,) = journals().values()
    assert [row["i"] for row in values(records)] == list(range(1001))
    assert isinstance(records[-1], Finish)
    assert told.count("Cannot write") == 1
    assert told.count("can be written again") == 1


def test_what_memory_cannot_hold_is_counted_exactly(script: Script, journals: Journals, values: Values) -> None:
    out, _ = run_limited(script, memory=60_000)
    held, dropped = map(int, out.split())
    assert held > 0
    assert dropped > 0
    (records,) = journals().values()
    rows = values(records)
    refused = sum(r.count for r in records if isinstance(r, Refused))
    assert refused == dropped
    assert len(rows) + refused == 1001


def test_another_folder_is_used_where_one_is_set(script: Script, journals: Journals, values: Values, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    out, told = run_limited(script, fallback=other)
    assert out.split() == ["0", "0"] or int(out.split()[0]) > 0
    assert "going on in" in told
    first = journals()
    from assay.journal.folder import find_folders
    from assay.journal.reader import JournalReader

    rows = [row["i"] for records in first.values() for row in values(records)]
    for folder in find_folders(other):
        for path in folder.journals():
            with JournalReader(path) as reader:
                rows += [row["i"] for row in values([record for _, record, _ in reader.records()])]
    assert sorted(rows) == list(range(1001))


def test_what_is_lost_at_the_end_is_said_with_its_number(script: Script, journals: Journals, values: Values) -> None:
    code = LIMITED.format(memory=64 << 20, fallback="/proc/nowhere", heals=False).replace("(soft, hard)", "(20_000, hard)")
    out, told = script(code).communicate("\n", timeout=WATCHDOG_S)
    (records,) = journals().values()
    lost = re.search(r"(\d+) records of this run could not be written anywhere", told)
    assert lost is not None
    # The Finish record is among them.
    assert len(values(records)) + int(lost[1]) == 1000 + 1
    assert int(out.split()[0]) + 1 == int(lost[1])
