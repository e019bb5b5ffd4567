"""The state of the git repository a script runs in: commit, branch, remote, uncommitted changes. Read by `git` itself."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay.sdk.redact import without_login
from assay.wire import limits

_TIMEOUT_S = 10.0
_UNTRACKED_COUNT = 1_000
_PIECE_CHARS = 64 * limits.KIB
_CUT = b"\n# The patch is cut here: it exceeds the size limit.\n"


@dataclass(frozen=True, slots=True)
class GitState:
    """`facts` describe; `patch` holds what differs from the commit, empty if nothing does."""

    facts: dict[str, Any] = field(default_factory=dict)
    patch: bytes = b""


def read(folder: Path, *, with_patch: bool, redact: Callable[[str], str] = lambda text: text) -> GitState | None:
    """None outside of a repository, without `git`, and where git takes too long."""
    try:
        return _read(folder, with_patch, redact)
    except (OSError, subprocess.SubprocessError):
        return None


def _read(folder: Path, with_patch: bool, redact: Callable[[str], str]) -> GitState | None:
    root = _git(folder, "rev-parse", "--show-toplevel").decode(errors="replace").strip()
    if not root:
        return None
    top = Path(root)
    commit = _line(top, "rev-parse", "--verify", "-q", "HEAD")
    facts: dict[str, Any] = {
        "root": top.name,
        "commit": commit,
        "branch": _line(top, "symbolic-ref", "--short", "-q", "HEAD"),
        "remote": without_login(_remote(top)),
    }
    if commit:
        facts["subject"] = redact(_line(top, "log", "-1", "--format=%s"))[:200]
    status = _git(top, "status", "--porcelain=v1", "-z", "--untracked-files=normal").split(b"\0")
    untracked = [entry[3:].decode(errors="replace") for entry in status if entry.startswith(b"?? ")]
    facts["is_dirty"] = any(entry and not entry.startswith(b"?? ") for entry in status)
    facts["untracked"] = untracked[:_UNTRACKED_COUNT]
    if len(untracked) > _UNTRACKED_COUNT:
        facts["untracked_count"] = len(untracked)
    if (top / ".gitmodules").exists():
        lines = _git(top, "submodule", "status", "--recursive").decode(errors="replace").splitlines()
        facts["submodules"] = {line.split()[1]: line.split()[0].lstrip("+-U") for line in lines if len(line.split()) > 1}
    patch = b""
    if with_patch and commit and facts["is_dirty"]:
        patch, is_whole = _patch(top)
        text = patch.decode(errors="surrogateescape")
        patch = "".join(map(redact, _pieces(text))).encode(errors="surrogateescape")
        if len(patch) > limits.GIT_PATCH_BYTES or not is_whole:
            patch = patch[: limits.GIT_PATCH_BYTES - len(_CUT)] + _CUT
            facts["is_patch_cut"] = True
        facts["patch_bytes"] = len(patch)
    return GitState(facts, patch)


def _patch(top: Path) -> tuple[bytes, bool]:
    """What differs from the commit, and whether that is all of it. A tracked checkpoint of gigabytes is neither waited for nor
    read into the memory of a training: what git has not said in time, or beyond the limit, is left out."""
    process = subprocess.Popen(
        _command(top, "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--binary", "--submodule=diff", "HEAD"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )
    in_time = threading.Timer(_TIMEOUT_S, process.kill)
    in_time.daemon = True
    in_time.start()
    with process:
        assert process.stdout is not None
        patch = process.stdout.read(limits.GIT_PATCH_BYTES + 1)
        if len(patch) > limits.GIT_PATCH_BYTES:
            process.kill()
        code = process.wait()
    in_time.cancel()
    if code > 0:
        return b"", True
    # Half a line might be half a secret, which nobody would recognise.
    return (patch, True) if code == 0 else (patch[: patch.rfind(b"\n") + 1], False)


def _pieces(text: str) -> Iterator[str]:
    """`text` in pieces of whole lines: while one is looked through for secrets, no other thread runs. No key of several lines is
    taken apart."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _PIECE_CHARS) + 1 or len(text)
        begun = text.rfind("-----BEGIN ", start, end)
        if begun >= 0 and text.find("-----END ", begun, end) < 0:
            over = text.find("-----END ", end)
            end = text.find("\n", over) + 1 or len(text) if over >= 0 else len(text)
        yield text[start:end]
        start = end


def _remote(top: Path) -> str:
    """The remote of the branch that is checked out, else origin, else the only one."""
    upstream = _line(top, "rev-parse", "--abbrev-ref", "-q", "@{upstream}").partition("/")[0]
    known = _git(top, "remote").decode(errors="replace").split()
    for name in (upstream, "origin", *known):
        if name in known:
            return _line(top, "config", "--get", f"remote.{name}.url")
    return ""


def _line(folder: Path, *arguments: str) -> str:
    return _git(folder, *arguments).decode(errors="replace").strip()


def _git(folder: Path, *arguments: str) -> bytes:
    """What git prints; empty where it fails. A repository's own configuration must not start programs for us."""
    done = subprocess.run(
        _command(folder, *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=_TIMEOUT_S,
        env=_environment(),
        check=False,
    )
    return done.stdout if done.returncode == 0 else b""


def _command(folder: Path, *arguments: str) -> list[str]:
    return ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", str(folder), *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
