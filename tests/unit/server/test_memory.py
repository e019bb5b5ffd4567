"""Freed memory is kept while the server works, and goes back to the system when it rests."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assay.server.memory import GiveBackWhenIdle

_FREED_BETWEEN = """
from assay.server import memory

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

memory.keep_freed()
pieces = [bytearray(b"x") * 100_000 for _ in range(400)]
kept = pieces[::20]  # so that most of what is freed lies between what stays
full = resident()
del pieces
freed = resident()
memory.give_back()
given = resident()
assert full - freed < 4_000_000, (full, freed)
assert freed - given > 30_000_000, (freed, given)
assert all(piece == b"x" * 100_000 for piece in kept)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="told of glibc's memory")
def test_what_was_freed_stays_until_it_is_given_back() -> None:
    ended = subprocess.run([sys.executable, "-c", _FREED_BETWEEN], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr


def test_memory_goes_back_only_when_next_to_nothing_was_done() -> None:
    times = {"cpu": 5.0, "running": 100.0}
    given: list[float] = []
    work = GiveBackWhenIdle(lambda: given.append(times["running"]), lambda: times["cpu"], lambda: times["running"])
    for cpu, running in ((6.4, 110.0), (6.9, 120.0), (8.0, 130.0), (8.0, 140.0)):
        times.update(cpu=cpu, running=running)
        work()
    assert given == [120.0, 140.0]
