"""Two machines on a cable: two network namespaces joined by a pair of virtual cards, which may be cut, or lose what goes one way.
What happens is the kernel's own work: packets are dropped, connections run out, addresses cannot be reached. Needs root, `ip`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest

Fault = Literal[
    "cut",  # the cable is out: packets vanish both ways
    "lost replies",  # what the client sends arrives, what the server answers vanishes
    "unreachable",  # the client's own system says at once that there is no way
]
SERVER, CLIENT = "10.231.0.1", "10.231.0.2"


def _ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
    return done.stdout


class Cable:
    """Between `server` and `client`, the names of two namespaces. One fault at a time."""

    def __init__(self, server: str, client: str) -> None:
        self.server = server
        self.client = client
        self._fault: Fault | None = None

    @staticmethod
    def command(namespace: str, *words: str) -> list[str]:
        """`words` as a command whose process, and all it starts, is on that machine."""
        return ["ip", "netns", "exec", namespace, *words]

    def reaches(self, url: str) -> bool:
        """Whether the client gets a connection to the server at `url` within a moment."""
        host, _, port = url.rpartition("/")[2].rpartition(":")
        code = f"import socket; socket.create_connection(({host!r}, {port}), 0.5)"
        probe = self.command(self.client, sys.executable, "-S", "-c", code)
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0

    def hurt(self, fault: Fault) -> None:
        self.mend()
        if fault == "cut":
            _ip("-n", self.server, "link", "set", "card", "down")
        elif fault == "lost replies":
            _ip("-n", self.server, "route", "add", "blackhole", CLIENT)
        else:
            _ip("-n", self.client, "route", "add", "unreachable", SERVER)
        self._fault = fault

    def mend(self) -> None:
        if self._fault == "cut":
            _ip("-n", self.server, "link", "set", "card", "up")
        elif self._fault == "lost replies":
            _ip("-n", self.server, "route", "del", "blackhole", CLIENT)
        elif self._fault == "unreachable":
            _ip("-n", self.client, "route", "del", "unreachable", SERVER)
        self._fault = None


@contextmanager
def two_machines() -> Iterator[Cable]:
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("Networks of one's own need root and ip (iproute2). Run it as root (a container with --privileged)")
    cable = Cable(f"assay-{os.getpid()}-server", f"assay-{os.getpid()}-client")
    try:
        for name, address in ((cable.server, SERVER), (cable.client, CLIENT)):
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
            if name == cable.server:
                _ip("-n", name, "link", "add", "card", "type", "veth", "peer", "name", "other")
            else:
                _ip("-n", cable.server, "link", "set", "other", "netns", name)
                _ip("-n", name, "link", "set", "other", "name", "card")
            _ip("-n", name, "address", "add", f"{address}/24", "dev", "card")
        for name in (cable.server, cable.client):
            _ip("-n", name, "link", "set", "card", "up")
        yield cable
    finally:
        for name in (cable.server, cable.client):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
