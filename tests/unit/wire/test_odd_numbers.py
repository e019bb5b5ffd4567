"""What JSON has no form for comes through it all the same."""

from __future__ import annotations

import math

import msgspec
import pytest

from assay.wire.odd_numbers import numbered, shown, worded


@pytest.mark.parametrize("number", [math.inf, -math.inf, 0.5, -0.0, 7])
def test_a_number_comes_back_through_json(number: float) -> None:
    tree = {"loss": number, "deep": {"list": [1, number, "text", None, True]}}
    assert numbered(msgspec.json.decode(msgspec.json.encode(worded(tree)))) == tree


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "nan", "+Infinity", "NaN "])
def test_a_text_is_not_taken_for_the_number_that_it_names(word: str) -> None:
    tree = {"note": word, "deep": [f"\\{word}", f"\\\\{word}", "\\", f"{word}\n"]}
    assert numbered(msgspec.json.decode(msgspec.json.encode(worded(tree)))) == tree
    assert shown(tree) is tree


def test_nan_comes_back_through_json() -> None:
    assert math.isnan(numbered(msgspec.json.decode(msgspec.json.encode(worded([math.nan]))))[0])


def test_what_needs_no_words_is_not_copied() -> None:
    tree = {"a": [1.0, {"b": "NaN of a kind"}]}
    assert worded(tree) is tree
    assert numbered(tree) is tree
