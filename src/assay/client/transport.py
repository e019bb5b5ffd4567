"""HTTP/1.1 to one server over connections that are kept, on the standard library's client: light to import, and quick.

Every exchange ends by a moment, whatever the other side does: each single socket operation gets no more time than is left until
then. A server that drips one byte a second does not hold a request alive."""

from __future__ import annotations

import base64
import http.client
import io
import os
import select
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec

from assay.client.lookup import LookupTimeout, NameUnknown, addresses

CONNECT_S = 10.0
KEPT_S = 20.0  # seconds an idle connection is kept for the next request
Content = bytes | memoryview | Iterable[bytes] | None

_READ = 256 * 1024
_SAFE = "%/:?#[]@!$&'()*+,;=~"  # what a path may hold as it is; an address that a server signed is not changed

# What an exchange may end with. `http.client` raises its own kind for an answer that is none.
FAILURES = (OSError, http.client.HTTPException)
# Those among them that no disk raises.
OF_THE_NETWORK = (ConnectionError, TimeoutError, ssl.SSLError)


class ConnectTimeout(TimeoutError):
    pass


class ReadTimeout(TimeoutError):
    pass


class WriteTimeout(TimeoutError):
    pass


class PoolTimeout(TimeoutError):
    pass


# Those after which the server has heard nothing of the request.
BEFORE_SENDING = (NameUnknown, LookupTimeout, ConnectTimeout, PoolTimeout, ConnectionRefusedError)


class _Clock(msgspec.Struct):
    """The limits of the exchange that a socket is used for. `idle_s`: for one operation; `until`: for all of them."""

    idle_s: float = 30.0
    until: float = float("inf")

    def left(self, error: type[TimeoutError]) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise error("the whole request took too long")
        return min(left, self.idle_s)


class _Raw(io.RawIOBase):
    def __init__(self, sock: _Socket) -> None:
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._sock.receive_into(buffer)


class _Socket:
    """What `http.client` asks of a socket, within a clock's limits. `has_ended`: the other side will say no more."""

    def __init__(self, sock: socket.socket, clock: _Clock) -> None:
        self.has_ended = False
        self._sock, self._clock = sock, clock

    def sendall(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while len(view):
            self._sock.settimeout(self._clock.left(WriteTimeout))
            with _of_the_network(WriteTimeout):
                view = view[self._sock.send(view) :]

    def receive_into(self, buffer: Any) -> int:
        self._sock.settimeout(self._clock.left(ReadTimeout))
        with _of_the_network(ReadTimeout):
            count = self._sock.recv_into(buffer)
        self.has_ended |= not count
        return count

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 - only ever for reading
        return io.BufferedReader(_Raw(self), _READ)

    def close(self) -> None:
        """Nothing: the client says so already when an answer begins that ends with its connection. See `end`."""

    def end(self) -> None:
        self._sock.close()

    def is_quiet(self) -> bool:
        """Whether nothing came since the last answer: what comes then is the end of the connection."""
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        return not poll.poll(0)


class _of_the_network:  # noqa: N801 - reads as what it does
    """Errors of a socket, told apart from those of whoever reads the body."""

    def __init__(self, timeout: type[TimeoutError]) -> None:
        self._timeout = timeout

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, TimeoutError):
            raise self._timeout(str(error)) from error
        if isinstance(error, OSError) and not isinstance(error, OF_THE_NETWORK):
            raise ConnectionError(*error.args) from error


class _Line(msgspec.Struct):
    """A connection, and since when nobody uses it."""

    client: http.client.HTTPConnection
    sock: _Socket
    clock: _Clock
    kept_at: float = 0.0

    def close(self) -> None:
        self.client.close()
        self.sock.end()


