"""`assay login` and `logout`: whose key is used for which server."""

from __future__ import annotations

import json
import sys

import click

from assay.client import calls, credentials
from assay.client.http import Connection
from assay.client.target import Target, normal_url, resolve
from assay.wire.errors import InvalidRequest, NotSignedIn
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
    me = who(Target(address, key, "login"))
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


def who(target: Target) -> Me:
    """Raises what is wrong with the key or the address, at once."""
    if not target.key:
        raise NotSignedIn(detail=f"there is no key for {target.url}")
    with Connection(target, timeout_s=15.0, patience_s=0.0) as connection:
        return calls.me(connection)
