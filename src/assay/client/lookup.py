"""Addresses of a name, within a time limit. The system's own lookup knows none: a name server that does not answer keeps it for
half a minute, and for minutes where the machine's settings ask for it."""

from __future__ import annotations

import os
import socket
import threading
from ipaddress import ip_address


class NameUnknown(ConnectionError):
    """There is no such name, or it cannot be asked for now."""


class LookupTimeout(TimeoutError):
    """It is still being asked for."""


def addresses(host: str, port: int, timeout_s: float | None) -> list[str]:
    """In the order in which they are to be tried; `host` itself if it is one. Raises NameUnknown, LookupTimeout."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    asking = _asking(host, port)
    if not asking.is_over.wait(timeout_s):
        raise LookupTimeout(f"its name {host} was not found within {timeout_s:.0f} seconds: the name server does not answer")
    if asking.found:
        return asking.found
    raise NameUnknown(asking.reason)


def _asking(host: str, port: int) -> _Lookup:
    """One that is under way cannot be ended: whoever wants the same name meanwhile waits for the same answer."""
    with _lock:
        asking = _under_way.get((host, port))
        if asking is not None:
            return asking
        asking = _under_way[host, port] = _Lookup(host, port)
    try:
        threading.Thread(target=asking.run, name="assay-lookup", daemon=True).start()
    except RuntimeError:  # no more threads are to be had
        asking.run()
    return asking


class _Lookup:
    """`found` or `reason`, once it `is_over`."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self.is_over = threading.Event()
        self.found: list[str] = []
        self.reason = ""

    def run(self) -> None:
        try:
            answers = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            self.found = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
        except socket.gaierror as error:
            is_unknown = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
            self.reason = (
                f"its name {self._host} is not known" if is_unknown else f"its name {self._host} cannot be looked up now"
            )
            self.reason += f": {error.strerror}"
        except (OSError, UnicodeError) as error:
            self.reason = f"its name {self._host} cannot be looked up: {error}"
        finally:
            with _lock:
                _under_way.pop((self._host, self._port), None)
            self.is_over.set()


def _begin() -> None:
    """Also in a forked child, where the threads of its parent answer nobody."""
    global _lock, _under_way
    _lock, _under_way = threading.Lock(), {}


_lock: threading.Lock
_under_way: dict[tuple[str, int], _Lookup]
_begin()
os.register_at_fork(after_in_child=_begin)
