"""Runs: start, read, edit, stop, rewind, trash, query."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request

from assay.server.api.rest.paths import PROJECT, RUN, base_url, project_path, run_path
from assay.server.api.routing import delete, get, patch, post, put
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.messages import runs as messages
from assay.wire.odd_numbers import numbered, worded


class RewindRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`step` is the last one to keep; -1 keeps none."""

    step: int


class ConfigChange(msgspec.Struct):
    """`path` got `value` (null: it was removed). `user` is who did it."""

    time: float
    path: str
    value: Any
    user: str


@put(RUN, permission="run:write")
def start_run(
    entity: str,
    project: str,
    run_id: str,
    data: messages.RunStart,
    request: Request[Any, Any, Any],
    actor: Actor,
    catalog: Catalog,
) -> messages.RunStarted:
    """Start a run, join it, or resume it. The project is made with its first run. Safe to repeat."""
    data.config = numbered(data.config)
    return catalog.runs.start(actor, run_path(entity, project, run_id), data, base_url(request))


@get(RUN, permission="run:read")
def get_run(entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog) -> messages.Run:
    """One run with its config, summary and environment."""
    return catalog.runs.get(actor, run_path(entity, project, run_id))


@patch(RUN, permission="run:edit")
def edit_run(entity: str, project: str, run_id: str, data: messages.RunEdit, actor: Actor, catalog: Catalog) -> messages.Run:
    """Change a run's name, notes, tags, group, job type, config or summary. 409 if the name or notes that were read are others by
    now."""
    return catalog.runs.edit(actor, run_path(entity, project, run_id), data)


@delete(RUN, permission="run:delete")
def delete_run(entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog) -> None:
    """Move a run to the trash."""
    catalog.bulk.delete(actor, project_path(entity, project), messages.RunSelection(ids=[run_id]))


@post(RUN + "/restore", permission="run:restore")
def restore_run(entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog) -> messages.RunsChanged:
    """Bring a run back from the trash."""
    return catalog.bulk.restore(actor, project_path(entity, project), messages.RunSelection(ids=[run_id]))


@post(RUN + "/stop", permission="run:stop")
def stop_run(entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog) -> None:
    """Ask a run to stop. It learns so with its next flush after five seconds, in which the stop can be taken back."""
    catalog.runs.stop(actor, run_path(entity, project, run_id))


@delete(RUN + "/stop", permission="run:stop")
def undo_stop(entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog) -> None:
    """Take a stop back, within five seconds of asking for it."""
    catalog.runs.undo_stop(actor, run_path(entity, project, run_id))


@post(RUN + "/rewind", permission="run:rewind")
def rewind_run(entity: str, project: str, run_id: str, data: RewindRequest, actor: Actor, catalog: Catalog) -> messages.Run:
    """Cut a run's history back to a step."""
    return catalog.runs.rewind(actor, run_path(entity, project, run_id), data.step)


@get(RUN + "/config-history", permission="run:read")
def config_history(entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog) -> list[ConfigChange]:
    """What changed in a run's config after it started, oldest first."""
    changes = catalog.runs.config_history(actor, run_path(entity, project, run_id))
    return [ConfigChange(at, key, worded(value), user) for at, key, value, user in changes]


@get(RUN + "/notes-history", permission="run:read")
def notes_history(entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog) -> list[messages.NoteChange]:
    """What a run's note said, newest first; empty if it was never changed."""
    return catalog.runs.notes_history(actor, run_path(entity, project, run_id))


@post(PROJECT + "/runs/query", permission="run:read")
def query_runs(entity: str, project: str, data: messages.RunQueryRequest, actor: Actor, catalog: Catalog) -> messages.RunPage:
    """Runs that match, sorted, in pages; or groups of them."""
    return catalog.run_query.query(actor, project_path(entity, project), data)


@get(PROJECT + "/columns", permission="run:read")
def list_columns(
    entity: str, project: str, actor: Actor, catalog: Catalog, section: str = "", prefix: str = "", cursor: str = "",
    limit: int = 100, run: str = "",
) -> messages.ColumnPage:  # fmt: skip
    """Keys that runs of the project have: what can be shown, filtered and sorted by. With `run`, and a section `metric` or
    `system`: the keys that one run has."""
    return catalog.columns.list(actor, project_path(entity, project), section, prefix, cursor, limit, run)


@post(PROJECT + "/columns/query", permission="run:read")
def query_columns(
    entity: str, project: str, data: messages.ColumnQuery, actor: Actor, catalog: Catalog
) -> messages.ColumnDetailPage:
    """Keys that the runs of a set have, with how many values differ and what they look like."""
    return catalog.columns.query(actor, project_path(entity, project), data)


@get(PROJECT + "/alerts", permission="run:read")
def list_alerts(entity: str, project: str, actor: Actor, catalog: Catalog, run: str = "") -> messages.AlertPage:
    """Alerts of the project's runs, or of one, newest first; the newest 10,000 where there are more."""
    return catalog.runs.alerts(actor, project_path(entity, project), run)


@post(PROJECT + "/turns/query", permission="run:read")
def query_turns(entity: str, project: str, data: messages.TurnQuery, actor: Actor, catalog: Catalog) -> messages.TurnPage:
    """Where some runs were resumed or rewound: the marks on their curves."""
    return catalog.turns.query(actor, project_path(entity, project), data.runs)


@post(PROJECT + "/definitions/query", permission="run:read")
def query_definitions(
    entity: str, project: str, data: messages.DefinitionQuery, actor: Actor, catalog: Catalog
) -> messages.DefinedMetrics:
    """What the definitions of some runs, or of all, say together of each of their metrics."""
    return catalog.definitions.query(actor, project_path(entity, project), data.runs)


HANDLERS = [
    start_run, get_run, edit_run, delete_run, restore_run, stop_run, undo_stop, rewind_run, config_history, notes_history,
    query_runs, list_columns, query_columns, list_alerts, query_turns, query_definitions,
]  # fmt: skip
