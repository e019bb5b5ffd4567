"""Files of a run: listed, downloaded, checked against their digest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from assay.client import calls
from assay.client.http import Connection
from assay.client.transfer import download
from assay.wire import names
from assay.wire.errors import Conflict, InvalidName, NotFound
from assay.wire.messages.runs import RunFile
from assay.wire.names import RunPath


class File:
    """One file. `name` is its path in the run."""

    def __init__(self, connection: Connection, run: RunPath, info: RunFile) -> None:
        self._connection = connection
        self._run = run
        self._info = info

    def __repr__(self) -> str:
        return f"<File {self.name} ({self.size} bytes)>"

    @property
    def name(self) -> str:
        return self._info.path

    @property
    def size(self) -> int:
        return self._info.size

    @property
    def digest(self) -> str:
        return self._info.digest

    @property
    def updated_at(self) -> float:
        return self._info.updated_at

    @property
    def url(self) -> str:
        """Good for an hour."""
        return self._connection.url + self._info.url if self._info.url.startswith("/") else self._info.url

    def download(self, root: str | Path = ".", replace: bool = False, exist_ok: bool = False) -> IO[str]:
        """Put the file below `root` under its own path, and answer it open for reading (its `.name` is where it lies).

        Raises Conflict if there is a file already, unless it may be replaced (`replace`) or used as it is (`exist_ok`)."""
        if not names.is_file_path(self.name):
            raise InvalidName(text=self.name, what="file path", expected="a relative path that stays in its folder")
        target = Path(root) / self.name
        if target.exists() and not replace:
            if not exist_ok:
                raise Conflict(detail=f"{target} exists. Pass replace=True to replace it, or exist_ok=True to keep it.")
        else:
            self._info = _find(self._connection, self._run, self.name)  # a fresh address: an old one may have run out
            download(self._connection, self._info, target)
        return target.open()


def list_files(connection: Connection, run: RunPath) -> Iterator[File]:
    cursor = ""
    while True:
        page = calls.list_files(connection, run, cursor)
        for info in page.files:
            yield File(connection, run, info)
        cursor = page.next
        if not cursor:
            return


def get_file(connection: Connection, run: RunPath, name: str) -> File:
    """The file `name`, whose accents may be letters of their own: they are stored as one. Raises NotFound."""
    return File(connection, run, _find(connection, run, names.one_form(name)))


def _find(connection: Connection, run: RunPath, name: str) -> RunFile:
    cursor = ""
    while True:
        page = calls.list_files(connection, run, cursor)
        for info in page.files:
            if info.path == name:
                return info
        cursor = page.next
        if not cursor:
            raise NotFound(what="file", name=f"{run}/{name}")
