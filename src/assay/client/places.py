"""Folders that a script may find gone: the home, the working one, and the cache (`~/.cache/assay`, or what ASSAY_CACHE_DIR
names), which keeps what this user's Assay can do without."""

from __future__ import annotations

import os
from pathlib import Path

_NOWHERE = Path(os.devnull) / "nothing"  # there is nothing, and nobody can make anything there, the administrator included


def home() -> Path:
    """This user's home folder. A user without one, as some containers have, finds nothing there, and nothing fails for it."""
    try:
        return Path.home()
    except RuntimeError:
        return _NOWHERE


def here() -> Path:
    """The working folder. Where it was deleted, there is nothing in it either."""
    try:
        return Path.cwd()
    except OSError:
        return _NOWHERE


def cache_folder() -> Path:
    named = os.environ.get("ASSAY_CACHE_DIR")
    if named:
        return Path(named).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base).expanduser().absolute() if base else home() / ".cache") / "assay"
