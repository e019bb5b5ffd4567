"""One function per endpoint of `/api/v1`, typed at both ends; those that write a run are in `run_calls`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Literal

import msgspec

from assay.client.http import ARROW, MSGPACK, Connection, json_of, path_of
from assay.client.run_calls import me as me
from assay.client.run_calls import run_address
from assay.wire import limits
from assay.wire.messages import accounts, presets, projects, runs, series, views
from assay.wire.names import ProjectPath, RunPath

TRANSFER_S = 3600.0  # one run of any size


def capabilities(connection: Connection) -> accounts.Capabilities:
    return connection.get("/capabilities", accounts.Capabilities)


def list_projects(connection: Connection, entity: str | None = None, cursor: str = "", limit: int = 100) -> projects.ProjectPage:
    return connection.get("/projects", projects.ProjectPage, entity=entity, cursor=cursor or None, limit=limit)


def get_project(connection: Connection, path: ProjectPath) -> projects.Project:
    return connection.get(_project(path), projects.Project)


def get_run(connection: Connection, path: RunPath) -> runs.Run:
    return connection.get(run_address(path), runs.Run)


def edit_run(connection: Connection, path: RunPath, edit: dict[str, object]) -> runs.Run:
    """`edit` holds the fields of `RunEdit` that change, and only those."""
    return connection.send("PATCH", run_address(path), edit, runs.Run)


def delete_runs(connection: Connection, path: ProjectPath, ids: list[str]) -> None:
    connection.send("POST", _project(path) + "/runs/delete", runs.RunSelection(ids=ids), bytes)


def transfer_runs(
    connection: Connection, path: ProjectPath, kind: Literal["move", "copy"], asked: runs.RunTransfer
) -> runs.RunsTransferred:
    """One request; what it had no time for is `remaining`."""
    return connection.send("POST", _project(path) + f"/runs/{kind}", asked, runs.RunsTransferred, once=True, timeout_s=TRANSFER_S)


def undo_runs(connection: Connection, path: ProjectPath, undo: str) -> runs.RunsChanged:
    address = _project(path) + "/runs/undo"
    return connection.send("POST", address, runs.RunsUndo(undo), runs.RunsChanged, once=True, timeout_s=TRANSFER_S)


def stop_run(connection: Connection, path: RunPath) -> None:
    connection.send("POST", run_address(path) + "/stop", {}, bytes)


def query_runs(connection: Connection, path: ProjectPath, query: runs.RunQueryRequest) -> runs.RunPage:
    return connection.send("POST", _project(path) + "/runs/query", query, runs.RunPage, safe=True)


def console(connection: Connection, path: RunPath, first: int, limit: int) -> runs.ConsolePage:
    return connection.get(run_address(path) + "/console", runs.ConsolePage, first=first, limit=limit)


def list_files(connection: Connection, path: RunPath, cursor: str = "", limit: int = 1000) -> runs.FilePage:
    return connection.get(run_address(path) + "/files", runs.FilePage, cursor=cursor or None, limit=limit)


def draft_files(connection: Connection, path: RunPath, draft: runs.FilesDraft) -> runs.FilesTickets:
    return connection.send("POST", run_address(path) + "/files", draft, runs.FilesTickets, safe=True)


def history_page(connection: Connection, path: RunPath, query: series.HistoryRequest) -> series.HistoryPage:
    """Rows as columns that need no Arrow to read."""
    content = json_of(query)
    answer = connection.request(
        "POST", run_address(path) + "/history", content=content, content_type="application/json", accept=MSGPACK, safe=True
    )
    try:
        return msgspec.msgpack.decode(answer.body, type=series.HistoryPage)
    except msgspec.MsgspecError as error:
        raise connection.unexpected(f"its history cannot be read: {error}", answer.status) from error


@contextmanager
def history_stream(connection: Connection, path: RunPath, query: series.HistoryRequest) -> Iterator[BinaryIO]:
    """Rows as an Arrow IPC stream, read as it arrives: a file that can be read forwards once. The caller has the patience to
    read it anew (`Connection.patiently`)."""
    content = json_of(query)
    with connection.stream(
        "POST", run_address(path) + "/history", None, content, "application/json", ARROW, timeout_s=3600.0
    ) as response:
        yield io.BufferedReader(_Forward(response.iter_bytes()), 1 << 20)


def columns(connection: Connection, path: ProjectPath, section: str = "", run_id: str = "") -> list[runs.Column]:
    """The keys that runs of the project have, of one section or all; with `run_id`, those that one run has."""
    found: list[runs.Column] = []
    cursor = None
    while True:
        page = connection.get(
            _project(path) + "/columns", runs.ColumnPage,
            section=section or None, run=run_id or None, cursor=cursor, limit=limits.PAGE_ROWS,
        )  # fmt: skip
        found += page.columns
        if not page.next:
            return found
        cursor = page.next


def list_views(connection: Connection, path: ProjectPath) -> views.ViewPage:
    return connection.get(_project(path) + "/views", views.ViewPage)


def get_view(connection: Connection, path: ProjectPath, view_id: str) -> views.View:
    return connection.get(_project(path) + "/views" + path_of(view_id), views.View)


def create_view(connection: Connection, path: ProjectPath, draft: views.ViewDraft) -> views.View:
    return connection.send("POST", _project(path) + "/views", draft, views.View, once=True)


def save_view(connection: Connection, path: ProjectPath, view_id: str, save: views.ViewSave) -> views.View:
    # A second time it would be a save over somebody's newer one: over this one.
    return connection.send("PUT", _project(path) + "/views" + path_of(view_id), save, views.View, once=True)


def delete_view(connection: Connection, path: ProjectPath, view_id: str) -> None:
    connection.send("DELETE", _project(path) + "/views" + path_of(view_id), {}, bytes)


def get_view_link(connection: Connection, path: ProjectPath, link_id: str) -> views.ViewLink:
    return connection.get(_project(path) + "/view-links" + path_of(link_id), views.ViewLink)


def get_preset(connection: Connection, entity: str, name: str) -> presets.Preset:
    return connection.get("/entities" + path_of(entity) + "/presets" + path_of(name), presets.Preset)


def save_preset(connection: Connection, entity: str, name: str, save: presets.PresetSave) -> presets.Preset:
    return connection.send("PUT", "/entities" + path_of(entity) + "/presets" + path_of(name), save, presets.Preset, once=True)


class _Forward(io.RawIOBase):
    """Pieces of an answer as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _project(path: ProjectPath) -> str:
    return "/projects" + path_of(path.entity, path.project)
