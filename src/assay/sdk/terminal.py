"""The few lines the SDK prints. They go past console capture, and they never raise into training."""

from __future__ import annotations

import sys
import threading

is_silent = False
is_quiet = False
_speaking = threading.local()


def say(text: str) -> None:
    """One calm line about how things stand."""
    if not is_silent and not is_quiet:
        _print(text)


def warn(text: str) -> None:
    """One line a person should read; shown also when quiet."""
    if not is_silent:
        _print(text)


def is_speaking() -> bool:
    """Whether this thread is printing one of our lines: console capture leaves those alone."""
    return getattr(_speaking, "now", False)


def _print(text: str) -> None:
    if is_speaking():
        return
    _speaking.now = True
    try:
        stream = sys.stderr
        if stream is not None:
            stream.write(f"assay: {text}\n")
            stream.flush()
    except Exception:  # noqa: S110 – a closed or broken terminal is no reason to stop
        pass
    finally:
        _speaking.now = False
