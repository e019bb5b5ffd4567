"""A training loop for one contender: `worker.py NAME STEPS`. Prints the mean of a step in microseconds, as JSON.

Started by the interpreter of the contender's environment, so it imports nothing of ours but for `assay` itself."""

import contextlib
import json
import os
import sys
import time

STEP_NS, KEYS = 10_000_000, 20


def assay():
    import assay

    run = assay.init(project="bench", settings=assay.Settings(console="off", silent=True))
    return run.log, run.finish


def trackio():
    import trackio

    trackio.init(project="bench", embed=False)
    return trackio.log, trackio.finish


def wandb():
    import wandb

    run = wandb.init(project="bench", mode="offline", settings=wandb.Settings(silent=True, console="off"))
    return run.log, run.finish


def main(name, steps):
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a peer prints must not be taken for an answer
    with contextlib.redirect_stdout(sys.stderr):
        log, finish = globals()[name]()
    in_log = beyond = 0
    for step in range(steps):
        row = {f"metric_{key}": step + key / 8 for key in range(KEYS)}
        began, until = time.perf_counter_ns(), time.thread_time_ns() + STEP_NS
        while (now := time.thread_time_ns()) < until:
            pass
        log(row)
        in_log += time.thread_time_ns() - now
        beyond += time.perf_counter_ns() - began - STEP_NS
    finish()
    answers.write(json.dumps({"cpu": in_log / steps / 1e3, "beyond": beyond / steps / 1e3}) + "\n")


main(sys.argv[1], int(sys.argv[2]))
