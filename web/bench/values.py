"""An answer of `runs/values` with as many runs as asked, to standard output: what the panels over runs are measured with.

python bench/values.py COUNT"""

from __future__ import annotations

import json
import sys

import numpy as np
import pyarrow as pa

KEYS = [
    "config.encoder",
    "config.lr",
    "config.weight_decay",
    "config.augment",
    "config.boundary",
    "config.batch",
    "metrics.score.max",
]


def main() -> None:
    count = int(sys.argv[1])
    noise = np.random.default_rng(7)
    lr, boundary = 10 ** noise.uniform(-5, -2, count), noise.uniform(0, 1, count)
    score = 0.8 - 0.01 * (np.log10(lr) + 3.3) ** 2 - 0.05 * (boundary - 0.6) ** 2 + noise.normal(0, 0.01, count)
    columns = {
        "run": pa.array([f"r{i}" for i in range(count)]),
        "name": pa.array([f"run-{i}" for i in range(count)]),
        "ordinal": pa.array(np.arange(1, count + 1)),
        "state": pa.array(["finished"] * count).dictionary_encode(),
        KEYS[0]: pa.array(np.array(["a", "b", "c", "d"])[noise.integers(0, 4, count)]).dictionary_encode(),
        KEYS[1]: pa.array(lr),
        KEYS[2]: pa.array(10 ** noise.uniform(-5, -2, count)),
        KEYS[3]: pa.array(noise.uniform(0, 1, count)),
        KEYS[4]: pa.array(boundary),
        KEYS[5]: pa.array(2.0 ** noise.integers(3, 7, count)),
        KEYS[6]: pa.array(score),
    }
    table = pa.table(columns).replace_schema_metadata({"assay": json.dumps({"total": count, "limit": count, "keys": KEYS})})
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as writer:
        writer.write_table(table)


if __name__ == "__main__":
    main()
