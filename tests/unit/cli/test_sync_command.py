from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from assay.journal.folder import RunFolder
from assay.journal.frames import Head
from assay.journal.reader import JournalReader
from assay.journal.writer import JournalWriter
from assay.wire.records import File, Finish, Start
from tests.infra.recording_server import RecordingServer, problem


@pytest.fixture(autouse=True)
def server_set(shell, recording: RecordingServer) -> None:
    shell.environment |= {"ASSAY_BASE_URL": recording.url, "ASSAY_API_KEY": recording.key}


def test_runs_recorded_offline_are_sent_and_a_repeat_sends_nothing(shell, record, recording: RecordingServer) -> None:
    record("r1")
    record("r2")
    first = shell.json("sync")
    assert [(outcome["run"], outcome["state"], outcome["waiting"]) for outcome in first] == [
        ("ada/digits/r1", "sent", 0), ("ada/digits/r2", "sent", 0)
    ]  # fmt: skip
    rows = len(recording.rows)
    assert rows >= 5
    assert shell("sync").returncode == 0
    assert len(recording.rows) == rows


def test_a_run_that_was_sent_is_sealed_and_can_be_sent_again(shell, record, recording: RecordingServer) -> None:
    journal = record("r1", rows=3_000)
    size_bytes = journal.stat().st_size
    (listed,) = shell.json("sync", "--dry-run")
    assert shell("sync").returncode == 0
    assert journal.stat().st_size < size_bytes
    with JournalReader(journal) as reader:
        assert reader.is_sealed
    rows = list(recording.rows)
    assert len(rows) >= 3_000
    assert shell.json("sync", "--dry-run") == [{**listed, "waiting_count": 0, "size_bytes": journal.stat().st_size}]
    recording.rows.clear()
    recording.next_seq.clear()  # a server that has never heard of it
    (outcome,) = shell.json("sync", "--id", "copy")
    assert (outcome["run"], outcome["state"], outcome["waiting"]) == ("ada/digits/copy", "sent", 0)
    assert list(recording.rows) == rows


def test_a_script_that_has_just_ended_is_sent_with_its_end(shell, record, recording: RecordingServer) -> None:
    journal = record("r1")
    kept = journal.parent / "files" / "kept.txt"
    kept.parent.mkdir()
    kept.write_text("at the end")
    head = Head("s0000001", "r1", "", "digits", os.getpid(), socket.gethostname(), time.time())
    readings = JournalWriter.create(RunFolder(journal.parent).journal_path("s0000001"), head)
    info = {"writer": "s0000001", "host": socket.gethostname(), "pid": os.getpid()}
    readings.append(Start("", "digits", "r1", "s0000001", info, "", False))
    readings.append(File("kept.txt", "end", str(kept)))
    readings.flush()

    def see_that_it_ended() -> None:
        readings.append(Finish("finished", 0, 2.0))
        readings.close()

    timer = threading.Timer(1.5, see_that_it_ended)
    timer.start()
    (outcome,) = shell.json("sync")
    timer.join()
    assert (outcome["state"], outcome["records"], outcome["waiting"]) == ("sent", 11, 0)
    assert any("/files" in path for path in map(str, recording.requests)), "files of the end are sent"


def test_a_dry_run_lists_and_sends_nothing(shell, record, recording: RecordingServer) -> None:
    record("r1", rows=5)
    (listed,) = shell.json("sync", "--dry-run")
    assert (listed["run_id"], listed["record_count"], listed["waiting_count"]) == ("r1", 8, 8)
    assert recording.requests == []


def test_globs_choose_runs(shell, record) -> None:
    for run_id in ("a1", "a2", "b1"):
        record(run_id)
    listed = shell.json("sync", "--dry-run", "--include", "a*", "--exclude", "*2")
    assert [one["run_id"] for one in listed] == ["a1"]


def test_a_run_can_be_sent_elsewhere_under_another_id(shell, record, recording: RecordingServer) -> None:
    record("r1")
    (outcome,) = shell.json("sync", "--project", "other", "--entity", "team", "--id", "copy", ".assay/r1")
    assert outcome["run"] == "team/other/copy"
    assert ("PUT", "/api/v1/projects/team/other/runs/copy") in recording.requests


