"""How soon the first row of a run is answered by the server, and what the server weighs, beside trackio's."""

from benchmarks.first_data.measure import main

__all__ = ["main"]
