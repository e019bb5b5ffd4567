"""Nouns and their relations, config, summaries set by hand, permissions, the event log."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assay.server.domain.accounts import ApiKey, Ended, Role, Session, User
from assay.server.domain.comments import Comment, SubjectKind
from assay.server.domain.events import AuditEntry, Event
from assay.server.domain.filters import Field, Filter
from assay.server.domain.mentions import Mention
from assay.server.domain.presets import Preset, PresetVersion
from assay.server.domain.projects import Project
from assay.server.domain.runs import Alert, Run, RunFile, Writer
from assay.server.domain.saved_views import View, ViewVersion
from assay.server.domain.teams import Entity, Member
from assay.server.domain.transfers import Transfer
from assay.server.domain.turns import Turn
from assay.server.domain.undos import UndoPart
from assay.server.ports.metadata_artifacts import Artifacts, Buckets, Contents, Faults
from assay.wire.messages.runs import MetricDefinition

Int64 = NDArray[np.int64]


class Accounts(Protocol):
    def add_user(self, username: str, display_name: str, password_hash: str, is_admin: bool, at: float) -> User:
        """Also makes the user's entity. Raises Conflict if a user or team has the name."""

    def user(self, username: str) -> User | None: ...
    def user_by_id(self, user_id: int) -> User | None: ...
    def users(self) -> list[User]: ...
    def save_user(self, user: User) -> None: ...
    def add_key(self, key: ApiKey) -> None: ...
    def key(self, key_id: str) -> ApiKey | None: ...
    def keys(self, user_id: int) -> list[ApiKey]: ...
    def save_key(self, key: ApiKey) -> None: ...
    def add_session(self, session: Session) -> None: ...
    def session(self, token_hash: str) -> Session | None: ...
    def end_session(self, token_hash: str) -> None: ...
    def end_sessions(self, user_id: int) -> None:
        """End every session of the user, and every one-time link that would open one."""

    def end_all(self, user_id: int | None, at: float) -> Ended:
        """End every session, key and one-time link of the user, of everybody with None. Keys stay listed, as revoked at `at`.
        Sessions and links that had run out by then, and keys that were revoked, are not counted."""

    def add_link(self, token_hash: str, user_id: int, expires_at: float) -> None:
        """A one-time sign-in link."""

    def take_link(self, token_hash: str, now: float) -> int | None:
        """The link's user id, once: the second call answers None, as for an expired or unknown link."""


class Teams(Protocol):
    def add_team(self, name: str, at: float) -> Entity:
        """Raises Conflict if a user or team has the name."""

    def entity(self, name: str) -> Entity | None: ...
    def entities(self) -> list[Entity]: ...
    def set_member(self, entity: str, username: str, role: Role) -> None: ...
    def remove_member(self, entity: str, username: str) -> None: ...
    def members(self, entity: str) -> list[Member]: ...
    def roles(self, user_id: int) -> dict[str, Role]:
        """Entity name → role: the user's own entity as admin, and the teams."""


class Projects(Protocol):
    def get(self, entity: str, name: str) -> Project | None: ...
    def by_key(self, key: int) -> Project | None: ...
    def add(self, entity: str, name: str, at: float) -> Project:
        """The project, made if it did not exist (safe under races)."""

    def save(self, project: Project) -> None:
        """The description. Raises NotFound if the project was deleted."""

    def touch(self, key: int, at: float) -> None:
        """Something happened in it `at` a time; nothing else changes. Raises NotFound if the project was deleted."""

    def list(self, entities: Sequence[str] | None, cursor: str, limit: int) -> tuple[list[Project], int, str]:
        """(page, total, next cursor), newest activity first, with run counts. `entities` None: all."""

    def delete(self, key: int) -> None: ...


