"""Bring back a file that a run kept. The one place where a script asks the server itself, because it waits for the answer."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from assay.sdk.run import Run
from assay.wire.errors import InvalidRequest


def restore(
    name: str, run_path: str | None = None, replace: bool = False, root: str | None = None, *, current: Run | None
) -> IO[str]:
    """The file `name` of the run `run_path` (`entity/project/run_id`; the current run when empty), put below `root` (the current
    run's folder of files, else the working folder) and open for reading. A file that is there already is used unless `replace`.

    Raises NotFound, InvalidRequest (no run to take it from), ServerUnreachable."""
    if not run_path and current is None:
        raise InvalidRequest(detail="restore: no run is going on. Name one: run_path='entity/project/run_id'")
    folder = root or (current.dir if current is not None else ".")
    target = Path(folder) / name
    if target.is_file() and not replace and not run_path:
        return target.open()  # the current run's own copy needs no server
    from assay.sdk.query import Api

    assert run_path or current is not None
    path = run_path or (current.path if current is not None else "")
    return Api().run(path).file(name).download(root=folder, replace=replace, exist_ok=True)
