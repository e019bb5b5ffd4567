"""The scripts in examples/ do what they say, against a real server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

READ_BACK = """
import assay
(run,) = assay.Api().runs("digits", filters='config.dataset.name = "digits"')
assert run.state == "finished", run.state
rows = run.history(keys=["loss", "acc"], samples=10_000, format="rows")
assert len(rows) >= 40, len(rows)
losses = [row["loss"] for row in rows]
assert sum(losses[-10:]) < sum(losses[:10]), losses
assert run.config["solver"] == "sgd"
assert 0 < run.summary["val/acc"] <= 1
"""


def test_the_demo_trains_a_model_whose_loss_falls(repository: Path, tmp_path: Path, page_environment: dict[str, str]) -> None:
    script = repository / "examples" / "digits.py"
    for command in ([sys.executable, str(script), "--seconds", "2", "--runs", "1"], [sys.executable, "-c", READ_BACK]):
        ended = subprocess.run(command, cwd=tmp_path, env=page_environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
