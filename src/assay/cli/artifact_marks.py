"""`assay artifact alias tag ttl rm restore accept diff lineage`: what is said of versions, and what became of them."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import click
import msgspec

from assay.cli.artifact_text import changes_text, deletion_text, lineage_text, metrics_text, rows_text, table, when_text
from assay.cli.harmless import harmless
from assay.client import artifact_calls as calls
from assay.sdk.artifact_fields import ArtifactTTL, clean_labels
from assay.sdk.artifact_version import parse, resolve
from assay.sdk.query import Api
from assay.wire.errors import Conflict, InvalidRequest
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath

JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
ARTIFACT = "[[ENTITY/]PROJECT/]NAME[:REF]"
_TTL = re.compile(r"(\d+(?:\.\d+)?)\s*(m|h|d|w|y)\Z")
_TTL_UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400}


@click.command()
@click.argument("path", metavar=ARTIFACT)
@click.argument("aliases", nargs=-1)
@click.option("-r", "--remove", is_flag=True, help="Take the aliases away from the version.")
@JSON
def alias(path: str, aliases: tuple[str, ...], remove: bool, as_json: bool) -> None:
    """Point aliases at a version; without any, show how the artifact's aliases moved."""
    api = Api()
    if not aliases:
        project, name, _ = api.artifact_path(path)
        moves = calls.alias_moves(api.connection, project, name)
        if as_json:
            click.echo(json.dumps(msgspec.to_builtins(moves)))
            return
        rows = [[when_text(one.at), one.alias, one.from_version or "–", "→", one.to_version or "–", one.by] for one in moves]
        click.echo(table(rows) if rows else "No alias has moved yet.")
        return
    names = clean_labels(aliases, "alias")
    edit = messages.VersionEdit(remove_aliases=names) if remove else messages.VersionEdit(add_aliases=names)
    _edit(api, path, edit, as_json)


@click.command()
@click.argument("path", metavar=ARTIFACT)
@click.argument("tags", nargs=-1, required=True)
@click.option("-r", "--remove", is_flag=True, help="Take the tags away.")
@JSON
def tag(path: str, tags: tuple[str, ...], remove: bool, as_json: bool) -> None:
    """Give a version tags."""
    names = clean_labels(tags, "tag")
    edit = messages.VersionEdit(remove_tags=names) if remove else messages.VersionEdit(add_tags=names)
    _edit(Api(), path, edit, as_json)


@click.command()
@click.argument("path", metavar=ARTIFACT)
@click.argument("time", metavar="30d|12h|2w|never|inherit")
@JSON
def ttl(path: str, time: str, as_json: bool) -> None:
    """Say how long a version is kept after it was made; one that an alias points at stays beyond it."""
    wanted = parse_ttl(time)
    seconds = -1.0 if wanted is ArtifactTTL.INHERIT else wanted.total_seconds() if isinstance(wanted, timedelta) else 0.0
    _edit(Api(), path, messages.VersionEdit(ttl_s=seconds), as_json)


@click.command()
@click.argument("path", metavar=ARTIFACT)
@click.option("--reason", default="", metavar="TEXT", help="Why it is used all the same. Others read it.")
@click.option("-r", "--remove", is_flag=True, help="Accept it no more: what reaches the version counts for it again.")
@JSON
def accept(path: str, reason: str, remove: bool, as_json: bool) -> None:
    """Accept a version of your own although it, or what it came of, is marked as bad: its aliases are free again.

    What is marked later freezes them anew. Without --reason and --remove: show what reaches the version."""
    if reason and remove:
        raise InvalidRequest(detail="--reason accepts and --remove takes it back; give one of the two")
    api = Api()
    project, name, ref = api.artifact_path(path)
    if remove:
        found = calls.withdraw_acceptance(api.connection, project, name, ref)
    elif reason:
        found = calls.accept_faults(api.connection, project, name, ref, messages.AcceptRequest(reason))
    else:
        found = calls.faults_of(api.connection, project, name, ref)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found)))
        return
    for fault in found.faults:
        frozen = f"; frozen: {', '.join(fault.frozen)}" if fault.frozen else ""
        said = f"; accepted by {fault.accepted_by} ({fault.accepted_reason})" if fault.accepted_by else ""
        click.echo(harmless(f"{fault.why}{frozen}{said}"))
    if not found.faults:
        click.echo(f"No mark reaches {project}/{name}:{ref}.")


