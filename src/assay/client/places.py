"""Where this user's Assay keeps what it can do without: `~/.cache/assay`, or the folder that ASSAY_CACHE_DIR names."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """This user's home folder. A user without one, as some containers have, finds nothing there, and nothing fails for it."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")


def cache_folder() -> Path:
    named = os.environ.get("ASSAY_CACHE_DIR")
    if named:
        return Path(named).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base).expanduser().absolute() if base else home() / ".cache") / "assay"
