"""`assay login`, `logout`, `status`: whose key is used for which server."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from assay.client import calls, credentials
from assay.client.http import Connection
from assay.client.target import Target, normal_url, resolve
from assay.wire.errors import InvalidRequest, NotSignedIn, PublicError
from assay.wire.messages.accounts import Me

DEFAULT_URL = "http://127.0.0.1:8080"


@click.command()
@click.argument("url", required=False)
@click.option("--key", help="The key, or - to read it from standard input. Asked for, unseen, if left out.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def login(url: str | None, key: str | None, as_json: bool) -> None:
    """Keep a key for the server at URL, after trying it.

    Without URL: the server in use, else the one on this machine. Keys are made on the server's settings page, or by
    `assay server key` on its machine."""
    known = None if url else resolve()
    address = normal_url(url) if url else known.url if known else DEFAULT_URL
    if key is None:
        if not sys.stdin.isatty():
            raise InvalidRequest(detail=f"No key was given for {address}. Pipe it in: assay login {address} --key - < FILE")
        key = click.prompt(f"Key for {address}", hide_input=True)
    elif key == "-":
        key = sys.stdin.readline()
    key = "".join(key.split())
    if not key or not key.isascii() or not key.isprintable():
        raise InvalidRequest(detail="That is not a key. A key has 40 letters and digits.")
    me = _who(Target(address, key, "login"))
    credentials.save(credentials.load().with_key(address, key))
    if as_json:
        click.echo(json.dumps({"url": address, "username": me.username, "credentials": str(credentials.path())}))
    else:
        click.echo(f"Signed in to {address} as {me.username}. The key is in {credentials.path()}.")


@click.command()
@click.argument("url", required=False)
def logout(url: str | None) -> None:
    """Forget the key for URL (without it: for the server signed in to last). The key stays good until the server revokes it."""
    stored = credentials.load()
    address = normal_url(url) if url else stored.default
    if not address or address not in stored.keys:
        click.echo(f"There is no key for {address or 'any server'} in {credentials.path()}.")
        return
    credentials.save(stored.without(address))
    click.echo(f"Forgot the key for {address}.")


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
            me = _who(target)
            found.update(username=me.username, default_entity=me.default_entity, server_version=me.server_version)
    except PublicError as error:
        found["error"], code = str(error), error.exit_code
    found["waiting"] = _waiting(Path())
    if as_json:
        click.echo(json.dumps(found))
        return code
    if not found["url"]:
        click.echo("No server is set, and none of yours runs here: runs are recorded offline.")
        click.echo("  assay login URL       use a server\n  assay server start    start one on this machine")
    else:
        click.echo(f"Server   {found['url']}  (from {found['source']})")
        if found["username"]:
            click.echo(f"You      {found['username']}, runs go to {found['default_entity']}")
            click.echo(f"Version  {found['server_version']}")
    if found["error"]:
        click.echo(f"Error: {found['error']}", err=True)
    for run in found["waiting"]:
        click.echo(f"Waiting  {run['records']} records of run {run['run']}: assay sync {run['path']}")
    return code


def _who(target: Target) -> Me:
    if not target.key:
        raise NotSignedIn(detail=f"there is no key for {target.url}")
    with Connection(target, timeout_s=15.0, patience_s=0.0) as connection:
        return calls.me(connection)


def _waiting(folder: Path) -> list[dict[str, Any]]:
    from assay.journal.folder import find_folders
    from assay.sync.overview import overview

    shown = []
    for run in find_folders(folder):
        about = overview(run)
        if about.waiting_count:
            shown.append({"run": about.run_id, "path": str(run.path), "records": about.waiting_count})
    return shown
