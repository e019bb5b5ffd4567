"""The run a script holds: `log` and what goes with it. Everything it is told is in the journal when the call returns.

Nothing here raises because of a value, a disk or a network; what cannot be kept is refused by key with its reason, which is
recorded and told once. Who makes a run is `start`; who sends it is another process."""

from __future__ import annotations

import enum
import math
import operator
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from queue import Empty
from threading import Event, get_ident
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

import msgspec

from assay.journal.folder import RunFolder, SyncStatus
from assay.journal.interrupts import is_interrupt
from assay.sdk import terminal
from assay.sdk.config import Config
from assay.sdk.definitions import Axes, define
from assay.sdk.distributed import Rank
from assay.sdk.redact import Redactor
from assay.sdk.saving import SavedFiles
from assay.sdk.summary import Summary
from assay.sdk.values.media import Shelves
from assay.sdk.values.plain import INT_MAX, INT_MIN, Unstorable, flatten, size_bytes
from assay.wire import limits, names, records
from assay.wire.errors import InvalidRequest, TooLarge
from assay.wire.odd_numbers import numbered
from assay.wire.records import Alert, Define, Edit, File, Finish, FinishState, Progress, Refused
from assay.wire.texts import clean, cut

if TYPE_CHECKING:
    from assay.journal.writer import JournalWriter
    from assay.sdk.artifact import Artifact
    from assay.sdk.code import CodeCapture
    from assay.sdk.keeper import Keeper
    from assay.sdk.recorder import Recorder
    from assay.sdk.run_artifacts import RunArtifacts
    from assay.sdk.settings import Settings

_time = time.time
_me = get_ident
_encode = msgspec.msgpack.Encoder().encode
_FLOATS = {float}
_NUMBERS = {float, int, bool}
_FLOAT_MARK, _FLOAT_BYTES = b"\xcb", 9  # msgpack: float 64
_Row = tuple[int, int, int, float, tuple[Any, ...]]  # tag, shape, step, time, values: what `records.Row` is encoded as
_LONGER_STEPS = (1 << 7, 1 << 8, 1 << 16, 1 << 32, limits.STEP_MAX)  # msgpack: from these on a whole number takes more bytes
_RESERVED = frozenset({"_step", "_runtime"})
_END_S = 10.0  # seconds that the end of a run takes at most before it waits for a server
_TOLD_KEYS = 20  # refused keys that are told in the terminal; all are recorded


class AlertLevel(enum.Enum):
    INFO = "info"
    WARN = "warn"
    ERROR = "error"


_NEVER: _Row = (1, -1, 0, -math.inf, ())  # comes before every row, whatever time that says it is from


class _Known:
    """Keys that were logged before: the last row of them, and how a row of floats looks in the journal of `writer`."""

    __slots__ = ("float_marks", "float_places", "keys", "last", "order", "pick", "shape", "until_step", "writer")

    writer: JournalWriter | None
    shape: int

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        # The values of a dict in the order of `keys`; raises KeyError.
        self.pick: Callable[[dict[str, Any]], tuple[Any, ...]]
        self.pick = operator.itemgetter(*keys) if len(keys) > 1 else lambda data: tuple(data[key] for key in keys)
        self.last = _NEVER
        self.order = -1  # of the rows that were looked at with care, which one `last` is or comes after
        self.note(None)

    def note(self, place: tuple[JournalWriter, int] | None) -> None:
        """`place`: a journal and the shape's number in it; None: the last row is in none."""
        self.writer, self.shape = place or (None, -1)
        self.until_step = 0
        self.float_places, self.float_marks = slice(0), b""

    def is_plain(self, row: _Row, payload: bytes) -> bool:
        """Whether `row`, which is `payload` in the journal, holds numbers alone, and another step comes after its own.

        Of floats alone it is noted how they look: from the first on, every ninth byte is a mark, up to the step whose number
        takes more room. Steps never get less, so until then one comparison tells it, at a quarter of what this costs."""
        _, _, step, _, values = row
        if step >= limits.STEP_MAX:
            return False
        kinds = {*map(type, values)}
        if kinds == _FLOATS and payload:
            self.float_places = slice(len(payload) - _FLOAT_BYTES * len(values), None, _FLOAT_BYTES)
            self.float_marks = _FLOAT_MARK * len(values)
            self.until_step = next(end for end in _LONGER_STEPS if step < end)
        return bool(payload) and kinds <= _NUMBERS and _fit(values)


