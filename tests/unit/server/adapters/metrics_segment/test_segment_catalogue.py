"""The catalogue: transactions whole or not at all, the dead stay dead, and a newer file is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.server.adapters.metrics_segment.catalogue import (
    Catalogue,
    add_segment,
    console_stream,
    first_stream,
    lineage_stream,
    save_runs,
    set_number,
    system_stream,
)
from assay.wire.errors import Unavailable


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    found = Catalogue(tmp_path / "catalogue.sqlite")
    yield found
    found.close()


def row(number: int, *, order: int, last_step: int = 5) -> tuple[object, ...]:
    return (number, 1, 10 + number, order, 0, last_step, b"summary", None)


def test_a_change_that_fails_changes_nothing(catalogue: Catalogue) -> None:
    with pytest.raises(RuntimeError, match="half way"), catalogue.change() as db:
        add_segment(db.execute, 1, 0, 10, 100)
        raise RuntimeError("half way")
    assert catalogue.segments() == []
    with catalogue.change() as db:
        add_segment(db.execute, 1, 0, 10, 100)
    assert catalogue.segments() == [(1, 0)]


def test_numbers_are_set_and_set_again(catalogue: Catalogue) -> None:
    assert catalogue.number("sealed_log", 0) == 0
    for value in (3, 4):
        with catalogue.change() as db:
            set_number(db.execute, "sealed_log", value)
    assert catalogue.number("sealed_log", 0) == 4


def test_a_run_is_never_told_what_it_was_before(catalogue: Catalogue) -> None:
    for order, last_step in ((7, 50), (3, 20)):
        with catalogue.change() as db:
            save_runs(db.execute, [(row(1, order=order, last_step=last_step), {"w": order})])
    (found,) = catalogue.runs(1)
    assert (found.next_order, found.last_step) == (7, 50)
    assert catalogue.marks(1) == {"w": 7}


def test_what_was_set_aside_before_a_deletion_does_not_bring_the_run_back(catalogue: Catalogue) -> None:
    with catalogue.change() as db:
        db.execute("INSERT INTO runs (number, project, run_key, is_deleted) VALUES (1, 1, 11, 1)")
    with catalogue.change() as db:
        save_runs(db.execute, [(row(1, order=9), {"w": 4})])
    assert catalogue.runs(1) == []
    assert catalogue.marks(1) == {}
    assert catalogue.dead_numbers() == {1}


def test_a_copy_is_whole(catalogue: Catalogue, tmp_path: Path) -> None:
    with catalogue.change() as db:
        save_runs(db.execute, [(row(1, order=1), {"w": 0})])
    catalogue.copy(tmp_path / "copy.sqlite")
    copy = Catalogue(tmp_path / "copy.sqlite")
    assert copy.store_id == catalogue.store_id
    assert copy.runs(1) == catalogue.runs(1)
    assert copy.check() == []
    copy.close()


def test_a_catalogue_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    Catalogue(tmp_path / "catalogue.sqlite").close()
    db = sqlite3.connect(tmp_path / "catalogue.sqlite")
    db.execute("PRAGMA user_version = 2")
    db.close()
    with pytest.raises(Unavailable, match="newer"):
        Catalogue(tmp_path / "catalogue.sqlite")


def test_no_two_streams_have_one_number() -> None:
    streams = [make(n) for n in range(1, 500) for make in (first_stream, system_stream, console_stream, lineage_stream)]
    assert len(set(streams)) == len(streams)
