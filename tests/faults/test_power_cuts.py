"""Loss of power, on a real file system: its image is copied at a random moment and holds what had reached the disk (C2, V2)."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import PIL.Image
import pytest

from assay.journal import staging
from assay.journal.folder import RunFolder
from assay.journal.reader import JournalReader
from assay.sdk.query import Api
from assay.testing.checker import History, rows_of
from assay.testing.servers import RunningServer
from assay.wire.records import File, Row, Shape
from tests.infra.disks import fragile_disk
from tests.infra.senders import kill_senders, senders_of
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
                        # It stands still until the copy is read: else a storm ends with more rows than anybody can read again.
                        with disk.lose_power() as found:
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


def _environment(home: Path) -> dict[str, str]:
    """Of a script that knows no server and flushes often."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
    return environment | {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "ASSAY_DATA": str(home / "none"),
                          "ASSAY_FLUSH_INTERVAL": "0.1"}  # fmt: skip


@pytest.mark.parametrize("durability", ["row", "interval"])
def test_a_script_loses_at_most_what_was_not_yet_flushed(tmp_path: Path, storm: Storm, durability: str) -> None:
    """With `durability="row"` nothing. Else the rows since the last flush, never a wrong one and none before."""
    cuts, lost_s = storm.times(3, 100), 0.0
    environment = _environment(tmp_path)
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


PICTURES = """
import os, sys, time
import numpy as np
import assay
folder, durability = sys.argv[1:]
settings = assay.Settings(silent=True, console="off")
run = assay.init(project="p", id="m", dir=folder, mode="offline", settings=settings, durability=durability)
step = 0
while True:
    many = [assay.Image(np.full((40, 50, 3), step % 250, np.uint8)) for _ in range(1 + step % 12)]
    text = os.path.join(folder, f"{step}.txt")
    with open(text, "w") as file:
        file.write(f"step {step}" * 100)
    run.save(text, base_path=folder, policy="now")
    run.log({"pictures": many, "sound": assay.Text(f"step {step}" * 2000), "step": step})
    sys.stdout.write(f"{step}\\n")
    sys.stdout.flush()
    step += 1
    time.sleep(0.04)  # a whole storm of this must fit on the disk
"""


@pytest.mark.parametrize("durability", ["row", "interval"])
def test_a_row_that_was_flushed_has_its_media_and_files_after_a_power_cut(tmp_path: Path, storm: Storm, durability: str) -> None:
    """Whatever is still staged or encoded already: all that a flushed record names is there, whole. A record that came while a
    flush was under way may be on the disk before its files."""
    cuts = storm.times(3, 60)
    if durability == "interval":
        cuts = min(cuts, 15)  # each takes as long as a timer needs
    environment = _environment(tmp_path)
    named = flushed = 0
    with fragile_disk(tmp_path / "disk") as disk:
        command = [sys.executable, "-c", PICTURES, str(disk.folder), durability]
        said = tmp_path / "said"
        with said.open("w") as out, subprocess.Popen(command, stdout=out, env=environment) as script:
            try:
                for _ in range(cuts):
                    before = said.stat().st_size
                    while said.stat().st_size < before + 60:
                        assert script.poll() is None
                        time.sleep(0.01)
                    # Where a timer flushes, it has begun and ended a flush since the cut before.
                    time.sleep(storm.dice.random() + (0 if durability == "row" else 2.5))
                    everybody = [script.pid, *(sender.pid for sender in senders_of(disk.folder / ".assay" / "m"))]
                    for pid in everybody:
                        os.kill(pid, signal.SIGSTOP)
                    logged = len(said.read_text().splitlines())
                    try:
                        with disk.lose_power() as found:
                            rows, files = _kept(RunFolder(found / ".assay" / "m"))
                            sure = logged if durability == "row" else flushed
                            of_sure = [file for row, file in files if row < sure]
                            for file in of_sure:
                                _require_whole(found, file)
                    finally:
                        for pid in everybody:
                            os.kill(pid, signal.SIGCONT)
                    assert rows >= sure
                    # What was logged at the cut before has been flushed a few times since.
                    named, flushed = named + len(of_sure), logged
            finally:
                script.kill()
        kill_senders(disk.folder / ".assay" / "m")
    storm.tell(injected=f"power cut of the disk of a script that logs pictures, durability {durability}", times=cuts,
               acked=named, lost=0)  # fmt: skip


