"""A MetadataStore in dictionaries: the plain model that the suites compare others with, and the one for tests of services."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assay.server.domain.accounts import ApiKey, Ended, Role, Session, User
from assay.server.domain.artifacts import Acceptance, AliasChange, Collection, Draft, Edge, Fault, Rule, Version
from assay.server.domain.buckets import TeamBucket
from assay.server.domain.comments import Comment
from assay.server.domain.errors import ReadOnlyUnit
from assay.server.domain.events import AuditEntry, Event, seal, verify_chain
from assay.server.domain.mentions import Mention
from assay.server.domain.presets import Preset, PresetVersion
from assay.server.domain.projects import Project
from assay.server.domain.runs import Alert, Run, RunFile, Writer
from assay.server.domain.saved_views import View, ViewVersion
from assay.server.domain.teams import Entity, Member
from assay.server.domain.transfers import Transfer
from assay.server.domain.turns import Turn
from assay.server.domain.undos import UndoPart
from assay.testing.memory.metadata_artifacts import Content, MemoryArtifacts, MemoryBuckets, MemoryContents, MemoryFaults
from assay.testing.memory.metadata_comments import MemoryComments, MemoryMentions
from assay.testing.memory.metadata_moves import MemoryMoves
from assay.testing.memory.metadata_presets import MemoryPresets
from assay.testing.memory.metadata_runs import MemoryProjects, MemoryRuns
from assay.testing.memory.metadata_views import MemoryUndos, MemoryViews
from assay.wire.errors import Conflict, NotFound

FILE = "metadata.pickle"


@dataclass(slots=True)
class State:
    """All rows. A unit works on a copy of every table; rows are never changed, only replaced."""

    entities: dict[str, Entity] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    members: dict[tuple[str, str], Role] = field(default_factory=dict)
    keys: dict[str, ApiKey] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    links: dict[str, tuple[int, float]] = field(default_factory=dict)
    projects: dict[int, Project] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    files: dict[tuple[int, str], RunFile] = field(default_factory=dict)
    alerts: dict[int, tuple[int, Alert]] = field(default_factory=dict)
    changes: dict[int, tuple[int, float, str, Any, str]] = field(default_factory=dict)
    seqs: dict[tuple[int, str], int] = field(default_factory=dict)
    writers: dict[tuple[int, str], Writer] = field(default_factory=dict)
    turns: dict[int, Turn] = field(default_factory=dict)
    notes: dict[int, tuple[int, int | None, float, str, str]] = field(default_factory=dict)
    addresses: dict[tuple[int, str], int] = field(default_factory=dict)
    transfers: dict[int, Transfer] = field(default_factory=dict)
    views: dict[int, View] = field(default_factory=dict)
    view_versions: dict[tuple[int, int], ViewVersion] = field(default_factory=dict)
    view_links: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)
    presets: dict[int, Preset] = field(default_factory=dict)
    preset_versions: dict[tuple[int, int], PresetVersion] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    mentions: dict[int, Mention] = field(default_factory=dict)
    undos: dict[tuple[str, int], UndoPart] = field(default_factory=dict)
    collections: dict[int, Collection] = field(default_factory=dict)
    versions: dict[int, Version] = field(default_factory=dict)
    aliases: dict[tuple[int, str], int] = field(default_factory=dict)
    alias_changes: dict[int, tuple[int, AliasChange]] = field(default_factory=dict)
    edges: dict[int, Edge] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    draft_pages: dict[tuple[str, int], bytes] = field(default_factory=dict)
    rules: dict[int, list[Rule]] = field(default_factory=dict)
    contents: dict[tuple[int, str], Content] = field(default_factory=dict)
    releases: dict[int, tuple[int, str]] = field(default_factory=dict)
    buckets: dict[int, TeamBucket] = field(default_factory=dict)
    clearings: dict[tuple[int, int], None] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    acceptances: dict[tuple[str, int], Acceptance] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)
    audit: dict[int, AuditEntry] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def copy(self) -> State:
        return State(**{name: copy(getattr(self, name)) for name in State.__dataclass_fields__})

    def next(self, counter: str) -> int:
        self.counters[counter] = self.counters.get(counter, 0) + 1
        return self.counters[counter]


class MemoryMetadataStore:
    def __init__(self, state: State | None = None) -> None:
        self._state = state or State()
        self._turn = threading.Lock()

    @classmethod
    def load(cls, folder: str) -> MemoryMetadataStore:
        """The store that `snapshot` put into `folder`."""
        return cls(pickle.loads((Path(folder) / FILE).read_bytes()))

    @contextmanager
    def begin(self) -> Iterator[MemoryUnit]:
        with self._turn:
            draft = self._state.copy()
            yield MemoryUnit(draft)
            self._state = draft

    @contextmanager
    def read(self) -> Iterator[MemoryUnit]:
        view = self._state
        draft = view.copy()
        yield MemoryUnit(draft)
        if draft != view:
            raise ReadOnlyUnit("a unit of work that only reads was asked to write")

    def snapshot(self, folder: str) -> None:
        (Path(folder) / FILE).write_bytes(pickle.dumps(self._state))

    def verify(self) -> list[str]:
        broken = verify_chain(self._state.audit.values())
        return [broken] if broken else []

    def close(self) -> None: ...


class MemoryUnit:
    def __init__(self, state: State) -> None:
        self.accounts = MemoryAccounts(state)
        self.teams = MemoryTeams(state)
        self.projects = MemoryProjects(state)
        self.runs = MemoryRuns(state)
        self.moves = MemoryMoves(state)
        self.views = MemoryViews(state)
        self.presets = MemoryPresets(state)
        self.comments = MemoryComments(state)
        self.mentions = MemoryMentions(state)
        self.undos = MemoryUndos(state)
        self.artifacts = MemoryArtifacts(state)
        self.contents = MemoryContents(state)
        self.buckets = MemoryBuckets(state)
        self.faults = MemoryFaults(state)
        self.events = MemoryEvents(state)
        self.audit = MemoryAudit(state)
        self.values = MemoryValues(state)


class MemoryAccounts:
    def __init__(self, state: State) -> None:
        self._state = state

    def add_user(self, username: str, display_name: str, password_hash: str, is_admin: bool, at: float) -> User:
        entity = _add_entity(self._state, Entity(0, username, "user", at))
        self._state.users[entity.id] = User(entity.id, username, display_name, password_hash, is_admin, at)
        return self._state.users[entity.id]

    def user(self, username: str) -> User | None:
        return next((user for user in self._state.users.values() if user.username == username), None)

    def user_by_id(self, user_id: int) -> User | None:
        return self._state.users.get(user_id)

    def users(self) -> list[User]:
        return sorted(self._state.users.values(), key=lambda user: user.username)

    def save_user(self, user: User) -> None:
        if user.id not in self._state.users:
            raise NotFound(what="user", name=user.username)
        self._state.users[user.id] = user

    def add_key(self, key: ApiKey) -> None:
        if key.id in self._state.keys:
            raise Conflict(detail=f"There is a key {key.id!r} already")
        self._state.keys[key.id] = key

    def key(self, key_id: str) -> ApiKey | None:
        return self._state.keys.get(key_id)

    def keys(self, user_id: int) -> list[ApiKey]:
        mine = [key for key in self._state.keys.values() if key.user_id == user_id]
        return sorted(mine, key=lambda key: (key.created_at, key.id))

    def save_key(self, key: ApiKey) -> None:
        if key.id not in self._state.keys:
            raise NotFound(what="key", name=key.id)
        self._state.keys[key.id] = key

    def add_session(self, session: Session) -> None:
        self._state.sessions[session.token_hash] = session

    def session(self, token_hash: str) -> Session | None:
        return self._state.sessions.get(token_hash)

    def end_session(self, token_hash: str) -> None:
        self._state.sessions.pop(token_hash, None)

    def end_sessions(self, user_id: int) -> None:
        for session in list(self._state.sessions.values()):
            if session.user_id == user_id:
                del self._state.sessions[session.token_hash]
        for token in [token for token, (owner, _) in self._state.links.items() if owner == user_id]:
            del self._state.links[token]

    def end_all(self, user_id: int | None, at: float) -> Ended:
        def is_theirs(owner: int) -> bool:
            return user_id is None or owner == user_id

        state = self._state
        sessions = [session for session in state.sessions.values() if is_theirs(session.user_id)]
        keys = [key for key in state.keys.values() if is_theirs(key.user_id) and not key.revoked_at]
        links = {token: until for token, (owner, until) in state.links.items() if is_theirs(owner)}
        for session in sessions:
            del state.sessions[session.token_hash]
        for key in keys:
            state.keys[key.id] = replace(key, revoked_at=at)
        for token in links:
            del state.links[token]
        good = [session for session in sessions if session.expires_at > at]
        return Ended(len(good), len(keys), sum(until > at for until in links.values()))

    def add_link(self, token_hash: str, user_id: int, expires_at: float) -> None:
        self._state.links[token_hash] = (user_id, expires_at)

    def take_link(self, token_hash: str, now: float) -> int | None:
        user_id, expires_at = self._state.links.pop(token_hash, (0, 0.0))
        return user_id if expires_at > now else None


def _add_entity(state: State, entity: Entity) -> Entity:
    if entity.name in state.entities:
        raise Conflict(detail=f"There is a user or team {entity.name!r} already. Choose another name")
    state.entities[entity.name] = replace(entity, id=state.next("entity"))
    return state.entities[entity.name]


class MemoryTeams:
    def __init__(self, state: State) -> None:
        self._state = state

    def add_team(self, name: str, at: float) -> Entity:
        return _add_entity(self._state, Entity(0, name, "team", at))

    def entity(self, name: str) -> Entity | None:
        return self._state.entities.get(name)

    def entities(self) -> list[Entity]:
        return sorted(self._state.entities.values(), key=lambda entity: entity.name)

    def set_member(self, entity: str, username: str, role: Role) -> None:
        self._check(entity, username)
        self._state.members[entity, username] = role

    def remove_member(self, entity: str, username: str) -> None:
        self._check(entity, username)
        self._state.members.pop((entity, username), None)

    def _check(self, entity: str, username: str) -> None:
        for what, name, kind in (("team", entity, "team"), ("user", username, "user")):
            found = self._state.entities.get(name)
            if found is None or found.kind != kind:
                raise NotFound(what=what, name=name)

    def members(self, entity: str) -> list[Member]:
        return [Member(team, user, role) for (team, user), role in sorted(self._state.members.items()) if team == entity]

    def roles(self, user_id: int) -> dict[str, Role]:
        user = self._state.users.get(user_id)
        if user is None:
            return {}
        teams = {team: role for (team, name), role in self._state.members.items() if name == user.username}
        return {user.username: "admin", **teams}


class MemoryEvents:
    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, *events: Event) -> None:
        for event in events:
            number = self._state.next("event")
            self._state.events[number] = replace(event, id=number)

    def after(self, event_id: int, limit: int) -> list[Event]:
        return [event for number, event in self._state.events.items() if number > event_id][:limit]


class MemoryAudit:
    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, entry: AuditEntry) -> AuditEntry:
        last = len(self._state.audit)
        sealed = seal(entry, last + 1, self._state.audit[last].hash if last else "")
        self._state.audit[last + 1] = sealed
        return sealed

    def list(self, after: int, limit: int) -> list[AuditEntry]:
        return [entry for number, entry in self._state.audit.items() if number > after][:limit]


class MemoryValues:
    def __init__(self, state: State) -> None:
        self._state = state

    def get(self, name: str) -> str | None:
        return self._state.values.get(name)

    def set(self, name: str, value: str) -> None:
        self._state.values[name] = value
