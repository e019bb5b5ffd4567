"""The same with MLflow, run by an interpreter that has it: `up FOLDER STORE` or `down FOLDER STORE`."""

import json
import pathlib
import sys
import time

import mlflow


def main(action: str, folder: str, store: str) -> None:
    mlflow.set_tracking_uri(f"sqlite:///{store}/mlflow.db")
    experiment = mlflow.get_experiment_by_name("bench")
    if experiment is None:
        mlflow.create_experiment("bench", artifact_location=pathlib.Path(store, "artifacts").as_uri())
    mlflow.set_experiment("bench")
    if action == "up":
        with mlflow.start_run() as run:
            began = time.perf_counter()
            mlflow.log_artifacts(folder)
            seconds = time.perf_counter() - began
        pathlib.Path(store, "run").write_text(run.info.run_id)
    else:
        run_id = pathlib.Path(store, "run").read_text()
        began = time.perf_counter()
        mlflow.artifacts.download_artifacts(run_id=run_id, dst_path=folder)
        seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
