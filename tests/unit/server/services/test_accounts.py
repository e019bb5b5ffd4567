"""What lets somebody in, and what ends it, also in the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from assay.server.domain.accounts import SYSTEM, Actor
from assay.server.services import secrets
from assay.server.services.accounts import AccountService
from assay.server.services.attempts import PER_NAME
from assay.wire.errors import NotSignedIn, StorageFull, TooManyRequests

OLD, NEW = "correct horse battery", "another staple of mine"


@pytest.fixture
def accounts(house: Any) -> AccountService:
    """`ann` has a password."""
    service: AccountService = house.catalog.accounts
    session = service.by_session(service.sign_in_by_link(service.new_link(SYSTEM, "ann"), "1.2.3.4"))
    service.change_password(session, "", OLD)
    return service


@pytest.mark.parametrize("way", ["session", "key"])
def test_who_is_remembered_a_moment_longer_makes_no_key_that_stays(house: Any, accounts: AccountService, way: str) -> None:
    if way == "session":
        token = accounts.sign_in("ann", OLD, "1.2.3.4")
        actor = accounts.by_session(token)
    else:
        actor = accounts.by_key(accounts.new_key_for(SYSTEM, "ann", "laptop").secret)
    accounts.create_key(actor, "first")
    # In another process, as `assay server revoke-all` is: what this one remembers is good for another second.
    AccountService(house.catalog.stores).revoke_all(SYSTEM, "ann")
    with pytest.raises(NotSignedIn):
        accounts.create_key(actor, "second")
    with house.catalog.stores.metadata.read() as unit:
        assert all(key.revoked_at for key in unit.accounts.keys(actor.user_id))


def test_a_session_that_has_ended_sets_no_password(house: Any, accounts: AccountService) -> None:
    session = accounts.by_session(accounts.sign_in("ann", OLD, "1.2.3.4"))
    AccountService(house.catalog.stores).revoke_all(SYSTEM, "ann")
    with pytest.raises(NotSignedIn, match="ended"):
        accounts.change_password(session, OLD, NEW)
    assert accounts.sign_in("ann", OLD, "1.2.3.4")


def change_while_compared(accounts: AccountService, session: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next password is compared slowly: `session` changes it from OLD to NEW before the answer is there."""
    matches = secrets.password_matches

    def slowly(hashed: str, password: str) -> bool:
        found = matches(hashed, password)
        monkeypatch.undo()
        accounts.change_password(session, OLD, NEW)
        return found

    monkeypatch.setattr(secrets, "password_matches", slowly)


def test_a_password_that_is_changed_while_it_is_compared_lets_nobody_in(
    accounts: AccountService, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = accounts.by_session(accounts.sign_in("ann", OLD, "1.2.3.4"))
    change_while_compared(accounts, session, monkeypatch)
    with pytest.raises(NotSignedIn):
        accounts.sign_in("ann", OLD, "5.6.7.8")


def test_guesses_at_once_are_no_more_than_guesses_in_a_row(accounts: AccountService, monkeypatch: pytest.MonkeyPatch) -> None:
    may_end, compared = threading.Event(), threading.Semaphore(0)

    def slowly(_hashed: str, _password: str) -> bool:
        if threading.current_thread() is not threading.main_thread():
            compared.release()
            may_end.wait()
        return False

    monkeypatch.setattr(secrets, "password_matches", slowly)

    def guess() -> None:
        with pytest.raises(NotSignedIn):
            accounts.sign_in("ann", "a guess", "5.6.7.8")

    with ThreadPoolExecutor(PER_NAME) as pool:
        guesses = [pool.submit(guess) for _ in range(PER_NAME)]
        for _ in guesses:
            compared.acquire()
        try:
            with pytest.raises(TooManyRequests, match="under way"):
                accounts.sign_in("ann", "one more", "5.6.7.8")
        finally:
            may_end.set()
        for each in guesses:
            each.result()
    with pytest.raises(TooManyRequests, match="failed"):
        accounts.sign_in("ann", "one more", "5.6.7.8")
    monkeypatch.undo()
    assert accounts.sign_in("ann", OLD, "1.2.3.4")


def test_of_two_changes_of_a_password_at_once_one_counts(accounts: AccountService, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (accounts.by_session(accounts.sign_in("ann", OLD, "1.2.3.4")) for _ in range(2))
    change_while_compared(accounts, other, monkeypatch)
    with pytest.raises(NotSignedIn):
        accounts.change_password(one, OLD, "a third one altogether")
    assert accounts.sign_in("ann", NEW, "1.2.3.4")


def test_when_a_key_was_used_is_not_forgotten_for_a_full_disk(
    house: Any, accounts: AccountService, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.clock.advance(100)
    accounts.by_key(accounts.new_key_for(SYSTEM, "ann", "laptop").secret)

    def full() -> Any:
        raise StorageFull(detail="no space", where="/data")

    with monkeypatch.context() as patch:
        patch.setattr(house.catalog.stores.metadata, "begin", full)
        with pytest.raises(StorageFull):
            accounts.save_key_use()
    accounts.save_key_use()
    assert [key.last_used_at for key in accounts.keys(house.ann) if key.name == "laptop"] == [house.clock.now()]