_UNKNOWN = _Known(())


@dataclass(slots=True)
class Identity:
    """Which run this is and which of its writers. Editable fields follow what the script sets."""

    run_id: str
    writer: str
    entity: str = ""
    project: str = ""
    name: str = ""
    words: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()
    group: str = ""
    job_type: str = ""
    label: str = ""
    is_primary: bool = True
    rank: Rank | None = None
    started_at: float = field(default_factory=time.time)


class Run:
    """Made by `assay.init()`. Safe to use from several threads; a forked child's copy does nothing until `assay.attach()`."""

    def __init__(
        self,
        identity: Identity,
        settings: Settings,
        recorder: Recorder,
        *,
        mode: str,
        redactor: Redactor | None = None,
        first_step: int = 0,
        total_steps: int = 0,
        allow_val_change: bool = False,
    ) -> None:
        self._identity = identity
        self._settings = settings
        self._recorder = recorder
        self._mode = mode
        self._redactor = redactor or Redactor()
        self._turn = recorder.turn
        self._step = min(first_step, limits.STEP_MAX)
        self._order = 0
        self._total_steps = total_steps
        self._progress_step = -1
        self._latest: dict[tuple[str, ...], _Known] = {}
        self._newest = _UNKNOWN
        self._axes = Axes()
        self._has_axes = False
        self._refused_keys: dict[str, int] = {}
        self._told_files: set[str] = set()
        self._alerts: dict[str, float] = {}
        self._is_finished = False
        self._is_inert = False
        self._ended_by = 0  # the number of the thread that ends it
        self._has_ended = Event()
        self._is_preempting = False
        self._told_late = False
        self._told_highest = False
        self._looks_for_stop = False
        self._is_interrupted = False
        self.code: CodeCapture | None = None
        self._exit_code = 0
        self.keeper: Keeper | None = None
        self._held_fds: list[int] = []
        self._at_finish: list[Callable[[], None]] = []
        self._after_finish: list[Callable[[], None]] = []
        self.config = Config(
            write=self._write, refuse=self._refuse, redactor=self._redactor, allow_val_change=allow_val_change
        )  # fmt: skip
        self.summary = Summary(write=self._write, refuse=self._refuse, latest=self._latest_values)
        self._artifacts: RunArtifacts | None = None
        self._files = SavedFiles(
            self._recorder.folder.files_path,
            keep=self._write,
            wrote=lambda path: self._recorder.writer.with_file(path),
            refuse=self._refuse,
            ignore=settings.ignore_globs,
        )
        # Asked each time: a run whose disk is full goes on in another folder.
        self._shelves = Shelves(lambda: self._recorder.folder.path, self._files.keep_media, self._refuse)

    # -- logging ---------------------------------------------------------------------------------------------------

    def log(
        self,
        data: Mapping[str, Any],
        step: int | None = None,
        commit: bool | None = None,
        sync: bool | None = None,  # noqa: ARG002
    ) -> None:
        """Keep a row. Without `step` it goes to the next step; `commit=False` stays at this one, so that later calls add to it.

        Steps may come in any order and repeat: the view shows the value logged last, older rows stay readable. `sync` is
        accepted for older scripts and has no meaning."""
        # This is the inner loop of training scripts: plain numbers under keys seen before take the short way.
        if step is None and type(data) is dict and not self._has_axes:
            known = self._newest
            try:
                values = known.pick(data)
            except KeyError:
                values = ()
            if len(values) != len(data):
                known, values = self._recognise(data)
            me, turn = _me(), self._turn
            if turn.waiting:
                turn.let_by()
            try:
                with turn:
                    turn.owner = me
                    try:
                        if (writer := known.writer) is not None and writer is self._recorder.direct:
                            at = self._step
                            row = (1, known.shape, at, _time(), values)
                            try:
                                payload = _encode(row)
                            except Exception as error:  # of a value's own: it is looked at with care
                                if is_interrupt(error):
                                    raise
                                payload = b""
                            if (
                                at < known.until_step and payload[known.float_places] == known.float_marks
                            ) or known.is_plain(row, payload):  # fmt: skip
                                known.last = row
                                if commit is not False and self._step == at:
                                    self._step = at + 1
                                writer.append_in_turn(payload)
                                return
                    finally:
                        turn.owner = 0
            except OSError as error:
                if is_interrupt(error):
                    raise
                self._recorder.row_failed(error, known.keys, *row[2:])
                return
            except Empty as error:  # it is somebody's turn
                if is_interrupt(error):
                    raise
        self._log_with_care(data, step, commit)

    def _recognise(self, data: dict[str, Any]) -> tuple[_Known, tuple[Any, ...]]:
        """What is known of the keys of `data`, and its values in their order there."""
        try:
            known = self._newest = self._latest[tuple(data)]
            return known, known.pick(data)
        except (KeyError, RuntimeError):  # never logged, or another thread changes the dict meanwhile
            return _UNKNOWN, ()

    def _log_with_care(self, data: Mapping[str, Any], step: object, commit: bool | None) -> None:
        if self.is_closed("log"):
            return
        if not isinstance(cast(object, data), Mapping):
            self._refuse("*", f"log() takes a dict, not a {type(data).__name__}")
            return
        try:
            row, refused = flatten(data)
        except Exception as error:
            if is_interrupt(error):
                raise
            self._refuse("*", f"the row could not be read: {type(error).__name__}")
            return
        wanted = self.wanted_step(step, "the row went to the next step")
        is_dated = "_timestamp" in row
        now = _row_time(row)
        for key in _RESERVED & row.keys():
            del row[key]
            refused[key] = "this name is reserved: it is recorded with every row anyway"
        self._shelves.put_away(row, refused, self._step if wanted is None else wanted)
        if self._axes:
            row.update(self._axes.complete(row, refused))
            self._axes.note(row)
        if len(row) > limits.ROW_KEYS:
            for key in list(row)[limits.ROW_KEYS :]:
                del row[key]
            refused["*"] = f"a row holds at most {limits.ROW_KEYS} keys"
        at, order = self._turn.run(self._take_step, wanted, commit)
        if wanted is None and at == limits.STEP_MAX:
            self._tell_highest()
        self._shrink(row, refused, at)
        if row:
            keys, values = tuple(row), tuple(row.values())
            try:
                place = self._recorder.append_row(keys, at, now, values)
                self._turn.run(self._note, keys, (1, -1, at, now, values), place, None if is_dated else order)
            except (TooLarge, ValueError, TypeError, OverflowError) as error:
                if is_interrupt(error):
                    raise
                refused["*"] = str(error)
        for key, reason in refused.items():
            self._refuse(key, reason, at)

    def _take_step(self, wanted: int | None, commit: bool | None) -> tuple[int, int]:
        """The step of a row that is logged now, and its number among those that are logged like it."""
        self._order += 1
        if wanted is None:
            at = self._step
            self._step = min(at + (commit is not False), limits.STEP_MAX)
            return at, self._order
        self._step = max(self._step, min(wanted + (commit is True), limits.STEP_MAX))
        return wanted, self._order

    def _tell_highest(self) -> None:
        """No step comes after the highest: rows without one are kept at it, which is told once."""
        if not self._told_highest:
            self._told_highest = True
            terminal.warn(
                f"The run is at the highest step there is, {limits.STEP_MAX} (STEP_MAX): rows without a step are all kept at it. "
                "Give log() a lower step to tell them apart"
            )

    def _note(self, keys: tuple[str, ...], row: _Row, place: tuple[JournalWriter, int] | None, order: int | None) -> None:
        """Keep `row` as the last of its keys, and the `place` of their shape: a journal and a number in it. `order` None: the row
        says itself which time it is from. Of others the clock does not tell which was last: it may be set back."""
        known = self._latest.setdefault(keys, _Known(keys))
        known.note(place)
        if row[3] >= known.last[3] if order is None else order > known.order:
            known.last = row
            known.order = known.order if order is None else order

    def _shrink(self, row: dict[str, Any], refused: dict[str, str], step: int) -> None:
        """Large values become files, so that a row stays a row."""
        for key, value in list(row.items()):
            if isinstance(value, str | list | dict) and (size := _size_if_large(value)):
                try:
                    row[key] = self._files.keep_value(key, step, value, unique=self._shelves.next_name())
                except OSError as error:
                    del row[key]
                    refused[key] = f"a value of {size} bytes, and no file could be written for it ({error.strerror})"

    def define_metric(
        self,
        name: str,
        step_metric: str | Define | None = None,
        step_sync: bool | None = None,
        hidden: bool | None = None,
        summary: str | Iterable[str] | None = None,
        goal: str | None = None,
        overwrite: bool | None = None,
        unit: str | None = None,
    ) -> Define:
        """Say how a metric is drawn and summed up: its x axis, `summary` (min, max, mean, last, first, best, copy, none), goal
        and unit. `name` may end in `*`; an exact name refines it. Works also for rows logged before."""
        definition = define(name, step_metric, step_sync, hidden, summary, goal, unit, overwrite)
        self._axes.add(definition)
        self._has_axes = True
        self._write(definition)
        return definition

    def progress(self, step: int, total: int | None = None) -> None:
        """Say how far the run is: `step` of `total`."""
        try:
            done = _count(step)
            total_steps = self._total_steps if total is None else _count(total)
        except Exception as error:
            if is_interrupt(error):
                raise
            self._refuse("progress", f"not two whole numbers: {type(step).__name__} of {type(total).__name__}")
            return
        self._progress_step, self._total_steps = done, total_steps
        self._write(Progress(self._progress_step, self._total_steps, _time()))

    def alert(
        self,
        title: str,
        text: str = "",
        level: str | AlertLevel | None = None,
        wait_duration: float | timedelta | None = None,
    ) -> None:
        """Keep an alert with the run. The same title is kept again only after `wait_duration` (seconds; default 60)."""
        word = (level.value if isinstance(level, AlertLevel) else str(level or "info")).lower()
        word = {"warning": "warn"}.get(word, word)
        if word not in {"info", "warn", "error"}:
            raise InvalidRequest(detail=f"alert: level {level!r} is unknown. Expected INFO, WARN or ERROR.")
        wait_s = _wait_s(wait_duration)
        shown, now = _label(title), time.monotonic()
        if shown in self._alerts and now - self._alerts[shown] < wait_s:
            return
        self._alerts[shown] = now
        body = cut(self._redactor.text(str(text)), limits.ALERT_TEXT_BYTES)
        self._write(Alert(shown, body, word, _time(), self._step, wait_s))  # type: ignore[arg-type]

    def save(
        self,
        glob_str: str | os.PathLike[str] | None = None,
        base_path: str | os.PathLike[str] | None = None,
        policy: str = "live",
    ) -> list[str]:
        """Keep files with the run: `now` as they are, `end` as they will be, `live` when they change. Returns what matched."""
        if glob_str is None:
            raise InvalidRequest(detail="save: expected a path or a pattern as text.")
        if self.is_closed("save"):
            return []
        return self._files.save(glob_str, base_path, policy)

    def log_code(
        self,
        root: str | os.PathLike[str] = ".",
        name: str | None = None,
        include_fn: Callable[..., bool] | None = None,
        exclude_fn: Callable[..., bool] | None = None,
    ) -> list[str]:
        """Keep the sources below `root` with the run, under `code/`. Returns the names of the files they became.

        `include_fn` and `exclude_fn` are called with a path (and the root, if they take two arguments); without `include_fn`
        Python, notebooks, C, CUDA, shell scripts and what builds them are kept. `name` is shown with it."""
        if self.is_closed("log_code") or self.code is None:
            return []
        return self.code.keep_tree(root, name or "", include_fn, exclude_fn)

    def log_artifact(
        self,
        artifact_or_path: Artifact | str | os.PathLike[str],
        name: str | None = None,
        type: str | None = None,  # noqa: A002 - the word people know
        aliases: Sequence[str] | str | None = None,
        tags: Sequence[str] | None = None,
        *,
        step: int | None = None,
    ) -> Artifact:
        """Make files a version of an artifact, in the background: an Artifact, or the path of a file or a folder.

        `aliases` default to `latest`; `step` to the newest logged. `artifact.wait()` returns when it is a version."""
        return self.artifacts.log(artifact_or_path, name, type, aliases, tags, step=step)

    def use_artifact(
        self,
        artifact_or_name: Artifact | str,
        type: str | None = None,  # noqa: A002 - the word people know
        aliases: Sequence[str] | str | None = None,
        use_as: str | None = None,
    ) -> Artifact:
        """The version that `[[entity/]project/]name[:alias]` names, noted as an input of this run. `use_as`: in which role."""
        artifact = self.artifacts.use(artifact_or_name, type, use_as)
        if aliases and not artifact.is_draft():
            artifact.aliases = [*artifact.aliases, *([aliases] if isinstance(aliases, str) else aliases)]
            artifact.save()
        return artifact

    def upsert_artifact(
        self,
        artifact_or_path: Artifact | str | os.PathLike[str],
        name: str | None = None,
        type: str | None = None,  # noqa: A002 - the word people know
        aliases: Sequence[str] | str | None = None,
        distributed_id: str | None = None,
    ) -> Artifact:
        """Add files to a version that several runs make together: those with the same `distributed_id` (default: the group)."""
        return self.artifacts.upsert(artifact_or_path, name, type, aliases, distributed_id, "upsert")

    def finish_artifact(
        self,
        artifact_or_path: Artifact | str | os.PathLike[str],
        name: str | None = None,
        type: str | None = None,  # noqa: A002 - the word people know
        aliases: Sequence[str] | str | None = None,
        distributed_id: str | None = None,
    ) -> Artifact:
        """Add the last files and make what all have added a version."""
        return self.artifacts.upsert(artifact_or_path, name, type, aliases, distributed_id, "finish")

    def log_model(
        self,
        path: str | os.PathLike[str],
        name: str | None = None,
        aliases: Sequence[str] | str | None = None,
    ) -> Artifact:
        """`log_artifact` of a model: its file or folder."""
        return self.artifacts.log_model(path, name, aliases)

    def log_checkpoint(
        self,
        path: str | os.PathLike[str],
        name: str | None = None,
        step: int | None = None,
        *,
        metric: str = "",
        goal: str = "minimize",
        keep: int | None = None,
        aliases: Sequence[str] | None = None,
    ) -> Artifact:
        """`log_model` with the step and the newest numbers of every metric, so that checkpoints can be compared by them.

        `keep`: how many stay, the best by `metric` (`goal`: minimize or maximize) and the newest; the best has the alias
        `best`. Versions that somebody gave another alias are never deleted."""
        return self.artifacts.log_checkpoint(path, name, step, metric, goal, keep, aliases)

    def use_model(self, name: str) -> str:
        """Download a model that this run uses; answers the path of its file, or of its folder if it has several."""
        return self.artifacts.use_model(name)

    def log_dataset(self, data: Any, name: str | None = None, role: str = "", description: str = "") -> Artifact:
        """Note what this run learns or is judged from, without uploading it: a table, an array, a path or an address.

        Its digest, rows and columns become a version of a `dataset` artifact that is an input of the run. `role`: train, val,
        test, or another word."""
        return self.artifacts.use_dataset(data, name, role, description)

    def link_artifact(self, artifact: Artifact, target_path: str, aliases: Sequence[str] | None = None) -> None:
        """Raises InvalidRequest: there is no registry to link into yet."""
        artifact.link(target_path, aliases)

    def link_model(self, path: str | os.PathLike[str], registered_model_name: str, *_: Any, **__: Any) -> None:
        """Raises InvalidRequest: there is no registry to link into yet."""
        raise InvalidRequest(
            detail=f"{path} cannot be linked as {registered_model_name}: this server has no registry yet. Log it: log_model()"
        )

    def should_stop(self) -> bool:
        """Whether somebody asked this run to stop: `if run.should_stop(): break`.

        Who asks is not interrupted: see the setting `on_stop` for what happens otherwise."""
        self._looks_for_stop = True
        status = self._status
        return status is not None and status.stop

    def mark_preempting(self) -> None:
        """Say that this process is about to be taken away: if it now ends before finish(), the run counts as preempted."""
        self._is_preempting = True

    # -- ending ----------------------------------------------------------------------------------------------------

    def finish(self, exit_code: int | None = None, quiet: bool | None = None) -> None:
        """End the run and wait, within `finish_timeout`, until the server has everything. Never loses what is in the journal."""
        code = self._exit_code if exit_code is None else int(exit_code)
        self.end("finished" if code == 0 else "failed", code, is_quiet=bool(quiet))

    def end(self, state: FinishState, exit_code: int, *, is_quiet: bool = False, wait_s: float | None = None) -> None:
        """`finish` with the state given. While another thread ends the run, this waits for it."""
        if not self._turn.run(self._is_to_end):
            self._wait_for_end(self._settings.finish_timeout if wait_s is None else wait_s)
            return
        if state in {"killed", "failed"} and self._is_preempting:
            state = "preempted"
        interrupt: BaseException | None = None
        try:
            for step in (
                *self._at_finish,
                self._files.look_again,
                lambda: self._files.keep_all_in(Path(self.dir)),
                self.report_progress,
                lambda: self._recorder.append(Finish(state, exit_code, _time())),
                self._recorder.close,
                self.summary.freeze,
                self._forget_rows,
            ):
                interrupt = _attempt(step) or interrupt
            if self.keeper is not None:
                wait_s = 0.0 if interrupt else self._settings.finish_timeout if wait_s is None else wait_s
                self.keeper.finish(wait_s, is_quiet=is_quiet)
        finally:
            self._let_go()
            for step in self._after_finish:
                interrupt = _attempt(step) or interrupt
            self._has_ended.set()
        if interrupt is not None:
            raise interrupt

    def _is_to_end(self) -> bool:
        """True the first time that it is asked."""
        if self._is_finished or self._is_inert:
            return False
        self._is_finished, self._ended_by = True, _me()
        return True

    def _wait_for_end(self, timeout_s: float) -> None:
        """Until the thread that ends the run has done so: who ends the process meanwhile would cut it short. What it does has
        interrupted or is part of the ending waits for nothing."""
        if not self._is_inert and self._ended_by != _me():
            self._has_ended.wait(max(timeout_s, _END_S))

    def _forget_rows(self) -> None:
        """From now on every row is looked at with care."""
        self._latest.clear()
        self._newest = _UNKNOWN

    def report_progress(self) -> None:
        """Tell how far the run is, where the script said how far it goes but not how far it is."""
        if self._total_steps and self._progress_step < 0 and self._step:
            self._write(Progress(min(self._step, self._total_steps), self._total_steps, _time()))

    def become_inert(self) -> None:
        """In a forked child: from now on this copy does nothing, and the parent's files are let go."""
        self._is_inert = self._is_finished = True
        self._let_go()
        self._forget_rows()
        self._recorder.abandon()
        self._turn = self._recorder.turn

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        state, code = outcome(error)
        self.end(state, code)

    # -- what it is ------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        return self._identity.run_id

    @property
    def entity(self) -> str:
        return (self._status.entity if self._status else "") or self._identity.entity

    @property
    def project(self) -> str:
        return self._identity.project

    @property
    def name(self) -> str:
        return self._identity.name or (self._status.name if self._status else "") or self._identity.words

    @name.setter
    def name(self, name: str) -> None:
        self._identity.name = _label(name)
        self._write(Edit({"name": self._identity.name}))

    @property
    def notes(self) -> str:
        return self._identity.notes

    @notes.setter
    def notes(self, notes: str | None) -> None:
        self._identity.notes = clean_notes(notes)
        self._write(Edit({"notes": self._identity.notes}))

    @property
    def tags(self) -> tuple[str, ...]:
        return self._identity.tags

    @tags.setter
    def tags(self, tags: Iterable[str]) -> None:
        self._identity.tags = clean_tags(tags)
        self._write(Edit({"tags": list(self._identity.tags)}))

    @property
    def group(self) -> str:
        return self._identity.group

    @property
    def job_type(self) -> str:
        return self._identity.job_type

    @property
    def url(self) -> str | None:
        """The run's page; None while no server knows it."""
        return (self._status.url or None) if self._status else None

    def get_url(self) -> str | None:
        return self.url

    @property
    def path(self) -> str:
        return "/".join(part for part in (self.entity, self.project, self.id) if part)

    @property
    def dir(self) -> str:
        """A folder whose files are kept with the run when it ends."""
        folder = self._recorder.folder.path / "files"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            pass
        return str(folder)

    @property
    def folder(self) -> RunFolder:
        """Where the run's journals are."""
        return self._recorder.folder

    @property
    def step(self) -> int:
        """Where the next row goes."""
        return self._step

    @property
    def resumed(self) -> bool:
        return bool(self._status and self._status.is_resumed)

    @property
    def offline(self) -> bool:
        return self._mode == "offline"

    @property
    def disabled(self) -> bool:
        return self._mode == "disabled"

    @property
    def start_time(self) -> float:
        return self._identity.started_at

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def identity(self) -> Identity:
        return self._identity

    @property
    def recorder(self) -> Recorder:
        return self._recorder

    @property
    def is_running(self) -> bool:
        return not self._is_finished

    def __repr__(self) -> str:
        state = "finished" if self._is_finished else "running"
        return f"<assay.Run {self.name} ({self.path}) {state}{' ' + self.url if self.url else ''}>"

    def _repr_html_(self) -> str:
        from html import escape

        name = escape(self.name)
        if self.url:
            return f'Assay run <a href="{escape(self.url, quote=True)}" target="_blank" rel="noopener">{name}</a>'
        return f"Assay run <b>{name}</b> in <code>{escape(str(self.folder.path))}</code>"

    @property
    def artifacts(self) -> RunArtifacts:
        """What it logs and uses."""
        if self._artifacts is None:
            from assay.sdk.run_artifacts import RunArtifacts

            self._artifacts = RunArtifacts(self)
        return self._artifacts

    # -- between the parts -----------------------------------------------------------------------------------------

    @property
    def _status(self) -> SyncStatus | None:
        return self.keeper.status if self.keeper is not None else None

    def write(self, record: records.Record) -> None:
        """Keep a record another part of the SDK made."""
        self._recorder.append(record)

    def keep_content(self, name: str, content: bytes) -> bool:
        """Keep `content` as the run's file `name`. False: it is not kept; that is told, not raised."""
        try:
            return self._files.keep_content(name, content)
        except OSError as error:
            self._refuse(f"file {name}", error.strerror or "it could not be written")
            return False

    def look_for_files(self) -> None:
        self._files.look_again()

    def at_finish(self, step: Callable[[], None]) -> None:
        """Call `step` before the last record is written."""
        self._at_finish.append(step)

    def after_finish(self, step: Callable[[], None]) -> None:
        self._after_finish.append(step)

    def hold(self, fd: int) -> None:
        """Keep a lock, given as a file descriptor, until the run ends."""
        self._held_fds.append(fd)

    def _let_go(self) -> None:
        while self._held_fds:
            os.close(self._held_fds.pop())

    def resume_from(self, status: SyncStatus) -> None:
        """Go on where the server says the run is, once it has said so."""
        if status.is_resumed:
            self._turn.run(self._take_step, status.last_step, True)
            self.config.adopt(numbered(status.config))
            self.summary.adopt(numbered(status.summary))

    def hear_stop(self) -> None:
        """Somebody asked the run to stop: interrupt the script, once, unless it looks for that itself."""
        if self._is_interrupted or self._looks_for_stop or self._is_finished or self._settings.on_stop != "raise":
            return
        self._is_interrupted = True
        from assay.sdk.stopping import interrupt_main

        interrupt_main(self.name)

    def hear_refused(self, files: Mapping[str, str]) -> None:
        """Media that were logged could not be encoded or sent: tell it once. The sender has told the server."""
        for path, reason in files.items():
            if self._files.has(path) and path not in self._told_files:
                self._told_files.add(path)
                terminal.warn(f"{path} is not kept: {reason}")

    def wanted_step(self, step: object, instead: str) -> int | None:
        """`step` as a number; None for none. What is no step is refused, and `instead` says what was done without it."""
        if step is None:
            return None
        try:
            number = int(step)  # type: ignore[call-overload]
            if 0 <= number <= limits.STEP_MAX:
                return int(number)
        except Exception as error:  # whatever it is, it is no step
            if is_interrupt(error):
                raise
        form = f"expected a whole number from 0 to {limits.STEP_MAX} (STEP_MAX)"
        self._refuse("_step", f"not a step ({type(step).__name__}): {form}; {instead}")
        return None

    def refuse(self, key: str, reason: str) -> None:
        """Say that `key` is not kept, and why."""
        self._refuse(key, reason)

    def note_exit(self, code: int) -> None:
        self._exit_code = code

    @property
    def exit_code(self) -> int:
        return self._exit_code

    def _write(self, record: records.Record) -> None:
        if self._is_finished and not isinstance(record, File | Refused | Progress):
            self.is_closed(type(record).__name__)
        elif not self._is_inert:
            self._recorder.append(record)

    def _refuse(self, key: str, reason: str, step: int = -1) -> None:
        key, reason = clean(key), clean(reason)  # a file's name need not be valid Unicode
        count = self._refused_keys.get(key, 0)
        if len(self._refused_keys) < limits.ROW_KEYS:
            self._refused_keys[key] = count + 1
        self._recorder.append(Refused(key, reason[:500], 1, step))
        if not count and len(self._refused_keys) <= _TOLD_KEYS:
            terminal.warn(f"{key} is not kept: {reason}")

    def is_closed(self, what: str) -> bool:
        """Whether the run takes nothing more; then a person is told once that `what` is not kept."""
        if not self._is_finished:
            return False
        if not self._told_late:
            self._told_late = True
            terminal.warn(
                f"{what} in a forked process is not kept. To write to run {self._identity.run_id} there: run = assay.attach()"
                if self._is_inert
                else f"{what} after finish() is not kept; run {self._identity.run_id} has ended"
            )
        return True

    def _latest_values(self) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for known in sorted(self._latest.values(), key=lambda known: known.last[3]):
            merged.update(zip(known.keys, known.last[4], strict=False))  # no values yet: another thread logs its first row
        return merged


