"""Assay records what machine-learning runs do, keeps it, and shows it."""

from assay.wire.version import __version__

__all__ = ["__version__"]
