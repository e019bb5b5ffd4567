"""The text and Mongo forms of filters, from the vectors that the browser shares, and what the vectors cannot say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assay.server.compute import filter_text
from assay.server.compute.filter_text import format_filter, parse
from assay.server.compute.patterns import literal_in, search
from assay.server.domain.filters import EVERYTHING, And, Condition, Field, Filter, Not, Or, Sort
from assay.server.domain.mongo import from_mongo, parse_order
from assay.wire import limits
from assay.wire.errors import InvalidFilter

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[3] / "vectors" / "filters.json").read_text())
NOW = VECTORS["now"]


def tree(where: Filter) -> dict[str, Any]:
    match where:
        case And(parts):
            return {"and": list(map(tree, parts))}
        case Or(parts):
            return {"or": list(map(tree, parts))}
        case Not(part):
            return {"not": tree(part)}
    field: dict[str, Any] = {"section": where.field.section, "path": where.field.path}
    if where.field.aggregate:
        field["aggregate"] = where.field.aggregate
    if where.operator == "exists":
        return {**field, "operator": "exists"}
    return {**field, "operator": where.operator, "value": list(where.value) if where.operator == "in" else where.value}


@pytest.mark.parametrize("vector", VECTORS["reads"], ids=lambda vector: vector["text"])
def test_a_text_reads_as_its_tree_and_is_written_back(vector: dict[str, Any]) -> None:
    where = parse(vector["text"], now=NOW)
    assert json.dumps(tree(where)) == json.dumps(vector["tree"])
    assert format_filter(where) == vector["canonical"]
    assert parse(vector["canonical"], now=NOW) == where


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["text"])
def test_a_text_that_does_not_read_is_refused_with_place_and_remedy(vector: dict[str, Any]) -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse(vector["text"], now=NOW)
    assert caught.value.fields["at"] == vector["at"]
    assert caught.value.fields["hint"] == vector["hint"]
    assert "expected" in str(caught.value) or caught.value.fields["detail"]


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS["refused"] if vector["hint"].startswith("Did you mean")],
    ids=lambda vector: vector["text"],
)
def test_what_an_error_proposes_can_be_read(vector: dict[str, Any]) -> None:
    proposed = vector["hint"].removeprefix("Did you mean `").removesuffix("`?")
    parse(proposed, now=NOW)


@pytest.mark.parametrize("vector", VECTORS["mongo"], ids=lambda vector: json.dumps(vector["document"]))
def test_a_document_means_what_its_text_means(vector: dict[str, Any]) -> None:
    assert from_mongo(vector["document"]) == parse(vector["text"], now=NOW)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"$xor": []}, "did you mean `\\$or`"),
        ({"a": {"$gtt": 1}}, "did you mean `\\$gt`"),
        ({"a": {"$gt": [1]}}, "no single value"),
        ({"$and": 3}, "takes a list"),
        ({"a": {"$in": 3}}, "takes a list"),
        ({"a": {"$regex": 3}}, "takes text"),
        ({"a": {"$regex": "x", "$options": "xyz"}}, "known ones: i, m, s"),
        ({"created_at": "soon"}, "not a time"),
        ({"$or": ["a"]}, "where a condition belongs"),
    ],
)
def test_a_document_that_means_nothing_is_refused(document: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidFilter, match=f"(?i){reason}"):
        from_mongo(document)


def test_a_filter_too_large_or_too_deep_is_refused_in_every_form() -> None:
    many = " or ".join(f"a = {n}" for n in range(limits.FILTER_NODES + 1))
    with pytest.raises(InvalidFilter, match="FILTER_NODES"):
        parse(many)
    with pytest.raises(InvalidFilter, match="FILTER_DEPTH"):
        parse("not " * 100 + "a = 1")
    with pytest.raises(InvalidFilter, match="FILTER_LIST"):
        parse(f"a in [{','.join(map(str, range(limits.FILTER_LIST + 1)))}]")
    with pytest.raises(InvalidFilter, match="FILTER_CHARS"):
        parse("a = 1" + " " * limits.FILTER_CHARS)
    document: dict[str, Any] = {"a": 1}
    for _ in range(5_000):
        document = {"$not": document}
    with pytest.raises(InvalidFilter, match="FILTER_DEPTH"):
        from_mongo(document)
    value: dict[str, Any] = {"$gt": 1}
    for _ in range(5_000):
        value = {"$not": value}
    with pytest.raises(InvalidFilter, match="FILTER_DEPTH"):
        from_mongo({"a": value})


def test_any_number_of_parentheses_reads() -> None:
    assert parse("(" * 20_000 + "a = 1" + ")" * 20_000) == parse("a = 1")


def test_numbers_keep_their_type() -> None:
    def value(text: str) -> Any:
        where = parse(text)
        assert isinstance(where, Condition)
        return where.value

    assert isinstance(value("config.x = 1"), int)
    assert isinstance(value("config.x = 1.0"), float)
    assert value("config.x = 12345678901234567890") == 12345678901234567890
    assert value("config.x = -inf") == float("-inf")
    assert value("config.x = true") is True


def test_an_order_reads_as_sort_keys() -> None:
    assert parse_order("-created_at, +summary_metrics.loss,config.lr.value,display_name") == [
        Sort(Field("run", "created_at"), True),
        Sort(Field("summary", "loss")),
        Sort(Field("config", "lr")),
        Sort(Field("run", "name")),
    ]
    assert parse_order("") == []
    with pytest.raises(InvalidFilter, match="names no key"):
        parse_order("-")


def test_reading_the_empty_text_is_every_run() -> None:
    assert parse("") == parse("  ") == EVERYTHING
    assert format_filter(EVERYTHING) == ""


@pytest.mark.parametrize(
    ("pattern", "literal", "is_all"),
    [
        ("resnet", "resnet", True), ("", "", True), ("res.*net50", "net50", False), ("^abc$", "abc", False),
        ("ab?cd", "cd", False),
        ("abc+", "abc", False), ("a|b", "", False), ("(?i)abc", "", False), ("[abc]d", "", False), ("ab*", "a", False),
        ("a\\.b", "", False),
        (".", "", False),
    ],
)  # fmt: skip
def test_a_patterns_literal_is_in_everything_it_finds(pattern: str, literal: str, is_all: bool) -> None:
    assert literal_in(pattern) == (literal, is_all)


def test_a_text_that_is_not_valid_unicode_is_searched_all_the_same() -> None:
    assert search("b", "a\ud800b")


def test_the_parser_is_made_once() -> None:
    assert filter_text._parser() is filter_text._parser()
