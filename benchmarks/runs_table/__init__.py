"""How long the runs table waits for the metadata store: filters, columns and values of a project of 100,000 runs."""

from benchmarks.runs_table.measure import main

__all__ = ["main"]
