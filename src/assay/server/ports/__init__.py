"""The interfaces of the four stores, with their contracts in prose. `assay.testing.conformance` tests every sentence."""
