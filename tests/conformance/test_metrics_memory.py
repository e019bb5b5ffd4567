"""The in-memory metric store keeps every promise of MetricStore."""

import pytest

from assay.server.ports.metrics import MetricStore
from assay.testing.conformance.metrics import MetricStoreSuite
from assay.testing.memory.metrics import MemoryMetricStore


class TestMemoryMetricStore(MetricStoreSuite):
    @pytest.fixture
    def store(self) -> MetricStore:
        return MemoryMetricStore()
