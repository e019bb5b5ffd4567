from benchmarks.scale.measure import main

__all__ = ["main"]
