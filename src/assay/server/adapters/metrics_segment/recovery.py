"""Opening a folder: what the catalogue names, and what the logs hold beyond it."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from assay.server.adapters.metrics_segment import intake, log, maintenance
from assay.server.adapters.metrics_segment.codec import MetricsDamaged
from assay.server.adapters.metrics_segment.contents import Contents
from assay.server.adapters.metrics_segment.intake import Logged
from assay.server.adapters.metrics_segment.projects import ProjectState
from assay.server.adapters.metrics_segment.segment import Segment
from assay.server.adapters.metrics_segment.writing import publish

_NAMES = msgspec.msgpack.Decoder(list[tuple[int, int, str]])


def recover(held: Contents) -> None:
    """Bring back what was acknowledged. What is damaged goes to the catalogue's list, and a copy of the log to quarantine/."""
    damages = _open_segments(held)
    sealed = held.catalogue.number("sealed_log", 0)
    dead = held.catalogue.dead_numbers()
    for path in sorted(held.log_folder.glob("*.wal")):
        number = int(path.stem)
        if number <= sealed:
            held.files.remove(path)
            continue
        held.next_log = number + 1
        damages += _replay(held, path, dead)
    for state in held.touched.values():
        if not state.is_plain:
            state.last_step = held.newest_step(state.lineage)
    if damages:
        known = set(held.catalogue.damages())
        held.catalogue.add_damages(sentence for sentence in damages if sentence not in known)


def describe(path: Path, damage: log.Damage) -> str:
    return (
        f"Log {path.name} is damaged from byte {damage.first} to {damage.last}: acknowledged records are lost there. "
        "All others were kept; a copy of the log is in quarantine/."
    )


def _open_segments(held: Contents) -> list[str]:
    """Open what the catalogue names, remove what it does not; a segment that cannot be opened is left out and named."""
    named = dict(held.catalogue.segments())
    for path in held.segment_folder.iterdir():
        if path.suffix == ".tmp" or (path.suffix == ".seg" and int(path.stem) not in named):
            held.files.remove(path)
    damages = []
    for segment_id, level in named.items():
        path = maintenance.segment_path(held.segment_folder, segment_id)
        try:
            held.segments.append(Segment(path, segment_id, level, held.node_cache))
        except (OSError, MetricsDamaged) as error:
            damages.append(f"Segment {path.name} cannot be opened and is left out: {error}")
    return damages


def _replay(held: Contents, path: Path, dead: set[int]) -> list[str]:
    """Publish the frames of a log again. Returns what of it is damaged."""
    found = log.scan(path)
    if found.damages:
        aside = held.folder / "quarantine"
        aside.mkdir(exist_ok=True)
        if not (aside / path.name).exists():
            shutil.copyfile(path, aside / path.name)
    damages = [describe(path, damage) for damage in found.damages]
    for kind, payload in found.frames:
        if kind == log.NAMES:
            for metric, key, name in _NAMES.decode(payload):
                _name(held, held.project(key), metric, name)
        elif kind == log.BATCH:
            logged = intake.decode_logged(payload, held.shapes)
            held.next_number = max(held.next_number, logged.number + 1)
            if logged.number in dead:
                continue
            project = held.project(logged.project)
            state = project.runs.get(logged.run_key)
            if state is None:
                state = project.add_run(logged.number, logged.run_key)
                state.marks = {}
            mark = held.marks(state).get(logged.writer, -1)
            if logged.first_seq > mark + 1 and found.damages:
                damages.append(
                    f"Run {logged.run_key} lost records {mark + 1} to {logged.first_seq - 1} of writer "
                    f"{logged.writer!r} to the damage in {path.name}."
                )
            _name_unknown(held, project, logged)
            publish(held, state, logged)
    return damages


def _name_unknown(held: Contents, project: ProjectState, logged: Logged) -> None:
    """Metrics whose names were lost to damage keep their values under a name that says so."""
    for channel, piece in logged.pieces:
        if intake.channel_of(channel) is not None:
            for metric in {*piece.shape.metrics.tolist(), *(extra.metric for extra in piece.extras)}:
                if metric not in project.names:
                    _name(held, project, metric, f"unnamed-metric-{metric}")


def _name(held: Contents, project: ProjectState, metric: int, name: str) -> None:
    project.add_name(metric, name)
    held.unsealed_names.append((metric, project.key, name))
    held.next_metric = max(held.next_metric, metric + 1)
