"""What runs have logged as media: the steps, the values of some of them, and where their contents are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from assay.server.compute import media_types
from assay.server.domain.accounts import Actor
from assay.server.domain.filters import EVERYTHING
from assay.server.domain.homes import run_space
from assay.server.domain.runs import Run, RunFile
from assay.server.ports.metadata import Unit
from assay.server.ports.metrics import MetricKey, RowsQuery
from assay.server.services.projects import find as find_project
from assay.server.services.stores import Stores
from assay.server.services.tickets import Tickets
from assay.wire import limits, media
from assay.wire.errors import InvalidName, InvalidRequest, NotFound, Unavailable
from assay.wire.media import InvalidMedia, Media, Scene
from assay.wire.messages.media import MediaContent, MediaItem, MediaPage, MediaQuery, MediaSeries
from assay.wire.names import ProjectPath, is_file_path, is_key

_VALUES = 20_000  # media of one answer; about 10 MB
_CONTENTS = 50_000  # addresses of one answer


@dataclass(frozen=True, slots=True)
class _Row:
    step: int
    time: float
    value: Any


class MediaService:
    def __init__(self, stores: Stores, tickets: Tickets) -> None:
        self._stores = stores
        self._tickets = tickets
        self._known: dict[tuple[int, str], str] = {}

    def query(self, actor: Actor, path: ProjectPath, asked: MediaQuery) -> MediaPage:
        """Raises InvalidRequest, InvalidName, NotFound."""
        _check(asked)
        ids = list(dict.fromkeys(asked.runs))
        room = _Room(_VALUES, _CONTENTS)
        with self._stores.metadata.read() as unit:
            runs = unit.runs.by_ids(find_project(unit, actor, path, "run:read").key, ids)
        series = []
        for run in sorted(runs, key=lambda run: ids.index(run.id)):
            for key in dict.fromkeys(asked.keys):
                steps, rows = self._rows(run, key, asked)
                if steps:
                    items = [self._item(run, row, asked, room) for row in rows]
                    kind = next((item.values[0]["_type"] for item in reversed(items) if item.values), "")
                    series.append(MediaSeries(run.id, key, kind, steps, items))
        return MediaPage(series)

    def type_of_key(self, unit: Unit, project_key: int, key: MetricKey) -> str:
        """The `_type` of the newest value of some run; empty where none is media. Once known, it is not asked again."""
        if "o" not in key.kinds or key.channel != "history":
            return ""
        if (project_key, key.name) not in self._known:
            runs = unit.runs.matching(project_key, EVERYTHING)
            newest = self._stores.metrics.summaries(project_key, runs, key.name).last_other
            found = next((kind for value in newest.values() if (kind := media.media_type(value))), "")
            if not found:
                return ""
            self._known[project_key, key.name] = found
        return self._known[project_key, key.name]

    def _rows(self, run: Run, key: str, asked: MediaQuery) -> tuple[list[int], list[_Row]]:
        """All steps that have media, and the rows asked for. At no time more rows are held than those and one chunk."""
        query = RowsQuery(run.ref, (key,), "history", asked.first_step, asked.last_step)
        steps: list[int] = []
        chosen: deque[_Row] = deque(maxlen=asked.steps_max)
        for chunk in self._stores.metrics.rows(query):
            column = chunk.columns.get(key)
            if column is None or column.kind != "o":
                continue
            for row, value in zip(column.rows.tolist(), column.values.tolist(), strict=True):
                if media.is_media(value):
                    step = int(chunk.steps[row])
                    steps.append(step)
                    if asked.at is None or step <= asked.at or not chosen:
                        chosen.append(_Row(step, float(chunk.times[row]), value))
        return steps, list(chosen)

    def _item(self, run: Run, row: _Row, asked: MediaQuery, room: _Room) -> MediaItem:
        item = MediaItem(row.step, row.time, [], 0, {})
        try:
            item.count = _count(row.value)
            value = self._whole(run, row.value)
            item.count = _count(value)
            take = min(item.count, asked.list_max, room.values)
            found = media.decode(value[:take] if isinstance(value, list) else value)[:take]
        except (InvalidMedia, NotFound, Unavailable) as error:
            item.fault = str(error)
            return item
        room.values -= len(found)
        item.values = [media.encode(each) for each in found]
        paths = [path for each in found for path in self._paths(run, each, room)]
        self._add_contents(run, item, list(dict.fromkeys(paths))[: room.contents])
        room.contents -= len(item.contents)
        return item

    def _whole(self, run: Run, value: Any) -> Any:
        """The value; one that became a file is read."""
        if not isinstance(value, dict) or value.get("_type") != "file":
            return value
        path = value.get("path")
        content = self._content(run, path) if isinstance(path, str) else None
        if content is None:
            raise NotFound(what="file", name=str(path)[:300])
        try:
            return msgspec.json.decode(content)
        except (msgspec.DecodeError, RecursionError) as error:
            raise InvalidMedia(detail=f"{path}: {str(error)[:200]}") from error

    def _content(self, run: Run, path: str) -> bytes | None:
        file = next(iter(self._files(run, [path])), None)
        if file is None or file.size > limits.MEDIA_FILE_BYTES:
            return None
        return b"".join(self._stores.blobs.read(run_space(run.key, file.bucket), file.digest, 0, file.size))

    def _files(self, run: Run, paths: Sequence[str]) -> list[RunFile]:
        with self._stores.metadata.read() as unit:
            return unit.runs.files(run.key, paths)

    def _paths(self, run: Run, value: Media, room: _Room) -> Iterator[str]:
        yield from media.paths(value)
        if isinstance(value, Scene) and value.path is not None and room.contents > 0:
            yield from self._scene_paths(run, value.path)

    def _scene_paths(self, run: Run, path: str) -> Iterator[str]:
        """What the frames in a file name; nothing where it has not arrived, is no list of frames, or is in a place that does not
        let us in, which the viewer says."""
        try:
            content = self._content(run, path)
            frames = msgspec.json.decode(content, type=list[media.Frame]) if content is not None else []
        except (msgspec.DecodeError, RecursionError, NotFound, Unavailable):
            return
        for frame in frames[: limits.SCENE_FRAMES]:
            yield from (path for path in media.frame_paths(frame) if is_file_path(path))

    def _add_contents(self, run: Run, item: MediaItem, paths: list[str]) -> None:
        for file in self._files(run, paths) if paths else []:
            shown = media_types.expected(file.path)
            space = run_space(run.key, file.bucket)
            url = self._tickets.sign("GET", space, file.digest, file.size, file.path.rsplit("/", 1)[-1])
            item.contents[file.path] = MediaContent(url, file.size, file.digest, shown, shown in media_types.IMAGES)
        if len(item.contents) < len(paths):
            refused = {value.key: value.reason for value in run.refused}
            missing = [path for path in paths if path not in item.contents]
            item.refused = {path: refused[key] for path in missing if (key := path[: limits.LABEL_CHARS]) in refused}


@dataclass(slots=True)
class _Room:
    """What one answer may still hold."""

    values: int
    contents: int


def _count(value: Any) -> int:
    """How many media it is; a list that is a file says so, and nobody knows better before it has arrived."""
    if isinstance(value, list):
        return len(value)
    said = value.get("count") if isinstance(value, dict) and value.get("_type") == "file" else 1
    return said if isinstance(said, int) and 0 <= said <= limits.MEDIA_LIST else 0


def _check(asked: MediaQuery) -> None:
    for what, given in (("runs", asked.runs), ("keys", asked.keys)):
        if len(given) > limits.MEDIA_KEYS:
            raise InvalidRequest(detail=f"{len(given)} {what} in one query of media; at most {limits.MEDIA_KEYS} (MEDIA_KEYS)")
    for key in asked.keys:
        if not is_key(key):
            raise InvalidName(text=key[:300], what="metric key", expected="1 byte to 1 KiB of UTF-8")
    if not 0 <= asked.steps_max <= limits.MEDIA_STEPS:
        raise InvalidRequest(detail=f"steps_max is {asked.steps_max}; expected 0 to {limits.MEDIA_STEPS} (MEDIA_STEPS)")
    if not 1 <= asked.list_max <= limits.MEDIA_LIST:
        raise InvalidRequest(detail=f"list_max is {asked.list_max}; expected 1 to {limits.MEDIA_LIST} (MEDIA_LIST)")
    if asked.first_step < 0 or (asked.last_step is not None and asked.last_step <= asked.first_step):
        raise InvalidRequest(detail="first_step and last_step must be [first, last) with first from 0 and before last")
