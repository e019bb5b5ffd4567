from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from random import Random

import pytest

from assay.client import artifact_calls, calls
from assay.client.http import Connection, error_of
from assay.client.retry import Backoff, is_passing, retry_after_s
from assay.client.target import Target
from assay.client.transport import proxy_for
from assay.wire import errors
from assay.wire.messages.presets import PresetSave
from assay.wire.messages.problems import Problem
from assay.wire.messages.runs import RunQueryRequest, RunTransfer
from assay.wire.messages.series import HistoryRequest
from assay.wire.names import ProjectPath, RunPath
from tests.infra.faulty_proxy import Fault, FaultyProxy
from tests.infra.recording_server import RecordingServer, problem


def connect(server: RecordingServer, **options: float) -> Connection:
    return Connection(Target(server.url, server.key, "test"), **options)


def test_every_error_of_the_server_arrives_as_its_own_class_with_its_own_words(recording: RecordingServer) -> None:
    for known in (known for known in errors.all_errors() if known.__module__ == errors.__name__):
        recording.before = lambda *_, known=known: problem(known.status, known.code, f"About {known.code}.", seq=7)
        with connect(recording) as connection, pytest.raises(known, match=f"About {known.code}") as caught:
            calls.me(connection)
        assert type(caught.value) is known
        assert caught.value.fields["seq"] == 7


@pytest.mark.parametrize("key", ["two\nlines", "kéy"])
def test_a_key_that_cannot_be_one_is_told_as_what_it_is(recording: RecordingServer, key: str) -> None:
    with pytest.raises(errors.NotSignedIn, match="holds a character that no key has") as caught:
        Connection(Target(recording.url, key, "test"))
    assert key not in str(caught.value)


def test_text_that_is_no_unicode_is_quoted_and_nothing_is_asked_for(recording: RecordingServer) -> None:
    odd = "a\ud800b"
    path, run = ProjectPath("ada", "p"), RunPath("ada", "p", "r")
    with connect(recording) as connection:
        asked: list[Callable[[], object]] = [
            lambda: calls.edit_run(connection, run, {"notes": odd}),
            lambda: calls.edit_run(connection, run, {"tags": [odd]}),
            lambda: calls.edit_run(connection, run, {"config": {odd: 1}}),
            lambda: calls.query_runs(connection, path, RunQueryRequest(filter={"config.x": odd})),
            lambda: calls.query_runs(connection, path, RunQueryRequest(search=odd)),
            lambda: calls.history_page(connection, run, HistoryRequest(keys=[odd])),
            lambda: calls.get_run(connection, RunPath("ada", "p", odd)),
            lambda: calls.list_projects(connection, odd),
            lambda: next(artifact_calls.collections(connection, path, search=odd)),
        ]
        for ask in asked:
            with pytest.raises(errors.InvalidRequest, match=r"'a\\ud800b' cannot be sent.*lone surrogate"):
                ask()
    assert not recording.requests


def test_an_error_this_version_does_not_know_keeps_code_status_and_words() -> None:
    error = error_of(Problem("urn:x", "x", 418, "teapot", "I am one", "id"))
    assert (error.code, type(error).status, str(error)) == ("teapot", 418, "I am one")


@pytest.mark.parametrize(
    "reply",
    [
        (200, {"Content-Type": "text/html"}, b"<html>hello</html>"),
        (404, {"Content-Type": "text/html"}, b"<html>nothing here</html>"),
        (401, {}, b""),
        (200, {"Content-Type": "application/json"}, b'{"unrelated": true}'),
        (301, {"Location": "https://elsewhere.example/"}, b""),
    ],
)
def test_another_program_at_the_address_is_told_from_an_assay_server(recording: RecordingServer, reply) -> None:
    recording.before = lambda *_: reply
    with connect(recording) as connection, pytest.raises(errors.UnexpectedAnswer, match="Check the address"):
        calls.me(connection)


def test_a_redirect_is_never_followed_with_the_key(recording: RecordingServer) -> None:
    thief = RecordingServer()
    recording.before = lambda *_: (302, {"Location": thief.url + "/api/v1/me"}, b"")
    with connect(recording) as connection, pytest.raises(errors.UnexpectedAnswer, match=thief.url):
        calls.me(connection)
    thief.close()
    assert thief.requests == []


def test_https_to_a_server_without_tls_says_so(recording: RecordingServer) -> None:
    connection = Connection(Target(recording.url.replace("http://", "https://"), recording.key, "test"))
    with pytest.raises(errors.ServerUnreachable, match=r"it does not speak TLS; its address may begin with http://"):
        connection.request("GET", "/me")


def test_a_refused_connection_says_what_cannot_be_reached() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    connection = Connection(Target(f"http://127.0.0.1:{port}", "k", "test"))
    with connection, pytest.raises(errors.ServerUnreachable, match=f"127.0.0.1:{port}"):
        calls.me(connection)


