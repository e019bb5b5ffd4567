"""A script as a person would write it, for one contender: `worker.py NAME STEPS KEYS`. Import, init, log, finish.

Started by the interpreter of the contender's environment, so it imports nothing of ours but for `assay` itself. What is timed
is the whole process with everything that it starts."""

import sys


def assay(rows):
    import assay

    run = assay.init(project="bench", settings=assay.Settings(console="off", silent=True))
    for row in rows:
        run.log(row)
    run.finish()


def trackio(rows):
    import trackio

    trackio.init(project="bench", embed=False)
    for row in rows:
        trackio.log(row)
    trackio.finish()


def wandb(rows):
    import wandb

    run = wandb.init(project="bench", mode="offline", settings=wandb.Settings(silent=True, console="off"))
    for row in rows:
        run.log(row)
    run.finish()


def tensorboardX(rows):  # noqa: N802 - its name
    from tensorboardX import SummaryWriter

    with SummaryWriter("logs") as writer:
        for step, row in enumerate(rows):
            for name, value in row.items():
                writer.add_scalar(name, value, step)


def aim(rows):
    import aim

    run = aim.Run(repo=".", experiment="bench", system_tracking_interval=None, capture_terminal_logs=False)
    for step, row in enumerate(rows):
        run.track(row, step=step)
    run.close()


def swanlab(rows):
    import swanlab

    swanlab.init(project="bench", mode="local")
    for row in rows:
        swanlab.log(row)
    swanlab.finish()


def main(name, steps, keys):
    globals()[name]({f"metric_{k}": 0.5 + step / (k + 1) for k in range(keys)} for step in range(steps))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
