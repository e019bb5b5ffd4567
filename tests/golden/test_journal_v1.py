"""Journals of format 1, as the release that made it wrote them. These files are never written again."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

from assay.journal.reader import JournalReader, Tail
from assay.journal.writer import JournalWriter
from assay.wire import records as r
from assay.wire.batch import Batch
from assay.wire.errors import JournalDamaged

GOLDEN = Path(__file__).parent / "journal_v1"
TIME = 1_800_000_000.0
MOMENT = datetime.datetime(2027, 1, 15, 8, tzinfo=datetime.UTC)
INFO = {"writer": "w00000001", "name": "first", "config": {"lr": 0.1}, "pid": 42}
EVERY_KIND = [
    r.Start("ada", "digits", "r1", "w00000001", INFO, "rank 0"),
    r.Shape(0, list("abcdefgh")),
    r.Row(0, 0, TIME, [0.5, float("inf"), -(1 << 63), True, "text ä", [1, None], {"a": 1.5}, MOMENT]),
    r.Shape(1, ["a", "b"]),
    r.Row(1, 7, TIME + 1, [1.5, float("-inf")]),
    r.Config([(["opt", "lr"], 0.2)], [["old"]], TIME),
    r.Summary([(["best"], 0.1)], [["gone"]]),
    r.Define("val/*", "epoch", True, False, ["min", "best"], "minimize", "%", False),
    r.Console("stderr", [TIME, TIME + 1], ["one", "two"], "rank 0"),
    r.File("model.pt", "end", "/data/model.pt"),
    r.Alert("title", "text", "warn", TIME, 3, 60.0),
    r.Environment({"python": {"version": "3.11.7"}}),
    r.Progress(3, 10, TIME),
    r.Refused("key", "reason", 2, 5),
    r.Edit({"name": "new"}),
    r.Finish("failed", 3, TIME + 9),
]  # fmt: skip


def test_every_kind_of_record_is_read_as_it_was_written() -> None:
    with JournalReader(GOLDEN / "every_kind.journal") as reader:
        found = list(reader.records())
        assert [record for _, record, _ in found] == EVERY_KIND
        assert [seq for seq, _, _ in found] == list(range(len(EVERY_KIND)))
        assert reader.tail() is Tail.CLEAN
        assert reader.head is not None
        assert (reader.head.writer, reader.head.run_id, reader.head.project) == ("w00000001", "r1", "digits")


def test_a_torn_tail_costs_its_frame_alone_and_the_journal_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "torn.journal"
    shutil.copyfile(GOLDEN / "torn_tail.journal", path)
    with JournalReader(path) as reader:
        assert [record for _, record, _ in reader.records()] == EVERY_KIND[:-1]
        assert reader.tail() is Tail.TORN
    writer = JournalWriter.reopen(path)
    assert writer.append(EVERY_KIND[-1]) == len(EVERY_KIND) - 1
    writer.close()
    assert path.read_bytes() == (GOLDEN / "every_kind.journal").read_bytes()


def test_damage_in_the_middle_is_reported_and_costs_its_frame_alone() -> None:
    with JournalReader(GOLDEN / "damaged.journal") as reader, pytest.raises(JournalDamaged):
        list(reader.records())
    with JournalReader(GOLDEN / "damaged.journal", skip_damage=True) as reader:
        found = [record for _, record, _ in reader.records()]
        assert sum(damage.lost for damage in reader.damages) == 1
    assert sum(a != b for a, b in zip(found, EVERY_KIND, strict=True)) == 1


def test_a_batch_of_format_1_is_read_as_it_was_sent() -> None:
    batch = Batch.fold("w00000001", list(enumerate(EVERY_KIND)), {})
    assert Batch.decode((GOLDEN / "every_kind.batch").read_bytes()) == batch


def test_a_record_of_an_artifact_is_read_as_it_was_written() -> None:
    """A kind that came later; its bytes are fixed here because the files above are not written again."""
    written = bytes.fromhex("970fa26131a6646967697473a764617461736574a36c6f67cb41dad2748000000007")
    assert r.decode(written) == r.Artifact("a1", "digits", "dataset", "log", TIME, 7)
    assert r.encode(r.Artifact("a1", "digits", "dataset", "log", TIME, 7)) == written
