"""Start the process that sends a run's folder, and see whether one is there. The key travels in its environment alone."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from assay.journal.folder import RunFolder

if TYPE_CHECKING:
    import subprocess

    from assay.client.target import Target

_RESTART_S = (5.0, 10.0, 30.0, 60.0, 300.0)  # seconds between starts of a sender that keeps dying


class Sender:
    """The one who sends a run folder: a process of ours, somebody else's, or a thread where no process can be started."""

    def __init__(self, folder: RunFolder, target: Target, *, monitor_s: float) -> None:
        self._folder = folder
        self._target = target
        self._monitor_s = monitor_s
        self._child: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._starts = 0
        self._not_before = 0.0

    def ensure(self) -> bool:
        """Start one unless one is there. Returns whether one is, as far as can be told; cheap enough for every few seconds."""
        if self._thread is not None:
            return self._thread.is_alive()
        if self._child is not None and self._child.poll() is None:
            return True
        if is_served(self._folder):
            return True
        status = self._folder.read_status()
        if self._starts and status is not None and status.state in {"refused", "done"}:
            return False
        now = time.monotonic()
        if now < self._not_before:
            return False
        self._not_before = now + _RESTART_S[min(self._starts, len(_RESTART_S) - 1)]
        self._starts += 1
        self._start()
        return True

    def release(self) -> None:
        """The script ends; the process goes on. Keeps the interpreter from warning about a child that is meant to outlive it."""
        if self._child is not None and self._child.poll() is None:
            self._child.returncode = 0

    def stop(self) -> None:
        """End the process if it is ours: what it was to send was withdrawn."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            try:
                self._child.wait(timeout=2.0)
            except Exception:
                self._child.kill()
                self._child.wait()

    def _start(self) -> None:
        try:
            self._child = self._spawn()
        except (OSError, ValueError):
            self._start_thread()

    def _spawn(self) -> subprocess.Popen[bytes]:
        # The key travels in the environment: an argument would show in every list of processes.
        return _spawn(
            self._folder,
            [],
            {"ASSAY_BASE_URL": self._target.url, "ASSAY_API_KEY": self._target.key, "ASSAY_MONITOR_S": str(self._monitor_s)},
        )

    def _start_thread(self) -> None:
        from assay.sync.process import serve

        # In our own process there is nothing to hand over; the sender looks where every sender looks.
        os.environ.setdefault("ASSAY_BASE_URL", self._target.url)
        os.environ.setdefault("ASSAY_API_KEY", self._target.key)
        self._thread = threading.Thread(target=serve, args=(self._folder.path,), name="assay-sync", daemon=True)
        self._thread.start()


class OfflineMonitor:
    """Takes system metrics beside a run without a server, where a process can be started; a run never fails for want of it."""

    def __init__(self, folder: RunFolder, *, monitor_s: float) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        if monitor_s:
            try:
                self._child = _spawn(folder, ["--offline"], {"ASSAY_MONITOR_S": str(monitor_s)})
            except (OSError, ValueError):
                return

    def release(self) -> None:
        """The script ends; the process sees it and ends by itself."""
        if self._child is not None and self._child.poll() is None:
            self._child.returncode = 0


def _spawn(folder: RunFolder, options: list[str], variables: dict[str, str]) -> subprocess.Popen[bytes]:
    import subprocess

    if not sys.executable:
        raise OSError("this interpreter does not know its own path")
    package = str(Path(__file__).resolve().parents[2])
    paths = [os.path.abspath(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]  # noqa: PTH100
    if package not in sys.path or package not in paths:
        paths.insert(0, package)
    # The launcher's rank is the script's; the sender is nobody's rank and must not join its rendezvous.
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONSTARTUP", "PYTHONINSPECT"}}
    log = os.open(folder.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        # -P: a script's folder must not shadow the standard library in a process that holds a key.
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "assay.sync", *options, str(folder.path)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={**kept, **variables, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,
        )
    finally:
        os.close(log)


def is_served(folder: RunFolder) -> bool:
    """Whether a living process sends this folder."""
    try:
        lock = folder.lock_for_sync()
    except OSError:
        return False
    if lock is None:
        return True
    os.close(lock)
    return False


def started_at(pid: int) -> float:
    """When the process began, in seconds since the epoch; 0 where /proc does not tell."""
    try:
        ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
        booted = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime "))
        return int(booted.split()[1]) + ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, StopIteration, IndexError):
        return 0.0
