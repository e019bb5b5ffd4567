"""The embedded metric store: an append log, sealed into immutable segments. `docs/architecture/formats/metric-store.md`."""

from assay.server.adapters.metrics_segment.store import SegmentMetricStore

__all__ = ["SegmentMetricStore"]