class Response:
    """An answer whose head has come. The body is read by the caller, before the exchange ends."""

    def __init__(self, inner: http.client.HTTPResponse) -> None:
        self._inner = inner
        self.status_code = inner.status
        self.headers = inner.headers

    def iter_bytes(self, size: int = _READ) -> Iterator[bytes]:
        """The body in parts of at most `size` bytes, as they come."""
        while part := self._inner.read1(size):
            yield part
        if self._inner.length:  # `read1` says nothing of an end before the end
            raise http.client.IncompleteRead(b"", self._inner.length)

    def read(self, size: int | None = None) -> bytes:
        """The rest of the body, or the next `size` bytes of it."""
        body = self._inner.read(size)
        if size is not None and len(body) < size and self._inner.length:
            raise http.client.IncompleteRead(body, self._inner.length)
        return body


class Transport:
    """Connections to the server of `url`, at most `connections` at once. Safe to share between threads.

    The proxy that the environment names for it is used; loopback never goes through one."""

    def __init__(self, url: str, *, connections: int = 10) -> None:
        self._url = url
        self._connections = connections
        self._tls: ssl.SSLContext | None = None
        self._begin()
        _transports.add(self)

    def _begin(self) -> None:
        """No line is kept and no thread waits."""
        self._free = threading.BoundedSemaphore(self._connections)
        self._kept: list[_Line] = []
        self._lock = threading.Lock()
        # Who reads a few runs and ends need not close anything, and is not warned of sockets left open.
        weakref.finalize(self, _close, self._kept)

    def after_fork(self) -> None:
        """Called in the new process: on a line that two processes speak over, each may read the other's answer as its own."""
        inherited = self._kept
        self._begin()
        _close(inherited)

    @cached_property
    def _proxy(self) -> str | None:
        return proxy_for(self._url)

    def close(self) -> None:
        with self._lock:
            kept = self._kept[:]
            self._kept.clear()
        _close(kept)

    @contextmanager
    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], content: Content, *, idle_s: float, until: float
    ) -> Iterator[Response]:
        """Send a request and give its answer. `url` lies on this server; `until`: on the clock of `time.monotonic`.

        Raises FAILURES."""
        clock = _Clock(idle_s, until)
        free, kept = self._free, self._kept
        if not free.acquire(timeout=clock.left(PoolTimeout)):
            raise PoolTimeout("too many requests at once")
        try:
            line = self._kept_line() or self._connect(clock)
            line.clock.idle_s, line.clock.until = idle_s, until
            is_good = False
            try:
                response = _ask(line, method, self._target(url), headers, content)
                yield Response(response)
                is_good = response.isclosed() and not response.will_close
            finally:
                if is_good and kept is self._kept:
                    self._keep(line)
                else:
                    line.close()
        finally:
            free.release()

    def _kept_line(self) -> _Line | None:
        while True:
            with self._lock:
                if not self._kept:
                    return None
                line = self._kept.pop()
            if time.monotonic() - line.kept_at < KEPT_S and line.sock.is_quiet():
                return line
            line.close()

    def _keep(self, line: _Line) -> None:
        line.kept_at = time.monotonic()
        with self._lock:
            self._kept.append(line)

    def _connect(self, clock: _Clock) -> _Line:
        host, port, is_tls = _address(self._url)
        if self._proxy is None:
            sock = _open(host, port, clock)
        else:
            proxy_host, proxy_port, is_proxy_tls = _address(self._proxy)
            if is_proxy_tls and is_tls:
                raise ConnectionError(f"the proxy {proxy_host} would have to be spoken to over TLS within TLS; use its http port")
            sock = _open(proxy_host, proxy_port, clock)
            if is_proxy_tls:
                sock = self._secured(sock, proxy_host, clock)
            elif is_tls:
                with _closing_if_failed(sock):
                    _tunnel(_Socket(sock, clock), host, port, _proxy_headers(self._proxy))
        if is_tls:
            sock = self._secured(sock, host, clock)
        client = http.client.HTTPConnection(host, port)
        line = _Line(client, _Socket(sock, clock), clock)
        client.sock = line.sock
        return line

    def _secured(self, sock: socket.socket, host: str, clock: _Clock) -> socket.socket:
        with _closing_if_failed(sock):
            with self._lock:
                self._tls = self._tls or tls_context()
            sock.settimeout(_connect_s(clock))
            try:
                return self._tls.wrap_socket(sock, server_hostname=host)
            except TimeoutError as error:
                raise ConnectTimeout(str(error)) from error

    def _target(self, url: str) -> str:
        """What stands in the request line. A proxy that only passes requests on is told the whole address."""
        parts = urlsplit(url)
        is_passed_on = self._proxy is not None and parts.scheme == "http"
        return quote(url if is_passed_on else url.removeprefix(f"{parts.scheme}://{parts.netloc}") or "/", safe=_SAFE)


