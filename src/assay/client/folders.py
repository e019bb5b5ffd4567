"""What lies below a folder, as far as it becomes part of an artifact."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from assay.wire.errors import NotFound


def files_below(root: Path) -> Iterator[tuple[str, str]]:
    """(path below `root`, file) of every regular file; links are followed, and a folder is entered once on each way down."""
    todo: list[tuple[Path, str, frozenset[tuple[int, int]]]] = [(root, "", frozenset())]
    while todo:
        folder, below, above = todo.pop()
        info = folder.stat()
        here = (info.st_dev, info.st_ino)
        if here in above:
            continue  # a link to a folder that holds it
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        for entry in entries:
            path = f"{below}{entry.name}"
            try:
                if entry.is_dir():
                    todo.append((Path(entry.path), f"{path}/", above | {here}))
                elif entry.is_file():
                    yield path, entry.path
                elif entry.is_symlink():
                    raise NotFound(what="file at the end of the link", name=entry.path)
            except OSError as error:
                raise NotFound(what=f"file that can be read ({error.strerror})", name=entry.path) from error
