"""Runs that go to another project, and copies of them."""

from __future__ import annotations

import hashlib
import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from assay.server.domain.artifacts import Edge
from assay.server.domain.homes import run_space
from assay.server.domain.runs import RunRef
from assay.server.ports.metrics import RowsQuery
from assay.server.services import transfers
from assay.testing.clock import START
from assay.testing.factories import a_batch, a_collection, a_version
from assay.wire import records
from assay.wire.errors import Conflict, Forbidden, InvalidRequest, Moved, NotFound, StorageFull, TooManyRequests
from assay.wire.messages.projects import ProjectEdit
from assay.wire.messages.runs import (
    FileDraft,
    FilesDraft,
    RunBulkEdit,
    RunEdit,
    RunSelection,
    RunStart,
    RunsTransferred,
    RunTransfer,
)
from assay.wire.names import ProjectPath, RunPath

HERE, THERE = ProjectPath("ann", "digits"), ProjectPath("red", "letters")
TEXT = b"a model"
ROWS = [{"loss": 1.0, "n": (1 << 62) + 1}, {"loss": math.nan, "pic": {"_type": "image", "path": "a.png"}}, {"loss": -math.inf}]


@dataclass
class Before:
    """Everything that can be read of a run."""

    run: Any
    rows: str
    system: str
    lines: list[Any]
    files: Any
    alerts: Any
    notes: Any
    config: Any


def put_run(house: Any, run_id: str = "r1", project: ProjectPath = HERE, *, is_live: bool = False) -> RunPath:
    path = RunPath(project.entity, project.project, run_id)
    start = RunStart("w1", name="calm-sea", tags=["keep"], notes="first", config={"lr": 0.1, "deep": {"n": 3}}, group="g")
    house.catalog.runs.start(house.ann, path, start, "http://h")
    events: list[Any] = [
        records.Console("stderr", [START, START], ["one", "two"]),
        records.Summary([(["best"], 0.5)], []),
        records.Define("loss", summary=["min"]),
        records.Alert("loss is NaN", "since step 1", "warn", START, 1),
        records.Environment({"gpu": "H100"}),
    ]
    house.catalog.ingest.append(house.ann, path, a_batch(ROWS, events=events))
    house.catalog.ingest.append(house.ann, path, a_batch([{"gpu.0": 40.5}], writer="w2", channel="system"))
    digest = f"sha256:{hashlib.sha256(TEXT).hexdigest()}"
    (ticket,) = house.catalog.files.draft(house.ann, path, FilesDraft([FileDraft("m.bin", digest, len(TEXT))])).tickets
    house.catalog.files.receive(house.catalog.files.open_ticket("PUT", ticket.upload_url.rpartition("/")[2]), io.BytesIO(TEXT))
    house.catalog.files.draft(house.ann, path, FilesDraft([FileDraft("m.bin", digest, len(TEXT))], commit=True))
    house.catalog.runs.edit(house.ann, path, RunEdit(notes="second", config={"lr": 0.2}))
    if not is_live:
        end = [records.Finish("finished", 0, START)]
        house.catalog.ingest.append(house.ann, path, a_batch(events=end, first_seq=len(ROWS) + len(events)))
        house.catalog.endings.work()
    return path


def seen(house: Any, path: RunPath) -> Before:
    catalog, ann = house.catalog, house.ann
    with catalog.stores.metadata.read() as unit:
        project = unit.projects.get(path.entity, path.project)
        run = unit.runs.get(project.key, path.run_id, with_deleted=True)
    rows = [
        repr(list(catalog.stores.metrics.rows(RowsQuery(run.ref, all_rows=True, channel=channel))))
        for channel in ("history", "system")
    ]
    files = catalog.files.list(ann, path, "", 100).files
    return Before(
        run=catalog.runs.get(ann, path), rows=rows[0], system=rows[1],
        lines=catalog.stores.metrics.console(run.ref, 0, 100),
        files=[(file.path, file.size, file.digest) for file in files],
        alerts=[(alert.title, alert.text, alert.step) for alert in catalog.runs.alerts(ann, path.parent, path.run_id).alerts],
        notes=catalog.runs.notes_history(ann, path), config=catalog.runs.config_history(ann, path),
    )  # fmt: skip


def same(before: Before, after: Before, *, but: tuple[str, ...] = ("entity", "project", "ordinal")) -> bool:
    fields = [name for name in before.run.__struct_fields__ if name not in but]
    assert [repr(getattr(before.run, name)) for name in fields] == [repr(getattr(after.run, name)) for name in fields]
    parts = ("rows", "system", "lines", "files", "alerts", "notes", "config")
    assert [getattr(before, name) for name in parts] == [getattr(after, name) for name in parts]
    return True


