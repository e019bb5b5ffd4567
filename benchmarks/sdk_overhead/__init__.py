"""What one `log()` costs the training loop, beside the bare write of the same bytes and two peers."""

from benchmarks.sdk_overhead.measure import main

__all__ = ["main"]
