"""What works on many runs at once: tables of their values, files, edits, the trash, tags."""

from __future__ import annotations

from typing import Any

from litestar import Response
from litestar.response import Stream

from assay.server.api.rest.paths import PROJECT, project_path
from assay.server.api.rest.series import ARROW
from assay.server.api.routing import get, post
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.errors import InvalidRequest
from assay.wire.messages import runs as messages


@post(PROJECT + "/runs/values", permission="run:read")
def read_values(entity: str, project: str, data: messages.RunValuesRequest, actor: Actor, catalog: Catalog) -> Response[bytes]:
    """Values of many runs as one Arrow table: id, name, ordinal, state, then a column per key."""
    # Arrow takes 50 MB and half a second to load: only a server that answers charts pays for it.
    from assay.server.api.rest import columnar

    table = catalog.run_query.values(actor, project_path(entity, project), data)
    return Response(columnar.values_stream(table), status_code=200, media_type=ARROW)


@post(PROJECT + "/runs/export", permission="run:read")
def export_runs(
    entity: str, project: str, data: messages.RunExport, actor: Actor, catalog: Catalog,
    format: str = "csv",  # noqa: A002 - the word in the address
) -> Response[Any]:  # fmt: skip
    """All runs that match, with the columns asked for, as one file: `format` csv, json or parquet."""
    from assay.server.api.rest.export_files import WRITERS

    if format not in WRITERS:
        raise InvalidRequest(detail=f"format is {format!r}; expected one of {', '.join(WRITERS)}")
    write, media_type = WRITERS[format]
    path = project_path(entity, project)
    export = catalog.exports.read(actor, path, data)
    named = {"content-disposition": f'attachment; filename="{path.project}-runs.{format}"', "cache-control": "no-store"}
    return Stream(write(export), status_code=200, media_type=media_type, headers=named)


@post(PROJECT + "/runs/edit", permission="run:edit")
def edit_runs(entity: str, project: str, data: messages.RunBulkEdit, actor: Actor, catalog: Catalog) -> messages.RunsChanged:
    """Add and remove tags, move runs to a group, change their job type or notes. `POST …/runs/undo` takes it back."""
    return catalog.bulk.edit(actor, project_path(entity, project), data)


@post(PROJECT + "/runs/delete", permission="run:delete")
def delete_runs(entity: str, project: str, data: messages.RunSelection, actor: Actor, catalog: Catalog) -> messages.RunsChanged:
    """Move runs to the trash."""
    return catalog.bulk.delete(actor, project_path(entity, project), data)


@post(PROJECT + "/runs/restore", permission="run:restore")
def restore_runs(entity: str, project: str, data: messages.RunSelection, actor: Actor, catalog: Catalog) -> messages.RunsChanged:
    """Bring runs back from the trash; a filter looks at the runs in it."""
    return catalog.bulk.restore(actor, project_path(entity, project), data)


@post(PROJECT + "/runs/stop", permission="run:stop")
def stop_runs(entity: str, project: str, data: messages.RunSelection, actor: Actor, catalog: Catalog) -> messages.RunsChanged:
    """Ask live runs to stop. Each learns so with its next flush."""
    return catalog.bulk.stop(actor, project_path(entity, project), data)


@post(PROJECT + "/runs/purge", permission="run:purge")
def purge_runs(entity: str, project: str, data: messages.RunSelection, actor: Actor, catalog: Catalog) -> messages.RunsPurged:
    """Forget runs that are in the trash, with all they logged, for good; a filter looks at the runs in it."""
    return catalog.bulk.purge(actor, project_path(entity, project), data)


@post(PROJECT + "/runs/purge/preview", permission="run:purge")
def preview_purge(
    entity: str, project: str, data: messages.RunSelection, actor: Actor, catalog: Catalog
) -> messages.PurgePreview:
    """What a purge would forget and what would hang in the air; changes nothing."""
    return catalog.bulk.preview_purge(actor, project_path(entity, project), data)


@post(PROJECT + "/runs/move", permission="run:move")
def move_runs(entity: str, project: str, data: messages.RunTransfer, actor: Actor, catalog: Catalog) -> messages.RunsTransferred:
    """Move runs that have ended to another project, with all they have; their old addresses lead to them. What there was no time
    for is `remaining`: send it again, with `undo`."""
    return catalog.transfers.move(actor, project_path(entity, project), data)


@post(PROJECT + "/runs/copy", permission="run:read")
def copy_runs(entity: str, project: str, data: messages.RunTransfer, actor: Actor, catalog: Catalog) -> messages.RunsTransferred:
    """Copy runs that have ended to another project, with all they have; answers as a move does."""
    return catalog.transfers.copy(actor, project_path(entity, project), data)


@post(PROJECT + "/runs/undo", permission="run:edit")
def undo_edit(entity: str, project: str, data: messages.RunsUndo, actor: Actor, catalog: Catalog) -> messages.RunsChanged:
    """Take a change of many runs back. What was changed again since keeps its newer value, and `refused` names it, with runs that
    went elsewhere."""
    return catalog.bulk.undo(actor, project_path(entity, project), data.undo)


@get(PROJECT + "/tags", permission="run:read")
def list_tags(entity: str, project: str, actor: Actor, catalog: Catalog, search: str = "", limit: int = 100) -> messages.TagPage:
    """Tags in use whose name contains `search`, with how many runs have them, the most used first."""
    return catalog.run_query.tags(actor, project_path(entity, project), search, limit)


HANDLERS = [
    read_values, export_runs, edit_runs, delete_runs, restore_runs, stop_runs, purge_runs, preview_purge, move_runs, copy_runs,
    undo_edit, list_tags,
]  # fmt: skip