def move(house: Any, *ids: str, to: ProjectPath = THERE, source: ProjectPath = HERE, **fields: Any) -> RunsTransferred:
    return house.catalog.transfers.move(house.ann, source, RunTransfer(ids=list(ids), to=str(to), **fields))  # type: ignore[no-any-return]


def copy(house: Any, *ids: str, to: ProjectPath = THERE, **fields: Any) -> RunsTransferred:
    return house.catalog.transfers.copy(house.ann, HERE, RunTransfer(ids=list(ids), to=str(to), **fields))  # type: ignore[no-any-return]


def under_way(house: Any) -> list[Any]:
    with house.catalog.stores.metadata.read() as unit:
        return unit.moves.under_way()  # type: ignore[no-any-return]


def test_a_moved_run_is_the_same_run_elsewhere(house: Any) -> None:
    old, new = put_run(house), RunPath("red", "letters", "r1")
    before = seen(house, old)
    answer = move(house, "r1")
    assert [(run.id, run.new_id) for run in answer.runs] == [("r1", "r1")]
    assert (answer.refused, answer.remaining, answer.project) == ([], [], "red/letters")
    after = seen(house, new)
    assert same(before, after)
    assert after.run.ordinal == 1
    with pytest.raises(Moved, match="red/letters/r1"):
        house.catalog.runs.get(house.ann, old)
    assert b"".join(house.catalog.files.archive(house.ann, new))
    assert under_way(house) == []


def test_what_a_moved_run_has_left_in_its_old_project_is_nothing(house: Any) -> None:
    put_run(house)
    with house.catalog.stores.metadata.read() as unit:
        here = unit.projects.get("ann", "digits")
        key = unit.runs.get(here.key, "r1").key
    move(house, "r1")
    metrics = house.catalog.stores.metrics
    assert metrics.keys(here.key) == []
    assert metrics.console_count(RunRef(here.key, key)) == 0
    assert house.catalog.projects.get(house.ann, HERE).run_count == 0


def test_a_copy_is_the_same_run_once_more(house: Any) -> None:
    old = put_run(house)
    before = seen(house, old)
    copy(house, "r1")
    new = RunPath("red", "letters", "r1")
    assert same(before, seen(house, new))
    assert same(before, seen(house, old), but=())
    house.catalog.runs.edit(house.ann, new, RunEdit(notes="mine"))
    house.catalog.bulk.delete(house.ann, HERE, RunSelection(ids=["r1"]))
    admin = house.catalog.bulk.purge(house.ann, HERE, RunSelection(ids=["r1"]))
    assert admin.count == 1
    with house.catalog.stores.metadata.read() as unit:
        run = unit.runs.get(unit.projects.get("red", "letters").key, "r1")
    digests = {file.digest for file in house.catalog.files.list(house.ann, new, "", 10).files}
    assert set(house.catalog.stores.blobs.digests(run_space(run.key))) == digests
    assert "output.log" in [file.path for file in house.catalog.files.list(house.ann, new, "", 10).files]


def test_a_copy_took_in_what_its_original_took_in_and_made_nothing(house: Any) -> None:
    put_run(house)
    with house.catalog.stores.metadata.begin() as unit:
        project = unit.projects.get("ann", "digits")
        run = unit.runs.get(project.key, "r1")
        cats = unit.artifacts.add_collection(a_collection(project))
        taken, made = (unit.artifacts.add_version(a_version(cats, digest=f"sha256:{n * 64}")) for n in "12")
        unit.artifacts.add_edge(Edge(taken.key, run.key, "in", "train", START, project.key, "r1", run.name))
        unit.artifacts.add_edge(Edge(made.key, run.key, "out", "", START, project.key, "r1", run.name))
    copy(house, "r1")
    move(house, "r1", to=ProjectPath("ann", "archive"))
    with house.catalog.stores.metadata.read() as unit:
        twin = unit.runs.get(unit.projects.get("red", "letters").key, "r1")
        archive = unit.projects.get("ann", "archive").key
        edges = [(edge.kind, edge.role, edge.version_key) for edge in unit.artifacts.edges_of_runs([twin.key])]
        assert edges == [("in", "train", taken.key)]
        kept = unit.artifacts.edges_of_runs([run.key])
        assert [(edge.kind, edge.project_key) for edge in kept] == [("in", archive), ("out", archive)]