class Runs(Protocol):
    """Every method but `add` leaves deleted runs out unless asked."""

    def get(self, project_key: int, run_id: str, with_deleted: bool = False) -> Run | None: ...
    def by_key(self, key: int) -> Run | None: ...
    def by_keys(self, keys: Sequence[int], *, whole: bool = True, with_deleted: bool = False) -> list[Run]:
        """In the order of `keys`; unknown ones are left out. Not `whole`: config, summary, environment stay empty."""

    def by_ids(self, project_key: int, run_ids: Sequence[str]) -> list[Run]:
        """Light (not whole), in the order of `run_ids`; unknown ones are left out."""

    def add(self, run: Run) -> Run:
        """With its `ordinal`, and its `key` unless it brings a reserved one. Raises Conflict if the id exists, deleted or not."""

    def save(self, run: Run, *, expected: Run | None = None) -> Run:
        """All fields and, where they changed, config and summary values; the answer has the new revision. Raises StaleWrite
        if `expected` is not what is stored (compared by revision), NotFound if the run was purged. A heartbeat never moves
        back. A run that is not whole keeps the config, summary and environment it has."""

    def next_name_number(self, project_key: int) -> int: ...
    def touch(self, heartbeats: dict[int, float]) -> None:
        """Move heartbeats of many runs at once: run key → time. Never back, and no revision changes."""

    def silent_since(self, before: float) -> list[Run]:
        """Live runs whose last heartbeat is older."""

    def keys_of(self, project_key: int, run_ids: Sequence[str]) -> Int64:
        """Keys of the runs with these ids, ascending, those in the trash among them; unknown ones are left out."""

    def matching(
        self,
        project_key: int,
        where: Filter,
        *,
        search: str = "",
        is_regex: bool = False,
        only_names: bool = False,
        trash: bool = False,
    ) -> Int64:
        """Keys of the runs that match, ascending. The filter has no conditions on metrics, `last_step` or `tags.KEY`: the service
        joins those. A condition on `summary.KEY` sees values set by hand only. `is_regex`: `search` is one regular expression
        (raises InvalidFilter) instead of words. `only_names`: it looks in names alone."""

    def places(self, keys: Int64) -> Int64:
        """(n, 2): key and project of the runs with these keys, those in the trash among them, by key. For many at once."""

    def in_environment(self, project_keys: Sequence[int], text: str) -> Int64:
        """Keys of the projects' runs, those in the trash among them, in whose environment as compact JSON `text` stands."""

    def values(self, project_key: int, fields: Sequence[Field], runs: Int64) -> list[dict[int, Any]]:
        """For each field (not metrics): run key → value, absent where the run has none."""

    def columns(
        self, project_key: int, section: str, prefix: str, limit: int, offset: int
    ) -> tuple[list[tuple[str, str, int, bool]], int]:
        """Config or summary paths in use: (path, kinds, run count, whether values differ between runs), and their total.
        `prefix` also matches inside the path. Sorted by path. Kinds are letters: f float, i integer, b boolean, s text,
        l list, z null."""

    def definitions(self, project_key: int, keys: Sequence[int] | None = None) -> dict[int, tuple[MetricDefinition, ...]]:
        """Run key → metric definitions, for the project's runs (or those of `keys`) that have any, those in the trash among
        them. Runs that define the same share one object."""

    def forget(self, keys: Sequence[int]) -> None:
        """Purge."""

    def deleted_before(self, before: float) -> list[Run]: ...

    def files(self, run_key: int, paths: Sequence[str] | None = None) -> list[RunFile]:
        """By path; of `paths` those that are there."""

    def file_sizes(self, project_keys: Sequence[int]) -> dict[int, int]:
        """Project → bytes of its runs' files, those in the trash among them, where there are any."""

    def file_count(self, run_key: int) -> int: ...
    def save_file(self, run_key: int, file: RunFile) -> None: ...
    def alerts(self, project_key: int, run_key: int | None = None, *, limit: int) -> list[Alert]:
        """Newest first, so many of them at most."""

    def add_alert(self, project_key: int, alert: Alert) -> Alert | None:
        """None if the same (run, time, title) is there already."""

    def config_history(self, run_key: int) -> list[tuple[float, str, Any, str]]:
        """(time, path, value, who), oldest first."""

    def add_config_change(self, run_key: int, at: float, path: str, value: Any, who: str) -> None: ...

    def applied_seq(self, run_key: int, writer: str) -> int:
        """The highest event sequence of the writer that a unit of work has applied; −1 if none. With it a batch whose
        events were committed is not applied twice."""

    def set_applied_seq(self, run_key: int, writer: str, seq: int) -> None: ...
    def writers(self, run_key: int) -> list[Writer]:
        """The run's writers in the order they were first saved."""

    def save_writer(self, run_key: int, writer: Writer) -> None: ...

    def turns(self, run_keys: Sequence[int]) -> list[Turn]:
        """By run, in the order in which they were added."""

    def add_turn(self, turn: Turn) -> None: ...

    def add_note(self, project_key: int, run_key: int | None, at: float, who: str, text: str) -> None:
        """Notes that `who` wrote at a run, or (without one) at the project itself."""

    def notes(self, project_key: int, run_key: int | None, limit: int) -> list[tuple[float, str, str]]:
        """(time, who, text), newest first."""


