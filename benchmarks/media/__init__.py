"""What `log()` of a picture costs the training loop, beside the bare write of its pixels and wandb offline."""

from benchmarks.media.measure import main

__all__ = ["main"]