def test_an_id_that_is_taken_makes_a_new_one(house: Any) -> None:
    put_run(house)
    put_run(house, project=THERE)
    assert [run.new_id for run in move(house, "r1").runs] == ["r1-2"]
    put_run(house, "r2")
    move(house, "r2")
    move(house, "r2", source=THERE, to=ProjectPath("ann", "third"))
    put_run(house, "r2", ProjectPath("ann", "fourth"))
    # The address of a run that has moved on is not given away: links go on leading to it.
    assert [run.new_id for run in move(house, "r2", source=ProjectPath("ann", "fourth")).runs] == ["r2-2"]


def test_what_cannot_go_stays_and_says_why(house: Any) -> None:
    for run_id in ("r1", "r2", "r3"):
        put_run(house, run_id, is_live=run_id == "r2")
    house.catalog.bulk.delete(house.ann, HERE, RunSelection(ids=["r3"]))
    answer = move(house, "r1", "r2", "r3")
    assert [run.id for run in answer.runs] == ["r1"]
    assert [(one.id, one.reason.split(".")[0]) for one in answer.refused] == [
        ("r2", "It is running"),
        ("r3", "It is in the trash"),
    ]
    assert house.catalog.runs.get(house.ann, RunPath("ann", "digits", "r2")).state == "running"
    with pytest.raises(InvalidRequest, match="already"):
        move(house, "r2", to=HERE)
    with pytest.raises(NotFound, match="nobody"):
        move(house, "r2", to=ProjectPath("nobody", "x"))


def test_no_project_is_made_for_runs_that_stay(house: Any) -> None:
    put_run(house, is_live=True)
    assert len(move(house, "r1").refused) == 1
    assert move(house).runs == []
    with pytest.raises(NotFound):
        house.catalog.projects.get(house.ann, THERE)


def test_who_may_move_and_copy(house: Any) -> None:
    put_run(house)
    put_run(house, "r9", THERE)
    asked = RunTransfer(ids=["r1"], to="red/letters")
    with pytest.raises(NotFound):
        house.catalog.transfers.move(house.zoe, HERE, asked)
    with pytest.raises(Forbidden):  # a viewer of the team takes nothing away, and puts nothing in
        house.catalog.transfers.move(house.vic, THERE, RunTransfer(ids=["r9"], to="vic/mine"))
    put_run(house, "r8", ProjectPath("red", "other"))
    with pytest.raises(Forbidden):
        house.catalog.transfers.copy(house.vic, THERE, RunTransfer(ids=["r9"], to="red/other"))
    with pytest.raises(NotFound):
        house.catalog.transfers.move(house.ann, HERE, RunTransfer(ids=["r1"], to="zoe/hers"))
    answer = house.catalog.transfers.copy(house.vic, THERE, RunTransfer(ids=["r9"], to="vic/mine"))
    assert [run.new_id for run in answer.runs] == ["r9"]


def test_nobody_learns_where_a_run_went_that_they_cannot_see(house: Any) -> None:
    put_run(house, project=THERE)
    move(house, "r1", source=THERE, to=ProjectPath("ann", "secret"))
    with pytest.raises(NotFound) as refused:
        house.catalog.runs.get(house.vic, RunPath("red", "letters", "r1"))
    assert "secret" not in str(refused.value)


def test_moving_is_taken_back_with_id_and_ordinal(house: Any) -> None:
    put_run(house, "r0")
    old = put_run(house)
    put_run(house, project=THERE)
    before = seen(house, old)
    done = move(house, "r1")
    house.catalog.runs.edit(house.ann, RunPath("red", "letters", "r1-2"), RunEdit(notes="since"))
    assert house.catalog.bulk.undo(house.ann, HERE, done.undo).ids == ["r1"]
    after = seen(house, old)
    assert after.run.notes == "since"
    house.catalog.runs.edit(house.ann, old, RunEdit(notes=before.run.notes))
    after = seen(house, old)
    after.notes = before.notes
    assert same(before, after, but=())
    with pytest.raises(NotFound, match="undo"):
        house.catalog.bulk.undo(house.ann, HERE, done.undo)


def test_a_run_that_went_elsewhere_since_is_not_taken_back(house: Any) -> None:
    put_run(house)
    done = move(house, "r1")
    move(house, "r1", source=THERE, to=ProjectPath("ann", "third"))
    back = house.catalog.bulk.undo(house.ann, HERE, done.undo)
    assert (back.count, [one.reason for one in back.refused]) == (0, ["It was moved to ann/third since."])
    with pytest.raises(Moved, match="ann/third/r1"):
        house.catalog.runs.get(house.ann, RunPath("ann", "digits", "r1"))


