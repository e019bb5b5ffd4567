"""`assay sync`: send runs that were recorded offline, or what a dead server kept waiting."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import click

from assay.cli.harmless import harmless
from assay.client import calls
from assay.client.http import Connection
from assay.client.target import Target, resolve
from assay.journal.folder import RunFolder, find_folders
from assay.journal.sealing import seal_ended
from assay.sync.overview import Overview, mark, overview
from assay.sync.run import Override, RunSync
from assay.wire.errors import InvalidName, InvalidRequest, JournalDamaged, NotFound, NotSignedIn, PublicError
from assay.wire.names import is_name, is_run_id

_SHOWN_REFUSALS = 5
_LEAVING_S = 5.0  # seconds that who reads the machine's metrics beside a script may take to see that it has ended


@dataclass(slots=True)
class Outcome:
    """What became of one run."""

    path: str
    run: str
    state: str = "waiting"
    url: str = ""
    records: int = 0
    waiting: int = 0
    refused: int = 0
    damage: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    message: str = ""
    exit_code: int = 0


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]…", type=click.Path(path_type=Path))
@click.option("--live", is_flag=True, help="Follow runs that are still being written until they end.")
@click.option("--dry-run", is_flag=True, help="List what would be sent; send nothing.")
@click.option("--id", "run_id", help="Send the run under this id (one run only).")
@click.option("--project", help="Send to this project instead of the recorded one.")
@click.option("--entity", help="Send to this entity instead of the recorded one.")
@click.option("--include", multiple=True, metavar="GLOB", help="Only runs whose id matches. Repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Not runs whose id matches. Repeatable.")
@click.option("--files-from", type=click.Path(path_type=Path), help="Also read the runs' saved files below this folder.")
@click.option("--mark-synced", is_flag=True, help="Let the runs count as sent; send nothing.")
@click.option("--clean", is_flag=True, help="Delete the folders of runs that are finished and sent.")
@click.option("--yes", is_flag=True, help="Do not ask before deleting.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def sync(
    paths: tuple[Path, ...], live: bool, dry_run: bool, run_id: str | None, project: str | None, entity: str | None,
    include: tuple[str, ...], exclude: tuple[str, ...], files_from: Path | None, mark_synced: bool, clean: bool, yes: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Send runs at PATH: a `.assay` folder, the folder that holds it, a run's folder, or one journal. Default: here.

    Sending again what was sent before changes nothing, so it is safe to repeat and to interrupt. Exit code 9: a journal is
    damaged, newer than this Assay or not for us to read; everything that can be read was sent."""
    chosen = _chosen(paths or (Path(),), include, exclude)
    override = _override(entity, project, run_id, len(chosen))
    if dry_run:
        return _list([overview(folder, only) for folder, only in chosen], as_json)
    if mark_synced:
        for folder, _ in chosen:
            mark(folder)
        return _list([overview(folder, only) for folder, only in chosen], as_json)
    if clean:
        return _clean([folder for folder, _ in chosen], yes, as_json)
    target = _target()
    outcomes = []
    for folder, only in chosen:
        outcome = _send(folder, only, target, override, live, files_from, quiet=as_json)
        outcomes.append(outcome)
        if not as_json:
            _tell(outcome)
    if as_json:
        click.echo(json.dumps([_plain(outcome) for outcome in outcomes]))
    elif not outcomes:
        click.echo("There is nothing to send here.")
    return max((outcome.exit_code for outcome in outcomes), default=0)


def _chosen(
    paths: tuple[Path, ...], include: tuple[str, ...], exclude: tuple[str, ...]
) -> list[tuple[RunFolder, set[Path] | None]]:
    found: dict[Path, tuple[RunFolder, set[Path] | None]] = {}
    for path in paths:
        if not path.exists():
            raise NotFound(what="folder or journal", name=str(path))
        if path.is_file():
            if path.suffix != ".journal":
                raise InvalidRequest(detail=f"{path} is not a journal: its name does not end in .journal")
            folder = RunFolder(path.parent.resolve())
            _, only = found.get(folder.path, (folder, set()))
            found[folder.path] = folder, None if only is None else only | {path.resolve()}
            continue
        for folder in find_folders(path):
            resolved = RunFolder(folder.path.resolve())
            found[resolved.path] = resolved, None
    return [
        (folder, only)
        for folder, only in found.values()
        if (not include or any(fnmatchcase(folder.run_id, glob) for glob in include))
        and not any(fnmatchcase(folder.run_id, glob) for glob in exclude)
    ]


