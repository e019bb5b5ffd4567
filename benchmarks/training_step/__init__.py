from benchmarks.training_step.measure import main

__all__ = ["main"]
