"""Users, sign-in, sessions, keys. Every change of a credential ends what it let in, within a second everywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from assay.server.domain.accounts import SYSTEM, Actor, ApiKey, Ended, Session, User
from assay.server.domain.mail import check_address
from assay.server.ports.metadata import Unit
from assay.server.services import access, audit, secrets
from assay.server.services.attempts import Attempts
from assay.server.services.stores import Stores
from assay.wire.errors import InvalidName, InvalidRequest, NotFound, NotSignedIn
from assay.wire.messages import accounts as messages
from assay.wire.names import LABEL_FORM, is_label, is_name
from assay.wire.version import __version__

SESSION_S = 30 * 86_400  # seconds a browser stays signed in
LINK_S = 86_400  # seconds a one-time link is good for
_REMEMBER_S = 1.0  # seconds an answer to "who is this" is reused; the bound on how long a revoked key still works elsewhere
_REMEMBER_COUNT = 10_000
_BY_LINK = "#link"  # whose failures those of links are; nobody can be called so


class AccountService:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._attempts = Attempts(stores.now)
        self._known: dict[str, tuple[float, Actor]] = {}
        self._used_keys: dict[str, float] = {}
        self._lock = threading.Lock()

    # Who is asking

    def by_session(self, token: str) -> Actor:
        """Raises NotSignedIn."""
        return self._remembered("s" + secrets.token_hash(token), self._find_session)

    def by_key(self, key: str) -> Actor:
        """Raises NotSignedIn, without telling whether the key's id exists."""
        key_id = secrets.key_id_of(key)
        if key_id is None:
            raise NotSignedIn(detail="that is not an Assay key (40 characters that begin with asy_)")
        actor = self._remembered("k" + key_id + secrets.token_hash(key), self._find_key)
        with self._lock:
            self._used_keys[key_id] = self._stores.now()
        return actor

    def forget_remembered(self) -> None:
        with self._lock:
            self._known.clear()

    def _remembered(self, mark: str, find: Callable[[str, float], Actor]) -> Actor:
        now = self._stores.now()
        known = self._known.get(mark)
        if known is not None and 0 <= now - known[0] < _REMEMBER_S:
            return known[1]
        actor = find(mark[1:], now)
        with self._lock:
            if len(self._known) >= _REMEMBER_COUNT:
                self._known.clear()
            self._known[mark] = (now, actor)
        return actor

    def peek_session(self, token: str) -> Actor | None:
        """The actor if it is remembered: no store is asked."""
        return self._peek("s" + secrets.token_hash(token))

    def peek_key(self, key: str) -> Actor | None:
        key_id = secrets.key_id_of(key)
        return None if key_id is None else self._peek("k" + key_id + secrets.token_hash(key))

    def _peek(self, mark: str) -> Actor | None:
        known = self._known.get(mark)
        return known[1] if known is not None and 0 <= self._stores.now() - known[0] < _REMEMBER_S else None

    def _find_session(self, token_hash: str, now: float) -> Actor:
        with self._stores.metadata.read() as unit:
            session = unit.accounts.session(token_hash)
            if session is None or session.expires_at <= now:
                raise NotSignedIn(detail="the session has ended")
            actor = self._actor(unit, unit.accounts.user_by_id(session.user_id), "session")
            return replace(actor, session=token_hash)

    def _find_key(self, mark: str, _now: float) -> Actor:
        key_id, hashed = mark[:8], mark[8:]
        with self._stores.metadata.read() as unit:
            key = unit.accounts.key(key_id)
            matches = secrets.same(hashed, key.secret_hash if key is not None else "0" * 64)
            if key is None or not matches or key.revoked_at:
                raise NotSignedIn(detail="the key is unknown or was revoked")
            return self._actor(unit, unit.accounts.user_by_id(key.user_id), key.id)

    def _actor(self, unit: Unit, user: User | None, via: str) -> Actor:
        if user is None or not user.is_active:
            raise NotSignedIn(detail="the account is not active")
        return Actor(user.id, user.username, user.is_admin, unit.teams.roles(user.id), via)

    def _require_still_in(self, unit: Unit, actor: Actor) -> None:
        """Raises NotSignedIn if what the actor came in by has ended. Whoever is remembered for a moment longer must not make
        themselves a way in that stays."""
        if actor.session:
            session = unit.accounts.session(actor.session)
            is_in = session is not None and session.expires_at > self._stores.now()
        else:
            key = unit.accounts.key(actor.via)
            is_in = key is not None and not key.revoked_at
        if not is_in:
            raise NotSignedIn(detail="the session has ended" if actor.session else "the key is unknown or was revoked")

    # Signing in and out

    def sign_in(self, username: str, password: str, address: str, request_id: str = "") -> str:
        """The new session's token. Raises NotSignedIn, after the same work for a wrong name as for a wrong password."""
        with self._attempts.attempt(username, address):
            return self._sign_in(username, password, address, request_id)

    def _sign_in(self, username: str, password: str, address: str, request_id: str) -> str:
        with self._stores.metadata.read() as unit:
            user = unit.accounts.user(username) if is_name(username) else None
        matches = secrets.password_matches(user.password_hash if user is not None and user.is_active else "", password)
        at = self._stores.now()
        with self._stores.metadata.begin() as unit:
            # Looked at again: the password may have been changed, or the account ended, while this one was compared.
            if not matches or user is None or not _is_as_before(unit.accounts.user_by_id(user.id), user):
                self._attempts.failed(username, address)
                who = Actor(0, username[:128], False, via="password", address=address, request_id=request_id)
                audit.note(unit, who, "user:sign_in_failed", username[:128], at)
            else:
                who = Actor(user.id, user.username, user.is_admin, via="password", address=address, request_id=request_id)
                token = self._open_session(unit, who, at)
                self._attempts.succeeded(username, address)
                return token
        raise NotSignedIn(detail="the name or the password is wrong")

    def sign_in_by_link(self, link: str, address: str, request_id: str = "") -> str:
        """The new session's token. A link works once. Raises NotSignedIn."""
        self._attempts.check(_BY_LINK, address)
        at = self._stores.now()
        with self._stores.metadata.begin() as unit:
            user_id = unit.accounts.take_link(secrets.token_hash(link), at)
            user = unit.accounts.user_by_id(user_id) if user_id is not None else None
            if user is not None and user.is_active:
                who = Actor(user.id, user.username, user.is_admin, via="link", address=address, request_id=request_id)
                return self._open_session(unit, who, at)
        self._attempts.failed(_BY_LINK, address)
        raise NotSignedIn(detail="the link was used already or is too old. Start the server again or run `assay server link`")

    def _open_session(self, unit: Unit, who: Actor, at: float) -> str:
        token = secrets.new_token()
        unit.accounts.add_session(Session(secrets.token_hash(token), who.user_id, at, at + SESSION_S))
        audit.note(unit, who, "user:sign_in", who.username, at)
        return token

    def sign_out(self, actor: Actor, token: str) -> None:
        with self._stores.metadata.begin() as unit:
            unit.accounts.end_session(secrets.token_hash(token))
            audit.note(unit, actor, "user:sign_out", actor.username, self._stores.now())
        self.forget_remembered()

    def drop_session(self, token: str) -> None:
        """End a session that a new sign-in replaces; free if there is none."""
        with self._stores.metadata.begin() as unit:
            unit.accounts.end_session(secrets.token_hash(token))
        self.forget_remembered()

    def change_password(self, actor: Actor, current: str, new: str) -> str:
        """Ends every session and one-time link of the user and answers the token of a new session. Raises NotSignedIn if
        `current` is wrong."""
        with self._attempts.attempt(actor.username, actor.address):
            return self._change_password(actor, current, new)

    def _change_password(self, actor: Actor, current: str, new: str) -> str:
        with self._stores.metadata.read() as unit:
            user = unit.accounts.user_by_id(actor.user_id)
        assert user is not None, actor
        if user.password_hash and not secrets.password_matches(user.password_hash, current):
            self._attempts.failed(actor.username, actor.address)
            raise NotSignedIn(detail="the current password is wrong")
        hashed = secrets.hash_password(new)
        with self._stores.metadata.begin() as unit:
            self._require_still_in(unit, actor)
            fresh = unit.accounts.user_by_id(actor.user_id)
            assert fresh is not None, actor
            if fresh.password_hash != user.password_hash:
                raise NotSignedIn(detail="the current password is wrong: it was changed a moment ago")
            unit.accounts.save_user(replace(fresh, password_hash=hashed))
            unit.accounts.end_sessions(actor.user_id)
            audit.note(unit, actor, "user:change_password", actor.username, self._stores.now())
            token = self._open_session(unit, actor, self._stores.now())
        self.forget_remembered()
        return token

    def set_email(self, actor: Actor, email: str) -> messages.Me:
        """Where the actor gets mail from now on; empty: none. Raises InvalidName."""
        self._save_email(actor, actor.username, email)
        return self.me(actor)

    def _save_email(self, actor: Actor, username: str, email: str) -> None:
        if email:
            check_address(email)
        with self._stores.metadata.begin() as unit:
            user = self._named(unit, username)
            if user.email != email:
                unit.accounts.save_user(replace(user, email=email))
                audit.note(unit, actor, "user:change_email", username, self._stores.now())

    def me(self, actor: Actor) -> messages.Me:
        with self._stores.metadata.read() as unit:
            user = unit.accounts.user_by_id(actor.user_id)
        assert user is not None, actor
        teams = [messages.TeamMembership(name, role) for name, role in sorted(actor.roles.items()) if name != user.username]
        return messages.Me(
            username=user.username, display_name=user.display_name, is_admin=user.is_admin,
            has_password=bool(user.password_hash), default_entity=user.username, teams=teams, server_version=__version__,
            email=user.email,
        )  # fmt: skip

    # Keys

    def keys(self, actor: Actor) -> list[messages.Key]:
        with self._stores.metadata.read() as unit:
            return [_shown(key) for key in unit.accounts.keys(actor.user_id) if not key.revoked_at]

    def create_key(self, actor: Actor, name: str) -> messages.KeyCreated:
        """The only time the secret is shown."""
        check_key_name(name)
        with self._stores.metadata.begin() as unit:
            self._require_still_in(unit, actor)
            return self._add_key(unit, actor, actor.user_id, name)

    def _add_key(self, unit: Unit, actor: Actor, user_id: int, name: str) -> messages.KeyCreated:
        key_id, whole = secrets.new_key()
        at = self._stores.now()
        key = ApiKey(key_id, user_id, name, secrets.token_hash(whole), at)
        unit.accounts.add_key(key)
        audit.note(unit, actor, "user:create_api_key", key_id, at, name=name, user_id=user_id)
        return messages.KeyCreated(_shown(key), whole)

    def revoke_key(self, actor: Actor, key_id: str) -> None:
        """Raises NotFound for a key that is not the actor's own (an admin of the installation may revoke any)."""
        with self._stores.metadata.begin() as unit:
            key = unit.accounts.key(key_id)
            if key is None or key.revoked_at or (key.user_id != actor.user_id and not actor.is_admin):
                raise NotFound(what="key", name=key_id)
            unit.accounts.save_key(replace(key, revoked_at=self._stores.now()))
            audit.note(unit, actor, "user:delete_api_key", key_id, self._stores.now())
        self.forget_remembered()

    def save_key_use(self) -> None:
        """Write down when keys were used last; a worker calls it now and then, so that reading never writes."""
        with self._lock:
            used, self._used_keys = self._used_keys, {}
        if not used:
            return
        try:
            with self._stores.metadata.begin() as unit:
                for key_id, at in used.items():
                    key = unit.accounts.key(key_id)
                    if key is not None and at > key.last_used_at + 60:
                        unit.accounts.save_key(replace(key, last_used_at=at))
        except BaseException:
            with self._lock:
                self._used_keys = used | self._used_keys
            raise

    # Administration, from the machine that holds the data

    def add_user(
        self, actor: Actor, username: str, *, is_admin: bool = False, display_name: str = "", email: str = ""
    ) -> str:  # fmt: skip
        """A user without a password, and the token of the one-time link that lets them set one. Raises Conflict, InvalidName."""
        access.require_admin(actor, "user:write")
        check_new_user(username, email)
        at = self._stores.now()
        with self._stores.metadata.begin() as unit:
            user = unit.accounts.add_user(username, display_name or username, "", is_admin, at)
            if email:
                unit.accounts.save_user(replace(user, email=email))
            audit.note(unit, actor, "user:create", username, at, is_admin=is_admin)
            return self._add_link(unit, actor, user, at)

    def first_admin(self, username: str) -> User:
        """The first account of a new installation; an admin that exists already is answered as it is."""
        with self._stores.metadata.begin() as unit:
            admins = [user for user in unit.accounts.users() if user.is_admin and user.is_active]
            if admins:
                return admins[0]
            at = self._stores.now()
            user = unit.accounts.add_user(username if is_name(username) else "admin", username, "", True, at)
            audit.note(unit, SYSTEM, "user:create", user.username, at, is_admin=True)
            return user

    def users(self, actor: Actor) -> list[User]:
        access.require_admin(actor, "user:write")
        with self._stores.metadata.read() as unit:
            return unit.accounts.users()

    def set_email_of(self, actor: Actor, username: str, email: str) -> None:
        """Where `username` gets mail; empty: none. Raises InvalidName and NotFound."""
        access.require_admin(actor, "user:write")
        self._save_email(actor, username, email)

    def email_of(self, actor: Actor, username: str) -> str:
        """Where `username` gets mail; empty: none. Raises NotFound."""
        access.require_admin(actor, "user:write")
        with self._stores.metadata.read() as unit:
            return self._named(unit, username).email

    def new_link(self, actor: Actor, username: str) -> str:
        """The token of a one-time sign-in link for `username`. Raises NotFound."""
        access.require_admin(actor, "user:write")
        with self._stores.metadata.begin() as unit:
            return self._add_link(unit, actor, self._named(unit, username), self._stores.now())

    def new_key_for(self, actor: Actor, username: str, name: str) -> messages.KeyCreated:
        """A key of `username`. Raises InvalidName and NotFound."""
        access.require_admin(actor, "user:write")
        check_key_name(name)
        with self._stores.metadata.begin() as unit:
            return self._add_key(unit, actor, self._named(unit, username).id, name)

    def revoke_all(self, actor: Actor, username: str = "") -> Ended:
        """End every session, key and one-time link at once, of `username` alone if one is given. Passwords stay. Raises
        NotFound."""
        access.require_admin(actor, "user:write")
        at = self._stores.now()
        with self._stores.metadata.begin() as unit:
            user = unit.accounts.user(username) if username else None
            if username and user is None:
                raise NotFound(what="user", name=username)
            ended = unit.accounts.end_all(user.id if user is not None else None, at)
            counts = {"sessions": ended.sessions, "keys": ended.keys, "links": ended.links}
            audit.note(unit, actor, "user:revoke_all", username or "everybody", at, **counts)
        self.forget_remembered()
        return ended

    def _named(self, unit: Unit, username: str) -> User:
        user = unit.accounts.user(username)
        if user is None:
            raise NotFound(what="user", name=username)
        if not user.is_active:
            raise InvalidRequest(detail=f"The account {username} is not active")
        return user

    def _add_link(self, unit: Unit, actor: Actor, user: User, at: float) -> str:
        token = secrets.new_token()
        unit.accounts.add_link(secrets.token_hash(token), user.id, at + LINK_S)
        audit.note(unit, actor, "user:create_link", user.username, at)
        return token


def check_new_user(username: str, email: str) -> None:
    """Raises InvalidName and InvalidRequest."""
    if email:
        check_address(email)
    if not is_name(username):
        raise InvalidName(text=username[:200], what="user name", expected="1 to 128 of letters, digits, _ . -")


def check_key_name(name: str) -> None:
    """Raises InvalidName."""
    if not is_label(name):
        raise InvalidName(text=name[:300], what="key name", expected=LABEL_FORM)


def _is_as_before(user: User | None, before: User) -> bool:
    """Whether the same password still lets the same user in."""
    return user is not None and user.is_active and user.password_hash == before.password_hash


def _shown(key: ApiKey) -> messages.Key:
    return messages.Key(key.id, key.name, key.created_at, key.last_used_at)
