"""Durable ingest into the metric store, beside DuckDB in the same run."""

from benchmarks.ingest.measure import main

__all__ = ["main"]
