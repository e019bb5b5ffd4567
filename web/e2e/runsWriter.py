"""Real runs for the browser tests of the run list, as a training script's upload sends them.

    python e2e/runsWriter.py SERVER PROJECT study        48 runs of three encoders, with config, tags, groups and curves
    python e2e/runsWriter.py SERVER PROJECT many COUNT   COUNT runs of one point each
    python e2e/runsWriter.py SERVER PROJECT one NAME     one more run, finished at once

The project is ENTITY/NAME, the key in ASSAY_API_KEY. Prints a line when what it wrote can be read."""

# ruff: noqa: S311, T201 -- named as the specs beside it; reproducible curves, and a line that whoever started this waits for
from __future__ import annotations

import math
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from writer import Writer

ENCODERS = ("convnext-t", "segformer-b2", "unet-r34")
QUALITY = {"convnext-t": 0.865, "segformer-b2": 0.838, "unet-r34": 0.83}
FIRST = ("amber", "quiet", "brisk", "copper", "sunlit", "lucid", "pale", "vivid", "late", "northern", "ivory", "mellow")
SECOND = ("otter", "fjord", "heron", "lark", "quartz", "comet", "cedar", "canyon", "ember", "moss", "delta", "ridge")


def study(client: httpx.Client, project: str) -> None:
    dice, now = random.Random(4), time.time()
    states = ["finished"] * 8 + ["failed", "killed", "preempted", "finished"]
    for i in range(48):
        encoder = ENCODERS[i % 3]
        lr = 10 ** dice.uniform(-4.5, -2.5)
        config = {
            "encoder": encoder,
            "lr": lr,
            "batch": dice.choice([8, 16, 32, 64]),
            "loss": {"boundary": round(dice.random(), 2), "dice": dice.choice([0.5, 1.0])},
            "aug": {"strength": round(dice.random(), 2), "flip": bool(i % 2)},
            "seed": i,
            "epochs": 40,
        }
        began = now - 3600 * (49 - i)
        name = f"{FIRST[i % 12]}-{SECOND[(i * 5 + i // 12) % 12]}-{i + 1}"
        writer = Writer(client, project, f"run{i}", name, config, began)
        best = QUALITY[encoder] + dice.gauss(0, 0.012)
        steps = 20
        rows = (
            (
                step,
                began + step * 30.0,
                {"val/mIoU": best - 0.4 * math.exp(-step / 4), "val/loss": 1.2 * math.exp(-step / 5) + 1 - best},
            )
            for step in range(steps)
        )
        writer.log(rows)
        if i < 45:
            writer.finish(states[i % 12])
        edit = {
            "tags": ["boundary"] if i % 4 == 0 else [],
            "group": f"study-{i % 2}",
            "job_type": "train",
            "notes": "a note" if i == 7 else "",
        }
        client.patch(f"/api/v1/projects/{project}/runs/run{i}", json=edit).raise_for_status()


def many(client: httpx.Client, project: str, count: int) -> None:
    now = time.time()

    def one(i: int) -> None:
        dice = random.Random(i)
        config = {"lr": dice.random(), "depth": dice.randrange(12), "kind": f"k{i % 5}"}
        writer = Writer(client, project, f"r{i}", f"run-{i:06}", config, now - count + i)
        writer.log([(1, now, {"score": dice.random()})])
        writer.finish()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(count)))


def single(client: httpx.Client, project: str, name: str) -> None:
    writer = Writer(client, project, name, name, {"encoder": "convnext-t"}, time.time())
    writer.log([(1, time.time(), {"val/mIoU": 0.5})])
    writer.finish()


def main() -> None:
    server, project, what, *rest = sys.argv[1:]
    with httpx.Client(base_url=server, headers={"authorization": f"Bearer {os.environ['ASSAY_API_KEY']}"}, timeout=60) as client:
        match what:
            case "study":
                study(client, project)
            case "many":
                many(client, project, int(rest[0]))
            case _:
                single(client, project, rest[0])
    print("written", flush=True)


if __name__ == "__main__":
    main()