_transports: weakref.WeakSet[Transport] = weakref.WeakSet()


def _after_fork() -> None:
    for transport in list(_transports):
        transport.after_fork()


os.register_at_fork(after_in_child=_after_fork)


def _close(lines: list[_Line]) -> None:
    while lines:
        lines.pop().close()


def _ask(line: _Line, method: str, target: str, headers: Mapping[str, str], content: Content) -> http.client.HTTPResponse:
    failure: OSError | None = None
    try:
        line.client.request(method, target, content, dict(headers))
    except (BrokenPipeError, ConnectionResetError) as error:
        failure = error  # the server may have answered before it had heard everything, and closed
    try:
        response = line.client.getresponse()
    except FAILURES:
        if failure is not None:
            raise failure from None
        raise
    if line.sock.has_ended:  # `http.client` takes a head that is cut for a whole one
        raise http.client.RemoteDisconnected("the connection ended within the head of the answer")
    return response


def _open(host: str, port: int, clock: _Clock) -> socket.socket:
    """To the first of the host's addresses that answers. Raises ConnectTimeout, OSError."""
    failure: OSError | None = None
    for address in addresses(host, port, _connect_s(clock)):
        try:
            sock = socket.create_connection((address, port), _connect_s(clock))
        except TimeoutError as error:
            failure = ConnectTimeout(str(error))
        except OverflowError as error:
            raise ConnectionError(f"{host}:{port} is no address ({error})") from error
        except OSError as error:
            failure = error
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    assert failure is not None, host
    raise failure


def _connect_s(clock: _Clock) -> float:
    return min(CONNECT_S, clock.left(ConnectTimeout))


def _tunnel(sock: _Socket, host: str, port: int, headers: Mapping[str, str]) -> None:
    """Ask a proxy for a line to `host`."""
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}", *(f"{name}: {value}" for name, value in headers.items())]
    sock.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
    answer = http.client.HTTPResponse(sock, method="CONNECT")  # type: ignore[arg-type]
    answer.begin()
    if not 200 <= answer.status < 300:
        raise ConnectionError(f"the proxy answered {answer.status} {answer.reason}")


def _address(url: str) -> tuple[str, int, bool]:
    """Host, port, and whether TLS is spoken there. Raises InvalidURL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise http.client.InvalidURL(f"{url} is no address ({error})") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise http.client.InvalidURL(f"{url} is no address that begins with http:// or https://")
    is_tls = parts.scheme == "https"
    return parts.hostname, port or (443 if is_tls else 80), is_tls


@contextmanager
def _closing_if_failed(sock: socket.socket) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            sock.close()
        raise


def tls_context() -> ssl.SSLContext:
    """Whom to believe: `SSL_CERT_FILE` and `SSL_CERT_DIR` if they are set, else this machine's authorities and the usual ones."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file or folder:
        return ssl.create_default_context(cafile=file, capath=folder)
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context


def proxy_for(url: str) -> str | None:
    """The proxy the environment names for `url` (`http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`), or None."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in {"localhost", "::1"} or host.startswith("127."):
        return None
    from urllib.request import getproxies, proxy_bypass

    if proxy_bypass(host):
        return None
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    return found if not found or "://" in found else f"http://{found}"


def _proxy_headers(proxy: str) -> dict[str, str]:
    parts = urlsplit(proxy)
    if not parts.username:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(pair.encode()).decode("ascii")}
