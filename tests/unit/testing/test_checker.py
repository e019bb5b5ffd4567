"""The judge of the fault tests tells every kind of wrong apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.journal.folder import RunFolder, SyncStatus
from assay.journal.frames import Head
from assay.journal.writer import JournalWriter
from assay.testing.checker import History, accounts, row
from assay.wire.records import Refused, Start


def a_history() -> History:
    history = History(seed=7)
    history.rows("a", 5)
    history.ok("a", 3)
    history.rows("b", 2)
    history.ok("b", 2)
    return history


def kept(*names: str) -> list[dict[str, float]]:
    return [row(7, name[0], int(name[1:])) for name in names]


def test_all_that_was_acknowledged_once_and_in_order_is_clean() -> None:
    findings = a_history().require_clean(kept("a0", "b0", "a1", "a2", "b1"))
    assert (findings.acked, findings.stored) == (5, 5)


def test_what_was_handed_over_and_not_acknowledged_may_be_there() -> None:
    assert a_history().check(kept("a0", "a1", "a2", "a3", "b0", "b1")).is_clean


@pytest.mark.parametrize(
    ("rows", "kind", "names"),
    [
        (kept("a0", "a2", "b0", "b1"), "lost", ("a:1",)),
        (kept("a0", "a1", "a1", "a2", "b0", "b1"), "duplicated", ("a:1",)),
        (kept("a0", "a1", "a2", "b0", "b1", "b2"), "phantom", ("b:2",)),
        (kept("a0", "a1", "a2", "b0", "b1", "z0"), "phantom", ("z:0",)),
        (kept("a0", "a2", "a1", "b0", "b1"), "disordered", ("a:1",)),
        ([*kept("a0", "a1", "b0", "b1"), {"a/i": 2.0, "a/hash": row(7, "b", 2)["b/hash"]}], "corrupt", ("a:2",)),
        ([*kept("a0", "a1", "b0", "b1"), {"a/i": 2.0, "a/hash": None}], "corrupt", ("a:2",)),
    ],
)
def test_each_kind_of_wrong_is_told_by_its_name(rows: list[dict[str, float]], kind: str, names: tuple[str, ...]) -> None:
    findings = a_history().check(rows)
    assert getattr(findings, kind) == names
    assert not findings.is_clean
    with pytest.raises(AssertionError, match=rf"seed 7.*1 {kind} \({names[0]}\) after 3 kills"):
        a_history().require_clean(rows, "after 3 kills")


def test_the_accounts_balance_and_a_status_that_lies_is_noticed(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "r")
    folder.create()
    with_head = JournalWriter.create(folder.journal_path("w1"), Head("w1", "r"))
    with_head.append(Start("", "p", "r", "w1", {}))
    for number in range(10):
        with_head.append_row(("a",), number, 0.0, [1.0])
    with_head.append(Refused("*", "no room", 3))
    with_head.close()
    status = SyncStatus(acked={"w1": 6}, waiting_rows={"w1": 6})  # Start, the shape and five rows are there
    folder.write_status(status)
    found = accounts(folder, accepted=13, stored=5)
    found.require_balance()
    assert (found.refused, found.waiting) == (3, 5)
    with pytest.raises(AssertionError):
        accounts(folder, accepted=14, stored=5).require_balance()
    status.waiting_rows = {"w1": 4}
    folder.write_status(status)
    with pytest.raises(AssertionError, match="status says 4 records wait, the journal holds 6"):
        accounts(folder, accepted=13, stored=5)
