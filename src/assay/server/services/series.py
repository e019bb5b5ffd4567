"""What runs logged, read back: buckets for charts, rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

import numpy as np

from assay.server.domain.accounts import Actor
from assay.server.ports.metrics import Rows, RowsQuery, Series, SeriesQuery, ValueColumn
from assay.server.services.projects import find as find_project
from assay.server.services.runs import find
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import InvalidName, InvalidRequest
from assay.wire.messages.series import HistoryRequest, SeriesRequest
from assay.wire.names import ProjectPath, RunPath, is_key


@dataclass(frozen=True, slots=True)
class History:
    """`kinds`: key → letters of the kinds its values have in this run. `chunks` ascend by step and can be read once."""

    kinds: dict[str, str]
    chunks: Iterator[Rows]


class SeriesService:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def read(self, actor: Actor, path: ProjectPath, asked: SeriesRequest) -> list[tuple[str, Series]]:
        """(run id, series), runs outer and keys inner, in the order asked. Runs that are gone are left out."""
        if len(asked.runs) * len(asked.keys) > limits.SERIES_PER_QUERY:
            count = len(asked.runs) * len(asked.keys)
            raise InvalidRequest(detail=f"{count} series in one query; at most {limits.SERIES_PER_QUERY}. Ask in parts")
        if not 1 <= asked.buckets <= limits.BUCKETS:
            raise InvalidRequest(detail=f"buckets is {asked.buckets}; expected 1 to {limits.BUCKETS}")
        if asked.x == "metric" and not asked.x_key:
            raise InvalidRequest(detail="x is 'metric' but x_key is empty; give the metric to draw against")
        if asked.window is not None and (any(map(isnan, asked.window)) or asked.window[0] >= asked.window[1]):
            raise InvalidRequest(detail="window must be [from, to) with from before to")
        for key in (*asked.keys, *([asked.x_key] if asked.x_key else [])):
            if not is_key(key):
                raise InvalidName(text=key[:300], what="metric key", expected="1 byte to 1 KiB of UTF-8")
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path)
            runs = unit.runs.by_ids(project.key, list(dict.fromkeys(asked.runs)))
        if not runs or not asked.keys:
            return []
        query = SeriesQuery(
            tuple(run.ref for run in runs), tuple(dict.fromkeys(asked.keys)), asked.x, asked.x_key, asked.window, asked.since,
            asked.buckets, asked.channel,
        )  # fmt: skip
        ids = {run.key: run.id for run in runs}
        return [(ids[series.run.run_key], series) for series in self._stores.metrics.read(query)]

    def history(self, actor: Actor, path: RunPath, asked: HistoryRequest) -> History:
        """Rows in chunks, ascending by step; nothing is read before the first is taken."""
        if asked.limit is not None and asked.limit < 0:
            raise InvalidRequest(detail=f"limit is {asked.limit}; expected 0 or more")
        with self._stores.metadata.read() as unit:
            run = find(unit, actor, path, with_deleted=True)
        keys = tuple(dict.fromkeys(asked.keys)) or None
        known = self._stores.metrics.keys(run.project_key, np.array([run.key], dtype=np.int64))
        kinds = {key.name: key.kinds for key in known if key.channel == asked.channel and (keys is None or key.name in keys)}
        query = RowsQuery(run.ref, keys, asked.channel, asked.first_step, asked.last_step, asked.limit, asked.all_rows)
        return History(kinds, self._stores.metrics.rows(query))


__all__ = ["History", "Rows", "Series", "SeriesService", "ValueColumn"]
