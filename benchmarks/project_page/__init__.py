"""What a person who opens a project of 10,000 runs makes the server do, beside MLflow's server."""

from benchmarks.project_page.measure import main

__all__ = ["main"]