def test_one_id_for_two_runs_is_refused(shell, record) -> None:
    record("r1")
    record("r2")
    done = shell("sync", "--id", "copy")
    assert done.returncode == 2
    assert "2 were found" in done.stderr


def test_a_single_journal_can_be_named(shell, record) -> None:
    journal = record("r1")
    assert shell("sync", str(journal)).returncode == 0
    done = shell("sync", str(shell.work / "nothing"))
    assert done.returncode == 5


def test_a_damaged_journal_sends_all_that_can_be_read_and_says_so(shell, record, recording: RecordingServer) -> None:
    journal = record("r1", rows=50)
    content = bytearray(journal.read_bytes())
    content[len(content) // 2] ^= 0xFF
    journal.write_bytes(content)
    done = shell("sync", "--json")
    (outcome,) = json.loads(done.stdout)
    assert done.returncode == 9
    assert outcome["state"] == "sent"
    assert len(outcome["damage"]) == 1
    assert "1 records lost" in outcome["damage"][0]
    assert len(recording.values("loss")) == 49


def test_a_journal_of_a_newer_assay_is_left_alone_with_a_clear_line(shell, record) -> None:
    journal = record("r1")
    content = bytearray(journal.read_bytes())
    content[8] = 99
    journal.write_bytes(content)
    done = shell("sync")
    assert done.returncode == 9
    assert "newer Assay" in done.stderr
    assert "Traceback" not in done.stderr


def test_something_that_is_no_journal_is_said_to_be_none(shell, record) -> None:
    journal = record("r1")
    journal.write_bytes(b"GIF89a" + bytes(100))
    done = shell("sync")
    assert done.returncode == 9
    assert "Traceback" not in done.stderr


def test_a_wrong_key_and_a_dead_server_are_told_before_anything_is_sent(shell, record, recording: RecordingServer) -> None:
    record("r1")
    shell.environment["ASSAY_API_KEY"] = "wrong"
    assert shell("sync").returncode == 3
    recording.close()
    done = shell("sync")
    assert done.returncode == 7
    assert "Nothing was sent" in done.stderr


def test_why_a_run_waits_is_told_once_where_nobody_watches(shell, record, recording: RecordingServer) -> None:
    record("r1")
    busy = [3]

    def refuse(_: str, path: str, *__: object) -> Any:
        if not path.endswith("/batches") or not busy[0]:
            return None
        busy[0] -= 1
        return problem(503, "unavailable", "Away for \x1b[31ma moment.")

    recording.before = refuse
    done = shell("sync", ".assay")
    assert done.returncode == 0
    assert done.stderr == "r1 waits: Away for \\x1b[31ma moment.\n"
    busy[0] = 1
    record("r2")
    assert "waits" not in shell("sync", ".assay", "--json").stderr


def test_a_deleted_run_keeps_its_journal_and_ends_with_its_code(shell, record, recording: RecordingServer) -> None:
    journal = record("r1")
    recording.before = lambda method, *_: problem(410, "gone", "Run 'r1' was deleted.") if method == "PUT" else None
    done = shell("sync")
    assert done.returncode == 5
    assert "was deleted" in done.stderr
    assert journal.exists()


def test_marked_runs_count_as_sent_and_clean_deletes_what_is_sent(shell, record, recording: RecordingServer) -> None:
    record("sent")
    record("marked")
    record("waiting")
    shell("sync", ".assay/sent")
    shell("sync", "--mark-synced", ".assay/marked")
    deleted = shell.json("sync", "--clean", "--yes")
    assert sorted(path.rsplit("/", 1)[1] for path in deleted["deleted"]) == ["marked", "sent"]
    assert (shell.work / ".assay" / "waiting").is_dir()


def test_a_run_whose_files_wait_is_not_sent_and_not_cleaned_away(shell, record, recording: RecordingServer) -> None:
    from assay.journal.writer import JournalWriter
    from assay.sync.contents import FILES_SENT
    from assay.sync.upload import Sent, write_sent
    from assay.wire.records import File

    journal = record("r1", finish=False)
    folder = journal.parent
    writer = JournalWriter.reopen(journal)
    for name in ("sent.txt", "waits.txt", "refused.txt"):
        writer.append(File(name, "now", str(folder / "files" / name)))
    writer.append(Finish("finished", 0, 1.0))
    last_seq = writer.next_seq - 1
    writer.close()
    # Its rows had arrived, and one of its files, when the machine went down.
    write_sent(journal, Sent(last_seq))
    state = {"run": "", "sent": {"sent.txt": ["d", 1, 1]}, "refused": {"refused.txt": "it cannot be read"}, "told": []}
    (folder / FILES_SENT).write_text(json.dumps(state))
    (listed,) = shell.json("sync", "--dry-run")
    assert (listed["waiting_count"], listed["file_count"]) == (0, 1)
    assert "0 waiting and 1 files" in shell("sync", "--dry-run").stdout
    assert shell.json("sync", "--clean", "--yes") == {"deleted": []}
    assert folder.is_dir()


def test_clean_asks_first(shell, record) -> None:
    record("r1")
    shell("sync")
    done = shell("sync", "--clean", stdin="n\n")
    assert done.returncode == 130
    assert (shell.work / ".assay" / "r1").is_dir()


def test_clean_spares_a_run_that_was_resumed_while_it_asked(shell, record) -> None:
    folder = record("r1").parent
    record("r2")
    shell("sync")
    command = [sys.executable, "-m", "assay", "sync", "--clean"]
    asking = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=shell.environment, cwd=shell.work, text=True
    )
    assert asking.stdin is not None and asking.stdout is not None
    assert {Path(asking.stdout.readline().split("  (")[0]).name for _ in range(2)} == {"r1", "r2"}
    writer = JournalWriter.create(RunFolder(folder).journal_path("w0000002"), Head("w0000002", "r1", "", "digits"))
    writer.append(Start("", "digits", "r1", "w0000002", {"writer": "w0000002"}))
    writer.append_row(("loss",), 5, 5.0, [5.0])
    said, _ = asking.communicate("y\n", timeout=60)
    writer.close()
    assert said.endswith("Deleted 1 folders.\n")
    assert len(list(folder.glob("w0000002.journal"))) == 1


