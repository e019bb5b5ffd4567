"""The processes that send a run's folder beside its script."""

from __future__ import annotations

from pathlib import Path

import psutil


def senders_of(folder: Path) -> list[psutil.Process]:
    """Those of a run's folder, or of every run's below a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "assay.sync" in words and Path(words[-1]).is_relative_to(folder):
            found.append(process)
    return found


def kill_senders(folder: Path) -> None:
    for sender in senders_of(folder):
        sender.kill()
        sender.wait()
