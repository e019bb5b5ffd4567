"""How long it takes to find everything that a bad version reaches, in a history of 100,000 versions and runs."""

from benchmarks.lineage.measure import main

__all__ = ["main"]
