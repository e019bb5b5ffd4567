from __future__ import annotations

import pytest

from assay.client.fetch import chosen, matches
from assay.client.publish import check_path
from assay.wire.errors import InvalidName

PATHS = ["a.txt", "b/c.txt", "b/d/e.txt", "b/d/f.csv", "bb/g.txt"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.txt", ["a.txt", "b/c.txt", "b/d/e.txt", "bb/g.txt"]),
        ("b/*", ["b/c.txt"]),
        ("b/**", ["b/c.txt", "b/d/e.txt", "b/d/f.csv"]),
        ("**/*.csv", ["b/d/f.csv"]),
        ("b/**/e.txt", ["b/d/e.txt"]),
        ("**", PATHS),
        ("nothing", []),
    ],
)
def test_a_pattern_chooses_paths(pattern: str, found: list[str]) -> None:
    assert chosen(PATHS, pattern) == found


def test_a_prefix_is_a_folder_and_not_the_beginning_of_a_name() -> None:
    assert chosen(PATHS, prefix="b") == ["b/c.txt", "b/d/e.txt", "b/d/f.csv"]
    assert chosen(PATHS, prefix="b/d/") == ["b/d/e.txt", "b/d/f.csv"]
    assert chosen(PATHS, prefix="a.txt") == ["a.txt"]
    assert not matches("b/c.txt", "b")


@pytest.mark.parametrize(
    "path", ["", "..", "../x", "a/../../x", "/etc/x", "C:\\x", "\\\\h\\s", "a//b", "a/.", "CON", "a\0b", "x" * 4097, "a /b"]
)
def test_a_path_that_could_leave_its_folder_is_refused(path: str) -> None:
    with pytest.raises(InvalidName) as told:
        check_path(path)
    assert len(str(told.value)) < 700


def test_a_path_of_four_kilobytes_is_taken() -> None:
    assert check_path("/".join(["x" * 127] * 32))
