"""Runs a command and waits for everything it started, also what it left behind: `reaper.py COMMAND…`.

Answers `{"cpu": seconds of all of it, "wall": seconds until the command itself ended, "code": its exit code}`. What a script
leaves running in the background would otherwise cost nothing."""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36
LINGER_S = 120


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0, os.strerror(ctypes.get_errno())
    began = time.perf_counter()
    ended = subprocess.run(sys.argv[1:], stdout=sys.stderr, check=False)
    wall = time.perf_counter() - began
    deadline = time.monotonic() + LINGER_S
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.05)
        except ChildProcessError:
            break
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "wall": wall, "code": ended.returncode}))


main()
