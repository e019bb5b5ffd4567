"""Runs as answers show them, joined from the metadata row and the metric store's automatic summaries."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from assay.server.domain.definitions import definition_for, summary_rules
from assay.server.domain.filters import LOGGED_AGGREGATES
from assay.server.domain.nested import merged
from assay.server.domain.runs import Run
from assay.server.ports.metrics import MetricColumns
from assay.wire.messages import runs as messages
from assay.wire.odd_numbers import EXACT_INT, worded


def run_shown(
    run: Run, *, last_step: int = -1, summary: dict[str, Any] | None = None, values: dict[str, Any] | None = None
) -> messages.Run:
    """`summary` None: the values set by hand alone."""
    # As filters count it: a live run has lasted until its last sign of life.
    end = run.finished_at or run.heartbeat_at
    return messages.Run(
        entity=run.entity, project=run.project, id=run.id, name=run.name, ordinal=run.ordinal, state=run.state,
        exit_code=run.exit_code, user=run.user, notes=run.notes, tags=list(run.tags), group=run.group, job_type=run.job_type,
        created_at=run.created_at, started_at=run.started_at, heartbeat_at=run.heartbeat_at, finished_at=run.finished_at,
        deleted_at=run.deleted_at, duration_s=max(0.0, end - run.started_at), host=run.host, program=run.program,
        sdk_version=run.sdk_version, last_step=last_step, progress_step=run.progress_step, progress_total=run.progress_total,
        stop_requested=bool(run.stop_requested_at), config=worded(run.config),
        summary=worded(run.summary if summary is None else summary),
        environment=run.environment, definitions=list(run.definitions), refused=list(run.refused),
        values=worded(values or {}),
    )  # fmt: skip


def summary_of(run: Run, automatic: dict[str, MetricColumns]) -> dict[str, Any]:
    """Values set by hand over what the definitions say of each metric; the last value where they say nothing."""
    out: dict[str, Any] = {}
    for key, columns in automatic.items():
        rules = summary_rules(definition_for(run.definitions, key))
        values = {rule: value for rule in rules if (value := aggregate(columns, rule, 0)) is not None}
        if len(rules) == 1 and values:
            out[key] = values[rules[0]]
        elif values:
            out[key] = values
    return merged(out, run.summary)


def aggregate(columns: MetricColumns, rule: str, at: int) -> Any:
    """The aggregate at one place, None where there is none. Whole numbers and booleans that were logged as such come back so.
    Media and histograms, which are looked at and not read, have none."""
    if rule == "last" and at in columns.last_other:
        newest = columns.last_other[at]
        return None if isinstance(newest, dict) and "_type" in newest else newest
    if not columns.count[at]:
        return None
    if rule == "count":
        return int(columns.count[at])
    if rule == "last" and at in columns.last_exact:
        return columns.last_exact[at]
    value = float(getattr(columns, rule)[at])
    if rule in ("min", "max", "mean") and math.isnan(value):
        return None  # no finite value was logged
    if columns.is_boolean[at] and rule in LOGGED_AGGREGATES:
        return bool(value)
    return int(value) if rule != "mean" and columns.is_whole[at] and abs(value) <= EXACT_INT else value


def names(keys: Iterable[str], most: int = 100) -> tuple[str, ...]:
    """At most `most` keys, for a hint."""
    return tuple(keys)[:most]
