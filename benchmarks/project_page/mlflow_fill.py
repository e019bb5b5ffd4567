"""Runs in MLflow's environment: write the runs that standard input describes into an MLflow SQLite store, in bulk.

    python mlflow_fill.py sqlite:///PATH < runs.jsonl

A line is {"name", "created_at", "params": {…}, "metrics": {key: [values]}}. Prints the experiment's id."""

from __future__ import annotations

import json
import math
import sys
import uuid
from typing import Any

from mlflow.store.tracking.dbmodels import models
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

BULK = 100_000


def main() -> None:
    store = SqlAlchemyStore(sys.argv[1], "/tmp/unused-artifacts")
    experiment = store.create_experiment("project")
    rows: dict[Any, list[dict[str, Any]]] = {}

    def flush() -> None:
        with store.engine.begin() as connection:
            for model in (models.SqlRun, models.SqlParam, models.SqlMetric, models.SqlLatestMetric, models.SqlTag):
                if waiting := rows.pop(model, None):
                    connection.execute(model.__table__.insert(), waiting)

    for line in sys.stdin:
        run = json.loads(line)
        run_uuid, started = uuid.uuid5(uuid.NAMESPACE_OID, run["name"]).hex, int(run["created_at"] * 1000)
        rows.setdefault(models.SqlRun, []).append(
            {
                "run_uuid": run_uuid, "name": run["name"], "source_type": "LOCAL", "status": "FINISHED", "start_time": started,
                "end_time": started + 60_000, "lifecycle_stage": "active", "artifact_uri": "/tmp/unused-artifacts",
                "experiment_id": int(experiment), "user_id": "bench",
            }
        )  # fmt: skip
        tags = {"mlflow.runName": run["name"], "mlflow.user": "bench"}
        rows.setdefault(models.SqlTag, []).extend({"run_uuid": run_uuid, "key": k, "value": v} for k, v in tags.items())
        params = [{"run_uuid": run_uuid, "key": k, "value": str(v)} for k, v in run["params"].items()]
        rows.setdefault(models.SqlParam, []).extend(params)
        for key, values in run["metrics"].items():
            points = [
                {"run_uuid": run_uuid, "key": key, "value": v, "timestamp": started + 100 * s, "step": s, "is_nan": math.isnan(v)}
                for s, v in enumerate(values)
            ]
            rows.setdefault(models.SqlMetric, []).extend(points)
            rows.setdefault(models.SqlLatestMetric, []).append(points[-1])
        if len(rows[models.SqlMetric]) >= BULK:
            flush()
    flush()
    print(experiment)


if __name__ == "__main__":
    main()