def outcome(error: BaseException | None) -> tuple[FinishState, int]:
    """How a script ended that was left by `error`."""
    if error is None:
        return "finished", 0
    if isinstance(error, KeyboardInterrupt):
        return "killed", 130
    if isinstance(error, SystemExit):
        # A bool is a whole number too, but none in a record: sys.exit(not is_good)
        code = int(error.code) if isinstance(error.code, int) else int(error.code is not None)
        return ("finished" if code == 0 else "failed"), code
    return "failed", 1


def clean_tags(tags: Iterable[str] | str | None) -> tuple[str, ...]:
    """Tags without repeats and blanks, in order. Raises InvalidRequest for one that cannot be shown."""
    given = [tags] if isinstance(tags, str) else list(tags or ())
    kept = tuple(dict.fromkeys(shown for tag in given if (shown := names.without_turning(str(tag)))))
    for tag in kept:
        if not names.is_label(tag):
            raise InvalidRequest(detail=f"tags: {tag!r} is not a tag. Expected {names.LABEL_FORM}.")
    if len(kept) > limits.TAG_COUNT:
        raise InvalidRequest(detail=f"tags: {len(kept)} tags; the limit is {limits.TAG_COUNT} (TAG_COUNT).")
    return kept


def clean_notes(text: object) -> str:
    """Notes as they can be kept: valid Unicode, cut to length; None is no notes."""
    return "" if text is None else cut(str(text), limits.NOTE_BYTES)


