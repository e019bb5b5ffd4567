"""What pins a run's packages exactly: lock files near the script, and the list conda can install from. Files are read, no tool is
started."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from assay.wire import limits

FOLDER = "environment"
NAMES = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pixi.lock", "conda-lock.yml", "pylock.toml")
CONDA_NAME = "conda-explicit.txt"


class _Meta(msgspec.Struct):
    url: str = ""
    md5: str = ""


def read(here: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """(facts by lock, contents by the run's file name). Looks from `here` up to the repository's root."""
    facts: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for path in _near(here):
        name = path.name
        try:
            if name in facts or path.stat().st_size > limits.GIT_PATCH_BYTES:
                continue
            content = path.read_bytes()
        except OSError:
            continue
        files[f"{FOLDER}/{name}"] = content
        facts[name] = {"path": f"{FOLDER}/{name}", "sha256": _sha256(content)}
    if listed := conda_list():
        content = listed.encode()
        files[f"{FOLDER}/{CONDA_NAME}"] = content
        facts["conda"] = {"path": f"{FOLDER}/{CONDA_NAME}", "sha256": _sha256(content)}
    return facts, files


def _sha256(content: bytes) -> str:
    # Loading it takes longer than to see that there is no such file.
    import hashlib

    return hashlib.sha256(content).hexdigest()


def conda_list(prefix: Path | None = None) -> str:
    """What `conda list --explicit --md5` prints of the environment Python runs in; empty outside of conda."""
    folder = (prefix or Path(os.environ.get("CONDA_PREFIX") or sys.prefix)) / "conda-meta"
    if not folder.is_dir():
        return ""
    lines = []
    for path in sorted(folder.glob("*.json")):
        try:
            meta = msgspec.json.decode(path.read_bytes(), type=_Meta)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if meta.url:
            lines.append(f"{meta.url}#{meta.md5}" if meta.md5 else meta.url)
    return "\n".join(["@EXPLICIT", *lines, ""]) if lines else ""


def _near(here: Path) -> list[Path]:
    found: list[Path] = []
    for folder in (here, *here.parents):
        try:
            named = [folder / name for name in NAMES] + sorted(folder.glob("pylock.*.toml"))
            found += [path for path in named if path.is_file()]
            if found or (folder / ".git").exists():
                break
        except OSError:
            break
    return found