def _override(entity: str | None, project: str | None, run_id: str | None, run_count: int) -> Override:
    for what, text in (("entity", entity), ("project", project)):
        if text and not is_name(text):
            raise InvalidName(what=what, text=text, expected="1 to 128 letters, digits and _ . -, not starting with a dot")
    if run_id and not is_run_id(run_id):
        raise InvalidName(what="run id", text=run_id, expected="1 to 128 printable characters without / \\ # ? % :")
    if run_id and run_count > 1:
        raise InvalidRequest(detail=f"--id names one run, but {run_count} were found. Give the path of one run's folder.")
    return Override(entity or "", project or "", run_id or "")


def _target() -> Target:
    """The server to send to, tried once: a wrong key or address is told before anything else."""
    target = resolve()
    if target is None:
        raise InvalidRequest(detail="No server is set and none of yours runs here. Run `assay login`, or: assay server start")
    if not target.key:
        raise NotSignedIn(detail=f"there is no key for {target.url}")
    with Connection(target, timeout_s=15.0, safe="Nothing was sent; the journals are as they were.") as connection:
        calls.me(connection)
    return target


def _send(
    folder: RunFolder,
    only: set[Path] | None,
    target: Target,
    override: Override,
    live: bool,
    files_from: Path | None,
    quiet: bool,
) -> Outcome:
    outcome = Outcome(str(folder.path), folder.run_id)
    try:
        lock = folder.lock_for_sync()
    except OSError:
        lock = -1  # a folder that cannot be written is read without a lock: sending twice is harmless
    if lock is None:
        status = folder.read_status()
        outcome.state, outcome.url = "live", status.url if status else ""
        outcome.message = "its own process is sending it already"
        return outcome
    root = files_from or _project_folder(folder.path)
    sync = RunSync(folder, lambda: target, files_root=root, override=override, only=only)
    progress = _Progress(folder.run_id, is_quiet=quiet, is_terminal=sys.stderr.isatty())
    try:
        _until_sent(sync, live, progress)
        _conclude(sync, outcome)
    finally:
        progress.clear()
        sync.close("done" if outcome.state == "sent" else None)
        if lock >= 0:
            os.close(lock)
    seal_ended(folder)
    return outcome


def _until_sent(sync: RunSync, live: bool, progress: Callable[[RunSync], None]) -> None:
    give_up_at: float | None = None
    while True:
        wait_s = sync.tick()
        progress(sync)
        if sync.is_refused or (not sync.uploads and sync.problems) or (not sync.uploads and not live):
            return
        if sync.has_ended or not live:
            # What ends with the run is due when it has; what a dead writer left is closed by then.
            if sync.has_ended:
                sync.contents.finish()
            if give_up_at is None and sync.has_script_ended:
                give_up_at = time.monotonic() + _LEAVING_S
            is_leaving = give_up_at is not None and time.monotonic() < give_up_at
            if sync.is_complete and (sync.has_ended or not (is_leaving or sync.is_somebody_dead())):
                return
        time.sleep(wait_s if sync.status.state != "live" or sync.is_complete else min(wait_s, 0.05))


def _conclude(sync: RunSync, outcome: Outcome) -> None:
    outcome.url = sync.status.url
    outcome.run = str(sync.run or outcome.run)
    outcome.records = sum(upload.acked_seq + 1 for upload in sync.uploads.values())
    outcome.waiting = sum(upload.waiting_count() for upload in sync.uploads.values())
    outcome.refused = sync.refused_count
    outcome.reasons = [f"{name}: {reason}" for name, reason in sync.contents.refused.items()]
    outcome.told = sync.contents.artifacts_told
    outcome.state = "refused" if sync.is_refused else "sent"
    outcome.message = sync.status.message if sync.is_refused else ""
    for path, damages in sync.damages.items():
        outcome.damage += [
            f"{path}: bytes {damage.start} to {damage.end}: {damage.detail}; {damage.lost} records lost" for damage in damages
        ]
    outcome.damage += [str(problem) for problem in sync.problems.values()]
    outcome.damage += [f"{path} cannot be read ({error.strerror})" for path, error in sync.unreadable.items()]
    if sync.is_refused:
        outcome.exit_code = NotFound.exit_code
    elif outcome.damage:
        outcome.exit_code = JournalDamaged.exit_code


def _project_folder(folder: Path) -> Path:
    """The folder whose `.assay` holds the run: files below it may be read."""
    return folder.parent.parent if folder.parent.name == ".assay" else folder


