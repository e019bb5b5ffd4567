"""The table of faults in the documentation, as `make faults` and its test read it: which tests show which row, how often."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/operate/faults.md"


@dataclass(frozen=True)
class Row:
    """`tests` are `path::function`; `repeats` as the page says them, by test or once for all."""

    name: str
    fault: str
    promise: str
    tests: tuple[str, ...]
    repeats: tuple[str, ...]


def rows(text: str | None = None) -> list[Row]:
    found = []
    for line in (PAGE.read_text() if text is None else text).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"[CVO]\d+", cells[0]):
            name, fault, promise, shown_by, repeats = cells
            tests = tuple(re.findall(r"`(tests/[^`]+)`", shown_by))
            found.append(Row(name, fault, promise, tests, tuple(repeats.split("<br>")) if repeats else ()))
    return found


def function_source(test: str) -> str | None:
    """The source of the function that `path::function` names; None if there is none."""
    path, _, function = test.partition("::")
    source = (ROOT / path).read_text() if (ROOT / path).is_file() else ""
    lines = source.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if opened := re.match(rf"( *)(?:async )?def {function}\(", line):
            indent = opened[1]
            body = [line]
            for more in lines[number + 1 :]:
                if re.match(rf" {{0,{len(indent)}}}(?:def|class|@)\b|{indent}@", more):
                    break
                body.append(more)
            return "".join(body)
    return None
