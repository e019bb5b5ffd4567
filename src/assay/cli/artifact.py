"""`assay artifact …`: versions of data and models, put, fetched, listed, marked and compared from a terminal or a script."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from assay.cli import artifact_marks
from assay.cli.artifact_marks import ARTIFACT, JSON, parse_ttl
from assay.cli.artifact_text import age_text, table
from assay.client import artifact_calls as calls
from assay.client import credentials
from assay.client.contents import ContentCache
from assay.client.copying import copy_version
from assay.client.digests import DigestCache
from assay.client.publish import Progress
from assay.client.sizes import parse_size, size_text
from assay.client.target import normal_url
from assay.sdk.artifact import Artifact
from assay.sdk.artifact_version import CommittedVersion, resolve
from assay.sdk.query import Api
from assay.wire.errors import InvalidRequest, NotSignedIn
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath


@click.group()
def artifact() -> None:
    """Versions of data and models: put, get, list, mark, compare, copy.

    NAME:REF names a version: a number (v3), an alias (best), a digest, or NAME@2017..2019 by the time its data covers. Without
    REF it is the latest."""


@artifact.command()
@click.argument("path")
@click.option("-n", "--name", metavar="[[ENTITY/]PROJECT/]NAME", help="Its name. Default: the name of the file or folder.")
@click.option("-t", "--type", "kind", default="dataset", show_default=True, help="What it is: dataset, model, …")
@click.option("-d", "--description", default="", help="A sentence on what is in it.")
@click.option("-a", "--alias", "aliases", multiple=True, help="An alias that points at it from now on. Repeatable.")
@click.option("--tag", "tags", multiple=True, help="A tag. Repeatable.")
@click.option("-m", "--metadata", multiple=True, metavar="KEY=VALUE", help="Metadata; the value may be JSON. Repeatable.")
@click.option("--ttl", help="How long to keep it: 30d, 12h, 2w, never. Default: as the collection says.")
@click.option("--base", metavar="REF", default="", help="Begin with this version's files; PATH's are added or replace them.")
@click.option("--run", "run_id", metavar="RUN", help="The run that made it (of the same project).")
@JSON
def put(
    path: str, name: str | None, kind: str, description: str, aliases: tuple[str, ...], tags: tuple[str, ...],
    metadata: tuple[str, ...], ttl: str | None, base: str, run_id: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Make a file, a folder, or what lies at an address (file, http, s3, gs, az) a version.

    Only contents that the server lacks are sent; interrupted, the next put goes on. Equal content answers the version it has."""
    api = Api()
    project, chosen = _new_name(api, name or _base_name(path))
    maker = api.run(f"{project}/{run_id}") if run_id else None
    made = Artifact(chosen, kind, description, _metadata(metadata))
    made.aliases, made.tags = list(aliases), list(tags)
    if ttl:
        made.ttl = parse_ttl(ttl)
    if base:
        first = resolve(api.connection, project, chosen, base)
        made.draft.begin_with(first.manifest(), first.info.version, str(project))
    _add(made, path)
    with _progress(f"{chosen}: reading and sending", as_json) as progress:
        made.publish(api, str(project), progress=progress)
    if maker is not None:
        maker.log_artifact(made)
    info = made.committed.info
    if as_json:
        click.echo(json.dumps({**msgspec.to_builtins(info), "sent": progress.sent}))
        return
    sent = f"{size_text(progress.sent)} sent" if progress.sent else "nothing to send"
    click.echo(f"{info.path}  {info.file_count} files, {size_text(info.size)}, {sent}")
    click.echo(made.url)


@artifact.command()
@click.argument("path", metavar=ARTIFACT)
@click.option("--root", type=click.Path(path_type=Path), help="Where to put it. Default: ./artifacts/NAME:VERSION")
@click.option("--prefix", default="", help="Only this file or folder of it.")
@click.option("--pattern", default="", help="Only paths that match: * within a folder, ** across folders.")
@click.option("--type", "kind", help="Insist on this type.")
@click.option("--copy", is_flag=True, help="Files of their own that may be written, instead of links into the cache.")
@click.option("--skip-cache", is_flag=True, help="Neither read nor fill the cache on this machine.")
@click.option("--allow-missing-references", is_flag=True, help="Go on where what a reference points at is gone or changed.")
@JSON
def get(
    path: str, root: Path | None, prefix: str, pattern: str, kind: str | None, copy: bool, skip_cache: bool,
    allow_missing_references: bool, as_json: bool,
) -> None:  # fmt: skip
    """Bring a version, or a part of it, to this machine, verified. What is there and right is left as it is."""
    found = Api().artifact(path, type=kind)
    with _progress(f"{found.qualified_name}: fetching", as_json) as progress:
        folder = found.download(
            root, allow_missing_references=allow_missing_references, skip_cache=skip_cache, path_prefix=prefix, pattern=pattern,
            links="copy" if copy else "auto", progress=progress,
        )  # fmt: skip
    if as_json:
        brief = {"path": found.qualified_name, "folder": folder, "files": progress.files, "received": progress.sent}
        click.echo(json.dumps(brief))
        return
    came = f"{size_text(progress.sent)} received" if progress.sent else "nothing to fetch"
    click.echo(f"{found.qualified_name} → {folder}  {progress.files} files, {size_text(progress.bytes)}, {came}")


