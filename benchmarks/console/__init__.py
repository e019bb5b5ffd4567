"""Searching a run's console: the service over the store, beside grep and RE2 over the same text in the same run."""

from benchmarks.console.measure import main

__all__ = ["main"]
