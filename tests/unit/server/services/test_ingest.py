"""Batches become rows and changes of the run, once, whatever is sent twice or lost in between."""

from __future__ import annotations

import contextlib
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from assay.server.api.rest import batches
from assay.server.domain import nested
from assay.testing.factories import a_batch
from assay.wire import limits, records
from assay.wire.batch import Batch
from assay.wire.errors import Conflict, InvalidRequest, NotFound, SequenceGap, Unavailable
from assay.wire.messages.runs import BatchAck, Run, RunStart
from assay.wire.names import RunPath

PATH = RunPath("ann", "digits", "r1")
FINISH = records.Finish("failed", 3, 1_760_000_100.0)


def _start(house: Any, writer: str = "w1", path: RunPath = PATH, **fields: Any) -> None:
    house.catalog.runs.start(house.ann, path, RunStart(writer=writer, **fields), "http://h")


def _send(house: Any, *events: records.Event, rows: int = 0, writer: str = "w1", first: int = 0) -> BatchAck:
    batch = a_batch([{"loss": float(n)} for n in range(rows)], writer=writer, first_seq=first, events=events)
    return house.catalog.ingest.append(house.ann, PATH, batch)  # type: ignore[no-any-return]


def _run(house: Any) -> Run:
    return house.catalog.runs.get(house.ann, PATH)  # type: ignore[no-any-return]


def test_the_acknowledgement_names_the_run_and_the_writers_last_record(house: Any) -> None:
    _start(house, name="first try")
    ack = _send(house, rows=3)
    assert (ack.ack, ack.acked_seq, ack.name, ack.stop) == ("assay", 2, "first try", False)


