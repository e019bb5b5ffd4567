"""One piece of work in a process of its own: prints how long it took, what it moved, and its peak memory, as JSON."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

from assay.client.publish import Progress
from assay.sdk.artifact import Artifact
from assay.sdk.query import Api


def main(action: str, folder: str) -> None:
    api, progress = Api(), Progress()
    began = time.perf_counter()
    if action == "up":
        artifact = Artifact("bench", "dataset")
        artifact.add_dir(folder, policy="immutable")
        artifact.publish(api, progress=progress)
    else:
        api.artifact("bench").download(folder, skip_cache=True, progress=progress)
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {"seconds": seconds, "moved": progress.sent, "peak_mb": used.ru_maxrss / 1024, "cpu_s": used.ru_utime + used.ru_stime}
        )
    )


if __name__ == "__main__":
    os.chdir(Path(sys.argv[2]).parent)
    main(sys.argv[1], sys.argv[2])
