"""`assay status`: which server is used, as whom, and what waits here to be sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from assay.cli.login import who
from assay.client.target import resolve
from assay.journal.folder import find_folders
from assay.sync.overview import overview
from assay.wire.errors import PublicError


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def status(as_json: bool) -> int:
    """Which server is used, as whom, and what waits here to be sent."""
    found: dict[str, Any] = {"url": "", "source": "", "username": "", "default_entity": "", "server_version": "", "error": ""}
    code = 0
    try:
        target = resolve()
        if target is not None:
            found.update(url=target.url, source=target.source)
            me = who(target)
            found.update(username=me.username, default_entity=me.default_entity, server_version=me.server_version)
    except PublicError as error:
        found["error"], code = str(error), error.exit_code
    found["waiting"] = _waiting(Path())
    if as_json:
        click.echo(json.dumps(found))
        return code
    if not found["url"] and not found["error"]:
        click.echo("No server is set, and none of yours runs here: runs are recorded offline.")
        click.echo("  assay login URL       use a server\n  assay server start    start one on this machine")
    elif found["url"]:
        click.echo(f"Server   {found['url']}  (from {found['source']})")
        if found["username"]:
            click.echo(f"You      {found['username']}, runs go to {found['default_entity']}")
            click.echo(f"Version  {found['server_version']}")
    if found["error"]:
        click.echo(f"Error: {found['error']}", err=True)
    for run in found["waiting"]:
        click.echo(f"Waiting  {run['records']} records of run {run['run']}: assay sync {run['path']}")
    return code


def _waiting(folder: Path) -> list[dict[str, Any]]:
    shown = []
    for run in find_folders(folder):
        about = overview(run)
        if about.waiting_count:
            shown.append({"run": about.run_id, "path": str(run.path), "records": about.waiting_count})
    return shown
