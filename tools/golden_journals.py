"""Write the golden journals of the current format. Run once for each new format; files of earlier formats are never rewritten.

PYTHONPATH=src python tools/golden_journals.py tests/golden/journal_v2"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

from assay.journal.frames import Head
from assay.journal.sealing import seal
from assay.journal.writer import JournalWriter
from assay.wire import records as r

TIME = 1_800_000_000.0


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    sealed = folder / "every_kind.journal"
    every_kind(sealed)
    if not seal(sealed):
        raise SystemExit("The journal was not sealed.")
    whole = sealed.read_bytes()
    (folder / "torn_tail.journal").write_bytes(whole[:-7])
    hurt = bytearray(whole)
    hurt[-20] ^= 0x10
    (folder / "damaged.journal").write_bytes(hurt)
    newer = bytearray(whole)
    newer[8] += 1
    (folder / "newer.journal").write_bytes(newer)


def every_kind(path: Path) -> None:
    path.unlink(missing_ok=True)
    writer = JournalWriter.create(path, Head("w00000001", "r1", "ada", "digits", 42, "host-1", TIME))
    info = {"writer": "w00000001", "name": "first", "config": {"lr": 0.1}, "pid": 42}
    writer.append(r.Start("ada", "digits", "r1", "w00000001", info, "rank 0"))
    moment = datetime.datetime(2027, 1, 15, 8, tzinfo=datetime.UTC)
    values = [0.5, float("inf"), -(1 << 63), True, "text ä", [1, None], {"a": 1.5}, moment]
    writer.append_row(tuple("abcdefgh"), 0, TIME, values)
    writer.append_row(("a", "b"), 7, TIME + 1, [1.5, float("-inf")])
    writer.append(r.Config([(["opt", "lr"], 0.2)], [["old"]], TIME))
    writer.append(r.Summary([(["best"], 0.1)], [["gone"]]))
    writer.append(r.Define("val/*", "epoch", True, False, ["min", "best"], "minimize", "%", False))
    writer.append(r.Console("stderr", [TIME, TIME + 1], ["one", "two"], "rank 0"))
    writer.append(r.File("model.pt", "end", "/data/model.pt"))
    writer.append(r.Alert("title", "text", "warn", TIME, 3, 60.0))
    writer.append(r.Environment({"python": {"version": "3.11.7"}}))
    writer.append(r.Progress(3, 10, TIME))
    writer.append(r.Refused("key", "reason", 2, 5))
    writer.append(r.Edit({"name": "new"}))
    writer.append(r.Finish("failed", 3, TIME + 9))
    writer.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
