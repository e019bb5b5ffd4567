from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from assay.cli.sync import Outcome, _conclude
from assay.client import credentials
from assay.client.target import Target, resolve
from assay.journal.folder import RunFolder
from assay.journal.frames import Head
from assay.journal.writer import JournalWriter
from assay.sync import run as run_module
from assay.sync.run import RunSync
from assay.sync.tail import JournalTail
from assay.sync.upload import NotWanted, Verdict, WriterUpload, judge, run_start
from assay.wire import errors, limits
from assay.wire.batch import Batch
from assay.wire.messages.runs import BatchAck
from assay.wire.records import Config, File, Finish, Refused, Row, Shape, Start
from tests.infra.recording_server import RecordingServer, problem
from tests.unit.sync.conftest import open_journal

Settle = Callable[..., int]


def log(journal: JournalWriter, first: int, count: int, key: str = "loss") -> None:
    for step in range(first, first + count):
        journal.append_row((key,), step, 1.0 + step, [float(step)])


def test_every_row_of_a_journal_arrives_once_and_in_order(journal, sync, settle: Settle, server: RecordingServer) -> None:
    log(journal, 0, 1000)
    settle()
    log(journal, 1000, 10)
    settle()
    assert server.values("loss") == [float(step) for step in range(1010)]


def test_refused_config_ahead_of_the_start_of_an_older_journal_hides_nothing_of_it(folder) -> None:
    writer = JournalWriter.create(folder.journal_path("w0000001"), Head("w0000001", folder.run_id, "", "digits"))
    tail = JournalTail(writer.path)
    writer.append(Refused("config.loss_fn", "a function", 1))
    assert not tail.is_ready
    writer.append(Start("", "digits", folder.run_id, "w0000001", {"writer": "w0000001", "config": {"lr": 0.1}}))
    assert tail.is_ready and tail.start is not None and tail.start.info["config"] == {"lr": 0.1}
    tail.close()
    writer.close()


def test_the_status_tells_the_script_what_is_on_the_server(journal, sync, settle, folder, server) -> None:
    log(journal, 0, 5)
    settle()
    status = folder.read_status()
    assert status.state == "live"
    assert status.acked == {"w0000001": journal.next_seq - 1}
    assert status.waiting_rows == {"w0000001": 0}
    assert (status.entity, status.project, status.name) == ("ada", "digits", "calm-fox-1")
    assert status.url.startswith(server.url)


def test_a_request_to_stop_reaches_the_script(journal, sync, settle, folder, server) -> None:
    server.stop = True
    log(journal, 0, 1)
    settle()
    assert folder.read_status().stop is True