class Moves(Protocol):
    """Runs that change their project: the move itself, the addresses they had before, transfers that are under way."""

    def reserve(self, project_key: int) -> int:
        """A run key that no run has had and none will get by itself: for a copy whose data arrives before its row."""

    def begin(self, transfers: Sequence[Transfer]) -> None:
        """Write down that data is on its way, instead of what was written down for the same runs."""

    def under_way(self) -> list[Transfer]:
        """By run key."""

    def end(self, run_keys: Sequence[int]) -> None: ...
    def move(self, before: Run, project_key: int, run_id: str, ordinal: int = 0) -> Run:
        """The run with all that hangs on it in another project, where it is `run_id`; its key stays. `ordinal` 0: the project's
        next one. Its old address leads to it from now on. `before` is whole. Raises StaleWrite if it is not what is stored
        (compared by revision), Conflict if a run has the id."""

    def copy_parts(self, source_key: int, run: Run) -> None:
        """Give the new `run` what hangs on another one: files, alerts, earlier config and notes, writers with their marks."""

    def moved(self, project_key: int, run_id: str) -> int | None:
        """Key of the run that had this address before it moved."""

    def holders(self, project_key: int, run_ids: Sequence[str]) -> dict[str, int]:
        """Id → key of the run that has it, in the trash too, or that had it before it moved."""


class Views(Protocol):
    """Saved views of projects. Every method but `get` leaves deleted ones out."""

    def get(self, project_key: int, view_id: str, *, with_deleted: bool = False) -> View | None: ...
    def add(self, view: View) -> View:
        """With `key` and revision 1, which is its first version. Raises Conflict if the project has the id."""

    def save(self, view: View, *, expected: View, is_version: bool = True) -> View:
        """Everything but id, page, owner and creation. Raises StaleWrite if `expected` is not what is stored (compared by
        revision). `is_version`: with the next revision, which is kept as a version; only the newest VIEW_VERSIONS are. The
        newest version of a shared view is shared from then on. Becoming the default ends another view's being it."""

    def versions(self, view_key: int) -> list[ViewVersion]:
        """Newest first, without their spec."""

    def version(self, view_key: int, revision: int) -> ViewVersion | None: ...
    def forget_before(self, before: float) -> int:
        """Forget views that were deleted earlier; answers how many."""

    def link(self, project_key: int, link_id: str) -> dict[str, Any] | None: ...
    def add_link(self, project_key: int, link_id: str, spec: dict[str, Any], at: float, who: str) -> None:
        """Free if it is there."""

    def link_count(self, project_key: int) -> int: ...
    def list(self, project_key: int, page: str, owner: str) -> list[View]:
        """Shared ones and those of `owner`, without their spec, in the order in which they were made. `page` empty: all."""


