"""`assay login` and `logout`: whose key is used for which server.

A key is typed unseen, piped in, or in the environment; never on the command line, which everyone on the machine sees."""

from __future__ import annotations

import json
import os
import re
import sys

import click

from assay.client import calls, credentials
from assay.client.http import LOOK_THERE, Connection
from assay.client.target import Target, normal_url, resolve
from assay.wire.errors import InvalidRequest, NotSignedIn
from assay.wire.messages.accounts import Me

DEFAULT_URL = "http://127.0.0.1:8080"


_VARIABLE = "ASSAY_API_KEY"
_LINE_CHARS = 4_096  # of standard input; a key has 40
_KEY_OPTION = re.compile(r"--(?:api[-_]?)?key(?:=|\Z)", re.IGNORECASE)
_KEY = re.compile(r"asy_[A-Za-z0-9]*\Z|.*asy_[A-Za-z0-9]{36}")


class _NoKeyAmongArguments(click.Command):
    """Refuses a key among the arguments before anything else is read of them: no message of click's may quote it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if any(_KEY_OPTION.match(argument) or _KEY.match(argument) for argument in args):
            raise _misplaced()
        rest = super().parse_args(ctx, args)
        if ctx.args:
            raise _misplaced()
        return rest


def _misplaced() -> InvalidRequest:
    return InvalidRequest(
        detail="A key does not go on the command line, where everyone on this machine can read it: `assay login` takes only an "
        f"address. Leave the key out to be asked for it, or pipe it in with --key-stdin, or set ${_VARIABLE}. "
        "If that was a good key, replace it: it may have been seen"
    )


@click.command(cls=_NoKeyAmongArguments, context_settings={"allow_extra_args": True})
@click.argument("url", required=False)
@click.option("--key-stdin", is_flag=True, help="Read the key from standard input, one line.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def login(url: str | None, key_stdin: bool, as_json: bool) -> None:
    """Keep a key for the server at URL, after trying it.

    The key is read from standard input with --key-stdin, else taken from $ASSAY_API_KEY, else asked for and not shown. Without
    URL: the server in use, else the one on this machine. Keys are made on the server's settings page, or by `assay server key`
    on its machine."""
    known = None if url else resolve()
    address = normal_url(url) if url else known.url if known else DEFAULT_URL
    stored = credentials.load()  # what cannot be read cannot be added to: nobody types a key for that
    key, source = _given_key(address, key_stdin)
    key = "".join(key.split())
    if not key or not key.isascii() or not key.isprintable():
        raise InvalidRequest(detail=f"What came from {source} is not a key. A key has 40 letters and digits")
    try:
        me = who(Target(address, key, "login"))
    except NotSignedIn as error:
        if source != f"${_VARIABLE}":
            raise
        raise NotSignedIn(
            detail=f"{address} does not take the key in ${_VARIABLE}. Unset the variable to be asked for another"
        ) from error
    credentials.save(stored.with_key(address, key))
    if as_json:
        click.echo(json.dumps({"url": address, "username": me.username, "credentials": str(credentials.path())}))
    else:
        click.echo(f"Signed in to {address} as {me.username}. The key from {source} is in {credentials.path()}.")


def _given_key(address: str, key_stdin: bool) -> tuple[str, str]:
    """(the key, where it came from). Raises InvalidRequest where there is none and nobody to ask."""
    if key_stdin:
        return sys.stdin.readline(_LINE_CHARS), "standard input"
    if os.environ.get(_VARIABLE):
        return os.environ[_VARIABLE], f"${_VARIABLE}"
    if not sys.stdin.isatty():
        raise InvalidRequest(
            detail=f"No key was given for {address}. Pipe it in (assay login {address} --key-stdin < FILE), or set ${_VARIABLE}"
        )
    return click.prompt(f"Key for {address}", hide_input=True), "the keyboard"


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
    with Connection(target, timeout_s=15.0, patience_s=0.0, safe=LOOK_THERE) as connection:
        return calls.me(connection)
