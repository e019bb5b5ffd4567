"""`assay run ls|show|export|mv|cp|undo`: what was recorded, read and moved from a terminal or a script."""

from __future__ import annotations

import csv
import errno
import io
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, BinaryIO

import click
import msgspec

from assay.cli.harmless import harmless
from assay.sdk.query import Api, Run
from assay.sdk.query.frames import library
from assay.sdk.query.transfers import Kind, take_back, transfer
from assay.wire.cells import as_text
from assay.wire.errors import Conflict, InvalidRequest
from assay.wire.messages import runs as messages
from assay.wire.names import ProjectPath, RunPath
from assay.wire.odd_numbers import shown

JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
FORMATS = ("csv", "json", "jsonl", "parquet")


@click.group()
def run() -> None:
    """List, show, export, move and copy runs."""


@run.command()
@click.argument("path", required=False, metavar="[ENTITY/PROJECT]")
@click.option(
    "--filter", "filter_", default="", metavar="TEXT", help="As in the run list: 'state = \"finished\" and summary.loss < 0.1'"
)
@click.option("--order", default="-created_at", show_default=True, metavar="KEYS", help="Keys, - before one descends.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="Runs at most.")
@JSON
def ls(path: str | None, filter_: str, order: str, limit: int, as_json: bool) -> None:
    """List runs of a project; without one, of the projects with the newest activity."""
    api = Api()
    found = list(islice(_runs(api, path, filter_, order), limit))
    if as_json:
        click.echo(_json([_brief(one) for one in found]))
        return
    if not found:
        click.echo("No run matches.")
    for one in found:
        numbers = "  ".join(f"{key}={value:.5g}" for key, value in islice(_numbers(one.summary), 3))
        line = f"{'/'.join(one.path):<40}  {one.state:<9}  {one.created_at}  {one.name}  {numbers}"
        click.echo(harmless(line.rstrip()))


@run.command()
@click.argument("path", metavar="ENTITY/PROJECT/RUN")
@JSON
def show(path: str, as_json: bool) -> None:
    """Everything about one run but its history."""
    one = Api().run(path)
    if as_json:
        click.echo(_json(msgspec.to_builtins(one.info)))
        return
    info = one.info
    click.echo(f"{'/'.join(one.path)}  {one.name}\n{one.url}")
    facts = {
        "State": one.state if info.exit_code is None else f"{one.state} (exit code {info.exit_code})",
        "User": one.user,
        "Created": one.created_at,
        "Duration": f"{info.duration_s:.0f} s",
        "Last step": info.last_step if info.last_step >= 0 else "",
        "Host": info.host,
        "Program": info.program,
        "Group": one.group,
        "Job type": one.job_type,
        "Tags": ", ".join(one.tags),
        "Notes": one.notes,
    }
    for name, value in facts.items():
        if value != "":
            click.echo(harmless(f"{name + ':':<11}{value}"))
    for title, values in (("Config", one.config), ("Summary", dict(one.summary))):
        if values:
            click.echo(f"{title}:")
            for key, value in sorted(_leaves(values)):
                click.echo(harmless(f"  {key} = {json.dumps(value, default=str)}"))
    for refused in info.refused:
        click.echo(harmless(f"Refused: {refused.count} × {refused.key}: {refused.reason}"))


@run.command()
@click.argument("path", metavar="ENTITY/PROJECT/RUN")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="csv", show_default=True, help="How rows are written.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; standard output if left out (not for parquet).")
@click.option("--keys", help="Metrics, separated by commas. Default: all.")
@click.option(
    "--stream", type=click.Choice(["default", "system"]), default="default", help="default: history; system: system metrics."
)
def export(path: str, format_: str, out: Path | None, keys: str | None, stream: str) -> None:
    """Write every row of a run's history, exactly.

    In CSV a text that a spreadsheet would run as a formula (it begins with = + - @) has an apostrophe before it, as in exports of
    the web application; the other formats have it as it was logged."""
    one = Api().run(path)
    wanted = [key.strip() for key in keys.split(",") if key.strip()] if keys else None
    if format_ == "parquet":
        if out is None:
            raise InvalidRequest(detail="Parquet is not for terminals. Name a file: --out history.parquet")
        table = one.history(samples=0, keys=wanted, stream=stream, format="arrow")
        with _written(out) as file:
            library("pyarrow.parquet").write_table(table, file, compression="zstd")
        click.echo(f"{table.num_rows} rows → {out}", err=True)
        return
    rows: Iterable[dict[str, Any]] = (
        one.history(samples=0, keys=wanted, stream=stream, format="rows") if stream == "system" or wanted else one.scan_history()
    )
    names = (wanted or one.row_keys(stream)) if format_ == "csv" else []
    if out is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # as in a file: the values exactly, whatever the terminal can show
        _write(rows, format_, names, sys.stdout)
        return
    with _written(out) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
        count = _write(rows, format_, names, text)
    click.echo(f"{count} rows → {out}", err=True)


@contextmanager
def _written(out: Path) -> Iterator[BinaryIO]:
    """A file to write that is `out` once it is whole; a device or a pipe is written as it is. Raises InvalidRequest."""
    try:
        if out.exists() and not out.is_file():
            with out.open("wb") as file:
                yield file
            return
        goal = out.resolve()
        scratch = goal.with_name(f".{goal.name}.part")
        try:
            with scratch.open("wb") as file:
                yield file
            scratch.replace(goal)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        raise InvalidRequest(detail=f"{out} cannot be written ({error.strerror}). Name another file with --out") from error


