"""Sealed journals, format 2, as the release that made it wrote them. These files are never written again."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.journal.reader import JournalReader, Tail, last_records
from assay.wire.errors import JournalNewer
from tests.golden.test_journal_v1 import EVERY_KIND

GOLDEN = Path(__file__).parent / "journal_v2"


def test_every_kind_of_record_is_read_from_a_sealed_journal() -> None:
    with JournalReader(GOLDEN / "every_kind.journal") as reader:
        found = list(reader.records())
        assert [record for _, record, _ in found] == EVERY_KIND
        assert [seq for seq, _, _ in found] == list(range(len(EVERY_KIND)))
        assert reader.tail() is Tail.CLEAN
        assert reader.head is not None
        assert (reader.head.writer, reader.head.run_id, reader.head.project) == ("w00000001", "r1", "digits")
    assert last_records(GOLDEN / "every_kind.journal") == list(enumerate(EVERY_KIND))


def test_what_is_torn_or_damaged_in_a_sealed_journal_is_told_apart() -> None:
    for name, tail in (("torn_tail", Tail.TORN), ("damaged", Tail.DAMAGED)):
        with JournalReader(GOLDEN / f"{name}.journal", skip_damage=True) as reader:
            assert list(reader.records()) == []
            assert reader.tail() is tail


def test_a_newer_format_is_refused() -> None:
    with pytest.raises(JournalNewer):
        JournalReader(GOLDEN / "newer.journal")
