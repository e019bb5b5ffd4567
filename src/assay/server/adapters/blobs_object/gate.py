"""A way out that leads to public networks only. Stores whose endpoint a user named are reached through it.

A look at the endpoint's name beforehand would not do: the name may point elsewhere a moment later, and the client below follows
redirects. So it is given a proxy, on loopback in this process, that resolves names itself and connects to nothing else."""

from __future__ import annotations

import base64
import contextlib
import hmac
import secrets
import selectors
import socket
import socketserver
import threading
from collections.abc import Callable

from assay.server.domain.networks import is_public

_HEAD_BYTES = 8_192
_CONNECT_S, _IDLE_S = 5.0, 120.0
_PIECE = 1 << 18


class Gate:
    """`url`: what to name as the proxy. Only who has it may use it, for `CONNECT` alone: TLS goes through untouched."""

    def __init__(self, allows: Callable[[str], bool] = is_public) -> None:
        password = secrets.token_urlsafe(24)
        self._allows = allows
        self._expected = base64.b64encode(f"assay:{password}".encode()).decode()
        gate = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    gate._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://assay:{password}@127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, name="assay-gate", daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(_CONNECT_S)
        first, *lines = _head(client).decode("latin-1").split("\r\n")
        given = next((line.partition(":")[2] for line in lines if line.lower().startswith("proxy-authorization:")), "")
        method, _, rest = first.partition(" ")
        host, _, port = rest.partition(" ")[0].rpartition(":")
        if not hmac.compare_digest(given.strip().removeprefix("Basic ").encode(), self._expected.encode()):
            _answer(client, "407 Proxy Authentication Required")
        elif method != "CONNECT" or not port.isdigit():
            _answer(client, "405 Method Not Allowed")
        elif (there := self._connected(host.strip("[]"), int(port))) is None:
            _answer(client, "403 Forbidden")
        else:
            with there:
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                _pump(client, there)

    def _connected(self, host: str, port: int) -> socket.socket | None:
        """A connection to the host at an address that was looked at; None if one of its addresses is not allowed."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        if not found or not all(self._allows(str(info[4][0])) for info in found):
            return None
        for family, kind, protocol, _, address in found:
            there = socket.socket(family, kind, protocol)
            there.settimeout(_CONNECT_S)
            try:
                there.connect(address)
            except OSError:
                there.close()
                continue
            return there
        raise ConnectionError


def _head(client: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = client.recv(1)  # what follows belongs to the other side
        if not piece or len(head) > _HEAD_BYTES:
            raise ConnectionError
        head += piece
    return head


def _answer(client: socket.socket, status: str) -> None:
    client.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())


def _pump(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes both ways until both sides have ended, or neither says anything for a while."""
    with selectors.DefaultSelector() as selector:
        for end, target in ((one, other), (other, one)):
            end.settimeout(_IDLE_S)
            selector.register(end, selectors.EVENT_READ, target)
        while selector.get_map():
            ready = selector.select(_IDLE_S)
            if not ready:
                return
            for key, _ in ready:
                source: socket.socket = key.fileobj  # type: ignore[assignment]
                piece = source.recv(_PIECE)
                if piece:
                    key.data.sendall(piece)
                else:
                    selector.unregister(source)
                    with contextlib.suppress(OSError):
                        key.data.shutdown(socket.SHUT_WR)
