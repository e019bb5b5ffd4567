"""Hosts, origins, sessions, sign-in, bodies (S8, S9, S10, S19, S21)."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest

from assay.server.bootstrap import open_metadata_catalog
from assay.server.domain.accounts import SYSTEM
from assay.testing.servers import RunningServer
from assay.wire import limits

Clients = Callable[[str], httpx.Client]
PASSWORD = "correct horse battery staple"


def _raw(url: str, request: bytes) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as connection:
        connection.sendall(request)
        received = b""
        while b"\r\n" not in received and (piece := connection.recv(4096)):
            received += piece
    return received.split(b"\r\n")[0]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80",
        "127.0.0.1@evil.example",
        "127.0.0.1:80:80",
        "[::1",
        "",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "localhost.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "127.0.0.1:80@evil.example",
        "127.0.0.1/evil.example",
        "127.0.0.1,evil.example",
        "127.0.0.1 evil.example",
    ],
)
def test_a_name_that_is_not_ours_is_refused_before_anything_else(shared_server: RunningServer, host: str) -> None:
    request = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    assert b" 421 " in _raw(shared_server.url, request) + b" " or b" 400 " in _raw(shared_server.url, request) + b" "


def test_two_hosts_or_none_are_refused(shared_server: RunningServer) -> None:
    good = b"Host: 127.0.0.1\r\n"
    for hosts in (b"", good + b"Host: evil.example\r\n"):
        first = _raw(shared_server.url, b"GET /healthz HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
        assert b" 421 " in first or b" 400 " in first
    assert b" 200 " in _raw(shared_server.url, b"GET /healthz HTTP/1.1\r\n" + good + b"Connection: close\r\n\r\n")


def test_a_whole_address_in_the_first_line_changes_nothing(shared_server: RunningServer) -> None:
    for host, expected in (("evil.example", b" 421 "), ("127.0.0.1", b"")):
        request = f"GET http://evil.example/healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        first = _raw(shared_server.url, request) + b" "
        assert expected in first
        assert first.split(b" ")[1] in (b"200", b"400", b"404", b"421")


ELSEWHERE = ["//e.example", "///e.example", "/\\e.example", "\\\\e.example", "/%09/e.example", "/%5ce.example", "https:e.example",
             "javascript:alert(1)", "//127.0.0.1@e.example", "%2f%2fe.example", "/..//e.example", "/.//e.example", "http://e.example/x",
             "//e.example/%2f..", "/%0d%0aLocation:%20//e.example", "data:text/html,x"]  # fmt: skip


@pytest.mark.parametrize("payload", ELSEWHERE)
def test_no_address_leads_to_another_site(shared_server: RunningServer, payload: str) -> None:
    key = f"Authorization: Bearer {shared_server.key}"
    parameters = ("next", "redirect", "return_to", "url", "continue", "path")
    targets = [payload, f"/{payload}", "/?" + "&".join(f"{name}={payload}" for name in parameters), f"/login?next={payload}"]
    targets += [
        f"/assets/{payload}",
        f"/blobs/{payload}",
        f"/api/v1/projects/{payload}/p/runs/r",
        f"{payload}/api/v1/projects/e/p/runs/r",
    ]
    for target in targets:
        request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{key}\r\nConnection: close\r\n\r\n".encode()
        head = _head(shared_server.url, request)
        location = next((line for line in head.split(b"\r\n") if line.lower().startswith(b"location:")), b"")
        assert b"e.example" not in location, target
        assert b" 500 " not in head.split(b"\r\n")[0] + b" ", target


def _head(url: str, request: bytes) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as connection:
        connection.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received and (piece := connection.recv(4096)):
            received += piece
    return received.partition(b"\r\n\r\n")[0]


def test_where_a_run_was_moved_to_is_a_path_of_this_server(shared_server: RunningServer) -> None:
    headers = {"authorization": f"Bearer {shared_server.key}"}
    with httpx.Client(base_url=shared_server.url, headers=headers, verify=False, timeout=30) as client:
        me = client.get("/api/v1/me").json()["username"]
        run = f"/api/v1/projects/{me}/old/runs/r"
        batch = {"writer": "w", "rows": [{"step": 1, "values": {"a": 1.0}}], "finish": {}}
        client.put(run, json={"writer": "w"}).raise_for_status()
        client.post(f"{run}/batches", json=batch).raise_for_status()
        client.post(f"/api/v1/projects/{me}/old/runs/move", json={"ids": ["r"], "to": f"{me}/new"}).raise_for_status()
        answer = client.get(f"{run}/files", params={"next": "//e.example"})
        assert answer.status_code in (301, 307, 308), answer.text
        assert answer.headers["location"].startswith(f"/api/v1/projects/{me}/new/runs/r/files")


def _signed_in(server: RunningServer, name: str) -> httpx.Client:
    """A browser whose account has a password."""
    with open_metadata_catalog(server.data) as catalog:
        token = catalog.accounts.add_user(SYSTEM, name)
    browser = httpx.Client(base_url=server.url, headers={"origin": server.url}, timeout=30)
    assert browser.post("/api/v1/session/link", json={"token": token}).status_code == 200
    assert browser.put("/api/v1/me/password", json={"current": "", "new": PASSWORD}).status_code == 200
    return browser


def test_another_sites_page_cannot_act_with_the_cookie(shared_server: RunningServer) -> None:
    browser = _signed_in(shared_server, "csrf")
    del browser.headers["origin"]
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": shared_server.url.replace("127.0.0.1", "localhost")},
        {"sec-fetch-site": "cross-site", "origin": shared_server.url},
        {"sec-fetch-site": "same-site"},
        {},
    ):
        answer = browser.post("/api/v1/keys", json={"name": "stolen"}, headers=headers)
        assert answer.status_code == 403, headers
    form = browser.post(
        "/api/v1/keys", content=b'{"name":"stolen"}', headers={"content-type": "text/plain", "origin": shared_server.url}
    )
    assert form.status_code == 415
    assert browser.get("/api/v1/keys").json() == []


def test_a_sign_in_never_keeps_a_session_it_was_given(shared_server: RunningServer) -> None:
    browser = _signed_in(shared_server, "fixation")
    planted = browser.cookies["assay_session"]
    answer = browser.post("/api/v1/session", json={"username": "fixation", "password": PASSWORD})
    assert answer.status_code == 200
    assert browser.cookies["assay_session"] != planted
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert httpx.get(f"{shared_server.url}/api/v1/me", cookies={"assay_session": planted}).status_code == 401


def test_signing_out_and_a_new_password_end_sessions_everywhere(shared_server: RunningServer) -> None:
    browser = _signed_in(shared_server, "replay")
    other = httpx.Client(base_url=shared_server.url, headers={"origin": shared_server.url})
    assert other.post("/api/v1/session", json={"username": "replay", "password": PASSWORD}).status_code == 200
    with open_metadata_catalog(shared_server.data) as catalog:
        link = catalog.accounts.new_link(SYSTEM, "replay")
    changed = browser.put("/api/v1/me/password", json={"current": PASSWORD, "new": PASSWORD + "!"})
    assert changed.status_code == 200
    assert other.get("/api/v1/me").status_code == 401
    assert httpx.post(f"{shared_server.url}/api/v1/session/link", json={"token": link}).status_code == 401
    kept = browser.cookies["assay_session"]
    assert browser.get("/api/v1/me").status_code == 200
    assert browser.delete("/api/v1/session").status_code == 204
    assert httpx.get(f"{shared_server.url}/api/v1/me", cookies={"assay_session": kept}).status_code == 401


def test_a_link_works_once(shared_server: RunningServer) -> None:
    with open_metadata_catalog(shared_server.data) as catalog:
        token = catalog.accounts.add_user(SYSTEM, "once")
    for expected in (200, 401):
        assert httpx.post(f"{shared_server.url}/api/v1/session/link", json={"token": token}).status_code == expected


def test_wrong_name_and_wrong_password_answer_alike_and_are_slowed_down(server: RunningServer) -> None:
    _signed_in(server, "known")
    answers = {}
    for name in ("known", "unknown", "../known"):
        for _ in range(5):
            answer = httpx.post(f"{server.url}/api/v1/session", json={"username": name, "password": "a wrong password"})
            body = answer.json() | {"id": ""}
            answers.setdefault(json.dumps(body, sort_keys=True), set()).add(name)
            assert answer.status_code == 401
        answer = httpx.post(f"{server.url}/api/v1/session", json={"username": name, "password": PASSWORD})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
    assert len(answers) == 1


def test_bodies_have_a_limit_before_and_after_decompression(shared_server: RunningServer) -> None:
    headers = {"authorization": f"Bearer {shared_server.key}", "content-type": "application/json"}
    url = f"{shared_server.url}/api/v1/keys"
    announced = f"POST /api/v1/keys HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {shared_server.key}\r\n"
    announced += f"Content-Type: application/json\r\nContent-Length: {limits.BODY_BYTES + 1}\r\nConnection: close\r\n\r\n"
    assert b" 413 " in _raw(shared_server.url, announced.encode())
    bomb = gzip.compress(b'{"name":"' + b"a" * (limits.BODY_BYTES + 1) + b'"}', 9)
    assert httpx.post(url, content=bomb, headers=headers | {"content-encoding": "gzip"}, timeout=60).status_code == 413
    small = gzip.compress(b'{"name":"zipped"}')
    assert httpx.post(url, content=small, headers=headers | {"content-encoding": "gzip"}).status_code == 201
    assert httpx.post(url, content=b"x", headers=headers | {"content-encoding": "br"}).status_code == 422


def test_json_that_nests_without_end_is_refused(shared_server: RunningServer) -> None:
    headers = {"authorization": f"Bearer {shared_server.key}", "content-type": "application/json"}
    deep = b'{"writer":"w","config":{"a":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}}"
    me = httpx.get(f"{shared_server.url}/api/v1/me", headers=headers).json()["username"]
    answer = httpx.put(f"{shared_server.url}/api/v1/projects/{me}/p/runs/deep", content=deep, headers=headers, timeout=60)
    assert answer.status_code == 422
    shallow = {"writer": "w", "config": {"a": json.loads("[" * 40 + "]" * 40)}}
    assert httpx.put(f"{shared_server.url}/api/v1/projects/{me}/p/runs/deep", json=shallow, headers=headers).status_code == 422
    assert httpx.get(f"{shared_server.url}/healthz").status_code == 200
