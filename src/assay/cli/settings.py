"""`assay settings show`: what a script started here would use, and where each value comes from."""

from __future__ import annotations

import json

import click

from assay.sdk.settings import Settings


@click.group()
def settings() -> None:
    """Settings of scripts."""


@settings.command()
@click.option("--all", "show_all", is_flag=True, help="Also those that nobody has set.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def show(show_all: bool, as_json: bool) -> None:
    """Every setting that is not at its default, with its source."""
    found = {name: (value, source) for name, (value, source) in Settings().sources().items() if show_all or source != "default"}
    if as_json:
        click.echo(json.dumps({name: {"value": value, "source": source} for name, (value, source) in found.items()}))
        return
    if not found:
        click.echo("All settings are at their defaults. See them: assay settings show --all")
    width = max(map(len, found), default=0)
    for name, (value, source) in found.items():
        click.echo(f"{name:<{width}}  {value!r}  ({source})")
