"""What pages cost a browser: the scripts of `web/bench`, with their budgets and floors."""

from benchmarks.web.measure import main

__all__ = ["main"]
