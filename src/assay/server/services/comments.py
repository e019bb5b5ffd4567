"""Threads of comments. Whoever may read the project reads them, members write; a comment is its author's, and an admin of the
entity may delete it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assay.server.domain import comments as domain
from assay.server.domain.accounts import Actor
from assay.server.domain.comments import Comment, SubjectKind
from assay.server.domain.events import Event
from assay.server.domain.projects import Project
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit, people
from assay.server.services.projects import find as find_project
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import Conflict, Forbidden, InvalidRequest, NotFound
from assay.wire.messages import comments as messages
from assay.wire.names import ProjectPath


class CommentService:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def list(self, actor: Actor, path: ProjectPath, kind: SubjectKind, subject: str) -> messages.CommentPage:
        """The thread about one subject, oldest first. A subject without comments has an empty one."""
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "comment:read")
            found = unit.comments.list(project.key, kind, subject)
        can_write = access.may(actor, "comment:write", path.entity)
        return messages.CommentPage([_shown(comment, actor, path.entity) for comment in found], can_write)

    def counts(self, actor: Actor, path: ProjectPath, kind: SubjectKind, subjects: Sequence[str]) -> messages.CommentCounts:
        """How many comments each subject has, where there are any."""
        if len(subjects) > limits.PAGE_ROWS:
            raise InvalidRequest(detail=f"{len(subjects)} subjects in one question; at most {limits.PAGE_ROWS}")
        with self._stores.metadata.read() as unit:
            project = find_project(unit, actor, path, "comment:read")
            return messages.CommentCounts(unit.comments.counts(project.key, kind, subjects))

    def add(self, actor: Actor, path: ProjectPath, draft: messages.CommentDraft) -> messages.Comment:
        """Raises Conflict where a thread is full."""
        domain.check_subject(draft.subject)
        domain.check_text(draft.text)
        place = _checked(draft.place) or messages.Place()
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            project = find_project(unit, actor, path, "comment:write")
            if unit.comments.counts(project.key, draft.kind, [draft.subject]).get(draft.subject, 0) >= limits.COMMENTS:
                raise Conflict(
                    detail=f"There are {limits.COMMENTS} comments here (COMMENTS). Delete old ones, or go on elsewhere"
                )
            comment = unit.comments.add(
                Comment(
                    0, project.key, draft.kind, draft.subject, now, actor.username, draft.text.strip(),
                    run=place.run, link=place.link,
                )
            )  # fmt: skip
            people.tell(unit, path.entity, project.key, "", comment.text, now, actor.username, comment_id=comment.id)
            _note(unit, actor, path, "add", comment, now)
        return _shown(comment, actor, path.entity)

    def edit(self, actor: Actor, path: ProjectPath, comment_id: int, edit: messages.CommentEdit) -> messages.Comment:
        """Raises Forbidden to everybody but its author."""
        domain.check_text(edit.text)
        place = _checked(edit.place)
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            project, before = _find(unit, actor, path, comment_id)
            if before.who != actor.username:
                raise Forbidden(action="comment:write", whom=f"{before.who}, who wrote it")
            comment = replace(before, text=edit.text.strip(), edited_at=now)
            if comment.text == before.text:
                return _shown(before, actor, path.entity)
            if place is not None:
                comment = replace(comment, run=place.run, link=place.link)
            unit.comments.save(comment)
            people.tell(unit, path.entity, project.key, before.text, comment.text, now, actor.username, comment_id=comment.id)
            _note(unit, actor, path, "edit", comment, now)
        return _shown(comment, actor, path.entity)

    def delete(self, actor: Actor, path: ProjectPath, comment_id: int) -> None:
        """For good. Raises Forbidden to who is neither its author nor an admin of the entity."""
        now = self._stores.now()
        with self._stores.metadata.begin() as unit:
            project, comment = _find(unit, actor, path, comment_id)
            if not _may_delete(actor, path.entity, comment):
                raise Forbidden(action="comment:write", whom=f"{comment.who}, who wrote it, or an admin of {path.entity}")
            unit.comments.remove(project.key, comment.id)
            _note(unit, actor, path, "delete", comment, now)


def _checked(place: messages.Place | None) -> messages.Place | None:
    if place is not None:
        domain.check_place(place.run, place.link)
    return place


def _find(unit: Unit, actor: Actor, path: ProjectPath, comment_id: int) -> tuple[Project, Comment]:
    project = find_project(unit, actor, path, "comment:write")
    comment = unit.comments.get(project.key, comment_id)
    if comment is None:
        raise NotFound(what="comment", name=str(comment_id))
    return project, comment


def _may_delete(actor: Actor, entity: str, comment: Comment) -> bool:
    is_admin = access.role_in(actor, entity) == "admin"
    return access.may(actor, "comment:write", entity) and (comment.who == actor.username or is_admin)


def _note(unit: Unit, actor: Actor, path: ProjectPath, verb: str, comment: Comment, now: float) -> None:
    about = {"kind": comment.kind, "about": comment.subject, "comment": comment.id}
    kind = {"add": "CommentAdded", "edit": "CommentEdited", "delete": "CommentDeleted"}[verb]
    unit.events.add(Event(kind, comment.project_key, str(path), now, actor.username, about))
    audit.note(unit, actor, f"comment:{verb}", str(path), now, **about, author=comment.who)


def _shown(comment: Comment, actor: Actor, entity: str) -> messages.Comment:
    can_edit = comment.who == actor.username and access.may(actor, "comment:write", entity)
    return messages.Comment(
        comment.id, comment.who, comment.at, comment.edited_at, comment.text, can_edit, _may_delete(actor, entity, comment)
    )
