"""`assay server …`: start a server, and look after its data on the machine that holds it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli.team_bucket import bucket
from assay.server.settings import Settings, load

if TYPE_CHECKING:
    from assay.server.bootstrap import Started
    from assay.server.services.catalog import Catalog

DATA = click.option("--data", metavar="FOLDER", help="The data folder. Default: $ASSAY_DATA, else ~/.local/share/assay.")
JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


@click.group()
def server() -> None:
    """Start and look after a server."""


@server.command()
@DATA
@click.option("--host", metavar="ADDRESS", help="What to listen on. Default: 127.0.0.1, this machine only.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Default: 8080, or the next free one. 0 picks a free one.")
@click.option("--allow-host", multiple=True, metavar="NAME", help="One more name the server answers to (behind a proxy).")
def start(data: str | None, host: str | None, port: int | None, allow_host: tuple[str, ...]) -> None:
    """Run the server until Ctrl-C."""
    # Requests have threads of their own, and numpy's library for matrices would start one more for each core, each of which keeps
    # its core busy for a tenth of a second before it sleeps. The library reads this when it is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from assay.server.bootstrap import serve

    # For a person `--port 0` means any; in the settings' table 0 is the default's "8080 or the next free one".
    flags = {"data": data, "host": host, "port": -1 if port == 0 else port, "allow_host": list(allow_host) or None}
    serve(load(flags), _announce)


def _announce(started: Started) -> None:
    try:
        _tell(started)
        return
    except OSError:  # who has read enough (`… | head -1`), or closed the terminal, wants the server all the same
        nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _tell(started: Started) -> None:
    if started.moved_from_port:
        click.echo(f"Port {started.moved_from_port} is taken; using the next free one.")
    click.echo(f"Assay is running at {started.url}")
    click.echo(f"Data: {started.data}")
    if not started.has_application:
        click.echo("The web application is not built here: run `make web` in a clone. The API works without it.")
    if started.is_open_to_others:
        click.echo("Warning: other machines can reach this server and the connection is not encrypted. Put TLS in front of it.")
    click.echo("Sign in (once, within a day):")
    click.echo(f"  {started.link}")
    click.echo("Stop with Ctrl-C.")


@contextmanager
def _catalog(data: str | None, *, may_be_new: bool = False) -> Iterator[tuple[Settings, Catalog]]:
    """The services on the data folder, beside a running server or without one: the metadata database is safe to share.

    A folder without data is refused, or made and told of if it `may_be_new`: a person may have meant another. What can be known
    to be wrong without it is said before: nothing is made for a command that cannot be done."""
    from assay.server.bootstrap import open_metadata_catalog
    from assay.server.data_folder import DataFolder

    settings = load({"data": data})
    folder = DataFolder(settings.data)
    if not may_be_new:
        folder.require_data()
    elif not folder.has_data():
        click.echo(f"{settings.data} held no data of a server: it is a new data folder now.", err=True)
    with open_metadata_catalog(settings.data) as catalog:
        yield settings, catalog


@server.command()
@DATA
@click.option("--user", metavar="NAME", help="Whose key. Default: the first admin.")
@click.option("--name", default="from the command line", show_default=True, help="What the key's list calls it.")
@JSON
def key(data: str | None, user: str | None, name: str, as_json: bool) -> None:
    """Print a fresh key, on the machine that holds the data."""
    from assay.server.domain.accounts import SYSTEM
    from assay.server.services.accounts import check_key_name

    check_key_name(name)
    with _catalog(data, may_be_new=user is None) as (_, catalog):
        username = user or catalog.accounts.first_admin(_user_name()).username
        created = catalog.accounts.new_key_for(SYSTEM, username, name)
    _print(as_json, {"key": created.secret, "id": created.key.id, "user": username}, lambda: created.secret)


@server.command()
@DATA
@click.option("--user", metavar="NAME", help="Who signs in. Default: the first admin.")
@JSON
def link(data: str | None, user: str | None, as_json: bool) -> None:
    """Print a one-time sign-in link, good for a day."""
    from assay.server.domain.accounts import SYSTEM

    with _catalog(data, may_be_new=user is None) as (settings, catalog):
        username = user or catalog.accounts.first_admin(_user_name()).username
        address = _link(settings, catalog.accounts.new_link(SYSTEM, username))
    _print(as_json, {"link": address, "user": username}, lambda: address)


@server.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.argument("name")
@click.option("--admin", is_flag=True, help="May do everything on this server.")
@click.option("--email", default="", metavar="ADDRESS", help="Where they get mail.")
@DATA
@JSON
def add_user(name: str, admin: bool, email: str, data: str | None, as_json: bool) -> None:
    """Add an account and print the link by which its owner sets a password."""
    from assay.server.domain.accounts import SYSTEM
    from assay.server.services.accounts import check_new_user

    check_new_user(name, email)
    with _catalog(data, may_be_new=True) as (settings, catalog):
        address = _link(settings, catalog.accounts.add_user(SYSTEM, name, is_admin=admin, email=email))
    _print(
        as_json,
        {"user": name, "link": address},
        lambda: f"Added {name}. Give them this link (it works once, for a day):\n  {address}",
    )


@user.command("email")
@click.argument("name")
@click.argument("address", required=False)
@click.option("--none", "without", is_flag=True, help="They get no mail any more.")
@DATA
@JSON
def user_email(name: str, address: str | None, without: bool, data: str | None, as_json: bool) -> None:
    """Show where somebody gets mail, or set it."""
    from assay.server.domain.accounts import SYSTEM

    if address is not None and without:
        raise click.UsageError("Give an address or --none, not both.")
    with _catalog(data) as (_, catalog):
        if address is not None or without:
            catalog.accounts.set_email_of(SYSTEM, name, address or "")
        email = catalog.accounts.email_of(SYSTEM, name)
    _print(as_json, {"user": name, "email": email}, lambda: f"{name} gets mail at {email}" if email else f"{name} gets no mail")


@server.command()
@click.argument("address")
@DATA
@JSON
def mail(address: str, data: str | None, as_json: bool) -> None:
    """Send a mail to ADDRESS, to see that mail is set up right."""
    from assay.server.bootstrap import open_mailer
    from assay.server.domain.mail import Mail, check_address
    from assay.wire.errors import InvalidRequest

    settings = load({"data": data})
    mailer = open_mailer(settings)
    if mailer is None:
        raise InvalidRequest(detail="No mail server is set: ASSAY_SERVER_SMTP, or smtp in the settings file, says which it is")
    check_address(address)
    text = "This server of Assay can send mail. People are told by mail before artifacts that they made are deleted.\n"
    mailer.send(Mail(address, "Assay: mail works", text))
    _print(as_json, {"sent_to": address}, lambda: f"{settings.smtp} took a mail for {address}")


@server.group()
def team() -> None:
    """Teams and their members."""


@team.command("add")
@click.argument("name")
@DATA
@JSON
def add_team(name: str, data: str | None, as_json: bool) -> None:
    """Add a team."""
    from assay.server.domain.accounts import SYSTEM
    from assay.server.services.teams import check_team_name

    check_team_name(name)
    with _catalog(data, may_be_new=True) as (_, catalog):
        catalog.teams.add(SYSTEM, name)
    _print(as_json, {"team": name}, lambda: f"Added team {name}. Members: assay server team member add {name} USER ROLE")


@team.group("member")
def member() -> None:
    """Who is in a team."""


@member.command("add")
@click.argument("team_name", metavar="TEAM")
@click.argument("username", metavar="USER")
@click.argument("role", type=click.Choice(["admin", "member", "viewer"]))
@DATA
@JSON
def add_member(team_name: str, username: str, role: Any, data: str | None, as_json: bool) -> None:
    """Give a user a role in a team, or change it."""
    from assay.server.domain.accounts import SYSTEM

    with _catalog(data) as (_, catalog):
        catalog.teams.set_member(SYSTEM, team_name, username, role)
    _print(as_json, {"team": team_name, "user": username, "role": role}, lambda: f"{username} is {role} of {team_name}.")


team.add_command(bucket)


@server.command("revoke-all")
@DATA
@click.option("--user", metavar="NAME", help="Of this account alone. Default: of everybody.")
@JSON
def revoke_all(data: str | None, user: str | None, as_json: bool) -> None:
    """End every session, key and sign-in link at once, also while the server runs.

    Passwords stay, and so do data: scripts that lose their key keep what they log and send it once they have another."""
    from assay.server.bootstrap import renew_own_key
    from assay.server.data_folder import DataFolder
    from assay.server.domain.accounts import SYSTEM

    with _catalog(data) as (settings, catalog):
        ended = catalog.accounts.revoke_all(SYSTEM, user or "")
        is_renewed = renew_own_key(catalog, DataFolder(settings.data))
    counted = [(ended.sessions, "session"), (ended.keys, "key"), (ended.links, "sign-in link")]
    text = ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for count, what in counted)
    lines = [
        f"Ended {text} of {user or 'everybody'}.",
        "Passwords stay. New ways in: assay server link, assay server key.",
        "Addresses of files that were given out stay good for some hours; assay server rotate-secrets ends those too.",
    ]
    if is_renewed:
        lines.append("This user's programs on this machine have another key already.")
    answer = {"user": user, "sessions": ended.sessions, "keys": ended.keys, "links": ended.links, "own_key_renewed": is_renewed}
    _print(as_json, answer, lambda: "\n".join(lines))


@server.command("rotate-secrets")
@DATA
@JSON
def rotate_secrets(data: str | None, as_json: bool) -> None:
    """Sign and seal with new secrets, also while the server runs.

    Addresses of files that were given out stop working; pages and scripts ask for new ones. The kept keys of teams' buckets are
    sealed anew. Ended in the middle, it leaves everything readable; run it again then."""
    from assay.server.domain.accounts import SYSTEM

    with _catalog(data) as (_, catalog):
        done = catalog.rotation.rotate(SYSTEM)
    lines = ["Addresses of files are signed with another secret; those given out before stop working within a second."]
    if done.sealed:
        lines.append(f"Sealed anew: the keys of {done.sealed} bucket{'' if done.sealed == 1 else 's'} of teams (bucket.key).")
        lines.append(
            "Backups of before need the bucket.key of before. Take a new backup now, and a copy of bucket.key to keep apart."
        )
    lines += [
        f"The keys of {bucket} of {team} could not be read before and are as they were. Give them again: "
        f"assay server team bucket rotate {team}"
        for team, bucket in done.unreadable
    ]
    unreadable = [{"team": team, "bucket": bucket} for team, bucket in done.unreadable]
    _print(as_json, {"sealed": done.sealed, "unreadable": unreadable}, lambda: "\n".join(lines))


@server.command("verify-audit")
@DATA
@JSON
def verify_audit(data: str | None, as_json: bool) -> None:
    """Check that no line of the audit log was changed or removed."""
    from assay.server.domain.accounts import SYSTEM

    with _catalog(data) as (_, catalog):
        count, newest = catalog.audit.verify(SYSTEM)
    text = f"The audit log is whole: {count} lines. Its newest hash, to keep elsewhere:\n  {newest}"
    _print(as_json, {"lines": count, "hash": newest}, lambda: text)


@server.command()
@DATA
@JSON
def doctor(data: str | None, as_json: bool) -> int:
    """Look at a data folder and this installation; exit code 1 if something needs care."""
    from assay.server.upkeep import doctor as examine

    found = examine(load({"data": data}).data)
    width = max(len(finding.what) for finding in found)
    lines = [f"{'ok' if f.is_fine else 'CARE':<5} {f.what:<{width}}  {f.text}" for f in found]
    answer = {"findings": [{"what": f.what, "is_fine": f.is_fine, "text": f.text} for f in found]}
    _print(as_json, answer, lambda: "\n".join(lines))
    return 0 if all(finding.is_fine for finding in found) else 1


@server.command()
@click.argument("target", metavar="DEST", type=click.Path(path_type=Path))
@DATA
@JSON
def backup(target: Path, data: str | None, as_json: bool) -> None:
    """Copy everything into the new folder DEST, while the server works or without it."""
    from assay.server.upkeep import backup as make

    count = make(load({"data": data}).data, target.absolute())
    _print(
        as_json,
        {"backup": str(target), "files": count},
        lambda: f"Backed up {count} files into {target}. Every hash was checked.",
    )


@server.command()
@click.argument("source", metavar="SRC", type=click.Path(path_type=Path))
@DATA
@JSON
def restore(source: Path, data: str | None, as_json: bool) -> None:
    """Make a data folder from the backup SRC. It must not exist yet, or be empty."""
    from assay.server.data_folder import DataFolder
    from assay.server.upkeep import restore as bring_back

    folder = load({"data": data}).data
    done = bring_back(source.absolute(), folder)
    lines = [f"Restored {done.files} files into {folder}. Start it: assay server start --data {folder}"]
    if done.sealed:
        lines += [
            f"What is in these buckets of teams can be read once {DataFolder(folder).bucket_key} is there. It is in no backup, "
            "and has to be the one of when this one was made, or to hold its line beside others:",
            *(f"  {bucket} of {team}" for team, bucket in done.sealed),
            "Put it there before you start. Without it give each team's keys again: assay server team bucket rotate TEAM",
        ]
    sealed = [{"team": team, "bucket": bucket} for team, bucket in done.sealed]
    _print(as_json, {"data": str(folder), "files": done.files, "sealed": sealed}, lambda: "\n".join(lines))


def _link(settings: Settings, token: str) -> str:
    from assay.server.data_folder import DataFolder
    from assay.server.settings import DEFAULT_PORT

    url = DataFolder(settings.data).read_note().get("url") or f"http://127.0.0.1:{settings.port or DEFAULT_PORT}"
    return f"{url}/#link={token}"


def _user_name() -> str:
    from assay.server.bootstrap import user_name

    return user_name()


def _print(as_json: bool, answer: dict[str, Any], text: Callable[[], str]) -> None:
    click.echo(json.dumps(answer) if as_json else text())
