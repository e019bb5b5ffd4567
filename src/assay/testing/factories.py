"""Domain objects to order: everything has a sensible value, and a test names only what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from assay.server.domain.accounts import Actor, ApiKey, Role, Session, User
from assay.server.domain.artifacts import Collection, Draft, Edge, Version
from assay.server.domain.buckets import TeamBucket
from assay.server.domain.comments import Comment
from assay.server.domain.events import AuditEntry, Event
from assay.server.domain.mentions import Mention
from assay.server.domain.presets import Preset
from assay.server.domain.projects import Project
from assay.server.domain.runs import Alert, Run, RunFile
from assay.server.domain.saved_views import View
from assay.server.ports.metadata import Unit
from assay.testing.clock import START
from assay.wire import records
from assay.wire.batch import Batch


def a_user(**fields: Any) -> User:
    given = {"id": 1, "username": "ann", "display_name": "Ann", "password_hash": "", "is_admin": False, "created_at": START}
    return User(**{**given, **fields})


def an_actor(username: str = "ann", user_id: int = 1, *, is_admin: bool = False, roles: dict[str, Role] | None = None) -> Actor:
    """Someone who owns their own space, with `roles` in teams beside it."""
    return Actor(user_id, username, is_admin, {username: "admin", **(roles or {})})


def a_key(**fields: Any) -> ApiKey:
    given = {"id": "k1", "user_id": 1, "name": "laptop", "secret_hash": "0" * 64, "created_at": START}
    return ApiKey(**{**given, **fields})


def a_session(**fields: Any) -> Session:
    given = {"token_hash": "5" * 64, "user_id": 1, "created_at": START, "expires_at": START + 3600}
    return Session(**{**given, **fields})


def a_project(**fields: Any) -> Project:
    given = {"key": 1, "entity": "ann", "name": "digits", "description": "", "created_at": START, "last_activity_at": START}
    return Project(**{**given, **fields})


def a_run(project: Project | None = None, **fields: Any) -> Run:
    """A running run, not yet stored: `key` and `ordinal` are 0."""
    home = project or a_project()
    given: dict[str, Any] = {
        "key": 0,
        "project_key": home.key,
        "entity": home.entity,
        "project": home.name,
        "id": "r1",
        "name": "brisk-fern-1",
        "ordinal": 0,
        "state": "running",
        "user": "ann",
        "created_at": START,
        "started_at": START,
        "heartbeat_at": START,
    }
    return Run(**{**given, **fields})


def an_alert(run_key: int, **fields: Any) -> Alert:
    given = {"id": 0, "title": "loss is NaN", "text": "since step 7", "level": "warn", "time": START, "step": 7}
    return Alert(**{"run_key": run_key, **given, **fields})


def a_file(**fields: Any) -> RunFile:
    given = {"path": "notes/readme.md", "digest": "sha256:" + "0" * 64, "size": 3, "updated_at": START}
    return RunFile(**{**given, **fields})


def a_view(project: Project | None = None, **fields: Any) -> View:
    """A personal view of a workspace, not yet stored: `key` and `revision` are 0."""
    given: dict[str, Any] = {
        "key": 0, "project_key": (project or a_project()).key, "id": "v1", "page": "workspace", "name": "mine",
        "sharing": "personal", "owner": "ann", "created_at": START, "updated_at": START, "updated_by": "ann",
    }  # fmt: skip
    return View(**{**given, **fields})


def a_preset(entity_id: int = 1, **fields: Any) -> Preset:
    """A preset of a custom chart, not yet stored: `key` and `revision` are 0."""
    given: dict[str, Any] = {
        "key": 0, "entity_id": entity_id, "name": "rates", "label": "", "created_at": START, "created_by": "ann",
        "updated_at": START, "updated_by": "ann", "spec": {"mark": "line"},
    }  # fmt: skip
    return Preset(**{**given, **fields})


def a_comment(project: Project | None = None, **fields: Any) -> Comment:
    """A comment on the region `a1`, not yet stored: `id` is 0."""
    given: dict[str, Any] = {
        "id": 0, "project_key": (project or a_project()).key, "kind": "region", "subject": "a1", "at": START, "who": "ann",
        "text": "here it bends",
    }  # fmt: skip
    return Comment(**{**given, **fields})


def a_mention(user_id: int, project: Project | None = None, **fields: Any) -> Mention:
    """In the project's note, not yet stored: `id` is 0."""
    given: dict[str, Any] = {
        "id": 0, "user_id": user_id, "project_key": (project or a_project()).key, "run_key": None, "comment_id": None,
        "at": START, "by": "bob", "text": "see @ann",
    }  # fmt: skip
    return Mention(**{**given, **fields})


