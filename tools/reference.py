"""Write the reference pages from the code they describe, or say which have drifted (`--check`).

Limits come from the comments in `wire/limits.py`, errors from `wire/errors.py`, settings from the two settings tables, commands
from click, REST from the checked-in OpenAPI document. A thing without a description is an error here, not an empty cell."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
OPENAPI = ROOT / "src/assay/server/api/rest/openapi.json"


class Undescribed(Exception):
    """Something public has no sentence; the text says which and where to write it."""


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ").strip()


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


LIMIT = re.compile(r"^([A-Z_]+) = .*?#\s*([^;]+);?\s*(.*)$")


def limits() -> str:
    from assay.wire import limits as module

    text = (ROOT / "src/assay/wire/limits.py").read_text()
    rows = []
    for line in text.splitlines():
        if not re.match(r"^[A-Z_]+ = ", line) or line.startswith(("KIB", "MIB", "GIB")):
            continue
        match = LIMIT.match(line)
        if not match:
            raise Undescribed(f"wire/limits.py: write the unit and the reason behind {line.split(' ')[0]}, as `# unit; reason`")
        value = getattr(module, match[1])
        rows.append((f"`{match[1]}`", _amount(match[1], value), match[2], match[3]))
    return "# Limits\n\nEverything that can grow has a limit. An error that comes from one names it.\n\n" + table(
        ("name", "value", "unit", "why"), rows
    )


def _amount(name: str, value: int) -> str:
    if name.endswith("_BYTES"):
        for unit, size in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
            if value >= size and value % size == 0:
                return f"{value // size} {unit}"
    return f"{value:,}"


def errors() -> str:
    import assay
    from assay.wire.errors import all_errors

    # A class is known once its module is imported, and errors may be declared beside what raises them.
    for module in pkgutil.walk_packages(assay.__path__, "assay."):
        if not module.name.endswith(("__main__", ".testing")) and ".testing." not in module.name:
            importlib.import_module(module.name)

    rows = [(f"`{error.code}`", error.status, error.exit_code, _readable(error.text)) for error in all_errors()]
    return (
        "# Errors\n\n"
        "Every error that Assay shows has a stable `code`. Over HTTP it is the `code` of a problem document (RFC 9457) with the\n"
        "status below; a command ends with the exit code below and prints the text to standard error. Words in italics are\n"
        "filled in.\n\n" + table(("code", "HTTP status", "exit code", "text"), rows) + "\n"
        "A command that is used wrongly (an unknown option, say) ends with 2, one that is interrupted with 130.\n"
    )


def _readable(text: str) -> str:
    return re.sub(r"\{(\w+)(?:![rs])?\}", r"*\1*", text)


def settings() -> str:
    from assay.sdk.settings import SETTINGS

    rows = [
        (
            f"`{setting.name}`",
            f"`{setting.default!r}`",
            ", ".join(f"`{name}`" for name in (setting.variable, *setting.wandb)),
            setting.sentence,
        )
        for setting in SETTINGS.values()
    ]
    return (
        "# Settings\n\n## Of a script\n\n"
        "Each can be given in code (`assay.init(settings=assay.Settings(silent=True))`, many also as an argument of `init`), in\n"
        "the environment, in the project's `assay.toml`, or in `~/.config/assay/settings.toml`; the first of these wins. Where\n"
        "several variables are named, the first that is set counts.\n\n"
        + table(("name", "default", "environment", "meaning"), rows)
        + "\n## Of the server\n\n"
        + _server_settings()
    )


def _server_settings() -> str:
    from assay.server.settings import TABLE

    rows = [(f"`{row.name}`", f"`{row.default!r}`", row.unit, f"`{row.variable}`", row.sentence) for row in TABLE]
    return (
        "In order: the option of `assay server start`, the environment, `[server]` in `~/.config/assay/settings.toml`.\n\n"
        + table(("name", "default", "unit", "environment", "meaning"), rows)
    )


def commands() -> str:
    import click

    from assay.cli.main import cli as program

    parts = [
        "# Commands\n\n`assay COMMAND --help` shows the same on your machine. `--json` is there where a script would read the "
        "answer.\nExit codes are those of [the errors](errors.md).\n"
    ]

    def visit(command: click.Command, path: str) -> None:
        if command.hidden:
            return
        context = click.Context(command, info_name=path)
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                child = command.get_command(context, name)
                assert child is not None, name
                visit(child, f"{path} {name}")
            return
        described = (command.help or "").strip()
        if not described:
            raise Undescribed(f"`{path}` has no help text: write a docstring")
        parts.append(
            f"\n## {path}\n\n{_prose(described)}\n\n```text\n{' '.join([path, *command.collect_usage_pieces(context)])}\n```\n"
        )
        rows = []
        for parameter in command.get_params(context):
            if isinstance(parameter, click.Option) and not parameter.hidden and "--help" not in parameter.opts:
                if not parameter.help:
                    raise Undescribed(f"`{path}`: {parameter.opts[0]} has no help text")
                names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
                rows.append((names, parameter.help))
        if rows:
            parts.append("\n" + table(("option", "meaning"), rows))

    visit(program, "assay")
    return "".join(parts)


def _prose(text: str) -> str:
    """click's help: \b keeps a paragraph's lines as they are; elsewhere lines are joined."""
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in paragraph.strip().splitlines()]
        if lines and lines[0] == "\b":
            paragraphs.append("```text\n" + "\n".join(lines[1:]) + "\n```")
        else:
            paragraphs.append(" ".join(lines))
    return "\n\n".join(paragraphs)


METHODS = ("get", "put", "post", "patch", "delete")


def rest() -> str:
    document: dict[str, Any] = json.loads(OPENAPI.read_text())
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for path, operations in sorted(document["paths"].items()):
        for method in METHODS:
            if method in operations:
                operation = operations[method]
                described = operation.get("description") or operation.get("summary")
                if not described:
                    raise Undescribed(f"{method.upper()} {path} has no description: write the handler's docstring")
                tag = (operation.get("tags") or ["other"])[0]
                groups.setdefault(tag, []).append((f"`{method.upper()}`", f"`{path}`", described.split("\n\n")[0]))
    parts = [
        "# REST\n\nThe web application, the SDK and the commands use nothing else. The server describes itself in OpenAPI 3.1;\n"
        "the document lies at `src/assay/server/api/rest/openapi.json`. A script signs in with an API key as a\n"
        "bearer token: `Authorization: Bearer KEY`. Errors are problem documents; see [their codes](errors.md).\n"
    ]
    for tag, rows in sorted(groups.items()):
        parts.append(f"\n## {tag}\n\n" + table(("method", "path", "what it does"), rows))
    return "".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "cli": commands,
    "settings": settings,
    "limits": limits,
    "errors": errors,
    "rest": rest,
}


def render(name: str) -> str:
    return f"<!-- Written by tools/reference.py; edit the code it describes. -->\n\n{PAGES[name]()}"


def drift() -> list[str]:
    """A sentence per page that does not say what the code says."""
    faults = []
    for name in PAGES:
        path = FOLDER / f"{name}.md"
        if not path.is_file() or path.read_text() != render(name):
            faults.append(f"docs/reference/{name}.md is out of date. Write it again: python tools/reference.py")
    return faults


def main() -> None:
    try:
        if "--check" in sys.argv:
            if faults := drift():
                raise SystemExit("\n".join(faults))
            return
        for name in PAGES:
            (FOLDER / f"{name}.md").write_text(render(name))
    except Undescribed as fault:
        raise SystemExit(str(fault)) from None
    print(f"Wrote {', '.join(f'docs/reference/{name}.md' for name in PAGES)}.")


if __name__ == "__main__":
    main()
