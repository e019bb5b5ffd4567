from __future__ import annotations

import pytest

from assay.wire.texts import clean, cut


@pytest.mark.parametrize(("text", "kept"), [("", ""), ("plain", "plain"), ("é 語 🎈", "é 語 🎈"), ("a\ud800é\udfff", "a?é?")])
def test_what_utf_8_cannot_hold_is_a_question_mark(text: str, kept: str) -> None:
    assert clean(text) == kept
    assert cut(text, 100) == kept


def test_a_text_of_another_class_becomes_a_plain_one() -> None:
    class Odd(str):
        __slots__ = ()

    assert type(clean(Odd("a"))) is str


@pytest.mark.parametrize(
    ("text", "max_bytes", "kept"), [("abc", 2, "ab"), ("aé", 2, "a"), ("a\udc80b", 2, "a?"), ("🎈", 3, ""), ("é", 2, "é")]
)
def test_a_text_is_cut_between_letters(text: str, max_bytes: int, kept: str) -> None:
    assert cut(text, max_bytes) == kept
