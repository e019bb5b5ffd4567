"""A dataset up and down, in many files and in few, beside `cp` plus hashing and MLflow's file store."""

from benchmarks.artifacts.measure import main

__all__ = ["main"]
