"""Metric definitions: how later ones refine earlier ones, which one holds for a key, what the key's summary is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assay.server.domain.filters import AGGREGATES
from assay.wire.messages.runs import MetricDefinition
from assay.wire.records import Define


def refined(before: MetricDefinition | None, said: Define) -> MetricDefinition:
    """`said` laid on top of what the name's definition was: what it leaves empty stays as it was, unless it overwrites."""
    fresh = MetricDefinition(said.name, said.step_metric, said.step_sync, said.hidden, list(said.summary), said.goal, said.unit)
    if before is not None and not said.overwrite:
        fresh.step_metric = fresh.step_metric or before.step_metric
        fresh.hidden = fresh.hidden or before.hidden
        fresh.summary = fresh.summary or before.summary
        fresh.goal = fresh.goal or before.goal
        fresh.unit = fresh.unit or before.unit
    return fresh


def definition_for(definitions: Sequence[MetricDefinition], key: str) -> MetricDefinition | None:
    """The definition that names `key`, else the longest glob that matches it."""
    best: MetricDefinition | None = None
    for known in definitions:
        if known.name == key:
            return known
        if "*" in known.name and _pattern(known.name).fullmatch(key) and (best is None or len(known.name) > len(best.name)):
            best = known
    return best


def summary_rules(definition: MetricDefinition | None) -> tuple[str, ...]:
    """Aggregates that make the key's summary: of last, min, max, mean, first, count. Empty: the key has none."""
    if definition is None or not definition.summary:
        return ("last",)
    if "none" in definition.summary:
        return ()
    best = "max" if definition.goal == "maximize" else "min"
    known = {"best": best, "copy": "last"}
    rules = dict.fromkeys(known.get(rule, rule) for rule in definition.summary)
    # A word that is no aggregate says nothing.
    return tuple(rule for rule in rules if rule in AGGREGATES) or ("last",)


@lru_cache(maxsize=4096)
def _pattern(glob: str) -> re.Pattern[str]:
    # Only `*` is special, and each stands for anything: no pattern of this form backtracks badly enough to matter at 1 KiB.
    return re.compile(".*".join(map(re.escape, re.sub(r"\*+", "*", glob).split("*"))), re.DOTALL)
