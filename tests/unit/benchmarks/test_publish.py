"""What is published says what was measured, of whole measurements alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from benchmarks import peers, publish
from benchmarks.harness import Measured, Result, Target

RESULT = Result(
    "a flush", "ms", (Measured("assay", (2.0, 4.0, 3.0)), Measured("DuckDB", (12.0,))), (Target(0.2, "DuckDB"), Target(4.0))
)


def kept(name: str, at: float, *, length: str = "short") -> dict[str, Any]:
    return {
        "benchmark": name, "at": at, "machine": "a machine", "busy": 0.1, "length": length,
        "versions": {"assay": "0.1", "duckdb": "1.5", "wandb": "0.30"}, "results": [asdict(RESULT)],
    }  # fmt: skip


def test_a_comparison_is_a_line_with_its_peer_and_its_targets() -> None:
    assert publish.row(RESULT) == (
        "| a flush [ms] | 3 (2 … 4) | 12 (12 … 12) DuckDB: 0.25× | ≤ 0.2 × DuckDB: **missed**<br>≤ 4 ms: met |"
    )


def test_a_section_names_its_command_its_day_and_the_versions_it_compares() -> None:
    text = publish.section(kept("ingest", 1_790_000_000.0))
    assert text.startswith("## Ingest\n")
    assert "`make bench ARGS=ingest`, 2026-09-21, a machine, 10% busy with other things; assay 0.1, duckdb 1.5." in text


def test_the_newest_whole_measurement_of_each_is_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "results").mkdir()
    for number, one in enumerate(
        [kept("ingest", 1.0), kept("ingest", 2.0), kept("ingest", 3.0, length="quick"), kept("server", 1.0)]
    ):
        (tmp_path / "results" / f"2026{number}-{one['benchmark']}.json").write_text(json.dumps(one))
    monkeypatch.setattr(publish, "HERE", tmp_path)
    assert [(one["benchmark"], one["at"]) for one in publish.newest()] == [("ingest", 2.0), ("server", 1.0)]


def test_versions_are_those_of_this_environment() -> None:
    assert {"assay", "duckdb", "numpy"} <= set(peers.versions())