def test_copies_that_went_elsewhere_are_named_when_they_are_taken_back(house: Any) -> None:
    put_run(house)
    done = copy(house, "r1")
    move(house, "r1", source=THERE, to=ProjectPath("ann", "third"))
    back = house.catalog.bulk.undo(house.ann, HERE, done.undo)
    assert (back.count, [one.reason for one in back.refused]) == (0, ["It was moved to ann/third since."])


def test_copies_that_are_taken_back_go_to_the_trash(house: Any) -> None:
    put_run(house)
    done = copy(house, "r1")
    assert house.catalog.bulk.undo(house.ann, HERE, done.undo).count == 1
    assert house.catalog.runs.get(house.ann, RunPath("red", "letters", "r1")).deleted_at
    assert not house.catalog.runs.get(house.ann, RunPath("ann", "digits", "r1")).deleted_at


def test_a_request_without_time_says_what_remains_and_is_undone_as_one(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "_REQUEST_S", 0.0)
    for n in range(3):
        put_run(house, f"r{n}")
    answer = house.catalog.transfers.move(house.ann, HERE, RunTransfer(is_everything=True, to=str(THERE)))
    parts = [answer]
    while answer.remaining:
        assert len(answer.runs) == 1
        answer = move(house, *answer.remaining, undo=answer.undo)
        parts.append(answer)
    assert [run.id for part in parts for run in part.runs] == ["r0", "r1", "r2"] and len({part.undo for part in parts}) == 1
    put_run(house, "r7")
    with pytest.raises(NotFound, match="go on"):
        copy(house, "r7", to=ProjectPath("ann", "x"), undo=answer.undo)
    back, count = house.catalog.bulk.undo(house.ann, HERE, answer.undo), 0
    while back.remaining:
        count, back = count + back.count, house.catalog.bulk.undo(house.ann, HERE, answer.undo)
    assert count + back.count == 3
    assert house.catalog.projects.get(house.ann, HERE).run_count == 4


def test_late_data_finds_the_run_where_it_is(house: Any) -> None:
    path = put_run(house, is_live=True)
    house.clock.advance(3_600)
    house.catalog.ingest.mark_silent()
    assert house.catalog.runs.get(house.ann, path).state == "crashed"
    house.catalog.ingest.append(house.ann, path, a_batch([{"loss": 3.0}], first_seq=8, first_step=3))  # a handle is remembered
    house.clock.advance(3_600)
    house.catalog.ingest.mark_silent()
    move(house, "r1")
    new = RunPath("red", "letters", "r1")
    late = a_batch([{"loss": 4.0}], first_seq=9, first_step=4)
    with pytest.raises(Moved, match="red/letters/r1"):
        house.catalog.ingest.append(house.ann, path, late)
    with pytest.raises(Moved):
        house.catalog.runs.start(house.ann, path, RunStart("w1"), "http://h")
    assert house.catalog.runs.start(house.ann, new, RunStart("w1"), "http://h").writer_next_seq == 9
    assert house.catalog.ingest.append(house.ann, new, late).acked_seq == 9
    assert house.catalog.ingest.append(house.ann, new, late).acked_seq == 9
    assert house.catalog.runs.get(house.ann, new).last_step == 4


def test_nobody_begins_another_run_at_the_address_of_one_that_moved(house: Any) -> None:
    path = put_run(house)
    move(house, "r1")
    with pytest.raises(Conflict, match="moved to red/letters/r1"):
        house.catalog.runs.start(house.ann, path, RunStart("w9"), "http://h")
    with pytest.raises(Moved):
        house.catalog.runs.start(house.ann, path, RunStart("w9", resume="must"), "http://h")