def test_a_file_outside_the_project_is_not_read_for_somebody_elses_journal(shell, record, recording: RecordingServer) -> None:
    """S26: the journal may come from a stranger; `/etc/passwd` is not a run's file."""
    from assay.journal.writer import JournalWriter
    from assay.wire.records import File

    journal = record("r1", finish=False)
    writer = JournalWriter.reopen(journal)
    writer.append(File("loot.txt", "now", "/etc/passwd"))
    writer.append(File("../../escape", "now", str(journal)))
    writer.close()
    done = shell("sync", "--json")
    (outcome,) = json.loads(done.stdout)
    assert outcome["refused"] == 2
    assert not any(path.endswith("/files") for _, path in recording.requests)


def test_live_follows_a_run_until_it_ends(shell, record, recording: RecordingServer) -> None:
    import subprocess
    import sys
    import time

    from assay.journal.writer import JournalWriter
    from assay.wire.records import Finish

    writer = JournalWriter.reopen(record("r1", rows=3, finish=False))  # held open: its writer lives
    command = [sys.executable, "-m", "assay", "sync", "--live", "--json"]
    with subprocess.Popen(command, env=shell.environment, cwd=shell.work, stdout=subprocess.PIPE, text=True) as following:
        give_up_at = time.monotonic() + 60
        for rows in (3, 4):
            while len(recording.values("loss")) < rows:
                assert time.monotonic() < give_up_at
                time.sleep(0.02)
            assert following.poll() is None
            writer.append_row(("loss",), rows, float(rows), [float(rows)])
        writer.append(Finish("finished", 0, 1.0))
        writer.close()
        out, _ = following.communicate(timeout=60)
    assert json.loads(out)[0]["state"] == "sent"
    assert recording.values("loss") == [0.0, 1.0, 2.0, 3.0, 4.0]
