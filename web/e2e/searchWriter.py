"""Writes many small runs with configs, for the panels over runs. The browser tests and benchmarks start it.

    python e2e/searchWriter.py SERVER PROJECT COUNT

A search over encoder, lr, weight_decay, augmentation, boundary loss and batch size whose score follows from them, so that a
picture of it can be wrong. The last run is still running. Prints a line when what it wrote can be read.
The key is in ASSAY_API_KEY."""

# ruff: noqa: S311, T201 -- named as the files beside it; reproducible values; a line that whoever started this waits for
from __future__ import annotations

import math
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from writer import WORDS, Writer

ENCODERS = ["unet-r34", "segformer-b2", "convnext-t"]
STEPS = 12
PARALLEL = 8


def score(config: dict[str, object], noise: random.Random) -> float:
    encoder = ENCODERS.index(str(config["encoder"]))
    lr, boundary, decay = float(str(config["lr"])), float(str(config["boundary"])), float(str(config["weight_decay"]))
    at_lr = -0.012 * (math.log10(lr) + 3.3) ** 2
    at_decay = -0.003 * abs(math.log10(decay) + 3)
    return 0.84 + 0.011 * encoder + at_lr + at_decay - 0.06 * (boundary - 0.6) ** 2 + noise.gauss(0, 0.003)


def write(client: httpx.Client, project: str, i: int, count: int, now: float) -> None:
    noise = random.Random(i)
    config: dict[str, object] = {
        "encoder": noise.choice(ENCODERS),
        "lr": 10 ** noise.uniform(-5, -2.3),
        "weight_decay": 10 ** noise.uniform(-5, -1.7),
        "augment": noise.random(),
        "boundary": noise.random(),
        "batch": noise.choice([8, 16, 32, 64]),
        "amp": noise.random() < 0.5,
    }
    if i % 16 == 5:
        del config["augment"]
    began = now - 60.0 * (count - i)
    first, second = WORDS[i % len(WORDS)]
    writer = Writer(client, project, f"run{i}", f"{first}-{second}-{i + 1}", config, began)
    best = score(config, noise)
    rows = []
    for step in range(STEPS):
        part = 1 - math.exp(-3 * (step + 1) / STEPS)
        value = best * part + noise.gauss(0, 0.001)
        rows.append((step * 100, began + step, {"val/mIoU": value, "val/loss": 1.2 - value, "speed": 400 + noise.gauss(0, 20)}))
    writer.log(rows)
    if i < count - 1:
        writer.finish("failed" if i % 23 == 7 else "finished")


def main() -> None:
    server, project, count = sys.argv[1:4]
    total, now = int(count), time.time()
    with httpx.Client(base_url=server, headers={"authorization": f"Bearer {os.environ['ASSAY_API_KEY']}"}, timeout=60) as client:
        write(client, project, 0, total, now)
        with ThreadPoolExecutor(PARALLEL) as pool:
            for done in [pool.submit(write, client, project, i, total, now) for i in range(1, total)]:
                done.result()
    print("written", flush=True)


if __name__ == "__main__":
    main()
