"""What Assay costs, each figure beside its floor or a named peer measured in the same minutes. `python -m benchmarks`."""