def test_a_server_has_every_acknowledged_file_after_a_power_cut(tmp_path: Path, storm: Storm) -> None:
    """Media and files of runs and contents of artifacts alike, however they are sent."""
    cuts, acked = storm.times(2, 40), 0
    with fragile_disk(tmp_path / "disk") as disk:
        server = RunningServer(disk.folder / "data").start()
        try:
            environment = server.environment | {"ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key}
            for cut in range(cuts):
                script = UPLOADS.format(run=f"u{cut}", seed=storm.dice.randrange(1 << 30))
                subprocess.run([sys.executable, "-c", script], cwd=_made(tmp_path / f"w{cut}"), env=environment, check=True)
                assert server.process is not None
                server.process.send_signal(signal.SIGSTOP)
                try:
                    with disk.lose_power() as found:
                        # Not this moment's business, and a port of its own: only the folder is looked at.
                        # After the last cut all runs; before it the newest and some earlier one, or a storm takes hours.
                        is_last = cut == cuts - 1
                        runs = range(cuts) if is_last else sorted({storm.dice.randrange(cut + 1), cut})
                        acked = _require_contents(found / "data", runs)
                finally:
                    server.process.send_signal(signal.SIGCONT)
        finally:
            server.stop()
    storm.tell(injected="power cut of the server's disk after files were acknowledged", times=cuts, acked=acked, lost=0)


UPLOADS = """
import os, random
from pathlib import Path
import numpy as np
import assay
dice = random.Random({seed})
with assay.init(project="p", id="{run}", settings=assay.Settings(silent=True)) as run:
    for step in range(3):
        pixels = np.frombuffer(dice.randbytes(30 * 40 * 3), np.uint8).reshape(30, 40, 3)
        run.log({{"pictures": [assay.Image(pixels)] * 20}})
    for number in range(5):
        Path(f"f{{number}}.bin").write_bytes(dice.randbytes(20_000))
        run.save(f"f{{number}}.bin", policy="now")
    made = assay.Artifact("words", type="dataset")
    for number in range(20):
        Path(f"a{{number}}.bin").write_bytes(dice.randbytes(5_000))
        made.add_file(f"a{{number}}.bin")
    run.log_artifact(made).wait()
"""


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _require_contents(data: Path, runs: Iterable[int]) -> int:
    """Open the folder with a server: every file of these runs and their artifacts are there, whole. Answers how many."""
    again = RunningServer(data).start()
    try:
        api = Api({"base_url": again.url}, api_key=again.key)
        count = 0
        for number in runs:
            run = api.run(f"root/p/u{number}")
            files = [file for file in run.files() if file.size]
            assert len([file for file in files if file.name.startswith("media/")]) == 60
            assert {f"f{name}.bin" for name in range(5)} <= {file.name for file in files}
            with tempfile.TemporaryDirectory() as folder:
                for file in files:
                    path = Path(file.download(root=folder).name)
                    assert f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" == file.digest, file.name
                    count += 1
                version = api.artifact(f"root/p/words:v{number}")
                found = Path(version.download(root=f"{folder}/words"))
                version.verify(str(found))
                count += len([path for path in found.iterdir() if path.is_file()])
    finally:
        again.stop()
    return count


def _kept(folder: RunFolder) -> tuple[int, list[tuple[int, File]]]:
    """How many rows have pictures, and the files that records name, each with the number of the row that it is for."""
    rows, files = 0, []
    for path in folder.journals():
        with JournalReader(path) as reader:
            shapes: dict[int, list[str]] = {}
            for _, record, _ in reader.records():
                if isinstance(record, Shape):
                    shapes[record.id] = record.keys
                elif isinstance(record, File):
                    files.append((rows, record))
                elif isinstance(record, Row) and "pictures" in shapes[record.shape]:
                    rows += 1
    return rows, files


def _require_whole(disk: Path, file: File) -> None:
    folder = disk / ".assay" / "m"
    staged, ready = staging.staged_path(folder, file.path), staging.media_path(folder, file.path)
    if not staging.is_media_path(file.path):
        path = folder / "files" / file.path
        assert path.is_file(), file.path
        if file.path.endswith(".txt"):
            assert len(path.read_text()) >= 600, file.path
    elif staged.exists():
        staging.read(staged)  # raises where it is cut
    elif file.path.endswith(".png"):
        with PIL.Image.open(ready) as image:
            image.load()
    else:
        assert ready.stat().st_size > 0, file.path


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