@click.command()
@click.argument("path", metavar=ARTIFACT)
@click.option("--all", "everything", is_flag=True, help="The artifact with all its versions.")
@click.option("--aliases", "with_aliases", is_flag=True, help="Also if aliases point at it; they go too.")
@click.option("--dry-run", is_flag=True, help="Say what it would delete and free; delete nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@JSON
def rm(path: str, everything: bool, with_aliases: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Delete a version, or an artifact with all of them. They can be restored for a time; then contents that nothing else holds
    are gone."""
    api = Api()
    project, name, ref = api.artifact_path(path)
    what = f"{project}/{name}" if everything else resolve(api.connection, project, name, ref).info.path

    def delete(is_dry: bool) -> messages.Deletion:
        if everything:
            return calls.delete_collection(api.connection, project, name, with_aliases=with_aliases, is_dry=is_dry)
        version = what.rpartition(":")[2]
        return calls.delete_version(api.connection, project, name, version, with_aliases=with_aliases, is_dry=is_dry)

    would = delete(True)
    if not dry_run and not yes and would.version_count:
        click.echo(deletion_text(what, would), err=True)
        click.confirm("Delete it?", abort=True, err=True)
    done = would if dry_run or not would.version_count else delete(False)
    click.echo(json.dumps(msgspec.to_builtins(done)) if as_json else deletion_text(what, done))
    if done.kept and not done.version_count:
        raise Conflict(detail=f"{what} stays: {done.kept[0][1]}. With --aliases they go too")


@click.command()
@click.argument("path", metavar=ARTIFACT)
@JSON
def restore(path: str, as_json: bool) -> None:
    """Bring a deleted version back, by its number."""
    api = Api()
    project, name, ref = api.artifact_path(path)
    info = calls.restore_version(api.connection, project, name, ref)
    click.echo(json.dumps(msgspec.to_builtins(info)) if as_json else f"{info.path} is back.")


@click.command()
@click.argument("path", metavar=ARTIFACT)
@click.argument("other", metavar="REF")
@click.option("--table", "rows_of", metavar="FILE", help="The rows of this table that changed, instead of the files.")
@click.option("--key", "keys", multiple=True, metavar="COLUMN", help="What tells its rows apart; found if not said. Repeatable.")
@click.option(
    "--metrics", is_flag=True, help="The numbers of the runs that made them and of their metadata, instead of the files."
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="Changed paths, or rows, at most.")
@JSON
def diff(
    path: str, other: str, rows_of: str | None, keys: tuple[str, ...], metrics: bool, limit: int, as_json: bool
) -> int:  # fmt: skip
    """What changed on the way from one version to another of the same artifact. Exit code 1 if something did.

    Tables (CSV, TSV, Parquet, JSON lines) are compared on the server, row by row."""
    if rows_of and metrics:
        raise InvalidRequest(detail="--table and --metrics: one at a time")
    if keys and not rows_of:
        raise InvalidRequest(detail="--key names columns of a table; say which with --table FILE")
    api = Api()
    project, name, ref = api.artifact_path(path)
    sides = (api.connection, project, name, ref, _ref_of_same(project, name, other))
    if rows_of:
        rows = calls.compare_tables(*sides, rows_of, keys, limit)
        click.echo(json.dumps(msgspec.to_builtins(rows)) if as_json else rows_text(rows))
        return int(bool(rows.total) or any(column.change != "same" for column in rows.columns))
    if metrics:
        numbers = calls.compare_metrics(*sides)
        click.echo(json.dumps(msgspec.to_builtins(numbers)) if as_json else metrics_text(numbers))
        return int(any(one.before != one.after for one in numbers.metrics))
    found = calls.compare(*sides)
    click.echo(json.dumps(msgspec.to_builtins(found)) if as_json else changes_text(found, limit))
    return int(bool(found.added_count + found.removed_count + found.changed_count + len(found.metadata)))


@click.command()
@click.argument("path", metavar=ARTIFACT)
@click.option(
    "--direction",
    type=click.Choice(["both", "up", "down"]),
    default="both",
    show_default=True,
    help="What it is made of (up), what is made of it (down).",
)
@click.option("--depth", type=click.IntRange(1, 1000), help="Steps from the version. Default: the whole history.")
@JSON
def lineage(path: str, direction: str, depth: int | None, as_json: bool) -> None:
    """The runs and versions that a version comes from, and those that come from it."""
    api = Api()
    project, name, ref = api.artifact_path(path)
    found = calls.lineage(api.connection, project, name, ref, direction, depth)
    click.echo(json.dumps(msgspec.to_builtins(found)) if as_json else lineage_text(found, direction))


def _ref_of_same(project: ProjectPath, name: str, text: str) -> str:
    """The version that `REF`, or a path of the same artifact, names. Raises InvalidRequest for another artifact."""
    if not {":", "@", "/"} & set(text) or text.startswith("sha256:"):
        return text
    there, other, ref = parse(text, project.entity, project.project)
    if (there, other) != (project, name):
        raise InvalidRequest(
            detail=f"{text} is a version of {there}/{other}, not of {project}/{name}. Versions of one artifact are compared: "
            "name one of it, as v3 or an alias"
        )
    return ref


def _edit(api: Api, path: str, edit: messages.VersionEdit, as_json: bool) -> None:
    project, name, ref = api.artifact_path(path)
    info = calls.edit_version(api.connection, project, name, ref, edit)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(info)))
        return
    kept = "until it is deleted" if not info.expires_at else f"until {when_text(info.expires_at)}"
    marks = [f"aliases {', '.join(info.aliases)}"] if info.aliases else []
    marks += [f"tags {', '.join(info.tags)}"] if info.tags else []
    click.echo(f"{info.path}  {'; '.join([*marks, f'kept {kept}'])}")


def parse_ttl(text: str) -> timedelta | ArtifactTTL | None:
    """Raises InvalidRequest."""
    word = text.strip().lower()
    if word == "never":
        return None
    if word == "inherit":
        return ArtifactTTL.INHERIT
    found = _TTL.match(word)
    if found is None or not float(found[1]):
        raise InvalidRequest(detail=f"{text!r} is no time to keep something. Expected 30d, 12h, 2w, 1y, never or inherit.")
    try:
        return timedelta(seconds=float(found[1]) * _TTL_UNITS[found[2]])
    except OverflowError as error:
        raise InvalidRequest(detail=f"{text!r} is longer than a calendar has days. To keep it for ever: never") from error