def _label(text: object) -> str:
    """`text` as a display name: printable, cut to length."""
    return names.as_label(str(text)) or "untitled"


def _count(number: Any) -> int:
    return min(max(0, int(number)), INT_MAX)


def _wait_s(duration: object) -> float:
    """Seconds between two alerts of one title. Raises InvalidRequest."""
    if duration is None:
        return 60.0
    try:
        return duration.total_seconds() if isinstance(duration, timedelta) else float(duration)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InvalidRequest(detail=f"alert: wait_duration {duration!r} is no time. Expected seconds or a timedelta.") from error


def _fit(values: Sequence[Any]) -> bool:
    """Whether every whole number fits 64 bits. Floats are left out: a NaN would hide from min and max."""
    return all(type(value) is not int or INT_MIN <= value <= INT_MAX for value in values)


def _size_if_large(value: str | list[Any] | dict[str, Any]) -> int:
    """Encoded size of a value beyond VALUE_BYTES; 0 for one that fits."""
    if isinstance(value, str) and len(value) * 4 <= limits.VALUE_BYTES:
        return 0
    try:
        size = size_bytes(value)
    except (Unstorable, ValueError, TypeError, OverflowError):
        return 0
    return size if size > limits.VALUE_BYTES else 0


def _row_time(row: dict[str, Any]) -> float:
    """Now, or the time the row says it is from."""
    given = row.pop("_timestamp", None)
    return float(given) if isinstance(given, int | float) and given == given and abs(given) < 1e12 else _time()


def _attempt(step: Callable[[], None]) -> BaseException | None:
    """What is done at the end must not keep the run from ending. An interruption, as of a second Ctrl-C, leaves out what it found
    going on and is answered, to be raised when all the rest is done."""
    try:
        step()
    except Exception as error:
        terminal.warn(f"While ending the run: {type(error).__name__}: {error}")
    except BaseException as interrupt:
        return interrupt
    return None
