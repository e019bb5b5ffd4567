"""What is found, listed and read back."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from assay.wire import limits
from assay.wire.errors import InvalidName, InvalidRequest, NotFound, TooLarge
from assay.wire.manifest import Entry
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath
from tests.unit.server.services.artifacts.conftest import HOME, Shelf, digest_of

YEAR_2017, YEAR_2018, YEAR_2020 = 1483228800.0, 1514764800.0, 1577836800.0


def test_listings_go_on_where_the_page_ended(shelf: Shelf) -> None:
    for name in ("c", "a", "b"):
        shelf.log({"x": name.encode()}, name=name, type="model" if name == "b" else "dataset")
    artifacts, ann = shelf.catalog.artifacts, shelf.house.ann
    first = artifacts.collections(ann, HOME, "", "", "", 2)
    assert [each.name for each in first.collections] == ["a", "b"]
    assert first.total == 3
    rest = artifacts.collections(ann, HOME, "", "", first.next, 2)
    assert ([each.name for each in rest.collections], rest.next) == (["c"], "")
    assert [each.name for each in artifacts.collections(ann, HOME, "model", "", "", 9).collections] == ["b"]
    assert rest.collections[0].latest is not None
    assert rest.collections[0].latest.version == "v0"
    assert [(t.type, t.collection_count) for t in artifacts.types(ann, HOME).types] == [("dataset", 2), ("model", 1)]
    for n in range(3):
        shelf.log({"x": b"%d" % n}, name="a")
    page = artifacts.versions(ann, HOME, "a", "", 3)
    assert ([each.version for each in page.versions], page.total, page.next) == (["v3", "v2", "v1"], 4, "1")
    assert [each.version for each in artifacts.versions(ann, HOME, "a", page.next, 3).versions] == ["v0"]
    with pytest.raises(InvalidRequest):
        artifacts.versions(ann, HOME, "a", "x", 3)
    with pytest.raises(InvalidRequest):
        artifacts.versions(ann, HOME, "a", "", 0)


def test_a_folder_lists_what_is_directly_in_it(shelf: Shelf) -> None:
    shelf.log({"top.txt": b"1", "a/x": b"22", "a/deep/y": b"333", "a-b/z": b"4444", "b": b"5"})
    listing = shelf.catalog.artifacts.entries(shelf.house.ann, HOME, "cats", "v0", "", "", "", 10)
    assert [(each.path, each.file_count, each.size) for each in listing.folders] == [("a", 2, 5), ("a-b", 1, 4)]
    assert [each.path for each in listing.files] == ["b", "top.txt"]
    inner = shelf.catalog.artifacts.entries(shelf.house.ann, HOME, "cats", "v0", "a", "", "", 10)
    assert [each.path for each in inner.folders] == ["a/deep"]
    assert [each.path for each in inner.files] == ["a/x"]
    found = shelf.catalog.artifacts.entries(shelf.house.ann, HOME, "cats", "v0", "", "Y", "", 10)
    assert [each.path for each in found.files] == ["a/deep/y"]
    pages, cursor = [], ""
    while True:
        page = shelf.catalog.artifacts.entries(shelf.house.ann, HOME, "cats", "v0", "", "", cursor, 1)
        pages += [each.path for each in page.folders] + [each.path for each in page.files]
        cursor = page.next
        if not cursor:
            break
    assert pages == ["a", "a-b", "b", "top.txt"]
    with pytest.raises(NotFound):
        shelf.catalog.artifacts.entries(shelf.house.ann, HOME, "cats", "v0", "nowhere", "", "", 10)


def test_a_listing_says_what_a_version_brought(shelf: Shelf) -> None:
    shelf.log({"a": b"1", "b": b"2"})
    shelf.log({"a": b"1", "b": b"22", "c": b"3"})
    files = shelf.catalog.artifacts.entries(shelf.house.ann, HOME, "cats", "v1", "", "", "", 10).files
    assert [(each.path, each.is_new) for each in files] == [("a", False), ("b", True), ("c", True)]


def test_addresses_are_given_only_for_what_the_version_holds(shelf: Shelf) -> None:
    shelf.log({"a": b"one"})
    shelf.log({"a": b"two"}, name="dogs")
    artifacts, ann = shelf.catalog.artifacts, shelf.house.ann
    (address,) = artifacts.addresses(ann, HOME, "cats", "v0", messages.ContentsRequest([digest_of(b"one")])).contents
    ticket = shelf.catalog.files.open_ticket("GET", address.url.removeprefix("/blobs/"))
    assert b"".join(shelf.catalog.files.read(ticket, 0, 3)) == b"one"
    with pytest.raises(NotFound):
        artifacts.addresses(ann, HOME, "cats", "v0", messages.ContentsRequest([digest_of(b"two")]))
    with pytest.raises(TooLarge):
        artifacts.addresses(ann, HOME, "cats", "v0", messages.ContentsRequest([""] * (limits.ENTRIES_PER_PAGE + 1)))


def test_a_file_is_previewed_across_blocks(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", 8)
    shelf.log({"t.csv": b"a,b\n1,2\n3,4\n5,6\n"})
    preview = shelf.catalog.artifacts.preview(shelf.house.ann, HOME, "cats", "latest", "t.csv")
    assert preview.kind == "table"
    assert preview.table is not None
    assert preview.table.rows == [["1", "2"], ["3", "4"], ["5", "6"]]
    with pytest.raises(NotFound):
        shelf.catalog.artifacts.preview(shelf.house.ann, HOME, "cats", "latest", "t.tsv")


def test_a_span_of_time_puts_versions_together(shelf: Shelf) -> None:
    def log(start: float, end: float, files: dict[str, bytes]) -> None:
        shelf.log(files, span=messages.TimeSpan(start, end))

    log(YEAR_2017, YEAR_2018, {"2017.csv": b"old"})
    log(YEAR_2018, YEAR_2020, {"2018.csv": b"eighteen", "2019.csv": b"nineteen"})
    log(YEAR_2017, YEAR_2018, {"2017.csv": b"corrected"})
    log(YEAR_2020, YEAR_2020 + 1e7, {"2020.csv": b"twenty"})
    version = shelf.catalog.artifacts.version(shelf.house.ann, HOME, "cats", "2017..2019")
    assert (version.version, version.number, version.file_count) == ("2017..2019", -1, 3)
    assert version.path == "ann/digits/cats@2017..2019"
    assert version.span == messages.TimeSpan(YEAR_2017, YEAR_2020)
    assert shelf.read("2017.csv", ref="2017..2019") == b"corrected"
    assert set(shelf.manifest(ref="2018..2019").entries) == {"2018.csv", "2019.csv"}
    assert set(shelf.manifest(ref="2019..").entries) == {"2018.csv", "2019.csv", "2020.csv"}
    files = shelf.catalog.artifacts.entries(shelf.house.ann, HOME, "cats", "2017..", "", "", "", 10).files
    assert len(files) == 4
    with pytest.raises(NotFound):
        shelf.manifest(ref="1999..2000")
    for bad in ("2019..2017", "..", "a..b", "2017-13..2018", "2017-02-30.."):
        with pytest.raises(InvalidName):
            shelf.manifest(ref=bad)


def test_paths_that_differ_between_spans_stand_apart(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", 4)
    shelf.log({"data.csv": b"seventeen"}, span=messages.TimeSpan(YEAR_2017, YEAR_2018))
    shelf.log({"data.csv": b"eighteen and more"}, span=messages.TimeSpan(YEAR_2018, YEAR_2020))
    assert set(shelf.manifest(ref="2017..2018").entries) == {"v0/data.csv", "v1/data.csv"}
    assert shelf.read("v1/data.csv", ref="2017..2018") == b"eighteen and more"
    files = shelf.catalog.artifacts.entries(shelf.house.ann, HOME, "cats", "2017..2018", "v1", "", "", 10).files
    ticket = shelf.catalog.files.open_ticket("GET", files[0].url.removeprefix("/blobs/"))
    assert b"".join(shelf.catalog.files.read(ticket, 0, ticket.size)) == b"eighteen and more"


def test_a_run_uses_what_is_named_in_any_of_three_ways(shelf: Shelf) -> None:
    run = shelf.run()
    shelf.log({"a": b"one"})
    other = ProjectPath("ann", "other")
    shelf.log({"a": b"two"}, other)
    use = shelf.catalog.artifact_runs.use
    assert use(shelf.house.ann, run, messages.UseRequest("cats", "train")).path == "ann/digits/cats:v0"
    assert use(shelf.house.ann, run, messages.UseRequest("other/cats:v0")).path == "ann/other/cats:v0"
    again = use(shelf.house.ann, run, messages.UseRequest("ann/digits/cats:latest", "test"))
    assert (again.used_by_count, again.role) == (1, "test")
    inputs = shelf.catalog.artifact_runs.of_run(shelf.house.ann, run).inputs
    assert [(each.path, each.role) for each in inputs] == [("ann/digits/cats:v0", "test"), ("ann/other/cats:v0", "")]
    (user,) = shelf.catalog.artifacts.used_by(shelf.house.ann, other, "cats", "v0")
    assert (user.project, user.run_id) == ("ann/digits", "r1")
    for bad in ("", ":v0", "a/b/c/d:v0"):
        with pytest.raises(InvalidName):
            use(shelf.house.ann, run, messages.UseRequest(bad))
    with pytest.raises(NotFound):
        use(shelf.house.ann, run, messages.UseRequest("cats:v7"))


def test_a_file_of_one_span_that_is_a_folder_of_another_stands_apart(shelf: Shelf) -> None:
    shelf.log({"data": b"a file"}, span=messages.TimeSpan(YEAR_2017, YEAR_2018))
    shelf.log({"data/deep/a.csv": b"in a folder"}, span=messages.TimeSpan(YEAR_2018, YEAR_2020))
    assert set(shelf.manifest(ref="2017..2018").entries) == {"v0/data", "v1/data/deep/a.csv"}


def test_a_span_that_is_used_counts_for_every_version_in_it(shelf: Shelf) -> None:
    run = shelf.run()
    shelf.log({"a": b"1"}, span=messages.TimeSpan(YEAR_2017, YEAR_2018))
    shelf.log({"b": b"2"}, span=messages.TimeSpan(YEAR_2018, YEAR_2020))
    used = shelf.catalog.artifact_runs.use(shelf.house.ann, run, messages.UseRequest("cats@2017..2018"))
    assert used.version == "2017..2018"
    assert [each.version for each in shelf.catalog.artifact_runs.of_run(shelf.house.ann, run).inputs] == ["v0", "v1"]


def test_outputs_are_added_to_old_runs_too(shelf: Shelf) -> None:
    run = shelf.run("old")
    shelf.log({"a": b"one"})
    made = shelf.catalog.artifact_runs.output(shelf.house.ann, run, messages.OutputRequest("cats:v0", "best"))
    assert made.created_by is not None
    assert (made.created_by.run_id, made.created_by.role) == ("old", "best")
    assert shelf.catalog.artifact_runs.of_run(shelf.house.ann, run).outputs[0].role == "best"


def test_nothing_of_another_team_is_shown_with_a_run(shelf: Shelf) -> None:
    red = ProjectPath("red", "plans")
    run = shelf.run(home=red)
    shelf.log({"a": b"one"})
    shelf.log({"a": b"two"}, red)
    for name in ("ann/digits/cats:v0", "cats:v0"):
        shelf.catalog.artifact_runs.use(shelf.house.ann, run, messages.UseRequest(name))
    inputs = [
        [each.path for each in shelf.catalog.artifact_runs.of_run(actor, run).inputs]
        for actor in (shelf.house.ann, shelf.house.vic)
    ]
    assert inputs == [["ann/digits/cats:v0", "red/plans/cats:v0"], ["red/plans/cats:v0"]]
    (user,) = shelf.catalog.artifacts.used_by(shelf.house.ann, HOME, "cats", "v0")
    assert user.project == "red/plans"


def test_a_version_is_had_as_one_zip_file(shelf: Shelf) -> None:
    long = random.Random(1).randbytes(limits.BLOCK_BYTES + 5)
    reference = Entry("etag:x", 3, ref="s3://elsewhere/c")
    shelf.log({"a/b.txt": b"one", "a/long.bin": long, "references.txt": b"mine", "c": reference})
    name, pieces = shelf.catalog.artifacts.archive(shelf.house.ann, HOME, "cats", "latest")
    assert name == "cats-v0.zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        assert {each: archive.read(each) for each in archive.namelist()} == {
            "a/b.txt": b"one", "a/long.bin": long, "references.txt": b"mine", "_references.txt": b"c\ts3://elsewhere/c\n",
        }  # fmt: skip
    _, pieces = shelf.catalog.artifacts.archive(shelf.house.ann, HOME, "cats", "v0", "a")
    assert zipfile.ZipFile(io.BytesIO(b"".join(pieces))).namelist() == ["a/b.txt", "a/long.bin"]
    with pytest.raises(NotFound):
        shelf.catalog.artifacts.archive(shelf.house.ann, HOME, "cats", "v0", "b")
    with pytest.raises(NotFound):
        shelf.catalog.artifacts.archive(shelf.house.vic, HOME, "cats", "v0")