class _Progress:
    """One line on a terminal, written over. Elsewhere, as in the log of a job, a line for each reason to wait."""

    def __init__(self, run: str, *, is_quiet: bool, is_terminal: bool) -> None:
        self._run = run
        self._is_quiet = is_quiet
        self._is_terminal = is_terminal
        self._told = ""

    def __call__(self, sync: RunSync) -> None:
        trouble = harmless(sync.status.message) if sync.status.state in {"offline", "paused", "live"} else ""
        if not self._is_quiet and not self._is_terminal and trouble not in {"", self._told}:
            self._told = trouble
            click.echo(f"{self._run} waits: {trouble}", err=True)
        if self._is_quiet or not self._is_terminal:
            return
        sent = sum(upload.acked_seq + 1 for upload in sync.uploads.values())
        whole = sent + sum(sync.status.waiting_rows.values())
        width = 30
        done = width * sent // whole if whole else 0
        note = f"  {sync.contents.pending_files} files" if sync.contents.pending_files else ""
        note += f"  {sync.contents.artifacts_line}" if sync.contents.artifacts_line else ""
        note += f"  {trouble[:60]}" if trouble else ""
        click.echo(f"\r\x1b[K{self._run} [{'#' * done}{'.' * (width - done)}] {sent}/{whole}{note}", nl=False, err=True)

    def clear(self) -> None:
        if self._is_terminal and not self._is_quiet:
            click.echo("\r\x1b[K", nl=False, err=True)


def _tell(outcome: Outcome) -> None:
    match outcome.state:
        case "sent":
            where = f" → {outcome.url}" if outcome.url else ""
            click.echo(f"{outcome.run}: {outcome.records} records are on the server{where}")
        case "live":
            click.echo(f"{outcome.run}: {outcome.message}")
        case _:
            click.echo(f"Error: {outcome.run}: {outcome.message or 'not sent'}", err=True)
    if outcome.refused:
        click.echo(f"  {outcome.refused} could not be taken; the reasons are in {outcome.path}/*.sent", err=True)
    for reason in outcome.reasons[:_SHOWN_REFUSALS]:
        click.echo(f"  {reason}", err=True)
    for text in outcome.told:
        click.echo(f"  {text}", err=True)
    for damage in outcome.damage:
        click.echo(f"  Damaged: {damage}", err=True)


def _plain(outcome: Outcome) -> dict[str, Any]:
    return {name: getattr(outcome, name) for name in Outcome.__slots__}


def _list(found: list[Overview], as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps([{**{n: getattr(o, n) for n in Overview.__slots__}, "path": str(o.path)} for o in found]))
    elif not found:
        click.echo("There are no runs here.")
    else:
        for one in found:
            contents = [(one.file_count, "files"), (one.artifact_count, "artifacts")]
            waiting = f"{one.waiting_count} waiting" + "".join(f" and {count} {what}" for count, what in contents if count)
            state = "live" if one.is_alive and not one.is_finished else "sent" if one.is_sent else waiting
            where = "/".join(part for part in (one.entity, one.project, one.run_id) if part)
            damage = f", {one.damage_count} damaged places" if one.damage_count else ""
            click.echo(f"{where}: {one.record_count} records, {state}{damage}  ({one.path})")
            for problem in one.problems:
                click.echo(f"  {problem}", err=True)
    return JournalDamaged.exit_code if any(one.problems or one.damage_count for one in found) else 0


def _may_go(one: Overview) -> bool:
    return one.is_sent and not one.is_alive and (one.is_finished or one.is_marked)


def _clean(folders: list[RunFolder], yes: bool, as_json: bool) -> int:
    sent = [one for one in map(overview, folders) if _may_go(one)]
    if sent and not yes:
        for one in sent:
            click.echo(f"{one.path}  ({one.size_bytes} bytes)", err=as_json)
        click.confirm(f"Delete these {len(sent)} folders?", abort=True, err=as_json)
    deleted = []
    for one in sent:
        folder = RunFolder(one.path)
        lock = folder.lock_for_sync()
        if lock is None:
            continue
        try:
            # A person may have thought for an hour, and the run been resumed meanwhile.
            if not _may_go(overview(folder)):
                continue
            shutil.rmtree(one.path)
            deleted.append(str(one.path))
        except OSError as error:
            raise PublicError(detail=f"{one.path} cannot be deleted: {error.strerror}") from error
        finally:
            os.close(lock)
    click.echo(json.dumps({"deleted": deleted}) if as_json else f"Deleted {len(deleted)} folders.")
    return 0
