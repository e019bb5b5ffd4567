"""What the server costs: CPU per flush over HTTP, wide rows, memory at rest, the time to start."""

from benchmarks.server.measure import main

__all__ = ["main"]