@artifact.command()
@click.argument("path", required=False, metavar="[[ENTITY/]PROJECT[/NAME[:REF]]]")
@click.option("-t", "--type", "kind", default="", help="Only this type.")
@click.option("--search", default="", help="Only names that contain this.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 1_000_000), help="Lines at most.")
@JSON
def ls(path: str | None, kind: str, search: str, limit: int, as_json: bool) -> None:
    """List a project's artifacts; of ENTITY/PROJECT/NAME its versions; of ENTITY/PROJECT/NAME:REF its files."""
    api = Api()
    last = (path or "").rpartition("/")[2]
    if path and (":" in last or "@" in last):
        _list_files(api.artifact(path).committed, search, limit, as_json)
    elif path and path.count("/") == 2:
        project, name, _ = api.artifact_path(path)
        _list_versions(api, project, name, search, limit, as_json)
    else:
        _list_collections(api, api.project_path(path), kind, search, limit, as_json)


@artifact.command()
@click.argument("path", metavar=ARTIFACT)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@JSON
def verify(path: str, folder: Path | None, as_json: bool) -> int:
    """Hash the files in FOLDER (default ./artifacts/NAME:VERSION) and compare them with the version, then check references.

    Exit code 9: something is missing, changed, or not part of it."""
    found = Api().artifact(path)
    root = folder or found.default_root
    if not as_json:
        found.verify(root)
        click.echo(f"{root} is {found.qualified_name}: {found.file_count} files, {size_text(found.size)}")
        return 0
    missing, changed, extra = found.committed.differences(root)
    brief = {"path": found.qualified_name, "folder": str(root), "missing": missing, "changed": changed, "extra": extra}
    click.echo(json.dumps(brief))
    return 9 if missing or changed or extra else 0


@artifact.command()
@click.argument("path", metavar=ARTIFACT)
@click.argument("target", metavar="[[ENTITY/]PROJECT/]NAME")
@click.option("--to", "server", metavar="URL", help="Another server; its key is the one that `assay login URL` kept.")
@click.option("-a", "--alias", "aliases", multiple=True, help="An alias of the copy. Repeatable.")
@JSON
def cp(path: str, target: str, server: str | None, aliases: tuple[str, ...], as_json: bool) -> None:
    """Copy a version to another project or server. Only contents that the other side lacks travel."""
    api = Api()
    there = _server(server) if server else api
    found = api.artifact(path).committed
    found.require_usable()
    project, name = _new_name(there, target)
    info = found.info
    request = messages.DraftRequest(
        name, info.type, info.description, {**info.metadata, "copied_from": info.path}, list(aliases), info.tags, span=info.span
    )
    with _progress(f"{info.path}: copying", as_json) as progress:
        made = copy_version(api.connection, found.path, found.manifest(), there.connection, project, request, progress)
    if as_json:
        click.echo(json.dumps({**msgspec.to_builtins(made), "sent": progress.sent}))
        return
    click.echo(f"{info.path} → {made.path}  {made.file_count} files, {size_text(made.size)}, {size_text(progress.sent)} sent")


@artifact.group()
def cache() -> None:
    """Artifact files kept on this machine so that they are fetched once."""


@cache.command()
@JSON
def info(as_json: bool) -> None:
    """Where the cache is, what it holds and what it may hold (ASSAY_CACHE_DIR, ASSAY_CACHE_GB)."""
    contents = ContentCache(DigestCache())
    use = contents.use()
    if as_json:
        brief = {"folder": str(contents.root), "file_count": use.file_count, "size": use.size, "cap": use.cap}
        click.echo(json.dumps(brief))
        return
    click.echo(f"{contents.root}: {use.file_count} files, {size_text(use.size)} of at most {size_text(use.cap)}")


@cache.command()
@click.argument("size", default="")
@JSON
def cleanup(size: str, as_json: bool) -> None:
    """Delete what was used longest ago until no more than SIZE is left (as 20GB; default: the cap)."""
    _trim(parse_size(size) if size else None, as_json)


@cache.command()
@JSON
def purge(as_json: bool) -> None:
    """Delete everything in the cache. Folders that were downloaded stay."""
    _trim(0, as_json)


def _new_name(api: Api, text: str) -> tuple[ProjectPath, str]:
    """Where a new version goes. Raises InvalidRequest if the text says which version it is to be: the server counts them."""
    project, name, _ = api.artifact_path(text)
    if text.rpartition("/")[2] != name:
        raise InvalidRequest(detail=f"{text!r} names a version. A new one gets the next number: give {project}/{name}")
    return project, name


def _trim(cap: int | None, as_json: bool) -> None:
    freed = ContentCache(DigestCache()).trim(cap)
    click.echo(json.dumps({"freed": freed}) if as_json else f"{size_text(freed)} are free again.")


def _list_collections(api: Api, project: ProjectPath, kind: str, search: str, limit: int, as_json: bool) -> None:
    found = _first(calls.collections(api.connection, project, kind, search), limit)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found)))
        return
    rows = [["NAME", "TYPE", "VERSIONS", "LATEST", "SIZE", "CHANGED"]] + [
        [one.name, one.type, str(one.version_count), one.latest.version if one.latest else "–", size_text(one.size),
         age_text(one.updated_at)]
        for one in found
    ]  # fmt: skip
    click.echo(table(rows) if found else f"{project} has no artifacts{' that match' if kind or search else ' yet'}.")


