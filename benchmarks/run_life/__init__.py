"""What a run costs from its import to its end, beside the peers."""

from benchmarks.run_life.measure import main

__all__ = ["main"]