SOURCES = click.argument("sources", nargs=-1, required=True, metavar="ENTITY/PROJECT/RUN...")
TARGET = click.argument("target", metavar="ENTITY/PROJECT")
FILTER = click.option(
    "--filter", "filter_", default="", metavar="TEXT", help="The sources are projects: take the runs of theirs that match."
)


@run.command()
@SOURCES
@TARGET
@FILTER
@JSON
def mv(sources: tuple[str, ...], target: str, filter_: str, as_json: bool) -> None:
    """Move runs that have ended to another project, with all they have. Their old addresses lead to them."""
    _transfer("move", sources, target, filter_, as_json)


@run.command()
@SOURCES
@TARGET
@FILTER
@JSON
def cp(sources: tuple[str, ...], target: str, filter_: str, as_json: bool) -> None:
    """Copy runs that have ended to another project, with all they have."""
    _transfer("copy", sources, target, filter_, as_json)


@run.command()
@click.argument("path", metavar="ENTITY/PROJECT")
@click.argument("undo")
def undo(path: str, undo: str) -> None:
    """Take a change of many runs back: what mv, cp or the web application said how to undo."""
    api = Api()
    count, refused = take_back(api.connection, api.project_path(path), undo)
    click.echo(f"{count} runs are as they were before.")
    for one in refused:
        click.echo(f"{one.id}: {one.reason}", err=True)


def _transfer(kind: Kind, sources: tuple[str, ...], target: str, filter_: str, as_json: bool) -> None:
    api = Api()
    goal = str(api.project_path(target))
    asked: dict[ProjectPath, messages.RunTransfer] = {}
    for source in sources:
        if filter_:
            asked[api.project_path(source)] = messages.RunTransfer(filter=filter_, to=goal)
        else:
            found = RunPath(*api.run(source).path)
            ids = asked.setdefault(found.parent, messages.RunTransfer(ids=[], to=goal)).ids
            assert ids is not None
            ids.append(found.run_id)
    answers: dict[ProjectPath, messages.RunsTransferred] = {}
    try:
        for path, one in asked.items():
            answers[path] = transfer(api.connection, kind, path, one, _progress)
    finally:  # what went is told also where another project's runs did not
        _tell_transferred(answers, as_json)
    if filter_ and not as_json and not any(answer.runs or answer.refused for answer in answers.values()):
        click.echo("No run matches.")
    if any(answer.refused for answer in answers.values()):
        for answer in answers.values():
            _tell(answer.refused)
        raise click.exceptions.Exit(Conflict.exit_code)


def _tell_transferred(answers: dict[ProjectPath, messages.RunsTransferred], as_json: bool) -> None:
    if as_json and answers:
        click.echo(json.dumps({str(path): msgspec.to_builtins(answer) for path, answer in answers.items()}))
    for path, answer in answers.items() if not as_json else ():
        for one in answer.runs:
            click.echo(f"{path}/{one.id} → {answer.project}/{one.new_id}")
        if answer.undo:
            click.echo(f"To take it back: assay run undo {path} {answer.undo}", err=True)


def _progress(done: int, left: int) -> None:
    if left:
        click.echo(f"{done} of {done + left} runs …", err=True)


def _tell(refused: Iterable[messages.RunRefused]) -> None:
    for one in refused:
        click.echo(f"{one.id} stays where it is: {one.reason}", err=True)


def _write(rows: Iterable[dict[str, Any]], format_: str, names: list[str], out: IO[str]) -> int:
    """Answers how many rows there were. `names`: the columns of csv, besides those that every row has."""
    count = 0
    if format_ == "csv":
        first = ("_step", "_timestamp", "_runtime")
        columns = [*first, *(name for name in names if name not in first)]
        table = csv.writer(out)
        table.writerow(map(as_text, columns))
        for count, row in enumerate(rows, 1):  # noqa: B007 - the count is the answer
            table.writerow([_cell(row.get(key)) for key in columns])
    elif format_ == "jsonl":
        for count, row in enumerate(rows, 1):  # noqa: B007
            out.write(_json(row) + "\n")
    else:
        out.write("[")
        for count, row in enumerate(rows, 1):
            out.write((",\n " if count > 1 else "") + _json(row))
        out.write("]\n")
    return count


def _json(value: Any) -> str:
    # JSON has no NaN and no infinity; text keeps what they were.
    return json.dumps(shown(value), default=str, allow_nan=False)


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return as_text(_json(value))
    return as_text(value) if isinstance(value, str) else value


def _runs(api: Api, path: str | None, filter_: str, order: str) -> Iterator[Run]:
    if path:
        yield from api.runs(path, filter_ or None, order)
        return
    for project in api.projects():
        yield from project.runs(filter_ or None, order)


def _brief(one: Run) -> dict[str, Any]:
    info = one.info
    return {
        "entity": one.entity, "project": one.project, "id": one.id, "name": one.name, "state": one.state, "user": one.user,
        "created_at": one.created_at, "duration_s": info.duration_s, "last_step": info.last_step, "tags": one.tags,
        "group": one.group, "config": one.config, "summary": dict(one.summary), "url": one.url,
    }  # fmt: skip


def _leaves(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _numbers(summary: Any) -> Iterator[tuple[str, float]]:
    for key, value in summary.items():
        if isinstance(value, int | float) and not isinstance(value, bool) and not key.startswith("_"):
            yield key, value
