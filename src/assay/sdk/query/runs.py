"""Runs as scripts read them: `Runs` is a query that is answered page by page, `Run` one run that loads what is asked of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, overload

from assay.client import calls
from assay.client.http import Connection
from assay.sdk.query import files, frames
from assay.sdk.query.changes import changed
from assay.sdk.query.columns import Thinner, rows_of
from assay.sdk.query.frames import Format
from assay.sdk.query.paths import project_path
from assay.sdk.query.summary import SummaryView
from assay.sdk.query.transfers import Kind, transfer
from assay.sdk.values.plain import Unstorable, described, plain
from assay.wire import limits
from assay.wire.errors import Conflict, InvalidRequest
from assay.wire.messages import runs as messages
from assay.wire.messages.series import HistoryRequest
from assay.wire.names import ProjectPath, RunPath, one_form
from assay.wire.odd_numbers import numbered, worded
from assay.wire.records import Channel

if TYPE_CHECKING:
    from assay.sdk.artifact import Artifact

_ENDED = frozenset({"finished", "failed", "crashed", "killed", "preempted"})
_EDITABLE = ("name", "notes", "tags", "group", "job_type")
_PAGE = 10_000  # rows of history in one request
_SYSTEM = "system."
_OF_EVERY_ROW = ("_step", "_timestamp", "_runtime")


class Run:
    """One run. `config` and `summary` may be changed, as may `name`, `notes`, `tags`, `group` and `job_type`; `update()` sends
    what changed."""

    def __init__(self, connection: Connection, info: messages.Run) -> None:
        self._connection = connection
        self._take(info)

    def _take(self, info: messages.Run) -> None:
        info.config, info.summary = numbered(info.config), numbered(info.summary)
        self._info = info
        self._path = RunPath(info.entity, info.project, info.id)
        self.name, self.notes, self.tags = info.name, info.notes, list(info.tags)
        self.group, self.job_type = info.group, info.job_type
        self.config: dict[str, Any] = _copy(info.config)
        self.summary = SummaryView(_copy(info.summary), self.update)

    def __repr__(self) -> str:
        return f"<Run {self._path} ({self.state})>"

    @property
    def id(self) -> str:
        return self._info.id

    @property
    def entity(self) -> str:
        return self._info.entity

    @property
    def project(self) -> str:
        return self._info.project

    @property
    def path(self) -> list[str]:
        return [self.entity, self.project, self.id]

    @property
    def state(self) -> str:
        """As of the last `load()`."""
        return self._info.state

    @property
    def user(self) -> str:
        return self._info.user

    @property
    def url(self) -> str:
        return f"{self._connection.url}/{self.entity}/{self.project}/runs/{self.id}"

    @property
    def created_at(self) -> str:
        """ISO 8601, UTC; sorts as text."""
        return _iso(self._info.created_at)

    @property
    def heartbeat_at(self) -> str:
        return _iso(self._info.heartbeat_at)

    @property
    def exit_code(self) -> int | None:
        return self._info.exit_code

    @property
    def metadata(self) -> dict[str, Any]:
        """What the run ran in: git, Python, host, hardware, command."""
        return self._info.environment

    @property
    def last_step(self) -> int:
        """The newest step of history, −1 without one."""
        return self._info.last_step

    @property
    def refused(self) -> list[messages.RefusedValue]:
        """Values that could not be kept, with the reason."""
        return self._info.refused

    @property
    def info(self) -> messages.Run:
        """Everything the server said about the run, typed."""
        return self._info

    @property
    def history_keys(self) -> list[str]:
        """The keys that rows of this run's history have, sorted: numbers, text and all else."""
        return self.row_keys()

    def row_keys(self, stream: str = "default") -> list[str]:
        """The keys that rows of a stream have, as `history` names them, sorted."""
        section, prefix = ("system", _SYSTEM) if stream == "system" else ("metric", "")
        return sorted(prefix + c.key for c in calls.columns(self._connection, self._path.parent, section, self.id))

    def load(self) -> Run:
        """Ask the server again; unsent changes are dropped."""
        self._take(calls.get_run(self._connection, self._path))
        return self

    def update(self) -> None:
        """Send what was changed in this object since it was loaded. Free when nothing was. Values are kept as `init` keeps them.

        Raises InvalidRequest for one that cannot be kept, and then has changed nothing."""
        edit: dict[str, object] = {
            field: getattr(self, field) for field in _EDITABLE if getattr(self, field) != getattr(self._info, field)
        }
        if config := changed(self._info.config, self.config):
            edit["config"] = _stored("config", config, described)
        if summary := changed(self._info.summary, dict(self.summary)):
            edit["summary"] = _stored("summary", summary, plain)
        if edit:
            self._take(calls.edit_run(self._connection, self._path, edit))

    def delete(self) -> None:
        """Move the run to its project's trash."""
        calls.delete_runs(self._connection, self._path.parent, [self.id])

    def move(self, project: str) -> Run:
        """Move the run, which has ended, with all it has to another project: `entity/project`, or `project` of the same entity.
        Its old address leads to it. This object is then the run where it is now; another id there is its new one, because the
        project had a run of the old one. Raises Conflict for a run that cannot be moved."""
        self._path = self._transferred("move", project)
        return self.load()

    def copy(self, project: str) -> Run:
        """A copy of the run, which has ended, with all it has in another project, named as for `move`. Raises Conflict for a run
        that cannot be copied."""
        return Run(self._connection, calls.get_run(self._connection, self._transferred("copy", project)))

    def _transferred(self, kind: Kind, project: str) -> RunPath:
        goal = project_path(project, self.entity, "")
        asked = messages.RunTransfer(ids=[self.id], to=str(goal))
        answer = transfer(self._connection, kind, self._path.parent, asked)
        for refused in answer.refused:
            raise Conflict(detail=f"Run {self._path} stays where it is: {refused.reason}")
        return RunPath(goal.entity, goal.project, answer.runs[0].new_id)

    def logged_artifacts(self, per_page: int = 100) -> list[Artifact]:
        """The versions it made."""
        del per_page
        from assay.sdk.query.artifacts import run_artifacts

        return run_artifacts(self._connection, self._path, "outputs")

    def used_artifacts(self, per_page: int = 100) -> list[Artifact]:
        """The versions it took in."""
        del per_page
        from assay.sdk.query.artifacts import run_artifacts

        return run_artifacts(self._connection, self._path, "inputs")

    def use_artifact(self, artifact: Artifact, use_as: str | None = None) -> Artifact:
        """Note, also after it ended, that it took the version in."""
        from assay.client import artifact_calls
        from assay.wire.messages.artifacts import UseRequest

        artifact_calls.use(self._connection, self._path, UseRequest(artifact.qualified_name, use_as or ""))
        return artifact

    def log_artifact(self, artifact: Artifact, aliases: Iterable[str] | None = None) -> Artifact:
        """Note, also after it ended, that it made a version that exists."""
        from assay.client import artifact_calls
        from assay.wire.messages.artifacts import OutputRequest

        artifact_calls.add_output(self._connection, self._path, OutputRequest(artifact.qualified_name))
        if aliases:
            artifact.aliases = [*artifact.aliases, *aliases]
            artifact.save()
        return artifact

    def stop(self) -> None:
        """Ask the script to stop; it learns so within a second or two."""
        calls.stop_run(self._connection, self._path)

    def wait_until_finished(self, timeout: float | None = None, poll_s: float = 1.0) -> None:
        """Return when the run has ended. Raises TimeoutError."""
        give_up_at = None if timeout is None else time.monotonic() + timeout
        while self.load().state not in _ENDED:
            if give_up_at is not None and time.monotonic() > give_up_at:
                raise TimeoutError(f"Run {self._path} is still {self.state} after {timeout} s")
            time.sleep(poll_s)

    def scan_history(
        self, keys: Iterable[str] | None = None, page_size: int = _PAGE, min_step: int = 0, max_step: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Every row exactly, in order of step, `min_step <= step < max_step`; with `keys`, the rows that have all of them.

        Rows are dicts with `_step`, `_timestamp` and `_runtime`."""
        wanted = _names(keys)
        asked = [key for key in wanted if key not in _OF_EVERY_ROW]
        for row in self._rows("history", asked, page_size, min_step, max_step):
            if all(key in row for key in wanted):
                yield row if asked or not wanted else _only(row, _OF_EVERY_ROW)

    def history(
        self,
        samples: int = 500,
        keys: Iterable[str] | None = None,
        x_axis: str = "_step",
        pandas: bool = True,
        stream: str = "default",
        format: Format | None = None,  # noqa: A002 - the word people know
    ) -> Any:
        """At most `samples` rows, evenly spread and with the last; all of them if there are no more, or if `samples` is 0.

        `stream="system"`: system metrics. `format` is rows, pandas, polars or arrow; else pandas says whether it is a frame."""
        if stream not in {"default", "system"}:
            raise InvalidRequest(detail=f"stream is 'default' or 'system', not {stream!r}")
        wanted: Format = format or ("pandas" if pandas else "rows")
        if wanted not in {"rows", "pandas", "polars", "arrow"}:
            raise InvalidRequest(detail=f"format is rows, pandas, polars or arrow, not {format!r}")
        if samples < 0:
            raise InvalidRequest(detail=f"samples is {samples}; expected how many rows, or 0 for all of them")
        if wanted != "rows":  # tell what is missing before the work, not after it
            frames.library({"arrow": "pyarrow"}.get(wanted, wanted), ", or ask for rows: history(pandas=False)")
        channel: Channel = "system" if stream == "system" else "history"
        names = _names(keys)
        needed = [name for name in (*names, x_axis) if names and name not in _OF_EVERY_ROW]
        if not samples and channel == "history" and wanted in {"arrow", "polars"}:
            table = arrow_history(self._connection, self._path, HistoryRequest(keys=needed), self._info.started_at)
            return frames.table_as(frames.chosen(table, names, x_axis), wanted)
        rows = self._rows(channel, needed, _PAGE, 0, None)
        if x_axis not in _OF_EVERY_ROW:
            rows = (row for row in rows if x_axis in row)
        if samples:
            thinner = Thinner(samples)
            for row in rows:
                thinner.add(row)
            rows = iter(thinner.rows())
        found = list(rows)
        if names and not needed:
            found = [_only(row, _OF_EVERY_ROW) for row in found]
        return frames.frame_of(found, wanted, names)

    @property
    def system_metrics(self) -> dict[str, Any]:
        """The newest reading of each system metric."""
        newest: dict[str, Any] = {}
        for row in self._rows("system", [], _PAGE, 0, None):
            newest.update({key: value for key, value in row.items() if not key.startswith("_")})
        return newest

    def console(self, first: int = 0, limit: int | None = None) -> list[str]:
        """The run's output lines from number `first` on; a negative `first` counts from the end."""
        return [line.text for line in self.console_lines(first, limit)]

    logs = console

    def console_lines(self, first: int = 0, limit: int | None = None) -> Iterator[messages.ConsoleLine]:
        """Output lines with number, time and stream."""
        left = limit
        while left is None or left > 0:
            page = calls.console(self._connection, self._path, first, min(1000, left) if left is not None else 1000)
            yield from page.lines
            if not page.lines:
                return
            first = page.lines[-1].number + 1
            left = None if left is None else left - len(page.lines)
            if first >= page.total:
                return

    def file(self, name: str) -> files.File:
        """Raises NotFound."""
        return files.get_file(self._connection, self._path, name)

    def files(self, names: Sequence[str] | None = None, per_page: int = 50) -> list[files.File]:
        """The run's files, or those of them that are named."""
        del per_page
        found = list(files.list_files(self._connection, self._path))
        if names is None:
            return found
        wanted = set(map(one_form, names))
        return [file for file in found if file.name in wanted]

    def _rows(
        self, channel: Channel, keys: list[str], page_size: int, min_step: int, max_step: int | None
    ) -> Iterator[dict[str, Any]]:
        prefix = _SYSTEM if channel == "system" else ""
        names = [key.removeprefix(prefix) for key in keys]
        step: int | None = max(0, min_step)
        while step is not None and (max_step is None or step < max_step):
            query = HistoryRequest(keys=names, first_step=step, last_step=max_step, limit=max(1, page_size), channel=channel)
            page = calls.history_page(self._connection, self._path, query)
            yield from rows_of(page, self._info.started_at, prefix)
            step = page.next_step


class Runs(Sequence[Run]):
    """The runs that match, in order: `len()`, iteration, indices and slices load the pages they need."""

    def __init__(self, connection: Connection, project: ProjectPath, query: messages.RunQueryRequest) -> None:
        self._connection = connection
        self._project = project
        self._query = query
        self._loaded: list[Run] = []
        self._total: int | None = None
        self._cursor = ""
        self._is_whole = False

    def __repr__(self) -> str:
        return f"<Runs {self._project}>"

    def __len__(self) -> int:
        if self._total is None:
            self._load_page()
        assert self._total is not None
        return len(self._loaded) if self._is_whole else self._total

    def __iter__(self) -> Iterator[Run]:
        place = 0
        while True:
            if place >= len(self._loaded):
                if self._is_whole:
                    return
                self._load_page()
                continue
            yield self._loaded[place]
            place += 1

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> list[Run]: ...
    def __getitem__(self, index: int | slice) -> Run | list[Run]:
        if isinstance(index, slice):
            # Counted from the end, or backwards from where it begins: then all are needed, for what is missing cannot be told.
            is_plain = (index.step or 1) > 0 and (index.start or 0) >= 0
            self._load(index.stop if is_plain and index.stop is not None and index.stop >= 0 else None)
        else:
            self._load(None if index < 0 else index + 1)
        return self._loaded[index]

    def _load(self, count: int | None) -> None:
        """Load pages until there are `count` runs, or all."""
        while not self._is_whole and (count is None or len(self._loaded) < count):
            self._load_page()

    def _load_page(self) -> None:
        self._query.cursor = self._cursor
        page = calls.query_runs(self._connection, self._project, self._query)
        self._loaded += [Run(self._connection, info) for info in page.runs]
        self._total, self._cursor = page.total, page.next
        self._is_whole = not page.next


def arrow_history(
    connection: Connection, path: RunPath, query: HistoryRequest, started_at: float, columns: dict[str, str] | None = None
) -> Any:
    """Every row that is asked for as an Arrow table, with `columns` of one text each. Read anew where the line was lost."""

    def read() -> Any:
        with calls.history_stream(connection, path, query) as source:
            return frames.read_arrow(source, started_at=started_at, columns=columns)

    return connection.patiently(read)


def query_of(filters: dict[str, Any] | str, sort: list[messages.SortKey], per_page: int) -> messages.RunQueryRequest:
    return messages.RunQueryRequest(filter=filters, sort=sort, columns=["*"], limit=min(max(1, per_page), limits.PAGE_ROWS))


def _stored(what: str, values: dict[str, Any], form: Callable[[Any], Any]) -> dict[str, Any]:
    stored = {}
    for key, value in values.items():
        try:
            stored[key] = worded(form(value))
        except Unstorable as reason:
            raise InvalidRequest(detail=f"{what}.{key} cannot be kept: {reason}. Nothing was changed.") from reason
    return stored


def _names(keys: Iterable[str] | None) -> list[str]:
    """Raises InvalidRequest for a text: its letters are no keys."""
    if isinstance(keys, str):
        raise InvalidRequest(detail=f"keys is a list of names: keys=[{keys!r}]")
    return list(keys) if keys is not None else []


def _only(row: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: row[key] for key in keys}


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else ""


def _copy(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _copy(value) for key, value in tree.items()}
    return [_copy(value) for value in tree] if isinstance(tree, list) else tree
