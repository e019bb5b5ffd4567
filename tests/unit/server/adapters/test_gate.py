"""The way out for stores whose endpoint a user named leads to public networks only, whatever a name or a redirect says."""

from __future__ import annotations

import base64
import http.server
import socket
import threading
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

from assay.server.adapters.blobs_object import Gate, ObjectBlobStore, open_team_bucket
from assay.server.domain.errors import StoreRefused, StoreUnreachable


class Inner(http.server.BaseHTTPRequestHandler):
    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.seen.append(f"{self.command} {self.path}")
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"secret")

    do_HEAD = do_PUT = do_GET

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def inner() -> Iterator[int]:
    """A service on loopback, as one of the server's own network."""
    Inner.seen.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Inner)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.close()


def ask(gate: Gate, request: str, *, authorized: bool = True) -> bytes:
    where = urlsplit(gate.url)
    password = base64.b64encode(f"{where.username}:{where.password}".encode()).decode()
    head = f"{request}\r\n" + (f"Proxy-Authorization: Basic {password}\r\n" if authorized else "") + "\r\n"
    with socket.create_connection(("127.0.0.1", where.port or 0), timeout=10) as client:
        client.sendall(head.encode())
        return client.recv(4096)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254", "0.0.0.0"]
)
def test_it_does_not_lead_inside(gate: Gate, inner: int, host: str) -> None:
    assert ask(gate, f"CONNECT {host}:{inner} HTTP/1.1").startswith((b"HTTP/1.1 403", b""))
    assert b"200" not in ask(gate, f"CONNECT {host}:{inner} HTTP/1.1")
    assert Inner.seen == []


def test_it_carries_nothing_that_it_could_not_look_at(gate: Gate, inner: int) -> None:
    assert ask(gate, f"GET http://127.0.0.1:{inner}/ HTTP/1.1").startswith(b"HTTP/1.1 405")
    assert ask(gate, f"CONNECT 127.0.0.1:{inner} HTTP/1.1", authorized=False).startswith(b"HTTP/1.1 407")
    assert ask(gate, "CONNECT 127.0.0.1:x HTTP/1.1").startswith(b"HTTP/1.1 405")
    assert Inner.seen == []


def test_where_it_leads_bytes_go_both_ways(inner: int) -> None:
    gate = Gate(allows=lambda address: address == "127.0.0.1")
    where = urlsplit(gate.url)
    password = base64.b64encode(f"{where.username}:{where.password}".encode()).decode()
    with socket.create_connection(("127.0.0.1", where.port or 0), timeout=10) as client:
        client.sendall(f"CONNECT 127.0.0.1:{inner} HTTP/1.1\r\nProxy-Authorization: Basic {password}\r\n\r\n".encode())
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
        client.sendall(b"GET /there HTTP/1.0\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.endswith(b"secret")
    assert Inner.seen == ["GET /there"]
    gate.close()


@pytest.mark.parametrize("exempt", ["", "127.0.0.1,localhost,*"])
def test_a_store_behind_it_reaches_nothing_inside(
    gate: Gate, door: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch, exempt: str
) -> None:
    pytest.importorskip("obstore")
    monkeypatch.setenv("NO_PROXY", exempt)
    port, knocks = door

    def store(endpoint: str, proxy: str) -> ObjectBlobStore:
        keys = {"access_key_id": "A", "secret_access_key": "S"}
        where = {"endpoint": endpoint, "region": "us-east-1", "folder": "assay-1", "direct": True, "proxy": proxy}
        return ObjectBlobStore(open_team_bucket("s3://bucket", keys, **where))  # type: ignore[arg-type]

    for endpoint in (f"https://127.0.0.1:{port}", f"https://localhost:{port}", f"http://127.0.0.1:{port}"):
        with pytest.raises((StoreUnreachable, StoreRefused)):
            store(endpoint, gate.url).check()
    assert knocks == []
    with pytest.raises(StoreUnreachable):
        store(f"https://127.0.0.1:{port}", "").check()
    assert knocks  # without it the door is found
