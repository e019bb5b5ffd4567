"""The smallest run: a config, a loop, two metrics."""

import math

import assay

with assay.init(project="examples", config={"lr": 0.1}) as run:
    for step in range(100):
        loss = math.exp(-run.config.lr * step / 4)
        run.log({"loss": loss, "accuracy": 1 - loss})
