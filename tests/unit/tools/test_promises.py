"""The pages of promises quote what a storm found, for the rows that their command names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import fault_table
import promises

FOUND: dict[str, Any] = {
    "about": {"date": "2026-11-28", "share": "full", "system": "Linux, 2 cores"},
    "rows": [
        {"row": "C2", "fault": "Power cut", "result": "passed", "storms": [
            {"times": 100, "injected": "cut", "acked": 12_000, "lost": 0},
        ]},
        {"row": "C3", "fault": "Torn tail", "result": "failed", "storms": [{}]},
    ],
}  # fmt: skip


def test_a_result_says_what_was_injected_and_lost_and_what_failed() -> None:
    assert promises.result(["C2", "C3"], FOUND) == (
        "2026-11-28, a whole storm on Linux, 2 cores:\n\n"
        "- C2, power cut: passed; 100 × cut, 12,000 acknowledged, 0 lost.\n"
        "- C3, torn tail: failed."
    )


def test_only_the_last_result_of_a_page_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "docs/promises/cuts.md"
    page.parent.mkdir(parents=True)
    page.write_text(
        '# Cuts\n\n```bash\nmake faults ARGS="C2 C3"\n```\n\n## Last result\n\nOld.\n\nOlder.\n\n## Found\n\n- One.\n'
    )
    (tmp_path / "faults.json").write_text(json.dumps(FOUND))
    monkeypatch.setattr(promises, "ROOT", tmp_path)
    monkeypatch.setattr(promises, "PAGES", page.parent)
    promises.main()
    text = page.read_text()
    assert "Old" not in text
    assert "12,000 acknowledged, 0 lost.\n- C3, torn tail: failed.\n\n## Found\n\n- One.\n" in text


def test_pages_name_rows_that_there_are() -> None:
    known = {row.name for row in fault_table.rows()}
    named = {
        name
        for page in promises.PAGES.glob("*.md")
        for found in promises.ROWS.findall(page.read_text())
        for name in found.split()
    }
    assert named
    assert named <= known
