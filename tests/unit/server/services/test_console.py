"""The console's service: pages, search, time, levels, unfinished lines."""

from __future__ import annotations

import random
import threading

import pytest

from assay.server.domain.runs import RunRef
from assay.server.services import console_scan
from assay.server.services.console import Look
from assay.testing.batches import BatchWriter
from assay.testing.memory.metrics import MemoryMetricStore
from assay.wire.errors import Forbidden, InvalidPattern, InvalidRequest, NotFound
from assay.wire.messages.console import ConsoleSearch
from assay.wire.messages.runs import RunStart
from assay.wire.names import RunPath
from assay.wire.records import Console
from tests.unit.server.services.conftest import House

PATH = RunPath("red", "plans", "r1")


@pytest.fixture
def writer(house: House) -> BatchWriter:
    house.catalog.runs.start(house.ann, PATH, RunStart("w1"), "http://here")
    return BatchWriter("w1")


def _print(house: House, writer: BatchWriter, *records: Console) -> None:
    house.catalog.ingest.append(house.ann, PATH, writer.fold(records))


def _say(house: House, writer: BatchWriter, *lines: str, label: str = "", first_time: float = 100.0) -> None:
    _print(house, writer, Console("stdout", [first_time + i for i in range(len(lines))], list(lines), label))


def _search(house: House, pattern: str, **options: object) -> list[int]:
    asked = ConsoleSearch(pattern, **options)  # type: ignore[arg-type]
    return [match.number for match in house.catalog.console.search(house.vic, PATH, asked).matches]


def test_pages_carry_levels_and_a_negative_first_counts_from_the_end(house: House, writer: BatchWriter) -> None:
    _say(house, writer, "step 1", "WARNING: slow", "ERROR: out of memory")
    page = house.catalog.console.page(house.vic, PATH, -2, 10)
    assert [(line.number, line.level) for line in page.lines] == [(1, "warn"), (2, "error")]
    assert (page.total, page.line_count, page.is_complete) == (3, 3, True)


