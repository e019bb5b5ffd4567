"""A run's console: pages, search, lines over time, the line at a time, all of it as text."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.response import Stream

from assay.server.api.rest.paths import RUN, run_path
from assay.server.api.routing import get, post
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.server.services.console import Look
from assay.wire.messages import console as messages
from assay.wire.messages.runs import ConsolePage

Words = list[str] | None


@get(RUN + "/console", permission="run:read")
def read_console(
    entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog, first: int = 0, limit: int = 1_000,
    label: Words = None, level: Words = None, stream: Words = None, pattern: str = "", is_regex: bool = True,
    ignore_case: bool = False, only_matches: bool = False,
) -> ConsolePage:  # fmt: skip
    """Console lines from place `first` on; a negative `first` counts from the end. With labels, levels, streams or
    `only_matches` the places are among the lines that pass; lines carry where `pattern` matches."""
    look = _look(label, level, stream, pattern, is_regex, ignore_case)
    return catalog.console.page(actor, run_path(entity, project, run_id), first, limit, look, only_matches=only_matches)


@post(RUN + "/console/search", permission="run:read")
def search_console(
    entity: str, project: str, run_id: str, data: messages.ConsoleSearch, actor: Actor, catalog: Catalog
) -> messages.ConsoleMatches:
    """Lines that hold a text or a regular expression (RE2), looked for on the server, in bounded time an answer."""
    return catalog.console.search(actor, run_path(entity, project, run_id), data)


@get(RUN + "/console/strip", permission="run:read")
def console_strip(
    entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog, buckets: int = 160, label: Words = None,
    level: Words = None, stream: Words = None, pattern: str = "", is_regex: bool = True, ignore_case: bool = False,
) -> messages.ConsoleStrip:  # fmt: skip
    """Lines, matches, warnings and errors over time; the labels there are, and how many lines each has."""
    look = _look(label, level, stream, pattern, is_regex, ignore_case)
    return catalog.console.strip(actor, run_path(entity, project, run_id), buckets, look)


@get(RUN + "/console/at", permission="run:read")
def console_at(
    entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog, time: float = 0.0, number: int | None = None,
    label: Words = None, level: Words = None, stream: Words = None, pattern: str = "", is_regex: bool = True,
    ignore_case: bool = False, only_matches: bool = False,
) -> messages.ConsolePlace:  # fmt: skip
    """The first line at or after a time (seconds since the epoch), or the line of a number, and its place among those shown."""
    look = _look(label, level, stream, pattern, is_regex, ignore_case)
    path = run_path(entity, project, run_id)
    if number is not None:
        return catalog.console.place(actor, path, number, look, only_matches=only_matches)
    return catalog.console.at(actor, path, time, look, only_matches=only_matches)


@get(RUN + "/console/download", permission="run:read")
def download_console(
    entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog, label: Words = None, level: Words = None,
    stream: Words = None, pattern: str = "", is_regex: bool = True, ignore_case: bool = False, times: bool = False,
) -> Response[Any]:  # fmt: skip
    """The console as text, without colours: all of it, or the lines that pass. `times`: each begins with its time in UTC."""
    look = _look(label, level, stream, pattern, is_regex, ignore_case)
    pieces = catalog.console.download(actor, run_path(entity, project, run_id), look, with_times=times)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(f'{run_id}.log', safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
    }
    return Stream(pieces, headers=headers, media_type="text/plain; charset=utf-8")


def _look(label: Words, level: Words, stream: Words, pattern: str, is_regex: bool, ignore_case: bool) -> Look:
    return Look(tuple(label or ()), tuple(level or ()), tuple(stream or ()), pattern, is_regex, ignore_case)


HANDLERS = [read_console, search_console, console_strip, console_at, download_console]
