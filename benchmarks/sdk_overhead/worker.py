"""One contender in a process of its own. Reads `{"keys": n, "rows": m, "bytes": b}` lines, answers `{"p50": ns, "p99": ns}`.

Started by the interpreter of the contender's environment, so it imports nothing of ours but for `assay` itself."""

import contextlib
import json
import os
import sys
import time


def assay_log():
    import assay

    settings = assay.Settings(console="off", capture_environment=False, disable_git=True, silent=True)
    return assay.init(project="bench", mode="offline", settings=settings).log


def wandb_log():
    import wandb

    settings = wandb.Settings(silent=True, console="off", disable_git=True, x_disable_stats=True)
    return wandb.init(project="bench", mode="offline", settings=settings).log


def trackio_log():
    import trackio

    with contextlib.redirect_stdout(sys.stderr):
        trackio.init(project="bench", embed=False)
    return trackio.log


def main(name):
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a peer prints must not be taken for an answer
    clock = time.perf_counter_ns
    if name == "write":
        fd = os.open("bare.bin", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    else:
        log = {"assay": assay_log, "wandb": wandb_log, "trackio": trackio_log}[name]()
    answers.write('{"ready": true}\n')
    for line in sys.stdin:
        order = json.loads(line)
        spent = []
        row = {f"metric_{i}": 0.5 + i for i in range(order["keys"])}
        content = bytes(order["bytes"])
        for _ in range(order["rows"]):
            start = clock()
            if name == "write":
                os.write(fd, content)
            else:
                log(row)
            spent.append(clock() - start)
        spent.sort()
        answers.write(json.dumps({"p50": spent[len(spent) // 2], "p99": spent[len(spent) * 99 // 100]}) + "\n")
    os._exit(0)  # nobody measures how a peer ends


main(sys.argv[1])