def test_the_first_rows_of_a_new_run_ask_the_database_nothing(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _start(house)
    metadata = house.catalog.stores.metadata

    def asked() -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(metadata, "read", asked)
    monkeypatch.setattr(metadata, "begin", asked)
    assert _send(house, rows=3).acked_seq == 2


def test_a_run_that_is_stopped_before_its_first_rows_hears_of_it(house: Any) -> None:
    _start(house)
    house.catalog.runs.stop(house.ann, PATH)
    house.clock.advance(limits.STOP_HELD_S)
    assert _send(house, rows=1).stop


def test_the_same_batch_twice_counts_refusals_and_alerts_once(house: Any) -> None:
    _start(house)
    refused = records.Refused("image", "not a number", 4)
    alert = records.Alert("loss is NaN", "", "warn", 1_760_000_000.0)
    for _ in range(3):
        _send(house, refused, alert, rows=2)
    assert [(r.key, r.count) for r in _run(house).refused] == [("image", 4)]
    assert len(house.catalog.runs.alerts(house.ann, PATH.parent).alerts) == 1


def test_events_that_a_crash_kept_from_the_metadata_are_applied_when_the_batch_comes_again(house: Any) -> None:
    _start(house)
    batch = a_batch([{"loss": 1.0}], events=[records.Config([(["lr"], 0.1)], [])])
    with house.catalog.stores.metadata.read() as unit:
        ref = unit.runs.get(unit.projects.get("ann", "digits").key, "r1").ref
    house.catalog.stores.metrics.append(ref, batch)  # the server dies here
    assert _run(house).config == {}
    house.catalog.ingest.append(house.ann, PATH, batch)
    assert _run(house).config == {"lr": 0.1}


def test_an_overlapping_batch_applies_only_what_is_new(house: Any) -> None:
    _start(house)
    one = records.Refused("a", "why", 1)
    _send(house, one)
    _send(house, one, one, one)
    assert _run(house).refused[0].count == 3


def test_a_gap_is_refused_with_the_number_to_go_on_from(house: Any) -> None:
    _start(house)
    _send(house, rows=2)
    with pytest.raises(SequenceGap) as error:
        _send(house, rows=1, first=5)
    assert error.value.fields["expected"] == 2


def test_a_run_ends_when_its_last_writer_does_as_its_primary_did(house: Any) -> None:
    _start(house, "main", rank=0)
    _start(house, "helper", rank=1)
    _send(house, records.Finish("failed", 3, house.clock.now() + 5), writer="main")
    assert _run(house).state == "running"
    _send(house, records.Finish("finished", 0, house.clock.now() + 9), writer="helper")
    run = _run(house)
    assert (run.state, run.exit_code, run.finished_at) == ("failed", 3, house.clock.now() + 9)


def test_silence_makes_a_run_crashed_and_the_next_sign_of_life_makes_it_run_again(house: Any) -> None:
    _start(house)
    house.clock.advance(limits.CRASHED_AFTER_S - 1)
    assert house.catalog.ingest.mark_silent() == []
    house.clock.advance(2)
    assert [run.id for run in house.catalog.ingest.mark_silent()] == ["r1"]
    assert _run(house).state == "crashed"
    assert house.catalog.ingest.heartbeat(house.ann, PATH, "w1").acked_seq == -1
    run = _run(house)
    assert (run.state, run.finished_at) == ("running", 0)


def test_a_heartbeat_that_is_not_written_down_yet_keeps_a_run_alive(house: Any) -> None:
    _start(house)
    house.clock.advance(limits.CRASHED_AFTER_S - 1)
    house.catalog.ingest.heartbeat(house.ann, PATH, "w1")
    house.clock.advance(limits.CRASHED_AFTER_S - 1)
    assert house.catalog.ingest.mark_silent() == []


def test_a_request_to_stop_travels_with_the_next_acknowledgement(house: Any) -> None:
    _start(house)
    assert not _send(house, rows=1).stop
    house.catalog.runs.stop(house.ann, PATH)
    assert not _send(house, rows=1, first=1).stop  # it can still be taken back
    house.clock.advance(limits.STOP_HELD_S)
    assert _send(house, rows=1, first=2).stop
    with pytest.raises(Conflict, match="told to stop already"):
        house.catalog.runs.undo_stop(house.ann, PATH)


def test_a_stop_that_was_taken_back_never_arrives(house: Any) -> None:
    _start(house)
    house.catalog.runs.stop(house.ann, PATH)
    house.clock.advance(limits.STOP_HELD_S - 1)
    house.catalog.runs.undo_stop(house.ann, PATH)
    house.catalog.runs.undo_stop(house.ann, PATH)
    house.clock.advance(60)
    assert not _send(house, rows=1).stop
    assert not house.catalog.runs.get(house.ann, PATH).stop_requested


def test_what_cannot_be_kept_is_counted_and_the_stream_goes_on(house: Any) -> None:
    _start(house)
    deep: Any = 1
    for _ in range(limits.NESTING + 1):
        deep = [deep]
    bad = [
        records.Config([(["ok"], 1), ([""], 2), (["deep"], deep)], []),
        records.Edit({"name": "", "tags": ["fine"], "wings": 2}),
        records.Progress(1 << 80, 5, 0.0),
    ]
    assert _send(house, *bad, rows=1).acked_seq == 3
    run = _run(house)
    assert (run.config, run.tags) == ({"ok": 1}, ["fine"])
    assert sum(refused.count for refused in run.refused) == 4


def test_values_set_by_hand_win_over_automatic_ones_and_definitions_choose_the_aggregate(house: Any) -> None:
    _start(house)
    batch = a_batch(
        [{"loss": 3.0, "acc": 0.1, "lr": 5.0, "hid": 1.0}, {"loss": 1.0, "acc": 0.4, "lr": 6.0, "hid": 1.0},
         {"loss": 2.0, "acc": 0.2, "lr": 7.0, "hid": 1.0}],
        events=[
            records.Define("loss", summary=["min"]),
            records.Define("a*", summary=["best"], goal="maximize"),
            records.Define("hid", summary=["none"]),
            records.Summary([(["lr"], "by hand"), (["note", "deep"], 1)]),
        ],
    )  # fmt: skip
    house.catalog.ingest.append(house.ann, PATH, batch)
    assert _run(house).summary == {"loss": 1.0, "acc": 0.4, "lr": "by hand", "note": {"deep": 1}}


def test_the_console_becomes_a_file_when_the_run_has_ended(house: Any) -> None:
    _start(house)
    _send(house, records.Console("stdout", [1.0, 2.0], ["hello", "wörld"]), FINISH)
    assert house.catalog.endings.work() == 1
    page = house.catalog.files.list(house.ann, PATH, "", 10)
    assert [(file.path, file.size) for file in page.files] == [("output.log", len("hello\nwörld\n".encode()))]
    assert house.catalog.endings.work() == 0


def test_a_viewer_cannot_append_and_a_stranger_sees_nothing(house: Any) -> None:
    path = RunPath("red", "plans", "r1")
    house.catalog.runs.start(house.ann, path, RunStart(writer="w1"), "http://h")
    batch = a_batch([{"loss": 1.0}])
    with pytest.raises(Exception, match="role") as refused:
        house.catalog.ingest.append(house.vic, path, batch)
    assert refused.value.code == "forbidden"  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        house.catalog.ingest.append(house.zoe, path, batch)


def test_a_block_that_names_a_key_twice_is_refused(house: Any) -> None:
    _start(house)
    shapes = {0: records.Shape(0, ["a", "a"])}
    batch = Batch.fold("w1", [(0, records.Row(0, 0, 0.0, [1.0, 2.0]))], shapes)
    with pytest.raises(InvalidRequest):
        house.catalog.ingest.append(house.ann, PATH, batch)


def test_a_script_that_changes_true_to_1_has_changed_something(house: Any) -> None:
    _start(house, config={"flag": True})
    _send(house, records.Summary([(["good"], True)]))
    _send(house, records.Config([(["flag"], 1)], []), first=1)
    _send(house, records.Summary([(["good"], 1)]), first=2)
    assert str((_run(house).config, _run(house).summary)) == "({'flag': 1}, {'good': 1})"


def test_a_config_may_have_ten_thousand_keys(house: Any) -> None:
    _start(house)
    _send(house, records.Config([(["model", f"k{n}"], n) for n in range(10_000)]))
    assert len(_run(house).config["model"]) == 10_000


def test_as_many_metrics_as_allowed_are_defined_and_those_known_may_be_said_again(house: Any) -> None:
    _start(house)
    names = [f"m{n}" for n in range(10_000)]
    _send(house, *(records.Define(name, goal="maximize") for name in names), records.Summary([([name], 1) for name in names]))
    assert len(_run(house).summary) == 10_000
    _send(house, records.Define("m7", unit="s"), records.Define("one more"), first=10_001)
    known = {one.name: one for one in _run(house).definitions}
    assert len(known) == 10_000 and (known["m7"].unit, known["m7"].goal) == ("s", "maximize")
    assert [refused.key for refused in _run(house).refused] == ["one more"]


def test_a_config_is_as_large_as_allowed_and_no_larger(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONFIG_BYTES", 300)
    _start(house, config={"old": "x" * 100})
    entries = [(["a", f"k{n:02}"], n) for n in range(100)]
    _send(house, records.Config(entries))
    kept, refused = _run(house).config, _run(house).refused
    assert len(msgspec.msgpack.encode(kept)) <= 300 < len(msgspec.msgpack.encode(nested.with_value(kept, ["a", "more"], 1)))
    assert len(kept["a"]) + len(refused) == 100
    _send(house, records.Config([(["old"], 1), (["new"], "y" * 80)]), first=1)
    assert _run(house).config["new"] == "y" * 80


@pytest.mark.parametrize("nonsense", [math.nan, math.inf, -math.inf])
def test_a_time_that_is_none_is_taken_for_now(house: Any, nonsense: float) -> None:
    _start(house)
    _send(house, records.Alert("loss", "", "warn", nonsense), records.Finish("finished", 0, nonsense))
    assert _run(house).finished_at == house.clock()
    assert [alert.time for alert in house.catalog.runs.alerts(house.ann, PATH.parent).alerts] == [house.clock()]


@pytest.mark.parametrize(
    "event",
    [
        records.Edit({"name": None, "notes": None, "tags": None, "group": None}),
        records.Config([(["odd"], {(1, 2): 3})]),
        records.Summary([(["odd"], {(1, 2): 3})]),
        records.Environment({"odd": {(1, 2): 3}}),
    ],
)
def test_what_no_store_can_write_down_is_refused_and_the_stream_goes_on(house: Any, event: records.Event) -> None:
    _start(house)
    _send(house, event, records.Config([(["lr"], 0.1)]))
    assert _run(house).config == {"lr": 0.1}
    assert _run(house).refused


def test_an_exit_code_beyond_64_bits_ends_the_run_all_the_same(house: Any) -> None:
    _start(house)
    _send(house, records.Finish("failed", 1 << 63, 1_760_000_100.0))
    with house.catalog.stores.metadata.read() as unit:
        (writer,) = unit.runs.writers(1)
    assert _run(house).exit_code == writer.exit_code == (1 << 63) - 1


def test_a_definition_that_asks_for_an_unknown_aggregate_spoils_no_page(house: Any) -> None:
    _start(house)
    _send(house, records.Define("loss", summary=["median"]), rows=3)
    assert _run(house).summary == {"loss": 2.0}
    _send(house, records.Define("loss", summary=["median", "min"]), first=4)
    assert _run(house).summary == {"loss": 0.0}


def test_signs_of_life_outlast_a_database_that_is_busy(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _start(house)
    house.clock.advance(limits.CRASHED_AFTER_S - 1)
    house.catalog.ingest.heartbeat(house.ann, PATH, "w1")

    def busy() -> None:
        raise Unavailable(detail="The metadata database has been busy for 30 s.")

    with monkeypatch.context() as patch:
        patch.setattr(house.catalog.stores.metadata, "begin", busy)
        with pytest.raises(Unavailable):
            house.catalog.ingest.save_heartbeats()
    house.clock.advance(2)
    assert house.catalog.ingest.mark_silent() == []
    assert _run(house).state == "running"


def test_two_batches_without_numbers_at_once_are_both_kept(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _start(house)
    metrics = house.catalog.stores.metrics
    next_seq, both = metrics.next_seq, threading.Barrier(2)

    def together(*given: Any) -> int:
        found: int = next_seq(*given)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.2)  # for another that asks at the same time, where it can
        return found

    monkeypatch.setattr(metrics, "next_seq", together)

    def send(step: int) -> int:
        body = msgspec.json.encode({"writer": "w1", "rows": [{"step": step, "values": {"loss": float(step)}}]})
        return batches._append(house.catalog, house.ann, PATH, body, is_json=True, writer="").acked_seq

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, [1, 2])) == [0, 1]
    assert metrics.run_summaries(_ref(house))["loss"].count[0] == 2


def _ref(house: Any) -> Any:
    with house.catalog.stores.metadata.read() as unit:
        return unit.runs.get(unit.projects.get("ann", "digits").key, "r1").ref
