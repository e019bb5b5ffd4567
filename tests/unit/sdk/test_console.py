from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import assay
from assay.sdk.console import ConsoleCapture, Screen
from assay.sdk.redact import Redactor
from assay.wire import limits
from assay.wire.records import Console, Record

Said = Callable[[Path], list[Record]]


def shown(*texts: str) -> list[str]:
    screen = Screen()
    for text in texts:
        screen.feed(text, 1.0)
    return [line for _, line in screen.take(is_last=True)]


@pytest.mark.parametrize(
    ("texts", "lines"),
    [
        (["a\nb\n"], ["a", "b"]),
        (["a", "b", "\n"], ["ab"]),
        (["a\r\nb"], ["a", "b"]),
        (["\r  0%|    |", "\r 50%|##  |", "\r100%|####|\n"], ["100%|####|"]),
        (["abc\rX\n"], ["Xbc"]),
        (["abc\r\x1b[KX\n"], ["X"]),
        (["abc\b\bX\n"], ["aXc"]),
        (["outer 0\ninner 0", "\r\x1b[Aouter 1\n", "inner 1\n"], ["outer 1", "inner 1"]),
        (["\x1b[31mred\x1b[0m\n"], ["\x1b[31mred\x1b[0m"]),
        (["\n\n"], []),
    ],
)  # fmt: skip
def test_lines_are_kept_as_a_terminal_would_show_them(texts: list[str], lines: list[str]) -> None:
    assert shown(*texts) == lines


def test_a_line_that_is_too_long_is_cut_with_a_mark() -> None:
    (line,) = shown("x" * (limits.CONSOLE_LINE_BYTES + 5) + "\n")
    assert len(line) == limits.CONSOLE_LINE_BYTES
    assert line.endswith("[line cut]")


@given(st.lists(st.text(alphabet=st.sampled_from(list("ab\r\n\b\x1b[AKB2;0m")), max_size=20), max_size=20))
def test_no_output_whatever_breaks_the_screen(texts: list[str]) -> None:
    screen = Screen()
    for text in texts:
        screen.feed(text, 1.0)
        screen.take()
    screen.take(is_last=True)


def printed(records: list[Record]) -> list[tuple[str, str]]:
    return [(record.stream, line) for record in records if isinstance(record, Console) for line in record.lines]


def test_what_is_printed_is_kept_with_its_stream_and_without_secrets(
    said: Said, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MY_API_KEY", "correct-horse-battery")
    before = (sys.stdout.write, sys.stderr.write)
    with assay.init(project="p", settings={"console": "wrap", "silent": True}) as run:
        print("hello")
        print("key correct-horse-battery and ghp_" + "a1" * 20, file=sys.stderr)
    assert printed(said(run.folder.path)) == [("stdout", "hello"), ("stderr", "key [redacted] and [redacted]")]
    assert "correct-horse-battery" in capsys.readouterr().err
    assert (sys.stdout.write, sys.stderr.write) == before


def test_two_runs_hear_the_same_and_each_until_its_end(said: Said) -> None:
    settings = {"console": "wrap", "silent": True}
    first = assay.init(project="p", settings=settings)
    second = assay.init(project="p", settings=settings, reinit="create_new")
    print("both")
    first.finish()
    print("second")
    second.finish()
    assert printed(said(first.folder.path)) == [("stdout", "both")]
    assert printed(said(second.folder.path)) == [("stdout", "both"), ("stdout", "second")]


def test_a_later_run_hears_once_what_a_library_passes_on_to_an_earlier_tap(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"console": "wrap", "silent": True}
    with assay.init(project="p", settings=settings):
        through = sys.stdout.write
        monkeypatch.setattr(sys.stdout, "write", lambda text: through(text))
    with assay.init(project="p", settings=settings) as second:
        print("once")
    assert printed(said(second.folder.path)) == [("stdout", "once")]


def test_a_run_that_redirects_leaves_no_file_open(capfd: pytest.CaptureFixture[str], said: Said) -> None:
    def one_more() -> int:
        with assay.init(project="p", settings={"console": "redirect", "silent": True}) as run:
            os.write(1, b"low\n")
        assert printed(said(run.folder.path)) == [("stdout", "low")]
        return sum(1 for _ in Path("/proc/self/fd").iterdir())

    assert one_more() == one_more()
    assert capfd.readouterr().out == "low\nlow\n"


def test_a_bar_that_is_not_finished_is_told_as_it_stands_once_a_flush() -> None:
    records: list[Console] = []
    capture = ConsoleCapture(records.append, label="r0", redactor=Redactor())
    capture.feed("stderr", "begin\n")
    for percent in range(0, 60, 10):
        capture.feed("stderr", f"\r{percent}% token=ghp_{'a' * 36}")
    capture.flush()
    capture.flush()
    capture.feed("stderr", "\r\x1b[K100%\n")
    capture.flush()
    assert [(record.lines, len(record.tail)) for record in records] == [(["begin"], 1), (["100%"], 0)]
    assert records[0].tail[0].startswith("50%")
    assert "ghp_" not in records[0].tail[0]


def test_a_line_begun_and_left_is_told_and_taken_back_at_the_end() -> None:
    records: list[Console] = []
    capture = ConsoleCapture(records.append, label="", redactor=Redactor())
    capture.feed("stdout", "Password: ")
    capture.flush()
    capture.flush(is_last=True)
    assert [(record.lines, record.tail) for record in records] == [([], ["Password: "]), (["Password: "], [])]
