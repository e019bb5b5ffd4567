"""A thousand runs at once, and what MLflow's server takes for the same rows."""

from benchmarks.fleet.measure import main

__all__ = ["main"]
