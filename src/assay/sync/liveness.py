"""Whether the process that writes a journal still lives: by the lock it holds, else by what it wrote down about itself."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from pathlib import Path

from assay.journal.reader import is_written
from assay.wire import limits

_START_SLACK_S = 2.0  # seconds; process start times are rounded differently by different readers


def is_alive(info: Mapping[str, object], host: str, journal: Path) -> bool:
    """`info` is a Start record's. A journal of another machine lives as long as it grows now and then."""
    if host and host != socket.gethostname():
        return _age_s(journal) < limits.CRASHED_AFTER_S
    if is_written(journal, unknown=False):
        return True
    pid, started_at = info.get("pid"), info.get("pid_started_at")
    if not isinstance(pid, int) or pid <= 0:
        return is_written(journal)
    import psutil  # nobody comes here while the script writes, and to import it takes as long as to send a short run

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        # Numbers are given out again; a process that began later is another one.
        return not isinstance(started_at, int | float) or abs(process.create_time() - started_at) <= _START_SLACK_S
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, OverflowError, ValueError):
        return is_written(journal)


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")
