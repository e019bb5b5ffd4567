"""Names become addresses within a time limit, once for everybody who asks at the same time."""

from __future__ import annotations

import os
import socket
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from assay.client import lookup


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_address_is_asked_of_nobody(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("it was looked up"))
    assert lookup.addresses(host, 80, 1.0) == [host]


def test_every_address_is_there_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 0, 0, "", ("::1", 80, 0, 0)), (0, 0, 0, "", ("127.0.0.1", 80)), (0, 0, 0, "", ("::1", 80, 0, 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert lookup.addresses("a.example", 80, 1.0) == ["::1", "127.0.0.1"]


def test_a_name_that_does_not_exist_is_told_and_can_be_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(lookup.NameUnknown, match=r"its name a\.example is not known: Name or service"):
        lookup.addresses("a.example", 80, 1.0)
    monkeypatch.undo()
    assert "127.0.0.1" in lookup.addresses("localhost", 80, 5.0)


def test_names_that_no_name_server_could_be_asked_for_are_told_too() -> None:
    with pytest.raises(lookup.NameUnknown, match="cannot be looked up"):
        lookup.addresses("a" * 70 + ".example", 80, 5.0)


def test_those_who_wait_for_one_name_wait_for_one_answer_and_no_longer_than_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, go_on = [], threading.Event()

    def late(*_: Any, **__: Any) -> Any:
        asked.append(True)
        go_on.wait(30)
        return [(0, 0, 0, "", ("127.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", late)
    began = time.monotonic()
    with pytest.raises(lookup.LookupTimeout, match="within 0 seconds"):
        lookup.addresses("late.example", 80, 0.05)
    assert time.monotonic() - began < 5
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(lookup.addresses, "late.example", 80, 30.0) for _ in range(8)]
        go_on.set()
        assert [each.result() for each in waiting] == [["127.0.0.1"]] * 8
    assert len(asked) == 1


def test_where_no_thread_can_be_started_it_is_looked_up_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    assert "127.0.0.1" in lookup.addresses("localhost", 80, 5.0)


def test_a_forked_child_does_not_wait_for_a_lookup_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: go_on.wait(30) and [])
    with pytest.raises(lookup.LookupTimeout):
        lookup.addresses("forked.example", 80, 0.05)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of what is tried here
        child = os.fork()
    if child == 0:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("127.0.0.9", 80))])
        os._exit(0 if lookup.addresses("forked.example", 80, 5.0) == ["127.0.0.9"] else 1)
    assert os.waitpid(child, 0)[1] == 0
    go_on.set()
