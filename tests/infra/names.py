"""A name server of a test's own, and a way to run programs that ask it and no other: their `/etc/resolv.conf` is another file,
mounted where nobody else sees it. Only root may do that, and only root may answer at the port of name servers."""

from __future__ import annotations

import os
import random
import shutil
import socket
import struct
import threading
import time
from pathlib import Path
from typing import Literal

import pytest

Kind = Literal[
    "answer",  # the name is this machine
    "unknown",  # there is no such name
    "failing",  # the name server has a trouble of its own
    "silent",  # nothing comes back
    "late",  # the right answer, after `late_s`
    "garbage",  # bytes that are no answer
]
NAME = "tracking.example"
_CODES = {"answer": 0, "unknown": 3, "failing": 2}


class NameServer:
    """Knows `NAME`. `kind` may be changed at any time; `asked` counts the questions."""

    def __init__(self, folder: Path) -> None:
        if os.geteuid() != 0 or not shutil.which("unshare"):
            pytest.skip("A name server of one's own needs root and unshare. Run it as root (a container with --privileged)")
        self.kind: Kind = "answer"
        self.late_s = 2.0
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        address = f"127.{random.randrange(1, 255)}.{random.randrange(256)}.{random.randrange(1, 255)}"
        self._socket.bind((address, 53))
        self._resolv = folder / "resolv.conf"
        # Patient, so that it is Assay's own limits that end a lookup which nobody answers.
        self._resolv.write_text(f"nameserver {address}\noptions timeout:20 attempts:3\n")
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def command(self, *words: str) -> list[str]:
        """`words` as a command whose process, and all it starts, asks this server."""
        script = f'mount --bind "{self._resolv}" /etc/resolv.conf && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", script, "sh", *words]

    def _serve(self) -> None:
        while True:
            try:
                question, sender = self._socket.recvfrom(2048)
            except OSError:
                return
            self.asked += 1
            kind = self.kind
            if kind == "silent":
                continue
            answer = b"\xff" * 7 if kind == "garbage" else _answer(question, _CODES.get(kind, 0))
            threading.Thread(
                target=self._send, args=(answer, sender, self.late_s if kind == "late" else 0.0), daemon=True
            ).start()

    def _send(self, answer: bytes, sender: tuple[str, int], wait_s: float) -> None:
        time.sleep(wait_s)
        try:
            self._socket.sendto(answer, sender)
        except OSError:
            return


def _answer(question: bytes, code: int) -> bytes:
    """To a question of one name (RFC 1035, section 4): an A record of 127.0.0.1, or the code of an error."""
    end = question.index(b"\0", 12) + 5
    asked, name = question[12:end], []
    at = 12
    while question[at]:
        name.append(question[at + 1 : at + 1 + question[at]].decode())
        at += 1 + question[at]
    code = code or (0 if ".".join(name).lower() == NAME else 3)
    is_a = asked[-4:-2] == b"\0\x01"
    record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + bytes([127, 0, 0, 1]) if is_a and not code else b""
    head = question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, 1 if record else 0, 0, 0)
    return head + asked + record
