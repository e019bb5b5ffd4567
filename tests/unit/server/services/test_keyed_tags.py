"""Tags that say a value of a key: `dataset:v2`."""

from __future__ import annotations

from typing import Any

import pytest

from assay.server.domain.tags import key_and_value, value_of, without_keys
from assay.testing.factories import a_batch
from assay.wire.errors import InvalidName, InvalidRequest
from assay.wire.messages.runs import ColumnQuery, RunBulkEdit, RunQueryRequest, RunStart, RunValuesRequest, SortKey
from assay.wire.names import ProjectPath, RunPath

PROJECT = ProjectPath("ann", "digits")
TAGS = [["dataset:v1", "old"], ["dataset:v2", "fold:3"], ["dataset:v1", "dataset:v2"], ["best"], []]


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("dataset:v2", ("dataset", "v2")),
        ("data.set/x-1: a b:c", ("data.set/x-1", "a b:c")),
        ("étape:un", ("étape", "un")),
        ("word", ("", "")),
        ("https://example.org", ("", "")),
        ("12:30", ("", "")),
        ("a b:c", ("", "")),
        ("key:", ("", "")),
        (":value", ("", "")),
        ("key: ", ("", "")),
    ],
)
def test_what_a_tag_says(tag: str, said: tuple[str, str]) -> None:
    assert key_and_value(tag) == said


def test_the_last_value_of_a_key_counts_and_words_are_no_key() -> None:
    assert value_of(["a:1", "b:2", "a:3"], "a") == "3"
    assert value_of(["word", "a:1"], "word") is None
    assert without_keys(["word", "a:1", "b:2"], ["a", ""]) == ["word", "b:2"]


@pytest.fixture
def tagged(house: Any) -> Any:
    for n, tags in enumerate(TAGS):
        path = RunPath("ann", "digits", f"r{n}")
        house.catalog.runs.start(house.ann, path, RunStart("w1", tags=tags), "http://h")
        house.catalog.ingest.append(house.ann, path, a_batch([{"loss": float(n)}]))
    return house


def found(house: Any, text: str, **fields: Any) -> list[str]:
    page = house.catalog.run_query.query(house.ann, PROJECT, RunQueryRequest(filter=text, sort=[SortKey("ordinal")], **fields))
    return [run.id for run in page.runs]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('tags.dataset = "v2"', ["r1", "r2"]),
        ('tags.dataset != "v2"', ["r0"]),
        ('not tags.dataset = "v2"', ["r0", "r3", "r4"]),
        ("tags.dataset exists", ["r0", "r1", "r2"]),
        ("tags.fold = 3", ["r1"]),
        ('tags.dataset ~ "^v" and loss > 0.5', ["r1", "r2"]),
        ('tags.dataset in ["v1", "v9"] or tags has "best"', ["r0", "r3"]),
        ("tags.best exists", []),
    ],
)
def test_filters_read_a_key_s_value(tagged: Any, text: str, ids: list[str]) -> None:
    assert found(tagged, text) == ids


def test_runs_are_grouped_sorted_and_shown_by_a_key(tagged: Any) -> None:
    query = RunQueryRequest(group=["tags.dataset"], columns=["loss"])
    page = tagged.catalog.run_query.query(tagged.ann, PROJECT, query)
    counted = {tuple(group.path): group.run_count for group in page.groups}
    assert counted == {("v1",): 1, ("v2",): 2, (None,): 2}
    for group in page.groups:
        assert len(found(tagged, group.condition)) == group.run_count
    order = RunQueryRequest(sort=[SortKey("tags.dataset", descending=True), SortKey("ordinal")], columns=["tags.dataset"])
    runs = tagged.catalog.run_query.query(tagged.ann, PROJECT, order).runs
    assert [run.id for run in runs] == ["r1", "r2", "r0", "r3", "r4"]
    assert [run.values.get("tags.dataset") for run in runs] == ["v2", "v2", "v1", None, None]
    table = tagged.catalog.run_query.values(tagged.ann, PROJECT, RunValuesRequest(keys=["tags.fold"]))
    assert [str(table.columns[0].value(n)) for n in range(len(table.ids))].count("3") == 1


def test_keys_are_offered_with_their_counts(tagged: Any) -> None:
    page = tagged.catalog.run_query.tags(tagged.ann, PROJECT, "best", 10)
    assert [tag.name for tag in page.tags] == ["best"]
    assert [(key.name, key.run_count) for key in page.keys] == [("dataset", 4), ("fold", 1)]
    columns = tagged.catalog.columns.list(tagged.ann, PROJECT, "run", "tags.", "", 100).columns
    assert [(column.key, column.kinds, column.is_distinct) for column in columns] == [
        ("tags.dataset", ["s"], True), ("tags.fold", ["s"], False),
    ]  # fmt: skip
    details = tagged.catalog.columns.query(tagged.ann, PROJECT, ColumnQuery(section="run", match="tags.dataset")).columns
    assert [(detail.key, detail.run_count, detail.distinct_count) for detail in details] == [("tags.dataset", 3, 2)]


def test_a_value_is_set_for_many_runs_and_set_back(tagged: Any) -> None:
    done = tagged.catalog.bulk.edit(tagged.ann, PROJECT, RunBulkEdit(is_everything=True, set_tags=["dataset:v9"]))
    assert done.count == 5
    assert found(tagged, 'tags.dataset = "v9"') == ["r0", "r1", "r2", "r3", "r4"]
    assert found(tagged, 'tags has "old" or tags has "fold:3"') == ["r0", "r1"]
    again = tagged.catalog.bulk.edit(tagged.ann, PROJECT, RunBulkEdit(is_everything=True, set_tags=["dataset:v9"]))
    assert again.count == 0
    tagged.catalog.bulk.undo(tagged.ann, PROJECT, done.undo)
    with tagged.catalog.stores.metadata.read() as unit:
        runs = unit.runs.by_ids(unit.projects.get("ann", "digits").key, [f"r{n}" for n in range(5)])
    assert [sorted(run.tags) for run in runs] == [sorted(tags) for tags in TAGS]
    gone = tagged.catalog.bulk.edit(tagged.ann, PROJECT, RunBulkEdit(is_everything=True, remove_tag_keys=["dataset"]))
    assert (gone.count, found(tagged, "tags.dataset exists")) == (3, [])


def test_what_sets_no_value_is_refused(tagged: Any) -> None:
    with pytest.raises(InvalidName, match="key:value"):
        tagged.catalog.bulk.edit(tagged.ann, PROJECT, RunBulkEdit(is_everything=True, set_tags=["word"]))
    with pytest.raises(InvalidRequest, match="two values"):
        tagged.catalog.bulk.edit(tagged.ann, PROJECT, RunBulkEdit(is_everything=True, set_tags=["a:1", "a:2"]))
