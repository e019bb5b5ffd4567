"""What an open metric store costs while nothing happens, over Python with numpy alone."""

from benchmarks.store_idle.measure import main

__all__ = ["main"]
