"""The text of expressions, from the vectors that the browser shares, and what the vectors cannot say."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.server.compute.expression_errors import nearest, unknown_key
from assay.server.compute.expression_text import format_expression, parse
from assay.server.domain.expressions import FUNCTIONS, Call, Expression, Key, Number, keys_of, refuse_along
from assay.wire import limits
from assay.wire.errors import InvalidExpression

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[3] / "vectors" / "expressions.json").read_text())


def written(tree: Expression) -> Any:
    match tree:
        case Number(value):
            return value if math.isfinite(value) else str(value)
        case Key(name):
            return {"key": name}
    return [tree.name, *map(written, tree.arguments)]


@pytest.mark.parametrize("vector", VECTORS["reads"], ids=lambda vector: vector["text"])
def test_a_text_reads_as_its_tree_and_is_written_back(vector: dict[str, Any]) -> None:
    tree = parse(vector["text"])
    assert written(tree) == vector["tree"]
    assert format_expression(tree) == vector["canonical"]
    assert written(parse(vector["canonical"])) == vector["tree"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["text"])
def test_a_text_that_does_not_read_is_refused_with_place_and_remedy(vector: dict[str, Any]) -> None:
    with pytest.raises(InvalidExpression) as caught:
        parse(vector["text"], known=vector.get("known", ()))
    assert {name: caught.value.fields[name] for name in ("at", "detail", "hint", "fix")} == {
        name: vector[name] for name in ("at", "detail", "hint", "fix")
    }
    if vector["fix"]:
        parse(vector["fix"])


@pytest.mark.parametrize("vector", VECTORS["unknown"], ids=lambda vector: vector["text"])
def test_a_key_that_no_run_has_is_pointed_at_and_the_nearest_offered(vector: dict[str, Any]) -> None:
    error = unknown_key(vector["text"], keys_of(parse(vector["text"]))[0], vector["known"])
    assert {name: error.fields[name] for name in ("at", "detail", "hint", "fix")} == {
        name: vector[name] for name in ("at", "detail", "hint", "fix")
    }


NUMBERS = st.floats(allow_nan=False).map(Number)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).map(Key)
BINARY = ["+", "-", "*", "/", "%", "**", "<", "<=", ">", ">=", "=", "!=", "and", "or"]
PLAIN = [name for name in FUNCTIONS if name not in ("ema", "mean", "round")]


def grown(inside: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    # A sign before a plain number is part of the number.
    negated = inside.filter(lambda tree: not isinstance(tree, Number)).map(lambda tree: Call("negate", (tree,)))
    called = st.sampled_from(PLAIN).flatmap(
        lambda name: st.lists(inside, min_size=FUNCTIONS[name].least, max_size=FUNCTIONS[name].least).map(
            lambda arguments: Call(name, tuple(arguments))
        )
    )
    return st.one_of(
        st.tuples(st.sampled_from(BINARY), inside, inside).map(lambda parts: Call(parts[0], parts[1:])),
        inside.map(lambda tree: Call("not", (tree,))),
        negated,
        called,
    )


@given(st.recursive(st.one_of(NUMBERS, KEYS), grown, max_leaves=12))
def test_what_is_written_reads_as_the_same_tree(tree: Expression) -> None:
    assert parse(format_expression(tree)) == tree


@given(st.text("${}abc/ +-*()<=!&1.,x ", max_size=20))
def test_any_text_reads_or_is_refused_and_an_offered_fix_reads(text: str) -> None:
    fault: InvalidExpression | None = None
    try:
        parse(text)
    except InvalidExpression as error:
        fault = error
    if fault is not None:
        assert 0 <= fault.fields["at"] <= len(text)
        if fault.fields["fix"]:
            parse(fault.fields["fix"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1+" * 3_000 + "1", "EXPRESSION_CHARS"),
        ("+".join(["1"] * 400), "EXPRESSION_DEPTH"),
        ("(" * 100 + "1" + ")" * 100, ""),
        ("-" * 100 + "${a}", "EXPRESSION_DEPTH"),
        (f"min({','.join(['1'] * 600)})", "EXPRESSION_NODES"),
    ],
)
def test_a_text_beyond_a_limit_is_refused_by_its_name(text: str, name: str) -> None:
    if not name:
        assert parse(text) == Number(1.0)
        return
    with pytest.raises(InvalidExpression, match=name):
        parse(text)


def test_what_runs_along_steps_is_refused_for_columns() -> None:
    refuse_along(parse("log(${config.lr}) + min(${summary.a}, 2)"))
    with pytest.raises(InvalidExpression, match="one value per run") as caught:
        refuse_along(parse("1 + diff(${summary.a})"))
    assert caught.value.fields["at"] == 4


def test_the_nearest_of_very_many_names_is_found() -> None:
    names = [f"layer{n}/weight" for n in range(100_000)] + ["train/loss"]
    assert nearest("train/los", names) == "train/loss"
    assert nearest("something else entirely", names) == ""
    assert limits.EXPRESSION_CHARS >= 1_000
