"""Chart and table reads of the metric store (R1–R5), beside DuckDB in the same run."""

from benchmarks.series.measure import main

__all__ = ["main"]
