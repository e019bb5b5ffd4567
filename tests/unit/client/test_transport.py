"""The connection itself, with real sockets on both sides."""

from __future__ import annotations

import base64
import datetime
import gc
import http.client
import ipaddress
import os
import select
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from assay.client import transport
from assay.client.transport import Transport

Serve = Callable[[socket.socket], None]
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def listen() -> Iterator[Callable[[Serve], int]]:
    """Starts a server that hands every connection to a function, in a thread each; gives its port."""
    with ExitStack() as open_sockets:

        def start(serve: Serve) -> int:
            listener = open_sockets.enter_context(socket.create_server(("127.0.0.1", 0)))

            def accept() -> None:
                while True:
                    try:
                        client, _ = listener.accept()
                    except OSError:
                        return
                    threading.Thread(target=_quietly, args=(serve, client), daemon=True).start()

            threading.Thread(target=accept, daemon=True).start()
            return int(listener.getsockname()[1])

        yield start


def _quietly(serve: Serve, client: socket.socket) -> None:
    with client:
        try:
            serve(client)
        except OSError:
            pass


def read_head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        if not (more := client.recv(1)):
            raise ConnectionAbortedError
        head += more
    return head


def ask(line: Transport, url: str, method: str = "GET", content: transport.Content = None, wait_s: float = 10.0, **headers: str):
    with line.exchange(method, url, headers, content, idle_s=wait_s, until=time.monotonic() + wait_s) as response:
        return response.status_code, response.read()


def test_a_connection_is_used_again_and_a_closed_one_is_not(listen) -> None:
    seen: list[int] = []

    def serve(client: socket.socket) -> None:
        mine = len(seen)
        for _ in range(2):  # then this connection is closed without a word
            read_head(client)
            seen.append(mine)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    url = f"http://127.0.0.1:{listen(serve)}"
    line = Transport(url)
    for at in range(6):
        assert ask(line, url + f"/{at}") == (200, b"ok")
        time.sleep(0.05)  # the end of a connection is there to be seen
    assert seen == [0, 0, 2, 2, 4, 4]
    line.close()


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n", b"hello"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\n\r\nto the end", b"to the end"),
        (b"HTTP/1.0 204 No Content\r\n\r\n", b""),
    ],
)
def test_every_way_to_end_a_body_is_understood(listen, answer: bytes, body: bytes) -> None:
    url = f"http://127.0.0.1:{listen(lambda client: (read_head(client), client.sendall(answer), None)[-1])}"
    assert ask(Transport(url), url + "/")[1] == body
    line = Transport(url)
    with line.exchange("GET", url + "/", {}, None, idle_s=5, until=time.monotonic() + 5) as response:
        assert b"".join(response.iter_bytes(2)) == body


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
    ],
)
def test_an_answer_that_is_cut_or_none_is_never_taken_for_a_whole_one(listen, answer: bytes) -> None:
    url = f"http://127.0.0.1:{listen(lambda client: (read_head(client), client.sendall(answer), None)[-1])}"
    for read in (lambda r: r.read(), lambda r: r.read(9), lambda r: b"".join(r.iter_bytes())):
        line = Transport(url)
        with (
            pytest.raises(transport.FAILURES),
            line.exchange("GET", url + "/", {}, None, idle_s=5, until=time.monotonic() + 5) as response,
        ):
            read(response)


def test_an_answer_that_comes_before_the_body_is_sent_is_heard(listen) -> None:
    def serve(client: socket.socket) -> None:
        read_head(client)
        client.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nmuch")
        client.shutdown(socket.SHUT_WR)
        while client.recv(1 << 16) and select.select([client], [], [], 0)[0]:
            pass  # what is left unread makes the kernel reset the connection

    url = f"http://127.0.0.1:{listen(serve)}"
    answers = []
    for _ in range(5):
        try:
            answers.append(ask(Transport(url), url + "/", "PUT", (bytes(1 << 16) for _ in range(200)), wait_s=20))
        except ConnectionError:
            pass  # the reset overtook the answer; that is a lost connection, which is tried again
    assert set(answers) <= {(413, b"much")}


def test_a_server_that_stops_reading_is_given_up(listen) -> None:
    url = f"http://127.0.0.1:{listen(lambda client: (read_head(client), time.sleep(5), None)[-1])}"
    began = time.monotonic()
    with pytest.raises(transport.WriteTimeout):
        ask(Transport(url), url + "/", "PUT", bytes(64 << 20), wait_s=0.5)
    assert time.monotonic() - began < 4


def test_more_requests_than_connections_wait_for_their_turn(listen) -> None:
    gate = threading.Event()

    def serve(client: socket.socket) -> None:
        while True:
            read_head(client)
            gate.wait(10)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    url = f"http://127.0.0.1:{listen(serve)}"
    line = Transport(url, connections=2)
    answers: list[object] = []
    threads = [threading.Thread(target=lambda: answers.append(ask(line, url + "/", wait_s=20))) for _ in range(5)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    with pytest.raises(transport.PoolTimeout):
        ask(line, url + "/", wait_s=0.1)
    gate.set()
    for thread in threads:
        thread.join(20)
    assert answers == [(200, b"ok")] * 5


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999", "http://[::1", "ftp://example.org", "http://", "http://a..b", "nothing"]
)
def test_what_is_no_address_is_a_failure_like_others(url: str) -> None:
    with pytest.raises(transport.FAILURES):
        ask(Transport(url), url + "/")