def test_a_console_that_goes_elsewhere_while_it_is_looked_at_is_empty(
    house: House, writer: BatchWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    _say(house, writer, "one", "two", "three")
    service = house.catalog.console
    assert _search(house, "t") == [1, 2]
    # Its run was moved or purged after it was found: the lines are not where they were.
    monkeypatch.setattr(house.catalog.stores.metrics, "console", lambda *_: [])
    assert service.at(house.vic, PATH, 0.0).number == -1
    assert service.place(house.vic, PATH, 1).number == -1
    assert _search(house, "t") == []
    assert service.page(house.vic, PATH, 0, 10, Look(streams=("stdout",))).lines == []


def test_a_stranger_learns_nothing(house: House, writer: BatchWriter) -> None:
    _say(house, writer, "secret")
    service = house.catalog.console
    for ask in (
        lambda: service.page(house.zoe, PATH, 0, 1),
        lambda: service.search(house.zoe, PATH, ConsoleSearch("s")),
        lambda: service.strip(house.zoe, PATH, 10),
        lambda: service.at(house.zoe, PATH, 0.0),
        lambda: service.place(house.zoe, PATH, 0),
        lambda: service.download(house.zoe, PATH),
    ):
        with pytest.raises((NotFound, Forbidden)):
            ask()


def test_a_search_goes_both_ways_and_pages(house: House, writer: BatchWriter) -> None:
    _say(house, writer, *(f"line {i} {'hit' if i % 10 == 3 else ''}" for i in range(50)))
    assert _search(house, "hit") == [3, 13, 23, 33, 43]
    assert _search(house, "hit", first=14, limit=2) == [23, 33]
    assert _search(house, "hit", first=33, limit=2, direction="backward") == [33, 23]
    assert _search(house, "hit", direction="backward", limit=1) == [43]
    found = house.catalog.console.search(house.vic, PATH, ConsoleSearch("hit", limit=2))
    assert (found.total, found.next, found.is_complete) == (5, 14, True)
    assert [match.position for match in found.matches] == [0, 1]
    assert house.catalog.console.search(house.vic, PATH, ConsoleSearch("hit", first=14, limit=9)).next is None


def test_a_text_is_looked_for_as_it_stands(house: House, writer: BatchWriter) -> None:
    _say(house, writer, "a.b", "axb", "A.B")
    assert _search(house, "a.b") == [0, 1]
    assert _search(house, "a.b", is_regex=False) == [0]
    assert _search(house, "a.b", is_regex=False, ignore_case=True) == [0, 2]


def test_colours_are_not_in_the_way_and_spans_count_as_browsers_do(house: House, writer: BatchWriter) -> None:
    _say(house, writer, "😀 \x1b[31mERR\x1b[0mOR here")
    (match,) = house.catalog.console.search(house.vic, PATH, ConsoleSearch("ERROR")).matches
    assert match.spans == [(3, 8)]


def test_anchors_and_classes_stay_within_their_line(house: House, writer: BatchWriter) -> None:
    _say(house, writer, "ab", "", "ba", "b")
    assert _search(house, "^b") == [2, 3]
    assert _search(house, "b$") == [0, 3]
    assert _search(house, "b[^x]*a") == [2]
    assert _search(house, r"\Ab\z") == [3]
    assert _search(house, "^$") == [1]
    assert _search(house, "x*") == [0, 1, 2, 3]


@pytest.mark.parametrize(("pattern", "at"), [("ab(c", 2), ("*a", 0), ("x[ab", 1), ("a\\", 2), ("ab)", 2), ("a{9999}", 1)])
def test_a_bad_expression_points_at_its_fault(house: House, writer: BatchWriter, pattern: str, at: int) -> None:
    with pytest.raises(InvalidPattern) as caught:
        _search(house, pattern)
    assert caught.value.fields["at"] == at
    assert "RE2" in str(caught.value)


def test_what_cannot_be_meant_is_refused_by_name(house: House, writer: BatchWriter) -> None:
    with pytest.raises(InvalidRequest, match="level 'loud' is unknown"):
        house.catalog.console.page(house.vic, PATH, 0, 1, Look(levels=("loud",)))
    with pytest.raises(InvalidRequest, match="pattern is empty"):
        _search(house, "")
    with pytest.raises(InvalidRequest, match="buckets is 0"):
        house.catalog.console.strip(house.vic, PATH, 0)


def test_filters_give_places_among_the_lines_that_pass(house: House, writer: BatchWriter) -> None:
    for i in range(6):
        _say(house, writer, f"WARN {i}" if i % 2 else f"ok {i}", label=f"rank{i % 3}", first_time=float(i))
    warned = Look(levels=("warn",))
    page = house.catalog.console.page(house.vic, PATH, 1, 10, warned)
    assert ([line.number for line in page.lines], page.total, page.line_count) == ([3, 5], 3, 6)
    assert house.catalog.console.page(house.vic, PATH, -1, 10, Look(labels=("rank1",))).lines[0].number == 4
    place = house.catalog.console.place(house.vic, PATH, 4, warned)
    assert (place.number, place.position) == (5, 2)
    assert house.catalog.console.at(house.vic, PATH, 1.5, warned).number == 3
    only = house.catalog.console.page(house.vic, PATH, 0, 10, Look(levels=("warn",), pattern="[13]"), only_matches=True)
    assert [(line.number, line.spans) for line in only.lines] == [(1, [(5, 6)]), (3, [(5, 6)])]


def test_the_strip_counts_every_line_once(house: House, writer: BatchWriter) -> None:
    _say(house, writer, *(["INFO a"] * 10 + ["ERROR b"] * 3 + ["WARN c"] * 2), label="rank0")
    strip = house.catalog.console.strip(house.vic, PATH, 5, Look(pattern="b"))
    assert sum(bucket.lines for bucket in strip.buckets) == 15
    assert sum(bucket.matches for bucket in strip.buckets) == strip.matches == 3
    assert (strip.infos, strip.warnings, strip.errors) == (10, 2, 3)
    assert [(label.label, label.lines) for label in strip.labels] == [("rank0", 15)]
    assert strip.buckets[0].first == 0
    assert house.catalog.console.strip(house.vic, PATH, 5).matches == 0


def test_an_empty_console_is_no_error(house: House, writer: BatchWriter) -> None:
    assert house.catalog.console.strip(house.vic, PATH, 5).buckets == []
    assert house.catalog.console.at(house.vic, PATH, 1.0).number == -1
    assert _search(house, "x") == []
    assert b"".join(house.catalog.console.download(house.vic, PATH)) == b""


def test_a_scan_that_runs_out_of_time_says_so_and_goes_on(
    house: House, writer: BatchWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console_scan, "SCAN_S", -1.0)
    monkeypatch.setattr(console_scan, "_STRIDE", 4)
    _say(house, writer, *(f"hit {i}" for i in range(10)))
    numbers: list[int] = []
    asked = ConsoleSearch("hit", limit=100, first=0)
    answers = 0
    while True:
        answer = house.catalog.console.search(house.vic, PATH, asked)
        numbers += [match.number for match in answer.matches]
        answers += 1
        if answer.next is None:
            break
        assert not answer.is_complete
        asked.first = answer.next
    assert numbers == list(range(10))
    assert answers > 1


def test_lines_that_arrive_later_are_found_too(house: House, writer: BatchWriter) -> None:
    _say(house, writer, "hit 0")
    assert _search(house, "hit") == [0]
    _say(house, writer, "miss", "hit 2")
    assert _search(house, "hit") == [0, 2]
    assert house.catalog.console.strip(house.vic, PATH, 3).line_count == 3


def test_an_unfinished_line_is_shown_as_it_stands_and_not_kept(house: House, writer: BatchWriter) -> None:
    _print(house, writer, Console("stderr", [1.0], ["begin"], "r0", ["10%"]))
    _print(house, writer, Console("stderr", [], [], "r0", ["20%"]))
    page = house.catalog.console.page(house.vic, PATH, 0, 10)
    assert [line.text for line in page.lines] == ["begin"]
    assert [(tail.stream, tail.label, tail.lines) for tail in page.tails] == [("stderr", "r0", ["20%"])]
    _print(house, writer, Console("stderr", [2.0], ["100%"], "r0"))
    assert house.catalog.console.page(house.vic, PATH, 0, 10).tails == []


def test_a_download_holds_what_passes_without_colours(house: House, writer: BatchWriter) -> None:
    _say(house, writer, "\x1b[32mok\x1b[0m", "ERROR x", label="rank1", first_time=0.0)
    _say(house, writer, "naïve ERROR", first_time=60.5)
    whole = b"".join(house.catalog.console.download(house.vic, PATH))
    assert whole.decode() == "[rank1] ok\n[rank1] ERROR x\nnaïve ERROR\n"
    some = b"".join(house.catalog.console.download(house.vic, PATH, Look(labels=("rank1",), pattern="ERR"), with_times=True))
    assert some.decode() == "1970-01-01T00:00:01.000Z [rank1] ERROR x\n"


def test_rows_agree_with_a_question_per_line(house: House, writer: BatchWriter) -> None:
    """Many matches or few, anchors or none: the whole buffer says what the lines say."""
    import re

    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    lines = ["".join(chance.choice("ab. \x1b") for _ in range(chance.randrange(8))) for _ in range(3000)]
    _say(house, writer, *lines)
    for pattern in ("a", "^a", "b$", "a.b", "[^a]b", "(?:ab|ba)+", "a a", r"\bab\b", "zz"):
        expected = [i for i, line in enumerate(lines) if re.search(pattern, line)]
        assert _search(house, pattern, limit=10_000) == expected, (seed, pattern)


def test_what_a_search_holds_is_measured_by_none_but_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    scans, measured = console_scan.Scans(MemoryMetricStore()), []
    monkeypatch.setattr(console_scan.Matches, "nbytes", property(lambda _: measured.append(threading.get_ident()) or 0))

    def search_another() -> None:
        with scans.of(RunRef(1, 2)):
            pass

    with scans.of(RunRef(1, 1)) as scan:
        scan._matches("error", None)
        other = threading.Thread(target=search_another)
        other.start()
        other.join()
        # To look through what this search adds to meanwhile raised.
        assert not measured
    assert measured == [threading.get_ident()]
