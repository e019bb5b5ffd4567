"""A run that goes on where it stopped: run this twice. The second time it starts after the last step of the first."""

import assay

run = assay.init(project="examples", id="resumed-example", resume="allow")
print(f"starting at step {run.step}")
for _ in range(10):
    run.log({"value": float(run.step)})
run.finish()
