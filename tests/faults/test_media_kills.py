"""`kill -9` of the script, its sender, or both, while pictures are written, encoded and sent: all that rows name arrive whole."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import numpy as np
import PIL.Image
import pytest

from assay.journal import staging
from assay.testing.servers import RunningServer
from tests.infra.senders import kill_senders, senders_of
from tests.infra.storms import Storm

STEPS = 60

SCRIPT = """
import sys
import numpy as np
import assay

run = assay.init(project="kills", id=sys.argv[1], dir=sys.argv[2], settings=assay.Settings(silent=True, monitor_s=1))
for step in range(int(sys.argv[3])):
    run.log({"picture": assay.Image(np.full((80, 90, 3), step, np.uint8))})
    sys.stdout.write(f"{step}\\n")
    sys.stdout.flush()
sys.stdin.read()
"""


def environment(server: RunningServer, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
    return {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key}


@pytest.mark.slow
def test_every_picture_that_a_row_names_arrives_whole_whatever_is_killed(
    tmp_path: Path, shared_server: RunningServer, storm: Storm
) -> None:
    random, kills, acked = storm.dice, storm.times(6, 100), 0
    env = environment(shared_server, tmp_path)
    http = httpx.Client(base_url=shared_server.url, headers={"authorization": f"Bearer {shared_server.key}"}, timeout=30)
    entity = http.get("/api/v1/me").json()["default_entity"]
    for number in range(kills):
        run_id, folder = f"m{number}", tmp_path / ".assay" / f"m{number}"
        script = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, run_id, str(tmp_path), str(STEPS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env,
        )  # fmt: skip
        assert script.stdout is not None
        logged = random.randrange(1, STEPS)
        for _ in range(logged):
            assert script.stdout.readline()
        if random.random() < 0.7:
            for sender in senders_of(folder):
                sender.kill()
        # Sometimes at once, sometimes while a sender that was started again is in the middle of it.
        time.sleep(random.choice([0.0, 0.0, 0.5]))
        script.kill()
        rest = script.communicate()[0]
        logged += len(rest.split())
        kill_senders(folder)
        sent = subprocess.run(
            [sys.executable, "-m", "assay", "sync", str(folder)], env=env, capture_output=True, text=True, check=False
        )
        assert sent.returncode == 0, sent.stdout + sent.stderr
        query = {"runs": [run_id], "keys": ["picture"], "steps_max": 1000}
        (series,) = http.post(f"/api/v1/projects/{entity}/kills/media/query", json=query).json()["series"]
        assert len(series["items"]) >= logged, number
        acked += logged
        for item in series["items"]:
            (value,) = item["values"]
            content = item["contents"][value["path"]]
            data = http.get(content["url"]).content
            assert f"sha256:{hashlib.sha256(data).hexdigest()}" == content["digest"]
            assert (np.asarray(PIL.Image.open(io.BytesIO(data))) == item["step"]).all()
        # A script killed between the pixels and their record leaves a file that no row names; every other was encoded.
        named = {item["values"][0]["path"] for item in series["items"]}
        assert not [path for path in staging.waiting(folder) if path in named], number
    storm.tell(injected="kill -9 of a script that logs pictures, and of its sender", times=kills, acked=acked, lost=0)
