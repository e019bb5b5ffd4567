"""What media runs have logged, step by step. `wire.media` has the forms of the values."""

from __future__ import annotations

from typing import Any

import msgspec


class MediaQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Media under `keys` of `runs` (their ids) with first_step <= step < last_step.

    Of each run and key at most `steps_max` steps come with their values, the newest ones. `at` counts from there: the greatest
    step up to `at` and those before it (if all are after it, the first). `steps_max` 0: the steps alone. `list_max`: so many of
    a list's first."""

    runs: list[str]
    keys: list[str]
    first_step: int = 0
    last_step: int | None = None
    steps_max: int = 1
    at: int | None = None
    list_max: int = 1_000


class MediaContent(msgspec.Struct):
    """Where a file's bytes are. `url` is good for an hour at least, and the same within an hour. With `?w=160` it is a picture at
    most about so wide, where `has_thumbnail`; with `?page=1`, an HTML page in a sandbox. `media_type` is what it is shown
    as; empty: it is only to be saved or read by a viewer."""

    url: str
    size: int
    digest: str
    media_type: str = ""
    has_thumbnail: bool = False


class MediaItem(msgspec.Struct):
    """What was logged at one step: `count` media, of which `values` are the first. `contents` by path: those that have arrived. A
    path that a value names and that is not in it is still being encoded or on its way; those in `refused` will not come, for the
    reason given. `fault`: what was logged is no media value, or the file of a long list has not arrived."""

    step: int
    time: float
    values: list[dict[str, Any]]
    count: int
    contents: dict[str, MediaContent]
    fault: str = ""
    refused: dict[str, str] = {}


class MediaSeries(msgspec.Struct):
    """One run and key. `steps`: all steps in the range that have media, ascending; `items` ascending. `type` is the newest's."""

    run: str
    key: str
    type: str
    steps: list[int]
    items: list[MediaItem]


class MediaPage(msgspec.Struct):
    """Series in the order asked, runs outer; a run without media under a key has none."""

    series: list[MediaSeries]
