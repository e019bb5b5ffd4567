"""The `assay` command. Each command lives in a module of its own that is loaded only when it is asked for."""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from assay.wire import disks
from assay.wire.errors import DiskRefused, PublicError
from assay.wire.version import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    # name → (module:attribute, the line `assay --help` shows)
    "server": ("assay.cli.server:server", "Start and look after a server."),
    "login": ("assay.cli.login:login", "Keep a key for a server."),
    "logout": ("assay.cli.login:logout", "Forget the key of a server."),
    "status": ("assay.cli.status:status", "Which server is used, as whom, and what waits to be sent."),
    "sync": ("assay.cli.sync:sync", "Send runs that were recorded offline or are not finished yet."),
    "run": ("assay.cli.run:run", "List, show, export, move and copy runs."),
    "artifact": ("assay.cli.artifact:artifact", "Put, get, list, mark and compare versions of data and models."),
    "settings": ("assay.cli.settings:settings", "Show what scripts use, and where it comes from."),
}


_NOT_KEPT = disks.NO_ROOM | {errno.EFBIG, errno.EIO}


class LazyGroup(click.Group):
    """Commands from a table; none is imported to show the list."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        known = COMMANDS.get(cmd_name)
        if known is None:
            return None
        module, _, attribute = known[0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assay", message="%(prog)s %(version)s")
def cli() -> None:
    """Record what machine-learning runs do, keep it, and show it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit with its code. What a person can act on is one line, never a traceback."""
    _spell_out_unknown_letters()
    try:
        result: Any = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except PublicError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        # The bare install has no server; anything of ours that is missing is a bug and keeps its traceback.
        if error.name is None or error.name.partition(".")[0] == "assay":
            raise
        click.echo(f"Error: this command needs {error.name}, which is not installed. Run: pip install 'assay[server]'", err=True)
        sys.exit(1)
    except OSError as error:
        if error.errno == errno.EPIPE:  # who reads this has read enough
            _say_no_more()
            sys.exit(1)
        if error.filename is not None:
            click.echo(f"Error: {os.fsdecode(error.filename)} cannot be used ({error.strerror})", err=True)
            sys.exit(1)
        if error.errno not in _NOT_KEPT:  # it is no file that a person gave
            raise
        _say_no_more()
        click.echo(f"Error: what this command writes cannot be kept ({error.strerror})", err=True)
        sys.exit(DiskRefused.exit_code)
    sys.exit(result if isinstance(result, int) else 0)


def _spell_out_unknown_letters() -> None:
    """What people called their runs has letters that some terminals have not: no command ends for it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _say_no_more() -> None:
    """What is left in the buffer of standard output cannot be written at the end either."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
