"""Questions of the runs table against a project of 100,000 runs with 30 config keys each (200 at length), in CPU milliseconds.

The peer is the plain way: the same documents in memory, decoded, asked with a Python loop (`domain.filters.evaluate`)."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assay.server.adapters.metadata_sql import SqlMetadataStore, tables
from assay.server.adapters.metadata_sql.columns import COUNTS
from assay.server.adapters.metadata_sql.encoding import encode_json, encode_list, encode_value
from assay.server.compute.filter_text import parse
from assay.server.compute.patterns import search
from assay.server.domain.filters import Field, Filter, evaluate, field_of
from assay.server.domain.runs import Run
from assay.server.ports.metadata import Unit
from assay.testing.factories import a_run, stored_project
from benchmarks.harness import Contender, Length, Result, Target, compare
from benchmarks.runs_table.http import over_http

RUNS = 100_000
KEYS, KEYS_AT_LENGTH = 30, 200
BUDGET_MS = 150
OPTIONS = [0.1, 0.2, 0.5]
QUESTIONS = {
    "a number": "config.lr > 0.01",
    "three conditions": 'config.lr > 0.01 and state = "finished" and config.optimizer = "adam"',
    "alternatives and not": 'config.layers in [2, 4] or not config.optimizer = "adam"',
    "a tag": 'tags has "best"',
    "a date": "created_at > 2025-10-09T12:00Z",
    "a regular expression": 'name ~ "resnet.*99"',
}


def main(length: Length) -> list[Result]:
    count, rounds = length.pick((5_000, 3), (RUNS, 3), (RUNS, 7))
    with tempfile.TemporaryDirectory() as folder:
        store, project_key, runs = fill(Path(folder) / "metadata.db", count, length.pick(KEYS, KEYS, KEYS_AT_LENGTH))
        try:
            found = [
                *(_matching(store, project_key, runs, name, parse(text), rounds) for name, text in QUESTIONS.items()),
                _ours(
                    "matching: text search",
                    store,
                    rounds,
                    lambda unit: unit.runs.matching(project_key, parse(""), search="resnet 77"),
                ),
                *_values(store, project_key, rounds),
                _ours(
                    "columns of config, with is_distinct",
                    store,
                    rounds,
                    lambda unit: unit.runs.columns(project_key, "config", "", 100, 0),
                ),
            ]
        finally:
            store.close()
        return [*found, *over_http(Path(folder), count, rounds)]


def _matching(store: SqlMetadataStore, key: int, runs: list[Run], name: str, where: Filter, rounds: int) -> Result:
    flat = [{**{f"config.{path}": value for path, value in run.config.items()}, "run": run} for run in runs]

    def loop(unit: Unit) -> int:
        def get(row: dict[str, Any], field: Field) -> Any:
            return row[f"config.{field.path}"] if field.section == "config" else getattr(row["run"], field.path)

        return sum(evaluate(where, lambda field, row=row: get(row, field), search) for row in flat)  # type: ignore[misc]

    with store.read() as unit:
        found = len(unit.runs.matching(key, where))
        assert found == loop(unit), name
    return compare(
        f"matching: {name} ({found} of {len(runs)} runs)",
        [
            Contender("assay", lambda: _timed(store, lambda unit: unit.runs.matching(key, where))),
            Contender("python loop", lambda: _timed(store, loop)),
        ],
        unit="ms",
        rounds=rounds,
        targets=[Target(BUDGET_MS), Target(1.0, "python loop")],
    )


def _values(store: SqlMetadataStore, key: int, rounds: int) -> list[Result]:
    with store.read() as unit:
        every = unit.runs.matching(key, parse(""))
    return [
        _ours(
            f"values of {name}, every run", store, rounds, lambda unit, name=name: unit.runs.values(key, [field_of(name)], every)
        )  # type: ignore[misc]
        for name in ("config.lr", "config.layers", "config.optimizer", "name", "created_at")
    ]


def _ours(title: str, store: SqlMetadataStore, rounds: int, ask: Callable[[Unit], object]) -> Result:
    return compare(title, [Contender("assay", lambda: _timed(store, ask))], unit="ms", rounds=rounds, targets=[Target(BUDGET_MS)])


def _timed(store: SqlMetadataStore, ask: Callable[[Unit], object]) -> float:
    with store.read() as unit:
        start = time.process_time()
        ask(unit)
        return (time.process_time() - start) * 1000


def fill(path: Path, count: int, keys: int = KEYS) -> tuple[SqlMetadataStore, int, list[Run]]:
    """A store with one project of `count` runs of so many config keys, written in bulk as single saves would leave it."""
    store = SqlMetadataStore(path)
    with store.begin() as unit:
        project = stored_project(unit)
    chance = random.Random(1)
    runs = [_run(chance, project.key, number, keys) for number in range(1, count + 1)]
    paths = list(runs[0].config)
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        names = set(tables.runs.c.keys()) - {"revision", "tags"}
        rows = [{**{name: getattr(run, name) for name in names}, "tags": encode_list(run.tags), "revision": 1} for run in runs]
        connection.execute(sa.insert(tables.runs), rows)
        documents = [
            {"run_key": run.key, "config": encode_json(run.config), "environment": "{}", "summary": "{}"} for run in runs
        ]
        connection.execute(sa.insert(tables.run_documents), documents)
        words = [{"run_key": run.key, "words": "\n".join([run.name, *map(str, run.config.values())])} for run in runs]
        connection.execute(sa.insert(tables.run_search), words)
        for number, path_ in enumerate(paths, 1):
            values = [encode_value(run.config[path_]) for run in runs]
            kinds = {name: sum(value.kind == kind for value in values) for kind, name in COUNTS.items()}
            sample = {"sample_kind": values[0].kind, "sample_number": values[0].number, "sample_text": values[0].text}
            connection.execute(
                sa.insert(tables.value_columns),
                {
                    "id": number, "project_key": project.key, "section": "config", "path": path_, "run_count": count, **kinds,
                    **sample, "sample_count": sum(value == values[0] for value in values),
                },
            )  # fmt: skip
            stored = [(number, run.key, *value) for run, value in zip(runs, values, strict=True)]
            # Past SQLAlchemy, which would take minutes over millions of them.
            connection.exec_driver_sql(
                "INSERT INTO run_values (column_id, run_key, kind, number, text) VALUES (?, ?, ?, ?, ?)", stored
            )
        counts = {"run_count": count, "running_count": sum(run.is_live for run in runs), "last_ordinal": count}
        connection.execute(sa.update(tables.projects).values(**counts))
    engine.dispose()
    return store, project.key, runs


def _run(chance: random.Random, project_key: int, number: int, keys: int) -> Run:
    constants = (keys - 4) * 3 // 8
    config: dict[str, Any] = {
        "lr": 10 ** chance.uniform(-5, 0),
        "layers": chance.choice([2, 4, 8, 12]),
        "optimizer": chance.choice(["adam", "sgd", "lion"]),
        "seed": number,
        **{f"option_{index}": chance.choice(OPTIONS) for index in range(keys - 4 - constants)},
        **{f"constant_{index}": "same everywhere" for index in range(constants)},
    }
    return a_run(
        key=number,
        project_key=project_key,
        ordinal=number,
        id=f"{number:08x}",
        name=f"brisk-{chance.choice(['resnet', 'vit', 'mlp'])}-{number}",
        state=chance.choice(["finished"] * 8 + ["failed", "running"]),
        tags=tuple(chance.sample(["best", "baseline", "paper"], chance.randrange(3))),
        created_at=1_760_000_000.0 + number,
        config=config,
    )
