"""One contender in a process of its own. Reads `{"kind": …, "count": n}` lines, answers `{"p50": ns, "p99": ns, "cpu": ns}`.

Started by the interpreter of the contender's environment, so it imports nothing of ours but for `assay` itself."""

import json
import os
import sys
import time

import numpy as np

SIDE = 512


def assay_log():
    import assay

    settings = assay.Settings(console="off", capture_environment=False, disable_git=True, silent=True)
    run = assay.init(project="bench", mode="offline", settings=settings)
    return lambda pixels: run.log({"picture": assay.Image(pixels)})


def wandb_log():
    import wandb

    settings = wandb.Settings(silent=True, console="off", disable_git=True, x_disable_stats=True)
    run = wandb.init(project="bench", mode="offline", settings=settings)
    return lambda pixels: run.log({"picture": wandb.Image(pixels)})


def write():
    numbers = iter(range(10**9))

    def log(pixels):
        fd = os.open(f"{next(numbers)}.raw", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(fd, memoryview(pixels).cast("B"))
        os.close(fd)

    return log


def pictures(kind):
    """Smooth with some noise, as photographs are: noise alone would not compress, one colour would cost nothing."""
    random = np.random.default_rng(0)
    x, y = np.meshgrid(np.linspace(0, 6, SIDE), np.linspace(0, 6, SIDE))
    base = np.stack([np.sin(x + y), np.cos(x - y), np.sin(x * y / 3)], axis=2) * 0.45 + 0.5
    made = [np.clip(base + random.normal(0, 0.02, base.shape), 0, 1) for _ in range(4)]
    return [(one * 255).astype(np.uint8) if kind == "uint8" else one.astype(np.float32) for one in made]


def main(name):
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a peer prints must not be taken for an answer
    log = {"assay": assay_log, "wandb": wandb_log, "write": write}[name]()
    known = {kind: pictures(kind) for kind in ("uint8", "float32")}
    answers.write('{"ready": true}\n')
    for line in sys.stdin:
        order = json.loads(line)
        spent = []
        cpu = time.process_time_ns()
        for place in range(order["count"]):
            pixels = known[order["kind"]][place % 4]
            start = time.perf_counter_ns()
            log(pixels)
            spent.append(time.perf_counter_ns() - start)
        cpu = (time.process_time_ns() - cpu) / order["count"]
        spent.sort()
        answers.write(json.dumps({"p50": spent[len(spent) // 2], "p99": spent[len(spent) * 99 // 100], "cpu": cpu}) + "\n")
    os._exit(0)  # nobody measures how a peer ends


main(sys.argv[1])
