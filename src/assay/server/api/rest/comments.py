"""Comments on things of a project: a thread per thing."""

from __future__ import annotations

from assay.server.api.rest.paths import PROJECT, project_path
from assay.server.api.routing import delete, get, patch, post
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.messages import comments as messages

COMMENT = PROJECT + "/comments/{comment_id:int}"


@get(PROJECT + "/comments", permission="comment:read")
def list_comments(
    entity: str, project: str, kind: messages.SubjectKind, subject: str, actor: Actor, catalog: Catalog
) -> messages.CommentPage:
    """The comments on one thing, oldest first."""
    return catalog.comments.list(actor, project_path(entity, project), kind, subject)


@post(PROJECT + "/comments", permission="comment:write", status_code=201)
def add_comment(entity: str, project: str, data: messages.CommentDraft, actor: Actor, catalog: Catalog) -> messages.Comment:
    """Say something about a thing of the project, as a marked region of a chart."""
    return catalog.comments.add(actor, project_path(entity, project), data)


@post(PROJECT + "/comments/count", permission="comment:read")
def count_comments(
    entity: str, project: str, data: messages.CommentCountQuery, actor: Actor, catalog: Catalog
) -> messages.CommentCounts:
    """How many comments each of some things has."""
    return catalog.comments.counts(actor, project_path(entity, project), data.kind, data.subjects)


@patch(COMMENT, permission="comment:write")
def edit_comment(
    entity: str, project: str, comment_id: int, data: messages.CommentEdit, actor: Actor, catalog: Catalog
) -> messages.Comment:
    """Change what one has said."""
    return catalog.comments.edit(actor, project_path(entity, project), comment_id, data)


@delete(COMMENT, permission="comment:write", status_code=204)
def delete_comment(entity: str, project: str, comment_id: int, actor: Actor, catalog: Catalog) -> None:
    """Delete a comment, for good: one's own, or any as an admin of the entity."""
    catalog.comments.delete(actor, project_path(entity, project), comment_id)


HANDLERS = [list_comments, add_comment, count_comments, edit_comment, delete_comment]
