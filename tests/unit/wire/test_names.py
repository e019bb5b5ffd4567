from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.wire import names
from assay.wire.errors import InvalidName, Moved, PublicError, all_errors
from assay.wire.names import ProjectPath, RunPath


@pytest.mark.parametrize("text", ["a", "A-b_c.9", "-x", "0" * 128])
def test_names_may_be(text: str) -> None:
    assert names.is_name(text)


@pytest.mark.parametrize("text", ["", ".a", "a b", "a/b", "é", "a\n", "0" * 129])
def test_names_may_not_be(text: str) -> None:
    assert not names.is_name(text)


@pytest.mark.parametrize("text", ["", ".", "..", "a/b", "a\\b", "a#b", "a?b", "a%b", "a:b", "a\x00", "a\ud800", "x" * 129])
def test_run_ids_may_not_be(text: str) -> None:
    assert not names.is_run_id(text)


@pytest.mark.parametrize(
    "text", ["", "/a", "../a", "a/../b", "a//b", "a/.", "C:a", "a\\b", "con", "a/NUL.txt", "a ", "a.", "e\u0301", "x" * 1025]
)
def test_file_paths_may_not_be(text: str) -> None:
    assert not names.is_file_path(text)


@pytest.mark.parametrize("text", ["a", " a ", "naïve 日本", "\u05e9\u05dc\u05d5\u05dd", "👩\u200d🔬", "x" * 256])
def test_labels_may_be(text: str) -> None:
    assert names.is_label(text)
    assert names.as_label(text) == text.strip()


@pytest.mark.parametrize(("text", "nearest"), [
    ("", ""), ("   ", ""), ("\u00a0\u2003", ""), ("\u200b", ""), ("\u202e", ""), ("\u2066 \u2069", ""),
    ("safe\u202etxt.exe", "safetxt.exe"), ("\u2067run\u2069", "run"), ("a\nb", "a b"), ("\x00", ""), ("x" * 300, "x" * 256),
])  # fmt: skip
def test_labels_may_not_be_and_what_is_nearest_to_them(text: str, nearest: str) -> None:
    assert not names.is_label(text)
    assert names.as_label(text) == nearest


@pytest.mark.parametrize("text", ["a", "a/b.txt", ".hidden", "ä/日本.png", "console", "a/.b"])
def test_file_paths_may_be(text: str) -> None:
    assert names.is_file_path(text)


@given(st.text(st.sampled_from("aB0_-. /=:\\@\u00e9\u0301conulpt1"), max_size=12) | st.text(max_size=6))
def test_an_artifacts_paths_are_those_of_run_files_and_longer(text: str) -> None:
    assert names.is_entry_path(text) == names.is_file_path(text)


def test_an_artifacts_path_may_be_as_long_as_a_file_systems() -> None:
    assert names.is_entry_path("a/" * 2_047 + "bc")
    assert not names.is_entry_path("a/" * 2_047 + "bcd")


@given(st.text())
def test_paths_are_read_back_as_they_are_written(text: str) -> None:
    for kind in (ProjectPath, RunPath):
        with contextlib.suppress(InvalidName):
            assert str(kind.parse(text)) == text


def test_an_invalid_path_is_quoted() -> None:
    with pytest.raises(InvalidName, match="'a//b'"):
        RunPath.parse("a//b")


def test_every_error_has_a_code_of_its_own_and_a_text() -> None:
    errors = all_errors()
    assert len({error.code for error in errors}) == len(errors)
    assert all(issubclass(error, PublicError) and error.text for error in errors)
    # What has moved is no fault of anybody: the answer leads on.
    assert [error for error in errors if not 400 <= error.status < 600] == [Moved]
    assert Moved.status == 308