class Presets(Protocol):
    """Presets of custom charts, by entity."""

    def get(self, entity_id: int, name: str, *, with_deleted: bool = False) -> Preset | None: ...
    def add(self, preset: Preset) -> Preset:
        """With `key` and revision 1, which is its first version. Raises Conflict if the entity has the name, deleted or not."""

    def save(self, preset: Preset, *, expected: Preset, is_version: bool = True) -> Preset:
        """Label, spec, who saved it when, and whether it is deleted. Raises StaleWrite if `expected` is not what is stored
        (compared by revision). `is_version`: with the next revision, which is kept as a version; only the newest PRESET_VERSIONS
        are."""

    def versions(self, preset_key: int) -> list[PresetVersion]:
        """Newest first, without their spec."""

    def version(self, preset_key: int, revision: int) -> PresetVersion | None: ...
    def forget_before(self, before: float) -> int:
        """Forget presets that were deleted earlier; answers how many."""

    def list(self, entity_id: int) -> list[Preset]:
        """By name, without their spec and without deleted ones."""


class Comments(Protocol):
    """Threads of comments, a thread per subject of a project."""

    def get(self, project_key: int, comment_id: int) -> Comment | None: ...
    def add(self, comment: Comment) -> Comment:
        """With its `id`."""

    def save(self, comment: Comment) -> None:
        """Text, when it was edited, and where the thing is seen."""

    def remove(self, project_key: int, comment_id: int) -> None: ...
    def counts(self, project_key: int, kind: SubjectKind, subjects: Sequence[str]) -> dict[str, int]:
        """Where there are any."""

    def list(self, project_key: int, kind: SubjectKind, subject: str) -> list[Comment]:
        """In the order in which they were added."""


class Mentions(Protocol):
    """Where people were named. One goes with its comment, its run and its project."""

    def add(self, mention: Mention, *, keep: int) -> None:
        """Of the user's mentions the newest `keep` stay."""

    def of_user(self, user_id: int) -> list[Mention]:
        """Newest first."""

    def mark_read(self, user_id: int, ids: Sequence[int], at: float) -> None:
        """Those of `ids` that are the user's and unread."""


class Undos(Protocol):
    """What edits of many runs changed, in parts, until it is undone or too old."""

    def add(self, part: UndoPart) -> None: ...
    def parts(self, project_key: int, token: str) -> list[UndoPart]:
        """In the order of `number`."""

    def remove(self, token: str, number: int) -> None: ...
    def forget_before(self, before: float) -> int: ...


class Events(Protocol):
    def add(self, *events: Event) -> None: ...
    def after(self, event_id: int, limit: int) -> list[Event]: ...


class Audit(Protocol):
    def add(self, entry: AuditEntry) -> AuditEntry:
        """Gives sequence and hashes; the chain has no forks."""

    def list(self, after: int, limit: int) -> list[AuditEntry]: ...


class Values(Protocol):
    """Small installation-wide values: the signing secret, schema notes."""

    def get(self, name: str) -> str | None: ...
    def set(self, name: str, value: str) -> None: ...


class Unit(Protocol):
    @property
    def accounts(self) -> Accounts: ...
    @property
    def teams(self) -> Teams: ...
    @property
    def projects(self) -> Projects: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def moves(self) -> Moves: ...
    @property
    def views(self) -> Views: ...
    @property
    def presets(self) -> Presets: ...
    @property
    def comments(self) -> Comments: ...
    @property
    def mentions(self) -> Mentions: ...
    @property
    def undos(self) -> Undos: ...
    @property
    def artifacts(self) -> Artifacts: ...
    @property
    def contents(self) -> Contents: ...
    @property
    def buckets(self) -> Buckets: ...
    @property
    def faults(self) -> Faults: ...
    @property
    def events(self) -> Events: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def values(self) -> Values: ...


class MetadataStore(Protocol):
    """A unit of work commits all or nothing, with its events, when its block ends without an exception. A lost update is a
    StaleWrite. Listings page by cursor and stay stable while rows arrive. Safe to share between threads."""

    def begin(self) -> AbstractContextManager[Unit]:
        """A writing unit of work. Units of one store are serial."""

    def read(self) -> AbstractContextManager[Unit]:
        """A consistent view; writing through it is an error."""

    def snapshot(self, folder: str) -> None:
        """A consistent copy in an empty folder, taken while writing goes on."""

    def verify(self) -> list[str]: ...
    def close(self) -> None: ...
