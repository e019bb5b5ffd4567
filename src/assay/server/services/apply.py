"""What the events of a batch change in a run's metadata row. Called once per event, in order, inside one unit of work.

Nothing a script says may stop its stream: what cannot be kept is counted as refused, with the reason, and the rest goes on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from assay.server.domain import nested
from assay.server.domain.definitions import refined
from assay.server.domain.run_edits import apply_script_edit
from assay.server.domain.runs import Alert, Run, Writer
from assay.server.ports.metadata import Unit
from assay.wire import limits, records
from assay.wire.messages.runs import RefusedValue
from assay.wire.names import as_label, is_file_path, is_key, is_label
from assay.wire.records import Event
from assay.wire.texts import cut
from assay.wire.values import is_same

ENVIRONMENT_BYTES = limits.CONFIG_BYTES + limits.GIT_PATCH_BYTES
_DEFINITIONS = 10_000  # metric definitions of one run; each is looked at for every key without one of its own
_REFUSED = 1_000  # kinds of refusals of one run that are told apart


@dataclass(frozen=True, slots=True)
class Applied:
    """The run after the events, and the domain events that this makes true."""

    run: Run
    happened: list[str]


def apply_events(unit: Unit, run: Run, writer: str, events: Sequence[tuple[int, Event]], now: float) -> Applied:
    happened: list[str] = []
    definitions = {known.name: known for known in run.definitions}
    for _, event in events:
        match event:
            case records.Start():
                unit.runs.save_writer(run.key, Writer(writer, event.is_primary))
            case records.Config():
                run = _config(unit, run, event, now)
            case records.Summary():
                run = _summary(run, event)
            case records.Define():
                if is_key(event.name) and (event.name in definitions or len(definitions) < _DEFINITIONS):
                    definitions[event.name] = refined(definitions.get(event.name), event)
                else:
                    run = refuse(run, event.name, "the definition's name is empty or too long, or there are too many")
            case records.File():
                _file(unit, run, event, now)
            case records.Alert():
                if _alert(unit, run, event, now):
                    happened.append("RunAlerted")
            case records.Environment():
                facts = {**run.environment, **event.facts}
                if not _is_writable(event.facts):
                    run = refuse(run, "environment", _NO_TEXT)
                elif (
                    len(msgspec.msgpack.encode(facts)) <= ENVIRONMENT_BYTES
                    and nested.depth(facts, limits.NESTING) <= limits.NESTING
                ):
                    run = replace(run, environment=facts)
                else:
                    run = refuse(run, "environment", "larger or deeper than allowed")
            case records.Progress():
                run = replace(run, progress_step=_int64(event.step), progress_total=_int64(event.total))
            case records.Refused():
                run = refuse(run, event.key, event.reason, event.count)
            case records.Edit():
                run, refused = apply_script_edit(run, event.set)
                for what in refused:
                    run = refuse(run, what, "not a valid value for this field of the run")
            case records.Finish():
                run, state = _finish(unit, run, writer, event, now)
                happened += [state] if state else []
            case records.Console():
                pass  # the metric store has kept the lines
            case records.Artifact():
                pass  # its version travels on its own; the record only keeps the order of things
    return Applied(replace(run, definitions=tuple(definitions.values())), happened)


def _config(unit: Unit, run: Run, event: records.Config, now: float) -> Run:
    draft = nested.Draft(run.config)
    config = draft.tree
    size = len(msgspec.msgpack.encode(config))
    at = event.time if 0 < event.time <= now else now
    for path, value in event.set:
        if not path or not all(map(is_key, path)):
            run = refuse(run, ".".join(path), "not a valid key")
            continue
        if not _is_writable(value):
            run = refuse(run, ".".join(path), _NO_TEXT)
            continue
        there = nested.value_at(config, path, _NEVER)
        if there is not _NEVER and is_same(there, value):
            continue
        # Added up: to encode the whole config for each of ten thousand keys would keep everybody else waiting.
        growth = nested.growth(config, path, value)
        if size + growth > limits.CONFIG_BYTES or nested.depth(value, limits.NESTING) + len(path) > limits.NESTING:
            run = refuse(run, ".".join(path), "the config would be larger or deeper than allowed")
            continue
        size += growth
        draft.put(path, value)
        unit.runs.add_config_change(run.key, at, ".".join(path), value, run.user)
    for path in event.remove:
        if path and nested.value_at(config, path, _NEVER) is not _NEVER:
            draft.remove(path)
            unit.runs.add_config_change(run.key, at, ".".join(path), None, run.user)
    return replace(run, config=config)


_NEVER = object()


def _summary(run: Run, event: records.Summary) -> Run:
    draft = nested.Draft(run.summary)
    for path, value in event.set:
        if not _is_writable(value):
            run = refuse(run, ".".join(path), _NO_TEXT)
            continue
        fits = path and all(map(is_key, path)) and len(msgspec.msgpack.encode(value)) <= limits.VALUE_BYTES
        if fits and nested.depth(value, limits.NESTING) + len(path) <= limits.NESTING:
            draft.put(path, value)
        else:
            run = refuse(run, ".".join(path), "not a valid key, or larger or deeper than allowed")
    for path in event.remove:
        if path:
            draft.remove(path)
    return replace(run, summary=draft.tree)


def _file(unit: Unit, run: Run, event: records.File, now: float) -> None:
    # The file's content travels on its own and is committed with it; the record only keeps the order of things.
    if event.digest and is_file_path(event.path):
        known = {file.path: file for file in unit.runs.files(run.key, [event.path])}
        if event.path in known and known[event.path].digest == event.digest:
            # Where it is, and how long, whoever committed it was found to be right about.
            unit.runs.save_file(run.key, replace(known[event.path], updated_at=now))


def _alert(unit: Unit, run: Run, event: records.Alert, now: float) -> bool:
    title = event.title[: limits.LABEL_CHARS]
    title = title if is_label(title) else as_label(title) or "Alert"
    text = cut(event.text, limits.ALERT_TEXT_BYTES)
    alert = Alert(0, run.key, title, text, event.level, _time(event.time, now), max(-1, _int64(event.step)))
    return unit.runs.add_alert(run.project_key, alert) is not None


def _finish(unit: Unit, run: Run, writer: str, event: records.Finish, now: float) -> tuple[Run, str]:
    """The run ends when its last writer does; how the primary ended is how the run ended."""
    known = {other.id: other for other in unit.runs.writers(run.key)}
    mine = known.get(writer, Writer(writer))
    ended = replace(mine, finish_state=event.state, exit_code=_int64(event.exit_code), finished_at=_time(event.time, now))
    unit.runs.save_writer(run.key, ended)
    known[writer] = ended
    if any(not other.finish_state for other in known.values()):
        return run, ""
    # A writer that resumes a run ends it anew, so of several primaries the last to finish decides.
    latest = max(known.values(), key=lambda other: (other.is_primary, other.finished_at))
    state, exit_code = latest.finish_state, latest.exit_code
    finished_at = max(run.started_at, max(other.finished_at for other in known.values()))
    run = replace(run, state=state, exit_code=exit_code, finished_at=finished_at)  # type: ignore[arg-type]
    return run, "RunFinished"


def refuse(run: Run, key: str, reason: str, count: int = 1) -> Run:
    """The run with one more value that could not be kept."""
    key, reason = key[: limits.LABEL_CHARS], reason[: limits.LABEL_CHARS]
    out, found = [], False
    for known in run.refused:
        if known.key == key and known.reason == reason:
            known, found = RefusedValue(key, reason, _int64(known.count + count)), True
        out.append(known)
    if not found and len(out) < _REFUSED:
        out.append(RefusedValue(key, reason, _int64(count)))
    return replace(run, refused=tuple(out))


_NO_TEXT = "a key inside it is no text"


def _is_writable(value: Any) -> bool:
    """Whether the stores can write the value down: msgpack has keys that JSON has not."""
    try:
        msgspec.json.encode(value)
    except (TypeError, RecursionError):
        return False
    return True


def _time(said: float, now: float) -> float:
    """`now` where a script says what is no time."""
    return said if math.isfinite(said) else now


def _int64(number: int) -> int:
    return max(-(1 << 63), min((1 << 63) - 1, number))
