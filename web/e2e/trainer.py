"""A training process for the run page's journeys: logs, prints with colours, levels and a bar, keeps code and files. It goes on
until its standard input says a word, or until it is asked to stop."""

# ruff: noqa: T201 -- what it prints is what is looked at

import json
import select
import struct
import sys
import time
from pathlib import Path

import assay

name, lines = sys.argv[1], int(sys.argv[2])
run = assay.init(
    project="pages",
    id=name,
    name=name,
    config={"lr": 3e-4 if name == "live" else 1e-3, "aug": {"strength": 0.6, "elastic": True}, "batch": 32},
    save_code=True,
    total_steps=lines,
    tags=["boundary"],
    settings={"label": "rank0", "flush_interval": 0.2, "monitor_s": 1},
)
run.define_metric("val/acc", goal="maximize")
Path("out").mkdir(exist_ok=True)
with open("out/table.csv", "w") as file:
    file.write("step,loss\n1,0.5\n2,0.25\n")
header = json.dumps({"w": {"dtype": "F32", "shape": [4, 3], "data_offsets": [0, 48]}}).encode()
with open("out/model.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + bytes(48))
with open("out/page.html", "w") as file:
    file.write("<script>document.title = 'taken over'</script>")
run.save("out/*", policy="now")
for step in range(lines):
    run.log({"train/loss": 1 / (step + 1), "val/acc": 1 - 1 / (step + 2)})
    print(f"step=\x1b[36m{step}\x1b[0m loss={1 / (step + 1):.4f}")
    if step % 50 == 7:
        print(f"\x1b[33mWARN\x1b[0m loader: waited {step} ms")
print("\x1b[31mERROR\x1b[0m cannot read plate_07", flush=True)
print("ready", file=sys.__stderr__, flush=True)
percent = 0
try:
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        percent = (percent + 1) % 100
        sys.stderr.write(f"\repoch 24 {percent}%|####  |")
        sys.stderr.flush()
        run.log({"train/loss": 0.01})
    run.finish()
except KeyboardInterrupt:
    run.finish(exit_code=130)
    print("interrupted", file=sys.__stdout__, flush=True)
    time.sleep(0.1)