@pytest.mark.parametrize("drip", [b"", b"H", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"])
def test_a_server_that_drips_cannot_hold_a_request_beyond_its_deadline(drip: bytes) -> None:
    """A byte now and then keeps every single read within its own limit."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        done = threading.Event()

        def serve() -> None:
            client, _ = listener.accept()
            client.sendall(drip)
            while not done.wait(0.02):
                try:
                    client.sendall(b"T" if len(drip) > 1 else b"")
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        target = Target(f"http://127.0.0.1:{listener.getsockname()[1]}", "k", "test")
        began = time.monotonic()
        with Connection(target, timeout_s=0.5) as connection, pytest.raises(errors.ServerUnreachable):
            calls.me(connection)
        done.set()
        assert time.monotonic() - began < 20  # without the deadline: for ever


def test_a_question_is_asked_again_when_the_server_restarts(recording: RecordingServer) -> None:
    left = [2]

    def restart(*_: object):
        left[0] -= 1
        return (503, {"Retry-After": "0"}, b"") if left[0] >= 0 else None

    recording.before = restart
    with connect(recording, patience_s=30.0) as connection:
        assert calls.me(connection).username == "ada"


def test_an_impatient_caller_hears_of_it_at_once(recording: RecordingServer) -> None:
    recording.before = lambda *_: problem(503, "unavailable")
    with connect(recording) as connection, pytest.raises(errors.Unavailable):
        calls.me(connection)
    assert len(recording.requests) == 1


@pytest.mark.parametrize("fault", ["lose_reply", "tear_reply", "tear_request", "500", "502"])
def test_what_would_be_done_twice_is_not_asked_for_again_when_it_may_have_been_done(
    recording: RecordingServer, fault: Fault
) -> None:
    asked = RunTransfer(ids=["a"], to="ada/other")
    with FaultyProxy(recording.url) as proxy, Connection(Target(proxy.url, recording.key, "test"), patience_s=30.0) as connection:
        proxy.plan.append(fault)
        with pytest.raises(
            errors.PublicError, match=r"[^. ]\. It may have been done all the same: look before you ask for it again"
        ):
            calls.transfer_runs(connection, ProjectPath("ada", "digits"), "copy", asked)
        assert len(proxy.requests) == 1
        proxy.plan.append(fault)
        with pytest.raises(errors.PublicError, match="may have been done all the same"):
            calls.save_preset(connection, "ada", "mine", PresetSave({"mark": "bar"}, "Mine", 1))
        assert len(proxy.requests) == 2


def test_what_the_server_cannot_have_done_is_asked_for_again(recording: RecordingServer) -> None:
    left = [2]

    def restart(*_: object):
        left[0] -= 1
        return problem(503, "unavailable") if left[0] >= 0 else (200, {}, b'{"project": "ada/other", "runs": [], "undo": "u"}')

    recording.before = restart
    with connect(recording, patience_s=30.0) as connection:
        assert calls.transfer_runs(connection, ProjectPath("ada", "digits"), "copy", RunTransfer(ids=["a"], to="ada/other")).undo
    assert len(recording.requests) == 3


def test_waits_grow_to_a_minute_and_spread_over_their_whole_range() -> None:
    backoff = Backoff(Random(1))
    waits = [backoff.next_s() for _ in range(2000)]
    assert max(waits[:1]) <= 0.5
    assert max(waits) <= 60
    late = waits[10:]
    assert min(late) < 2
    assert 27 < sum(late) / len(late) < 33
    backoff.reset()
    assert backoff.next_s() <= 0.5
    assert backoff.next_s(at_least_s=120) == 120


def test_what_the_server_asks_for_is_kept_within_a_day() -> None:
    assert retry_after_s(errors.TooManyRequests(detail="", retry_after_s=7)) == 7
    assert retry_after_s(errors.TooManyRequests(detail="", retry_after_s=10**9)) == 86_400
    assert retry_after_s(errors.NotFound(what="", name="")) == 0
    assert is_passing(errors.StorageFull(detail="", where=""))
    assert not is_passing(errors.Forbidden(action="", whom=""))


def test_proxies_of_the_environment_are_used_but_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert proxy_for("https://assay.example.org") == "http://proxy.example:3128"
    assert proxy_for("https://inside.example") is None
    assert proxy_for("https://127.0.0.1:8080") is None
    assert proxy_for("http://assay.example.org") is None


def test_requests_go_through_the_proxy(recording: RecordingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recording server stands in for the proxy: it sees the whole address."""
    monkeypatch.setenv("http_proxy", recording.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    recording.before = lambda method, path, *_: problem(404, "not_found") if path.startswith("http://far.example") else None
    with Connection(Target("http://far.example", "k", "test")) as connection, pytest.raises(errors.NotFound):
        calls.me(connection)
    assert recording.requests == [("GET", "http://far.example/api/v1/me")]
