"""Every code block of the documentation is run: Python and shell against a real server, data formats are parsed.

Blocks of a page share one folder, in order. `<!-- continues -->` above a block puts it after the one before it, in the same
test. `<!-- not run: reason -->` above a block is the only way out, and the reason is part of the page's source. Blocks marked
`text` show output or pictures."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
BLOCK = re.compile(
    r"(?:^[ ]*<!-- (?P<mark>.+?) -->\n)?^(?P<indent>[ ]*)```(?P<language>\w*)[^\n]*\n(?P<code>.*?)^(?P=indent)```",
    re.MULTILINE | re.DOTALL,
)
NOT_PROGRAMS = {"text", "", "sql"}
RUN_S = 120


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    code: str
    mark: str

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def reason(self) -> str:
        """Why it is not run; empty when it is."""
        return self.mark.removeprefix("not run:").strip() if self.mark.startswith("not run:") else ""


def blocks(page: Path) -> list[Block]:
    text = page.read_text()
    return [
        Block(page, text[: match.start("language")].count("\n") + 1, match["language"], match["code"], match["mark"] or "")
        for match in BLOCK.finditer(text)
    ]


def chains() -> list[list[Block]]:
    """Blocks to run, in stories: a block that continues belongs to the story before it."""
    found: list[list[Block]] = []
    for page in PAGES:
        story: list[Block] = []
        for block in blocks(page):
            if block.language in NOT_PROGRAMS or block.reason:
                continue
            if block.mark == "continues" and story:
                story.append(block)
            else:
                story = [block]
                found.append(story)
    return found


def run(block: Block, folder: Path, environ: dict[str, str]) -> None:
    if block.language == "python":
        script = folder / f"block_{block.line}.py"
        script.write_text(block.code)
        command = [sys.executable, str(script)]
    elif block.language in {"bash", "sh", "console"}:
        command = ["bash", "-euo", "pipefail", "-c", block.code]
    else:
        parse(block)
        return
    ended = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=RUN_S, check=False)
    assert ended.returncode == 0, f"{block.place} ended with {ended.returncode}\n{ended.stdout[-2000:]}\n{ended.stderr[-4000:]}"


def parse(block: Block) -> None:
    """Formats that nothing runs must at least be what they say they are."""
    if block.language == "json":
        json.loads(block.code)
    elif block.language == "toml":
        tomllib.loads(block.code)
    elif block.language == "ini":
        configparser.ConfigParser(interpolation=None).read_string(block.code)
    else:
        pytest.fail(f"{block.place}: nobody knows how to check {block.language!r}. Use text, or teach this test")


@pytest.mark.parametrize("story", chains(), ids=lambda story: story[0].place)
def test_the_block_runs(story: list[Block], tmp_path: Path, page_environment: dict[str, str]) -> None:
    for block in story:
        run(block, tmp_path, page_environment)


def test_blocks_are_found_with_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A\n\n<!-- not run: why -->\n```bash\nfalse\n```\n\n- x\n\n  ```python\n  1\n  ```\n\n```text\nno\n```\n")
    found = blocks(page)
    assert [(block.language, block.reason, block.line) for block in found] == [
        ("bash", "why", 4),
        ("python", "", 10),
        ("text", "", 14),
    ]


def test_every_mark_is_known() -> None:
    marks = [(block.place, block.mark) for page in PAGES for block in blocks(page) if block.mark]
    assert [place for place, mark in marks if mark != "continues" and not re.match(r"not run: \w.{10,}", mark)] == []