def test_a_path_reaches_the_server_as_it_was_signed(listen) -> None:
    heads: list[bytes] = []

    def serve(client: socket.socket) -> None:
        heads.append(read_head(client))
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    url = f"http://127.0.0.1:{listen(serve)}"
    signed = "/bucket/a%2Fb%20c?X-Amz-Credential=k%2F2027&sig=a+b/c=="
    ask(Transport(url), url + signed)
    ask(Transport(url), url + "/ä b\r\nX-Evil: 1")
    assert heads[0].split(b" ")[1] == signed.encode()
    assert heads[1].split(b" ")[1] == b"/%C3%A4%20b%0D%0AX-Evil:%201"
    with pytest.raises(ValueError, match="Invalid header value"):
        ask(Transport(url), url + "/", key="a\r\nX-Evil: 1")


# -- TLS and proxies ---------------------------------------------------------------------------------------------------


@pytest.fixture
def secure(listen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The port of an HTTPS server on this machine whose authority is the one that SSL_CERT_FILE names."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "assay.test")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("assay.test")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    authority = certificate.public_bytes(serialization.Encoding.PEM)
    file.write_bytes(secret + authority)
    (tmp_path / "authority.pem").write_bytes(authority)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)

    def serve(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as secured:
            while True:
                path = read_head(secured).split(b" ")[1]
                secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(path), path))

    return listen(serve)


def test_an_authority_of_ones_own_is_believed_and_no_other(secure: int, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"https://127.0.0.1:{secure}"
    line = Transport(url)
    assert [ask(line, url + "/x"), ask(line, url + "/y")] == [(200, b"/x"), (200, b"/y")]
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(Transport(f"https://localhost:{secure}"), f"https://localhost:{secure}/")
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(Transport(url), url + "/")


def test_https_goes_through_a_proxy_with_a_password(secure: int, listen, monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[bytes] = []

    def proxy(client: socket.socket) -> None:
        heads.append(read_head(client))
        if b"Proxy-Authorization" not in heads[-1]:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", secure)) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            while ready := select.select([client, server], [], [], 5)[0]:
                for one in ready:
                    if not (data := one.recv(1 << 16)):
                        return
                    (server if one is client else client).sendall(data)

    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    port = listen(proxy)
    monkeypatch.setenv("https_proxy", f"http://ada:p%40ss@127.0.0.1:{port}")
    line = Transport("https://assay.test")
    assert ask(line, "https://assay.test/a?b=c") == (200, b"/a?b=c")
    assert ask(line, "https://assay.test/d") == (200, b"/d")
    assert len(heads) == 1
    assert heads[0].startswith(b"CONNECT assay.test:443 HTTP/1.1\r\n")
    assert base64.b64encode(b"ada:p@ss") in heads[0]
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
    with pytest.raises(ConnectionError, match="the proxy answered 407"):
        ask(Transport("https://assay.test"), "https://assay.test/")
    monkeypatch.setenv("https_proxy", f"https://127.0.0.1:{port}")
    with pytest.raises(ConnectionError, match="TLS within TLS"):
        ask(Transport("https://assay.test"), "https://assay.test/")


def test_the_library_still_says_what_is_relied_on() -> None:
    """`read1` hides a body that ends too early, so its rest is looked at; a `None` would hide it again."""
    assert "length" in vars(http.client.HTTPResponse(_Empty()))  # type: ignore[arg-type]


def test_a_forked_process_speaks_over_lines_of_its_own(listen) -> None:
    """Over one line for two, each could read the other's answer as its own."""

    def number_its_line(client: socket.socket, numbers=iter(range(1, 10))) -> None:
        number = b"%d" % next(numbers)
        while read_head(client):
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + number)

    url = f"http://127.0.0.1:{listen(number_its_line)}"
    line = Transport(url)
    assert ask(line, url) == (200, b"1")
    reader, writer = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            os.write(writer, ask(line, url)[1] + ask(line, url)[1])
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    os.close(writer)
    with open(reader, "rb") as said:
        assert said.read() == b"22"
    assert ask(line, url) == (200, b"1")
    line.close()


def test_a_connection_that_nobody_closed_leaves_no_socket(listen) -> None:
    def serve(client: socket.socket) -> None:
        try:
            while read_head(client):
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
        finally:
            has_ended.set()

    has_ended = threading.Event()
    url = f"http://127.0.0.1:{listen(serve)}"
    line = Transport(url)
    assert ask(line, url) == (200, b"1")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        del line
        gc.collect()
    assert has_ended.wait(10)
    assert not [one for one in warned if issubclass(one.category, ResourceWarning)]


class _Empty:
    def makefile(self, _: str) -> object:
        return open("/dev/null", "rb")