def a_collection(project: Project | None = None, **fields: Any) -> Collection:
    """A collection of datasets, not yet stored: `key` is 0."""
    given = {"key": 0, "project_key": (project or a_project()).key, "name": "cats", "type": "dataset"}
    return Collection(**{**given, "created_at": START, "updated_at": START, **fields})


def a_version(collection: Collection, **fields: Any) -> Version:
    """A version of three bytes in a file, not yet stored: `key` and `number` are 0."""
    given: dict[str, Any] = {
        "key": 0, "collection_key": collection.key, "number": 0, "digest": "sha256:" + "1" * 64,
        "manifest": "sha256:" + "2" * 64, "size": 3, "new_size": 3, "file_count": 1, "created_at": START, "created_by": "ann",
        "updated_at": START,
    }  # fmt: skip
    return Version(**{**given, **fields})


def an_edge(version: Version, run: Run, **fields: Any) -> Edge:
    """The run took the version in."""
    given: dict[str, Any] = {
        "version_key": version.key, "run_key": run.key, "kind": "in", "role": "", "at": START, "project_key": run.project_key,
        "run_id": run.id, "run_name": run.name,
    }  # fmt: skip
    return Edge(**{**given, **fields})


def an_artifact_draft(project: Project, **fields: Any) -> Draft:
    given: dict[str, Any] = {
        "id": "d1", "project_key": project.key, "name": "cats", "type": "dataset", "request": b"{}", "created_at": START,
        "touched_at": START, "by": "ann",
    }  # fmt: skip
    return Draft(**{**given, **fields})


def a_team_bucket(entity_id: int, **fields: Any) -> TeamBucket:
    """Current, not yet stored: `key` is 0."""
    given: dict[str, Any] = {
        "key": 0, "entity_id": entity_id, "address": "s3://ours/assay", "endpoint": "", "region": "eu-central-1",
        "is_direct": True, "is_trusted": False, "folder": "assay-1", "keys": b"sealed", "created_at": START,
        "created_by": "ann", "rotated_at": START, "rotated_by": "ann",
    }  # fmt: skip
    return TeamBucket(**{**given, **fields})


def an_event(**fields: Any) -> Event:
    given = {"kind": "RunStarted", "project_key": 1, "subject": "ann/digits/r1", "at": START, "actor": "ann"}
    return Event(**{**given, **fields})


def an_audit_entry(**fields: Any) -> AuditEntry:
    given = {"at": START, "action": "key.create", "actor": "ann", "via": "session", "address": "", "subject": "k1", "data": {}}
    return AuditEntry(**{**given, **fields})


def a_batch(
    rows: Sequence[dict[str, Any]] = (),
    *,
    writer: str = "w1",
    first_seq: int = 0,
    first_step: int = 0,
    at: float = START,
    events: Iterable[records.Event] = (),
    channel: records.Channel = "history",
) -> Batch:
    """`rows` of history at the steps `first_step …`, a second apart, then `events`, numbered from `first_seq`."""
    shapes: dict[int, records.Shape] = {}
    numbered: list[records.Record] = []
    known: dict[tuple[str, ...], int] = {}
    for index, row in enumerate(rows):
        keys = tuple(row)
        shape = known.setdefault(keys, len(known))
        shapes[shape] = records.Shape(shape, list(keys), channel)
        numbered.append(records.Row(shape, first_step + index, at + index, list(row.values())))
    numbered += events
    return Batch.fold(writer, enumerate(numbered, first_seq), shapes)


def stored_project(unit: Unit, username: str = "ann", project: str = "digits") -> Project:
    """A user and a project of theirs, made in `unit` if they are not there."""
    if unit.accounts.user(username) is None:
        unit.accounts.add_user(username, username.title(), "", False, START)
    return unit.projects.add(username, project, START)
