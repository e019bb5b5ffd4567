"""Environments of the programs we are measured beside: each from PyPI, in a folder of its own under `~/.cache/assay-bench`."""

from __future__ import annotations

import socket
import subprocess
import sys
from importlib import metadata
from pathlib import Path

_ENVIRONMENTS = Path.home() / ".cache" / "assay-bench"
_VENV_S, _INSTALL_S = 300, 1_200


def python_of(peer: str, *beside: str) -> str:
    """The interpreter of an environment that holds the package `peer`, and those `beside` it, made the first time. Raises OSError
    or SubprocessError where it cannot be had."""
    home = _ENVIRONMENTS / "+".join((peer, *beside))
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        _ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True, timeout=_VENV_S, capture_output=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", peer, *beside]
        subprocess.run(pip, check=True, timeout=_INSTALL_S, capture_output=True)
        (home / "ready").touch()
    return str(python)


def free_port() -> int:
    """Of loopback, for a server that cannot choose one itself."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def versions() -> dict[str, str]:
    """Of every peer that is here, by name: those with an environment of their own, and those beside us."""
    found = {name: metadata.version(name) for name in ("assay", "duckdb", "numpy", "scipy")}
    for home in sorted(_ENVIRONMENTS.glob("*/ready")):
        for name in home.parent.name.split("+"):
            for info in home.parent.glob(f"lib/*/site-packages/{name}-*.dist-info"):
                found[name] = info.name.removesuffix(".dist-info").rpartition("-")[2]
    return found