def test_our_own_journal_ends_before_a_script_that_ends_while_it_is_sent(journal, sync, settle, folder, server) -> None:
    ours = open_journal(folder, "s0000001")
    sync.own_writer = "s0000001"
    ended: list[str] = []

    def end(journal: JournalWriter, name: str) -> None:
        if name not in ended:
            ended.append(name)
            journal.append(Finish("finished", 0, 1.0))

    def end_the_script(method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        if "/batches" in path and body and Batch.decode(body).writer == "w0000001":
            end(journal, "w0000001")

    sync.on_ended = lambda: end(ours, "s0000001")
    server.before = end_the_script
    log(journal, 0, 10)
    settle()
    ours.close()
    assert [writer for writer, _, event in server.events if isinstance(event, Finish)] == ["s0000001", "w0000001"]


def test_a_second_sync_sends_nothing_again(journal, sync, settle, folder, server) -> None:
    log(journal, 0, 100)
    settle()
    before = len(server.rows)
    again = RunSync(folder, lambda: Target(server.url, server.key, "test"))
    for _ in range(3):
        again.tick()
    assert again.is_complete
    again.close()
    assert len(server.rows) == before
    assert sum(path.endswith("/batches") for _, path in server.requests) == 1


def test_shapes_declared_before_a_restart_still_name_the_rows_after_it(journal, sync, settle, folder, server) -> None:
    log(journal, 0, 3)
    settle()
    log(journal, 3, 3)
    again = RunSync(folder, lambda: Target(server.url, server.key, "test"))
    while not again.is_complete:
        again.tick()
    again.close()
    assert server.values("loss") == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_busy_server_gets_many_rows_in_one_batch_and_the_end_at_once(journal, sync, settle, clock, server) -> None:
    log(journal, 0, 1)
    settle()
    server.pace_s = 3.0

    def batches() -> int:
        return sum(path.endswith("/batches") for _, path in server.requests)

    log(journal, 1, 1)
    sync.tick()
    before = batches()
    for step in range(2, 12):
        log(journal, step, 1)
        clock.now += 0.25
        sync.tick()
    assert batches() == before
    assert server.values("loss") == [0.0, 1.0]
    clock.now += 1
    sync.tick()
    assert batches() == before + 1
    assert server.values("loss") == [float(step) for step in range(12)]
    log(journal, 12, 1)
    sync.tick()
    assert server.values("loss")[-1] == 11.0
    journal.append(Finish("finished", 0, 0.0))
    journal.close()
    sync.tick()
    assert server.values("loss")[-1] == 12.0
    assert sync.has_ended


def test_no_server_makes_a_writer_wait_for_long(journal, sync, settle, clock, server) -> None:
    server.pace_s = 1e9
    log(journal, 0, 1)
    sync.tick()
    log(journal, 1, 1)
    sync.tick()
    assert server.values("loss") == [0.0]
    clock.now += limits.PACE_S_MAX
    sync.tick()
    assert server.values("loss") == [0.0, 1.0]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_one_bad_row_is_refused_alone_and_with_its_reason(journal, sync, settle, server, status: int) -> None:
    """C9: the server refuses every batch that holds the key `poison`."""
    log(journal, 0, 40)
    log(journal, 40, 1, key="poison")
    log(journal, 41, 40)

    def refuse(method: str, path: str, body: bytes, headers: dict[str, str]):
        if path.endswith("/batches") and body and any("poison" in block.keys for block in Batch.decode(body).blocks):
            return problem(status, "too_large" if status == 413 else "invalid_request", "This server takes no poison")
        return None

    server.before = refuse
    settle()
    assert server.values("loss") == [float(step) for step in range(81) if step != 40]
    refusals = [event for _, _, event in server.events if isinstance(event, Refused)]
    assert [(refusal.key, refusal.reason, refusal.count) for refusal in refusals] == [
        ("poison", "This server takes no poison", 1)
    ]
    assert sync.refused_count == 1


def test_a_server_that_takes_nothing_costs_no_row(journal, sync, clock, server) -> None:
    """It refuses empty batches too, so no record is to blame, and none is given up."""
    log(journal, 0, 10)
    server.before = lambda method, path, *_: problem(422, "invalid_request") if "/batches" in path else None
    for _ in range(50):
        clock.now += sync.tick()
    assert sync.refused_count == 0
    assert sync.status.state == "offline"
    server.before = lambda *_: None
    clock.now += 100
    sync.tick()
    sync.tick()
    assert server.values("loss") == [float(step) for step in range(10)]


def test_a_gap_is_closed_by_sending_from_where_the_server_stands(journal, sync, settle, server) -> None:
    log(journal, 0, 20)
    settle()
    server.next_seq["w0000001"] = 5  # restored from a backup
    server.rows = [row for row in server.rows if row[1] < 5]
    log(journal, 20, 5)
    settle()
    assert server.values("loss") == [float(step) for step in range(25)]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_passing_trouble_is_tried_again_until_it_is_over(journal, sync, settle, clock, server, status: int) -> None:
    log(journal, 0, 10)
    left = [6]

    def trouble(method: str, path: str, *_: object):
        if path.endswith("/batches") and left[0]:
            left[0] -= 1
            return status, {"Retry-After": "1"}, b"<html>not now</html>"
        return None

    server.before = trouble
    settle()
    assert server.values("loss") == [float(step) for step in range(10)]


def test_a_dead_server_is_called_at_most_twice_a_minute_in_the_long_run(journal, sync, clock, server) -> None:
    """C8. Full jitter up to 60 s: thirty seconds between calls on average."""
    log(journal, 0, 1)
    server.before = lambda *_: (503, {}, b"")
    for _ in range(20):  # past the quick tries at the start
        clock.now += 60
        sync.tick()
    called, began = len(server.requests), clock.now
    while clock.now - began < 6 * 3600:
        clock.now += sync.tick()
    per_minute = (len(server.requests) - called) / (6 * 60)
    assert per_minute <= 2.5


def test_retry_after_is_obeyed(journal, sync, clock, server) -> None:
    log(journal, 0, 1)
    server.before = lambda *_: (429, {"Retry-After": "120"}, b"")
    sync.tick()
    asked = len(server.requests)
    while clock.now < 1000 + 119:
        clock.now += sync.tick()
    assert len(server.requests) == asked
    clock.now += 2
    sync.tick()
    assert len(server.requests) > asked


def test_a_page_that_answers_200_is_no_acknowledgement(journal, sync, clock, server) -> None:
    """C11: a captive portal."""
    log(journal, 0, 3)
    page = (200, {"Content-Type": "text/html"}, b"<html>Welcome to Hotel Wi-Fi</html>")
    server.before = lambda method, path, *_: page
    for _ in range(5):
        clock.now += sync.tick()
    assert sync.status.state == "offline"
    server.before = lambda method, path, *_: page if path.endswith("/batches") else None
    clock.now += 100
    sync.tick()
    assert sync.status.acked == {}
    server.before = lambda *_: None
    clock.now += 100
    sync.tick()
    assert server.values("loss") == [0.0, 1.0, 2.0]


def test_a_wrong_key_pauses_and_a_new_one_goes_on_at_once(journal, folder: RunFolder, clock, server) -> None:
    keys = ["wrong"]
    sync = RunSync(folder, lambda: Target(server.url, keys[0], "test"), clock=clock)
    log(journal, 0, 3)
    sync.tick()
    assert sync.status.state == "paused"
    assert "assay login" in sync.status.message
    keys[0] = server.key
    clock.now += 6
    sync.tick()
    assert server.values("loss") == [0.0, 1.0, 2.0]
    sync.close()


@pytest.mark.parametrize("is_gap", [True, False])
def test_a_server_that_takes_nothing_is_not_sent_the_same_again_and_again(journal, sync, clock, server, is_gap: bool) -> None:
    ack = (200, {"Content-Type": "application/json"}, msgspec.json.encode(BatchAck("assay", -1)))
    gap = problem(409, "sequence_gap", "A gap.", expected=0, first_seq=0, writer="w0000001")
    server.before = lambda _, path, *__: (gap if is_gap else ack) if path.endswith("/batches") else None
    log(journal, 0, 3)
    sync.tick()
    assert len([path for _, path in server.requests if path.endswith("/batches")]) == 1
    assert sync.status.state == "offline"
    server.before = lambda *_: None
    clock.now += 100
    sync.tick()
    assert server.values("loss") == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("key", ["wrong", ""])
def test_a_damaged_file_of_keys_is_looked_at_until_it_is_whole(
    journal, folder: RunFolder, clock, server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("ASSAY_BASE_URL", server.url)
    monkeypatch.setenv("ASSAY_API_KEY", key)
    credentials.config_folder().mkdir(parents=True)
    credentials.path().write_text("not = toml = at all")
    sync = RunSync(folder, resolve, clock=clock)
    log(journal, 0, 3)
    for _ in range(5):
        clock.now += sync.tick()
        clock.now += 6
    assert server.values("loss") == []
    assert "assay login" in sync.status.message
    credentials.save(credentials.Credentials().with_key(server.url, server.key))
    clock.now += 6
    sync.tick()
    assert server.values("loss") == [0.0, 1.0, 2.0]
    sync.close()


def test_a_journal_that_may_not_be_read_is_told_and_taken_up_once_it_may(
    journal, folder, sync, settle, server, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_journal(folder, "w0000002")
    other.append_row(("loss",), 0, 1.0, [0.5])
    other.append(Finish("finished", 0, 1.0))
    other.close()
    journal.append(Finish("finished", 0, 1.0))
    is_locked = [True]

    def reader(path: Path, *rest: object) -> WriterUpload:
        if path == other.path and is_locked[0]:
            raise PermissionError(13, "Permission denied", str(path))
        return WriterUpload(path, *rest)

    monkeypatch.setattr(run_module, "WriterUpload", reader)
    settle()
    outcome = Outcome(str(folder.path), "run1")
    _conclude(sync, outcome)
    assert outcome.damage == [f"{other.path} cannot be read (Permission denied)"]
    assert outcome.exit_code == errors.JournalDamaged.exit_code
    is_locked[0] = False
    settle()
    assert not sync.unreadable
    assert server.values("loss") == [0.5]


def test_a_deleted_run_stops_and_keeps_its_journal(journal, sync, clock, server, folder) -> None:
    log(journal, 0, 3)
    sync.tick()
    log(journal, 3, 3)
    server.before = lambda method, path, *_: problem(410, "gone", "Run 'run1' was deleted.") if "batches" in path else None
    clock.now += 1
    sync.tick()
    assert sync.is_refused
    assert str(folder.path) in sync.status.message
    assert journal.path.exists()


def test_a_run_that_must_be_new_and_is_not_stops_with_the_servers_words(folder, sync, server) -> None:
    open_journal(folder, "w0000009", resume="never").close()
    server.before = lambda method, *_: problem(409, "conflict", "Run exists and resume is 'never'") if method == "PUT" else None
    sync.tick()
    assert sync.is_refused
    assert "resume is 'never'" in sync.status.message


def test_a_silent_run_gives_signs_of_life(journal, sync, settle, clock, server) -> None:
    settle()
    sent = len(server.requests)
    clock.now += 29
    sync.tick()
    assert len(server.requests) == sent
    clock.now += 2
    sync.tick()
    assert server.requests[sent:] == [("POST", "/api/v1/projects/ada/digits/runs/run1/batches?writer=w0000001")]


def test_a_reply_lost_after_the_commit_doubles_nothing(journal, sync, settle, clock, server) -> None:
    """C10: the server keeps the batch, the answer never arrives."""
    lost = [3]
    keep = server._append

    def append_and_fail(body: bytes):
        answer = keep(body)
        if lost[0]:
            lost[0] -= 1
            return 502, {}, b""
        return answer

    server._append = append_and_fail
    log(journal, 0, 50)
    settle()
    assert server.values("loss") == [float(step) for step in range(50)]


def test_a_writer_that_died_without_a_word_is_ended_as_crashed(folder, sync, settle, clock, server) -> None:
    writer = open_journal(folder, "w0000002", pid=2**22 + 5, pid_started_at=1.0)  # beyond the largest process number
    writer.append(Config([(["lr"], 0.1)]))
    writer.close()
    settle()
    clock.now += 2
    sync.tick()
    settle()
    finishes = [event for _, _, event in server.events if isinstance(event, Finish)]
    assert [finish.state for finish in finishes] == ["crashed"]
    assert sync.has_ended


def test_a_journal_that_was_deleted_and_put_back_is_sent_to_its_own_end(folder, sync, settle, clock, server) -> None:
    writer = open_journal(folder, "w0000002", pid=2**22 + 5, pid_started_at=1.0)  # beyond the largest process number
    log(writer, 0, 3)
    settle()
    writer.path.unlink()
    log(writer, 3, 3)
    writer.copy_to(writer.path)
    writer.append(Finish("finished", 0, 9.0))
    writer.close()
    clock.now += 2
    settle()
    clock.now += 2
    sync.tick()
    assert server.values("loss") == [float(step) for step in range(6)]
    assert [event.state for _, _, event in server.events if isinstance(event, Finish)] == ["finished"]


def test_where_a_file_lies_never_leaves_the_machine(journal, sync, settle, server, tmp_path) -> None:
    (tmp_path / "model.bin").write_bytes(b"x")
    seen: list[bytes] = []

    def watch(method: str, path: str, body: bytes, headers: dict[str, str]):
        seen.append(body)

    server.before = watch
    journal.append(File("model.bin", "end", str(tmp_path / "model.bin")))
    log(journal, 0, 1)
    settle()
    assert [event.path for _, _, event in server.events if isinstance(event, File)] == ["model.bin"]
    assert not any(str(tmp_path).encode() in body for body in seen)


def test_records_that_no_batch_can_hold_are_refused_and_the_rest_arrives(journal, sync, settle, server) -> None:
    """S26: a journal made by somebody else, with frames that are sound and contents that are not."""
    log(journal, 0, 2)
    journal.append(Shape(77, ["a", "b"]))
    journal.append(Row(77, 1 << 63, 1.0, [1.0, 2.0]))  # a step that fits no column
    journal.append(Row(77, 3, 1.0, [(1 << 64) - 1, 2.0]))  # an integer beyond 64 bits signed
    journal.append(Row(77, 4, 1.0, [1.0, 2.0, 3.0]))  # more values than keys
    journal.append(Row(12345, 5, 1.0, [1.0]))  # a shape nobody declared
    journal.append(Shape(77, ["c"]))  # declared again with other keys
    journal.append(Row(77, 6, 1.0, [9.0]))
    log(journal, 7, 2)
    settle()
    assert server.values("loss") == [0.0, 1.0, 7.0, 8.0]
    assert server.values("c") == [9.0]
    assert sum(isinstance(event, Refused) for _, _, event in server.events) == 4


def test_what_describes_a_run_is_taken_field_by_field() -> None:
    start = run_start({"name": "fox", "tags": "not a list", "config": {"lr": 1}, "pid": 7, "rank": "x"}, "w1")
    assert (start.writer, start.name, start.tags, start.config, start.rank) == ("w1", "fox", [], {"lr": 1}, -1)


def test_one_refused_word_about_a_run_costs_no_other(folder, sync, settle, server) -> None:
    writer = open_journal(folder, "w0000001", config={"lr": 0.1}, group="a\nb", name="fox", notes="why")

    def refuse(method: str, path: str, body: bytes, _: object) -> object:
        is_refused = method == "PUT" and b'"group"' in body
        return problem(400, "invalid_name", "'a\\nb' is not a group") if is_refused else None

    server.before = refuse
    settle()
    assert [(one.config, one.name, one.notes, one.group) for one in server.starts] == [({"lr": 0.1}, "fox", "why", "")]
    [upload] = sync.uploads.values()
    assert [(one.key, "is not a group" in one.reason) for one in upload.sent.refused] == [("group", True)]
    writer.close()


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (errors.SequenceGap(first_seq=9, expected=3, writer="w"), Verdict.RESEND),
        (errors.NotSignedIn(detail=""), Verdict.PAUSE),
        (errors.Forbidden(action="", whom=""), Verdict.PAUSE),
        (errors.Conflict(detail="two edits at once"), Verdict.RETRY),
        (NotWanted(detail="resume is never"), Verdict.STOP),
        (errors.NotFound(what="run", name="r"), Verdict.STOP),
        (errors.Gone(what="run", name="r", detail=""), Verdict.STOP),
        (errors.InvalidRequest(detail=""), Verdict.SPLIT),
        (errors.TooLarge(what="", actual="", limit=1, name=""), Verdict.SPLIT),
        (errors.TooManyRequests(detail="", retry_after_s=1), Verdict.RETRY),
        (errors.StorageFull(detail="", where=""), Verdict.RETRY),
        (errors.ServerUnreachable(url="", reason="", safe=""), Verdict.RETRY),
        (errors.UnexpectedAnswer(url="", reason="", safe="", http_status=413), Verdict.SPLIT),
        (errors.UnexpectedAnswer(url="", reason="", safe="", http_status=404), Verdict.RETRY),
    ],
)  # fmt: skip
def test_every_answer_has_one_meaning(error: errors.PublicError, verdict: Verdict) -> None:
    assert judge(error) is verdict