def test_rows_that_come_while_a_run_is_on_its_way_are_asked_to_come_again(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put_run(house)
    metrics = house.catalog.stores.metrics
    copied = metrics.copy
    met: list[Exception] = []

    def copy_and_write(pairs: Any) -> None:
        copied(pairs)
        try:
            house.catalog.ingest.append(house.ann, path, a_batch([{"loss": 9.0}], writer="w7"))
        except TooManyRequests as error:
            met.append(error)

    monkeypatch.setattr(metrics, "copy", copy_and_write)
    move(house, "r1")
    assert len(met) == 1
    with pytest.raises(Moved):
        house.catalog.ingest.append(house.ann, path, a_batch([{"loss": 9.0}], writer="w7"))


def test_a_run_that_went_elsewhere_while_this_waited_for_its_turn_is_named_so(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_run(house)
    service, held, elsewhere = house.catalog.transfers, house.catalog.transfers._held, []

    def held_after_another() -> Any:
        monkeypatch.setattr(service, "_held", held)
        elsewhere.append(service.move(house.ann, HERE, RunTransfer(ids=["r1"], to=str(THERE))))
        return held()

    monkeypatch.setattr(service, "_held", held_after_another)
    answer = service.move(house.ann, HERE, RunTransfer(ids=["r1"], to=str(THERE)))
    assert [went.new_id for went in elsewhere[0].runs] == ["r1"]
    assert (answer.runs, [refused.reason for refused in answer.refused]) == ([], ["It is in another project already."])


def test_what_somebody_wrote_of_the_other_project_meanwhile_stays(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put_run(house)
    put_run(house, "r2", THERE)
    metrics = house.catalog.stores.metrics
    copy_rows = metrics.copy

    def slowly(pairs: Any) -> None:
        house.catalog.projects.edit(house.ann, THERE, ProjectEdit(description="Letters, by hand"))
        copy_rows(pairs)

    monkeypatch.setattr(metrics, "copy", slowly)
    assert len(move(house, "r1").runs) == 1
    assert house.catalog.projects.get(house.ann, THERE).description == "Letters, by hand"


def put_file(house: Any, path: RunPath, name: str, data: bytes) -> None:
    files = [FileDraft(name, f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))]
    (ticket,) = house.catalog.files.draft(house.ann, path, FilesDraft(files)).tickets
    house.catalog.files.receive(house.catalog.files.open_ticket("PUT", ticket.upload_url.rpartition("/")[2]), io.BytesIO(data))
    house.catalog.files.draft(house.ann, path, FilesDraft(files, commit=True))


def test_a_copy_has_no_file_whose_content_came_too_late(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put_run(house)
    metrics = house.catalog.stores.metrics
    copy_rows = metrics.copy

    def and_send(pairs: Any) -> None:
        copy_rows(pairs)
        put_file(house, path, "late.txt", b"late")

    monkeypatch.setattr(metrics, "copy", and_send)
    (refused,) = copy(house, "r1").refused
    assert "meanwhile" in refused.reason
    monkeypatch.undo()
    (copied,) = copy(house, "r1").runs
    assert house.catalog.files.preview(house.ann, RunPath("red", "letters", copied.new_id), "late.txt").text == "late"


@pytest.mark.parametrize("way", ["purge", "move"])
def test_a_file_is_not_made_one_of_a_run_that_went_meanwhile(house: Any, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    path = put_run(house)
    blobs, goes = house.catalog.places, [way]
    has = blobs.has

    def and_go(space: str, digest: str) -> bool:
        found = has(space, digest)
        for each in (goes.pop() for _ in range(len(goes))):
            if each == "move":
                move(house, "r1")
            else:
                house.catalog.bulk.delete(house.ann, HERE, RunSelection(ids=["r1"]))
                house.catalog.bulk.purge(house.ann, HERE, RunSelection(ids=["r1"]))
        return bool(found)

    monkeypatch.setattr(blobs, "has", and_go)
    digest = f"sha256:{hashlib.sha256(TEXT).hexdigest()}"
    with pytest.raises(Moved if way == "move" else NotFound):
        house.catalog.files.draft(house.ann, path, FilesDraft([FileDraft("again.bin", digest, len(TEXT))], commit=True))


def test_a_run_that_changes_while_it_is_on_its_way_stays(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for run_id in ("r1", "r2"):
        put_run(house, run_id)
    metrics, copied = house.catalog.stores.metrics, house.catalog.stores.metrics.copy

    def copy_and_resume(pairs: Any) -> None:
        copied(pairs)
        if any(house.catalog.runs.get(house.ann, RunPath("ann", "digits", "r2")).state == "finished" for _ in pairs):
            house.catalog.runs.start(house.ann, RunPath("ann", "digits", "r2"), RunStart("w5", resume="allow"), "http://h")

    monkeypatch.setattr(metrics, "copy", copy_and_resume)
    monkeypatch.setattr(transfers, "_QUICK_S", 60.0)
    answer = house.catalog.transfers.move(house.ann, HERE, RunTransfer(ids=["r2"], to=str(THERE)))
    assert answer.runs == [] and "meanwhile" in answer.refused[0].reason and answer.undo == ""
    assert house.catalog.runs.get(house.ann, RunPath("ann", "digits", "r2")).state == "running"
    with house.catalog.stores.metadata.read() as unit:
        there = unit.projects.get("red", "letters").key
    assert metrics.keys(there) == [] and under_way(house) == []


@pytest.mark.parametrize("kind", ["move", "copy"])
@pytest.mark.parametrize("moment", ["copied", "committed", "deleted"])
def test_a_server_that_dies_on_the_way_leaves_the_run_in_one_place(
    house: Any, monkeypatch: pytest.MonkeyPatch, kind: str, moment: str
) -> None:
    old, new = put_run(house), RunPath("red", "letters", "r1")
    before = seen(house, old)
    stores, service = house.catalog.stores, house.catalog.transfers

    class Killed(BaseException):
        """The process is gone: nothing after it happens."""

    real_copy, real_clean = stores.metrics.copy, service._clean_up
    calls: list[int] = []

    def dying_copy(pairs: Any) -> None:
        real_copy(pairs)
        monkeypatch.setattr(service, "_clean_up", lambda: 0)
        raise Killed

    def dying_clean_up() -> int:
        calls.append(1)
        if len(calls) == 2:
            if moment == "deleted":
                with stores.metadata.read() as unit:
                    left = unit.moves.under_way()
                stores.metrics.delete([stray for one in left for stray in one.strays(one.target_key)] if kind == "move" else [])
            raise Killed
        return real_clean()

    with monkeypatch.context() as patch:
        if moment == "copied":
            patch.setattr(stores.metrics, "copy", dying_copy)
        else:
            patch.setattr(service, "_clean_up", dying_clean_up)
        with pytest.raises(Killed):
            getattr(service, kind)(house.ann, HERE, RunTransfer(ids=["r1"], to=str(THERE)))
    monkeypatch.setattr(service, "_clean_up", real_clean)
    is_there = moment != "copied"
    is_here = kind == "copy" or not is_there
    service.clean_up()
    assert under_way(house) == []
    for path, is_present in ((old, is_here), (new, is_there)):
        if is_present:
            assert same(before, seen(house, path))
        else:
            with pytest.raises((NotFound, Moved)):
                house.catalog.runs.get(house.ann, path)
    with stores.metadata.read() as unit:
        keys = {path: unit.projects.get(path.entity, path.project).key for path in (HERE, THERE)}
        runs = [unit.runs.get(keys[path], "r1") for path in (HERE, THERE)]
    assert [bool(stores.metrics.keys(keys[path])) for path in (HERE, THERE)] == [is_here, is_there]
    spaces = {space for space, _ in stores.blobs._own.contents}
    assert spaces == {run_space(run.key) for run in runs if run is not None}
    if is_here and not is_there:  # and it can be done again
        getattr(service, kind)(house.ann, HERE, RunTransfer(ids=["r1"], to=str(THERE)))
        assert same(before, seen(house, new))


def test_a_full_disk_changes_nothing(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    old = put_run(house)
    before = seen(house, old)

    def full(_pairs: Any) -> None:
        raise StorageFull(detail="no space left", where="disk")

    monkeypatch.setattr(house.catalog.stores.metrics, "copy", full)
    with pytest.raises(StorageFull):
        copy(house, "r1")
    assert same(before, seen(house, old), but=())
    assert under_way(house) == []
    assert house.catalog.projects.get(house.ann, THERE).run_count == 0


def test_runs_stay_where_they_are_while_a_backup_is_made(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "_WAIT_S", 0.01)
    put_run(house)
    with house.catalog.transfers.moving, pytest.raises(TooManyRequests, match="backup"):
        move(house, "r1")
    assert len(move(house, "r1").runs) == 1


def test_lists_and_edits_follow_a_move(house: Any) -> None:
    put_run(house)
    put_run(house, "r2")
    edit = house.catalog.bulk.edit(house.ann, HERE, RunBulkEdit(ids=["r1", "r2"], add_tags=["new"]))
    move(house, "r1")
    assert house.catalog.bulk.undo(house.ann, HERE, edit.undo).ids == ["r2"]
    table = house.catalog.stores.metrics.summaries
    with house.catalog.stores.metadata.read() as unit:
        there = unit.projects.get("red", "letters")
        run = unit.runs.get(there.key, "r1")
    assert run.tags == ("keep", "new")
    assert table(there.key, np.array([run.key]), "loss").count.tolist() == [3]
