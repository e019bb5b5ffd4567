"""Any filter survives being written and read, in both forms."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.server.compute.filter_text import format_filter, parse
from assay.server.compute.patterns import search
from assay.server.domain.filters import (
    ABSENT,
    AGGREGATES,
    EVERYTHING,
    RUN_FIELDS,
    And,
    Condition,
    Field,
    Filter,
    Not,
    Or,
    evaluate,
    field_of,
    key_of,
)
from assay.server.domain.mongo import from_mongo, to_mongo
from assay.wire.errors import InvalidFilter

TEXT = st.text(max_size=12)
KEY = st.one_of(
    st.sampled_from(["lr", "a.b", "val/loss", "min", "x.last", "value", "a.value", "and", "now"]), st.text(min_size=1, max_size=8)
)
NUMBER = st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False))
SCALAR = st.one_of(TEXT, NUMBER, st.booleans(), st.none())
FIELD = st.one_of(
    st.builds(Field, st.sampled_from(["config", "summary"]), KEY),
    st.builds(Field, st.just("metrics"), KEY, st.sampled_from(AGGREGATES)),
)


@st.composite
def run_conditions(draw: st.DrawFn) -> Condition:
    path = draw(st.sampled_from(sorted(RUN_FIELDS)))
    field = Field("run", path)
    operator = draw(st.sampled_from(["=", "!=", "<", ">=", "exists", "in"]))
    match RUN_FIELDS[path]:
        case "list":
            return draw(st.sampled_from([Condition(field, "exists"), Condition(field, "has", draw(TEXT))]))
        case "text":
            value: Any = draw(TEXT)
        case "time":
            value = draw(st.one_of(st.floats(-1e12, 1e12), st.integers(0, 10**10)))
        case _:
            value = draw(NUMBER)
    if operator == "exists":
        return Condition(field, "exists")
    return Condition(field, operator, (value,) if operator == "in" else value)  # type: ignore[arg-type]


CONDITION = st.one_of(
    run_conditions(),
    st.builds(Condition, FIELD, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "has"]), SCALAR),
    st.builds(Condition, FIELD, st.just("in"), st.lists(SCALAR, max_size=3).map(tuple)),
    st.builds(Condition, FIELD, st.just("~"), st.sampled_from(["a", "^\\d+$", '"', "\\\\", "a\nb", "'", "`", '\\"x'])),
    st.builds(Condition, FIELD, st.just("exists")),
)


def joined(parts: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(parts, max_size=3).filter(lambda found: len(found) != 1).map(tuple)
    return st.one_of(several.map(And), several.map(Or), parts.map(Not))


FILTER: st.SearchStrategy[Filter] = st.recursive(CONDITION, joined, max_leaves=8)


@given(FILTER)
@settings(max_examples=400, deadline=None)
def test_a_filter_written_reads_as_itself(where: Filter) -> None:
    again = parse(format_filter(where))
    assert again == where
    assert repr(again) == repr(where)  # 1, 1.0 and True are equal and not the same


@given(FIELD)
def test_a_key_names_its_field(field: Field) -> None:
    assert field_of(key_of(field)) == field


@given(FILTER, st.dictionaries(st.sampled_from([("config", "lr"), ("summary", "a.b"), ("config", "a.value")]), SCALAR), TEXT)
@settings(max_examples=300, deadline=None)
def test_a_filter_as_a_document_means_the_same(where: Filter, values: dict[tuple[str, str], Any], name: str) -> None:
    def get(field: Field) -> Any:
        if field.section == "run":
            kind = RUN_FIELDS[field.path]
            return {"text": name, "list": (name,)}.get(kind, ABSENT if name else 3)
        return values.get((field.section, field.path), ABSENT)

    assert evaluate(from_mongo(to_mongo(where)), get, search) == evaluate(where, get, search)


@given(st.text(alphabet=" ()[]abc=<>!~&|\"'`\\.,0123456789-:andorthsxi", max_size=40))
@settings(max_examples=500, deadline=None)
def test_any_text_reads_or_is_refused_with_a_place_inside_it(text: str) -> None:
    fault: dict[str, Any] = {"at": 0, "hint": "none needed"}
    try:
        where = parse(text)
    except InvalidFilter as error:
        fault, where = error.fields, EVERYTHING
    assert 0 <= fault["at"] <= len(text)
    assert fault["hint"]
    assert parse(format_filter(where)) == where


def test_everything_is_written_as_nothing() -> None:
    assert format_filter(EVERYTHING) == ""
    assert not math.isnan(parse("config.x = 1").value)  # type: ignore[union-attr]
