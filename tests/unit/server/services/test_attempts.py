"""How often somebody may fail to sign in, and what is remembered of it."""

from __future__ import annotations

import contextlib
import tracemalloc
from typing import Any

import pytest

from assay.server.domain.accounts import SYSTEM
from assay.server.services import attempts
from assay.server.services.attempts import PER_ADDRESS, PER_NAME, WINDOW_S, Attempts
from assay.testing.clock import FixedClock
from assay.wire.errors import NotSignedIn, TooManyRequests


def test_a_name_and_an_address_wait_until_their_failures_are_old() -> None:
    clock = FixedClock()
    window = Attempts(clock)
    for _ in range(PER_NAME):
        window.check("ada", "10.0.0.1")
        window.failed("ada", "10.0.0.1")
    with pytest.raises(TooManyRequests):
        window.check("ada", "10.0.0.1")
    window.check("bob", "10.0.0.1")
    window.check("ada", "10.0.0.2")
    for number in range(PER_ADDRESS - PER_NAME):
        window.failed(f"n{number}", "10.0.0.1")
    with pytest.raises(TooManyRequests):
        window.check("bob", "10.0.0.1")
    clock.advance(WINDOW_S)
    window.check("ada", "10.0.0.1")
    window.failed("ada", "10.0.0.1")
    window.succeeded("ada", "10.0.0.1")
    window.check("ada", "10.0.0.1")


def test_a_link_opens_although_others_behind_the_address_mistyped_their_passwords(house: Any) -> None:
    accounts = house.catalog.accounts
    link = accounts.new_link(SYSTEM, "ann")
    for number in range(PER_NAME + 1):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(f"n{number}", "wrong", "10.0.0.1")
    assert accounts.sign_in_by_link(link, "10.0.0.1")
    for _ in range(PER_NAME):
        with pytest.raises(NotSignedIn):
            accounts.sign_in_by_link("nothing", "10.0.0.1")
    with pytest.raises(TooManyRequests):
        accounts.sign_in_by_link("nothing", "10.0.0.1")


def test_what_is_remembered_is_bounded_however_many_names_are_tried_and_however_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_REMEMBERED", 100)
    window = Attempts(FixedClock())
    tracemalloc.start()
    try:
        for number in range(1_000):
            name = f"{number:06}" + "x" * 20_000
            # Once the address may not fail again, every further name is refused and must leave nothing.
            with contextlib.suppress(TooManyRequests):
                window.check(name, "10.0.0.1")
                window.failed(name, "10.0.0.1")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 500_000, f"{kept} bytes are kept of names that nobody has"