def _list_versions(api: Api, project: ProjectPath, name: str, search: str, limit: int, as_json: bool) -> None:
    every = calls.versions(api.connection, project, name)
    found = _first((one for one in every if not search or search in " ".join([*one.aliases, *one.tags, one.version])), limit)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found)))
        return
    rows = [["VERSION", "ALIASES", "TAGS", "FILES", "SIZE", "NEW", "MADE", "BY"]] + [
        [one.version, ", ".join(one.aliases), ", ".join(one.tags), str(one.file_count), size_text(one.size),
         size_text(one.new_size), age_text(one.created_at), one.created_by.run_id if one.created_by else ""]
        for one in found
    ]  # fmt: skip
    click.echo(table(rows) if found else "No version matches.")


def _list_files(version: CommittedVersion, search: str, limit: int, as_json: bool) -> None:
    entries = {path: entry for path, entry in version.manifest().entries.items() if search in path}
    found = _first(iter(sorted(entries)), limit)
    if as_json:
        click.echo(json.dumps([{"path": path, **msgspec.to_builtins(entries[path])} for path in found]))
        return
    rows = [
        [size_text(entries[path].size) if entries[path].size >= 0 else "?", entries[path].digest[:19], path,
         f"→ {entries[path].ref}" if entries[path].ref else ""]
        for path in found
    ]  # fmt: skip
    click.echo(table(rows, right=1) if rows else "No file matches.")
    if len(entries) > limit:
        click.echo(f"… and {len(entries) - limit} more (--limit)")


def _add(made: Artifact, path: str) -> None:
    if "://" in path:
        made.add_reference(path)
    elif Path(path).is_dir():
        made.add_dir(path, policy="immutable", merge=True)
    else:
        made.add_file(path, policy="immutable", overwrite=True)


def _server(address: str) -> Api:
    """Another server, with the key that was kept for it: the one in the environment is for the server there."""
    url = normal_url(address)
    key = credentials.load().key(url)
    if not key:
        raise NotSignedIn(detail=f"no key for {url} is kept here; first: assay login {url}")
    return Api({"base_url": url}, api_key=key)


def _metadata(given: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in given:
        key, sign, value = one.partition("=")
        if not sign or not key:
            raise InvalidRequest(detail=f"--metadata {one!r}: expected KEY=VALUE")
        try:
            found[key] = json.loads(value)
        except ValueError:
            found[key] = value
    return found


def _base_name(path: str) -> str:
    base = path.rstrip("/").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9_.-]", "-", base).lstrip(".") or "artifact"


def _first(found: Iterator[Any], limit: int) -> list[Any]:
    return [one for _, one in zip(range(limit), found, strict=False)]


@contextmanager
def _progress(what: str, is_quiet: bool) -> Iterator[Progress]:
    """How far a transfer is, on one line of a terminal that is written over."""
    progress, stop = Progress(), threading.Event()
    shows = sys.stderr.isatty() and not is_quiet

    def show() -> None:
        while not stop.wait(0.2):
            read = f"{size_text(progress.hashed)} of {size_text(progress.bytes)}" if progress.hashed else ""
            sent = f"{size_text(progress.sent)} of {size_text(progress.to_send)} moved" if progress.to_send else ""
            click.echo(f"\r\x1b[K{what} {'; '.join(filter(None, (read, sent)))}", nl=False, err=True)

    thread = threading.Thread(target=show, daemon=True)
    if shows:
        thread.start()
    try:
        yield progress
    finally:
        stop.set()
        if shows:
            thread.join()
            click.echo("\r\x1b[K", nl=False, err=True)


for _command in (
    artifact_marks.alias, artifact_marks.tag, artifact_marks.ttl, artifact_marks.rm, artifact_marks.restore,
    artifact_marks.diff, artifact_marks.lineage, artifact_marks.accept,
):  # fmt: skip
    artifact.add_command(_command)
